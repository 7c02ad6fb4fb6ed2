from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.settings, name="settings"),
    path("<int:pk>/", views.open_notice, name="open"),
]
