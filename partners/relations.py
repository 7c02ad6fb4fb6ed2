"""Everything in the database that refers to a record, found from the models themselves.

So merging needs to know no higher room: a new model with a foreign key to a partner moves with it by itself.
"""

from typing import Any

import pghistory.models
from django.db.models import Field, Max, Model

from partners.models import Merge

Moved = dict[str, list[int]]
"""Keys of rows by "app.model.field"."""


def references(model: type[Model]) -> dict[str, Field]:
    """The foreign keys that point to this model, by "app.model.field"; its own and those of history are left out."""
    found = {}
    for relation in model._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and relation.is_relation and not relation.concrete):
            continue
        related = relation.related_model
        if related is model or issubclass(related, (pghistory.models.Event, Merge)):
            continue
        found[f"{related._meta.label_lower}.{relation.field.name}"] = relation.field
    return dict(sorted(found.items()))


def counts(record: Model) -> list[tuple[str, int]]:
    """How many rows of each kind refer to the record: (their name, how many); without those of which there are none."""
    counted = []
    for reference in references(type(record)).values():
        number = _pointing_to(reference, record).count()
        if number:
            counted.append((str(reference.model._meta.verbose_name_plural), number))
    return counted


def move(loser: Model, winner: Model) -> Moved:
    """Let everything that refers to the loser refer to the winner; gives what has moved. Inside a transaction.

    Goes round until nothing is left: waiting for a locked row lets others finish what they were adding.
    """
    moved: Moved = {}
    while found := _move_once(loser, winner):
        for name, keys in found.items():
            moved[name] = sorted([*moved.get(name, []), *keys])
    return moved


def _move_once(loser: Model, winner: Model) -> Moved:
    moved = {}
    for name, reference in references(type(loser)).items():
        keys = list(_pointing_to(reference, loser).order_by("pk").values_list("pk", flat=True))
        if keys:
            moved[name] = keys
            _point_to(reference, keys, winner)
    return moved


def move_back(moved: Moved, winner: Model, loser: Model) -> bool:
    """Let the rows that moved refer to the loser again. False when one of them is no longer the winner's."""
    known = references(type(winner))
    return all(_point_to(known[name], keys, loser, only_of=winner) == len(keys) for name, keys in moved.items())


def newest(record: Model) -> dict[str, int]:
    """The last key of each kind of rows that refer to the record."""
    last = {}
    for name, reference in references(type(record)).items():
        key = _pointing_to(reference, record).aggregate(last=Max("pk"))["last"]
        if key is not None:
            last[name] = key
    return last


def added_since(record: Model, before: dict[str, int]) -> list[str]:
    """The names of the kinds of rows that refer to the record and are newer than `before`."""
    known = references(type(record))
    return [
        str(known[name].model._meta.verbose_name_plural)
        for name, last in newest(record).items()
        if last > before.get(name, 0)
    ]


def _pointing_to(reference: Field, record: Model) -> Any:
    return reference.model._base_manager.filter(**{reference.name: record.pk})


def _point_to(reference: Field, keys: list[int], record: Model, only_of: Model | None = None) -> int:
    rows = reference.model._base_manager.filter(pk__in=keys)
    if only_of is not None:
        rows = rows.filter(**{reference.name: only_of.pk})
    return rows.update(**{reference.name: record.pk})
