"""Letters: every mail of the product in the same plain shell, as text and as HTML. Called by jobs, never by pages.

A letter of a vendor wears its look: colours, sender's name, where answers go, and the logo, sent along with the mail
(cid:), so that nobody has to load anything to see it and nobody learns when it was read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from email.mime.image import MIMEImage
from email.utils import formataddr, parseaddr
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from fairway.core.brand import colours, fronts
from fairway.core.brand.looks import PLAIN, LookValue, Picture
from fairway.core.brand.lookups import image

LOGO_ID = "logo"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing of a letter that tells of many; `path` begins with a slash."""

    title: str
    text: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Letter:
    """`path` begins with a slash, from the root of the site; `key` makes the Message-ID, the same at every attempt.

    Under `act_path`, which needs no log-in, what the letter asks for is done: the button leads there, and the link to
    `path` stands below. `language` is that of the words, and in force for those of the shell. Under
    `unsubscribe_path` a POST ends such letters (RFC 8058); `foot` says so to people, with a link of its own.
    """

    to_email: str
    subject: str
    text: str
    key: str
    to_name: str = ""
    path: str = ""
    link_label: str = ""
    act_path: str = ""
    act_label: str = ""
    sender: str = "Fairway"
    vendor_id: int = 0
    look: LookValue = PLAIN
    language: str = ""
    sections: Sequence[Section] = ()
    foot: str = ""
    foot_label: str = ""
    foot_path: str = ""
    unsubscribe_path: str = ""


def send(letter: Letter) -> None:
    """Hand the letter to the mail server. Raises what the server's client raises."""
    with override(letter.language or get_language()):
        _send(letter)


def _send(letter: Letter) -> None:
    look = letter.look
    ground = look.header or "#ffffff"
    picture, png = _logo(look, is_dark=look.header != "" and colours.text_on(ground) == colours.WHITE)
    accent = look.accent or colours.DEFAULT_ACCENT
    values = {
        "subject": letter.subject,
        "text": letter.text,
        "link": absolute(letter.path, letter.vendor_id) if letter.path else "",
        "act": absolute(letter.act_path, letter.vendor_id) if letter.act_path else "",
        "act_label": letter.act_label,
        "link_label": letter.link_label or _("Open in %(program)s") % {"program": look.program_name or "Fairway"},
        "sender": letter.sender,
        "language": get_language() or "en",
        "look": look,
        "ground": ground,
        "on_ground": colours.text_on(ground),
        "accent": accent,
        "on_accent": colours.text_on(accent),
        "picture": picture if png else None,
        "logo_id": LOGO_ID,
        "sections": [_shown(section, letter.vendor_id) for section in letter.sections],
        "foot": letter.foot,
        "foot_label": letter.foot_label,
        "foot_link": absolute(letter.foot_path, letter.vendor_id) if letter.foot_path else "",
    }
    headers = {"Message-ID": f"<{letter.key}@fairway>", "Auto-Submitted": "auto-generated"}
    if letter.unsubscribe_path:
        headers["List-Unsubscribe"] = f"<{absolute(letter.unsubscribe_path, letter.vendor_id)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMultiAlternatives(
        subject=" ".join(letter.subject.split()),
        body=render_to_string("mail/letter.txt", values).strip() + "\n",
        from_email=from_address(look),
        to=[formataddr((" ".join(letter.to_name.split()), letter.to_email))],
        reply_to=[look.reply_to] if look.reply_to else None,
        headers=headers,
    )
    message.attach_alternative(render_to_string("mail/letter.html", values), "text/html")
    if png:
        message.mixed_subtype = "related"  # type: ignore[attr-defined]
        message.attach(_part(png))
    message.send()


def _shown(section: Section, vendor_id: int) -> dict[str, Any]:
    lines = [
        {"title": line.title, "text": line.text, "link": absolute(line.path, vendor_id) if line.path else ""}
        for line in section.lines
    ]
    return {"heading": section.heading, "lines": lines}


def from_address(look: LookValue) -> str:
    """The installation's address, under the vendor's name where it chose one: another address would be no sender's."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((look.mail_name or look.program_name or name, address))


def _logo(look: LookValue, *, is_dark: bool) -> tuple[Picture | None, bytes]:
    picture, uid = (look.logo_dark, look.logo_dark_uid) if is_dark and look.logo_dark else (look.logo, look.logo_uid)
    found = image(uid) if isinstance(uid, UUID) else None
    return picture, found[1] if found else b""


def _part(png: bytes) -> MIMEImage:
    part = MIMEImage(png, "png")
    part.add_header("Content-ID", f"<{LOGO_ID}>")
    part.add_header("Content-Disposition", "inline", filename="logo.png")
    return part


def absolute(path: str, vendor_id: int = 0) -> str:
    """The whole address; by the vendor's own domain, where it has one and that serves the path."""
    return fronts.absolute(vendor_id, path)
