from django.urls import path

from deals.views import files, partners

app_name = "partners"
urlpatterns = [
    path("", partners.partner_list, name="list"),
    path("<int:pk>/", partners.partner, name="partner"),
    path("<int:pk>/agreements/<int:agreement_pk>/", partners.agreement, name="agreement"),
    path("<int:pk>/files/", files.files, name="files"),
    path("files/<int:pk>/", files.file, name="file"),
    path("files/<int:pk>/archive/", files.archive, name="file-archive"),
    path("files/<int:pk>/restore/", files.restore, name="file-restore"),
]
