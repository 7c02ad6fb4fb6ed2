"""The rows of the decision table in words: the chip of a payment, and the sentence that says why it waits (R12)."""

from django.utils.translation import gettext_lazy as _

from invoices.matching.rules import Row
from invoices.rules import Badge

DOUBTS = {
    Row.SURE: (_("all agrees"), _("Everything agrees. It came into the list before its invoice did.")),
    Row.INCOMPLETE: (
        _("purpose incomplete"),
        _("Number, payer and sum agree, the purpose of payment lacks something."),
    ),
    Row.FOREIGN_PURPOSE: (_("foreign purpose"), _("The purpose of payment contradicts the invoice.")),
    Row.PART: (_("paid in part"), _("Number and payer agree, the sum is less than the invoice.")),
    Row.MORE: (_("more than the invoice"), _("Number and payer agree, the sum is more than the invoice.")),
    Row.SEVERAL: (_("several invoices"), _("Several invoices are named, and together they are exactly this sum.")),
    Row.SEVERAL_DIFFER: (_("several invoices"), _("Several invoices are named, and the sum is another one.")),
    Row.OTHER_PAYER: (_("another payer"), _("The invoice is named, and somebody else pays.")),
    Row.NO_NUMBER: (_("no invoice number"), _("No number is named; payer and sum point to one invoice.")),
    Row.SIMILAR: (_("similar invoices"), _("More than one invoice fits.")),
    Row.PAID: (_("paid already"), _("The invoice that is named is paid already.")),
    Row.CANCELLED: (_("invoice cancelled"), _("The invoice that is named is cancelled.")),
    Row.EXPIRED: (_("out of time"), _("The day of the payment is before the invoice or long after its last day.")),
    Row.UNKNOWN_NUMBER: (_("unknown number"), _("We have no invoice of this number.")),
    Row.PAYER_ONLY: (_("no invoice number"), _("The payer is known, and no invoice of theirs fits the sum.")),
    Row.UNKNOWN: (_("payer not found"), _("Neither the number nor the payer is known.")),
    Row.PERSON: (
        _("natural person"),
        _("All agrees, but the account is a natural person's or not a Russian company's."),
    ),
    Row.UNSOUND: (_("totals disagree"), _("All agrees, but the totals of the statement do not.")),
    Row.NOT_FINAL: (_("day not over"), _("All agrees, but the bank may still change a statement of today.")),
    Row.CONFLICT: (_("two texts"), _("Two statements give this document different purposes.")),
}

GRAVE = {Row.FOREIGN_PURPOSE, Row.UNKNOWN}


def doubt_badge(row: Row) -> Badge:
    return Badge(str(DOUBTS[row][0]), "bad" if row in GRAVE else "warn")


def doubt_sentence(row: Row) -> str:
    return str(DOUBTS[row][1])
