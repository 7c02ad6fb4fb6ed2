"""Deals as they stand in the database; to get one there by the rules, call the actions."""

import datetime
from decimal import Decimal

import factory
from django.utils import timezone

from accounts.tests.factories import SalesFactory
from catalog.tests.factories import PackageFactory, ServiceFactory
from core import moscow
from deals.models import Call, Deal, Handoff, Stage, Task
from partners.tests.factories import PartnerFactory


def stage(pipeline: str, role: str) -> Stage:
    return Stage.objects.get(pipeline=pipeline, role=role)


class DealFactory(factory.django.DjangoModelFactory):
    """An open renewal that is going well; `role="due"` puts it on another stage of its pipeline."""

    class Meta:
        model = Deal

    class Params:
        role = "healthy"

    partner = factory.SubFactory(PartnerFactory)
    pipeline_id = "renewal"
    stage = factory.LazyAttribute(lambda deal: stage(deal.pipeline_id, deal.role))
    stage_entered_at = factory.LazyFunction(timezone.now)
    manager = factory.SelfAttribute("partner.manager")
    package = factory.SubFactory(PackageFactory)
    list_price = Decimal("186000.00")
    amount = Decimal("186000.00")
    term_starts_on = datetime.date(2026, 6, 1)
    term_ends_on = datetime.date(2026, 11, 30)
    created_at = factory.LazyFunction(timezone.now)


class AddonFactory(DealFactory):
    class Params:
        role = "offered"

    pipeline_id = "addon"
    package = None
    service = factory.SubFactory(ServiceFactory)
    list_price = amount = Decimal("65000.00")
    term_starts_on = term_ends_on = None


class NewDealFactory(DealFactory):
    class Params:
        role = "handed_over"

    pipeline_id = "new"
    paid_amount = Decimal("186000.00")
    main_comment = "Обещали не меньше 25 заявок в неделю."


class HandoffFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Handoff

    deal = factory.SubFactory(NewDealFactory)
    sold_by = factory.SubFactory(SalesFactory)
    paid_on = factory.LazyFunction(lambda: timezone.localdate())
    accept_by = factory.LazyAttribute(lambda handoff: handoff.paid_on + datetime.timedelta(days=1))
    amount = Decimal("186000.00")
    package = factory.SelfAttribute("deal.package")
    created_at = factory.LazyFunction(timezone.now)


class CallFactory(factory.django.DjangoModelFactory):
    """A call that began just now and of which it is not known whether anybody answered."""

    class Meta:
        model = Call

    deal = factory.SubFactory(DealFactory)
    phone = "+79000001427"
    started_at = factory.LazyFunction(timezone.now)
    comment_by = factory.LazyAttribute(lambda call: moscow.end_of_office_day(call.started_at))
    by = factory.SelfAttribute("deal.manager")
    created_at = factory.SelfAttribute("started_at")


class TaskFactory(factory.django.DjangoModelFactory):
    """A call in an hour; give `due_at` for another time. A past `due_at` needs an earlier `scheduled_at`, if at all."""

    class Meta:
        model = Task

    deal = factory.SubFactory(DealFactory)
    assignee = factory.SelfAttribute("deal.manager")
    title = "Узнать, внедрил ли скрипт"
    scheduled_at = factory.LazyFunction(timezone.now)
    created_at = factory.SelfAttribute("scheduled_at")
    due_at = factory.LazyAttribute(lambda task: task.scheduled_at + datetime.timedelta(hours=1))
