"""Exports: order one, see how it goes, fetch the file."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http.paging import paginate
from fairway.core.http.tables import Column, Table
from fairway.core.http.toasts import toast
from fairway.insight.actions import exports as actions
from fairway.insight.models import Export, ExportState

STATES = {
    ExportState.WAITING: ("open", gettext_lazy("Waiting")),
    ExportState.RUNNING: ("accent", gettext_lazy("Being written")),
    ExportState.DONE: ("good", gettext_lazy("Ready")),
    ExportState.FAILED: ("bad", gettext_lazy("Failed")),
}


class ExportTable(Table):
    name = "exports"
    columns = [
        Column("title", gettext_lazy("Export"), kind="name", second="error", url="url"),
        Column("state", gettext_lazy("State"), kind="state", states=STATES),
        Column("rows", gettext_lazy("Rows"), kind="number"),
        Column("requested_at", gettext_lazy("Asked for"), kind="datetime"),
        Column("expires_at", gettext_lazy("Kept until"), kind="date"),
    ]
    empty = (gettext_lazy("No exports yet"), gettext_lazy("Every list has an Export button; the file arrives here."))


def _name(request: HttpRequest, name: str) -> str:
    surface = request.member.context.surface  # type: ignore[attr-defined]
    return name if surface == "console" else f"portal-{name}"


@require_POST
def start(request: HttpRequest, kind: str) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    parameters = {key: str(value) for key, value in request.GET.items() if key not in {"page"}}
    try:
        actions.request_export(kind=kind, parameters=parameters, actor=member, at=clock.now())
    except KeyError:
        raise Http404 from None
    toast(request, _("The file is being written. It appears here when it is ready."))
    return redirect(_name(request, "export-list"))


@require_safe
def export_list(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "report.export")
    page = paginate(Export.objects.order_by("-requested_at", "-pk"), request)
    rows: list[dict[str, Any]] = [_row(request, export) for export in page.rows]
    waiting = any(row["state"] in {ExportState.WAITING, ExportState.RUNNING} for row in rows)
    template = "insight/exports_table.html" if getattr(request, "htmx", False) else "insight/exports.html"
    return render(request, template, {"table": ExportTable(rows, request=request), "is_waiting": waiting})


def _row(request: HttpRequest, export: Export) -> dict[str, Any]:
    ready = export.state == ExportState.DONE
    return {
        "title": export.title,
        "error": export.error,
        "state": export.state,
        "rows": export.rows if ready else None,
        "requested_at": export.requested_at,
        "expires_at": export.expires_at,
        "url": reverse(_name(request, "export-file"), args=[export.uid]) if ready else "",
    }


@require_safe
def export_file(request: HttpRequest, uid: Any) -> FileResponse:
    """The file of an own export. Row security lets only the seat that asked find it."""
    export = get_object_or_404(Export, uid=uid, state=ExportState.DONE, expires_at__gt=clock.now())
    path = actions.export_path(export)
    if not path.exists():
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=export.file_name, content_type="text/csv")
