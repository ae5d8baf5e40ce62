"""Who else claims the customer of a registration. Reads the whole vendor: only for actions and staff."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from fairway.core.told import lowered, packed, tell
from fairway.core.words import Row, Words
from fairway.core.words import said as _
from fairway.customers.models import Customer
from fairway.customers.queries import Resolution
from fairway.customers.rules.matching import Keys, compare
from fairway.deals.models import Conflict, Deal, Protection, Registration
from fairway.deals.rules.conflicts import SAME, Claim, Kind, Weight, scope_key, weigh
from fairway.deals.rules.states import DEAL, OPEN_STAGES, REGISTRATION, RegistrationState

LIVE = ("live", "extended")
HOLDING = (RegistrationState.SUBMITTED, RegistrationState.RETURNED)


@dataclass(frozen=True, slots=True)
class Finding:
    """One claim that meets the registration, with the row it came from."""

    claim: Claim
    weight: Weight
    row: Protection | Registration | Deal

    @property
    def is_blocking(self) -> bool:
        return self.weight is Weight.BLOCKING

    @property
    def text(self) -> str:
        return describe(self.row)

    @property
    def sentence(self) -> Row:
        """The same as it is kept."""
        return Row((_headline(self.row), _about(self.row)), ": ")


def claim_of(registration: Registration) -> Claim:
    """The registration's own claim; before it is sent, its time is when it was made."""
    return Claim(
        kind=Kind.REGISTRATION,
        partner_id=registration.partner_id or 0,
        product_line_id=registration.product_line_id,
        scope_key=scope_key(registration.scope, registration.scope_name),
        since=registration.submitted_at or registration.created_at,
        id=registration.pk or 0,
    )


def find_conflicts(registration: Registration, found: Resolution, customer: Customer | None) -> list[Finding]:
    """Every claim that meets the registration, blocking ones first.

    With a `customer` its claims are certain; those of customers that are only alike weigh by their likeness.
    """
    likeness: dict[int, tuple[float, Any]] = {
        each.customer.pk: (min(each.likeness.similarity, 0.99), each.likeness.why) for each in found.candidates
    }
    if customer is not None:
        likeness[customer.pk] = (SAME, likeness.get(customer.pk, (0, ""))[1] or _("the same customer"))
    own = claim_of(registration)
    claims = [*_of_customers(likeness), *_unresolved(registration)]
    weighed = [(claim, weigh(own, claim), row) for claim, row in claims if row != registration]
    findings = [Finding(claim, weight, row) for claim, weight, row in weighed if weight is not None]
    order = {Weight.OWN: 0, Weight.BLOCKING: 1, Weight.LOOK: 2}
    return sorted(findings, key=lambda each: (order[each.weight], -each.claim.likeness, each.claim.since))


def _of_customers(likeness: dict[int, tuple[float, Any]]) -> Iterable[tuple[Claim, Any]]:
    ids = list(likeness)
    if not ids:
        return
    for protection in Protection.objects.filter(customer__in=ids, state__in=LIVE).select_related(
        "partner", "product_line"
    ):
        yield _claim(Kind.PROTECTION, protection, protection.scope_key, protection.starts_at, likeness), protection
    for held in Registration.objects.filter(customer__in=ids, state__in=HOLDING).select_related(
        "partner", "product_line"
    ):
        key = scope_key(held.scope, held.scope_name)
        yield _claim(Kind.REGISTRATION, held, key, held.submitted_at or held.created_at, likeness), held
    for deal in Deal.objects.filter(customer__in=ids, state__in=OPEN_STAGES).select_related("partner", "product_line"):
        yield _claim(Kind.DEAL, deal, "", deal.created_at, likeness), deal


def _claim(kind: Kind, row: Any, key: str, since: Any, likeness: dict[int, tuple[float, Any]]) -> Claim:
    share, why = likeness[row.customer_id]
    return Claim(kind, row.partner_id, row.product_line_id, key, since, row.pk, share, why)


def _unresolved(registration: Registration) -> Iterable[tuple[Claim, Registration]]:
    """Registrations that wait without a customer, compared by what was written in both."""
    wanted = Keys(registration.name_key, registration.domain_key, registration.city, registration.country)
    same = Q(name_key=wanted.name_key) if wanted.name_key else Q(pk__in=[])
    if wanted.domain_key:
        same |= Q(domain_key=wanted.domain_key)
    rows = Registration.objects.filter(same, customer=None, state__in=HOLDING).select_related("partner", "product_line")
    for row in rows:
        likeness = compare(wanted, Keys(row.name_key, row.domain_key, row.city, row.country), 1.0)
        key = scope_key(row.scope, row.scope_name)
        since = row.submitted_at or row.created_at
        yield (
            Claim(
                Kind.REGISTRATION, row.partner_id or 0, row.product_line_id, key, since, row.pk,
                likeness.similarity, likeness.why,
            ),
            row,
        )  # fmt: skip


def describe(row: Protection | Registration | Deal) -> str:
    """One line for staff: what it is, whose, and about what."""
    return f"{headline(row)}: {about(row)}"


def headline(row: Protection | Registration | Deal) -> str:
    """What it is and whose."""
    return tell(packed(_headline(row)))


def about(row: Protection | Registration | Deal) -> str:
    """Product line and scope."""
    return str(_about(row))


def _headline(row: Protection | Registration | Deal) -> Words:
    names: dict[str, Any] = {"partner": row.partner.name if row.partner else ""}
    if isinstance(row, Protection):
        return _("Protection of %(partner)s until %(until)s", **names, until=timezone.localdate(row.protected_until))
    if isinstance(row, Registration):
        names |= {"state": lowered(REGISTRATION.words(row.state)), "since": _day(row.submitted_at)}
        return _("Registration of %(partner)s, %(state)s, sent %(since)s", **names)
    return _("Deal of %(partner)s, %(stage)s", **names, stage=DEAL.words(row.state))


def _day(at: datetime | None) -> date | str:
    return timezone.localdate(at) if at else ""


def _about(row: Protection | Registration | Deal) -> Row:
    return Row((row.product_line.name if row.product_line else _("all lines"), _scope(row)), ", ")


def _scope(row: Protection | Registration | Deal) -> Words | str:
    if isinstance(row, Deal):
        return row.title
    name = row.scope_name if isinstance(row, Protection) or row.scope == "project" else ""
    return name or _("the whole customer")


def kept_conflicts(registration: Registration) -> list[Conflict]:
    """What was found when it was sent, as kept; blocking first."""
    rows = registration.conflicts.select_related("other_partner")
    return sorted(rows, key=lambda row: (not row.blocking, -row.similarity))
