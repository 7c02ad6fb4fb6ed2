"""Making one of two records of the same partner, or of the same person; and taking that back.

The loser is archived and points to the winner, and all that referred to it refers to the winner. What moved is kept
with the merge, so that it can be undone as long as nothing has been built upon it.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core.audit import operation
from core.errors import RuleViolation, VersionConflict
from partners import relations
from partners.actions.contacts import ensure_main
from partners.actions.locking import lock_any_partner
from partners.hooks import check_merging
from partners.models import Contact, ContactMerge, Merge, Partner, PartnerMerge

PARTNER_FIELDS = (
    "name", "city", "manager", "legal_kind", "legal_name", "inn", "kpp", "address", "site", "contract_offer",
    "partner_since",
)  # fmt: skip
CONTACT_FIELDS = ("name", "position", "phone", "phone_extension", "second_phone", "email", "messenger")


def merge_partners(
    winner: Partner,
    loser: Partner,
    *,
    from_loser: set[str],
    by: User,
    now: datetime,
    versions: tuple[int, int] | None = None,
) -> PartnerMerge:
    """Make one partner of two: `winner` stays, with the values named in `from_loser` taken from the other.

    Raises `merge_same`, `partner_merged`, `partner_archived`, VersionConflict, and what the higher rooms object (both
    have an open renewal).
    """
    for each in (winner, loser):
        require(by, "partner.merge", each)
    with operation("partner.merge", by=by):
        winner, loser = _lock_two(Partner, winner, loser)
        if versions is not None and (winner.version, loser.version) != versions:
            raise VersionConflict(_("Somebody has changed one of the two meanwhile. Compare them again."))
        check_merging(winner, loser)
        # The former main contact steps back before he moves: a partner has one.
        winner_has_main = winner.contacts.filter(is_primary=True).exists()
        demoted = list(loser.contacts.filter(is_primary=True).values_list("pk", flat=True)) if winner_has_main else []
        Contact.objects.filter(pk__in=demoted).update(is_primary=False)
        loser.archived_at, loser.merged_into, loser.archive_reason = now, winner, ""
        loser.version += 1
        loser.save()
        before, after = _take_over(winner, loser, from_loser, PARTNER_FIELDS)
        moved = relations.move(loser, winner)
        winner.version += 1
        winner.save()
        record = {"before": before | {"main_contact": demoted}, "after": after, "moved": moved}
        return PartnerMerge.objects.create(
            winner=winner, loser=loser, by=by, at=now, newest=relations.newest(winner), **record
        )


def undo_partner_merge(merge: PartnerMerge, *, by: User, now: datetime) -> PartnerMerge:
    """Make two partners of one again, each with what it had. Raises `merge_undone` and `merge_built_upon`."""
    require(by, "partner.merge", merge.winner)
    with operation("partner.merge", by=by, why="undo"):
        merge, winner, loser = _lock_merge(PartnerMerge, Partner, merge)
        _give_back(merge, winner, loser)
        Contact.objects.filter(pk__in=merge.before["main_contact"], archived_at=None).update(is_primary=True)
        for each in (winner, loser):
            ensure_main(each)
        loser.archived_at = loser.merged_into = None
        loser.version += 1
        loser.save()
        winner.version += 1
        winner.save()
        return _mark_undone(merge, by, now)


def merge_contacts(winner: Contact, loser: Contact, *, from_loser: set[str], by: User, now: datetime) -> ContactMerge:
    """Make one contact of two of the same partner. Raises `merge_same`, `foreign_contact`, `contact_archived`."""
    require(by, "contact.merge", winner)
    require(by, "contact.merge", loser)
    if winner.partner_id != loser.partner_id:
        raise RuleViolation("foreign_contact", _("These contacts are of different partners."))
    with operation("contact.merge", by=by):
        lock_any_partner(winner.partner)
        winner, loser = _lock_two(Contact, winner, loser)
        was_main = loser.is_primary
        loser.archived_at, loser.merged_into, loser.is_primary = now, winner, False
        loser.save()
        before, after = _take_over(winner, loser, from_loser, CONTACT_FIELDS)
        winner.is_primary = winner.is_primary or was_main
        winner.save()
        moved = relations.move(loser, winner)
        before["main_contact"] = [loser.pk] if was_main else []
        newest = relations.newest(winner)
        return ContactMerge.objects.create(
            winner=winner, loser=loser, by=by, at=now, before=before, after=after, moved=moved, newest=newest
        )


def undo_contact_merge(merge: ContactMerge, *, by: User, now: datetime) -> ContactMerge:
    """Make two contacts of one again. Raises `merge_undone` and `merge_built_upon`."""
    require(by, "contact.merge", merge.winner)
    with operation("contact.merge", by=by, why="undo"):
        lock_any_partner(merge.winner.partner)
        merge, winner, loser = _lock_merge(ContactMerge, Contact, merge)
        _give_back(merge, winner, loser)
        loser.archived_at = loser.merged_into = None
        if merge.before["main_contact"] and winner.is_primary:
            winner.is_primary = False
            winner.save()
            loser.is_primary = True
        loser.save()
        winner.save()
        return _mark_undone(merge, by, now)


def _lock_two(model: type[Model], winner: Any, loser: Any) -> tuple[Any, Any]:
    """Both as they are now, locked in the order of their keys. Neither may be archived or merged already."""
    if winner.pk == loser.pk:
        raise RuleViolation("merge_same", _("This is one and the same record. Choose another one."))
    keys = [winner.pk, loser.pk]
    _lock_rows(model, keys)
    found = model._default_manager.in_bulk(keys)
    for each in found.values():
        if each.archived_at:
            message = _("“%(name)s” is in the archive or has been merged already.") % {"name": each}
            raise RuleViolation("partner_archived" if model is Partner else "contact_archived", message)
    return found[winner.pk], found[loser.pk]


def _lock_rows(model: type[Model], keys: list[int]) -> None:
    rows = model._default_manager.select_for_update(no_key=True).filter(pk__in=keys)
    list(rows.order_by("pk").values_list("pk", flat=True))


def _lock_merge(kind: type[Merge], model: type[Model], merge: Any) -> tuple[Any, Any, Any]:
    """The merge and its two sides, locked; refused when it has been undone or the winner is archived by now."""
    keys = [merge.winner_id, merge.loser_id]
    _lock_rows(model, keys)
    merge = kind._default_manager.select_for_update(of=("self",)).get(pk=merge.pk)
    if merge.undone_at:
        raise RuleViolation("merge_undone", _("This merge has been undone already."))
    found = model._default_manager.in_bulk(keys)
    winner, loser = found[merge.winner_id], found[merge.loser_id]
    if winner.archived_at:
        message = _("“%(name)s” is in the archive or has been merged already.") % {"name": winner}
        raise RuleViolation("merge_built_upon", message)
    return merge, winner, loser


def _take_over(winner: Any, loser: Any, from_loser: set[str], names: tuple[str, ...]) -> tuple[dict, dict]:
    """Give the winner the chosen values; what they were and what they are, as JSON can hold it."""
    if unknown := from_loser - set(names):
        raise KeyError(unknown)
    chosen = sorted(from_loser)
    before = {name: _plain(winner, name) for name in chosen}
    for name in chosen:
        setattr(winner, name, getattr(loser, name))
    return before, {name: _plain(winner, name) for name in chosen}


def _give_back(merge: Merge, winner: Any, loser: Any) -> None:
    """Move the rows back and give the winner its former values, or refuse when something was built upon the merge."""
    if new := relations.added_since(winner, merge.newest):
        message = _("It cannot be undone: since then there are new %(kinds)s.") % {"kinds": ", ".join(new)}
        raise RuleViolation("merge_built_upon", message)
    changed = [name for name, value in merge.after.items() if _plain(winner, name) != value]
    if changed:
        labels = ", ".join(str(winner._meta.get_field(name).verbose_name) for name in changed)
        message = _("It cannot be undone: since then somebody has changed %(fields)s.") % {"fields": labels}
        raise RuleViolation("merge_built_upon", message)
    with transaction.atomic():
        if not relations.move_back(merge.moved, winner, loser):
            message = _("It cannot be undone: some of what was moved belongs to another one by now.")
            raise RuleViolation("merge_built_upon", message)
    for name in merge.after:
        field = winner._meta.get_field(name)
        setattr(winner, field.attname, field.to_python(merge.before[name]))


def _mark_undone(merge: Any, by: User, now: datetime) -> Any:
    merge.undone_by, merge.undone_at = by, now
    merge.save(update_fields=["undone_by", "undone_at"])
    return merge


def _plain(record: Model, name: str) -> Any:
    """A value as JSON holds it: keys of neighbours, dates in ISO."""
    value = getattr(record, record._meta.get_field(name).attname)
    return value.isoformat() if hasattr(value, "isoformat") else value
