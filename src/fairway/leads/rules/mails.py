"""What a forwarded e-mail says of a lead: who wrote first, the need, and what a signature tells. Pure.

Nothing here is believed: a person sees what was read beside the mail's text, and completes or drops it.
"""

import hashlib
import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from html.parser import HTMLParser
from typing import Final

import phonenumbers

from fairway.customers.rules import legal_forms
from fairway.customers.rules.domains import host_of, is_free_mail, registered

TEXT_MOST: Final = 20_000
SUBJECT_MOST: Final = 200
HOPS_MOST: Final = 30

_FROM = r"(?:from|von|de|da|van|från|fra|od)"
_NEXT = (
    r"(?:sent|date|to|subject|gesendet|datum|an|betreff|envoyé|à|objet|enviado(?: el)?|fecha|para|asunto|inviato|data"
)
_NEXT += r"|oggetto|a|aan|onderwerp|verzonden|cc|reply-to|antwort an|répondre à)"
_HEADER = re.compile(rf"^[>\s*_]*{_FROM}\s*:[*\s]*(?P<who>\S.*?)[*\s]*$", re.IGNORECASE)
_KEY = re.compile(rf"^[>\s*_]*(?P<key>{_NEXT})\s*:[*\s]*(?P<value>.*?)\s*$", re.IGNORECASE)
_SUBJECTS: Final = frozenset({"subject", "betreff", "objet", "asunto", "oggetto", "onderwerp"})
_PREFIX = re.compile(r"^\s*(?:(?:fwd?|wg|tr|rv|i|re|aw|sv|rif|doorst|vs)\s*(?:\[\d+\])?:\s*)+", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+'-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_CLOSING = re.compile(
    r"^\s*(?:best|kind|warm|many)?\s*(?:regards|wishes|thanks|cheers|sincerely|yours)\b|^\s*(?:mit )?(?:freundlichen|"
    r"besten|viele[nr]?|herzliche[nr]?|liebe[nr]?|sch[oö]ne[nr]?)\s+gr[uü](?:ß|ss)|^\s*gru(?:ß|ss)\b|^\s*(?:bien )?"
    r"cordialement|^\s*(?:bien à|salutations|saludos|un saludo|atentamente|cordiali saluti|met vriendelijke)|^-- ?$",
    re.IGNORECASE,
)
_AUTOMATIC = frozenset({"bulk", "junk", "list", "auto_reply"})
_PLACE = re.compile(r"\b(?:[A-Z]{1,2}-)?(\d{4,5})\s+([A-ZÄÖÜÉÅØŁŚ][\w.'-]+(?: [A-ZÄÖÜÉ][\w.'-]+)?)")
_WEB = re.compile(r"\b(?:https?://)?(?:www\.)[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_COUNTRY_ENDS = re.compile(r"\.([a-z]{2})$")


@dataclass(frozen=True, slots=True)
class Read:
    """What was read, as the fields of a new lead; "" where nothing was found."""

    need: str = ""
    first_name: str = ""
    last_name: str = ""
    job_title: str = ""
    email: str = ""
    phone: str = ""
    company: str = ""
    website: str = ""
    country: str = ""
    city: str = ""
    postal_code: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it is kept: who sent it here, its text, and what was read of it. Attachments are counted only."""

    key: str
    sender: str
    subject: str
    text: str
    attachments: int
    is_automatic: bool
    read: Read = field(default_factory=Read)


def read_letter(raw: bytes) -> Letter:
    """Parse one mail; broken parts are read as far as they go, and none raises."""
    message: EmailMessage = message_from_bytes(raw, policy=policy.default)
    sender = _address(_header(message, "From"))[1]
    subject = _PREFIX.sub("", _header(message, "Subject"))[:SUBJECT_MOST].strip()
    text, attachments, inner = _parts(message)
    text = text[:TEXT_MOST]
    if inner is not None:
        who, body = _address(_header(inner, "From")), _parts(inner)[0][:TEXT_MOST]
        subject = _PREFIX.sub("", _header(inner, "Subject"))[:SUBJECT_MOST].strip() or subject
        text = f"{text}\n\n{body}".strip()[:TEXT_MOST]
    else:
        who, body, said = _forwarded(text, sender)
        subject = said or subject
    return Letter(
        _key(message, raw), sender, subject, text, attachments, _is_automatic(message), _read(who, subject, body)
    )


def _key(message: EmailMessage, raw: bytes) -> str:
    """One mail, one key: its Message-ID, or what it says where it has none."""
    named = _header(message, "Message-ID").strip().lower()
    return hashlib.sha256(named.encode() if named else raw).hexdigest()


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message.get(name, "")).split()).replace("\0", "")
    except (ValueError, IndexError, AttributeError, TypeError):  # what the library says to headers that are not ones
        return ""


def _address(text: str) -> tuple[str, str]:
    """(name, address) of "Karen Thiele <k@halden.example>" and of what clients make of it."""
    name, address = parseaddr(text)
    if not _ADDRESS.fullmatch(address):
        found = _ADDRESS.search(text)
        address = found[0] if found else ""
        name = _ADDRESS.sub("", text)
    name = re.sub(r"\[?mailto:.*|[<>\[\]\"']", "", name).strip(" ,;")
    return name, address.lower()


def _is_automatic(message: EmailMessage) -> bool:
    """Out-of-office notes, lists, bounces, and mails that go in circles."""
    if _header(message, "Auto-Submitted").partition(";")[0].strip().lower() not in {"", "no"}:
        return True
    if _header(message, "Precedence").lower() in _AUTOMATIC or message.get("X-Autoreply") or message.get("List-Id"):
        return True
    if message.get_content_type() == "multipart/report" or message.get("X-Fairway-Mail"):
        return True
    return len(message.get_all("Received") or []) > HOPS_MOST


def _parts(message: EmailMessage) -> tuple[str, int, EmailMessage | None]:
    """(text, how many attachments, a mail that was forwarded as an attachment)."""
    plain, html, attachments = "", "", 0
    inner: EmailMessage | None = None
    for part in message.walk():
        if part.get_content_type() == "message/rfc822":
            attachments += 1
            carried = part.get_payload()
            if inner is None and isinstance(carried, list) and carried and isinstance(carried[0], EmailMessage):
                inner = carried[0]
            continue
        if part.is_multipart() or _is_inside(inner, part):
            continue
        if part.get_content_disposition() == "attachment" or part.get_filename():
            attachments += 1
        elif part.get_content_type() == "text/plain" and not plain:
            plain = _content(part)
        elif part.get_content_type() == "text/html" and not html:
            html = _content(part)
    return plain.strip() or _as_text(html), attachments, inner


def _is_inside(inner: EmailMessage | None, part: EmailMessage) -> bool:
    return inner is not None and any(each is part for each in inner.walk())


def _content(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        text = payload.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        text = payload.decode("utf-8", "replace")
    return text.replace("\0", "").replace("\r\n", "\n")


class _Lines(HTMLParser):
    """Text of HTML, a line for each block; what is not shown is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.out: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in {"script", "style", "head", "title"}:
            self.hidden += 1
        elif tag in {"br", "p", "div", "tr", "li", "h1", "h2", "h3"}:
            self.out.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style", "head", "title"} and self.hidden:
            self.hidden -= 1
        elif tag in {"p", "div"}:
            self.out.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.out.append(re.sub(r"\s+", " ", data))


def _as_text(html: str) -> str:
    parser = _Lines()
    parser.feed(html[: TEXT_MOST * 10])
    text = re.sub(r"\n[ \t]*\n", "\n", "".join(parser.out))
    return re.sub(r"\n\s*\n\s*\n+", "\n\n", text).strip()


def _forwarded(text: str, sender: str) -> tuple[tuple[str, str], str, str]:
    """(who wrote first, what they wrote, under which subject), of the deepest mail that somebody outside wrote."""
    lines = text.split("\n")
    found: list[tuple[tuple[str, str], int, str]] = []
    for i, line in enumerate(lines):
        if not (header := _HEADER.match(line)):
            continue
        keys, end, subject = 0, i + 1, ""
        while end < len(lines) and end <= i + 9 and (key := _KEY.match(lines[end])):
            keys += 1
            if key["key"].lower() in _SUBJECTS:
                subject = _PREFIX.sub("", key["value"])[:SUBJECT_MOST].strip()
            end += 1
        if keys:
            found.append((_address(header["who"]), end, subject))
    own = host_of(sender) or ""
    outside = [each for each in found if each[0][1] and host_of(each[0][1]) != own] or found
    if not outside:
        return ("", ""), text, ""
    who, begin, subject = outside[-1]
    return who, "\n".join(line.removeprefix(">").removeprefix(" ") for line in lines[begin:]).strip(), subject


def _read(who: tuple[str, str], subject: str, body: str) -> Read:
    name, email = who
    signature = _signature(body, name)
    host = host_of(email) or ""
    domain = registered(host) if host else ""
    is_company = bool(domain) and not is_free_mail(domain)
    ending = _COUNTRY_ENDS.search(domain)
    region = ending[1].upper() if ending and ending[1] != "eu" else None
    phone, country = _phone(signature or body, region)
    place = _PLACE.search("\n".join(signature))
    web = _WEB.search("\n".join(signature))
    first, last = _names(name)
    return Read(
        need=subject, first_name=first[:100], last_name=last[:100], job_title=_title(signature, name),
        email=email[:254],
        phone=phone, company=_company(signature, domain if is_company else ""),
        website=web[0] if web else (domain if is_company else ""),
        country=country or _known(region),
        city=place[2] if place else "", postal_code=place[1] if place else "",
    )  # fmt: skip


def _known(region: str | None) -> str:
    return region if region in phonenumbers.SUPPORTED_REGIONS else ""


def _names(name: str) -> tuple[str, str]:
    """First and last: "Thiele, Karen" is turned around."""
    last, comma, first = name.partition(",")
    if comma:
        return first.strip(), last.strip()
    words = name.split()
    return " ".join(words[:-1]), words[-1] if words else ""


def _signature(body: str, name: str) -> list[str]:
    """The lines after the closing words or the name, twelve at most."""
    lines = [line.strip() for line in body.split("\n")]
    start = next((i for i, line in enumerate(lines) if _CLOSING.match(line)), None)
    if start is None and name:
        start = next((i - 1 for i, line in enumerate(lines) if line.casefold() == name.casefold()), None)
    if start is None:
        return []
    return [line[:200] for line in lines[start + 1 :] if line][:12]


def _phone(text: list[str] | str, region: str | None) -> tuple[str, str]:
    """(the first number that is one, its country)."""
    whole = "\n".join(text) if isinstance(text, list) else text[:4000]
    for match in phonenumbers.PhoneNumberMatcher(whole, region or "ZZ"):
        country = phonenumbers.region_code_for_number(match.number) or ""
        return phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.INTERNATIONAL), country
    return "", ""


def _title(signature: list[str], name: str) -> str:
    """The short line under the name, where it is no company and no number."""
    for place, line in enumerate(signature[:-1]):
        if name and line.casefold() == name.casefold():
            below = signature[place + 1]
            is_title = len(below) <= 60 and not any(c.isdigit() or c == "@" for c in below)
            return below[:150] if is_title and not _has_form(below) else ""
    return ""


def _has_form(line: str) -> bool:
    last = re.sub(r"[.\s]", "", line.split()[-1].lower()) if line.split() else ""
    return (last,) in legal_forms.ENDINGS and len(line.split()) > 1


def _company(signature: list[str], domain: str) -> str:
    for line in signature:
        if len(line) <= 100 and _has_form(line):
            return line
    return domain.partition(".")[0].replace("-", " ").title()
