"""Bank statements: the file as it was, what it declared, and every movement of money in it, once."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import may
from files.models import StoredFile

LINE_IS_FINAL = """
    IF (to_jsonb(NEW) - ARRAY['seen_in_id', 'other_purpose'])
        IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['seen_in_id', 'other_purpose'])
    THEN
        RAISE EXCEPTION 'statement line %: what a bank has written never changes', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class BankStatementQuerySet(models.QuerySet):
    def visible_to(self, user: User, permission: str = "statement.read") -> "BankStatementQuerySet":
        """All or nothing: until it is decided, money from the bank is nobody's own."""
        return self if may(user, permission) else self.none()


@pghistory.track()
class BankStatement(models.Model):
    class State(models.TextChoices):
        COLUMNS = "columns", _("waits for its columns")
        QUEUED = "queued", _("is being read")
        DONE = "done", _("loaded")
        REFUSED = "refused", _("not taken")

    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name=_("file"))
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=7, choices=State, default=State.QUEUED)
    format = models.CharField(max_length=8, blank=True)
    version = models.CharField(max_length=10, blank=True)
    encoding = models.CharField(max_length=10, blank=True)
    declared_encoding = models.CharField(max_length=30, blank=True)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("to"), null=True, blank=True)
    is_sound = models.BooleanField(_("totals and balances agree"), default=False)
    warnings = models.JSONField(default=list, blank=True)
    error = models.TextField(_("why not taken"), blank=True)
    lines_count = models.PositiveIntegerField(default=0)
    new_count = models.PositiveIntegerField(default=0)
    duplicates_count = models.PositiveIntegerField(default=0)
    skipped_count = models.PositiveIntegerField(default=0, help_text=_("Outgoing, internal and undecidable lines"))
    loaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    loaded_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    matched_at = models.DateTimeField(null=True, blank=True, help_text=_("When the sure payments were matched"))

    objects = BankStatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("bank statement")
        verbose_name_plural = _("bank statements")
        constraints = [
            models.UniqueConstraint(fields=["sha256"], condition=~Q(state="refused"), name="statement_is_loaded_once"),
            models.CheckConstraint(
                name="statement_finished_or_not",
                condition=Q(state__in=["columns", "queued"], finished_at__isnull=True)
                | Q(state__in=["done", "refused"], finished_at__isnull=False),
            ),
            models.CheckConstraint(
                name="statement_refused_says_why", condition=~Q(state="refused") | Q(error__regex=r"\S")
            ),
        ]
        indexes = [
            models.Index(fields=["-loaded_at"], name="statements_by_time"),
            models.Index(fields=["loaded_at"], condition=Q(matched_at__isnull=True), name="statements_unfinished"),
        ]

    def __str__(self) -> str:
        return self.file.name


class StatementAccount(models.Model):
    """What the file declares of one account, and what its documents add up to. Sums in roubles."""

    statement = models.ForeignKey(BankStatement, models.CASCADE, related_name="accounts")
    number = models.CharField(_("account"), max_length=34)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    opening = models.DecimalField(_("balance at the beginning"), max_digits=15, decimal_places=2, null=True)
    closing = models.DecimalField(_("balance at the end"), max_digits=15, decimal_places=2, null=True)
    declared_in = models.DecimalField(_("came in, declared"), max_digits=15, decimal_places=2, null=True)
    declared_out = models.DecimalField(_("went out, declared"), max_digits=15, decimal_places=2, null=True)
    counted_in = models.DecimalField(_("came in, counted"), max_digits=15, decimal_places=2)
    counted_out = models.DecimalField(_("went out, counted"), max_digits=15, decimal_places=2)
    previous_closing = models.DecimalField(
        max_digits=15, decimal_places=2, null=True, help_text=_("Of the statement before this one, as it was then")
    )
    previous_ends_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["statement", "number"], name="account_once_in_a_statement")]
        indexes = [models.Index(fields=["number", "-ends_on"], name="statement_accounts_chain")]

    def __str__(self) -> str:
        return self.number

    @property
    def turnovers_agree(self) -> bool:
        """Whether the documents add up to what the bank declares, as far as it declares anything."""
        return self.declared_in in (None, self.counted_in) and self.declared_out in (None, self.counted_out)

    @property
    def balances_agree(self) -> bool:
        """Whether opening and turnovers give the closing balance."""
        if self.opening is None or self.closing is None:
            return True
        return self.opening + self.counted_in - self.counted_out == self.closing

    @property
    def chain_agrees(self) -> bool:
        """Whether it begins with what the statement before it ended with."""
        return self.opening is None or self.previous_closing is None or self.opening == self.previous_closing

    @property
    def has_totals(self) -> bool:
        return self.declared_in is not None and self.declared_out is not None


