"""Public forms: made and changed by those who may import leads."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.leads.models import LeadForm

FIELDS = ("name", "slug", "headline", "consent_text", "product_line", "campaign", "is_active", "sites")


def save_lead_form(*, form: LeadForm | None, actor: Member, at: datetime, **values: Any) -> LeadForm:
    """Make a public form, or change `form`. Raises Refused when another one has the address."""
    require(actor, "lead.form")
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise ValueError(f"A lead form has no {', '.join(sorted(unknown))}.")
    with acting_for(actor):
        kept = form or LeadForm(vendor_id=actor.vendor_id)
        changed = {name: value for name, value in values.items() if getattr(kept, name) != value or form is None}
        if not changed:
            return kept
        for name, value in changed.items():
            setattr(kept, name, value)
        if form is None:
            kept.consent_version = 1
        elif "consent_text" in changed:
            kept.consent_version += 1
        try:
            with transaction.atomic():
                kept.save()
        except IntegrityError:
            raise Refused(_("Another form has this address."), field="slug") from None
        record("changed" if form else "made", kept, actor=actor, at=at, fields=sorted(changed))
    return kept
