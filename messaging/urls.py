from django.urls import path

from messaging.views import outbox, templates

app_name = "messaging"
urlpatterns = [
    path("", outbox.outbox, name="outbox"),
    path("templates/", templates.template_list, name="templates"),
    path("templates/<str:code>/", templates.edit, name="template"),
    path("templates/<str:code>/preview/", templates.preview, name="template-preview"),
    path("templates/<str:code>/reset/", templates.reset, name="template-reset"),
    path("<int:pk>/", outbox.message, name="message"),
    path("<int:pk>/files/<int:file_pk>/", outbox.attachment, name="attachment"),
    path("<int:pk>/retry/", outbox.retry, name="retry"),
    path("<int:pk>/hold/", outbox.hold, name="hold"),
    path("<int:pk>/cancel/", outbox.cancel, name="cancel"),
]
