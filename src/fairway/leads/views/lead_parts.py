"""The parts of a lead's page: its stepper, its time left, why this partner, why these points."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fairway.core.http.format import day, percent, whole_day
from fairway.core.http.happenings import Happened
from fairway.core.http.parts import Fact, Reason, Step
from fairway.core.tenancy.models import Partner, PartnerState, Seat
from fairway.core.told import tell
from fairway.leads.models import CustomerMatch, Lead, LeadPerson, LeadScore, MatchState, Offer
from fairway.leads.queries.following import open_escalation
from fairway.leads.queries.why import WhyView, why
from fairway.leads.rules.alike import words_of
from fairway.leads.rules.following import RECEIVERS
from fairway.leads.rules.states import LeadState
from fairway.leads.views import briefs
from fairway.leads.views.asked import TOLD_DIRECTLY, address
from fairway.leads.views.limits import TimeLeft, time_left
from fairway.partners.models import PartnerPause
from fairway.partners.queries.pauses import pause_of

# The steps of a lead, the event that makes each true, and the states in which it is the present one.
STEPS = (
    ("captured", ("lead.captured",)),
    ("scored", ("lead.scored",)),
    ("routed", ("lead.routed",)),
    ("offered", ("offer.offered",)),
    ("accepted", ("offer.accepted",)),
    ("converted", ("lead.converted",)),
)
REACHED = {
    LeadState.CAPTURED: "captured",
    LeadState.WAITING: "routed",
    LeadState.OFFERED: "offered",
    LeadState.POOLED: "offered",
    LeadState.ACCEPTED: "accepted",
    LeadState.CONVERTED: "converted",
}


def heading(lead: Lead, person: LeadPerson | None) -> str:
    """“Brinkmann Logistik: Wi-Fi for a new warehouse”."""
    name = f"{person.first_name} {person.last_name}".strip() if person else ""
    who = lead.company or name
    return f"{who}: {lead.title}" if who and who != lead.title else lead.title


def origin(lead: Lead, zone: str) -> str:
    """“From web form “Warehouse guide”, campaign Autumn, Monday 16 November 2026, 13:17”."""
    parts = [_("From %(source)s") % {"source": lead.source or _("an unknown source")}]
    if lead.source_detail:
        parts[0] += f" “{lead.source_detail}”"
    if lead.campaign:
        parts.append(_("campaign %(name)s") % {"name": lead.campaign})
    local = lead.captured_at.astimezone(ZoneInfo(zone))
    return ", ".join([*parts, f"{whole_day(local)}, {local:%H:%M}"])


def left(offer: Offer | None, at: datetime, zone: str) -> TimeLeft | None:
    """The time left of the open offer, told at the reader's place."""
    return time_left(offer.offered_at, offer.lapses_at, at, zone) if offer else None


def steps(lead: Lead, events: Sequence[Happened], zone: str) -> list[Step]:
    """Captured to deal, each with the time it last happened; what lies ahead is open."""
    latest: dict[str, datetime] = {}
    for event in events:  # newest first
        latest.setdefault(event.name, event.at)
    latest.setdefault("lead.captured", lead.captured_at)
    words = {
        "captured": _("Captured"),
        "scored": _("Scored"),
        "routed": _("Routed"),
        "offered": _("Offered"),
        "accepted": _("Accepted"),
        "converted": _("Deal"),
    }
    names = [name for name, _events in STEPS]
    here = names.index(REACHED.get(LeadState(lead.state), _furthest(latest)))
    shown, said_on = [], None
    for number, (name, events_of) in enumerate(STEPS):
        at = max((latest[event] for event in events_of if event in latest), default=None)
        state = "done" if number < here else "now" if number == here else "todo"
        note, said_on = _when(at, zone, said_on) if at and number <= here else ("", said_on)
        shown.append(Step(words[name], note, state))  # type: ignore[arg-type]
    return shown


def _furthest(latest: dict[str, datetime]) -> str:
    """How far a closed lead had come."""
    return next(name for name, events in reversed(STEPS) if any(event in latest for event in events))


def _when(at: datetime, zone: str, said_on: Any) -> tuple[str, Any]:
    """The time, with its day where it is another one than the step before."""
    local = at.astimezone(ZoneInfo(zone))
    text = f"{local:%H:%M}" if local.date() == said_on else f"{day(local.date())} {local:%H:%M}"
    return text, local.date()


def pause_now(partner: Partner | None) -> PartnerPause | None:
    """The running pause of the partner that is offered the lead or has it."""
    return pause_of(partner) if partner and partner.state == PartnerState.PAUSED else None


def escalation(lead: Lead) -> str:
    """Who was told last while nobody acts; empty where somebody does."""
    if lead.state not in {LeadState.CAPTURED, LeadState.WAITING, LeadState.OFFERED}:
        return ""
    chain = open_escalation(lead)
    if chain is None or not chain.told:
        return ""
    to, _hours, seat_id = chain.steps[chain.told - 1][:3]
    name = Seat.objects.filter(pk=seat_id).values_list("name", flat=True).first() if seat_id else None
    return name or str(RECEIVERS[to])