class StatementLine(models.Model):
    """One movement of money as the bank wrote it: never changed, never deleted, in the database once.

    No bank gives a lasting number, so a line is known by its `fingerprint` (what does not vary between exports), and
    truly equal ones by `occurrence`, their running number within a file.
    """

    class Direction(models.TextChoices):
        IN = "in", _("came in")
        OUT = "out", _("went out")
        INTERNAL = "internal", _("between own accounts")
        UNKNOWN = "unknown", _("cannot be told")

    statement = models.ForeignKey(BankStatement, models.PROTECT, related_name="lines")
    seen_in = models.ForeignKey(
        BankStatement, models.PROTECT, related_name="+", help_text=_("The last statement that has this line")
    )
    account = models.CharField(_("our account"), max_length=34)
    direction = models.CharField(max_length=8, choices=Direction)
    by_date_field = models.BooleanField(default=False, help_text=_("The direction is told by a date, not an account"))
    fingerprint = models.CharField(max_length=64)
    occurrence = models.PositiveSmallIntegerField()
    position = models.PositiveIntegerField(help_text=_("Line of the file"))
    kind = models.CharField(max_length=60, blank=True)
    number = models.CharField(_("document №"), max_length=40, blank=True)
    dated_on = models.DateField(_("document date"))
    posted_on = models.DateField(_("posted on"))
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    payer_account = models.CharField(max_length=40, blank=True)
    payer_inn = models.CharField(max_length=20, blank=True)
    payer_name = models.CharField(max_length=250, blank=True)
    payer_bank_code = models.CharField(max_length=20, blank=True)
    payee_account = models.CharField(max_length=40, blank=True)
    payee_inn = models.CharField(max_length=20, blank=True)
    payee_name = models.CharField(max_length=250, blank=True)
    purpose = models.CharField(max_length=1000, blank=True)
    other_purpose = models.CharField(
        max_length=1000, blank=True, help_text=_("The text of the same document in another export, when it differs")
    )

    class Meta:
        verbose_name = _("statement line")
        verbose_name_plural = _("statement lines")
        constraints = [
            models.UniqueConstraint(fields=["account", "fingerprint", "occurrence"], name="statement_line_once"),
            models.CheckConstraint(name="statement_line_is_positive", condition=Q(amount__gt=0, occurrence__gte=1)),
        ]
        indexes = [
            models.Index(fields=["payer_account"], condition=Q(direction="in"), name="statement_lines_by_payer"),
            models.Index(fields=["posted_on"], condition=Q(direction="out"), name="statement_lines_out"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="line_is_final", when=pgtrigger.Before, operation=pgtrigger.Update, func=LINE_IS_FINAL
            ),
            pgtrigger.Protect(name="line_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.posted_on} {self.amount}"


class StatementColumns(models.Model):
    """The columns of a bank's CSV as somebody has pointed them out; the same table is known again by its heads."""

    key = models.CharField(max_length=64, unique=True)
    own_account = models.CharField(_("our account"), max_length=34)
    positions = models.JSONField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key[:8]
