"""Batch assignment on screen: what is asked, the preview, and carrying it out."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairway.core import clock
from fairway.core.access import require
from fairway.core.http.format import money, number, percent
from fairway.core.http.paging import paginate
from fairway.core.http.parts import Figure, Sum, Tab
from fairway.leads.actions.plans import LEADS_MOST, begin_plan, carry_out_plan
from fairway.leads.models import AssignmentPlan
from fairway.leads.plan_forms import PlanForm, said_before
from fairway.leads.plan_tables import PLAN_STATES, LineTable, PartnerTable, PlanTable
from fairway.leads.queries import leads as lead_queries
from fairway.leads.queries import plans as queries
from fairway.leads.queries.plans import Figures
from fairway.leads.rules.states import PlanState
from fairway.leads.views.asked import REFUSALS, address, done, member_of, refused_on
from fairway.leads.views.console import tabs

LINES = 50
PARTNERS_SHOWN = 10


@require_safe
def plan_list(request: HttpRequest) -> HttpResponse:
    require(member_of(request), "lead.assign")
    table = PlanTable(paginate(queries.plans(), request), request=request)
    return render(request, "leads/plan_list.html", {"table": table, "tabs": tabs(request, "assignment")})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Which leads, and what fairness asks. Rows chosen in the list come as `chosen`, without the rest of the form."""
    member = member_of(request)
    require(member, "lead.assign")
    uids = [uid for text in request.POST.getlist("chosen") if (uid := lead_queries.uid_of(text))]
    is_sent = "most_percent" in request.POST
    form = PlanForm(
        request.POST if is_sent else None, initial={**request.GET.dict(), **said_before(queries.last_favoured())},
        lines=lead_queries.product_lines(), bands=lead_queries.bands(), sources=lead_queries.sources(),
        tiers=queries.tiers(),
    )  # fmt: skip
    if is_sent and form.is_valid():
        try:
            plan = begin_plan(
                lead_ids=queries.free_leads(request.POST, uids, most=LEADS_MOST), actor=member, at=clock.now(),
                most_percent=form.cleaned_data["most_percent"], least_percent=form.cleaned_data["least_percent"],
                favoured=form.favoured(),
            )  # fmt: skip
        except REFUSALS as refused:
            refused_on(form, refused)
        else:
            return redirect("assignmentplan-detail", plan.uid)
    status = 422 if form.is_bound else 200
    return render(request, "leads/plan_new.html", {"form": form, "uids": uids}, status=status)


def _plan(request: HttpRequest, uid: UUID) -> AssignmentPlan:
    require(member_of(request), "lead.assign")
    rows = AssignmentPlan.objects.defer("lead_ids").select_related("seat", "carried_by", "policy")
    return get_object_or_404(rows, uid=uid)


@require_safe
def page(request: HttpRequest, uid: UUID) -> HttpResponse:
    plan = _plan(request, uid)
    figures = queries.figures_of(plan)
    context = _moving(plan) | {"figures": figures, "pill": PLAN_STATES[plan.state]}
    if figures:
        context |= _preview(request, plan, figures)
    return render(request, "leads/plan.html", context)


def _moving(plan: AssignmentPlan) -> dict[str, Any]:
    is_going = plan.state in (PlanState.WAITING, PlanState.CARRYING)
    return {
        "plan": plan, "is_going": is_going,
        "progress_url": reverse("assignmentplan-progress", args=[plan.uid]) if is_going else "",
        "going": _("Making the offers") if plan.state == PlanState.CARRYING else _("Computing the preview"),
    }  # fmt: skip


def _preview(request: HttpRequest, plan: AssignmentPlan, figures: Figures) -> dict[str, Any]:
    state = request.GET.get("state", "")
    rows = paginate(queries.lines_of(plan, state), request, size=LINES)
    for line in rows.rows:
        line.plan = plan
        line.currency = plan.currency
    partners = queries.partners_named(plan)[:PARTNERS_SHOWN]
    base = address("partner-list")
    for row in partners:
        row["url"] = f"{base}{row['uid']}/" if base else ""
    return {
        "strip": _strip(plan, figures), "short": _short(figures), "sums": _sums(plan, figures),
        "lines": LineTable(rows, request=request),
        "partners": PartnerTable(partners, request=request), "partners_shown": len(partners),
        "line_tabs": _line_tabs(plan, figures, state), "is_ready": plan.state == PlanState.READY,
    }  # fmt: skip


