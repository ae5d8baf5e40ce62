"""Offers, on the partner's side: the inbox, one offer, its answers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairway.core import clock
from fairway.core.access import Member
from fairway.core.http import many
from fairway.core.http.paging import paginate, paginate_rows
from fairway.core.http.parts import Happening, Tab
from fairway.core.http.tables import Filter, RowAction
from fairway.core.http.toasts import toast
from fairway.core.prepared import together
from fairway.core.saved.pages import with_views
from fairway.leads.actions.offers import accept_offer, decline_offer, open_offer
from fairway.leads.forms import DeclineForm
from fairway.leads.models import Offer
from fairway.leads.queries import partner_leads
from fairway.leads.queries.answers import AnswerLists
from fairway.leads.rules.answers import QUALITY
from fairway.leads.rules.states import OfferState
from fairway.leads.tables import OFFER_STATES, AnsweredOfferTable, InboxTable
from fairway.leads.views import briefs
from fairway.leads.views.asked import REFUSALS, form_page, member_of, offer_of, refused_on
from fairway.leads.views.homes import offer_count, pool_count, seller_count
from fairway.leads.views.limits import left_of, time_left
from fairway.leads.views.timeline import of_offer
from fairway.partners.queries.pauses import pause_told

FEW = 5  # so many are seen at a glance


def tabs(request: HttpRequest, here: str) -> list[Tab]:
    """Offers, leads and what is over: the parts of the area “Leads”."""
    may_assign = member_of(request).can("seller.assign")
    together(offer_count(request), pool_count(request), seller_count(request))  # in one trip
    # The page lists more than leads to take; none of those is no “0” of what is expected.
    to_take = seller_count(request).then(lambda count: count or None)
    return [
        Tab(_("Offers"), reverse("portal-offer-list"), here == "offers", offer_count(request)),
        Tab(_("Lead pool"), reverse("portal-poolentry-list"), here == "pool", pool_count(request)),
        Tab(_("What is expected"), reverse("portal-lead-expected"), here == "due", to_take),
        Tab(_("Your leads"), reverse("portal-lead-list"), here == "leads"),
        *([Tab(_("Sellers"), reverse("portal-sellers"), here == "sellers")] if may_assign else []),
        Tab(_("Answered"), reverse("portal-offer-answered"), here == "answered"),
        Tab(_("Your record"), reverse("portal-lead-record"), here == "record"),
        Tab(_("Why not me?"), reverse("portal-why-not-me"), here == "why"),
    ]


def own_pause(member: Member) -> dict[str, Any]:
    """The pause of the reader's company, for the lists of its leads."""
    return {"pause": pause_told(member.partner_id or 0), "may_pause": member.can("partner.pause")}


