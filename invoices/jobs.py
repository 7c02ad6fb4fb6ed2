"""What the scheduler runs for invoices."""

from datetime import datetime

from core.scheduling import every
from deals.alerting import check_deals
from deals.models import Alert
from invoices.selectors.deliveries import deals_with_undelivered


@every(minutes=2)
def flag_undelivered_invoices(now: datetime) -> None:
    """Invoices that have not reached the partner, which their managers hear of (R10)."""
    check_deals(Alert.Kind.DELIVERY_FAILED, deals_with_undelivered(), now)
