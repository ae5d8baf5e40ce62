"""Changing how a vendor looks: every change is a new version, so that each can be taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fairway.core import mail
from fairway.core.access import Member, require
from fairway.core.brand import colours, fronts
from fairway.core.brand.looks import look_of
from fairway.core.brand.models import Look, LookImage
from fairway.core.brand.pictures import draw
from fairway.core.events.record import record
from fairway.core.ids import uuid7
from fairway.core.jobs import defer
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for

PICTURES = ("logo", "logo_dark", "icon")
COLOURS = ("accent", "accent_dark", "header")
WORDS = ("program_name", "mail_name", "reply_to")
JUDGES = {
    "accent": colours.judge_accent, "accent_dark": colours.judge_accent_dark, "header": colours.judge_header,
}  # fmt: skip


class Hard(Refused):
    """A colour that would be hard to read. `nearest` is the one to take instead."""

    def __init__(self, sentence: str, *, field: str, nearest: str) -> None:
        super().__init__(sentence, field=field)
        self.nearest = nearest


@dataclass(frozen=True, slots=True)
class LookChange:
    """What a person wants to see: words and colours by name; new pictures as bytes; pictures to be taken away."""

    words: Mapping[str, str]
    pictures: Mapping[str, bytes]
    without: frozenset[str] = frozenset()


def checked_colour(name: str, text: str) -> str:
    """The colour as "#rrggbb", "" for none; refused with the nearest that passes when it would be hard to read."""
    if not text.strip():
        return ""
    colour = colours.known(text)
    if not colour:
        raise Refused(_("Write a colour as #0b6375: six digits or letters from a to f."), field=name)
    verdict = JUDGES[name](colour)
    if verdict.passes:
        return colour
    numbers = {"ratio": f"{verdict.ratio:.1f}", "against": verdict.against, "nearest": verdict.nearest}
    where = {
        "accent": _("Too pale for the light theme: %(ratio)s to 1 beside %(against)s, and words need 4.5 to 1. "
                    "The nearest that can be read is %(nearest)s."),
        "accent_dark": _("Too dark for the dark theme: %(ratio)s to 1 beside %(against)s, and words need 4.5 to 1. "
                         "The nearest that can be read is %(nearest)s."),
        "header": _("Neither white nor dark words can be read on it: %(ratio)s to 1, and they need 4.5 to 1. "
                    "The nearest on which they can is %(nearest)s."),
    }  # fmt: skip
    raise Hard(where[name] % numbers, field=name, nearest=verdict.nearest)


def checked_words(words: Mapping[str, str]) -> dict[str, str]:
    """One line each, nothing that would break a header of a mail."""
    kept = {name: " ".join(text.split()) for name, text in words.items() if name in WORDS}
    for name, most in (("program_name", 60), ("mail_name", 60), ("reply_to", 254)):
        if len(kept.get(name, "")) > most:
            raise Refused(_("Use at most %(most)d characters.") % {"most": most}, field=name)
    if kept.get("reply_to"):
        try:
            validate_email(kept["reply_to"])
        except ValidationError:
            raise Refused(_("This is no e-mail address."), field="reply_to") from None
    return kept


def change_look(*, change: LookChange, actor: Member, at: datetime, number: int | None = None) -> Look:
    """A new version of the look. `number` is the version that was changed from; refused when another came between.

    Refused too for a colour that cannot be read (Hard), and for a picture that is none; the former look stays.
    """
    require(actor, "look.edit")
    values: dict[str, Any] = checked_words(change.words)
    values |= {name: checked_colour(name, change.words[name]) for name in COLOURS if name in change.words}
    drawn = {name: draw(data, name) for name, data in change.pictures.items() if name in PICTURES}
    with acting_for(actor):
        former = newest()
        if number is not None and number != (former.number if former else 0):
            raise Refused(_("Somebody else changed the look meanwhile. Look at it, then change it again."))
        for name, picture in drawn.items():
            values[name] = LookImage.objects.create(
                vendor_id=actor.vendor_id, png=picture.png, width=picture.width, height=picture.height, created_at=at
            )
        values |= dict.fromkeys(change.without - drawn.keys())
        return _kept(former, values, actor, at, "changed", sorted(values))


def return_to_look(*, look: Look, actor: Member, at: datetime) -> Look:
    """Make a former version the newest again, as a version of its own."""
    require(actor, "look.edit")
    with acting_for(actor):
        return _kept(newest(), _values_of(look), actor, at, "returned", [look.number])


def reset_look(*, actor: Member, at: datetime) -> Look:
    """Fairway's own look again; the versions stay to come back to."""
    require(actor, "look.edit")
    with acting_for(actor):
        blank: dict[str, Any] = dict.fromkeys((*WORDS, *COLOURS), "") | dict.fromkeys(PICTURES)
        return _kept(newest(), blank, actor, at, "reset", [])


def newest() -> Look | None:
    """The look in force, in a console or acting context."""
    return Look.objects.order_by("-number").select_related("logo", "logo_dark", "icon").first()


def _values_of(look: Look | None) -> dict[str, Any]:
    return {name: getattr(look, name) for name in (*WORDS, *COLOURS, *PICTURES)} if look else {}


def _kept(
    former: Look | None, values: Mapping[str, Any], actor: Member, at: datetime, verb: str, said: list[Any]
) -> Look:
    try:
        with transaction.atomic():
            look = Look.objects.create(
                vendor_id=actor.vendor_id, number=(former.number if former else 0) + 1, created_at=at,
                created_by_id=actor.seat_id, **{**_values_of(former), **values},
            )  # fmt: skip
    except IntegrityError:
        raise Refused(_("Somebody else changed the look meanwhile. Look at it, then change it again.")) from None
    record(verb, look, actor=actor, at=at, what=said)
    fronts.changed()
    return look


def send_trial_letter(*, actor: Member, at: datetime) -> None:
    """A letter in the look in force, to the person who asks."""
    require(actor, "look.edit")
    assert actor.seat is not None
    with acting_for(actor):
        defer("core.send_trial_letter", vendor_id=actor.vendor_id, email=actor.seat.email, to_name=actor.seat.name)


def send_trial(*, vendor_id: int, email: str, to_name: str) -> None:
    """Outside any context, by a job."""
    front = fronts.fronts().by_vendor[vendor_id]
    mail.send(
        mail.Letter(
            to_email=email, to_name=to_name, subject=_("How mails of %(vendor)s look") % {"vendor": front.name},
            text=_(
                "This is what your partners are sent, with your name, logo and colours.\n\n"
                "Answers go to the address that you gave, or nowhere if you gave none."
            ),
            path=f"/{front.slug}/portal/", key=str(uuid7()), sender=front.name, vendor_id=vendor_id,
            look=look_of(front.look_uid),
        )
    )  # fmt: skip
