"""Every address of the product."""

from django.contrib import admin
from django.urls import include, path

from lbg_support import health, home

urlpatterns = [
    path("", home.home, name="home"),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("accounts/", include("allauth.account.urls")),
    path("me/", include("accounts.urls")),
    path("reference/", admin.site.urls),
    path("deals/", include("deals.urls")),
    path("partners/", include("deals.partner_urls")),
    path("invoices/", include("invoices.urls")),
    path("", include("reports.urls")),
]
