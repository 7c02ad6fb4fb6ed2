"""Values are changed where they stand; nobody writes over what somebody else has just written."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import HeadFactory, MarketerFactory, SupportFactory
from catalog.models import City
from catalog.tests.factories import PackageFactory
from core import formatting
from core.errors import RuleViolation
from deals.actions import EditConflict, change_field
from deals.models import Deal
from deals.tests.factories import AddonFactory, DealFactory, TaskFactory, stage
from partners.models import Partner
from partners.tests.factories import ContactFactory

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def deal():
    deal = DealFactory()
    ContactFactory(partner=deal.partner)
    return deal


def url(deal, name):
    return reverse("deals:inline", args=[deal.pk, name])


def lines_of(deal):
    return [(change.field, change.before, change.after) for change in deal.field_changes.order_by("pk")]


@pytest.mark.parametrize(
    ("name", "typed", "expected"),
    [
        ("amount", "170 000", Decimal(170000)),
        ("expected_payment_on", "2026-11-25", date(2026, 11, 25)),
        ("expected_payment_on", "", None),
        ("term_ends_on", "2026-12-15", date(2026, 12, 15)),
        ("confidence", "doubtful", "doubtful"),
    ],
)
def test_a_value_is_changed_in_place(client, deal, name, typed, expected):
    client.force_login(deal.manager)

    response = client.post(url(deal, name), {"value": typed}, **HTMX)

    deal.refresh_from_db()
    assert response.status_code == 200
    assert getattr(deal, name) == expected


def test_without_scripts_it_is_a_page_with_one_field(client, deal):
    client.force_login(deal.manager)

    page = client.get(url(deal, "amount"))
    answer = client.post(url(deal, "amount"), {"value": "170 000"})

    assert 'name="value"' in page.content.decode()
    assert answer.url == reverse("deals:deal", args=[deal.pk])


def test_the_change_stands_in_the_timeline_before_and_after(client, deal):
    client.force_login(deal.manager)

    client.post(url(deal, "amount"), {"value": "170 000"})
    page = client.get(reverse("deals:deal", args=[deal.pk]), {"kind": "changes"})

    [item] = page.context["entries"]
    assert (
        item.entry.text == "186\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}₽ → 170\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}₽"
    )
    assert item.entry.by == deal.manager.full_name
    assert deal.events.last().pgh_context.metadata["action"] == "deal.update"


def test_a_new_discount_computes_the_amount_and_says_from_what(client, deal):
    client.force_login(deal.manager)

    answer = client.post(url(deal, "discount_percent"), {"value": "7,5 %"}, **HTMX)

    deal.refresh_from_db()
    assert (deal.discount_percent, deal.amount) == (Decimal("7.5"), Decimal(172050))
    assert 'hx-swap-oob="innerHTML:#inline-amount"' in answer.content.decode()
    assert {field for field, _before, _after in lines_of(deal)} == {"discount_percent", "amount"}


def test_a_new_package_brings_its_price(deal):
    package = PackageFactory(service__price=Decimal(200000))

    change_field(deal, "package", package, by=deal.manager, now=timezone.now())

    deal.refresh_from_db()
    assert (deal.package, deal.list_price, deal.amount) == (package, Decimal(200000), Decimal(200000))


def test_an_amount_agreed_apart_is_named_so(client, deal):
    client.force_login(deal.manager)

    as_computed = client.get(url(deal, "amount") + "?show=1").context["field"].note
    client.post(url(deal, "amount"), {"value": "150000"})
    as_agreed = client.get(url(deal, "amount") + "?show=1").context["field"].note

    assert formatting.money(deal.list_price) not in as_computed
    assert formatting.money(deal.list_price) in as_agreed


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("discount_percent", "NaN"), ("amount", "NaN"),
        ("amount", ""), ("amount", "много"), ("amount", "0"), ("amount", "-5"), ("amount", "9" * 30),
        ("discount_percent", "101"), ("discount_percent", "x"), ("term_ends_on", "2020-01-01"),
        ("term_ends_on", "завтра"),
        ("expected_payment_on", "9999-99-99"), ("confidence", "maybe"), ("package", "999999"), ("contact", "x"),
        ("email", "нет"), ("phone", "123"), ("city", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_the_field_and_stays_typed(client, deal, name, typed):
    client.force_login(deal.manager)
    before = Deal.objects.values().get(pk=deal.pk)

    answer = client.post(url(deal, name), {"value": typed}, **HTMX)

    assert answer.status_code == 422
    assert answer.context["form"].errors["value"]
    assert answer.context["form"]["value"].value() == typed
    assert Deal.objects.values().get(pk=deal.pk) == before


def test_r6_a_renewal_that_is_due_keeps_its_amount(deal):
    Deal.objects.filter(pk=deal.pk).update(stage=stage("renewal", "due"))
    deal.refresh_from_db()

    with pytest.raises(RuleViolation):
        change_field(deal, "amount", Decimal(0), by=deal.manager, now=timezone.now())


def test_the_phone_is_kept_in_one_form_with_its_extension(client, deal):
    client.force_login(deal.manager)

    client.post(url(deal, "phone"), {"value": "8 (912) 345-67-89 доб. 12"})

    contact = deal.partner.contacts.get()
    assert (contact.phone, contact.phone_extension) == ("+79123456789", "12")
    assert lines_of(deal)[0][0] == "phone"


def test_the_site_needs_no_scheme(client, deal):
    client.force_login(deal.manager)

    client.post(url(deal, "site"), {"value": "vektor.example.ru"})

    deal.partner.refresh_from_db()
    assert deal.partner.site == "https://vektor.example.ru"


def test_a_partner_in_the_archive_keeps_its_values(client, deal):
    Partner.objects.filter(pk=deal.partner_id).update(archived_at=timezone.now())
    client.force_login(deal.manager)

    assert client.post(url(deal, "site"), {"value": "vektor.example.ru"}, **HTMX).status_code == 422


def test_the_city_of_the_partner_changes_its_clock(client, deal):
    city = City.objects.exclude(pk=deal.partner.city_id).filter(timezone="Asia/Vladivostok").first()
    client.force_login(deal.manager)

    client.post(url(deal, "city"), {"value": city.pk})

    deal.partner.refresh_from_db()
    assert deal.partner.city == city


def test_the_head_gives_the_deal_to_another_manager_with_its_open_tasks(client, deal):
    other, task = SupportFactory(), TaskFactory(deal=deal)
    client.force_login(HeadFactory())

    client.post(url(deal, "manager"), {"value": other.pk})

    deal.refresh_from_db()
    task.refresh_from_db()
    assert (deal.manager, task.assignee) == (other, other)


def test_a_manager_does_not_give_deals_away(client, deal):
    client.force_login(deal.manager)

    assert client.post(url(deal, "manager"), {"value": SupportFactory().pk}).status_code == 403
    assert not client.get(reverse("deals:deal", args=[deal.pk])).context["inline"]["manager"].can_edit


def test_a_contact_of_another_partner_is_refused(deal):
    with pytest.raises(RuleViolation) as refusal:
        change_field(deal, "contact", ContactFactory(), by=deal.manager, now=timezone.now())

    assert refusal.value.code == "foreign_contact"


@pytest.mark.parametrize("name", ["amount", "phone"])
def test_strangers_change_nothing(client, deal, name):
    stranger = SupportFactory()
    client.force_login(stranger)

    assert client.post(url(deal, name), {"value": "1"}).status_code == 404
    with pytest.raises(PermissionDenied):
        change_field(deal, name, "1", by=stranger, now=timezone.now())
    with pytest.raises(PermissionDenied):
        change_field(deal, name, "1", by=MarketerFactory(), now=timezone.now())


def test_what_is_no_value_of_the_card_is_not_there(client, deal):
    client.force_login(deal.manager)

    assert client.get(url(deal, "paid_amount")).status_code == 404


def test_a_closed_deal_keeps_its_values(client, deal):
    Deal.objects.filter(pk=deal.pk).update(
        stage=stage("renewal", "lost"), outcome="lost", lost_reason="Дорого", closed_at=timezone.now()
    )
    client.force_login(deal.manager)

    answer = client.post(url(deal, "amount"), {"value": "1"}, **HTMX)

    assert answer.status_code == 422
    assert not client.get(reverse("deals:deal", args=[deal.pk])).context["inline"]["amount"].can_edit


def test_an_addon_has_neither_package_nor_term_to_change(client):
    addon = AddonFactory()
    client.force_login(addon.manager)

    values = client.get(reverse("deals:deal", args=[addon.pk])).context["inline"]

    assert not values["package"].can_edit
    assert not values["term_ends_on"].can_edit
    assert values["discount_percent"].can_edit


def test_two_at_once_the_second_sees_both_values_and_who_was_first(client, deal):
    head = HeadFactory()
    client.force_login(deal.manager)
    seen = client.get(url(deal, "amount")).context["form"]["seen"].value()
    change_field(deal, "amount", Decimal(180000), by=head, now=timezone.now())

    answer = client.post(url(deal, "amount"), {"value": "170 000", "seen": seen}, **HTMX)

    deal.refresh_from_db()
    page = answer.content.decode()
    assert (answer.status_code, deal.amount) == (422, Decimal(180000))
    assert head.full_name in page
    assert [answer.context["mine"], answer.context["theirs"]] == [formatting.money(170_000), formatting.money(180_000)]
    client.post(url(deal, "amount"), {"value": "170 000", "seen": answer.context["theirs_key"]}, **HTMX)
    deal.refresh_from_db()
    assert deal.amount == Decimal(170000)


def test_a_third_change_in_between_is_a_conflict_again(deal):
    now = timezone.now()
    change_field(deal, "amount", Decimal(180000), by=HeadFactory(), now=now)
    change_field(deal, "amount", Decimal(181000), by=HeadFactory(), now=now + timedelta(seconds=1))

    with pytest.raises(EditConflict) as conflict:
        change_field(deal, "amount", Decimal(170000), by=deal.manager, now=now, seen="180000.00")

    assert conflict.value.theirs == Decimal(181000)


def test_two_who_change_different_values_do_not_disturb_each_other(client, deal):
    client.force_login(deal.manager)
    seen = client.get(url(deal, "amount")).context["form"]["seen"].value()
    change_field(deal, "confidence", "doubtful", by=HeadFactory(), now=timezone.now())

    client.post(url(deal, "amount"), {"value": "170 000", "seen": seen}, **HTMX)

    deal.refresh_from_db()
    assert (deal.amount, deal.confidence) == (Decimal(170000), "doubtful")


def test_two_who_mean_the_same_do_not_quarrel(deal):
    change_field(deal, "amount", Decimal(170000), by=HeadFactory(), now=timezone.now())

    change_field(deal, "amount", Decimal(170000), by=deal.manager, now=timezone.now(), seen="186000.00")

    assert len(lines_of(deal)) == 1
