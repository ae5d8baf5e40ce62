"""Deciding about a registration: return it with a question, approve, reject, revoke. By a person, or by the rule.

The person is of the deal desk or above it, or named by a step after the deal desk's: an account manager never decides
alone between the own partner and a colleague's.
"""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.moves import move
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.customers.actions import create_customer, wait_my_turn
from fairway.customers.models import Customer
from fairway.customers.queries import resolve
from fairway.deals.actions.editing import change
from fairway.deals.actions.opening import open_deal
from fairway.deals.actions.protections import end_protection, protect_registration
from fairway.deals.models import Protection, Registration
from fairway.deals.queries.conflicts import LIVE, Finding, find_conflicts
from fairway.deals.queries.policies import deal_policy
from fairway.deals.queries.registrations import named
from fairway.deals.rules.conflicts import Weight
from fairway.deals.rules.decision import Verdict
from fairway.deals.rules.states import REGISTRATION
from fairway.deals.rules.words import REJECT_REASONS
from fairway.workflow.actions.approvals import decide
from fairway.workflow.queries.approvals import standing, waiting_about

MAKE_NEW = "new"


def approve_registration(
    *,
    registration: Registration,
    actor: Member,
    at: datetime,
    customer: Customer | str | None = None,
    days: int | None = None,
    note: str = "",
) -> Registration:
    """Protect it for `days` (by the vendor's rules, unless said) and open its deal.

    Where the rules name a further step, the registration stays submitted with the customer chosen, and waits for that
    decision; the one of the last step says how long it is protected.

    `customer` says whom the registration means where that is unclear: a row, or MAKE_NEW. Raises Refused when
    something stands in the way and names it: for staff only.
    """
    require_decider(actor, registration, at)
    with acting_for(actor):
        wait_my_turn()
        customer = _customer(registration, customer, actor, at)
        findings = find_conflicts(registration, resolve(named(registration)), customer)
        _refuse_blocked(findings)
        decided = decide(subject=registration, outcome="approved", actor=actor, at=at, note=note)
        if decided.follower is not None:
            change(registration, REGISTRATION, {"customer": customer, "due_at": decided.follower.due_at})
            record("passed_on", registration, actor=actor, at=at, partner_id=registration.partner_id)
            return registration
        days = deal_policy().registration_days if days is None else days
        _approve(registration, customer, actor, at, days=days, note=note, is_automatic=False)
    return registration


def require_decider(actor: Member, registration: Registration, at: datetime) -> None:
    """Raise Forbidden unless the role decides registrations, or what waits here names the person.

    Named is a person, the partner's account manager, or a deputy of either. A key for programs goes by its role.
    """
    if not actor.can("registration.decide") and not _is_named(actor, registration, at):
        require(actor, "registration.decide")


def _is_named(actor: Member, registration: Registration, at: datetime) -> bool:
    if not actor.is_staff or actor.kind != "person":
        return False
    with acting_for(actor):
        waiting = waiting_about(registration)
        right = standing(waiting, actor, at) if waiting else None
    return right is not None and right.by_name


def approve_by_rule(*, registration: Registration, verdict: Verdict, actor: Member, at: datetime) -> None:
    """A clear case, inside its sending: approved at once, with the reasons kept."""
    assert registration.customer is not None
    assert verdict.is_clear
    decide(
        subject=registration, outcome="approved", actor=actor, at=at, automatic=True, reasons=verdict.reasons
    )  # fmt: skip
    _approve(
        registration, registration.customer, actor, at, days=deal_policy().registration_days, note="", is_automatic=True
    )


def _approve(
    registration: Registration,
    customer: Customer,
    actor: Member,
    at: datetime,
    *,
    days: int,
    note: str,
    is_automatic: bool,
) -> None:
    move(
        registration, REGISTRATION, "approve", field="state",
        customer=customer, decided_at=at, decision_note=note, is_automatic=is_automatic, due_at=None,
    )  # fmt: skip
    protection = protect_registration(registration=registration, customer=customer, actor=actor, at=at, days=days)
    open_deal(registration=registration, protection=protection, actor=actor, at=at)
    record(
        "approved", registration, actor=actor, at=at, partner_id=registration.partner_id, audience="partner",
        until=protection.protected_until, automatic=is_automatic,
    )  # fmt: skip


def return_registration(*, registration: Registration, question: str, actor: Member, at: datetime) -> Registration:
    """Ask the partner something; its place stays held."""
    require_decider(actor, registration, at)
    if not question.strip():
        raise Refused(_("Write what you want to know."), field="question")
    with acting_for(actor):
        move(registration, REGISTRATION, "return", field="state", question=question.strip(), answer="", due_at=None)
        decide(subject=registration, outcome="returned", actor=actor, at=at, note=question.strip())
        record("returned", registration, actor=actor, at=at, partner_id=registration.partner_id, audience="partner")
    return registration


def reject_registration(
    *, registration: Registration, reason: str, actor: Member, at: datetime, note: str = ""
) -> Registration:
    """Refuse it for one of REJECT_REASONS. Reason and note are read by the partner: name no other partner there."""
    require_decider(actor, registration, at)
    if reason not in REJECT_REASONS:
        raise Refused(_("Choose a reason."), field="reason")
    if reason == "other" and not note.strip():
        raise Refused(_("Write the reason into the note."), field="note")
    with acting_for(actor):
        came_from = move(
            registration, REGISTRATION, "reject", field="state",
            decided_at=at, decision_reason=reason, decision_note=note.strip(), due_at=None,
        )  # fmt: skip
        if came_from == "submitted":
            decide(subject=registration, outcome="rejected", actor=actor, at=at, note=note.strip())
        record(
            "rejected", registration, actor=actor, at=at, partner_id=registration.partner_id, audience="partner",
            reason=reason,
        )  # fmt: skip
    return registration


def revoke_registration(*, registration: Registration, reason: str, actor: Member, at: datetime) -> Registration:
    """Take an approval back: its protection ends now, its deal stays with the partner."""
    require(actor, "registration.decide")
    if not reason.strip():
        raise Refused(_("Say why. The partner reads it."), field="reason")
    with acting_for(actor):
        move(registration, REGISTRATION, "revoke", field="state", decided_at=at, decision_note=reason.strip())
        for protection in Protection.objects.filter(registration=registration, state__in=LIVE):
            end_protection(protection, "release", reason.strip(), actor, at)
        record("revoked", registration, actor=actor, at=at, partner_id=registration.partner_id, audience="partner")
    return registration


def _customer(registration: Registration, chosen: Customer | str | None, actor: Member, at: datetime) -> Customer:
    if chosen == MAKE_NEW:
        return create_customer(values=named(registration), actor=actor, at=at)
    if isinstance(chosen, Customer):
        return chosen
    if registration.customer is None:
        raise Refused(_("Say which customer this is: one of those found, or a new one."), field="customer")
    return registration.customer


def _refuse_blocked(findings: Sequence[Finding]) -> None:
    """A protection has to end, and an earlier registration has to be decided, before a later one is approved."""
    standing = next((each for each in findings if each.is_blocking or each.weight is Weight.OWN), None)
    if standing is None:
        return
    if isinstance(standing.row, Protection):
        text = _("This is protected already: %(what)s. Release that one first, or reject.")
    else:
        text = _("Another was first in time and is not decided: %(what)s. Decide that one first.")
    raise Refused(text % {"what": standing.text})
