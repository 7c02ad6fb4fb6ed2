from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.settings, name="settings"),
    path("preferences/", views.preferences, name="preferences"),
    path("live/", views.live_ticket, name="live-ticket"),
    path("session/", views.session, name="session"),
]
