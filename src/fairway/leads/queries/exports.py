"""Lists of leads as files: the rows that the page's filters show, in the reader's own context."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from fairway.core.access import Member
from fairway.core.http.format import currency_digits
from fairway.leads.models import Lead
from fairway.leads.queries import leads as console
from fairway.leads.queries import partner_leads

CHUNK = 2000
_SHARED = (
    "title", "company", "people__first_name", "people__last_name", "people__email", "people__phone", "city",
    "state_code", "country", "product_line__name", "amount_minor", "currency", "state", "stage", "next_step",
    "next_step_on", "accepted_at", "last_touch_at",
)  # fmt: skip
_STAFF = ("captured_at", "source", "source_detail", "campaign", "scores__points", "scores__band", "partner__name")


def _heads() -> dict[str, str]:
    return {
        "title": _("Need"),
        "company": _("Company"),
        "people__first_name": _("First name"),
        "people__last_name": _("Last name"),
        "people__email": _("E-mail"),
        "people__phone": _("Phone"),
        "city": _("City"),
        "state_code": _("State or province"),
        "country": _("Country"),
        "product_line__name": _("Product line"),
        "amount_minor": _("Budget"),
        "currency": _("Currency"),
        "state": _("State"),
        "stage": _("Stage"),
        "next_step": _("Next step"),
        "next_step_on": _("Due"),
        "accepted_at": _("Accepted"),
        "last_touch_at": _("Last contact"),
        "captured_at": _("Captured"),
        "source": _("Source"),
        "source_detail": _("Source detail"),
        "campaign": _("Campaign"),
        "scores__points": _("Points"),
        "scores__band": _("Band"),
        "partner__name": _("Partner"),
    }


def lead_export(member: Member, parameters: Mapping[str, str]) -> Iterator[list[Any]]:
    """The console's list, newest first."""
    return _rows(console.chosen(_query(parameters)), (*_STAFF, *_SHARED))


def own_lead_export(member: Member, parameters: Mapping[str, str]) -> Iterator[list[Any]]:
    """A partner's own leads."""
    return _rows(partner_leads.chosen(*partner_leads.asked(_query(parameters))), _SHARED)


def _query(parameters: Mapping[str, str]) -> QueryDict:
    query = QueryDict(mutable=True)
    query.update(parameters)
    return query


def _rows(leads: QuerySet[Lead], names: tuple[str, ...]) -> Iterator[list[Any]]:
    """The head, then a row for each lead, read some thousand at a time."""
    heads = _heads()
    yield [heads[name] for name in names]
    last: int | None = None
    while True:
        part = leads if last is None else leads.filter(pk__lt=last)
        rows = list(part.order_by("-pk").values("pk", *names)[:CHUNK])
        for row in rows:
            row["amount_minor"] = _amount(row["amount_minor"], row["currency"])
            yield [row[name] for name in names]
        if len(rows) < CHUNK:
            return
        last = rows[-1]["pk"]


def _amount(minor: int | None, currency: str) -> Decimal | None:
    return Decimal(minor).scaleb(-currency_digits(currency or "USD")) if minor is not None else None
