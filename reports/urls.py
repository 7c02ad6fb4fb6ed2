from django.urls import path

from reports.views import absence, calls, my_day, overview, payments, plans

app_name = "reports"
urlpatterns = [
    path("day/absence/<int:pk>/", absence.absence, name="absence"),
    path("day/", my_day.my_day, name="my-day"),
    path("day/calls/", calls.calls, name="calls"),
    path("day/calls/<int:pk>/", calls.call, name="call"),
    path("day/calls/<int:pk>/skip/", calls.skip, name="call-skip"),
    path("day/calls/<int:pk>/missed/", calls.missed, name="call-missed"),
    path("overview/", overview.overview, name="overview"),
    path("payments/", payments.payments, name="payments"),
    path("payments/export/", payments.export, name="payments-export"),
    path("payments/plans/", plans.plans, name="plans"),
    path("payments/lock/", plans.lock, name="month-lock"),
    path("payments/unlock/<int:pk>/", plans.unlock, name="month-unlock"),
]
