"""Service levels: offers answered in time, first contacts in time, leads rated after contact; by partner or CAM."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, DateTimeField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from fairway.core.access import Member
from fairway.insight.queries.leads import day_of, today_of
from fairway.insight.queries.review import partners_in_view
from fairway.insight.rules.plain import Rows
from fairway.leads.models import Lead, Offer
from fairway.leads.queries.tracking import tracking_policy

AXES = ("partner", "cam")
DAYS = 90
KEYS = ("group", "label", "ended", "answered", "due", "touched", "spoken", "rated")
# Measure → (of how many, how many did).
SHARES = {"answer": ("ended", "answered"), "touch": ("due", "touched"), "feedback": ("spoken", "rated")}
WHAT = {
    "ended": "offers",
    "answered": "offers",
    "due": "leads",
    "touched": "leads",
    "spoken": "leads",
    "rated": "leads",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Offers made, and leads accepted, from `start` to the day before `until`; as it stood at `until`."""

    by: str
    start: date
    until: date

    @classmethod
    def of(cls, kept: Mapping[str, str]) -> "Asked":
        by = next(axis for axis in AXES if axis == kept["by"])
        return cls(by, date.fromisoformat(kept["start"]), date.fromisoformat(kept["until"]))

    @classmethod
    def lately(cls, today: date, by: str = "partner") -> "Asked":
        until = today + timedelta(days=1)
        return cls(by, until - timedelta(days=DAYS), until)

    @property
    def kept(self) -> dict[str, str]:
        return {"by": self.by, "start": self.start.isoformat(), "until": self.until.isoformat()}

    @property
    def instants(self) -> tuple[datetime, datetime]:
        return tuple(datetime.combine(day, time(), tzinfo=UTC) for day in (self.start, self.until))  # type: ignore[return-value]


def asked_of(params: Mapping[str, str], member: Member) -> Asked:
    today = today_of(member)
    by = params.get("by", "partner") if member.is_staff else "partner"
    default = Asked.lately(today, by if by in AXES else "partner")
    start, last = day_of(params.get("from")), day_of(params.get("to"))
    if start is None or last is None or start > last or last > today:
        return default
    return replace(default, start=start, until=last + timedelta(days=1))


def levels(member: Member, asked: Asked) -> Rows:
    """Rows of KEYS, who has most to do first. Three statements."""
    found: dict[str, dict[str, Any]] = {}
    offers = _named(offers_in(member, asked), asked.by).annotate(
        ended=Count("pk"), answered=Count("pk", filter=ANSWERED)
    )
    leads = _named(leads_in(member, asked), asked.by).annotate(
        due=Count("pk", filter=is_due(asked.instants[1])),
        touched=Count("pk", filter=IN_TIME),
        spoken=Count("pk", filter=Q(first_touch_at__isnull=False)),
        rated=Count("pk", filter=Q(first_touch_at__isnull=False, rated_at__isnull=False)),
    )
    for row in [*offers, *leads]:
        group = str(row["group"] or "")
        mine = found.setdefault(group, {**dict.fromkeys(KEYS, 0), "group": group, "label": row["label"] or ""})
        mine.update({key: row[key] for key in KEYS[2:] if key in row})
    rows = sorted(found.values(), key=lambda row: (-(row["ended"] + row["due"]), row["label"]))
    return Rows([[row[key] for key in KEYS] for row in rows])


def expanded(row: list[Any]) -> dict[str, Any]:
    """With the shares in percent, None where nothing was to do."""
    found: dict[str, Any] = dict(zip(KEYS, row, strict=True))
    for name, (of, did) in SHARES.items():
        found[name] = 100 * found[did] / found[of] if found[of] else None
    return found


def total(rows: Rows) -> dict[str, Any]:
    sums = [sum(row[place] for row in rows.of) for place in range(2, len(KEYS))]
    return expanded(["", "", *sums])


ANSWERED = Q(state__in=["accepted", "declined"], answered_at__lte=F("lapses_at"))
IN_TIME = Q(first_touch_at__lte=F("touch_by"))


def is_due(until: datetime) -> Q:
    """Contacted in time, or the time for it is over."""
    return IN_TIME | Q(touch_by__lt=until)


def offers_in(member: Member, asked: Asked) -> QuerySet[Offer]:
    """Offers of this time that were answered or lapsed; those taken back, and what was taken from a pool, say nothing
    of how fast a partner answers.
    """
    start, until = asked.instants
    rows = Offer.objects.filter(
        claimed_from__isnull=True,
        offered_at__gte=start,
        offered_at__lt=until,
        state__in=["accepted", "declined", "lapsed"],
    )
    return rows.filter(partner__in=partners_in_view(member)) if member.role == "cam" else rows


def leads_in(member: Member, asked: Asked) -> QuerySet[Lead]:
    """Leads accepted in this time, with `touch_by`: when the first contact was due.

    Leads accepted before that was kept are held against plain hours.
    """
    start, until = asked.instants
    hours = Value(timedelta(hours=tracking_policy().touch_hours))
    plain = ExpressionWrapper(F("accepted_at") + hours, output_field=DateTimeField())
    rows = Lead.objects.filter(accepted_at__gte=start, accepted_at__lt=until, partner__isnull=False)
    rows = rows.annotate(touch_by=Coalesce("touch_due_at", plain))
    return rows.filter(partner__in=partners_in_view(member)) if member.role == "cam" else rows


def _named(rows: QuerySet[Any], by: str) -> QuerySet[Any, dict[str, Any]]:
    path = "partner" if by == "partner" else "partner__cam"
    return rows.annotate(group=F(f"{path}__uid"), label=F(f"{path}__name")).order_by().values("group", "label")


def rows_behind(member: Member, asked: Asked, what: str, group: str) -> QuerySet[Any, Any]:
    """The offers or leads behind one figure of one partner or CAM, those that fall short first."""
    path = "partner__uid" if asked.by == "partner" else "partner__cam__uid"
    if WHAT[what] == "offers":
        offers = offers_in(member, asked)
        offers = offers.filter(**{path: group}) if group else offers
        offers = offers.filter(ANSWERED) if what == "answered" else offers
        return offers.order_by("-offered_at", "-pk").values(
            "title", "state", begun=F("offered_at"), by=F("lapses_at"), done=F("answered_at"),
            partner_name=F("partner__name"),
        )  # fmt: skip
    leads = leads_in(member, asked)
    leads = leads.filter(**{path: group}) if group else leads
    leads = leads.filter({
        "due": is_due(asked.instants[1]), "touched": IN_TIME, "spoken": Q(first_touch_at__isnull=False),
        "rated": Q(first_touch_at__isnull=False, rated_at__isnull=False),
    }[what])  # fmt: skip
    done = "rated_at" if what in ("spoken", "rated") else "first_touch_at"
    return leads.order_by("-accepted_at", "-pk").values(
        "title", "state", "uid", begun=F("accepted_at"), by=F("touch_by"), done=F(done), partner_name=F("partner__name")
    )
