"""People at a partner who have no log-in."""

from datetime import datetime

from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.personal.erased import admit
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Partner
from fairway.partners.models import Contact

CONTACTS_MOST = 50  # as many as the partner's page shows


def save_contact(
    *, partner: Partner, actor: Member, at: datetime, name: str, title: str = "", email: str = "", phone: str = "",
    contact: Contact | None = None, asked_for: bool = False,
) -> Contact:  # fmt: skip
    """Write down a person, or change one; without a log-in, which an invitation gives.

    WasErased for the address of an erased person, unless the person asked for it (`asked_for`).
    """
    require(actor, "partner.edit")
    if contact is not None and contact.seat_id is not None:
        raise Refused(_("This person has a log-in and keeps the own name and address."))
    with acting_for(actor):
        if contact is None:
            if Contact.objects.filter(partner=partner, seat=None).count() >= CONTACTS_MOST:
                raise Refused(_("A partner has at most %(n)d contacts.") % {"n": CONTACTS_MOST})
            contact = Contact(vendor_id=actor.vendor_id, partner=partner)
        if contact.email_key != email.strip().lower():
            admit([(email, asked_for)], actor=actor, at=at)
        contact.name, contact.title, contact.phone = name.strip(), title.strip(), phone.strip()
        contact.email, contact.email_key = email.strip(), email.strip().lower()
        contact.save()
        record("contact_saved", partner, actor=actor, at=at, partner_id=partner.pk, contact=str(contact.uid))
    return contact


def remove_contact(*, contact: Contact, actor: Member, at: datetime) -> None:
    require(actor, "partner.edit")
    if contact.seat_id is not None:
        raise Refused(_("This person has a log-in. Close the seat instead."))
    with acting_for(actor):
        partner = Partner.objects.get(pk=contact.partner_id)
        record("contact_removed", partner, actor=actor, at=at, partner_id=partner.pk, contact=str(contact.uid))
        Contact.objects.filter(pk=contact.pk).delete()
