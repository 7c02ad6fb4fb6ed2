"""SMS through SMSC.ru: https://smsc.ru/api/http/. The number of our message goes along, so that it can be asked for.

Their `id` is for looking up and refuses no repeat; so an unclear answer is asked about before anything is sent again.
"""

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
from messaging.gateways.http_client import Answer, CutOff, NotReached, post_form

SAID = {
    1: "a parameter is wrong",
    2: "wrong login or password, or this address may not send",
    3: "there is no money left on the account",
    4: "the address is blocked for too many mistakes",
    5: "the date is wrong",
    6: "the text or the sender's name is forbidden",
    7: "the number is wrong",
    8: "this number cannot be reached",
    9: "the same was asked within a minute, or too much at once",
}
OUR_TROUBLE = {2, 3, 4}
MAY_HAVE_IT = {9}
NOT_FOUND = -3
ON_THE_WAY = {-1, 0}
DELIVERED = {1, 2, 4}
NOT_DELIVERED = {
    -2: "stopped",
    3: "the time to deliver it has passed",
    20: "cannot be delivered",
    22: "the number is wrong",
    23: "forbidden",
    24: "there was not enough money",
    25: "the number cannot be reached",
}


class SmscGateway:
    name = "smsc"
    can_be_asked = True
    reports = True

    def send(self, parcel: Parcel) -> Outcome:
        fields = {"phones": parcel.to, "mes": parcel.text, "id": parcel.number, "cost": 3, "charset": "utf-8"}
        if settings.SMS_SENDER:
            fields["sender"] = settings.SMS_SENDER
        try:
            answer = self._ask("send.php", fields)
        except NotReached as error:
            return Later(f"no connection: {error}", is_everybodys=True)
        except CutOff as error:
            return Unclear(f"cut off: {error}")
        return _outcome(answer)

    def find(self, parcel: Parcel) -> Accepted | Absent | Unclear:
        status = self._status(parcel)
        if status == NOT_FOUND:
            return Absent()
        if status is None:
            return Unclear("not answered when asked")
        return Accepted(str(parcel.number))

    def report(self, parcel: Parcel) -> Report:
        status = self._status(parcel)
        if status in DELIVERED:
            return Delivered()
        return Undelivered(NOT_DELIVERED[status]) if status in NOT_DELIVERED else OnItsWay()

    def balance(self) -> Decimal | None:
        """Roubles left on the account; None when it does not say."""
        try:
            return _decimal(self._ask("balance.php", {}).json().get("balance"))
        except (NotReached, CutOff):
            return None

    def _status(self, parcel: Parcel) -> int | None:
        """Their number of a message's state; None when there was no answer that says it."""
        try:
            found = self._ask("status.php", {"phone": parcel.to, "id": parcel.number}).json()
        except (NotReached, CutOff):
            return None
        status = found.get("status")
        return int(status) if str(status).removeprefix("-").isdecimal() else None

    def _ask(self, page: str, fields: dict[str, Any]) -> Answer:
        """Secrets go in the body: addresses are written into logs."""
        secret = (
            {"apikey": settings.SMSC_API_KEY}
            if settings.SMSC_API_KEY
            else {"login": settings.SMSC_LOGIN, "psw": settings.SMSC_PASSWORD}
        )
        return post_form(f"{settings.SMSC_URL.rstrip('/')}/{page}", secret | fields | {"fmt": 3})


def _outcome(answer: Answer) -> Outcome:
    found = answer.json()
    code = found.get("error_code")
    if answer.status == 200 and "id" in found and code is None:
        parts = found.get("cnt")
        return Accepted(str(found["id"]), parts if isinstance(parts, int) else None, _decimal(found.get("cost")))
    if not isinstance(code, int):
        return Unclear(f"answered {answer.status} with something that is no answer of theirs")
    reason = f"{code}: {SAID.get(code) or found.get('error') or ''}"
    if code in MAY_HAVE_IT:
        return Unclear(reason)
    if code in OUR_TROUBLE:
        return Later(reason, is_everybodys=True)
    return Refused(reason)


def _decimal(value: object) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None
