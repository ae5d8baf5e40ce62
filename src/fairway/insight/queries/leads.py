"""What became of the leads captured in a time: by source, campaign, product line, partner or tier."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, get_args
from uuid import UUID

from django.db import connection
from django.db.models import Avg, Count, F, FilteredRelation, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from fairway.core import clock
from fairway.core.access import Member
from fairway.core.measures import Percentile, hours_between
from fairway.core.tenancy.context import current
from fairway.deals.models import Deal
from fairway.deals.rules.states import OPEN_STAGES
from fairway.insight.queries.review import partners_in_view
from fairway.insight.rules.plain import Rows
from fairway.leads.models import Lead, LeadRating, Offer, SourceCost, SourceRecord
from fairway.partners.models import Program

Axis = Literal["source", "campaign", "line", "partner", "tier"]
AXES: tuple[Axis, ...] = get_args(Axis)
OF_PARTNERS = ("partner", "tier")
FILTERS = ("source", "campaign", "line", "partner", "tier")
FIRST = date(1980, 1, 1)
# The columns of a row of the report, in their order. Money in minor units of the vendor's currency.
KEYS = (
    "group", "label", "leads", "offered", "offers", "accepted", "declined", "lapsed", "touched", "deals", "won", "lost",
    "answer_hours", "touch_hours", "touches", "close_days", "good", "bad", "good_share", "cost_minor", "pipeline_minor",
    "won_minor", "lifetime_minor",
)  # fmt: skip
COUNTS = KEYS[2:12]
EMPTY: dict[str, Any] = {key: 0 if key in COUNTS or key in ("good", "bad") else None for key in KEYS}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is asked for: leads captured from `start` to the day before `until`, cut by `by`, narrowed."""

    by: Axis
    start: date
    until: date
    source: str = ""
    campaign: str = ""
    line: str = ""
    partner: str = ""
    tier: str = ""

    @classmethod
    def of(cls, kept: Mapping[str, str]) -> "Asked":
        """From what `kept` gives. Raises ValueError or KeyError for what was not written by it."""
        by = next(axis for axis in AXES if axis == kept["by"])
        narrowed: dict[str, Any] = {name: str(kept.get(name, "")) for name in FILTERS}
        return cls(by, date.fromisoformat(kept["start"]), date.fromisoformat(kept["until"]), **narrowed)

    @property
    def kept(self) -> dict[str, str]:
        return {name: str(value) for name, value in asdict(self).items() if value}

    @property
    def instants(self) -> tuple[datetime, datetime]:
        return _instant(self.start), _instant(self.until)


def _instant(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def report(member: Member, asked: Asked) -> Rows:
    """Rows of KEYS, most leads first. Four to seven statements, however many rows."""
    found: dict[Any, dict[str, Any]] = {}
    for rows in (_leads(member, asked), _offers(member, asked), _deals(member, asked), *_of_sources(member, asked)):
        for row in rows:
            group = row["group"] if row["group"] is not None else ""
            mine = found.setdefault(group, {**EMPTY, "group": group, "label": ""})
            mine.update({key: value for key, value in row.items() if value is not None and key != "group"})
    rows = sorted(found.values(), key=lambda row: (-row["leads"], -(row["cost_minor"] or 0), str(row["label"])))
    return Rows([[_plain(row[key]) for key in KEYS] for row in rows])


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | float | str) else float(value)


def expanded(row: list[Any]) -> dict[str, Any]:
    return dict(zip(KEYS, row, strict=True))


def total(rows: Rows) -> dict[str, Any]:
    """The sums over all rows; what does not add up (medians) is left out."""
    names = (*COUNTS, "good", "bad", "cost_minor", "pipeline_minor", "won_minor", "lifetime_minor")
    found = [expanded(row) for row in rows.of]
    return {name: sum(row[name] or 0 for row in found) for name in names}


def leads_in(member: Member, asked: Asked) -> QuerySet[Lead]:
    """The leads that the report is about."""
    rows = Lead.objects.filter(**_narrowed(asked, ""))
    if member.role == "cam" or asked.partner or asked.tier:
        rows = rows.filter(pk__in=offers_in(member, asked).values("lead_id"))
    return rows


