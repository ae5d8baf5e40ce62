"""Leads and offers with all that a program reads of them, in the context of whoever asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    BigIntegerField,
    CharField,
    DateTimeField,
    F,
    Field,
    OuterRef,
    QuerySet,
    Subquery,
    UUIDField,
)
from django.db.models.functions import JSONObject

from fairway.core.keyset import beyond
from fairway.core.prepared import Given, prepared
from fairway.leads.models import CustomerMatch, Lead, LeadPerson, LeadScore, Offer

_FILTERS = {
    "state": "state", "source": "source", "external_id": "external_id", "captured_since": "captured_at__gte",
    "captured_before": "captured_at__lt", "partner": "partner__uid", "offered_since": "offered_at__gte",
}  # fmt: skip


_TAKEN: dict[str, Field] = {
    "state": CharField(), "source": CharField(), "external_id": CharField(), "captured_since": DateTimeField(),
    "captured_before": DateTimeField(), "partner": UUIDField(), "uid": UUIDField(), "pk": BigIntegerField(),
}  # fmt: skip
_LEAD = (
    "id", "uid", "version", "state", "external_id", "source", "source_detail", "campaign", "title", "description",
    "company", "domain_key", "industry", "employees", "country", "state_code", "city", "postal_code", "amount_minor",
    "currency", "timeframe_days", "captured_at", "consented_at", "waiting_because",
    "waiting_because_words", "extra", "stage", "next_step",
    "next_step_on", "accepted_at", "touches", "first_touch_at", "last_touch_at", "touch_due_at",
    "rated_at", "silent_since", "silence_due_at",
    "closed_at", "close_reason",
)  # fmt: skip
OF_PERSON = ("first_name", "last_name", "job_title", "email", "phone", "street")


@prepared
def _leads(filters: tuple[str, ...], follows: bool, for_staff: bool) -> QuerySet[Lead, dict[str, Any]]:
    """All that is told of leads, the newest first. Person and score are read for the rows of the page alone."""
    conditions: dict[str, Any] = {_FILTERS.get(name, name): Given(name, _TAKEN[name]) for name in filters}
    rows = Lead.objects.filter(**conditions)
    if follows:
        at, pk = Given("after_at", DateTimeField()), Given("after_pk", BigIntegerField())
        rows = rows.filter(beyond(("-captured_at", at), ("-pk", pk)))
    more: dict[str, Any] = {
        "product_line_code": F("product_line__code"), "partner_uid": F("partner__uid"),
        "seller_name": F("seller__name"),
        "person": _one_of(LeadPerson.objects.all(), *OF_PERSON),
    }  # fmt: skip
    if for_staff:
        more["score"] = _one_of(LeadScore.objects.all(), "points", "band")
        more["customer"] = Subquery(
            CustomerMatch.objects.filter(lead_id=OuterRef("pk")).values(
                told=JSONObject(uid="customer__uid", state="state", likeness="likeness")
            )
        )
    return rows.order_by("-captured_at", "-pk").values(*_LEAD, **more)


def _one_of(rows: QuerySet[Any], *names: str) -> Subquery:
    """The one row of a lead, as an object."""
    return Subquery(rows.filter(lead_id=OuterRef("pk")).values(told=JSONObject(**{name: name for name in names})))


@dataclass(frozen=True, slots=True)
class LeadPages:
    """A list of leads that is read by the page."""

    given: dict[str, Any]
    for_staff: bool

    def page(self, most: int, after: tuple[datetime, int] | None = None) -> list[dict[str, Any]]:
        at, pk = after or (None, None)
        filters = tuple(sorted(self.given))
        given = {**self.given, "after_at": at, "after_pk": pk}
        return _leads(filters, after is not None, self.for_staff, given=given)[:most]


def lead_pages(asked: Mapping[str, Any], *, for_staff: bool) -> LeadPages:
    return LeadPages({name: value for name, value in asked.items() if name in _FILTERS}, for_staff)


def lead_record(*, for_staff: bool, **key: Any) -> dict[str, Any] | None:
    """The lead of this `uid` or `pk`, when the reader may see it. One query."""
    (name,) = key
    return next(iter(_leads((name,), False, for_staff, given=key)[:1]), None)


def offer_records(asked: Mapping[str, Any]) -> QuerySet[Offer]:
    """`lead_uid` is None as long as the reader may not see the lead: a join would hide the offer with it."""
    rows = Offer.objects.select_related("partner", "answered_by").filter(**_conditions(asked))
    return rows.annotate(lead_uid=Subquery(Lead.objects.filter(pk=OuterRef("lead_id")).values("uid")))


def _conditions(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {_FILTERS[name]: value for name, value in asked.items() if name in _FILTERS}
