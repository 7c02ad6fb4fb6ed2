"""The form that anybody may fill in (R20)."""

from django.urls import path

from invoices.views import public

urlpatterns = [
    path("", public.form, name="request-form"),
    path("check/", public.check, name="request-check"),
    path("sent/", public.sent, name="request-sent"),
    path("consent/<str:purpose>/", public.consent, name="request-consent"),
    path("<str:token>/", public.form, name="request-personal"),
    path("<str:token>/sent/", public.sent, name="request-personal-sent"),
]
