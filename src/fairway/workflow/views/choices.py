"""Settings of one's own notices, and the page behind the link that ends mails."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from fairway.core import clock
from fairway.core.access import Member
from fairway.core.http.toasts import toast
from fairway.workflow.actions.choices import choose, end_mails, topic_label
from fairway.workflow.forms import ChoicesForm
from fairway.workflow.queries.choices import chosen_by
from fairway.workflow.queries.unsubscribing import read_token


@require_http_methods(["GET", "HEAD", "POST"])
def notice_settings(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    prefix = "" if member.is_staff else "portal-"
    form = ChoicesForm(request.POST or None, role=member.role, chosen=chosen_by(member))
    if request.method == "POST" and form.is_valid():
        choose(**form.choices(), actor=member, at=clock.now())
        toast(request, _("Saved. It holds from now on."))
        return HttpResponseRedirect(reverse(f"{prefix}notification-settings"))
    context = {"form": form, "zone": member.zone.replace("_", " "), "list_url": reverse(f"{prefix}notification-list")}
    return render(request, "workflow/settings.html", context, status=422 if form.errors else 200)


@never_cache
@csrf_exempt  # mail programs post here by themselves (RFC 8058); the signed address is what allows it
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing; a POST, by a person or a mail program, ends the mails."""
    member: Member = request.member  # type: ignore[attr-defined]
    asked = read_token(token, request.vendor_slug)  # type: ignore[attr-defined]
    if asked is None:
        return render(request, "workflow/unsubscribe.html", {"is_known": False}, status=404)
    is_done = request.method == "POST" and end_mails(vendor_id=member.vendor_id, asked=asked, at=clock.now())
    vendor: str = request.vendor_name  # type: ignore[attr-defined]
    context = {"is_known": True, "is_done": is_done, "topic": topic_label(asked.topic), "vendor": vendor}
    return render(request, "workflow/unsubscribe.html", context)
