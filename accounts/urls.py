from django.urls import path

from accounts import substitution_views, views

app_name = "accounts"
urlpatterns = [
    path("", views.settings, name="settings"),
    path("preferences/", views.preferences, name="preferences"),
    path("live/", views.live_ticket, name="live-ticket"),
    path("substitutions/", substitution_views.substitutions, name="substitutions"),
    path("substitutions/<int:pk>/end/", substitution_views.end, name="substitution-end"),
    path("session/", views.session, name="session"),
]
