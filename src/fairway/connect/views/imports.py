"""Imports on screen: upload, columns, progress, result."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fairway.connect.actions.files import is_there, open_file
from fairway.connect.actions.runs import cancel_import, is_stuck, resume_import, run_again, start_import
from fairway.connect.actions.uploads import correct_reading, guess_again, save_mapping, upload_import
from fairway.connect.blanks import blank_workbook
from fairway.connect.forms import MappingForm, ReadingForm, UploadForm, initial_mapping, kinds_for
from fairway.connect.mapping import guesses, reader_for
from fairway.connect.models import ImportRun, ImportState
from fairway.connect.queries.duplicates import pairs_listed
from fairway.connect.queries.runs import issues_of, mapping_used, same_file_before, visible_runs
from fairway.connect.rules.decoding import FileProblem
from fairway.connect.source import sample
from fairway.connect.views.shown import column_rows, counts_of, file_in_words, preview_rows, totals_of
from fairway.connect.views.tables import STATES, ImportTable, IssueTable, TotalTable, kind_in_words
from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http.paging import paginate
from fairway.core.http.toasts import toast
from fairway.core.imports import target
from fairway.core.moves import StateConflict
from fairway.core.refusals import Refused
from fairway.core.states import TransitionRefused

PREVIEW_ROWS = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN_ISSUES = 50


def _member(request: HttpRequest) -> Member:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "import.read")
    return member


def _run(request: HttpRequest, uid: UUID) -> ImportRun:
    return get_object_or_404(visible_runs(_member(request)).select_related("seat"), uid=uid)


@require_safe
def import_list(request: HttpRequest) -> HttpResponse:
    runs = visible_runs(_member(request)).select_related("seat").order_by("-created_at", "-pk")
    table = ImportTable(paginate(runs, request), request=request)
    may_decide = request.member.can("duplicate.decide")  # type: ignore[attr-defined]
    return render(request, "connect/import_list.html", {"table": table, "may_decide": may_decide})


def import_new(request: HttpRequest) -> HttpResponse:
    member = _member(request)
    kinds = kinds_for(member)
    initial = {"kind": request.GET.get("kind", "")}
    form = UploadForm(request.POST or None, request.FILES or None, kinds=kinds, initial=initial)
    if request.method == "POST" and form.is_valid():
        file, second = form.cleaned_data["file"], form.cleaned_data["second"]
        try:
            run = upload_import(
                kind=form.cleaned_data["kind"], file=file, file_name=file.name, actor=member, at=clock.now(),
                second=second, second_name=second.name if second else "",
            )  # fmt: skip
        except Refused as error:
            form.add_error(error.field or None, str(error))
        else:
            return redirect("import-columns", uid=run.uid)
    context = {"form": form, "kinds": kinds}
    return render(request, "connect/import_new.html", context, status=400 if form.errors else 200)


@require_safe
def import_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    run = _run(request, uid)
    if run.state == ImportState.UPLOADED:
        return redirect("import-columns", uid=uid)
    return render(request, "connect/import_detail.html", _result(request, run))


def _result(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    is_going = run.state in (ImportState.WAITING, ImportState.RUNNING)
    context: dict[str, Any] = {
        "run": run, "pill": STATES[run.state], "kind": kind_in_words(run.kind), "is_going": is_going,
        "counts": counts_of(run), "totals": _totals(request, run), "is_stuck": is_stuck(run, clock.now()),
        "progress_url": reverse("import-progress", args=[run.uid]) if is_going else "",
        "share": min(99, 100 * run.bytes_read // max(1, run.size_bytes)) if is_going else 100,
    }  # fmt: skip
    if run.started_at is not None and run.state in (ImportState.CANCELLED, ImportState.FAILED):
        context["stopped_before"] = run.next_line
        context["stopped_at"] = min(99, 100 * run.bytes_read // max(1, run.size_bytes))
    if not is_going:
        issues = issues_of(run)[:SHOWN_ISSUES]
        context["issues"] = IssueTable(issues, request=request) if issues else None
        if request.member.can("duplicate.decide"):  # type: ignore[attr-defined]
            context["duplicates"] = pairs_listed(state="proposed", run_id=run.pk).count()
        found = run.summary.get("issues", 0)
        context["shown_of"] = found if found > SHOWN_ISSUES else 0
        context["has_file"] = is_there(run.summary.get("file", ""))
    return context


def _totals(request: HttpRequest, run: ImportRun) -> TotalTable | None:
    totals = totals_of(run)
    return TotalTable(totals, request=request) if totals else None


@require_safe
def import_progress(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The part of the page that moves; it asks for itself again until the import has ended."""
    context = _result(request, _run(request, uid))
    response = render(request, "connect/import_progress.html", context)
    if not context["is_going"]:
        response["HX-Refresh"] = "true"  # the head of the page changes too
    return response


