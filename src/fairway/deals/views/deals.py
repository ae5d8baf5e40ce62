"""Deals, for partner people and staff alike: the list, the board, the page of one. The context decides which."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fairway.core import clock
from fairway.core.access import Member
from fairway.core.http import many
from fairway.core.http.format import day, distance, money
from fairway.core.http.paging import paginate
from fairway.core.http.parts import BoardColumn, Card, Fact, Happening, Step, Tab
from fairway.core.http.toasts import toast
from fairway.core.saved.pages import with_views
from fairway.deals.actions.deals import edit_deal, lose_deal, move_deal, set_next_step, win_deal
from fairway.deals.actions.opening import convert_lead
from fairway.deals.forms import DealForm, LoseForm, StepForm, TouchForm, WinForm
from fairway.deals.models import Deal
from fairway.deals.queries.deals import Stage, listed, pipeline, touches_of, visible
from fairway.deals.queries.timelines import events_of
from fairway.deals.rules.states import DEAL, OPEN_STAGES, DealState
from fairway.deals.rules.words import LOST_REASONS
from fairway.deals.views.answers import NO, asked, dragged, pressed
from fairway.deals.views.tables import DealTable
from fairway.deals.views.words import happenings, kind_of
from fairway.leads.actions.work import log_touch
from fairway.leads.models import Lead
from fairway.leads.queries.answers import AnswerLists
from fairway.leads.rules.answers import KIND, OUTCOME

MINE = "mine"


def of(request: HttpRequest) -> Member:
    member: Member | None = request.member  # type: ignore[attr-defined]
    if member is None or member.seat is None:
        raise Http404
    return member


def named(request: HttpRequest, what: str) -> str:
    """The name of an address on the surface of this request."""
    return f"deal-{what}" if of(request).is_staff else f"portal-deal-{what}"


def base_of(request: HttpRequest, *, side: bool = False) -> str:
    surface = "console" if of(request).is_staff else "portal"
    return f"{surface}_side.html" if side else f"{surface}.html"


def whose(request: HttpRequest) -> tuple[int, ...] | None:
    """The account managers whose partners are asked for, the member and for whom it stands in; None for all."""
    member = of(request)
    wanted = request.GET.get("whose", MINE if member.role == "cam" else "")
    return member.answers_for if member.is_staff and wanted == MINE else None


@require_safe
@with_views("deal-list", "portal-deal-list")
def deal_list(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state") or "open"
    is_staff = of(request).is_staff
    rows = listed(
        state=state, cams=whose(request), text=request.GET.get("q", ""),
        partner_name=request.GET.get("partner_name", "") if is_staff else "",
    ).order_by(*DealTable.order_by(request.GET))  # fmt: skip
    columns = DealTable.of_surface(named(request, "detail"), has_partner=is_staff)
    filters = [each for each in DealTable.filters if is_staff or each.name != "partner_name"]
    table = DealTable(
        paginate(rows, request),
        request=request,
        columns=columns,
        filters=filters,
        bulk=many.buttons(request, named(request, "list")),
    )
    return render(request, "deals/deals.html", {"table": table, **_list_context(request, "list")})


@require_safe
def deal_board(request: HttpRequest) -> HttpResponse:
    stages = pipeline(listed(cams=whose(request)))
    may_work = of(request).can("deal.work")
    columns = [_column(request, stage, may_work=may_work) for stage in stages]
    return render(request, "deals/deals.html", {"columns": columns, **_list_context(request, "board")})


def _list_context(request: HttpRequest, active: str) -> dict[str, Any]:
    member = of(request)
    only = "?whose=all" if member.role == "cam" and whose(request) is None else ""
    return {
        "base": base_of(request),
        "tabs": [
            Tab(_("List"), reverse(named(request, "list")) + only, active == "list"),
            Tab(_("Board"), reverse(named(request, "board")) + only, active == "board"),
        ],
        "is_cam": member.role == "cam",
        "is_mine": whose(request) is not None,
        "can_register": member.can("registration.submit"),
        "may_work": member.can("deal.work"),
    }


def _column(request: HttpRequest, stage: Stage, *, may_work: bool) -> BoardColumn:
    cards = [_card(request, deal, may_work=may_work) for deal in stage.deals]
    total = ", ".join(money(total, currency, cents=False) for currency, total in stage.amounts)
    label = stage.label if stage.count <= len(cards) else _("%(stage)s, first %(n)d of %(count)d") % {
        "stage": stage.label, "n": len(cards), "count": stage.count,
    }  # fmt: skip
    return BoardColumn(stage.state, label, cards, total)


def _card(request: HttpRequest, deal: Deal, *, may_work: bool) -> Card:
    partner = f"{deal.partner.name}, " if of(request).is_staff and deal.partner else ""
    today = clock.today(_zone(request))
    is_late = deal.next_step_on is not None and deal.next_step_on < today
    due = distance(deal.next_step_on, today=today) or day(deal.next_step_on or deal.closes_on)
    return Card(
        uid=str(deal.uid),
        title=deal.customer_name,
        url=reverse(named(request, "detail"), args=[deal.uid]),
        note=partner + deal.title,
        left=money(deal.amount_minor, deal.currency or "USD", cents=False),
        right=due,
        is_late=is_late,
        move_url=reverse(named(request, "move"), args=[deal.uid]) if may_work else "",
        moves=[(stage, DEAL.label(stage)) for stage in OPEN_STAGES if stage != deal.state],
    )


def _zone(request: HttpRequest) -> str:
    seat = of(request).seat
    assert seat is not None
    return seat.vendor_time_zone if of(request).is_staff else seat.partner_time_zone


@require_safe
def deal_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    deal = get_object_or_404(visible().select_related("registration", "lead"), uid=uid)
    is_open, lists = deal.state in OPEN_STAGES, AnswerLists()
    subjects = [deal, deal.protection] if deal.protection else [deal]
    context = {
        "base": base_of(request, side=True),
        "deal": deal,
        "kind": kind_of(deal.state),
        "urls": {what.replace("-", "_"): reverse(named(request, what), args=[uid]) for what in PAGES},
        "list_url": reverse(named(request, "list")),
        "is_open": is_open and of(request).can("deal.work"),
        "steps": steps(deal),
        "next_stage": next_stage(deal),
        "moves": [(stage, DEAL.label(stage)) for stage in OPEN_STAGES if stage != deal.state],
        "lost_reason": LOST_REASONS.get(deal.close_reason, ""),
        "brief": brief(request, deal),
        "touches": [_touch(touch, lists) for touch in touches_of(deal)],
        "timeline": happenings(events_of(subjects)),
        "today": clock.today(_zone(request)),
        **_deal_forms(deal, lists),
    }
    return render(request, "deals/deal.html", context)


PAGES = ("move", "win", "lose", "step", "step-done", "edit", "touch")


def _deal_forms(deal: Deal, lists: AnswerLists) -> dict[str, Any]:
    return {
        "step_form": StepForm(initial={"text": deal.next_step, "on": deal.next_step_on}, auto_id="step_%s"),
        "touch_form": TouchForm(auto_id="touch_%s", lists=lists),
        "win_form": WinForm(
            currency=deal.currency or "USD", initial={"amount_minor": deal.amount_minor}, auto_id="win_%s"
        ),
        "lose_form": LoseForm(auto_id="lose_%s"),
    }


def steps(deal: Deal) -> list[Step]:
    """The stages as a line; one that was skipped back over is still to do."""
    order = [*OPEN_STAGES, DealState.LOST if deal.state == DealState.LOST else DealState.WON]
    here = order.index(DealState(deal.state))
    since = day(deal.stage_since)
    return [
        Step(
            DEAL.label(stage),
            since if number == here else "",
            "now" if number == here else "done" if number < here else "todo",
        )
        for number, stage in enumerate(order)
    ]


def next_stage(deal: Deal) -> tuple[str, str] | None:
    """The stage after this one as (state, label); None from the last open one on."""
    if deal.state not in OPEN_STAGES[:-1]:
        return None
    following = OPEN_STAGES[OPEN_STAGES.index(DealState(deal.state)) + 1]
    return following, DEAL.label(following)


def brief(request: HttpRequest, deal: Deal) -> list[Fact]:
    member = of(request)
    protection = deal.protection
    until = day(protection.protected_until) if protection and protection.state in {"live", "extended"} else _("no")
    facts = [
        Fact(_("Customer"), deal.customer_name, deal.city),
        Fact(_("Value"), money(deal.amount_minor, deal.currency or "USD", cents=False)),
        Fact(_("Closes on"), day(deal.closes_on) if deal.closes_on else ""),
        Fact(_("Product line"), deal.product_line.name if deal.product_line else ""),
        Fact(_("Protected until"), until),
        Fact(_("Seller"), deal.seller.name if deal.seller else ""),
        Fact(_("Came from"), deal.get_origin_display(), url=_source_url(member, deal)),
    ]
    if member.is_staff and deal.partner:
        facts.insert(1, Fact(_("Partner"), deal.partner.name))
    return facts


def _source_url(member: Member, deal: Deal) -> str:
    if deal.registration is None:
        return ""
    name = "registration-detail" if member.is_staff else "portal-registration-detail"
    return reverse(name, args=[deal.registration.uid])


def _touch(touch: Any, lists: AnswerLists) -> Happening:
    who = touch.seat.name if touch.seat else ""
    outcome = lists.say(OUTCOME, touch.outcome)
    text = ", ".join(filter(None, [outcome, who])) + (f": {touch.note}" if touch.note else "")
    return Happening(lists.say(KIND, touch.kind), text, touch.touched_at)


def _deal(uid: UUID) -> Deal:
    return get_object_or_404(Deal.objects.all(), uid=uid)


@require_POST
def deal_move(request: HttpRequest, uid: UUID) -> HttpResponse:
    deal = _deal(uid)
    stage = request.POST.get("to", "")
    return dragged(
        request,
        lambda: move_deal(deal=deal, to=stage, actor=of(request), at=clock.now()),
        done=_("%(name)s is now in %(stage)s.")
        % {"name": deal.customer_name, "stage": DEAL.label(stage) if stage in OPEN_STAGES else stage},
        to=reverse(named(request, "detail"), args=[uid]),
    )


def deal_win(request: HttpRequest, uid: UUID) -> HttpResponse:
    deal = _deal(uid)
    return asked(
        request,
        lambda data=None: WinForm(
            data, currency=deal.currency or "USD", initial={"amount_minor": deal.amount_minor}, auto_id="win_%s"
        ),
        lambda form: win_deal(
            deal=deal, amount_minor=form.cleaned_data["amount_minor"], actor=of(request), at=clock.now()
        ),
        title=_("Won: %(name)s") % {"name": deal.customer_name},
        button=_("Mark as won"),
        done=_("Won. Well done."),
        to=reverse(named(request, "detail"), args=[uid]),
        base=base_of(request),
    )


def deal_lose(request: HttpRequest, uid: UUID) -> HttpResponse:
    deal = _deal(uid)
    return asked(
        request,
        lambda data=None: LoseForm(data, auto_id="lose_%s"),
        lambda form: lose_deal(deal=deal, actor=of(request), at=clock.now(), **form.cleaned_data),
        title=_("Lost: %(name)s") % {"name": deal.customer_name},
        note=_("Its protection ends, so that others may try."),
        button=_("Mark as lost"),
        done=_("Marked as lost."),
        to=reverse(named(request, "detail"), args=[uid]),
        base=base_of(request),
        is_danger=True,
    )


def deal_step(request: HttpRequest, uid: UUID) -> HttpResponse:
    deal = _deal(uid)
    return asked(
        request,
        lambda data=None: StepForm(data, initial={"text": deal.next_step, "on": deal.next_step_on}, auto_id="step_%s"),
        lambda form: set_next_step(deal=deal, actor=of(request), at=clock.now(), **form.cleaned_data),
        title=_("Next step: %(name)s") % {"name": deal.customer_name},
        button=_("Save step"),
        done=_("Next step saved."),
        to=reverse(named(request, "detail"), args=[uid]),
        base=base_of(request),
    )


@require_POST
def deal_step_done(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The step is done; the page asks for the next one."""
    deal = _deal(uid)
    return pressed(
        request,
        lambda: set_next_step(deal=deal, text="", on=None, actor=of(request), at=clock.now()),
        done=_("Done. What happens next?"),
        to=reverse(named(request, "detail"), args=[uid]) + "#next",
    )


