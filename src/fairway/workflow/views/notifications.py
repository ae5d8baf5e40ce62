"""The bell: what a person was told, on the console and in the portal."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fairway.core import clock
from fairway.core.access import Member
from fairway.core.http.paging import paginate_by_key
from fairway.core.http.toasts import toast
from fairway.workflow.actions.notifications import mark_read
from fairway.workflow.queries.notices import in_words
from fairway.workflow.queries.notifications import notifications_of, unread_count


def list_url(member: Member) -> str:
    return reverse("notification-list" if member.is_staff else "portal-notification-list")


@require_safe
def notification_list(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    prefix = "" if member.is_staff else "portal-"
    page = paginate_by_key(notifications_of(member), request, field="created_at")
    for note in page.rows:
        note.title, note.body = in_words(note.kind, note.values) or (note.title, note.body)
    context = {
        "page": page,
        "unread": unread_count(member).answer,
        "settings_url": reverse(f"{prefix}notification-settings"),
        "open_name": f"{prefix}notification-open",
        "read_all_url": reverse(f"{prefix}notification-read-all"),
    }
    is_more = request.headers.get("HX-Request") and request.GET.get("after")
    return render(request, "workflow/notification_rows.html" if is_more else "workflow/notifications.html", context)


@require_POST
def open_notification(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Read it and go where it leads."""
    member: Member = request.member  # type: ignore[attr-defined]
    notification = get_object_or_404(notifications_of(member), uid=uid)
    mark_read(actor=member, notification=notification, at=clock.now())
    slug = request.vendor_slug  # type: ignore[attr-defined]
    return HttpResponseRedirect(f"/{slug}/{notification.path}" if notification.path else list_url(member))


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    if mark_read(actor=member, at=clock.now()):
        toast(request, _("All read."))
    return HttpResponseRedirect(list_url(member))
