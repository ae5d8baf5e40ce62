"""Leads by mail: the list of drafts, one draft beside its mail, and the address to which mails are forwarded."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http.paging import paginate
from fairway.core.http.parts import Fact
from fairway.core.http.tables import Column, Filter, Table
from fairway.core.http.toasts import toast
from fairway.leads.actions.capture import Origin
from fairway.leads.actions.mail_in import (
    SOURCE,
    complete_draft,
    drop_draft,
    ensure_inbox,
    renew_inbox,
    reopen_draft,
    save_inbox,
)
from fairway.leads.forms import InboxForm, NewLeadForm
from fairway.leads.models import LeadDraft, LeadInbox
from fairway.leads.queries.inboxes import address_of
from fairway.leads.views.asked import REFUSALS, done, member_of, refused_on
from fairway.leads.views.console import tabs, values_of

STATES: dict[str, tuple[str, Any]] = {
    "open": ("attention", gettext_lazy("To complete")),
    "completed": ("good", gettext_lazy("Became a lead")),
    "dropped": ("neutral", gettext_lazy("Dropped")),
}


class DraftTable(Table):
    name = "lead-drafts"
    columns = [
        Column(
            "subject", gettext_lazy("Subject"), kind="name",
            value=lambda row: row.subject or _("without a subject"),
            url=lambda row: reverse("leaddraft-detail", args=[row.uid]),
        ),
        Column("who", gettext_lazy("Written by"), value=lambda row: row.read.get("email", "")),
        Column("company", gettext_lazy("Company"), value=lambda row: row.read.get("company", ""), phone=""),
        Column("sender", gettext_lazy("Forwarded by")),
        Column("state", gettext_lazy("State"), kind="state", states=STATES),
        Column("received_at", gettext_lazy("Received"), kind="date"),
    ]  # fmt: skip
    filters = [
        Filter("state", gettext_lazy("State"), choices=[(name, label) for name, (_kind, label) in STATES.items()])
    ]
    empty = (gettext_lazy("No drafts"), gettext_lazy("Mails that are forwarded to your address come in here."))


def _member(request: HttpRequest) -> Member:
    member = member_of(request)
    require(member, "lead.capture")
    return member


def _draft(request: HttpRequest, uid: UUID) -> LeadDraft:
    _member(request)
    return get_object_or_404(LeadDraft.objects.select_related("lead", "decided_by"), uid=uid)


@require_safe
def draft_list(request: HttpRequest) -> HttpResponse:
    _member(request)
    state = request.GET.get("state", "open" if "state" not in request.GET else "")
    rows = LeadDraft.objects.filter(**({"state": state} if state in STATES else {}))
    page = paginate(rows.order_by("-received_at", "-pk"), request)
    context = {
        "table": DraftTable(page, request=request), "tabs": tabs(request, "drafts"),
        "may_edit": member_of(request).can("lead.form"),
    }  # fmt: skip
    return render(request, "leads/draft_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def draft_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What was read, in the form of a new lead, beside the mail; sending the form makes the lead."""
    draft, member = _draft(request, uid), member_of(request)
    currency = member.seat.vendor_currency if member.seat else "USD"
    form = NewLeadForm(request.POST or None, currency=currency, initial={**draft.read, "source": SOURCE})
    if draft.state == "open" and form.is_valid():
        at, given = clock.now(), form.cleaned_data
        values, person = values_of(given, currency)
        origin = Origin(
            given["source"], draft.sender, given["campaign"], _("Told to us by mail") if given["consent"] else "",
            at if given["consent"] else None,
        )  # fmt: skip
        try:
            lead = complete_draft(draft=draft, values=values, person=person, origin=origin, actor=member, at=at)
        except REFUSALS as refused:
            refused_on(form, refused)
        else:
            toast(request, _("Kept. Score and partner follow in a moment."))
            return redirect("lead-detail", lead.uid)
    context = {"draft": draft, "form": form, "pill": STATES[draft.state], "facts": _facts(draft)}
    return render(request, "leads/draft.html", context, status=422 if form.is_bound else 200)


def _facts(draft: LeadDraft) -> list[Fact]:
    names = {
        "need": _("Need"), "first_name": _("First name"), "last_name": _("Last name"), "job_title": _("Position"),
        "email": _("E-mail"), "phone": _("Phone"), "company": _("Company"), "website": _("Website"),
        "country": _("Country"), "city": _("City"), "postal_code": _("Postal code"),
    }  # fmt: skip
    return [
        Fact(_("Forwarded by"), draft.sender), Fact(_("Attachments, not kept"), str(draft.attachments)),
        *(Fact(label, draft.read[name]) for name, label in names.items() if draft.read.get(name)),
    ]  # fmt: skip


@require_POST
def draft_drop(request: HttpRequest, uid: UUID) -> HttpResponse:
    draft = _draft(request, uid)
    return done(
        request, lambda: drop_draft(draft=draft, actor=member_of(request), at=clock.now()),
        _("Dropped. It can be taken up again."), reverse("leaddraft-list"),
    )  # fmt: skip


@require_POST
def draft_reopen(request: HttpRequest, uid: UUID) -> HttpResponse:
    draft = _draft(request, uid)
    return done(
        request, lambda: reopen_draft(draft=draft, actor=member_of(request), at=clock.now()),
        _("To complete again."), reverse("leaddraft-detail", args=[uid]),
    )  # fmt: skip


def _inbox(request: HttpRequest) -> LeadInbox | None:
    require(member_of(request), "lead.form")
    return LeadInbox.objects.first()


@require_http_methods(["GET", "HEAD", "POST"])
def inbox(request: HttpRequest) -> HttpResponse:
    """The address, and whose mails it takes. It is made when the page is first kept."""
    kept, member = _inbox(request), member_of(request)
    first = {
        "is_open": kept.is_open if kept else True, "takes": "anyone" if kept and kept.takes_anyone else "listed",
        "senders": "\n".join(kept.senders) if kept else "",
    }  # fmt: skip
    form = InboxForm(request.POST or None, initial=first)
    if form.is_valid():
        given = form.cleaned_data
        try:
            save_inbox(
                inbox=kept or ensure_inbox(actor=member, at=clock.now()), is_open=given["is_open"],
                takes_anyone=given["takes"] == "anyone", senders=given["senders"].splitlines(), actor=member,
                at=clock.now(),
            )  # fmt: skip
        except REFUSALS as refused:
            refused_on(form, refused)
        else:
            toast(request, _("Kept."))
            return redirect("leadinbox")
    slug: str = request.vendor_slug  # type: ignore[attr-defined]
    context = {"form": form, "kept": kept, "address": address_of(slug, kept.secret) if kept else ""}
    return render(request, "leads/inbox.html", context, status=422 if form.is_bound else 200)


@require_POST
def inbox_renewal(request: HttpRequest) -> HttpResponse:
    kept = _inbox(request)
    if kept is None:
        return redirect("leadinbox")
    return done(
        request, lambda: renew_inbox(inbox=kept, actor=member_of(request), at=clock.now()),
        _("It has a new address. The old one takes nothing any more."), reverse("leadinbox"),
    )  # fmt: skip
