"""Tables of batch assignment: plans, partners of a plan, and its leads."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from fairway.core.http.format import money
from fairway.core.http.tables import Column, Table
from fairway.core.told import told_of
from fairway.leads.queries.plans import figures_of
from fairway.leads.queries.shares import reasons_of
from fairway.leads.rules.states import ASSIGNMENT
from fairway.leads.tables import partner_words

PLAN_KINDS = {"waiting": "open", "ready": "accent", "failed": "bad", "carrying": "attention", "carried": "good"}
PLAN_STATES = {state: (kind, gettext_lazy(str(ASSIGNMENT.labels[state]))) for state, kind in PLAN_KINDS.items()}
LINE_STATES = {
    "planned": ("accent", gettext_lazy("Planned")),
    "left": ("attention", gettext_lazy("Left")),
    "offered": ("good", gettext_lazy("Offered")),
    "skipped": ("bad", gettext_lazy("Skipped")),
}


def _plan_url(plan: Any) -> str:
    return reverse("assignmentplan-detail", args=[plan.uid])


def _name(plan: Any) -> str:
    return _("%(n)d leads") % {"n": plan.lead_count}


def _by(plan: Any) -> str:
    return plan.seat.name if plan.seat else ""


def _worth(plan: Any) -> int | None:
    figures = figures_of(plan)
    return figures.value if figures else None


def _gain(plan: Any) -> int | None:
    figures = figures_of(plan)
    return figures.difference if figures else None


def _assigned(plan: Any) -> int | None:
    figures = figures_of(plan)
    return figures.assigned if figures else None


class PlanTable(Table):
    name = "plans"
    caption = gettext_lazy("Plans")
    columns = [
        Column("leads", gettext_lazy("Batch"), kind="name", value=_name, url=_plan_url, second=_by),
        Column("assigned", gettext_lazy("Assigned"), kind="number", value=_assigned, phone=""),
        Column("worth", gettext_lazy("Expected worth"), kind="money", value=_worth, currency="currency"),
        Column("gain", gettext_lazy("More than one by one"), kind="money", value=_gain, currency="currency", phone=""),
        Column("state", gettext_lazy("State"), kind="state", states=PLAN_STATES),
        Column("created_at", pgettext_lazy("a plan", "Begun"), kind="datetime"),
    ]
    empty = (
        gettext_lazy("No batch yet"),
        gettext_lazy("Choose leads that nobody has, and see what their best assignment is worth."),
    )


class PartnerTable(Table):
    name = "partners"
    caption = gettext_lazy("Partners of this plan")
    columns = [
        Column("name", gettext_lazy("Partner"), kind="name", url="url"),
        Column("leads", gettext_lazy("Leads"), kind="number", phone="state"),
        Column("worth", gettext_lazy("Expected worth"), kind="money", currency="currency"),
        Column("room", gettext_lazy("Free places"), kind="number", phone=""),
        Column(
            "is_full", gettext_lazy("Full"), value=lambda row: _("Full") if row["is_full"] else "", phone="",
        ),
        Column(
            "price", gettext_lazy("One more place"), kind="money", currency="currency", phone="",
            help=gettext_lazy("What one more place there would be worth."),
        ),
    ]  # fmt: skip


def _lead_name(line: Any) -> str:
    return line.lead.company or line.lead.title


def _lead_need(line: Any) -> str:
    return line.lead.title if line.lead.company else ""


def _goes_to(line: Any) -> str:
    return partner_words(line.partner.name, line.partner.state) if line.partner else ""


def why_line(line: Any) -> str:
    """Why a lead goes where it goes, or stays, in a few words."""
    if line.because:
        return told_of(line, "because")
    if line.best is None or line.best_id == line.partner_id:
        return _("Worth most here")
    about = {
        "partner": partner_words(line.best.name, line.best.state),
        "worth": money(line.best_value_minor, line.plan.currency, cents=False),
    }
    if line.price_minor is None:
        return _("%(partner)s (%(worth)s) has no room") % about
    about["price"] = money(line.price_minor, line.plan.currency, cents=False)
    return _("%(partner)s (%(worth)s) has leads worth more for its last place: price %(price)s") % about


class LineTable(Table):
    """Leads of a plan. Rows are lines whose `plan` is at hand."""

    name = "lines"
    caption = gettext_lazy("Leads of this plan")
    columns = [
        Column(
            "lead", gettext_lazy("Lead"), kind="name", value=_lead_name, second=_lead_need, is_second_below=True,
            url=lambda line: reverse("lead-detail", args=[line.lead.uid]),
        ),
        Column("partner", gettext_lazy("Goes to"), value=_goes_to, phone="date"),
        Column(
            "value_minor", gettext_lazy("Expected worth"), kind="money",
            currency="currency", value=lambda line: line.value_minor if line.partner_id else None,
        ),
        Column("eligible", gettext_lazy("Eligible"), kind="number", phone=""),
        Column("because", gettext_lazy("Why"), value=why_line, phone=""),
        Column("state", gettext_lazy("State"), kind="state", states=LINE_STATES),
    ]  # fmt: skip
    empty = (gettext_lazy("None"), gettext_lazy("No lead of this plan is in this state."))


def _commonest(row: Any) -> str:
    code = next((code for code, _count in reasons_of(row)), "")
    return str(REASONS_OF_OTHERS.get(code, ""))


# The reasons of `leads.rules.shares`, as the vendor says them of a partner.
REASONS_OF_OTHERS = {
    "paused": gettext_lazy("Paused"),
    "not_accepting": gettext_lazy("Does not accept leads"),
    "lacks_certificate": gettext_lazy("Lacks a certificate"),
    "other_tier": gettext_lazy("Another tier"),
    "other_condition": gettext_lazy("Another condition of the rules"),
    "other_country": gettext_lazy("Another country"),
    "other_state": gettext_lazy("Another state"),
    "outside_territory": gettext_lazy("Outside its territory"),
    "lacks_line": gettext_lazy("Does not sell the line"),
    "too_far": gettext_lazy("Too far away"),
    "below_level": gettext_lazy("Too few points for what it holds"),
    "had_before": gettext_lazy("Had it before"),
    "no_room": gettext_lazy("No room left"),
    "fits_less": gettext_lazy("Others fit better"),
}


class GroupTable(Table):
    """Rows are `leads.queries.shares.Group` as dicts with an address."""

    name = "groups"
    caption = gettext_lazy("Shares of leads")
    columns = [
        Column("name", gettext_lazy("Partners"), kind="name", url="url"),
        Column("partners", gettext_lazy("How many"), kind="number", phone=""),
        Column("share_of_partners", gettext_lazy("Of all partners"), kind="percent", decimals=1, phone=""),
        Column("offered", gettext_lazy("Leads offered"), kind="number", phone=""),
        Column("share_of_leads", gettext_lazy("Of all leads"), kind="percent", decimals=1, phone="amount"),
        Column("value_minor", gettext_lazy("Expected worth"), kind="money", currency="currency", phone="date"),
        Column("share_of_value", gettext_lazy("Of all worth"), kind="percent", decimals=1, phone=""),
        Column("starved", gettext_lazy("Got nothing"), kind="number", phone=""),
    ]
    empty = (gettext_lazy("None"), gettext_lazy("No partner may get leads, and none got any."))


class ShareTable(Table):
    """Rows are LeadShare with partner and address."""

    name = "shares"
    caption = gettext_lazy("Shares of partners")
    columns = [
        Column("partner", gettext_lazy("Partner"), kind="name", value=lambda row: row.partner.name, url="url"),
        Column("tier", gettext_lazy("Tier"), phone=""),
        Column("size", gettext_lazy("Employees"), phone=""),
        Column("eligible", gettext_lazy("Eligible for"), kind="number", phone="date"),
        Column("offered", gettext_lazy("Offered"), kind="number", phone="amount"),
        Column("accepted", gettext_lazy("Accepted"), kind="number", phone=""),
        Column("value_minor", gettext_lazy("Expected worth"), kind="money", currency="currency", phone=""),
        Column("reason", gettext_lazy("Commonest reason"), value=_commonest, phone=""),
    ]
    empty = (gettext_lazy("None"), gettext_lazy("No partner is in this group."))
