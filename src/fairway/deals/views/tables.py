"""Tables of this app."""

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fairway.core.http.tables import Column, Filter, Table
from fairway.deals.models import Scope
from fairway.deals.rules.conflicts import Weight
from fairway.deals.views.words import DEAL_STATES, PROTECTION_STATES, REGISTRATION_STATES

ENDS_SOON = timedelta(days=21)


def to(name: str) -> Any:
    return lambda row: reverse(name, args=[row.uid])


def covers(row: Any) -> str:
    """Line and scope of a registration or protection in a few words."""
    line = row.product_line.name if row.product_line else ""
    scope = row.scope_name or str(Scope.CUSTOMER.label)
    return f"{line}, {scope}" if line else scope


def ends_soon(row: Any) -> str:
    until = row.protected_until
    is_soon = row.state in {"live", "extended"} and until - timezone.now() < ENDS_SOON
    return "attention" if is_soon else ""


def is_late(row: Any) -> str:
    return "late" if row.next_step_on and row.next_step_on < timezone.localdate() else ""


WEIGHTS = {
    Weight.BLOCKING: ("bad", _("Blocks")),
    Weight.LOOK: ("attention", _("Worth a look")),
    Weight.OWN: ("neutral", _("Own")),
}
STATE_FILTER = [(key, word) for key, (_kind, word) in REGISTRATION_STATES.items()]


class OwnRegistrations(Table):
    name = "registrations"
    caption = _("Registrations")
    default_sort = "-created_at"
    columns = [
        Column(
            "customer_name",
            _("Customer"),
            kind="name",
            second=covers,
            url=to("portal-registration-detail"),
            sort=True,
            value=lambda row: row.customer_name or _("No customer yet"),
        ),
        Column("state", _("State"), kind="state", states=REGISTRATION_STATES, sort=True),
        Column("amount_minor", _("Value"), kind="money", sort=True),
        Column("submitted_at", _("Sent"), kind="date", sort=True),
        Column("closes_on", _("Closes on"), kind="date", sort=True, phone=""),
    ]
    filters = [Filter("state", _("All states"), STATE_FILTER)]
    empty = (_("No registrations yet"), _("Register a deal of your own and its place is held at once."))


class RegistrationQueue(Table):
    name = "registrations"
    caption = _("Registrations")
    columns = [
        Column("customer_name", _("Customer"), kind="name", second=covers, url=to("registration-detail")),
        Column("partner.name", _("Partner"), phone=""),
        Column("state", _("State"), kind="state", states=REGISTRATION_STATES),
        Column("conflict_count", _("Other claims"), kind="number", mark=lambda row: "bad" if row.is_blocked else ""),
        Column("amount_minor", _("Value"), kind="money"),
        Column("submitted_at", _("Sent"), kind="date", phone=""),
        Column(
            "due_at",
            _("Decide by"),
            kind="datetime",
            mark=lambda row: "late" if row.due_at and row.due_at < timezone.now() else "",
        ),
    ]
    filters = [Filter("q", _("Customer")), Filter("partner_name", _("Partner"))]
    empty = (_("Nothing to decide"), _("Clear cases were approved by the rule; the others come here."))


class FindingTable(Table):
    """Who else has a claim; rows are mappings."""

    name = "findings"
    caption = _("Other claims")
    columns = [
        Column("text", _("Claim"), kind="name", second="why", is_second_below=True, url="url"),
        Column("weight", _("Weight"), kind="state", states=WEIGHTS),
        Column("likeness", _("Alike"), kind="number", unit="%"),
    ]


class CandidateTable(Table):
    """Known customers it could be; rows are mappings."""

    name = "candidates"
    caption = _("Known customers")
    columns = [
        Column("name", _("Known customer"), kind="name", second="city", url="url"),
        Column("why", _("Why")),
        Column("likeness", _("Alike"), kind="number", unit="%"),
    ]


