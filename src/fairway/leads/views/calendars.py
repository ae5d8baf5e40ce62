"""What is expected of a person, in the person's own calendar: the page of the address, and the file behind it."""

import hashlib
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fairway.core import clock
from fairway.core.access import require
from fairway.core.http import expected
from fairway.core.http.expected import Due
from fairway.core.http.toasts import toast
from fairway.core.tenancy.context import entering
from fairway.leads.actions.calendars import Reader, end_feed, make_feed, reader_of
from fairway.leads.queries.calendars import calendar_path, feed_of, read_token
from fairway.leads.rules.calendar import Entry, calendar
from fairway.leads.views.asked import member_of
from fairway.leads.views.portal import tabs


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The person's own address, if there is one."""
    member = member_of(request)
    require(member, "offer.read")
    feed = None if member.is_staff else feed_of(member.seat_id)
    slug = member.seat.vendor_slug if member.seat else ""
    context = {
        "tabs": tabs(request, "due"), "feed": feed, "may_make": not member.is_staff,
        "address": settings.BASE_URL.rstrip("/") + calendar_path(slug, feed.uid) if feed else "",
        "has_second_factor": bool(member.seat and member.seat.has_second_factor),
    }  # fmt: skip
    response = render(request, "leads/calendar.html", context)
    response["Cache-Control"] = "no-store, private"
    return response


@require_POST
def making(request: HttpRequest) -> HttpResponse:
    make_feed(actor=member_of(request), at=clock.now())
    toast(request, _("Here is your address. Give it to your calendar, and to nobody else."))
    return redirect("portal-calendar")


@require_POST
def ending(request: HttpRequest) -> HttpResponse:
    if end_feed(actor=member_of(request), at=clock.now()):
        toast(request, _("The address has ended. Calendars that have it get nothing any more."))
    return redirect("portal-calendar")


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The file, for programs: no log-in, no cookie, nothing changes. All that is wrong is one answer."""
    visitor = member_of(request)
    feed_uid = read_token(token, request.vendor_slug)  # type: ignore[attr-defined]
    reader = reader_of(vendor_id=visitor.vendor_id, feed_uid=feed_uid) if feed_uid else None
    if feed_uid is None or reader is None:
        return _private(HttpResponseNotFound(_("There is no calendar here."), content_type="text/plain"))
    at = clock.now()
    with translation.override(reader.language), timezone.override(reader.member.zone), entering(reader.member.context):
        entries = [_entry(due, reader) for due in expected.gather(reader.member, at)]
        seat = reader.member.seat
        name = _("%(vendor)s: what is expected") % {"vendor": seat.vendor_name if seat else ""}
    mark = hashlib.sha256(f"{feed_uid}{name}{entries}".encode()).hexdigest()[:32]
    if request.headers.get("If-None-Match") == f'"{mark}"':
        response = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
    else:
        host = urlsplit(settings.BASE_URL).hostname or "localhost"
        text = calendar(name, entries, owner=feed_uid.hex, host=host, at=at)
        response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="expected.ics"'
    response["ETag"] = f'"{mark}"'
    return _private(response)


def _private(response: HttpResponse) -> HttpResponse:
    """The address is a secret: nobody keeps, indexes or passes on what is behind it."""
    response["Cache-Control"] = "private, no-cache"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _entry(due: Due, reader: Reader) -> Entry:
    """An address does not stand for a second factor: who logs in with one reads only what kind of thing is due."""
    member = reader.member
    is_short = bool(member.seat and member.seat.has_second_factor)
    on = (due.due_at.astimezone(ZoneInfo(member.zone)).date() - timedelta(days=1)) if due.is_day else None
    return Entry(
        key=f"{due.what}\n{due.url}",
        summary=due.what if is_short else f"{due.what}: {due.title}",
        text="" if is_short else due.text,
        url=f"{settings.BASE_URL.rstrip('/')}{due.url}",
        due_at=due.due_at,
        on=on,
    )
