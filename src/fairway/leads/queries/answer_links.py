"""The link of an offer's mail: it names an offer and the seat of whom it was sent to, signed, and needs no log-in.

It ends by itself: with the offer, whatever the answer, with the seat, and with the e-mail it was sent to.
"""

import hmac
import re
from dataclasses import dataclass
from uuid import UUID

from django.core import signing
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from fairway.core.tenancy.models import Seat
from fairway.workflow.models import Mail

_SALT = "fairway.leads.answer"
_MARK = 16
_OFFER = re.compile(r"portal/offers/([0-9a-f-]{36})/")


@dataclass(frozen=True, slots=True)
class AnswerLink:
    offer_uid: UUID
    seat_uid: UUID
    mark: str  # of the e-mail it was sent to

    def was_sent_to(self, email: str) -> bool:
        return hmac.compare_digest(self.mark, _mark_of(email))


def answer_path(vendor_slug: str, offer_uid: UUID, seat_uid: UUID, email: str) -> str:
    """The path of the link. Made when the mail is sent, and kept nowhere."""
    token = signing.dumps([vendor_slug, offer_uid.hex, seat_uid.hex, _mark_of(email)], salt=_SALT)
    return f"/{vendor_slug}/public/offers/{token}/"


def answer_act(found: Mail, seat: Seat, vendor_slug: str) -> tuple[str, str] | None:
    """The button of a mail about an open offer: (label, path). The mail's own path names the offer."""
    match = _OFFER.fullmatch(found.path)
    if match is None or seat.email.lower() != found.to_email.lower():
        return None
    return _("Accept or decline"), answer_path(vendor_slug, UUID(match[1]), seat.uid, seat.email)


def read_token(token: str, vendor_slug: str) -> AnswerLink | None:
    """None for a token that is not ours, or of another vendor."""
    try:
        slug, offer_uid, seat_uid, mark = signing.loads(token, salt=_SALT)
        link = AnswerLink(UUID(offer_uid), UUID(seat_uid), str(mark))
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return link if slug == vendor_slug else None


def _mark_of(email: str) -> str:
    return salted_hmac(_SALT, email.strip().lower(), algorithm="sha256").hexdigest()[:_MARK]