def offers_in(member: Member, asked: Asked) -> QuerySet[Offer]:
    """All offers of these leads, at any time."""
    return _of_partners(Offer.objects.filter(**_narrowed(asked, "lead__")), member, asked)


def deals_in(member: Member, asked: Asked) -> QuerySet[Deal]:
    """The deals that these leads became."""
    return _of_partners(Deal.objects.filter(lead__isnull=False, **_narrowed(asked, "lead__")), member, asked)


def _narrowed(asked: Asked, through: str) -> dict[str, Any]:
    start, until = asked.instants
    given: dict[str, Any] = {f"{through}captured_at__gte": start, f"{through}captured_at__lt": until}
    if asked.source:
        given[f"{through}source"] = asked.source
    if asked.campaign:
        given[f"{through}campaign"] = asked.campaign
    if asked.line:
        given[f"{through}product_line__code"] = asked.line
    return given


def _of_partners(rows: QuerySet[Any], member: Member, asked: Asked) -> QuerySet[Any]:
    partners = partners_in_view(member)
    if asked.partner:
        partners = partners.filter(uid=asked.partner)
    if asked.tier:
        partners = partners.filter(enrollments__until_on=None, enrollments__tier__code=asked.tier)
    if member.role == "cam" or asked.partner or asked.tier:
        rows = rows.filter(partner__in=partners)
    return rows


_PATHS = {"source": "source", "campaign": "campaign", "line": "product_line__code"}
_LABELS = {"source": "source", "campaign": "campaign", "line": "product_line__name"}


def grouped(rows: QuerySet[Any], by: str, through: str = "") -> QuerySet[Any]:
    """With `group` and `label`; of partners by the row's own partner, whatever the lead says."""
    if by == "partner":
        return rows.annotate(group=F("partner__uid"), label=F("partner__name"))
    if by == "tier":
        program = Program.objects.order_by("-is_default", "id").values_list("pk", flat=True).first()
        present = Q(partner__enrollments__until_on=None, partner__enrollments__program_id=program)
        rows = rows.annotate(present=FilteredRelation("partner__enrollments", condition=present))
        return rows.annotate(
            group=Coalesce(F("present__tier__code"), Value("")), label=Coalesce(F("present__tier__name"), Value(""))
        )
    group = Coalesce(F(f"{through}{_PATHS[by]}"), Value(""))
    return rows.annotate(group=group, label=Coalesce(F(f"{through}{_LABELS[by]}"), Value("")))


def _summed(rows: QuerySet[Any], **sums: Any) -> list[dict[str, Any]]:
    found = list(rows.order_by().values("group", "label").annotate(**sums))
    for row in found:
        row["group"] = str(row["group"]) if row["group"] is not None else ""
    return found


def _leads(member: Member, asked: Asked) -> list[dict[str, Any]]:
    rows = leads_in(member, asked)
    sums: dict[str, Any] = {
        "touched": Count("pk", filter=Q(first_touch_at__isnull=False)),
        "touch_hours": Percentile(
            hours_between("first_touch_at", "accepted_at"), 0.5, filter=Q(first_touch_at__gte=F("accepted_at"))
        ),
    }
    if asked.by in OF_PARTNERS:
        rows = _of_partners(rows.filter(partner__isnull=False), member, asked)
    else:
        sums["leads"] = Count("pk")
    return _summed(grouped(rows, asked.by), **sums)


def _offers(member: Member, asked: Asked) -> list[dict[str, Any]]:
    answered = Q(state__in=["accepted", "declined"], claimed_from__isnull=True)
    sums: dict[str, Any] = {
        "offered": Count("lead", distinct=True),
        "offers": Count("pk"),
        "accepted": Count("pk", filter=Q(state="accepted")),
        "declined": Count("pk", filter=Q(state="declined")),
        "lapsed": Count("pk", filter=Q(state="lapsed")),
        "answer_hours": Percentile(hours_between("answered_at", "offered_at"), 0.5, filter=answered),
    }
    if asked.by in OF_PARTNERS:
        sums["leads"] = Count("lead", distinct=True)
    return _summed(grouped(offers_in(member, asked), asked.by, "lead__"), **sums)


