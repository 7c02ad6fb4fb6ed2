from django.urls import path

from deals.views import bulk, exports, files, partners
from partners.views import contacts, editing, merging

app_name = "partners"
urlpatterns = [
    path("", partners.partner_list, name="list"),
    path("new/", editing.new, name="new"),
    path("bulk/tasks/", bulk.partner_reschedule, name="bulk-reschedule"),
    path("bulk/export/", exports.partners, name="bulk-export"),
    path("bulk/manager/", bulk.partner_reassign, name="bulk-reassign"),
    path("<int:pk>/", partners.partner, name="partner"),
    path("<int:pk>/feed/", partners.feed, name="feed"),
    path("<int:pk>/edit/", editing.edit, name="edit"),
    path("<int:pk>/archive/", editing.archive, name="archive"),
    path("<int:pk>/restore/", editing.restore, name="restore"),
    path("<int:pk>/merge/", merging.merge, name="merge"),
    path("merges/<int:pk>/undo/", merging.undo, name="merge-undo"),
    path("<int:pk>/contacts/new/", contacts.new, name="contact-new"),
    path("contacts/<int:pk>/", contacts.edit, name="contact-edit"),
    path("contacts/<int:pk>/main/", contacts.main, name="contact-main"),
    path("contacts/<int:pk>/archive/", contacts.archive, name="contact-archive"),
    path("contacts/<int:pk>/restore/", contacts.restore, name="contact-restore"),
    path("contacts/<int:pk>/merge/", merging.contact_merge, name="contact-merge"),
    path("contact-merges/<int:pk>/undo/", merging.contact_undo, name="contact-merge-undo"),
    path("<int:pk>/agreements/<int:agreement_pk>/", partners.agreement, name="agreement"),
    path("<int:pk>/files/", files.files, name="files"),
    path("files/<int:pk>/", files.file, name="file"),
    path("files/<int:pk>/archive/", files.archive, name="file-archive"),
    path("files/<int:pk>/restore/", files.restore, name="file-restore"),
]
