"""Deals and touches from a file, many at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from babel.numbers import get_currency_precision

from fairway.catalog.models import ProductLine
from fairway.core.access import Member, require
from fairway.core.events.record import record_many
from fairway.core.imports import ImportOutcome, RowIssue
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import current
from fairway.core.tenancy.models import Organization, Partner
from fairway.core.words import said as _
from fairway.customers.models import Customer, CustomerContact
from fairway.deals.models import Deal
from fairway.leads.models import Lead, LeadNote, Touch

_CLOSED = ("won", "lost")
_CHANGED = (
    "title", "customer_id", "customer_name", "amount_minor", "currency", "closes_on", "next_step", "product_line_id",
    "state", "stage_since", "closed_at", "version",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DealRow:
    """One deal of a file. `partner` and `customer` are external ids, `amount` is in whole units of `currency`."""

    line: int
    external_id: str
    title: str
    state: str
    partner: str
    customer: str = ""
    customer_name: str = ""
    amount: Decimal | None = None
    currency: str = ""
    closes_on: date | None = None
    next_step: str = ""
    product_line: str = ""


@dataclass(frozen=True, slots=True)
class TouchRow:
    """One task of a file. `who` is the external id of a lead or a contact, `what` of a deal or a customer."""

    line: int
    external_id: str
    subject: str
    on: date
    kind: str
    is_done: bool
    who: str = ""
    what: str = ""
    customer: str = ""
    takes_open: bool = False


def import_deals(
    rows: Sequence[DealRow], *, actor: Member, at: datetime, options: Mapping[str, Any] | None = None
) -> ImportOutcome:
    """Create the deals whose external id is new, update the others where the file says something else.

    Deals come without registration and protection: those are decided here. One that is won or lost stays so.
    """
    require(actor, "deal.import")
    outcome = ImportOutcome()
    with acting_for(actor):
        around = _Around(rows)
        known = {deal.external_id: deal for deal in Deal.objects.filter(external_id__in=[r.external_id for r in rows])}
        fresh: list[Deal] = []
        changed: list[Deal] = []
        for row in rows:
            if not around.can_place(row, outcome):
                continue
            values = around.values(row, outcome)
            deal = known.get(row.external_id)
            if deal is None:
                fresh.append(_new(row, values, around, actor, at))
                outcome.results[row.line] = "created"
            elif _change(deal, row, values, outcome, at):
                changed.append(deal)
                outcome.results[row.line] = "updated"
            else:
                outcome.unchanged += 1
                outcome.results[row.line] = "unchanged"
        Deal.objects.bulk_create(fresh, batch_size=1000)
        Deal.objects.bulk_update(changed, _CHANGED, batch_size=500)
        told = [(d.pk, d.partner_id, {"amount_minor": d.amount_minor, "currency": d.currency}) for d in fresh]
        record_many("opened", Deal, told, actor=actor, at=at, audience="partner")
        record_many("updated", Deal, [(d.pk, d.partner_id, {"state": d.state}) for d in changed], actor=actor, at=at)
    outcome.created, outcome.updated = len(fresh), len(changed)
    return outcome


class _Around:
    """What the rows of a chunk are held against."""

    def __init__(self, rows: Sequence[DealRow]) -> None:
        self.partners = _ids(Partner, {row.partner for row in rows})
        self.customers = _ids(Customer, {row.customer for row in rows})
        self.names = dict(Customer.objects.filter(pk__in=self.customers.values()).values_list("pk", "name"))
        self.lines = {
            word.casefold(): pk
            for pk, code, name in ProductLine.objects.values_list("pk", "code", "name")
            for word in (code, name)
        }
        self.currency = Organization.objects.values_list("currency", flat=True).get(pk=current().vendor_id)

    def can_place(self, row: DealRow, outcome: ImportOutcome) -> bool:
        if row.partner not in self.partners:
            text = _("There is no partner with the external id “%(id)s”. Import the partners first.")
            outcome.refused.append(RowIssue(row.line, "partner", text % {"id": row.partner[:60]}))
            return False
        if row.customer and row.customer not in self.customers:
            text = _("There is no customer with the external id “%(id)s”. Import the customers first.")
            outcome.refused.append(RowIssue(row.line, "customer", text % {"id": row.customer[:60]}))
            return False
        return True

    def values(self, row: DealRow, outcome: ImportOutcome) -> dict[str, Any]:
        """What the row says, as columns; what it does not say is left out."""
        currency = row.currency or self.currency
        values: dict[str, Any] = {"title": row.title, "closes_on": row.closes_on, "next_step": row.next_step}
        if row.amount is not None:
            places = get_currency_precision(currency)
            values["amount_minor"] = int(row.amount.scaleb(places).to_integral_value(ROUND_HALF_EVEN))
            values["currency"] = currency
        if row.customer:
            values["customer_id"] = self.customers[row.customer]
        values["customer_name"] = row.customer_name or self.names.get(values.get("customer_id", 0), "")
        if row.product_line:
            values["product_line_id"] = self.lines.get(row.product_line.casefold())
            if values["product_line_id"] is None:
                text = _("The product line “%(name)s” is not known and was left out.") % {"name": row.product_line[:60]}
                outcome.warnings.append(RowIssue(row.line, "product_line", text, is_warning=True))
        return {name: value for name, value in values.items() if value not in (None, "")}


def _new(row: DealRow, values: Mapping[str, Any], around: _Around, actor: Member, at: datetime) -> Deal:
    return Deal(
        **{"customer_name": row.title, **values}, vendor_id=actor.vendor_id, partner_id=around.partners[row.partner],
        external_id=row.external_id, origin="partner", state=row.state, created_at=at, stage_since=at,
        closed_at=_closed_at(row, at),
    )  # fmt: skip


def _closed_at(row: DealRow, at: datetime) -> datetime | None:
    """When a closed deal was closed: noon of its day, as the file has no hour; never in the future."""
    if row.state not in _CLOSED:
        return None
    return min(at, datetime.combine(row.closes_on, time(12), tzinfo=UTC)) if row.closes_on else at


def _change(deal: Deal, row: DealRow, values: Mapping[str, Any], outcome: ImportOutcome, at: datetime) -> bool:
    differs = [name for name, value in values.items() if getattr(deal, name) != value]
    for name in differs:
        setattr(deal, name, values[name])
    if deal.state != row.state:
        if deal.state in _CLOSED:
            text = _("The deal is %(state)s here and stays so.") % {"state": deal.get_state_display().lower()}
            outcome.warnings.append(RowIssue(row.line, "state", text, is_warning=True))
        else:
            deal.state, deal.stage_since, deal.closed_at = row.state, at, _closed_at(row, at)
            differs.append("state")
    deal.version += bool(differs)
    return bool(differs)


def _ids(model: Any, external_ids: set[str]) -> dict[str, int]:
    """External id → id, of the winner where the record was merged."""
    rows = model.objects.filter(external_id__in=external_ids - {""})
    return {name: merged or pk for name, pk, merged in rows.values_list("external_id", "pk", "merged_into")}


def import_touches(
    rows: Sequence[TouchRow], *, actor: Member, at: datetime, options: Mapping[str, Any] | None = None
) -> ImportOutcome:
    """Tasks that were done become touches of the deal or lead they are about. They are found again by external id.

    A task about a customer belongs to that customer's one deal. A lead that no partner has yet gets it as a note.
    What is not done yet is no touch and is refused, unless the import says to take it.
    """
    require(actor, "deal.import")
    outcome = ImportOutcome()
    with acting_for(actor):
        known = set(
            Touch.objects.filter(external_id__in=[r.external_id for r in rows]).values_list("external_id", flat=True)
        )
        subjects = _Subjects(rows)
        touches: list[Touch] = []
        notes: list[LeadNote] = []
        for row in rows:
            if row.external_id in known:
                outcome.unchanged += 1
                continue
            made = _touch(row, subjects, outcome, actor)
            if isinstance(made, Touch):
                touches.append(made)
            elif made is not None and made.text in subjects.notes_of(made.lead_id):
                outcome.unchanged += 1
            elif made is not None:
                notes.append(made)
        Touch.objects.bulk_create(touches, batch_size=1000)
        LeadNote.objects.bulk_create(notes, batch_size=1000)
        for model, name in ((Deal, "deal"), (Lead, "lead")):
            told = [(t.subject_id, t.partner_id, {"kind": t.kind}) for t in touches if t.subject_type == name]
            record_many("touched", model, told, actor=actor, at=at, audience="partner")
        record_many("noted", Lead, [(note.lead_id, None, {}) for note in notes], actor=actor, at=at)
    outcome.created = len(touches) + len(notes)
    return outcome


def _touch(row: TouchRow, subjects: "_Subjects", outcome: ImportOutcome, actor: Member) -> Touch | LeadNote | None:
    if not row.is_done and not row.takes_open:
        text = _("The task is not done yet. A touch is what has happened.")
        outcome.refused.append(RowIssue(row.line, "status", text))
        return None
    found = subjects.of(row)
    if isinstance(found, str):
        outcome.refused.append(RowIssue(row.line, "who", found))
        return None
    happened_at = datetime.combine(row.on, time(12), tzinfo=UTC)
    if isinstance(found, Lead) and found.partner_id is None:
        return LeadNote(vendor_id=actor.vendor_id, lead=found, text=row.subject, noted_at=happened_at)
    return Touch(  # type: ignore[misc]
        vendor_id=actor.vendor_id, partner_id=found.partner_id, subject_type=type(found)._meta.model_name,
        subject_id=found.pk, kind=row.kind, outcome="reached" if row.is_done else "not_reached", note=row.subject,
        touched_at=happened_at, external_id=row.external_id,
    )  # fmt: skip


class _Subjects:
    """What the tasks of a chunk can be about."""

    def __init__(self, rows: Sequence[TouchRow]) -> None:
        ids = {each for row in rows for each in (row.who, row.what, row.customer)} - {""}
        self.leads = {lead.external_id: lead for lead in Lead.objects.filter(external_id__in=ids)}
        self.deals = {deal.external_id: deal for deal in Deal.objects.filter(external_id__in=ids)}
        contacts = CustomerContact.objects.filter(external_id__in=ids)
        self.customers = {**_ids(Customer, ids), **dict(contacts.values_list("external_id", "customer_id"))}
        self.of_customer: dict[int, list[Deal]] = defaultdict(list)
        for deal in Deal.objects.filter(customer_id__in=set(self.customers.values())).order_by("pk"):
            self.of_customer[deal.customer_id or 0].append(deal)
        self._notes: dict[int, set[str]] = defaultdict(set)
        for lead_id, text in LeadNote.objects.filter(lead__in=list(self.leads.values())).values_list("lead_id", "text"):
            self._notes[lead_id].add(text)

    def notes_of(self, lead_id: int) -> set[str]:
        return self._notes[lead_id]

    def of(self, row: TouchRow) -> Deal | Lead | str:
        """The deal or the lead, or a sentence that says why there is none."""
        if found := self.deals.get(row.what) or self.leads.get(row.who):
            return found
        customer_id = next((self.customers[x] for x in (row.what, row.who, row.customer) if x in self.customers), None)
        if customer_id is None:
            return str(_("Nobody here has the external ids of this task. Import leads, contacts and deals first."))
        deals = self.of_customer[customer_id]
        if not deals:
            return str(_("The customer of this task has no deal, so nobody’s work it belongs to."))
        if len({deal.partner_id for deal in deals}) > 1:
            return str(_("The customer of this task has deals with several partners. Say which deal it is about."))
        return next((deal for deal in reversed(deals) if deal.state not in _CLOSED), deals[-1])