def deal_edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    deal = _deal(uid)
    initial = {name: getattr(deal, name) for name in ("title", "amount_minor", "closes_on", "version")}

    def act(form: DealForm) -> None:
        values = dict(form.cleaned_data)
        edit_deal(deal=deal, version=values.pop("version"), values=values, actor=of(request), at=clock.now())

    return asked(
        request,
        lambda data=None: DealForm(data, currency=deal.currency or "USD", initial=initial),
        act,
        title=_("Change: %(name)s") % {"name": deal.customer_name},
        button=_("Save"),
        done=_("Saved."),
        to=reverse(named(request, "detail"), args=[uid]),
        base=base_of(request),
    )


def deal_touch(request: HttpRequest, uid: UUID) -> HttpResponse:
    deal = _deal(uid)
    return asked(
        request,
        lambda data=None: TouchForm(data, auto_id="touch_%s", lists=AnswerLists()),
        lambda form: log_touch(subject=deal, actor=of(request), at=clock.now(), **form.cleaned_data),
        title=_("Contact with %(name)s") % {"name": deal.customer_name},
        button=_("Keep"),
        done=_("Kept."),
        to=reverse(named(request, "detail"), args=[uid]),
        base=base_of(request),
    )


@require_POST
def deal_from_lead(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One click: the partner's accepted lead becomes a deal."""
    lead = get_object_or_404(Lead.objects.all(), uid=uid)
    try:
        deal = convert_lead(lead=lead, actor=of(request), at=clock.now())
    except NO as refusal:
        toast(request, str(refusal), kind="bad")
        return redirect("portal-lead", uid)
    toast(request, _("A deal now. What happens next?"))
    return redirect("portal-deal-detail", deal.uid)
