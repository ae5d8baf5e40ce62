"""The receiver of forwarded mails: an SMTP server of its own, behind the mail server of the house.

It answers each recipient and each mail with what became of it, keeps a mail only as a draft, and never sends one:
nothing bounces to a sender whom somebody made up. What is automatic is taken and forgotten.
"""

import asyncio
import hmac
import logging
from dataclasses import dataclass
from typing import Any

from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import close_old_connections
from django.http import Http404

from fairway.core import clock
from fairway.core.access import Member, system_member
from fairway.core.http.limits import HOUR, Door, never, spend
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.middleware import vendor_by_slug
from fairway.leads.actions.mail_in import keep_letter
from fairway.leads.models import LeadInbox
from fairway.leads.rules.mails import read_letter

log = logging.getLogger("fairway.mail")
PEER = Door("mail-in-peer", "", never(), lambda _request: "", 3000, HOUR)
INBOX = Door("mail-in", "", never(), lambda _request: "", 300, HOUR)
RECIPIENTS_MOST = 5
NOBODY = frozenset({"", "<>"})  # how the server tells the empty sender of a bounce

UNKNOWN = "550 5.1.1 There is no such mailbox"
TOO_MANY = "452 4.5.3 Too many recipients"
TOO_OFTEN = "451 4.7.1 Too many mails in an hour, come again later"
NOT_LISTED = "550 5.7.1 This sender is not listed for the mailbox"
LATER = "451 4.3.0 The mail cannot be kept now, come again later"
TAKEN = "250 2.0.0 Taken"
FORGOTTEN = "250 2.0.0 Taken, automatic mails are not kept"


@dataclass(frozen=True, slots=True)
class Inbox:
    """Where a mail goes: the mailbox as it was when its address was named."""

    actor: Member
    takes_anyone: bool
    senders: tuple[str, ...]

    def takes(self, sender: str) -> bool:
        host = sender.rpartition("@")[2]
        return self.takes_anyone or sender in self.senders or (bool(host) and f"@{host}" in self.senders)


def inbox_of(address: str) -> Inbox | None:
    """The open mailbox of an address; None for every other one, at the same pace."""
    local, _at, host = address.strip().lower().rpartition("@")
    name, _plus, rest = local.partition("+")
    slug, _dot, secret = rest.rpartition(".")
    if name != "leads" or not slug or host != settings.MAIL_IN_DOMAIN.lower():
        return None
    try:
        vendor_id, _name = vendor_by_slug(slug)
    except Http404:
        return None
    actor = system_member(vendor_id, "Mail")
    with entering(actor.context):
        inbox = LeadInbox.objects.filter(is_open=True).first()
    if inbox is None or not hmac.compare_digest(inbox.secret.encode(), secret.encode()):
        return None
    return Inbox(actor, inbox.takes_anyone, tuple(inbox.senders))


def take(raw: bytes, inboxes: list[Inbox], mail_from: str) -> str:
    """Keep one mail in each of its mailboxes, and say what became of it, as SMTP does."""
    letter = read_letter(raw)
    if letter.is_automatic or mail_from in NOBODY:
        return FORGOTTEN
    takers = [inbox for inbox in inboxes if inbox.takes(letter.sender)]
    if not takers:
        return NOT_LISTED
    for inbox in takers:
        if spend(INBOX, str(inbox.actor.vendor_id)).is_too_much:
            return TOO_OFTEN
        keep_letter(letter=letter, actor=inbox.actor, at=clock.now())
    return TAKEN


class Handler:
    """What the SMTP server asks. The database is asked in threads, so that slow mails do not hold up others."""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= RECIPIENTS_MOST:
            return TOO_MANY
        peer = str(session.peer[0]) if session.peer else ""
        inbox = await asyncio.to_thread(_in_own_connection, _named, address, peer)
        if isinstance(inbox, str):
            return inbox
        envelope.rcpt_tos.append(address)
        envelope.inboxes = [*getattr(envelope, "inboxes", []), inbox]  # type: ignore[attr-defined]
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        raw = content if isinstance(content, bytes) else (content or "").encode("utf-8", "surrogateescape")
        inboxes: list[Inbox] = getattr(envelope, "inboxes", [])
        return str(await asyncio.to_thread(_in_own_connection, take, raw, inboxes, envelope.mail_from or ""))


def _named(address: str, peer: str) -> Inbox | str:
    if spend(PEER, peer).is_too_much:
        return TOO_OFTEN
    return inbox_of(address) or UNKNOWN


def _in_own_connection(work: Any, *arguments: Any) -> Any:
    close_old_connections()
    try:
        return work(*arguments)
    except Exception:
        log.exception("a mail could not be kept")
        return LATER
    finally:
        close_old_connections()


def controller(host: str, port: int, loop: asyncio.AbstractEventLoop) -> UnthreadedController:
    """The server; a mail larger than the limit is refused by its announced size, or as soon as it is passed."""
    return UnthreadedController(
        Handler(), hostname=host, port=port, loop=loop, data_size_limit=settings.MAIL_IN_MAX_BYTES,
        server_hostname="fairway", ident="Fairway", enable_SMTPUTF8=True, command_call_limit={"*": 200}, timeout=120,
    )  # fmt: skip


async def serve(host: str, port: int, stop: asyncio.Event) -> None:
    """Take mails until `stop` is set; what is under way ends first."""
    loop = asyncio.get_running_loop()
    made = controller(host, port, loop)
    server = await loop.create_server(made.factory, host=host, port=port)
    log.info("mails are taken at %s:%s", host, server.sockets[0].getsockname()[1])
    async with server:
        await stop.wait()
