"""What deals themselves tell in the timeline: calls, statuses, tasks, notes, problems, values changed by hand,
files."""

from datetime import timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from core import formatting
from deals.editing import CONTACTS, FIELD_NAMES
from deals.models import (
    Call,
    CallComment,
    FieldChange,
    Handoff,
    HandoffQuestion,
    HandoffReturn,
    HandoffStatusChange,
    Note,
    PartnerFile,
    Problem,
    StageChange,
    Task,
)
from deals.timeline import Entry, Line, Reach, Source, lines, register_source
from partners.models import PartnerMerge


def register() -> None:
    """Called once, when the app is ready."""
    for source in (
        Source("comment", "calls", "call_comment.read", _comments, _comment),
        Source("call", "phone", "call.read", _calls, _call),
        Source("stage", "statuses", "deal.read", _stages, _stage),
        Source("task", "tasks", "task.read", _tasks, _task),
        Source("long_task", "tasks", "task.read", _long_tasks, _long_task),
        Source("note", "notes", "note.read", _notes, _note),
        Source("problem", "problems", "deal.read", _problems, _problem),
        Source("problem_resolved", "problems", "deal.read", _resolved, _resolved_entry),
        Source("change", "changes", "deal.read", _changes, _change),
        Source("contact_change", "changes", "partner.read_contacts", _contact_changes, _change),
        Source("file", "files", "file.read", _files, _file),
        Source("return", "handoff", "handoff.read", _returns, _return),
        Source("handed_again", "handoff", "handoff.read", _handed_again, _handed_again_entry),
        Source("question", "handoff", "handoff.read", _questions, _question),
        Source("answer", "handoff", "handoff.read", _answers, _answer),
        Source("handoff_status", "handoff", "handoff.read", _handoff_statuses, _handoff_status),
        Source("merge", "changes", "partner.read", _merges, _merge),
        Source("merge_undone", "changes", "partner.read", _merges_undone, _merge_undone),
    ):
        register_source(source)


def _comments(reach: Reach):
    return lines(CallComment.objects.filter(deal__in=reach.deals), at="called_at", by="author")


def _comment(line: Line) -> Entry:
    return Entry(line.at, "phone", _("Call"))


def _calls(reach: Reach):
    """Calls as the phone knows them; what was said in them stands in the comments."""
    calls = Call.objects.filter(deal__in=reach.deals)
    return lines(calls, at="started_at", by="by", a="direction", b="duration_s", c="contact__name")


def _call(line: Line) -> Entry:
    direction = Call.Direction(line.a).label
    length = _("nobody answered") if line.b == "0" else formatting.duration(timedelta(seconds=int(line.b or 0)))
    return Entry(
        line.at, "phone", _("On the phone"), " · ".join(filter(None, [str(direction), line.c, line.b and length]))
    )


def _stages(reach: Reach):
    return lines(
        StageChange.objects.filter(deal__in=reach.deals),
        at="at",
        by="by",
        a="from_stage__name",
        b="to_stage__name",
        c="reason",
    )


def _stage(line: Line) -> Entry:
    if not line.a:
        return Entry(line.at, "circle-plus", _("Deal opened"), line.b)
    text = f"{line.a} → {line.b}"
    return Entry(line.at, "arrow-right", _("Status changed"), f"{text}. {line.c}" if line.c else text)


def _tasks(reach: Reach):
    """Tasks that were finished without a call comment; a finished call stands in its comment."""
    done = Task.objects.filter(deal__in=reach.deals, done_at__isnull=False, completed_by_comments=None)
    return lines(done, at="done_at", by="done_by", a="title", b="result")


def _task(line: Line) -> Entry:
    return Entry(line.at, "check", _("Task done"), f"{line.a}. {line.b}" if line.b else line.a)


def _long_tasks(reach: Reach):
    """Tasks that were put further than seven days, with the reason (R2)."""
    late = Task.objects.filter(deal__in=reach.deals).exclude(long_term_reason="")
    return lines(late, at="scheduled_at", by="created_by", a="title", b="long_term_reason", moment="due_at")


def _long_task(line: Line) -> Entry:
    words = {"task": line.a, "date": formatting.numeric_date(line.moment), "reason": line.b}
    return Entry(line.at, "calendar-clock", _("Task later than 7 days"), _("%(task)s, %(date)s: %(reason)s") % words)


def _notes(reach: Reach):
    return lines(Note.objects.filter(deal__in=reach.deals), at="created_at", by="author", a="text", moment="edited_at")


def _note(line: Line) -> Entry:
    return Entry(line.at, "square-pen", _("Note"), line.a, edited_at=line.moment)