@require_safe
@with_views("portal-offer-list")
def offer_list(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, the most pressing first; answered from the list, by hand or by keys."""
    at, member = clock.now(), member_of(request)
    rows = partner_leads.inbox(request.GET)
    for row in rows:
        _tell(row, at, member.zone)
    may_answer = member.can("offer.answer")
    bulk = many.buttons(request, "portal-offer-list") if may_answer else []
    table = InboxTable(paginate_rows(rows, request), request=request, bulk=bulk, filters=_filters(rows, request))
    table.row_actions = _verbs() if may_answer else ()
    table.here = request.GET.get("at", "")
    context = {
        **own_pause(member),
        "tabs": tabs(request, "offers"), "table": table, "may_answer": may_answer, "has_offers": bool(rows),
        "decline_form": DeclineForm(auto_id="decline_%s", lists=AnswerLists()) if may_answer else None,
    }  # fmt: skip
    return render(request, "leads/portal_offers.html", context)


def _tell(row: dict[str, Any], at: datetime, zone: str) -> None:
    left = left_of(row, at, zone)
    row |= {
        "url": reverse("portal-offer", args=[row["uid"]]),
        "about": briefs.sentence(row),
        "left": left.text,
        "left_note": left.note,
        "left_mark": left.kind if left.kind in {"bad", "attention"} else "",
    }


def _filters(rows: list[dict[str, Any]], request: HttpRequest) -> list[Filter]:
    """A search, and the lines that there are where there are several."""
    lines = sorted({line for row in rows if (line := row["brief"].get("product_line"))})
    asked = request.GET.get("line", "")
    found = [Filter("q", _("Need, place, company"), has_slash=True)]
    if (len(lines) > 1 and len(rows) > FEW) or asked:
        found.append(Filter("line", _("All lines"), [(line, line) for line in lines or [asked]]))
    return found


def _verbs() -> list[RowAction]:
    return [
        RowAction(_("Accept"), lambda row: reverse("portal-offer-acceptance", args=[row["uid"]]), "A", "accept"),
        RowAction(_("Decline…"), lambda row: reverse("portal-offer-decline", args=[row["uid"]]), "D", "decline", True),
    ]  # fmt: skip


def _on_in_the_list(request: HttpRequest) -> HttpResponse | None:
    """Back to the list as it was, at the row that followed; None for who did not come from it."""
    if "next" not in request.POST:
        return None
    query = QueryDict(request.POST.get("list", "")[:2000], mutable=True)
    query.pop("at", None)
    following = request.POST["next"]
    if following:
        query["at"] = following[:36]
    return redirect(f"{reverse('portal-offer-list')}?{query.urlencode() or 'view=none'}")


@require_safe
def answered_list(request: HttpRequest) -> HttpResponse:
    page = paginate(partner_leads.answered_offers(), request)
    for row in page.rows:
        row["url"] = reverse("portal-offer", args=[row["uid"]])
    table = AnsweredOfferTable(page, request=request)
    return render(request, "leads/portal_answered.html", {"table": table, "tabs": tabs(request, "answered")})


@require_safe
def offer_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The brief without its person, the time left, and the two answers."""
    offer, member, at, lists = offer_of(uid), member_of(request), clock.now(), AnswerLists()
    kind, word = OFFER_STATES[offer.state]
    is_open = offer.state == OfferState.OPEN
    # From the limit on it is over, although the deadline that says so has not come by yet.
    may_answer = is_open and at < offer.lapses_at and member.can("offer.answer")
    return render(
        request,
        "leads/portal_offer.html",
        {
            "offer": offer,
            "pill": (kind, word),
            "is_open": is_open,
            "may_answer": may_answer,
            "left": time_left(offer.offered_at, offer.lapses_at, at, member.zone),
            "facts": briefs.facts(offer.brief, offer.amount_minor, offer.currency),
            "next": _what_happens(),
            "timeline": of_offer(offer, lists),
            "decline_form": DeclineForm(auto_id="decline_%s", lists=lists) if may_answer else None,
            "quality": lists.said(QUALITY, offer.quality) if offer.quality else [],
            "lead_uid": partner_leads.lead_of_offer(offer.pk) if offer.state == OfferState.ACCEPTED else None,
            "is_unread": is_open and offer.opened_at is None and member.can("offer.answer"),
        },
    )


def _what_happens() -> list[Happening]:
    """What accepting means, in the order it comes."""
    return [
        Happening(
            _("You see the person at once"), _("with name, e-mail and phone."), when=_("when you accept"), is_now=True
        ),
        Happening(_("The lead is yours."), _("Nobody else is offered it while you work it."), when=_("from then on")),
        Happening(_("You make it a deal"), _("in one click, without a registration."), when=_("when it is one")),
    ]


@require_POST
def opening(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The page was read: sent by the page itself, because looking must change nothing."""
    open_offer(offer=offer_of(uid), actor=member_of(request), at=clock.now())
    return HttpResponse(status=204)


@require_http_methods(["GET", "HEAD", "POST"])
def acceptance(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A POST accepts; looking asks first, for who comes from the list without scripts."""
    offer = offer_of(uid)
    if request.method != "POST":
        back = reverse("portal-offer", args=[offer.uid])
        return form_page(
            request, forms.Form(), title=_("Accept this lead?"), text=offer.title, button=_("Accept lead"), back=back
        )
    try:
        lead = accept_offer(offer=offer, actor=member_of(request), at=clock.now())
    except REFUSALS as refused:
        return _too_late(request, offer, refused)
    if on := _on_in_the_list(request):
        toast(request, _("“%(title)s” is yours. You find it under Your leads.") % {"title": offer.title})
        return on
    toast(request, _("The lead is yours. Call soon: who calls within a day wins most."))
    return redirect("portal-lead", lead.uid)


def _too_late(request: HttpRequest, offer: Offer, refused: Exception) -> HttpResponse:
    """Somebody answered first. A colleague's acceptance leads to the lead itself."""
    toast(request, str(refused), kind="attention")
    if on := _on_in_the_list(request):
        return on
    lead_uid = partner_leads.lead_of_offer(offer.pk)
    return redirect("portal-lead", lead_uid) if lead_uid else redirect("portal-offer", offer.uid)


@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, uid: UUID) -> HttpResponse:
    offer = offer_of(uid)
    form = DeclineForm(request.POST or None, lists=AnswerLists())
    if form.is_valid():
        try:
            decline_offer(offer=offer, actor=member_of(request), at=clock.now(), **_declined(form))
        except REFUSALS as refused:
            if getattr(refused, "field", ""):
                refused_on(form, refused)
            else:
                return _too_late(request, offer, refused)
        else:
            toast(request, _("Declined. Your reasons help us to send you better leads."))
            return _on_in_the_list(request) or redirect("portal-offer-list")
    return form_page(
        request, form, title=_("Decline this offer?"), text=offer.title, button=_("Decline"), danger=True,
        back=reverse("portal-offer", args=[offer.uid]),
    )  # fmt: skip


def _declined(form: DeclineForm) -> dict[str, Any]:
    return {"quality": form.cleaned_data["quality"], "note": form.cleaned_data["note"]}
