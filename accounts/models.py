"""Who works here: people, their roles, and who stands in for whom."""

from datetime import date

import pghistory
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    SUPPORT_MANAGER = "support_manager", _("Support manager")
    SALES_MANAGER = "sales_manager", _("Sales manager")
    MARKETER = "marketer", _("Marketing")
    HEAD = "head", _("Head of support")
    DIRECTOR = "director", _("Director of support")
    ADMINISTRATOR = "administrator", _("Administrator")


class UserManager(BaseUserManager):
    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        """The first administrator of a new installation; there are no superusers beside the roles."""
        return self.create_user(email, password, role=Role.ADMINISTRATOR, **fields)

    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email__iexact=email)

    def support_managers(self) -> models.QuerySet["User"]:
        return self.filter(role=Role.SUPPORT_MANAGER, is_active=True).order_by("last_name", "first_name")


@pghistory.track(exclude=["password", "last_login", "theme", "density", "language", "has_hotkeys"])
class User(AbstractBaseUser):
    """A person with one role. Two rights are given person by person: issuing invoices and reconciling payments."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("As in the system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class Density(models.TextChoices):
        COMPACT = "compact", _("Compact")
        ROOMY = "roomy", _("Roomy")

    class Language(models.TextChoices):
        RUSSIAN = "ru", "Русский"
        ENGLISH = "en", "English"

    email = models.EmailField(_("work e-mail"), unique=True)
    first_name = models.CharField(_("first name"), max_length=60)
    last_name = models.CharField(_("last name"), max_length=60)
    role = models.CharField(_("role"), max_length=20, choices=Role)
    can_issue_invoices = models.BooleanField(_("may issue invoices"), default=False)
    can_reconcile_payments = models.BooleanField(_("may reconcile payments"), default=False)
    is_active = models.BooleanField(_("works here"), default=True)
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)

    theme = models.CharField(max_length=8, choices=Theme, default=Theme.SYSTEM)
    density = models.CharField(max_length=8, choices=Density, default=Density.COMPACT)
    language = models.CharField(max_length=2, choices=Language, default=Language.RUSSIAN)
    has_hotkeys = models.BooleanField(default=True)

    _standing_in: "list[Substitution]"
    """Kept by accounts.permissions.standing_in for the length of a request."""

    objects = UserManager()

    EMAIL_FIELD = USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(name="user_role_is_known", condition=Q(role__in=Role.values)),
            models.CheckConstraint(name="user_email_is_lower_case", condition=Q(email=Lower("email"))),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return f"{self.first_name[:1]}. {self.last_name}"

    @property
    def initials(self) -> str:
        return f"{self.first_name[:1]}{self.last_name[:1]}".upper()

    @property
    def is_staff(self) -> bool:
        """Whether the reference-data pages (Django's admin) are open; what is in them, the permission table says."""
        return self.is_active and self.role in {Role.HEAD, Role.DIRECTOR, Role.ADMINISTRATOR}

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django's own permissions are not used: see accounts.permissions."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


class SubstitutionQuerySet(models.QuerySet):
    def standing(self) -> "SubstitutionQuerySet":
        return self.filter(cancelled_at__isnull=True)

    def on(self, day: date) -> "SubstitutionQuerySet":
        return self.between(day, day)

    def between(self, first: date, last: date) -> "SubstitutionQuerySet":
        """Those that hold on one of these days at least."""
        return self.standing().filter(starts_on__lte=last, ends_on__gte=first)


class Days(Func):
    """The days of a substitution as a range, both ends included."""

    function = "daterange"
    output_field = DateRangeField()

    def __init__(self, first: str, last: str) -> None:
        super().__init__(F(first), F(last), Value("[]"))

    def deconstruct(self) -> tuple[str, tuple, dict]:
        first, last, _bounds = self.source_expressions
        return f"{type(self).__module__}.{type(self).__name__}", (first.name, last.name), {}


@pghistory.track()
class Substitution(models.Model):
    """For these days the substitute works with the absent colleague's partners as with his own."""

    substitute = models.ForeignKey(User, models.PROTECT, related_name="substitutions", verbose_name=_("who stands in"))
    absent = models.ForeignKey(User, models.PROTECT, related_name="absences", verbose_name=_("for whom"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    cancelled_at = models.DateTimeField(_("called off"), null=True, blank=True)

    objects = SubstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("substitution")
        verbose_name_plural = _("substitutions")
        constraints = [
            models.CheckConstraint(name="substitution_ends_after_start", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(name="substitution_is_by_another", condition=~Q(substitute=F("absent"))),
            ExclusionConstraint(
                name="substitution_of_a_person_is_one_at_a_time",
                expressions=[("absent", RangeOperators.EQUAL), (Days("starts_on", "ends_on"), RangeOperators.OVERLAPS)],
                condition=Q(cancelled_at__isnull=True),
                violation_error_message=_("On some of these days somebody stands in for this person already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.substitute} ← {self.absent}, {self.starts_on}–{self.ends_on}"
