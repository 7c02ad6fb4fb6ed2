from django.urls import path

from deals.views import partners

app_name = "partners"
urlpatterns = [
    path("", partners.partner_list, name="list"),
    path("<int:pk>/", partners.partner, name="partner"),
    path("<int:pk>/agreements/<int:agreement_pk>/", partners.agreement, name="agreement"),
]
