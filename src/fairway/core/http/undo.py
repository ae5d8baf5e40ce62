"""Undo: for a minute, what was done to rows can be taken back by whoever did it.

    undo.register("deals.stage", put_back)                    # (payload, actor, at) -> lines
    toast(request, _("Moved."), undo_url=undo.offered(request, "deals.stage", {str(deal.uid): came_from}))

What is needed to go back is kept in the person's session, never in an address.
"""

from collections.abc import Callable
from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from fairway.core import clock
from fairway.core.access import Member
from fairway.core.http.toasts import toast
from fairway.core.lines import Line

SECONDS = 60
KEPT_MOST = 3
KEY = "undo"

Handler = Callable[[dict[str, Any], Member, datetime], list[Line]]
_handlers: dict[str, Handler] = {}


def register(kind: str, handler: Handler) -> None:
    _handlers[kind] = handler


def offered(request: HttpRequest, kind: str, payload: dict[str, Any], *, back: str = "/go/") -> str:
    """The address to post to for taking it back; good for a minute."""
    member: Member = request.member  # type: ignore[attr-defined]
    key = token_urlsafe(12)
    entry = {
        "kind": kind, "payload": payload, "until": clock.now().timestamp() + SECONDS, "seat": member.seat_id,
        "back": back,
    }  # fmt: skip
    kept = list(request.session.get(KEY, {}).items())[-(KEPT_MOST - 1) :]
    request.session[KEY] = dict([*kept, (key, entry)])
    return reverse("undo" if member.is_staff else "portal-undo", args=[key])


@require_POST
def undo(request: HttpRequest, key: str) -> HttpResponse:
    """Take it back; a second time, or too late, nothing happens."""
    member: Member = request.member  # type: ignore[attr-defined]
    kept = dict(request.session.get(KEY, {}))
    entry = kept.pop(key, None)
    if entry is None or entry["seat"] != member.seat_id:
        raise Http404
    request.session[KEY] = kept
    at = clock.now()
    if entry["until"] < at.timestamp():
        toast(request, _("A minute has passed. Change it by hand."), kind="attention")
        return HttpResponseRedirect(entry["back"])
    lines = _handlers[entry["kind"]](entry["payload"], member, at)
    done, refused = sum(line.is_done for line in lines), [line for line in lines if not line.is_done]
    said = ngettext("%(n)d row is as it was.", "%(n)d rows are as they were.", done) % {"n": done}
    if refused:
        said += " " + _("%(name)s: %(why)s") % {"name": refused[0].name, "why": refused[0].said}
    toast(request, said, kind="attention" if refused else "good")
    return HttpResponseRedirect(entry["back"])
