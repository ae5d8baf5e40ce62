"""Letters: every mail of the product in the same plain shell, as text and as HTML. Called by jobs, never by pages."""

from dataclasses import dataclass
from email.utils import formataddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Letter:
    """`path` begins with a slash, from the root of the site; `key` makes the Message-ID, the same at every attempt."""

    to_email: str
    subject: str
    text: str
    key: str
    to_name: str = ""
    path: str = ""
    link_label: str = ""
    sender: str = "Fairway"


def send(letter: Letter) -> None:
    """Hand the letter to the mail server. Raises what the server's client raises."""
    values = {
        "subject": letter.subject,
        "text": letter.text,
        "link": absolute(letter.path) if letter.path else "",
        "link_label": letter.link_label or _("Open in Fairway"),
        "sender": letter.sender,
    }
    message = EmailMultiAlternatives(
        subject=" ".join(letter.subject.split()),
        body=render_to_string("mail/letter.txt", values).strip() + "\n",
        to=[formataddr((" ".join(letter.to_name.split()), letter.to_email))],
        headers={"Message-ID": f"<{letter.key}@fairway>", "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string("mail/letter.html", values), "text/html")
    message.send()


def absolute(path: str) -> str:
    return settings.BASE_URL.rstrip("/") + path
