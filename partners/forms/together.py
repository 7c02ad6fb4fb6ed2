"""Two people in one form: what the other one has saved meanwhile is put under what one has typed oneself."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from partners.forms.fields import PartnersForm


@dataclass(frozen=True)
class Difference:
    """A value that somebody else has changed: as it is now, and what one has typed oneself, if anything."""

    label: Any
    theirs: str
    mine: str | None


def on_top(form: PartnersForm, now: PartnersForm) -> tuple[QueryDict, list[Difference]]:
    """What to fill the form with anew, and what the other one has changed.

    `form` is what was sent, `now` an unbound one with the present values. Own changes stay; everything else is as it is
    now, and what the next sending is compared with is as it is now, too.
    """
    typed = form.data.copy()
    differences = []
    for name, field in now.fields.items():
        if not field.show_hidden_initial:
            continue
        theirs = _text(now[name].value())
        if form.opened(name) != theirs:
            mine = form.data.get(name, "") if name in form.changed_data else theirs
            words = now.shown(name, mine) if mine != theirs else None
            differences.append(Difference(field.label, now.shown(name, theirs), words))
            typed[name] = mine
        typed[form.add_initial_prefix(name)] = theirs
    return typed, differences


def _text(value: Any) -> str:
    return "" if value is None else str(value)
