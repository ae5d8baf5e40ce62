"""Leads a partner has: the list, one lead, and working it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairway.core import clock
from fairway.core.http import many
from fairway.core.http.format import day, moment
from fairway.core.http.paging import paginate
from fairway.core.http.parts import Fact, Happening
from fairway.core.http.toasts import toast
from fairway.core.saved.pages import with_views
from fairway.leads.actions.ratings import rate_lead
from fairway.leads.actions.work import close_lead, log_touch, set_next_step, set_stage
from fairway.leads.forms import CloseForm, NextStepForm, RatingForm, TouchForm
from fairway.leads.models import Lead, LeadPerson, LeadRating, RatingPhase
from fairway.leads.queries import partner_leads
from fairway.leads.queries.answers import AnswerLists
from fairway.leads.queries.sellers import live_of, names_of
from fairway.leads.rules.answers import CLOSE_REASONS, KIND, OUTCOME, QUALITY, STAGES
from fairway.leads.rules.states import LeadState
from fairway.leads.tables import LEAD_STATES, PartnerLeadTable, PastPartnerLeadTable
from fairway.leads.views import briefs
from fairway.leads.views.asked import REFUSALS, address, form_page, lead_of, member_of, refused_on
from fairway.leads.views.portal import own_pause, tabs
from fairway.leads.views.sellers import assignment_words
from fairway.leads.views.silence import silence_words
from fairway.leads.views.timeline import deal_of, of_lead

LIST_SIZE = 200


@require_safe
@with_views("portal-lead-list")
def lead_list(request: HttpRequest) -> HttpResponse:
    member = member_of(request)
    page = paginate(partner_leads.leads(request.GET, member.seat_id), request, size=LIST_SIZE)
    base = reverse("portal-lead-list")
    words = {stage: str(word) for stage, word in STAGES.items()}
    today = timezone.localdate()
    names = names_of(row["seller_id"] for row in page.rows)
    for row in page.rows:
        row["url"] = f"{base}{row['uid']}/"
        row["seller"] = names.get(row["seller_id"], "")
        silent = _("silent since %(day)s") % {"day": day(row["silent_since"])} if row["silent_since"] else ""
        row["stage_word"] = ", ".join(filter(None, [words.get(row["stage"], ""), silent]))
        due = row["next_step_on"]
        row["mark"] = "late" if due and due < today and row["state"] == LeadState.ACCEPTED else ""
    is_past = partner_leads.asked(request.GET)[0] != partner_leads.OPEN
    kind = PastPartnerLeadTable if is_past else PartnerLeadTable
    table = kind(
        page,
        request=request,
        export_url=address("portal-export-start", "own-leads"),
        bulk=[] if is_past else many.buttons(request, "portal-lead-list"),
    )
    return render(
        request, "leads/portal_leads.html",
        {
            "table": table, "is_past": is_past, "tabs": tabs(request, "leads"), **own_pause(member),
            "may_be_away": member.can("lead.work") and not member.can("seller.assign"),
        },
    )  # fmt: skip


@require_safe
def lead_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _page(request, lead_of(uid), AnswerLists())


def _next_step_form(lead: Lead) -> NextStepForm:
    return NextStepForm(
        initial={"stage": lead.stage or "new", "next_step": lead.next_step, "next_step_on": lead.next_step_on}
    )


def _page(
    request: HttpRequest, lead: Lead, lists: AnswerLists, *, step_form: NextStepForm | None = None,
    touch_form: TouchForm | None = None, rating_form: RatingForm | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    member = member_of(request)
    person = LeadPerson.objects.filter(lead=lead).first()
    is_worked = lead.state == LeadState.ACCEPTED
    name = f"{person.first_name} {person.last_name}".strip() if person else ""
    events, told = of_lead(lead, lists)
    may_work = is_worked and member.can("lead.work")
    touches = partner_leads.touches("lead", lead.pk)
    deal = deal_of(events)
    return render(
        request,
        "leads/portal_lead.html",
        {
            "lead": lead,
            "heading": lead.company or name or lead.title,
            "pill": LEAD_STATES[lead.state],
            "stage_word": str(STAGES.get(lead.stage, "")),
            "is_worked": is_worked,
            "may_work": may_work,
            "person": person,
            "person_name": name,
            "facts": _facts(lead),
            "step_form": step_form or _next_step_form(lead),
            "touch_form": touch_form or (TouchForm(auto_id="touch_%s", lists=lists) if may_work else None),
            "silence": silence_words(lead),
            "seller": assignment_words(lead, live_of(lead), member) if is_worked else {},
            **_rating(lead, lists, rating_form, may_rate=bool(touches) and member.can("lead.work")),
            "close_form": CloseForm(auto_id="close_%s"),
            "touches": [_told(touch, lists) for touch in touches],
            "timeline": told,
            "close_reason": str(CLOSE_REASONS.get(lead.close_reason, lead.close_reason)),
            "made_deal_url": address("portal-deal-detail", deal) if deal else "",
            "deal_url": address("portal-deal-from-lead", lead.uid),
        },
        status=status,
    )


def _facts(lead: Lead) -> list[Fact]:
    brief = {
        "need": lead.title,
        "description": lead.description,
        "company": lead.company,
        "industry": lead.industry,
        "employees": lead.employees,
        "city": lead.city,
        "state_code": lead.state_code,
        "country": lead.country,
        "timeframe_days": lead.timeframe_days,
        "product_line": lead.product_line.name if lead.product_line else "",
    }
    rows = briefs.facts(brief, lead.amount_minor, lead.currency)
    rows.append(Fact(_("Accepted"), moment(lead.accepted_at), lead.seller.name if lead.seller else ""))
    return rows


def _rating(lead: Lead, lists: AnswerLists, form: RatingForm | None, *, may_rate: bool) -> dict[str, Any]:
    """What this partner said of the lead's quality, and the form to say it."""
    if not may_rate or lead.partner_id is None:
        return {}
    rating = LeadRating.objects.filter(lead=lead, phase=RatingPhase.CONTACT).first() if lead.rated_at else None
    initial = {"quality": rating.codes, "note": rating.note} if rating else {}
    return {
        "rating": rating,
        "rated": lists.said(QUALITY, rating.codes) if rating else [],
        "rating_form": form or RatingForm(auto_id="rating_%s", lists=lists, initial=initial),
    }


