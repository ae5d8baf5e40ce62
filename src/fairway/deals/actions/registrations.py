"""What a partner does with its registrations: write a draft, send it, answer a question, withdraw."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fairway.core.access import Member, require, system_member
from fairway.core.events.record import record
from fairway.core.ids import uuid7
from fairway.core.moves import move
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Organization, PartnerState
from fairway.core.told import columns
from fairway.core.words import said
from fairway.customers.actions import resolve_customer, wait_my_turn
from fairway.customers.queries import Resolution, keys_of
from fairway.deals.actions.decisions import approve_by_rule
from fairway.deals.actions.editing import change
from fairway.deals.actions.receipts import sign_receipt
from fairway.deals.models import Conflict, Registration, Scope
from fairway.deals.queries.conflicts import Finding, find_conflicts
from fairway.deals.queries.policies import deal_policy
from fairway.deals.queries.registrations import named
from fairway.deals.rules.conflicts import Weight
from fairway.deals.rules.decision import Facts, Verdict, judge
from fairway.deals.rules.states import REGISTRATION
from fairway.workflow.actions.approvals import request_approval, withdraw_approval
from fairway.workflow.queries.hours import hours_after

WRITABLE = (
    "customer_name", "customer_domain", "city", "postal_code", "country", "product_line", "scope", "scope_name",
    "amount_minor", "currency", "closes_on", "contact_name", "note",
)  # fmt: skip


def save_draft(
    *,
    values: Mapping[str, Any],
    actor: Member,
    at: datetime,
    registration: Registration | None = None,
    uid: UUID | None = None,
    version: int | None = None,
) -> Registration:
    """Keep what has been written so far; nothing has to be complete. Without `registration` a draft begins.

    `uid` is the number the client gave the new draft: of two requests with the same one, the second changes the
    first one's draft.
    """
    require(actor, "registration.submit")
    kept = {name: values[name] for name in WRITABLE if name in values}
    with acting_for(actor):
        if registration is None:
            registration, is_new = _begin(uid or uuid7(), kept, actor, at)
            if is_new:
                return registration
        if registration.state != "draft":
            raise Refused(_("This registration has been sent; what it says stays as it is."))
        if names := change(registration, REGISTRATION, kept, version):
            record("drafted", registration, actor=actor, at=at, partner_id=registration.partner_id, fields=names)
    return registration


def _begin(uid: UUID, values: Mapping[str, Any], actor: Member, at: datetime) -> tuple[Registration, bool]:
    registration = Registration(
        vendor_id=actor.vendor_id, partner_id=actor.partner_id or 0, uid=uid, created_at=at,
        created_by_id=actor.seat_id, **values,
    )  # fmt: skip
    try:
        with transaction.atomic():
            registration.save(force_insert=True)
    except IntegrityError as error:
        begun = Registration.objects.filter(uid=uid, partner_id=actor.partner_id).first()
        if begun is None:
            raise Refused(_("This number is taken. Begin a new registration.")) from error
        return begun, False
    record("begun", registration, actor=actor, at=at, partner_id=registration.partner_id)
    return registration, True


def submit_registration(*, registration: Registration, actor: Member, at: datetime) -> Registration:
    """Send a draft: the place is held from now on, a signed receipt is given, and somebody or the rule decides.

    Raises Refused for what is missing or already the partner's own. What was found of others stays with staff.
    """
    require(actor, "registration.submit")
    with acting_for(actor):
        wait_my_turn()
        _require_complete(registration, at)
        found = resolve_customer(values=named(registration), actor=actor, at=at)
        keys = keys_of(named(registration))
        registration.submitted_at = at
        receipt = sign_receipt(registration)
        move(
            registration, REGISTRATION, "submit", field="state",
            customer=found.customer, name_key=keys.name_key, domain_key=keys.domain_key,
            submitted_at=at, receipt=receipt,
        )  # fmt: skip
        findings = find_conflicts(registration, found, found.customer)
        _refuse_own(findings)
        keep_findings(registration, findings, at)
        record("submitted", registration, actor=actor, at=at, partner_id=registration.partner_id, audience="partner")
        _decide_or_ask(registration, found, findings, actor, at)
    return registration


# What may be put right while a question is open. Who the customer is, and what is covered, is what the place is held
# for: another customer is another registration.
CORRECTABLE = ("city", "postal_code", "amount_minor", "closes_on", "contact_name", "note")


def answer_question(
    *, registration: Registration, answer: str, actor: Member, at: datetime,
    corrections: Mapping[str, Any] | None = None,
) -> Registration:  # fmt: skip
    """Answer what the vendor asked, and put right what was wrong; the place held since the first sending is kept.

    A person decides.
    """
    require(actor, "registration.submit")
    if not answer.strip():
        raise Refused(_("Write an answer."), field="answer")
    with acting_for(actor):
        wait_my_turn()
        right = {name: value for name, value in (corrections or {}).items() if name in CORRECTABLE}
        if registration.state == "returned" and (names := change(registration, REGISTRATION, right)):
            record("corrected", registration, actor=actor, at=at, partner_id=registration.partner_id,
                   audience="partner", fields=names)  # fmt: skip
        move(registration, REGISTRATION, "submit", field="state", answer=answer.strip(), answered_at=at)
        found = resolve_customer(values=named(registration), actor=actor, at=at)
        findings = find_conflicts(registration, found, registration.customer)
        keep_findings(registration, findings, at)
        record("answered", registration, actor=actor, at=at, partner_id=registration.partner_id, audience="partner")
        ask_deal_desk(registration, [], actor, at)
    return registration


def withdraw_registration(*, registration: Registration, actor: Member, at: datetime) -> Registration:
    """Take it back; the place is free at once."""
    require(actor, "registration.submit")
    with acting_for(actor):
        came_from = move(registration, REGISTRATION, "withdraw", field="state", decided_at=at, due_at=None)
        if came_from == "submitted":
            withdraw_approval(subject=registration, actor=actor, at=at)
        record("withdrawn", registration, actor=actor, at=at, partner_id=registration.partner_id, audience="partner")
    return registration


def terms_of_sending(*, actor: Member, at: datetime) -> tuple[datetime, int]:
    """(by when a registration sent at `at` is decided first, days of protection): a partner cannot read the vendor's
    calendar and rules."""
    with acting_for(actor):
        vendor = Organization.objects.get(pk=actor.vendor_id)
        policy = deal_policy()
    due_at = hours_after(vendor.country, vendor.time_zone, at, policy.limit_hours)
    return due_at, policy.registration_days


def keep_findings(registration: Registration, findings: Sequence[Finding], at: datetime) -> None:
    """Replace what was found before by what stands now. The partner's own claims are no conflicts."""
    Conflict.objects.filter(registration=registration).delete()
    Conflict.objects.bulk_create(
        Conflict(
            vendor_id=registration.vendor_id, registration=registration, kind=each.claim.kind,
            other_id=each.row.pk, other_uid=each.row.uid, other_partner_id=each.claim.partner_id or None,
            similarity=each.claim.likeness, blocking=each.is_blocking, found_at=at,
            **columns(text=each.sentence, most=300), **columns(why=each.claim.why, most=200),
        )
        for each in findings
        if each.weight is not Weight.OWN
    )  # fmt: skip


