"""A partner's sellers: who they are, what they have, who is away; and the leads that are handed to them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import BigIntegerField, Count, Max, Q, QuerySet

from fairway.core.access import Member
from fairway.core.prepared import Given, Wanted, prepared
from fairway.core.tenancy.models import Partner, Role, Seat
from fairway.leads.models import Lead, SellerAbsence, SellerAssignment, SellerLine, SellerRule
from fairway.leads.rules.sellers import Seller
from fairway.leads.rules.states import LeadState, SellerState

WORKERS = (Role.SELLER, Role.EXECUTIVE)
COUNT_CAP = 1000
PEOPLE_MOST = 500


def rule_of(partner_id: int | None) -> SellerRule | None:
    return SellerRule.objects.filter(partner_id=partner_id or 0).first()


def lines_of(rule: SellerRule | None) -> list[SellerLine]:
    return list(SellerLine.objects.filter(rule=rule).order_by("place")) if rule else []


def workers_of(partner_id: int | None) -> list[Seat]:
    """A partner's people who work leads, by name, at most PEOPLE_MOST."""
    seats = Seat.objects.filter(partner_key=partner_id or -1, role__in=WORKERS, is_active=True)
    return list(seats.order_by("name_key", "pk")[:PEOPLE_MOST])


def names_of(seat_ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {seat_id for seat_id in seat_ids if seat_id}
    return dict(Seat.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}


def day_at(partner: Partner, at: datetime) -> date:
    """The day at a partner's place; in UTC where nobody knows its time zone."""
    try:
        return at.astimezone(ZoneInfo(partner.time_zone)).date()
    except (ZoneInfoNotFoundError, ValueError):
        return at.date()


def sellers_at(partner: Partner, seat_ids: Sequence[int] | None, at: datetime, lead: Lead) -> list[Seller]:
    """What the choice for `lead` goes by, of these seats or of all that are sellers: four queries. An id of no seat is
    left out. The lead itself is no load yet, though it is its accepter's until it is handed on."""
    seats = Seat.objects.filter(partner_key=partner.pk)
    seats = seats.filter(role=Role.SELLER, is_active=True) if seat_ids is None else seats.filter(pk__in=seat_ids)
    rows = list(seats.order_by("pk").values_list("pk", "is_active", "role"))
    ids = [seat_id for seat_id, _is_active, _role in rows]
    loads, lasts, away = (
        open_leads_of(ids, but=lead.pk),
        _last_of(partner.pk, ids),
        away_on(partner, day_at(partner, at)),
    )
    return [
        Seller(seat_id, loads.get(seat_id, 0), lasts.get(seat_id), seat_id in away, is_active and role in WORKERS)
        for seat_id, is_active, role in rows
    ]


def open_leads_of(seat_ids: Iterable[int], but: int = 0) -> dict[int, int]:
    """Seat → accepted leads that it works, without the lead `but`."""
    worked = Lead.objects.filter(seller_id__in=list(seat_ids), state=LeadState.ACCEPTED).exclude(pk=but)
    return dict(worked.values_list("seller_id").annotate(n=Count("pk")).order_by())


def _last_of(partner_id: int, seat_ids: Sequence[int]) -> dict[int, datetime]:
    handed = SellerAssignment.objects.filter(partner_id=partner_id, seat_id__in=seat_ids)
    return dict(handed.values_list("seat_id").annotate(last=Max("assigned_at")).order_by())


def away_on(partner: Partner | int, day: date) -> dict[int, date]:
    """Seat id → the last day on which it is away, of those who are on this day."""
    rows = SellerAbsence.objects.filter(partner=partner, first_on__lte=day, last_on__gte=day).order_by("last_on")
    return dict(rows.values_list("seat_id", "last_on"))


def absences_of(partner_id: int | None, day: date) -> list[SellerAbsence]:
    """Those that are planned or running, the next first."""
    rows = SellerAbsence.objects.filter(partner_id=partner_id or 0, last_on__gte=day)
    return list(rows.select_related("seat").order_by("first_on", "pk")[:200])


def had_before(lead: Lead, since: datetime | None) -> set[int]:
    """Seats that gave this lead back or let it lapse since its partner accepted it."""
    rows = SellerAssignment.objects.filter(
        lead=lead, partner_id=lead.partner_id, state__in=[SellerState.RETURNED, SellerState.LAPSED]
    )
    if since is not None:
        rows = rows.filter(assigned_at__gte=since)
    return set(rows.values_list("seat_id", flat=True))


def live_of(lead: Lead) -> SellerAssignment | None:
    """With whom a lead is, or that it waits for somebody; None where its partner hands out nothing."""
    return SellerAssignment.objects.filter(lead=lead, ended_at=None).select_related("seat", "assigned_by").first()


def live_among(lead_ids: Iterable[int]) -> dict[int, SellerAssignment]:
    return {row.lead_id: row for row in SellerAssignment.objects.filter(lead_id__in=list(lead_ids), ended_at=None)}


def handed(ids: Iterable[int]) -> dict[int, SellerAssignment]:
    """Assignments by id, for telling what happened."""
    return {row.pk: row for row in SellerAssignment.objects.filter(pk__in=list(ids)).select_related("seat")}


@dataclass(frozen=True, slots=True)
class Load:
    """What one of the people has: leads that are worked, and those still to be taken."""

    open: int
    to_take: int


def loads_of(partner_id: int | None, seat_ids: Sequence[int]) -> dict[int, Load]:
    to_take = Counter(
        SellerAssignment.objects.filter(partner_id=partner_id or 0, state=SellerState.OPEN, ended_at=None).values_list(
            "seat_id", flat=True
        )
    )
    worked = open_leads_of(seat_ids)
    return {seat_id: Load(worked.get(seat_id, 0), to_take.get(seat_id, 0)) for seat_id in seat_ids}


def to_act_on(member: Member) -> QuerySet[SellerAssignment, dict[str, Any]]:
    """What a person has to take or give back, and for who assigns what waits for a seller; what is due first on top."""
    mine = Q(state=SellerState.OPEN, seat_id=member.seat_id or 0)
    if member.can("seller.assign"):
        mine |= Q(state=SellerState.WAITING, partner_id=member.partner_id or 0)
    rows = SellerAssignment.objects.filter(mine, ended_at=None).order_by("due_at", "pk")
    return rows.values(
        "state", "because", "passed", "due_at", "assigned_at", "lead__uid", "lead__title", "lead__company",
        "lead__city", "lead__people__first_name", "lead__people__last_name",
    )  # fmt: skip


@prepared
def _to_act_on_ids(assigns: bool) -> QuerySet[SellerAssignment, dict[str, Any]]:
    mine = Q(state=SellerState.OPEN, seat_id=Given("seat", BigIntegerField()))
    if assigns:
        mine |= Q(state=SellerState.WAITING, partner_id=Given("partner", BigIntegerField()))
    return SellerAssignment.objects.filter(mine, ended_at=None).values("id")


def to_act_on_count(member: Member) -> Wanted[int]:
    """So many of `to_act_on`, counted to COUNT_CAP."""
    asked = _to_act_on_ids(
        member.can("seller.assign"), given={"seat": member.seat_id or 0, "partner": member.partner_id or 0}
    )
    return asked.counted(COUNT_CAP)
