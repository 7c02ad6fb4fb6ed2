"""SMS through any gateway that speaks plain JSON over HTTP; what it must answer is in docs/operations.md."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings

from messaging.gateways.base import (
    Absent,
    Accepted,
    Delivered,
    Later,
    OnItsWay,
    Outcome,
    Parcel,
    Refused,
    Report,
    Unclear,
    Undelivered,
)
from messaging.gateways.http_client import Answer, CutOff, NotReached, get, post_json


class GenericGateway:
    name = "http"

    def __init__(self) -> None:
        self.url, self.status_url = settings.SMS_HTTP_URL, settings.SMS_HTTP_STATUS_URL
        self.headers = {"Authorization": f"Bearer {settings.SMS_HTTP_TOKEN}"} if settings.SMS_HTTP_TOKEN else {}
        self.can_be_asked = self.reports = bool(self.status_url)

    def send(self, parcel: Parcel) -> Outcome:
        content = {"id": str(parcel.key), "to": parcel.to, "text": parcel.text, "sender": settings.SMS_SENDER}
        try:
            answer = post_json(self.url, content, {"Idempotency-Key": str(parcel.key), **self.headers})
        except NotReached as error:
            return Later(f"no connection: {error}", is_everybodys=True)
        except CutOff as error:
            return Unclear(f"cut off: {error}")
        return _outcome(answer)

    def find(self, parcel: Parcel) -> Accepted | Absent | Unclear:
        try:
            answer = get(f"{self.status_url.rstrip('/')}/{parcel.key}", self.headers)
        except (NotReached, CutOff) as error:
            return Unclear(f"not answered when asked: {error}")
        if answer.status == 404:
            return Absent()
        if answer.status == 200 and answer.json().get("state"):
            return _accepted(answer.json())
        return Unclear(f"answered {answer.status} when asked")

    def report(self, parcel: Parcel) -> Report:
        try:
            found = get(f"{self.status_url.rstrip('/')}/{parcel.key}", self.headers).json()
        except (NotReached, CutOff):
            return OnItsWay()
        if found.get("state") == "delivered":
            return Delivered()
        if found.get("state") == "failed":
            return Undelivered(str(found.get("error") or "the gateway could not deliver it"))
        return OnItsWay()


def _outcome(answer: Answer) -> Outcome:
    found = answer.json()
    if 200 <= answer.status < 300:
        return _accepted(found) if found else Unclear("answered with something that is no JSON")
    reason = f"{answer.status} {found.get('error') or ''}".strip()
    if answer.status in (401, 402, 403, 429):
        return Later(reason, is_everybodys=True)
    if 400 <= answer.status < 500:
        return Refused(reason)
    return Unclear(reason)


def _accepted(found: dict[str, Any]) -> Accepted:
    parts, cost = found.get("parts"), None
    try:
        cost = Decimal(str(found["cost"])) if "cost" in found else None
    except InvalidOperation:
        pass
    return Accepted(str(found.get("id") or "")[:80], parts if isinstance(parts, int) else None, cost)
