"""Two records of one partner made one: what moves, which values win, what refuses, and how it is undone."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from accounts.tests.factories import AdministratorFactory, HeadFactory, SupportFactory, UserFactory
from core.errors import RuleViolation, VersionConflict
from deals.models import Deal
from deals.tests.factories import AddonFactory, DealFactory, HandoffFactory
from partners import relations
from partners.actions import add_contact, archive_contact, merge_contacts, merge_partners, undo_partner_merge
from partners.actions.contacts import ContactDraft
from partners.actions.merging import PARTNER_FIELDS
from partners.models import Contact, Partner, PartnerMerge
from partners.tests.factories import ContactFactory, MetricsFactory, PartnerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def head(client):
    person = HeadFactory()
    client.force_login(person)
    return person


@pytest.fixture
def pair():
    """A partner with a renewal, and its duplicate with a contact, metrics, a promise and an add-on deal."""
    winner = PartnerFactory(name="ООО «Вектор»", inn="7707083893")
    DealFactory(partner=winner)
    ContactFactory(partner=winner, phone="+79000000001")
    loser = PartnerFactory(name="Вектор", site="https://vektor.example", external_id="B24-17")
    AddonFactory(partner=loser, contact=ContactFactory(partner=loser, phone="+79000000002"))
    MetricsFactory(partner=loser)
    loser.agreements.create(text="Скидка 7 %")
    return winner, loser


def merge(pair, by, **options):
    return merge_partners(*pair, from_loser=options.pop("from_loser", set()), by=by, now=timezone.now(), **options)


def snapshot(partner):
    partner.refresh_from_db()
    values = {name: getattr(partner, name) for name in PARTNER_FIELDS}
    rows = {
        name: sorted(relations._pointing_to(key, partner).values_list("pk", flat=True))
        for name, key in relations.references(Partner).items()
    }
    mains = list(partner.contacts.filter(is_primary=True).values_list("pk", flat=True))
    return values, rows, mains, partner.archived_at, partner.merged_into_id


def test_everything_that_refers_to_the_loser_refers_to_the_winner(head, pair):
    winner, loser = pair

    merge(pair, head, from_loser={"site"})

    winner.refresh_from_db()
    loser.refresh_from_db()
    assert relations.counts(loser) == []
    moved = (winner.deals, winner.contacts, winner.metrics, winner.agreements)
    assert [each.count() for each in moved] == [2, 2, 1, 1]
    assert (winner.name, winner.site) == ("ООО «Вектор»", "https://vektor.example")
    assert (loser.merged_into, loser.archived_at is not None) == (winner, True)


def test_a_new_kind_of_rows_moves_by_itself():
    """What moves is read from the models; whoever adds a foreign key to a partner sees here that it will move."""
    assert set(relations.references(Partner)) >= {
        "deals.deal.partner", "deals.partnerfile.partner", "deals.problem.partner", "invoices.invoice.partner",
        "invoices.payment.partner", "partners.agreement.partner", "partners.contact.partner",
        "partners.metrics.partner",
    }  # fmt: skip
    assert not any("event" in name or "merge" in name for name in relations.references(Partner))


def test_no_kind_of_rows_may_be_there_once_for_a_partner_without_its_own_rule_for_merging():
    """A unique constraint over the partner alone would make a merge fail; the main contact is looked after."""
    unique = [
        constraint.name
        for key in relations.references(Partner).values()
        for constraint in key.model._meta.constraints
        if key.name in getattr(constraint, "fields", ())
    ]
    assert unique == ["partner_has_one_primary_contact"]
    assert not any(key.unique for key in relations.references(Partner).values())


def test_the_winners_main_contact_stays_the_main_one(head, pair):
    winner, _loser = pair

    merge(pair, head)

    assert winner.contacts.get(is_primary=True).phone == "+79000000001"


def test_a_winner_without_contacts_takes_the_losers_main_one(head):
    winner, loser = PartnerFactory(), PartnerFactory()
    ContactFactory(partner=loser)

    merge((winner, loser), head)

    assert winner.contacts.get().is_primary


def test_undoing_gives_each_what_it_had(head, pair):
    before = [snapshot(each) for each in pair]
    made = merge(pair, head, from_loser={"site", "name", "city", "manager", "partner_since"})

    undo_partner_merge(made, by=head, now=timezone.now())

    assert [snapshot(each) for each in pair] == before
    with pytest.raises(RuleViolation, match="уже отменено"):
        undo_partner_merge(made, by=head, now=timezone.now())


def test_it_can_be_merged_undone_and_merged_again(head, pair):
    undo_partner_merge(merge(pair, head), by=head, now=timezone.now())
    merge(pair, head)

    assert PartnerMerge.objects.filter(undone_at=None).count() == 1


def test_undoing_is_refused_when_something_was_built_upon_it(head, pair):
    winner, _loser = pair
    made = merge(pair, head)
    add_contact(winner, ContactDraft("Новый человек"), by=head)

    with pytest.raises(RuleViolation) as refusal:
        undo_partner_merge(made, by=head, now=timezone.now())

    assert refusal.value.code == "merge_built_upon"
    assert "контакты" in refusal.value.message
    assert Deal.objects.filter(partner=winner).count() == 2


def test_undoing_is_refused_when_a_value_was_changed_since(head, pair):
    winner, _loser = pair
    made = merge(pair, head, from_loser={"site"})
    Partner.objects.filter(pk=winner.pk).update(site="https://other.example")

    with pytest.raises(RuleViolation, match="сайт"):
        undo_partner_merge(made, by=head, now=timezone.now())


def test_undoing_is_refused_when_the_winner_was_merged_on(head, pair):
    first = merge(pair, head)
    third = PartnerFactory()
    merge((third, pair[0]), head)

    with pytest.raises(RuleViolation) as refusal:
        undo_partner_merge(first, by=head, now=timezone.now())

    assert refusal.value.code == "merge_built_upon"


def test_a_chain_of_merges_is_undone_from_its_end(head, pair):
    before = [snapshot(each) for each in pair]
    third = PartnerFactory()
    first = merge(pair, head)
    second = merge((third, pair[0]), head)

    undo_partner_merge(second, by=head, now=timezone.now())
    undo_partner_merge(first, by=head, now=timezone.now())

    assert [snapshot(each) for each in pair] == before


def test_r5_two_open_renewals_are_not_merged_into_one_partner(head, pair):
    DealFactory(partner=pair[1])

    with pytest.raises(RuleViolation) as refusal:
        merge(pair, head)

    assert refusal.value.code == "two_open_renewals"
    assert not PartnerMerge.objects.exists()


@pytest.mark.parametrize("which", [0, 1])
def test_who_is_archived_or_merged_takes_no_part(head, pair, which):
    Partner.objects.filter(pk=pair[which].pk).update(archived_at=timezone.now())

    with pytest.raises(RuleViolation):
        merge(pair, head)


def test_one_is_not_merged_with_itself(head, pair):
    with pytest.raises(RuleViolation) as refusal:
        merge((pair[0], pair[0]), head)

    assert refusal.value.code == "merge_same"


def test_what_changed_since_the_comparison_is_compared_again(head, pair):
    with pytest.raises(VersionConflict):
        merge(pair, head, versions=(pair[0].version, pair[1].version + 1))


def test_the_database_knows_no_merged_partner_that_is_in_work(pair):
    with pytest.raises(IntegrityError), transaction.atomic():
        Partner.objects.filter(pk=pair[1].pk).update(merged_into=pair[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        Partner.objects.filter(pk=pair[0].pk).update(merged_into=pair[0], archived_at=timezone.now())


def test_the_audit_trail_names_the_merge_and_its_undoing(head, pair):
    undo_partner_merge(merge(pair, head), by=head, now=timezone.now())

    contexts = [event.pgh_context.metadata for event in pair[1].events.filter(pgh_label="update").order_by("pgh_id")]
    assert [(each["action"], each["why"], each["user"]) for each in contexts] == [
        ("partner.merge", "", head.pk),
        ("partner.merge", "undo", head.pk),
    ]


def test_the_feed_of_the_partner_tells_of_the_merge_and_its_undoing(client, head, pair):
    undo_partner_merge(merge(pair, head), by=head, now=timezone.now())

    entries = client.get(reverse("partners:partner", args=[pair[0].pk])).context["entries"]

    told = [(each.entry.title, each.entry.text, each.entry.by) for each in entries]
    assert told == [
        ("Объединение отменено", "Вектор", head.full_name),
        ("Объединён с дублем", "Вектор", head.full_name),
    ]


def test_the_former_address_leads_to_the_one_that_stayed(client, head, pair):
    third = PartnerFactory()
    merge(pair, head)
    merge((third, pair[0]), head)

    response = client.get(reverse("partners:partner", args=[pair[1].pk]))

    assert response.url == reverse("partners:partner", args=[third.pk])


def test_the_pages_of_merging_and_undoing(client, head, pair):
    winner, loser = pair
    address = reverse("partners:merge", args=[winner.pk])
    found = client.get(address, {"q": "вектор"})
    assert [each.pk for each in found.context["found"]] == [loser.pk]

    page = client.get(f"{address}?with={loser.pk}")
    form = page.context["form"]
    assert {"name", "site"} <= set(form.different)
    assert form["site"].value() == "loser"
    chosen = {name: form[name].value() for name in form.different} | {"version": 1, "other_version": 1}
    client.post(f"{address}?with={loser.pk}", chosen | {"name": "loser"})

    winner.refresh_from_db()
    assert winner.name == "Вектор"
    shown = client.get(reverse("partners:partner", args=[winner.pk])).content.decode()
    assert "Отменить объединение" in shown
    client.post(reverse("partners:merge-undo", args=[PartnerMerge.objects.get().pk]))
    loser.refresh_from_db()
    assert loser.archived_at is None


@pytest.mark.parametrize("typed", [{}, {"name": "third"}, {"name": ""}, {"version": "x"}, {"name": "a" * 10_000}])
def test_a_choice_that_is_none_is_told_at_its_row(client, head, pair, typed):
    address = reverse("partners:merge", args=[pair[0].pk]) + f"?with={pair[1].pk}"

    response = client.post(address, typed)

    assert response.status_code == 422
    assert "name" in response.context["form"].errors
    assert not PartnerMerge.objects.exists()


@pytest.mark.parametrize("key", ["999999", "x", "-1", "99999999999999999999", "1e3"])
def test_a_strange_second_partner_is_not_found(client, head, pair, key):
    assert client.get(reverse("partners:merge", args=[pair[0].pk]) + f"?with={key}").status_code == 404


@pytest.mark.parametrize("text", ["%00", "%", "'", "я" * 5000, "   "])
def test_a_strange_search_finds_nobody(client, head, pair, text):
    assert client.get(reverse("partners:merge", args=[pair[0].pk]), {"q": text}).status_code == 200


@pytest.mark.parametrize("role", [Role.SUPPORT_MANAGER, Role.SALES_MANAGER, Role.MARKETER, Role.ADMINISTRATOR])
def test_only_the_heads_merge_partners(client, pair, head, role):
    made = merge(pair, head)
    person = pair[0].manager if role == Role.SUPPORT_MANAGER else UserFactory(role=role)
    client.force_login(person)

    assert client.get(reverse("partners:merge", args=[pair[0].pk])).status_code == 403
    assert client.post(reverse("partners:merge-undo", args=[made.pk])).status_code == 403
    shown = client.get(reverse("partners:partner", args=[pair[0].pk])).content.decode()
    assert reverse("partners:merge", args=[pair[0].pk]) not in shown
    assert reverse("partners:merge-undo", args=[made.pk]) not in shown


# --- Contacts ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def people(client):
    """Two contacts of one partner, of which the second is named by a deal; its manager is signed in."""
    partner = PartnerFactory()
    client.force_login(partner.manager)
    first = ContactFactory(partner=partner, email="", phone="+79000000001")
    second = ContactFactory(partner=partner, is_primary=False, position="бухгалтер", phone="+79000000002")
    DealFactory(partner=partner, contact=second)
    return first, second


def test_a_manager_merges_contacts_of_his_own_partner_and_undoes_it(client, people):
    first, second = people
    address = reverse("partners:contact-merge", args=[first.pk]) + f"?with={second.pk}"
    form = client.get(address).context["form"]
    chosen = {name: form[name].value() for name in form.different}

    client.post(address, chosen)

    first.refresh_from_db()
    assert (first.email, first.phone, first.position) == ("vektor@example.ru", "+79000000001", "бухгалтер")
    assert first.deal_set.count() == 1
    page = client.get(reverse("partners:partner", args=[first.partner_id]))
    assert [each.pk for each in page.context["contacts"]] == [first.pk]
    client.post(reverse("partners:contact-merge-undo", args=[page.context["archived_contacts"][0].merge_pk]))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.email, second.archived_at, second.deal_set.count()) == ("", None, 1)


def test_when_the_main_contact_goes_the_one_that_stays_is_called(client, people):
    first, second = people
    address = reverse("partners:contact-merge", args=[second.pk]) + f"?with={first.pk}"
    form = client.get(address).context["form"]
    client.post(address, {name: form[name].value() for name in form.different})

    second.refresh_from_db()
    assert second.is_primary
    client.post(reverse("partners:contact-merge-undo", args=[second.merges_won.get().pk]))
    assert Contact.objects.get(is_primary=True) == first


def test_contacts_of_two_partners_are_not_merged(client, people):
    other = ContactFactory(partner=PartnerFactory(manager=people[0].partner.manager), name="Другой")
    address = reverse("partners:contact-merge", args=[people[0].pk]) + f"?with={other.pk}"
    form = client.get(address).context["form"]

    response = client.post(address, {name: form[name].value() for name in form.different})

    assert response.status_code == 422
    assert "разных партнёров" in response.content.decode()


@pytest.mark.parametrize(("person", "status"), [(SupportFactory, 404), (AdministratorFactory, 403)])
def test_a_stranger_merges_no_contacts(client, people, person, status):
    client.force_login(person())

    assert client.get(reverse("partners:contact-merge", args=[people[0].pk])).status_code == status


def test_sales_adds_contacts_and_merges_none(client):
    handoff = HandoffFactory()
    first = ContactFactory(partner=handoff.deal.partner)
    client.force_login(handoff.sold_by)

    assert client.get(reverse("partners:contact-edit", args=[first.pk])).status_code == 200
    assert client.get(reverse("partners:contact-merge", args=[first.pk])).status_code == 403
    assert client.post(reverse("partners:contact-archive", args=[first.pk])).status_code == 403


def test_an_archived_contact_is_merged_with_nobody(head, people):
    archive_contact(people[1], by=head, now=timezone.now())
    with pytest.raises(RuleViolation) as refusal:
        merge_contacts(*people, from_loser=set(), by=head, now=timezone.now())

    assert refusal.value.code == "contact_archived"
