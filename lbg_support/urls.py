"""Every address of the product."""

from allauth.account.urls import urlpatterns as allauth_urls
from django.contrib import admin
from django.urls import include, path

from knowledge.views import public
from lbg_support import health, home, navigation
from search.views import search

# Logging in and a forgotten password. Addresses and accounts are the administrator's business, not each person's own.
LOGIN_PAGES = {
    "account_login",
    "account_logout",
    "account_signup",
    "account_inactive",
    "account_reauthenticate",
    "account_change_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}

urlpatterns = [
    path("", home.home, name="home"),
    path("frame/", home.frame, name="frame"),
    path("favicon.ico", home.favicon),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("accounts/", include([page for page in allauth_urls if page.name in LOGIN_PAGES])),
    path("me/", include("accounts.urls")),
    path("me/notifications/", include("notifications.urls")),
    path("reference/", admin.site.urls),
    path("search/", search, {"pages_of": navigation.pages_of}, name="search"),
    path("knowledge/", include("knowledge.urls")),
    path("k/<str:token>/", public.article, name="knowledge-public"),
    path("k/<str:token>/<int:pk>/", public.file, name="knowledge-public-file"),
    path("request/", include("invoices.request_urls")),
    path("deals/", include("deals.urls")),
    path("partners/", include("deals.partner_urls")),
    path("chats/", include("chat.urls")),
    path("invoices/", include("invoices.urls")),
    path("outbox/", include("messaging.urls")),
    path("bank/", include("invoices.bank_urls")),
    path("meetings/", include("meetings.urls")),
    path("", include("reports.urls")),
]

handler500 = "lbg_support.refusals.server_error"
