"""The gateway of an installation where nothing is connected: messages stay, to be read on the page «Outbox»."""

from messaging.gateways.base import Accepted, Outcome, Parcel, Unasked


class KeepGateway(Unasked):
    name = "keep"

    def send(self, parcel: Parcel) -> Outcome:
        return Accepted()