def _told(touch: dict, lists: AnswerLists) -> Happening:
    """A contact as an entry of a timeline."""
    words = lists.say(OUTCOME, touch["outcome"]).lower()
    note = f": “{touch['note']}”" if touch["note"] else ""
    by = f", {touch['seat__name']}" if touch["seat__name"] else ""
    return Happening(lists.say(KIND, touch["kind"]), f"{words}{note}{by}", touch["touched_at"])


@require_POST
def touches(request: HttpRequest, uid: UUID) -> HttpResponse:
    lead, lists = lead_of(uid), AnswerLists()
    form = TouchForm(request.POST, auto_id="touch_%s", lists=lists)
    if form.is_valid():
        try:
            log_touch(subject=lead, actor=member_of(request), at=clock.now(), **form.cleaned_data)
        except REFUSALS as refused:
            refused_on(form, refused)
        else:
            toast(request, _("Contact kept."))
            return redirect("portal-lead", lead.uid)
    return _page(request, lead, lists, touch_form=form, status=422)


@require_POST
def rating(request: HttpRequest, uid: UUID) -> HttpResponse:
    """How good the lead is, said after the first contact."""
    lead, lists = lead_of(uid), AnswerLists()
    form = RatingForm(request.POST, auto_id="rating_%s", lists=lists)
    if form.is_valid():
        try:
            rate_lead(lead=lead, actor=member_of(request), at=clock.now(), **form.cleaned_data)
        except REFUSALS as refused:
            refused_on(form, refused)
        else:
            toast(request, _("Thank you. It helps us to send you better leads."))
            return redirect("portal-lead", lead.uid)
    return _page(request, lead, lists, rating_form=form, status=422)


@require_POST
def next_step(request: HttpRequest, uid: UUID) -> HttpResponse:
    lead, form = lead_of(uid), NextStepForm(request.POST)
    if form.is_valid():
        try:
            _plan(lead, form, request)
        except REFUSALS as refused:
            refused_on(form, refused)
        else:
            toast(request, _("Next step kept."))
            return redirect("portal-lead", lead.uid)
    return _page(request, lead, AnswerLists(), step_form=form, status=422)


def _plan(lead: Lead, form: NextStepForm, request: HttpRequest) -> None:
    """Change only what differs, so that the timeline tells no change that was none."""
    given, actor, at = form.cleaned_data, member_of(request), clock.now()
    if given["stage"] != lead.stage:
        set_stage(lead=lead, actor=actor, at=at, stage=given["stage"])
    if (given["next_step"], given["next_step_on"]) != (lead.next_step, lead.next_step_on):
        set_next_step(lead=lead, actor=actor, at=at, next_step=given["next_step"], on=given["next_step_on"])


@require_POST
def step_done(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The step on the home page is done: clear it and ask for the next one."""
    lead = lead_of(uid)
    try:
        set_next_step(lead=lead, actor=member_of(request), at=clock.now(), next_step="", on=None)
    except REFUSALS as refused:
        toast(request, str(refused), kind="attention")
    else:
        toast(request, _("Done. What is the next step?"))
    return redirect(f"{reverse('portal-lead', args=[lead.uid])}#next-step")


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
            toast(request, _("Closed. Thank you for the reason."))
            return redirect("portal-lead-list")
    return form_page(
        request, form, title=_("Close this lead?"), text=lead.company or lead.title, button=_("Close the lead"),
        danger=True, back=reverse("portal-lead", args=[lead.uid]),
    )  # fmt: skip
