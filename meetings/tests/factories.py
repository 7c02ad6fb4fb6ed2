"""Meetings for tests; what is written at them gets there by the actions."""

from datetime import timedelta

import factory
from django.utils import timezone

from accounts.tests.factories import SupportFactory
from meetings.models import Meeting


class MeetingFactory(factory.django.DjangoModelFactory):
    """A meeting that is planned for now."""

    class Meta:
        model = Meeting

    manager = factory.SubFactory(SupportFactory)
    starts_at = factory.LazyFunction(timezone.now)
    ends_at = factory.LazyAttribute(lambda meeting: meeting.starts_at + timedelta(minutes=40))
