"""Kept mails as letters, in the language of whoever receives them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from fairway.core import mail
from fairway.core.brand.looks import LookValue
from fairway.core.tenancy.models import Organization, Seat
from fairway.workflow.models import Mail, Notification
from fairway.workflow.queries.notices import Reader, as_read_by, in_words, readers
from fairway.workflow.queries.unsubscribing import DIGEST_MAILS, unsubscribe_path
from fairway.workflow.rules.notices import NOUNS, kind_named

DIGEST_KIND = "digest"
# Kinds of mail with a button that does what the mail asks for, without a log-in: (mail, seat, vendor's short name) to
# (label, path). It is made as the mail is sent, and never kept.
Act = Callable[[Mail, Seat, str], tuple[str, str] | None]
_acts: dict[str, Act] = {}


def register_act(kind: str, act: Act) -> None:
    _acts[kind] = act


LINES_MOST = 100  # of a digest; the bell has them all


def letter_of(found: Mail, vendor: Organization, look: LookValue) -> mail.Letter:
    """The letter of a mail that waits. In an acting context."""
    reader = readers([found.seat_id]).get(found.seat_id) if found.seat_id else None
    with as_read_by(reader or Reader()):
        letter = _digest(found, vendor) if found.kind == DIGEST_KIND else _single(found, vendor)
    return replace(letter, vendor_id=vendor.pk, look=look)


def _single(found: Mail, vendor: Organization) -> mail.Letter:
    subject, text = in_words(found.kind, found.values) or (found.subject, found.text)
    path = f"/{vendor.slug}/{found.path}" if found.path else ""
    letter = mail.Letter(subject=subject, text=text, path=path, **_shell(found, vendor))
    seat = Seat.objects.filter(pk=found.seat_id).first() if found.kind in _acts and found.seat_id else None
    act = _acts[found.kind](found, seat, str(vendor.slug)) if seat is not None else None
    return replace(letter, act_label=act[0], act_path=act[1]) if act else letter


def _digest(found: Mail, vendor: Organization) -> mail.Letter:
    notices = Notification.objects.filter(pk__in=(found.values or {}).get("notices", []))
    told = list(notices.order_by("created_at", "pk"))
    count = len(told)
    subject = ngettext("%(n)d thing new at %(vendor)s", "%(n)d things new at %(vendor)s", count)
    text = _("What has happened since the last digest.")
    if count > LINES_MOST:
        text += " " + _("The first %(n)d are here, the others in the bell.") % {"n": LINES_MOST}
    return mail.Letter(
        subject=subject % {"n": count, "vendor": vendor.name},
        text=text,
        sections=_sections(told[:LINES_MOST], vendor),
        **_shell(found, vendor),
    )


def _sections(told: Sequence[Notification], vendor: Organization) -> list[mail.Section]:
    """By noun, in the order of the settings."""
    lines: dict[str, list[mail.Line]] = {noun: [] for noun in NOUNS}
    for note in told:
        kind = kind_named(note.kind)
        title, text = in_words(note.kind, note.values) or (note.title, note.body)
        path = f"/{vendor.slug}/{note.path}" if note.path else ""
        lines[kind.noun if kind else next(iter(NOUNS))].append(mail.Line(title, text, path))
    return [mail.Section(str(NOUNS[noun]), those) for noun, those in lines.items() if those]


def _shell(found: Mail, vendor: Organization) -> dict[str, Any]:
    values: dict[str, Any] = {
        "to_email": found.to_email,
        "to_name": found.to_name,
        "key": str(found.uid),
        "sender": vendor.name,
        "language": get_language() or "",
    }
    seat = Seat.objects.filter(pk=found.seat_id).first() if found.seat_id else None
    if seat is None:
        return values
    surface = "console" if seat.is_staff_seat else "portal"
    topic = DIGEST_MAILS if found.kind == DIGEST_KIND else found.kind
    kind = kind_named(found.kind)
    if kind is not None and kind.is_always:
        return values  # nothing to choose
    return values | {
        "foot": _("You get this mail because of your notification settings."),
        "foot_label": _("Change them"),
        "foot_path": f"/{vendor.slug}/{surface}/notifications/settings/",
        "unsubscribe_path": unsubscribe_path(vendor, seat, topic),
    }
