"""The model of wins: what it learned, how good it is on leads it did not see, and when it keeps silent."""

import csv
import io
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from fairway.core import clock
from fairway.core.access import require
from fairway.core.http.forms import FileDrop
from fairway.core.http.toasts import toast
from fairway.core.refusals import Refused
from fairway.leads.actions import winning as actions
from fairway.leads.models import ModelState, WinModel
from fairway.leads.queries.winning import model_versions
from fairway.leads.rules.learning.tables import (
    COLUMNS_MOST,
    ROWS_MOST,
    TableError,
    distinct,
    fields_of,
    outcomes_of,
)
from fairway.leads.views.policies import member_of
from fairway.leads.views.win_report import report_parts

BYTES_MOST = 5_000_000


class TableForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Table of outcomes"),
        widget=FileDrop(hint=gettext_lazy("CSV with a heading line, up to 5 MB")),
    )
    outcome = forms.CharField(
        label=gettext_lazy("Column of the outcome"), max_length=100, required=False,
        help_text=gettext_lazy("Empty is the last column."),
    )  # fmt: skip
    win = forms.CharField(
        label=gettext_lazy("Value that is a win"), max_length=100, required=False,
        help_text=gettext_lazy("Empty where it says won, yes, true or 1."),
    )  # fmt: skip


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The latest version; `?version=<number>` shows another one."""
    require(member_of(request), "lead.read")
    return _page(request)


def _page(request: HttpRequest, form: TableForm | None = None) -> HttpResponse:
    versions = model_versions()
    shown = versions.latest
    if asked := request.GET.get("version", ""):
        shown = next((row for row in [*versions.all, *versions.tables] if str(row.number) == asked), None)
        if shown is None:
            raise Http404
    context: dict[str, Any] = {
        "versions": versions,
        "shown": shown,
        "report": report_parts(shown) if shown else None,
        "may_edit": member_of(request).can("scoring.edit"),
        "form": form or TableForm(),
    }
    return render(request, "leads/win_model.html", context, status=400 if form and form.errors else 200)


@require_POST
def training(request: HttpRequest) -> HttpResponse:
    """Learn anew in the background; what is in use stays."""
    actions.ask_for_training(actor=member_of(request))
    toast(request, _("A new version is being trained. It appears here in a minute or two."))
    return redirect("win-model")


@require_POST
def use(request: HttpRequest, uid: str) -> HttpResponse:
    """Put a candidate in use."""
    require(member_of(request), "scoring.edit")
    model = get_object_or_404(WinModel.objects.exclude(state=ModelState.TABLE), uid=uid)
    try:
        actions.use_model(model=model, actor=member_of(request), at=clock.now())
    except Refused as refusal:
        toast(request, str(refusal), kind="attention")
    else:
        toast(request, _("In use. Leads that are scored from now on get a chance by it."))
    return redirect("win-model")


@require_POST
def silence(request: HttpRequest) -> HttpResponse:
    """No model speaks from now on."""
    require(member_of(request), "scoring.edit")
    try:
        actions.stop_model(actor=member_of(request), at=clock.now())
    except Refused as refusal:
        toast(request, str(refusal), kind="attention")
    else:
        toast(request, _("No model gives chances from now on."))
    return redirect("win-model")


@require_POST
def tables(request: HttpRequest) -> HttpResponse:
    """The same report on a table of outcomes; its rows are not kept."""
    require(member_of(request), "scoring.edit")
    form = TableForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form)
    try:
        model = _report(request, form)
    except TableError as problem:
        form.add_error("file", str(problem))
        return _page(request, form)
    toast(request, _("Report made. The rows of the table were not kept."))
    return redirect(f"{reverse('win-model')}?version={model.number}")


def _report(request: HttpRequest, form: TableForm) -> WinModel:
    file = form.cleaned_data["file"]
    if file.size > BYTES_MOST:
        raise TableError(_("The file is larger than 5 MB. Send fewer rows."))
    rows = read_rows(file.read())
    outcome = form.cleaned_data["outcome"].strip() or list(rows[0])[-1]
    if outcome not in rows[0]:
        raise TableError(_("There is no column “%(name)s”.") % {"name": outcome})
    once = distinct(rows)
    won, win = outcomes_of(once, outcome, form.cleaned_data["win"])
    fields, table = fields_of(once, outcome)
    seen = {"rows": len(rows), "repeated": len(rows) - len(once), "outcome": outcome, "win": win}
    return actions.report_on_table(
        actor=member_of(request), at=clock.now(), name=file.name, table=table, fields=fields, won=won, seen=seen
    )


def read_rows(data: bytes) -> list[dict[str, str]]:
    """The rows of a CSV by its headings. Raises TableError."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    first = text.partition("\n")[0]
    delimiter = max(";,\t|", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names, *lines = [line for line in reader if any(cell.strip() for cell in line)][: ROWS_MOST + 2]
    except (ValueError, csv.Error):
        raise TableError(_("This is not a CSV with a heading line.")) from None
    heads = [name.strip() for name in names]
    if not 2 <= len(heads) <= COLUMNS_MOST or len(set(heads)) < len(heads) or "" in heads:
        raise TableError(_("A table needs 2 to %(n)d columns, each with a name of its own.") % {"n": COLUMNS_MOST})
    if len(lines) > ROWS_MOST:
        raise TableError(_("A table has at most %(n)d rows.") % {"n": ROWS_MOST})
    if not lines:
        raise TableError(_("The table has no rows."))
    return [dict(zip(heads, [*line, *[""] * len(heads)], strict=False)) for line in lines]