class ProtectionsOfCustomer(Table):
    name = "protections"
    caption = _("Protections")
    columns = [
        Column("partner.name", _("Partner"), kind="name", second=covers, url=to("protection-detail")),
        Column("state", _("State"), kind="state", states=PROTECTION_STATES),
        Column("starts_at", _("From"), kind="date", phone=""),
        Column("protected_until", _("Until"), kind="date", mark=ends_soon),
    ]
    empty = (_("Nobody is protected"), _("An approved registration or an accepted lead would be."))


class DealsOfCustomer(Table):
    name = "deals"
    caption = _("Deals")
    columns = [
        Column("partner.name", _("Partner"), kind="name", second="title", url=to("deal-detail")),
        Column("state", _("Stage"), kind="state", states=DEAL_STATES),
        Column("amount_minor", _("Value"), kind="money"),
        Column("closes_on", _("Closes on"), kind="date"),
    ]
    empty = (_("No deals"), _("No partner works on one here."))


class RegistrationsOfCustomer(RegistrationQueue):
    columns = [
        Column("partner.name", _("Partner"), kind="name", second=covers, url=to("registration-detail")),
        Column("state", _("State"), kind="state", states=REGISTRATION_STATES),
        Column("amount_minor", _("Value"), kind="money"),
        Column("submitted_at", _("Sent"), kind="date"),
    ]
    empty = (_("No registrations"), _("No partner registered this customer."))


class DealTable(Table):
    name = "deals"
    caption = _("Deals")
    default_sort = "next_step_on"
    filters = [
        Filter("q", _("Customer or title")),
        Filter("partner_name", _("Partner")),
        Filter(
            "state",
            _("Open deals"),
            [("all", _("All deals")), *((key, word) for key, (_kind, word) in DEAL_STATES.items())],
        ),
    ]
    empty = (_("No deals yet"), _("Accept a lead, or register a deal of your own."))

    @classmethod
    def of_surface(cls, name: str, *, has_partner: bool) -> list[Column]:
        columns = [
            Column("customer_name", _("Customer"), kind="name", second="title", url=to(name), sort=True),
            Column("partner.name", _("Partner"), phone=""),
            Column("state", _("Stage"), kind="state", states=DEAL_STATES, sort=True),
            Column("amount_minor", _("Value"), kind="money", sort=True),
            Column("next_step", _("Next step"), phone=""),
            Column("next_step_on", _("Due"), kind="date", sort=True, mark=is_late),
            Column("closes_on", _("Closes on"), kind="date", sort=True, phone=""),
            Column("protection.protected_until", _("Protected until"), kind="date", phone=""),
        ]
        return columns if has_partner else [column for column in columns if column.name != "partner.name"]

    columns = [
        Column("customer_name", _("Customer"), kind="name", sort=True),
        Column("state", _("Stage"), sort=True),
        Column("amount_minor", _("Value"), kind="money", sort=True),
        Column("next_step_on", _("Due"), kind="date", sort=True),
        Column("closes_on", _("Closes on"), kind="date", sort=True),
    ]


class ProtectionTable(Table):
    name = "protections"
    caption = _("Protections")
    default_sort = "protected_until"
    columns = [
        Column("customer_name", _("Customer"), kind="name", second=covers, url=to("protection-detail"), sort=True),
        Column("partner.name", _("Partner"), phone=""),
        Column("state", _("State"), kind="state", states=PROTECTION_STATES, sort=True),
        Column("starts_at", _("From"), kind="date", sort=True, phone=""),
        Column("protected_until", _("Until"), kind="date", sort=True, mark=ends_soon),
    ]
    filters = [
        Filter("state", _("Live"), [("all", _("All")), *((k, w) for k, (_kind, w) in PROTECTION_STATES.items())]),
        Filter("ends", _("Any end"), [("30", _("Ends in 30 days")), ("90", _("Ends in 90 days"))]),
    ]
    empty = (_("No protections"), _("An approved registration or an accepted lead is protected."))


class OwnProtections(ProtectionTable):
    columns = [
        Column("customer_name", _("Customer"), kind="name", second=covers, sort=True),
        Column("state", _("State"), kind="state", states=PROTECTION_STATES, sort=True),
        Column("starts_at", _("From"), kind="date", sort=True, phone=""),
        Column("protected_until", _("Until"), kind="date", sort=True, mark=ends_soon),
    ]
