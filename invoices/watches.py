"""What invoices and requests let the bell ring for; registered once, when the app is ready."""

from deals.models import Alert
from deals.watching import Watch, register_watch
from invoices.selectors.issue_requests import show_asked, unissued
from invoices.selectors.lapsing import lapsed, lapsing, show_invoices
from invoices.selectors.requests import show_requests, unanswered


def register() -> None:
    register_watch(Watch(Alert.Kind.REQUEST_UNANSWERED, unanswered, show_requests))
    register_watch(Watch(Alert.Kind.ISSUE_UNANSWERED, unissued, show_asked))
    register_watch(Watch(Alert.Kind.INVOICE_LAPSED, lapsed, show_invoices))
    register_watch(Watch(Alert.Kind.INVOICE_LAPSING, lapsing, show_invoices))
