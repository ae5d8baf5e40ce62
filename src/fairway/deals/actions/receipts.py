"""The receipt a partner gets for a registration: what was sent and when, signed, so that both sides can prove it."""

from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext as _

from fairway.deals.models import Registration

_signer = Signer(salt="fairway.deals.receipt")
_MARK = "Fairway "


def sign_receipt(registration: Registration) -> str:
    """The receipt's text; its last line carries the signature over number, time and content.

    The signed line says nothing of what the vendor found, only what the partner wrote.
    """
    assert registration.submitted_at is not None
    line = _signer.sign(_content(registration))
    return (
        _("Registration %(number)s of %(partner)s for %(customer)s was received on %(time)s UTC. The place is held.")
        % {
            "number": registration.uid,
            "partner": registration.partner.name if registration.partner else "",
            "customer": registration.customer_name,
            "time": f"{registration.submitted_at:%Y-%m-%d %H:%M:%S}",
        }
        + f"\n{_MARK}{line}"
    )


def is_genuine(registration: Registration, receipt: str) -> bool:
    """Whether `receipt` was given for this registration as it stands."""
    line = receipt.rpartition(f"\n{_MARK}")[2]
    try:
        return _signer.unsign(line) == _content(registration)
    except BadSignature:
        return False


def _content(registration: Registration) -> str:
    assert registration.submitted_at is not None
    parts = (
        str(registration.uid),
        registration.submitted_at.isoformat(),
        str(registration.partner.uid if registration.partner else ""),
        registration.customer_name,
        registration.scope_name if registration.scope == "project" else "",
    )
    return "|".join(part.replace("|", "/") for part in parts)