def _require_complete(registration: Registration, at: datetime) -> None:
    missing = {
        "customer_name": _("Write the customer's name."),
        "product_line": _("Choose a product line."),
        "amount_minor": _("Write the expected value."),
        "closes_on": _("Choose when it closes."),
    }
    for name, text in missing.items():
        if getattr(registration, name) in (None, "", 0):
            raise Refused(text, field=name)
    if registration.closes_on is not None and registration.closes_on < at.date():
        raise Refused(_("This date is past. Choose when it closes."), field="closes_on")
    if registration.scope == Scope.PROJECT and not registration.scope_name.strip():
        raise Refused(_("Name the project or site."), field="scope_name")
    if not keys_of(named(registration)).name_key:
        raise Refused(_("Write the customer's name as it is known, not a number."), field="customer_name")


def _refuse_own(findings: Sequence[Finding]) -> None:
    own = next((each for each in findings if each.weight is Weight.OWN), None)
    if own is not None:
        raise Refused(_("Your company already has this: %(what)s.") % {"what": own.text}, field="customer_name")


def _decide_or_ask(
    registration: Registration, found: Resolution, findings: Sequence[Finding], actor: Member, at: datetime
) -> None:
    verdict = _verdict(registration, found, findings)
    if verdict.is_clear:
        rule = system_member(actor.vendor_id, "the rule for clear cases", kind="rule")
        approve_by_rule(registration=registration, verdict=verdict, actor=rule, at=at)
    else:
        ask_deal_desk(registration, verdict.reasons, actor, at)


def _verdict(registration: Registration, found: Resolution, findings: Sequence[Finding]) -> Verdict:
    vendor = Organization.objects.get(pk=registration.vendor_id)
    return judge(
        Facts(
            is_customer_clear=found.customer is not None and len(found.candidates) <= 1,
            conflicts=len(findings),
            amount_minor=registration.amount_minor,
            currency=registration.currency,
            vendor_currency=vendor.currency,
            is_partner_active=registration.partner is not None and registration.partner.state == PartnerState.ACTIVE,
        ),
        deal_policy(),
    )


def ask_deal_desk(registration: Registration, reasons: list[dict[str, Any]], actor: Member, at: datetime) -> None:
    """Put it into the queue of the deal desk, with a limit in business hours, and say who decides after it."""
    policy = deal_policy()
    partner = registration.partner.name if registration.partner else ""
    approval = request_approval(
        subject=registration, partner=registration.partner, role="deal_desk", limit_hours=policy.limit_hours,
        steps=[step.kept for step in policy.further_steps(registration.amount_minor)],
        actor=actor, at=at, reasons=reasons, path=f"console/registrations/{registration.uid}/",
        title=said("%(partner)s registers %(customer)s", partner=partner, customer=registration.customer_name),
    )  # fmt: skip
    change(registration, REGISTRATION, {"due_at": approval.due_at})
