"""What the inbox is narrowed by, in the address: kind, manager, partner."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.permissions import Scope, scope
from chat.kinds import Kind
from partners.filters import search_partners
from partners.models import Partner

LONGEST_NAME = 100


class InboxFilter(forms.Form):
    """A wrong value narrows nothing."""

    q = forms.CharField(
        label=_("Partner’s name"),
        required=False,
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"type": "search", "class": "input"}),
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("Any kind")), *Kind.choices[1:]], widget=forms.Select
    )
    manager = forms.ModelChoiceField(
        label=_("Manager"), required=False, queryset=User.objects.none(), empty_label=_("All managers")
    )

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["manager"].queryset = User.objects.support_managers()
        if user.role != Role.MARKETER and scope(user, "chat.read") != Scope.ALL:
            del self.fields["manager"]
        self.is_valid()

    @property
    def is_narrowed(self) -> bool:
        return any(self.data.get(name) for name in self.fields)

    def narrow(self, rows: QuerySet, partner: str) -> QuerySet:
        """The rows of the partners that fit; `partner` is the path to the partner's key ("partner" or "pk")."""
        wanted: dict[str, Any] = self.cleaned_data
        if manager := wanted.get("manager"):
            rows = rows.filter(**{f"{partner}__in": Partner.objects.filter(manager=manager).values("pk")})
        if name := wanted.get("q"):
            found = search_partners(Partner.objects.all(), name).order_by().values("pk")
            rows = rows.filter(**{f"{partner}__in": found})
        return rows

    @property
    def of_kind(self) -> Q:
        kind = self.cleaned_data.get("kind")
        return Q(kind=kind) if kind else Q()
