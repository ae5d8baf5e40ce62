"""Protections: granted by a decision or an accepted lead, extended, released, and expired by their deadline."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fairway.core.access import Member, require, system_member
from fairway.core.events.record import record
from fairway.core.moves import move
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.told import columns, in_event
from fairway.core.words import Words
from fairway.customers.models import Customer
from fairway.deals.models import Protection, Registration
from fairway.deals.queries.conflicts import LIVE, describe
from fairway.deals.queries.policies import deal_policy
from fairway.deals.rules.conflicts import scope_key
from fairway.deals.rules.decision import extended_until, protected_until
from fairway.deals.rules.states import PROTECTION
from fairway.leads.models import Lead
from fairway.workflow.actions.deadlines import cancel_deadlines, set_deadline

EXPIRE = "expire"
ONE_LIVE = "protection_one_live"


class AlreadyProtected(Refused):
    """The database holds a live protection of the same key; `other` is it. For staff, never for a partner."""

    def __init__(self, other: Protection | None):
        self.other = other
        what = describe(other) if other else _("another protection")
        super().__init__(_("This is protected already: %(what)s. Release that one first, or reject.") % {"what": what})


def protect_registration(
    *, registration: Registration, customer: Customer, actor: Member, at: datetime, days: int
) -> Protection:
    """Inside an approval. Raises AlreadyProtected when a live one of this key stands."""
    named = registration.scope == "project"
    return _grant(
        Protection(
            vendor_id=registration.vendor_id, partner_id=registration.partner_id, customer=customer,
            product_line_id=registration.product_line_id, registration=registration,
            scope_key=scope_key(registration.scope, registration.scope_name),
            scope_name=registration.scope_name if named else "", customer_name=registration.customer_name,
            starts_at=at, protected_until=protected_until(at, days),
        ),
        actor,
        at,
    )  # fmt: skip


def protect_lead(
    *, lead: Lead, customer: Customer, customer_name: str, actor: Member, at: datetime, days: int | None = None
) -> Protection:
    """At acceptance: the whole customer for the lead's product line, as long as the vendor's rules say.

    Raises AlreadyProtected.
    """
    days = deal_policy().lead_days if days is None else days
    return _grant(
        Protection(
            vendor_id=lead.vendor_id, partner_id=lead.partner_id or 0, customer=customer, lead=lead,
            product_line_id=lead.product_line_id, customer_name=customer_name,
            starts_at=at, protected_until=protected_until(at, days),
        ),
        actor,
        at,
    )  # fmt: skip


def _grant(protection: Protection, actor: Member, at: datetime) -> Protection:
    try:
        with transaction.atomic():
            protection.save(force_insert=True)
    except IntegrityError as error:
        if ONE_LIVE not in str(error):
            raise
        raise AlreadyProtected(_standing(protection)) from error
    set_deadline(protection, EXPIRE, protection.protected_until)
    record(
        "granted", protection, actor=actor, at=at, partner_id=protection.partner_id, audience="partner",
        until=protection.protected_until,
    )  # fmt: skip
    return protection


def _standing(wanted: Protection) -> Protection | None:
    rows = Protection.objects.filter(
        customer_id=wanted.customer_id,
        product_line_id=wanted.product_line_id,
        scope_key=wanted.scope_key,
        state__in=LIVE,
    )
    return rows.select_related("partner", "product_line").first()


def extend_protection(
    *, protection: Protection, days: int, actor: Member, at: datetime, reason: str = ""
) -> Protection:
    """Let it last `days` longer, up to the most a protection may last from its start."""
    require(actor, "protection.release")
    with acting_for(actor):
        policy = deal_policy()
        try:
            until = extended_until(protection.starts_at, protection.protected_until, days, policy)
        except ValueError:
            raise Refused(
                _("A protection may last %(n)d days from its start at most.") % {"n": policy.extensions_most_days},
                field="days",
            ) from None
        move(protection, PROTECTION, "extend", field="state", protected_until=until)
        set_deadline(protection, EXPIRE, until)
        record(
            "extended", protection, actor=actor, at=at, partner_id=protection.partner_id, audience="partner",
            until=until, note=reason,
        )  # fmt: skip
    return protection


def release_protection(*, protection: Protection, reason: str, actor: Member, at: datetime) -> Protection:
    """End it before its time; others may register the customer from now on."""
    require(actor, "protection.release")
    if not reason.strip():
        raise Refused(_("Say why it ends."), field="reason")
    with acting_for(actor):
        end_protection(protection, "release", reason.strip(), actor, at)
    return protection


def end_protection(protection: Protection, verb: str, reason: Words | str, actor: Member, at: datetime) -> None:
    """Inside an action: `verb` is release or expire."""
    move(protection, PROTECTION, verb, field="state", ended_at=at, **columns(end_reason=reason, most=200))
    cancel_deadlines(protection, [EXPIRE])
    past = {"release": "released", "expire": "expired"}[verb]
    record(
        past, protection, actor=actor, at=at, partner_id=protection.partner_id, audience="partner",
        **in_event(note=reason),
    )  # fmt: skip


def expire_protection(*, vendor_id: int, subject_id: int, at: datetime) -> None:
    """What the deadline "expire" does. A protection that was extended or ended meanwhile stays as it is."""
    actor = system_member(vendor_id, "expiry")
    with acting_for(actor):
        protection = Protection.objects.filter(pk=subject_id, state__in=LIVE, protected_until__lte=at).first()
        if protection is not None:
            end_protection(protection, EXPIRE, "", actor, at)