def _problems(reach: Reach):
    return lines(Problem.objects.filter(partner=reach.partner_id), at="raised_at", by="raised_by", a="what")


def _problem(line: Line) -> Entry:
    return Entry(line.at, "circle-alert", _("Problem raised"), line.a)


def _resolved(reach: Reach):
    resolved = Problem.objects.filter(partner=reach.partner_id, resolved_at__isnull=False)
    return lines(resolved, at="resolved_at", by="resolved_by", a="what", b="how")


def _resolved_entry(line: Line) -> Entry:
    return Entry(line.at, "circle-check", _("Problem resolved"), f"{line.a} → {line.b}")


def _changes(reach: Reach):
    changes = FieldChange.objects.filter(deal__in=reach.deals).exclude(field__in=CONTACTS)
    return lines(changes, at="at", by="by", a="field", b="before", c="after")


def _contact_changes(reach: Reach):
    """Names, phones and addresses of people, for those who may see contacts."""
    changes = FieldChange.objects.filter(deal__in=reach.deals, field__in=CONTACTS)
    return lines(changes, at="at", by="by", a="field", b="before", c="after")


def _change(line: Line) -> Entry:
    nothing = _("nothing")
    name = str(FIELD_NAMES.get(line.a, line.a))
    return Entry(line.at, "pencil-line", name, f"{line.b or nothing} → {line.c or nothing}")


def _files(reach: Reach):
    """Files of these deals, and of the whole partner those of no deal; an archived one is told all the same."""
    where = Q(deal__in=reach.deals)
    if reach.is_whole:
        where |= Q(partner=reach.partner_id, deal=None)
    attached = PartnerFile.objects.filter(where)
    return lines(attached, at="file__uploaded_at", by="file__uploaded_by", a="file__name")


def _file(line: Line) -> Entry:
    url = reverse("partners:file", args=[line.ref])
    return Entry(line.at, "paperclip", _("File attached"), line.a, url=url)


def _returns(reach: Reach):
    returns = HandoffReturn.objects.filter(handoff__deal__in=reach.deals)
    return lines(returns, at="returned_at", by="returned_by", a="missing", deal="handoff__deal_id")


def _return(line: Line) -> Entry:
    return Entry(line.at, "undo-2", _("Returned to sales"), line.a)


def _handed_again(reach: Reach):
    returns = HandoffReturn.objects.filter(handoff__deal__in=reach.deals, handed_over_at__isnull=False)
    return lines(returns, at="handed_over_at", by="handed_over_by", a="reply", deal="handoff__deal_id")


def _handed_again_entry(line: Line) -> Entry:
    return Entry(line.at, "arrow-right-left", _("Handed over again"), line.a)


def _questions(reach: Reach):
    asked = HandoffQuestion.objects.filter(handoff__deal__in=reach.deals)
    return lines(asked, at="asked_at", by="asked_by", a="text", deal="handoff__deal_id")


def _question(line: Line) -> Entry:
    return Entry(line.at, "circle-help", _("Question to sales"), line.a)


def _answers(reach: Reach):
    answered = HandoffQuestion.objects.filter(handoff__deal__in=reach.deals, answered_at__isnull=False)
    return lines(answered, at="answered_at", by="answered_by", a="text", b="answer", deal="handoff__deal_id")


def _answer(line: Line) -> Entry:
    return Entry(line.at, "message-square-text", _("Sales has answered"), f"{line.a} → {line.b}")


def _handoff_statuses(reach: Reach):
    moved = HandoffStatusChange.objects.filter(handoff__deal__in=reach.deals)
    return lines(moved, at="at", by="by", a="from_status", b="to_status", deal="handoff__deal_id")


def _handoff_status(line: Line) -> Entry:
    before, after = (Handoff.Status(value).label for value in (line.a, line.b))
    return Entry(line.at, "chart-column", _("Status of advertising"), f"{before} → {after}")


def _merges(reach: Reach):
    """What has been merged into the partner; a deal alone knows nothing of it."""
    return lines(_merges_of(reach), at="at", by="by", a="loser__name", deal="")


def _merge(line: Line) -> Entry:
    return Entry(line.at, "users", _("Merged with a duplicate"), line.a)


def _merges_undone(reach: Reach):
    undone = _merges_of(reach).filter(undone_at__isnull=False)
    return lines(undone, at="undone_at", by="undone_by", a="loser__name", deal="")


def _merge_undone(line: Line) -> Entry:
    return Entry(line.at, "undo-2", _("The merge is undone"), line.a)


def _merges_of(reach: Reach):
    merges = PartnerMerge.objects.filter(winner=reach.partner_id)
    return merges if reach.is_whole else merges.none()
