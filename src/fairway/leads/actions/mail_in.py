"""Forwarded mails: the address they come to, what came, and what a person makes of it."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.moves import move
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.leads.actions.capture import LeadValues, Origin, PersonValues, capture_leads
from fairway.leads.models import Lead, LeadDraft, LeadInbox
from fairway.leads.rules.mails import Letter
from fairway.leads.rules.states import DRAFT

SOURCE = "e-mail"
SENDERS_MOST = 200
_SENDER = re.compile(r"(?:[\w.+'-]{1,64})?@[\w-]+(?:\.[\w-]+)+")


def _secret() -> str:
    """Small letters and digits, because some mail programs change the case of an address."""
    return secrets.token_hex(10)


def ensure_inbox(*, actor: Member, at: datetime) -> LeadInbox:
    """The vendor's inbox; made the first time somebody asks for it."""
    require(actor, "lead.form")
    with acting_for(actor):
        inbox = LeadInbox.objects.first()
        if inbox is None:
            inbox = LeadInbox.objects.create(vendor_id=actor.vendor_id, secret=_secret(), renewed_at=at, is_open=False)
            record("made", inbox, actor=actor, at=at)
    return inbox


def renew_inbox(*, inbox: LeadInbox, actor: Member, at: datetime) -> None:
    """Give it a new address; the old one takes nothing from now on."""
    require(actor, "lead.form")
    with acting_for(actor):
        inbox.secret, inbox.renewed_at, inbox.version = _secret(), at, inbox.version + 1
        inbox.save(update_fields=["secret", "renewed_at", "version"])
        record("renewed", inbox, actor=actor, at=at)


def save_inbox(
    *, inbox: LeadInbox, is_open: bool, takes_anyone: bool, senders: Sequence[str], actor: Member, at: datetime
) -> None:
    """Say whose mails are taken. Raises Refused for what is no address."""
    require(actor, "lead.form")
    wanted = list(dict.fromkeys(sender.strip().lower() for sender in senders if sender.strip()))
    if wrong := next((sender for sender in wanted if not _SENDER.fullmatch(sender)), None):
        text = _("“%(text)s” is no address. Write name@halden.example, or @halden.example for everybody there.")
        raise Refused(text % {"text": wrong[:80]}, field="senders")
    if len(wanted) > SENDERS_MOST:
        raise Refused(_("At most %(n)d senders can be listed.") % {"n": SENDERS_MOST}, field="senders")
    if is_open and not takes_anyone and not wanted:
        raise Refused(_("List who may send, or take mails of anyone who knows the address."), field="senders")
    with acting_for(actor):
        inbox.is_open, inbox.takes_anyone, inbox.senders = is_open, takes_anyone, wanted
        inbox.version += 1
        inbox.save(update_fields=["is_open", "takes_anyone", "senders", "version"])
        record("changed", inbox, actor=actor, at=at)


def keep_letter(*, letter: Letter, actor: Member, at: datetime) -> LeadDraft | None:
    """Keep a mail as a draft; None when the same mail was kept before. For the mail program's own member."""
    require(actor, "lead.capture")
    with acting_for(actor):
        draft = LeadDraft(
            vendor_id=actor.vendor_id, key=letter.key, sender=letter.sender[:254], subject=letter.subject,
            body=letter.text, attachments=letter.attachments, read=asdict(letter.read), received_at=at,
        )  # fmt: skip
        LeadDraft.objects.bulk_create([draft], ignore_conflicts=True)
        kept = LeadDraft.objects.filter(uid=draft.uid).first()
        if kept is not None:
            record("received", kept, actor=actor, at=at)
    return kept


def complete_draft(
    *, draft: LeadDraft, values: LeadValues, person: PersonValues, origin: Origin, actor: Member, at: datetime
) -> Lead:
    """Make the lead that the draft was for; of two who complete one, the second is told.

    WasErased for a person who was erased and did not agree.
    """
    require(actor, "lead.capture")
    with acting_for(actor):
        move(draft, DRAFT, "complete", field="state", decided_at=at, decided_by_id=actor.seat_id)
        (captured,) = capture_leads([(values, person)], origin=origin, actor=actor, at=at)
        LeadDraft.objects.filter(pk=draft.pk).update(lead_id=captured.lead_id)
        record("completed", draft, actor=actor, at=at)
        return Lead.objects.get(pk=captured.lead_id)


def drop_draft(*, draft: LeadDraft, actor: Member, at: datetime) -> None:
    _decided(draft, "drop", actor, at)


def reopen_draft(*, draft: LeadDraft, actor: Member, at: datetime) -> None:
    _decided(draft, "reopen", actor, at)


def _decided(draft: LeadDraft, verb: str, actor: Member, at: datetime) -> None:
    require(actor, "lead.capture")
    changes: dict[str, Any] = {"decided_at": at, "decided_by_id": actor.seat_id}
    if verb == "reopen":
        changes = dict.fromkeys(changes)
    with acting_for(actor):
        move(draft, DRAFT, verb, field="state", **changes)
        record("dropped" if verb == "drop" else "reopened", draft, actor=actor, at=at)
