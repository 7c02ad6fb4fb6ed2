"""The timeline: chips with counts, notes that can be mended for a quarter of an hour, seven places on top."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import HeadFactory, MarketerFactory, SupportFactory
from core.errors import RuleViolation
from deals.actions import NextStep, change_field, edit_note, move_deal, pin, save_call_comment, unpin, write_note
from deals.comment_text import Numbers
from deals.models import MAX_PINS, Note, Pin
from deals.tests.factories import DealFactory, HandoffFactory, TaskFactory, stage
from deals.timeline import timeline
from partners.tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def deal():
    return DealFactory()


def say(deal, at, was="Разобрали три звонка"):
    return save_call_comment(
        deal, was=was, now_text="Работает", plans="Взять помощника", numbers=Numbers(30),
        next_step=NextStep("Позвонить", at + timedelta(days=3)), by=deal.manager, now=at,
    )  # fmt: skip


def read(deal, reader, now, kind=""):
    return timeline(deal, reader, before=now + timedelta(seconds=1), kind=kind)


def test_each_kind_has_a_chip_with_its_count_and_the_address_filters(client, deal, now):
    say(deal, now - timedelta(hours=3))
    say(deal, now - timedelta(hours=2))
    write_note(deal, "Бухгалтер в отпуске", by=deal.manager, now=now)
    move_deal(deal, stage("renewal", "troubled"), by=deal.manager, now=now)
    client.force_login(deal.manager)

    page = client.get(reverse("deals:deal", args=[deal.pk]), {"tab": "feed", "kind": "notes"})

    assert {chip.kind: chip.count for chip in page.context["chips"]} == {"": 4, "calls": 2, "statuses": 1, "notes": 1}
    assert [item.entry.text for item in page.context["entries"]] == ["Бухгалтер в отпуске"]


def test_an_unknown_kind_shows_everything(client, deal, now):
    say(deal, now)
    client.force_login(deal.manager)

    assert len(client.get(reverse("deals:deal", args=[deal.pk]), {"kind": "'x"}).context["entries"]) == 1


def test_marketing_reads_notes_but_neither_calls_nor_phones(now):
    deal = HandoffFactory(accepted_at=now, accepted_by=HeadFactory()).deal
    say(deal, now)
    write_note(deal, "Сайт переехал", by=deal.manager, now=now)
    ContactFactory(partner=deal.partner)
    change_field(deal, "phone", ("+79123456789", ""), by=deal.manager, now=now)

    entries, _more, counts = read(deal, MarketerFactory(), now)

    assert counts == {"notes": 1}
    assert [entry.text for entry in entries] == ["Сайт переехал"]


@pytest.mark.parametrize("before", ["", "yesterday", "2026-13-45T99:00", "2026-01-01"])
def test_a_moment_that_is_none_gives_the_first_page(client, deal, before):
    client.force_login(deal.manager)

    assert client.get(reverse("deals:feed", args=[deal.pk]), {"before": before}).status_code == 200


def test_planned_tasks_stand_above_the_history(client, deal, now):
    task = TaskFactory(deal=deal, title="Сверить чек", assignee=deal.manager)
    say(deal, now)
    client.force_login(deal.manager)

    page = client.get(reverse("deals:deal", args=[deal.pk])).content.decode()

    assert page.index("Сверить чек") < page.index("Разобрали три звонка")
    box = client.get(reverse("deals:feed", args=[deal.pk])).content.decode()
    assert reverse("deals:task-complete", args=[task.pk]) in box, "read anew it can still be done"


def test_the_author_mends_a_note_within_15_minutes_and_the_former_wording_is_kept(client, deal, now):
    note = write_note(deal, "Бухгалтер в отпуске", by=deal.manager, now=now)
    client.force_login(deal.manager)

    client.post(reverse("deals:note-edit", args=[deal.pk, note.pk]), {"text": "Бухгалтер в отпуске до 30 ноября"})
    history = client.get(reverse("deals:note-history", args=[deal.pk, note.pk])).content.decode()

    note.refresh_from_db()
    assert note.text == "Бухгалтер в отпуске до 30 ноября"
    assert note.edited_at
    assert note.events.order_by("pgh_id").first().text == "Бухгалтер в отпуске"
    assert "Бухгалтер в отпуске</p>" in history.replace("\N{NO-BREAK SPACE}", " ")


def test_after_15_minutes_a_note_stays_as_it_is(deal, now):
    note = write_note(deal, "Бухгалтер в отпуске", by=deal.manager, now=now)

    with pytest.raises(RuleViolation) as refusal:
        edit_note(note, "Другое", by=deal.manager, now=now + timedelta(minutes=16))
    with pytest.raises(IntegrityError), transaction.atomic():
        Note.objects.filter(pk=note.pk).update(edited_at=now + timedelta(minutes=16))

    assert refusal.value.code == "note_is_final"


def test_nobody_else_mends_a_note(client, deal, now):
    note = write_note(deal, "Бухгалтер в отпуске", by=deal.manager, now=now)
    head = HeadFactory()
    client.force_login(head)

    with pytest.raises(PermissionDenied):
        edit_note(note, "Другое", by=head, now=now)
    assert client.post(reverse("deals:note-edit", args=[deal.pk, note.pk]), {"text": "Другое"}).status_code == 404


@pytest.mark.parametrize("text", ["", "   ", "о" * 5001])
def test_an_empty_or_endless_note_is_refused_and_stays_typed(client, deal, text):
    client.force_login(deal.manager)

    response = client.post(reverse("deals:note", args=[deal.pk]), {"text": text})

    assert response.status_code == 422
    assert response.context["text"] == text
    assert not Note.objects.exists()


def test_what_is_pinned_stands_on_top_with_who_pinned_it(client, deal, now):
    old = say(deal, now - timedelta(days=3), was="Договорились о скидке")
    say(deal, now)
    client.force_login(deal.manager)

    client.post(reverse("deals:pin", args=[deal.pk, "calls", old.pk]), {"on": "1"})
    page = client.get(reverse("deals:deal", args=[deal.pk]))

    [pinned] = page.context["pinned"]
    assert (pinned.entry.comment, pinned.pinned_by) == (old, deal.manager.full_name)
    client.post(reverse("deals:pin", args=[deal.pk, "calls", old.pk]))
    assert not Pin.objects.exists()


def test_an_eighth_pin_is_refused_by_the_action_and_by_the_database(deal, now):
    notes = [write_note(deal, f"Заметка {n}", by=deal.manager, now=now) for n in range(MAX_PINS + 1)]
    for note in notes[:MAX_PINS]:
        pin(note, by=deal.manager, now=now)
        pin(note, by=deal.manager, now=now)

    with pytest.raises(RuleViolation) as refusal:
        pin(notes[-1], by=deal.manager, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Pin.objects.create(deal=deal, place=8, note=notes[-1], pinned_by=deal.manager, pinned_at=now)

    assert refusal.value.code == "too_many_pins"
    unpin(notes[0], by=deal.manager)
    assert pin(notes[-1], by=deal.manager, now=now).place == 1


@pytest.mark.parametrize(("kind", "ref"), [("tasks", 1), ("calls", 999_999), ("notes", 0)])
def test_what_is_not_there_cannot_be_pinned(client, deal, kind, ref):
    client.force_login(deal.manager)

    assert client.post(reverse("deals:pin", args=[deal.pk, kind, ref]), {"on": "1"}).status_code == 404


def test_a_strangers_deal_takes_no_notes(client, deal):
    client.force_login(SupportFactory())

    assert client.post(reverse("deals:note", args=[deal.pk]), {"text": "Привет"}).status_code == 404
