"""Database expressions that constraints and queries share."""

from django.db.models import DateField, Func


class MoscowDate(Func):
    """The calendar day in Moscow of a moment, whatever the session's time zone."""

    template = "((%(expressions)s) AT TIME ZONE 'Europe/Moscow')::date"
    output_field = DateField()
