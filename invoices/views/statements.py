"""Bank statements: taking a file, its control totals, the columns of a table, the original."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.permissions import permission
from core import moscow
from core.errors import RuleViolation
from files.responses import file_response
from invoices.actions import point_out_columns, take_statement
from invoices.actions.statements import layout_of, progress_of
from invoices.bank_forms import ColumnsForm, UploadForm
from invoices.models import BankStatement, Seller
from invoices.statements.table import Layout
from invoices.views.bank import render_bank

SHOWN = 50


@permission("statement.import")
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Take the file; what cannot be taken is refused whole, with the reason and the line."""
    now = timezone.now()
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            statement, is_new = take_statement(form.cleaned_data["file"], by=request.user, now=now)
        except RuleViolation as violation:
            form.show_violation(violation)
        else:
            if statement.state != BankStatement.State.DONE:
                return redirect("bank:statement", pk=statement.pk)
            messages.success(request, _summary(statement) if is_new else _already(statement))
            return redirect("bank:list")
    return render_bank(request, None, now, status=422, upload_form=form)


@permission("statement.read")
def statements(request: HttpRequest) -> HttpResponse:
    """The statements, newest first."""
    found = BankStatement.objects.visible_to(request.user).select_related("file", "loaded_by")
    context = {"statements": found.order_by("-loaded_at", "-pk")[:SHOWN], "now": timezone.now()}
    return render(request, "invoices/bank_statements.html", context)


@permission("statement.read")
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """One statement: how far it is read, its totals and the chain of balances, or the question for its columns."""
    shown = _statement(request, pk)
    if request.htmx.target == "statement-progress":
        return render(request, "invoices/_statement_progress.html", _progress(shown))
    form, shape = None, None
    if shown.state == BankStatement.State.COLUMNS:
        shape = layout_of(shown)
        form = ColumnsForm(shape=shape, accounts=_accounts())
    return _render(request, shown, form, shape)


@permission("statement.import")
@require_POST
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep which column is which, and read the table."""
    shown = _statement(request, pk)
    if shown.state != BankStatement.State.COLUMNS:
        return redirect("bank:statement", pk=pk)
    shape = layout_of(shown)
    form = ColumnsForm(request.POST, shape=shape, accounts=_accounts())
    if form.is_valid():
        own_account = form.cleaned_data["own_account"]
        try:
            shown = point_out_columns(shown, form.positions, own_account, by=request.user, now=timezone.now())
        except RuleViolation as violation:
            form.show_violation(violation)
        else:
            if shown.state != BankStatement.State.DONE:
                return redirect("bank:statement", pk=pk)
            messages.success(request, _summary(shown))
            return redirect("bank:list")
    return _render(request, shown, form, shape, status=422)


@permission("statement.read")
def original(request: HttpRequest, pk: int) -> FileResponse:
    """The file as the bank gave it."""
    return file_response(_statement(request, pk).file)


def _statement(request: HttpRequest, pk: int) -> BankStatement:
    visible = BankStatement.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("file", "loaded_by"), pk=pk)


def _render(
    request: HttpRequest, shown: BankStatement, form: ColumnsForm | None, shape: Layout | None, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    context = {
        "statement": shown,
        "accounts": shown.accounts.order_by("number"),
        "form": form,
        "shape": shape,
        "now": now,
        "is_final": bool(shown.ends_on and shown.ends_on < moscow.today(shown.loaded_at)),
    }
    return render(request, "invoices/bank_statement.html", context | _progress(shown), status=status)


def _progress(shown: BankStatement) -> dict:
    return {"statement": shown, "progress": progress_of(shown)}


def _accounts() -> list[tuple[str, str]]:
    return [(each.account, f"{each.name}, •• {each.account[-4:]}") for each in Seller.objects.all()]


def _summary(statement: BankStatement) -> str:
    new = statement.new_count
    words = ngettext("%(n)s new line", "%(n)s new lines", new) % {"n": new}
    repeated = statement.duplicates_count
    if repeated:
        again = ngettext("%(n)s was here already", "%(n)s were here already", repeated) % {"n": repeated}
        return _("The statement is loaded: %(new)s, %(again)s.") % {"new": words, "again": again}
    return _("The statement is loaded: %(new)s, no duplicates.") % {"new": words}


def _already(statement: BankStatement) -> str:
    return _("This file is already loaded by %(person)s; nothing has changed.") % {
        "person": statement.loaded_by.full_name
    }
