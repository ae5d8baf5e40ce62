"""The desk: a partner's person over all vendors, with what waits at each."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from fairway.core import clock
from fairway.core.access import Member
from fairway.core.brand.looks import look_of
from fairway.core.http import desk
from fairway.core.http.frame import role_label


@require_safe
def vendors(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    waiting = desk.gather(member, clock.now())
    places = [
        {
            "seat": seat,
            "role": role_label(seat.role),
            "url": f"/{seat.vendor_slug}/portal/",
            "icon_url": look_of(seat.look_uid).icon_url,
            "waiting": waiting.get(seat.vendor_id, []),
        }
        for seat in member.seats
        if seat.partner_id is not None
    ]
    total = sum(entry.count for entries in waiting.values() for entry in entries)
    return render(request, "people/desk.html", {"places": places, "heading": _heading(total)})


def _heading(total: int) -> str:
    if not total:
        return _("Nothing waits for you today")
    return ngettext("%(n)d thing waits for you", "%(n)d things wait for you", total) % {"n": total}
