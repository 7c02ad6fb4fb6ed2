from django.urls import path

from reports.views import my_day, overview

app_name = "reports"
urlpatterns = [
    path("day/", my_day.my_day, name="my-day"),
    path("overview/", overview.overview, name="overview"),
]