def _deals(member: Member, asked: Asked) -> list[dict[str, Any]]:
    won = Q(state="won")
    days = hours_between("closed_at", "lead__captured_at") / 24.0
    return _summed(
        grouped(deals_in(member, asked), asked.by, "lead__"),
        deals=Count("pk"),
        won=Count("pk", filter=won),
        lost=Count("pk", filter=Q(state="lost")),
        pipeline_minor=Sum("amount_minor", filter=Q(state__in=OPEN_STAGES)),
        won_minor=Sum("amount_minor", filter=won),
        close_days=Percentile(days, 0.5, filter=won),
        touches=Avg("lead__touches", filter=won),
    )


def _of_sources(member: Member, asked: Asked) -> Iterator[list[dict[str, Any]]]:
    """Costs, what partners said, and the lifetime value: of leads, whoever had them."""
    yield _ratings(member, asked)
    if asked.by in ("source", "campaign"):
        yield _costs(asked)
    if asked.by == "source":
        kept = SourceRecord.objects.values(group=F("source"), share=F("good_share"))
        if asked.source:
            kept = kept.filter(source=asked.source)
        seen = set(leads_in(member, asked).order_by().values_list("source", flat=True).distinct())
        yield [{"group": row["group"], "label": row["group"], "good_share": row["share"]} for row in kept
               if row["group"] in seen]  # fmt: skip
    if asked.by not in OF_PARTNERS:
        yield _lifetime(member, asked)


def _ratings(member: Member, asked: Asked) -> list[dict[str, Any]]:
    rows = _of_partners(LeadRating.objects.filter(**_narrowed(asked, "lead__")), member, asked)
    return _summed(
        grouped(rows, asked.by, "lead__"), good=Count("pk", filter=Q(grade=1)), bad=Count("pk", filter=Q(grade=-1))
    )


def _costs(asked: Asked) -> list[dict[str, Any]]:
    """Of the months that begin in the time asked for; nothing where leads of one partner or line are asked for."""
    if asked.line or asked.partner or asked.tier:
        return []
    rows = SourceCost.objects.filter(month_on__gte=asked.start.replace(day=1), month_on__lt=asked.until)
    for name in ("source", "campaign"):
        if getattr(asked, name):
            rows = rows.filter(**{name: getattr(asked, name)})
    return _summed(rows.annotate(group=F(asked.by), label=F(asked.by)), cost_minor=Sum("amount_minor"))


_LIFETIME = """WITH l AS ({leads}),
 named AS (SELECT l.grp, l.at, coalesce(d.customer_id, m.customer_id) AS customer_id FROM l
  LEFT JOIN deals_deal d ON d.vendor_id = %s AND d.lead_id = l.id
  LEFT JOIN leads_customermatch m ON m.vendor_id = %s AND m.lead_id = l.id AND m.state IN ('sure', 'yes')),
 earliest AS (SELECT DISTINCT ON (customer_id) customer_id, grp, at FROM named WHERE customer_id IS NOT NULL
  ORDER BY customer_id, at)
SELECT e.grp, sum(d.amount_minor)::bigint FROM earliest e JOIN deals_deal d ON d.vendor_id = %s
  AND d.customer_id = e.customer_id AND d.state = 'won' AND d.closed_at >= e.at GROUP BY 1"""


def _lifetime(member: Member, asked: Asked) -> list[dict[str, Any]]:
    """All deals won with a customer since its first lead of this time, whoever made them; each counted once."""
    rows = grouped(leads_in(member, asked), asked.by).order_by().values("id", grp=F("group"), at=F("captured_at"))
    sql, params = rows.query.sql_with_params()
    named = f"SELECT q.id, q.grp, q.at FROM ({sql}) q"
    vendor_id = current().vendor_id
    with connection.cursor() as cursor:
        cursor.execute(_LIFETIME.format(leads=named), [*params, vendor_id, vendor_id, vendor_id])
        return [{"group": group, "lifetime_minor": value} for group, value in cursor.fetchall()]


