"""One's own data: what a vendor knows of the person who looks."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fairway.core import clock
from fairway.core.access import Member
from fairway.core.http.toasts import toast
from fairway.core.refusals import Refused
from fairway.privacy.actions.exports import ask_for_own_data, fetched
from fairway.privacy.models import PersonalExport, WorkState

SHOWN = 20


def address(member: Member, name: str, *args: object) -> str:
    return reverse(name if member.is_staff else f"portal-{name}", args=args)


def files_of(member: Member, **which: Any) -> list[dict[str, Any]]:
    """The files this seat asked for; row security shows no others."""
    found = PersonalExport.objects.filter(**which).order_by("-requested_at", "-pk")[:SHOWN]
    now = clock.now()
    return [
        {
            "row": row,
            "state": row.get_state_display(),
            "tone": {WorkState.DONE: "good", WorkState.FAILED: "bad"}.get(WorkState(row.state), "open"),
            "is_over": row.expires_at is not None and row.expires_at <= now,
            "url": address(member, "personal-file", row.uid) if row.state == WorkState.DONE else "",
        }
        for row in found
    ]


@require_safe
def own_data(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    context = {"files": files_of(member, is_own=True), "ask_url": address(member, "own-data-request")}
    return render(request, "privacy/own.html", context)


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    try:
        ask_for_own_data(actor=member, at=clock.now())
    except Refused as refused:
        toast(request, str(refused), kind="bad")
    else:
        toast(request, _("The file is being written. You are told when it is there."))
    return HttpResponseRedirect(address(member, "own-data"))


@require_safe
def file(request: HttpRequest, uid: UUID) -> FileResponse:
    """The ZIP, for the seat that asked, until its time is over; each fetching is an event."""
    member: Member = request.member  # type: ignore[attr-defined]
    export = get_object_or_404(PersonalExport, uid=uid, state=WorkState.DONE, expires_at__gt=clock.now())
    try:
        path = fetched(export=export, actor=member, at=clock.now())
    except FileNotFoundError:
        raise Http404 from None
    name = f"personal-data-{export.requested_at:%Y-%m-%d}.zip"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/zip")
