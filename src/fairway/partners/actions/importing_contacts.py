"""People at partners from a file."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from fairway.core.access import Member, require
from fairway.core.events.record import record_many
from fairway.core.imports import ImportOutcome
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Partner
from fairway.partners.models import Contact

_FIELDS = ("partner_id", "name", "title", "email", "email_key", "phone", "external_id")


class Person(Protocol):
    """What a file says of a person; empty text means "not said"."""

    @property
    def external_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def phone(self) -> str: ...


def import_partner_contacts(rows: Sequence[tuple[Person, int]], *, actor: Member, at: datetime) -> ImportOutcome:
    """Write people (with the id of their partner); found again by external id, else by e-mail at the partner."""
    require(actor, "customer.import")
    outcome = ImportOutcome()
    with acting_for(actor):
        there = list(Contact.objects.filter(partner_id__in={partner_id for _row, partner_id in rows}))
        by_id = {each.external_id: each for each in there if each.external_id}
        by_email = {(each.partner_id, each.email_key): each for each in there if each.email_key}
        fresh, changed = [], []
        for row, partner_id in rows:
            key = row.email.strip().lower()
            contact = by_id.get(row.external_id) or (by_email.get((partner_id, key)) if key else None)
            values = dict(zip(_FIELDS, (partner_id, row.name, row.title, row.email, key, row.phone, row.external_id),
                              strict=True))  # fmt: skip
            if contact is None:
                fresh.append(Contact(vendor_id=actor.vendor_id, **values))
                continue
            said = {name: value for name, value in values.items() if value}
            if any(getattr(contact, name) != value for name, value in said.items()):
                for name, value in said.items():
                    setattr(contact, name, value)
                changed.append(contact)
        Contact.objects.bulk_create(fresh, batch_size=1000)
        Contact.objects.bulk_update(changed, _FIELDS, batch_size=500)
        ids = {each.partner_id for each in [*fresh, *changed] if each.partner_id}
        record_many("contact_added", Partner, [(pk, pk, {}) for pk in sorted(ids)], actor=actor, at=at)
    outcome.created, outcome.updated = len(fresh), len(changed)
    outcome.unchanged = len(rows) - len(fresh) - len(changed)
    return outcome