def asked_of(params: Mapping[str, str], today: date) -> Asked:
    """What an address asks for; what it does not say or cannot mean is the default."""
    default = rolling(today)
    by: Axis = next((axis for axis in AXES if axis == params.get("by")), "source")
    start, last = day_of(params.get("from")), day_of(params.get("to"))
    if start is None or last is None or not FIRST <= start <= last <= today + timedelta(days=366):
        start, last = default.start, default.until - timedelta(days=1)
    narrowed: dict[str, Any] = {name: str(params.get(name, ""))[:200] for name in FILTERS}
    narrowed["partner"] = narrowed["partner"] if is_uid(narrowed["partner"]) else ""
    return Asked(by, start, last + timedelta(days=1), **narrowed)


def day_of(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def is_uid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def today_of(member: Member) -> date:
    return clock.today(member.seat.vendor_time_zone if member.seat else "UTC")


def currency_of(member: Member) -> str:
    return member.seat.vendor_currency if member.seat else "USD"


def ratios(row: Mapping[str, Any]) -> dict[str, Any]:
    """What follows from the counts of a row; None where there is nothing to divide by."""
    rated, cost = row["good"] + row["bad"], row["cost_minor"]

    def per(count: int) -> int | None:
        return round(cost / count) if cost is not None and count else None

    return {
        "won_percent": 100 * row["won"] / row["accepted"] if row["accepted"] else None,
        "good_percent": 100 * row["good"] / rated if rated else None,
        "per_lead": per(row["leads"]), "per_accepted": per(row["accepted"]), "per_won": per(row["won"]),
    }  # fmt: skip


# The rows behind a figure


WHAT = ("leads", "offered", "accepted", "declined", "lapsed", "touched", "deals", "won", "lost", "good", "bad")


def rows_behind(member: Member, asked: Asked, what: str, group: str | None) -> QuerySet[Any, dict[str, Any]]:
    """Dicts behind one figure: lead, partner, value, state, and when, the newest first; `group` None for all groups."""
    through, rows = _rows_of(member, asked, what)
    if group is not None:
        rows = grouped(rows, asked.by, through).filter(_is_group(asked.by, group))
    moment = {"": "captured_at", "lead__": "offered_at"}[through]
    if what in ("deals", "won", "lost"):
        moment = "created_at"
    if what in ("good", "bad"):
        moment = "rated_at"
    is_said = what in ("good", "bad")
    return rows.order_by(f"-{moment}", "-pk").values(
        when=F(moment), what=F(f"{through}title"), lead_uid=F(f"{through}uid"), who=F(f"{through}company"),
        came_from=F(f"{through}source"), drive=F(f"{through}campaign"), partner_name=F("partner__name"),
        kind=F("phase" if is_said else "state"), amount=F("lead__amount_minor" if is_said else "amount_minor"),
        money=F("lead__currency" if is_said else "currency"),
    )  # fmt: skip


def _is_group(by: str, group: str) -> Q:
    if by == "partner" and not group:
        return Q(partner=None)
    return Q(group=group)


def _rows_of(member: Member, asked: Asked, what: str) -> tuple[str, QuerySet[Any]]:
    if what in ("deals", "won", "lost"):
        deals = deals_in(member, asked)
        return "lead__", deals if what == "deals" else deals.filter(state=what)
    if what in ("good", "bad"):
        said = _of_partners(LeadRating.objects.filter(**_narrowed(asked, "lead__")), member, asked)
        return "lead__", said.filter(grade=1 if what == "good" else -1)
    if what in ("accepted", "declined", "lapsed", "offered") or (what == "leads" and asked.by in OF_PARTNERS):
        offers = offers_in(member, asked)
        return "lead__", offers if what in ("offered", "leads") else offers.filter(state=what)
    leads = leads_in(member, asked)
    if asked.by in OF_PARTNERS:
        leads = _of_partners(leads.filter(partner__isnull=False), member, asked)
    return "", leads.filter(first_touch_at__isnull=False) if what == "touched" else leads


def rolling(today: date, by: Axis = "source") -> Asked:
    """Twelve months that end today."""
    until = today + timedelta(days=1)
    return Asked(by, until.replace(year=until.year - 1, day=min(until.day, 28)), until)


def with_group(asked: Asked, group: str) -> Asked:
    """The same report, narrowed to one of its rows."""
    narrowed: dict[str, Any] = {asked.by: group}
    return replace(asked, **narrowed)
