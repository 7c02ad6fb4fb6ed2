from django.urls import path

from meetings.views import meeting, schedule

app_name = "meetings"
urlpatterns = [
    path("", meeting.home, name="home"),
    path("<int:pk>/", meeting.meeting, name="meeting"),
    path("<int:pk>/partners/<int:partner>/prepare/", meeting.prepare, name="prepare"),
    path("<int:pk>/partners/<int:partner>/decide/", meeting.decide, name="decide"),
    path("<int:pk>/begin/", meeting.begin, name="begin"),
    path("<int:pk>/hold/", meeting.hold, name="hold"),
    path("<int:pk>/move/", schedule.move, name="move"),
    path("<int:pk>/skip/", schedule.skip, name="skip"),
    path("slots/", schedule.slots, name="slots"),
]