def customer(lead: Lead) -> dict[str, Any] | None:
    """The customer that the lead is of, or perhaps of; None where nobody was found, or a person said no."""
    match = CustomerMatch.objects.filter(lead=lead).exclude(state=MatchState.NO).select_related("customer").first()
    if match is None:
        return None
    return {
        "name": match.customer.name, "url": address("customer-detail", match.customer.uid),
        "is_asked": match.state == MatchState.ASKED, "why": ", ".join(map(str, words_of(match.reasons))),
    }  # fmt: skip


def facts(lead: Lead, person: LeadPerson | None) -> list[Fact]:
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
    return [
        *briefs.facts(brief, lead.amount_minor, lead.currency),
        *_contact(lead, person),
        Fact(_("Consent"), _consent(lead), _agreed_to(lead)),
    ]


def _contact(lead: Lead, person: LeadPerson | None) -> list[Fact]:
    if person is None:
        return [Fact(_("Contact"), "")]
    name = ", ".join(part for part in (f"{person.first_name} {person.last_name}".strip(), person.job_title) if part)
    hidden = "" if lead.partner_id else _("hidden from partners until one accepts")
    rows = [Fact(_("Contact"), name, hidden)]
    if person.street:
        rows.append(Fact(_("Street"), ", ".join(filter(None, [person.street, lead.postal_code]))))
    if person.email:
        rows.append(Fact(_("E-mail"), person.email, url=f"mailto:{person.email}"))
    if person.phone:
        rows.append(Fact(_("Phone"), person.phone))
    return rows


def _agreed_to(lead: Lead) -> str:
    """What the person agreed to, as they read it; of one who told a colleague, that."""
    return str(TOLD_DIRECTLY) if lead.consent_text == TOLD_DIRECTLY.template else lead.consent_text


def _consent(lead: Lead) -> str:
    if lead.consented_at is None:
        return _("none known")
    said = _("to be contacted, %(day)s") % {"day": day(lead.consented_at)}
    version = lead.extra.get("consent_version")
    return f"{said}, {_('text version %(n)d') % {'n': version}}" if version else said


def why_points(lead: Lead) -> dict[str, Any] | None:
    """Points, band and the reasons with bars; None before the lead is scored."""
    score = LeadScore.objects.filter(lead=lead).select_related("card", "chance_by").first()
    if score is None:
        return None
    widest = max((abs(reason["points"]) for reason in score.reasons), default=0) or 1
    return {
        "points": score.points,
        "band": score.band,
        "reasons": [
            Reason(
                reason["points"], tell(reason["name"]), _telling(reason), round(100 * abs(reason["points"]) / widest)
            )
            for reason in score.reasons
        ],
        "note": _("points by the rules published on %(day)s") % {"day": day(score.card.published_at)},
        "chance": _why_chance(score),
    }  # fmt: skip


def _why_chance(score: LeadScore) -> dict[str, Any] | None:
    """The model's chance, and what moved it up or down from the average lead; None where no model spoke."""
    if score.chance is None or score.chance_by is None:
        return None
    reasons = [
        {
            "label": reason["label"],
            "said": _plain(reason["value"]),
            "adds": _("raises it") if reason["adds"] > 0 else _("lowers it"),
        }
        for reason in score.chance_reasons
    ]
    title = _("A chance of %(share)s to be won") % {"share": percent(100 * score.chance)}
    note = _("by version %(n)d of the model, against the average lead") % {"n": score.chance_by.number}
    return {"title": title, "note": note, "reasons": reasons}


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _("not known") if value in (None, "") else str(value)


def _telling(reason: Mapping[str, Any]) -> str:
    """What the lead says, where that is more than the rule's own name."""
    text = tell(reason.get("text", ""))
    return "" if text.casefold() == tell(reason["name"]).casefold() else text


def why_partner(lead: Lead, currency: str) -> dict[str, Any] | None:
    """The latest decision in words, with its question; None before the first."""
    view = why(lead, currency)
    if view is None:
        return None
    return {
        "view": view,
        "title": _why_title(view),
        "then": view.then if view.outcome == "offered" and not view.by_hand else "",
        "rules_url": address("routing-rules"),
        "partner_url": address("partner-list"),
        "replay_url": address("lead-replay", lead.uid) if view.can_replay else "",
    }


def _why_title(view: WhyView) -> str:
    if view.outcome == "pool":
        return _("Why a pool?")
    if view.outcome != "offered":
        return _("Why does nobody have it?")
    others = len(view.rows) - 1
    if others <= 0:
        return _("Why %(partner)s?") % {"partner": view.partner_name}
    words = [_("one"), _("two"), _("three"), _("four")]
    number = words[others - 1] if others <= len(words) else str(others)
    return ngettext(
        "Why %(partner)s, and why not the next one?", "Why %(partner)s, and why not the next %(number)s?", others
    ) % {"partner": view.partner_name, "number": number}
