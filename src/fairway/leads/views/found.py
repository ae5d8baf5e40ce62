"""Leads, as the search finds them: by company, need, place, number, and by the person behind them."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from fairway.core.search import Hit, SearchKind, Source
from fairway.customers.rules.match_keys import domain_key, email_key, phone_key
from fairway.leads.models import Lead
from fairway.leads.tables import LEAD_STATES, lead_name, person_name

_LEAD = "t.company || ' ' || t.name_key || ' ' || t.title || ' ' || t.city || ' ' || t.external_id"
_PERSON = "t.first_name || ' ' || t.last_name || ' ' || t.phone_key"
_FIELDS = (
    "id", "uid", "vendor_id", "company", "title", "city", "state", "people__first_name", "people__last_name",
)  # fmt: skip


def told(ids: Sequence[int]) -> list[Hit]:
    hits = []
    for row in Lead.objects.filter(pk__in=ids).values(*_FIELDS):
        name = lead_name(row)
        others = (part for part in (person_name(row), row["title"], row["city"]) if part and part != name)
        hits.append(
            Hit(row["id"], row["uid"], row["vendor_id"], name, ", ".join(others), LEAD_STATES.get(row["state"]))
        )
    return hits


LEADS = SearchKind(
    name="leads",
    label=_("Leads"),
    icon="target",
    permissions={"console": "lead.read", "portal": "offer.read"},
    pages={"console": "lead-detail", "portal": "portal-lead"},
    sources=(
        Source("leads_lead", _LEAD, keys=("domain_key",), begins="name_key"),
        Source("leads_leadperson", _PERSON, row="lead_id", keys=("email_key", "phone_key")),
    ),
    tell=told,
    keyed=(email_key, domain_key, phone_key),
    order=20,
)