def import_columns(request: HttpRequest, uid: UUID) -> HttpResponse:
    run = _run(request, uid)
    if run.state != ImportState.UPLOADED:
        return redirect("import-detail", uid=uid)
    try:
        source, lines = sample(run)
    except FileProblem as problem:
        return _unreadable(request, run, str(problem))
    except FileNotFoundError:
        return _unreadable(request, run, _("The file is no longer kept. Upload it again."))
    wanted = target(run.kind)
    problems: list[str] = []
    form = MappingForm(request.POST or None, columns=source.columns, wanted=wanted)
    if request.method == "POST":
        given = {"choices": form.choices_made(), "defaults": form.defaults_given()}
        problems = save_mapping(run=run, actor=request.member, at=clock.now(), **given)  # type: ignore[attr-defined]
        run.refresh_from_db()
        if not problems and "start" in request.POST:
            return _started(request, run)
    shown = MappingForm(
        initial=initial_mapping(source.columns, run.mapping, run.options.get("defaults", {})),
        columns=source.columns, wanted=wanted,
    )  # fmt: skip
    reads = [reader_for(run, source).read(line) for line in lines[:PREVIEW_ROWS]]
    context = {
        "run": run, "kind": kind_in_words(run.kind), "form": shown, "problems": problems,
        "columns": column_rows(shown, guesses(source.columns, lines, wanted), lines),
        "preview": preview_rows(reads, wanted), "reading_form": ReadingForm(reading=run.reading),
        "file_words": file_in_words(run), "notes": run.reading.get("notes", []), "before": same_file_before(run),
        "saved": mapping_used(run),
    }  # fmt: skip
    template = "connect/import_preview.html" if getattr(request, "htmx", False) else "connect/import_columns.html"
    return render(request, template, context, status=400 if problems and not getattr(request, "htmx", False) else 200)


def _unreadable(request: HttpRequest, run: ImportRun, problem: str) -> HttpResponse:
    context: dict[str, Any] = {"run": run, "kind": kind_in_words(run.kind), "problem": problem}
    if run.reading:
        context |= {"reading_form": ReadingForm(reading=run.reading), "file_words": file_in_words(run)}
    return render(request, "connect/import_columns.html", context, status=400)


def _started(request: HttpRequest, run: ImportRun) -> HttpResponse:
    try:
        start_import(run=run, actor=request.member, at=clock.now())  # type: ignore[attr-defined]
    except (Refused, TransitionRefused, StateConflict) as error:
        toast(request, str(error), kind="bad")
        return redirect("import-columns", uid=run.uid)
    return redirect("import-detail", uid=run.uid)


@require_POST
def import_reading(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Read the file otherwise than guessed."""
    run = _run(request, uid)
    if not run.reading:
        raise Http404
    form = ReadingForm(request.POST, request.FILES, reading=run.reading)
    if form.is_valid():
        corrected = form.corrected()
        second = corrected.get("second")
        if second is not None:
            corrected["second_name"] = second.name
        try:
            correct_reading(run=run, actor=request.member, at=clock.now(), **corrected)  # type: ignore[attr-defined]
        except (Refused, FileNotFoundError) as error:
            toast(request, str(error), kind="bad")
    else:
        toast(request, _("That is not how a file can be read."), kind="bad")
    return redirect("import-columns", uid=uid)


@require_POST
def import_guess(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Guess the columns, whatever is remembered of such files."""
    try:
        guess_again(run=_run(request, uid), actor=request.member, at=clock.now())  # type: ignore[attr-defined]
    except (Refused, FileNotFoundError) as error:
        toast(request, str(error), kind="bad")
    return redirect("import-columns", uid=uid)


@require_POST
def import_cancel(request: HttpRequest, uid: UUID) -> HttpResponse:
    run = _run(request, uid)
    try:
        cancel_import(run=run, actor=request.member, at=clock.now())  # type: ignore[attr-defined]
    except (TransitionRefused, StateConflict) as error:
        toast(request, str(error), kind="bad")
    else:
        toast(request, _("Import cancelled. Rows taken in before stay."))
    return redirect("import-detail", uid=uid) if run.started_at else redirect("import-list")


@require_POST
def import_resume(request: HttpRequest, uid: UUID) -> HttpResponse:
    try:
        resume_import(run=_run(request, uid), actor=request.member, at=clock.now())  # type: ignore[attr-defined]
    except Refused as error:
        toast(request, str(error), kind="bad")
    else:
        toast(request, _("The import goes on behind its last row."))
    return redirect("import-detail", uid=uid)


@require_POST
def import_again(request: HttpRequest, uid: UUID) -> HttpResponse:
    again = run_again(run=_run(request, uid), actor=request.member, at=clock.now())  # type: ignore[attr-defined]
    return redirect("import-columns", uid=again.uid)


@require_safe
def import_template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty workbook of this kind, for those who may import it."""
    wanted = next((each for each in kinds_for(_member(request)) if each.kind == kind), None)
    if wanted is None:
        raise Http404
    response = HttpResponse(blank_workbook(wanted), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{kind}.xlsx"'
    return response


@require_safe
def import_issues(request: HttpRequest, uid: UUID) -> FileResponse:
    """The file of rows with something wrong, for those who may import this kind."""
    run = _run(request, uid)
    key = run.summary.get("file", "")
    if not is_there(key):
        raise Http404
    name = f"{run.file_name.rpartition('.')[0] or run.file_name}-issues.csv"
    return FileResponse(open_file(key), as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")
