from django.urls import path

from chat.views import inbox, thread

app_name = "chat"
urlpatterns = [
    path("", inbox.chats, name="inbox"),
    path("deals/<int:pk>/", thread.of_deal, name="deal"),
    path("<int:pk>/feed/", thread.read_feed, name="feed"),
    path("<int:pk>/send/", thread.send, name="send"),
    path("<int:pk>/read/", thread.read, name="read"),
    path("messages/<int:pk>/answer/", thread.answer, name="answer"),
    path("messages/<int:pk>/edit/", thread.edit, name="edit"),
    path("messages/<int:pk>/history/", thread.history, name="history"),
    path("files/<int:pk>/", thread.file, name="file"),
]
