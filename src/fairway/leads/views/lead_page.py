"""One lead on the vendor's side: what it is, what to do, why this partner and these points, and what happened."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairway.core import clock
from fairway.core.access import Member
from fairway.core.http.toasts import toast
from fairway.core.tenancy.models import Partner
from fairway.leads.actions.customers import decide_customer
from fairway.leads.actions.notes import add_note
from fairway.leads.actions.offers import offer_lead_to, recall_offer, remind_offer
from fairway.leads.actions.pooling import take_out
from fairway.leads.actions.work import close_lead, log_touch, recall_lead
from fairway.leads.forms import CloseForm, NoteForm, OfferToForm, RecallForm, TouchForm
from fairway.leads.models import CustomerMatch, Lead, LeadPerson, Offer
from fairway.leads.pool_forms import LeaveForm
from fairway.leads.queries import partner_choice
from fairway.leads.queries.answers import AnswerLists
from fairway.leads.queries.leads import neighbours
from fairway.leads.queries.pools import entry_of_lead
from fairway.leads.rules.answers import CLOSE_REASONS
from fairway.leads.rules.states import LEAD, LeadState, OfferState
from fairway.leads.tables import LEAD_STATES, OFFER_STATES
from fairway.leads.views import lead_parts, timeline
from fairway.leads.views.asked import REFUSALS, address, done, form_page, lead_of, member_of, refused_on
from fairway.leads.views.console import twin_of
from fairway.leads.views.silence import ratings_told, silence_words


@require_safe
def page(request: HttpRequest, uid: UUID) -> HttpResponse:
    lead, member, at = lead_of(uid), member_of(request), clock.now()
    person = LeadPerson.objects.filter(lead=lead).first()
    offer = Offer.objects.filter(lead=lead, state=OfferState.OPEN).select_related("partner__cam").first()
    lists = AnswerLists()
    events, told = timeline.of_lead(lead, lists)
    deal = timeline.deal_of(events)
    return render(
        request,
        "leads/console_lead.html",
        {
            "lead": lead,
            "heading": lead_parts.heading(lead, person),
            "origin": lead_parts.origin(lead, member.zone),
            "pill": LEAD_STATES[lead.state],
            "offer": offer,
            "entry": entry_of_lead(lead) if lead.state == LeadState.POOLED else None,
            "left": lead_parts.left(offer, at, member.zone),
            "steps": lead_parts.steps(lead, events, member.zone),
            "why": lead_parts.why_partner(lead, member.seat.vendor_currency if member.seat else "USD"),
            "score": lead_parts.why_points(lead),
            "facts": lead_parts.facts(lead, person),
            "timeline": told,
            "deal_url": address("deal-detail", deal) if deal else "",
            "close_reason": str(CLOSE_REASONS.get(lead.close_reason, lead.close_reason)),
            "silence": silence_words(lead),
            "ratings": ratings_told(lead, lists),
            "twin": twin_of(lead),
            "compare_url": address("duplicatepair-of-lead", lead.uid) if member.can("duplicate.decide") else "",
            "pause": lead_parts.pause_now(lead.partner or (offer.partner if offer else None)),
            "escalation": lead_parts.escalation(lead),
            "merged": lead.merged_into,
            "match": lead_parts.customer(lead) if member.can("customer.read") else None,
            "place_in_list": neighbours(lead, request.GET),
            "query": f"?{request.GET.urlencode()}" if request.GET else "",
            "note_form": NoteForm(auto_id="note_%s"),
            "may": _may(member, lead),
        },
    )


OFFERABLE = frozenset({LeadState.CAPTURED, LeadState.WAITING, LeadState.OFFERED, LeadState.POOLED})


def _may(member: Member, lead: Lead) -> dict[str, bool]:
    """What this person may do with the lead as it stands; the buttons of the page."""
    may_route = member.can("lead.route")
    return {
        "route": may_route,
        "recall": member.can("lead.recall") and lead.state in {LeadState.OFFERED, LeadState.ACCEPTED},
        "offer": may_route and lead.state in OFFERABLE,
        "take_out": may_route and lead.state == LeadState.POOLED,
        "close": may_route and LEAD.allows(lead.state, "close"),
        "note": member.can("lead.note"),
        "touch": may_route and lead.state == LeadState.ACCEPTED,
    }


@require_POST
def reminder(request: HttpRequest, uid: UUID) -> HttpResponse:
    lead = lead_of(uid)
    offer = get_object_or_404(Offer.objects.select_related("partner"), lead=lead, state=OfferState.OPEN)
    return done(
        request,
        lambda: remind_offer(offer=offer, actor=member_of(request), at=clock.now()),
        _("Reminder sent to %(partner)s.") % {"partner": offer.partner.name},
        reverse("lead-detail", args=[lead.uid]),
    )


@require_POST
def customer(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A person says whether the lead is of the customer that it was taken for."""
    lead = lead_of(uid)
    match = get_object_or_404(CustomerMatch, lead=lead)
    is_customer = request.POST.get("answer") == "yes"
    return done(
        request,
        lambda: decide_customer(match=match, is_customer=is_customer, actor=member_of(request), at=clock.now()),
        _("Kept: it is this customer.") if is_customer else _("Kept: it is another company."),
        reverse("lead-detail", args=[lead.uid]),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def recall(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take back an open offer, or a lead that a partner has accepted."""
    lead = lead_of(uid)
    form = RecallForm(request.POST or None)
    if form.is_valid():
        try:
            _recall(lead, form, request)
        except REFUSALS as refused:
            refused_on(form, refused)
        else:
            toast(request, _("Taken back. The partner is told why."))
            return redirect("lead-detail", lead.uid)
    is_offer = lead.state == LeadState.OFFERED
    return form_page(
        request, form, title=_("Recall this offer?") if is_offer else _("Take this lead back?"),
        text=lead.company or lead.title, button=_("Recall") if is_offer else _("Take it back"), danger=True,
        back=reverse("lead-detail", args=[lead.uid]),
    )  # fmt: skip


def _recall(lead: Lead, form: RecallForm, request: HttpRequest) -> None:
    asked = {
        "actor": member_of(request), "at": clock.now(), "reason": form.cleaned_data["reason"],
        "code": form.cleaned_data["code"], "then_route": form.cleaned_data["then"] == "route",
    }  # fmt: skip
    if lead.state == LeadState.ACCEPTED:
        recall_lead(lead=lead, **asked)
        return
    offer = Offer.objects.filter(lead=lead).order_by("-offered_at", "-pk").first()
    if offer is None:
        recall_lead(lead=lead, **asked)  # refuses: there is nothing to take back
        return
    recall_offer(offer=offer, **asked)


@require_http_methods(["GET", "HEAD", "POST"])
def leaving(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take the lead out of the pool it lies in."""
    lead = lead_of(uid)
    form = LeaveForm(request.POST or None)
    if form.is_valid():
        try:
            take_out(lead=lead, actor=member_of(request), at=clock.now(), reason=form.cleaned_data["reason"])
        except REFUSALS as refused:
            refused_on(form, refused)
        else:
            toast(request, _("Taken out of the pool. It waits for you to decide."))
            return redirect("lead-detail", lead.uid)
    return form_page(
        request, form, title=_("Take this lead out of the pool?"), text=lead.company or lead.title,
        button=_("Take out"), danger=True, back=reverse("lead-detail", args=[lead.uid]),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Offer the lead to a partner of choice, with a reason."""
    lead = lead_of(uid)
    form = OfferToForm(request.POST or None)
    if form.is_valid():
        partner = Partner.objects.filter(uid=form.cleaned_data["partner"]).first()
        try:
            if partner is None:
                form.add_error("partner", _("Choose a partner from the list."))
            else:
                _offer_to(lead, partner, form, request)
                toast(request, _("Offered to %(partner)s.") % {"partner": partner.name})
                return redirect("lead-detail", lead.uid)
        except REFUSALS as refused:
            refused_on(form, refused)
    return render(
        request,
        "leads/console_offer_to.html",
        {"form": form, "lead": lead, "heading": lead.company or lead.title, **_choice(request, lead)},
        status=422 if form.is_bound else 200,
    )


def _offer_to(lead: Lead, partner: Partner, form: OfferToForm, request: HttpRequest) -> None:
    offer_lead_to(
        lead=lead, partner=partner, actor=member_of(request), at=clock.now(), reason=form.cleaned_data["reason"],
        code=form.cleaned_data["code"], limit_hours=form.cleaned_data["limit_hours"],
    )  # fmt: skip


@require_safe
def partners(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The partners found, asked for while a person types."""
    lead = lead_of(uid)
    return render(request, "leads/partner_choice.html", _choice(request, lead))


def _choice(request: HttpRequest, lead: Lead) -> dict:
    text = (request.GET.get("q") or request.POST.get("q") or "").strip()
    ids = partner_choice.matching(text) if text else partner_choice.candidates(lead)
    choices = partner_choice.described(ids, lead)
    for choice in choices:
        choice["before_word"] = OFFER_STATES[choice["before"]][1] if choice["before"] else ""
    return {"choices": choices, "q": text, "chosen": request.POST.get("partner", "")}


@require_http_methods(["GET", "HEAD", "POST"])
def closing(request: HttpRequest, uid: UUID) -> HttpResponse:
    lead = lead_of(uid)
    form = CloseForm(request.POST or None)
    if form.is_valid():
        try:
            close_lead(lead=lead, actor=member_of(request), at=clock.now(), **form.cleaned_data)
        except REFUSALS as refused:
            refused_on(form, refused)
        else:
            toast(request, _("Closed."))
            return redirect("lead-detail", lead.uid)
    return form_page(
        request, form, title=_("Close this lead?"), text=lead.company or lead.title, button=_("Close the lead"),
        danger=True, back=reverse("lead-detail", args=[lead.uid]),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def touches(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Staff who spoke with the customer themselves keep it beside the partner's contacts."""
    lead = lead_of(uid)
    form = TouchForm(request.POST or None, lists=AnswerLists())
    if form.is_valid():
        try:
            log_touch(subject=lead, actor=member_of(request), at=clock.now(), **form.cleaned_data)
        except REFUSALS as refused:
            refused_on(form, refused)
        else:
            toast(request, _("Contact kept."))
            return redirect("lead-detail", lead.uid)
    return form_page(
        request, form, title=_("Log a contact"), text=lead.company or lead.title, button=_("Keep the contact"),
        back=reverse("lead-detail", args=[lead.uid]),
    )  # fmt: skip


def notes(request: HttpRequest, uid: UUID) -> HttpResponse:
    lead = lead_of(uid)
    form = NoteForm(request.POST or None)
    if form.is_valid():
        try:
            add_note(lead=lead, actor=member_of(request), at=clock.now(), text=form.cleaned_data["text"])
        except REFUSALS as refused:
            refused_on(form, refused)
        else:
            toast(request, _("Note kept."))
            return redirect("lead-detail", lead.uid)
    return form_page(
        request, form, title=_("Add a note"), text=lead.company or lead.title, button=_("Keep the note"),
        back=reverse("lead-detail", args=[lead.uid]),
    )  # fmt: skip
