"""Through which gateway each channel goes: chosen by MAIL_GATEWAY and SMS_GATEWAY in the environment."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from messaging.gateways.base import Gateway
from messaging.gateways.generic import GenericGateway
from messaging.gateways.keep import KeepGateway
from messaging.gateways.smsc import SmscGateway
from messaging.gateways.smtp import SmtpGateway

GATEWAYS: dict[str, dict[str, Callable[[], Gateway]]] = {
    "email": {"keep": KeepGateway, "smtp": SmtpGateway},
    "sms": {"keep": KeepGateway, "smsc": SmscGateway, "http": GenericGateway},
}


def gateway_for(channel: str) -> Gateway:
    """The gateway of a channel as the settings are now."""
    chosen = {"email": settings.MAIL_GATEWAY, "sms": settings.SMS_GATEWAY}[channel]
    try:
        return GATEWAYS[channel][chosen]()
    except KeyError:
        known = ", ".join(GATEWAYS[channel])
        raise ImproperlyConfigured(f"There is no gateway {chosen} for {channel}; there are {known}.") from None