def _strip(plan: AssignmentPlan, figures: Figures) -> list[Figure]:
    cash = _in(plan.currency)
    return [
        Figure(
            _("Expected worth"), cash(figures.value),
            _("at most %(n)s below the best there is") % {"n": percent(figures.off_percent, 1)},
        ),
        Figure(_("One after the other"), cash(figures.one_by_one), _("best partner with room, best score first")),
        Figure(_("Difference"), _signed(figures.difference, plan.currency), _share_of(figures)),
        Figure(
            _("Assigned"), f"{number(figures.assigned)} / {number(figures.leads)}",
            _("to %(n)s partners") % {"n": number(figures.partners_used)},
        ),
    ]  # fmt: skip


def _short(figures: Figures) -> str:
    """What is missing of the least share, and who stands in the way."""
    if not figures.short:
        return ""
    said = [
        ngettext("%(n)s lead is missing.", "%(n)s leads are missing.", figures.short) % {"n": number(figures.short)}
    ]
    if figures.short_alone:
        sentence = ngettext(
            "Of all leads, %(n)s has no small partner with room that is eligible.",
            "Of all leads, %(n)s have no small partner with room that is eligible.",
            figures.short_alone,
        )
        said.append(sentence % {"n": number(figures.short_alone)})
    if figures.short_blocked:
        names, more = queries.short_named(figures)
        sentence = ngettext(
            "%(n)s is left over, as all %(places)s places of its small partners are taken: %(names)s%(more)s.",
            "%(n)s are left over, as all %(places)s places of their small partners are taken: %(names)s%(more)s.",
            figures.short_blocked,
        )
        about = {"n": number(figures.short_blocked), "places": number(figures.short_places), "names": ", ".join(names)}
        others = _(" and %(n)s others") % {"n": number(more)} if more else ""
        said.append(sentence % {**about, "more": others})
    return " ".join(said)


def _in(currency: str) -> Any:
    return lambda minor: money(minor, currency, cents=False)


def _signed(minor: int, currency: str) -> str:
    return ("+" if minor > 0 else "") + money(minor, currency, cents=False)


def _share_of(figures: Figures) -> str:
    if not figures.one_by_one:
        return ""
    return _("%(n)s of what one by one is worth") % {"n": percent(100 * figures.difference / figures.one_by_one, 1)}


def _sums(plan: AssignmentPlan, figures: Figures) -> list[Sum]:
    """Shares asked for and got."""
    most = number(int(figures.leads * plan.most_percent / 100))
    shown = [Sum(_("Most for any one partner"), _("%(n)s leads") % {"n": most})] if plan.most_percent < 100 else []
    if plan.least_percent:
        shown += [
            Sum(_("Small partners with room"), number(figures.favoured_partners)),
            Sum(_("Leads asked for them"), number(figures.favoured_asked)),
            Sum(_("Possible at most"), number(figures.favoured_possible)),
            Sum(_("They get"), number(figures.favoured_got), is_total=True),
        ]
    return shown


def _line_tabs(plan: AssignmentPlan, figures: Figures, state: str) -> list[Tab]:
    base = reverse("assignmentplan-detail", args=[plan.uid])
    words: list[tuple[str, str, int | None]] = [("", _("All"), figures.leads), ("left", _("Left"), figures.left_count)]
    if plan.state in (PlanState.READY, PlanState.CARRYING):
        words.insert(1, ("planned", _("Planned"), None if plan.state == PlanState.CARRYING else figures.assigned))
    if plan.state in (PlanState.CARRYING, PlanState.CARRIED):
        words += [("offered", _("Offered"), None), ("skipped", _("Skipped"), None)]
    return [
        Tab(word, f"{base}?state={name}#leads" if name else f"{base}#leads", state == name, count)
        for name, word, count in words
    ]


@require_safe
def progress(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The bar that moves; it asks for itself again until the work has ended."""
    context = _moving(_plan(request, uid))
    response = render(request, "leads/plan_progress.html", context)
    if not context["is_going"]:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def carry_out(request: HttpRequest, uid: UUID) -> HttpResponse:
    plan = _plan(request, uid)
    return done(
        request,
        lambda: carry_out_plan(plan=plan, actor=member_of(request), at=clock.now()),
        _("The offers are being made."),
        reverse("assignmentplan-detail", args=[plan.uid]),
    )
