"""Leads on the map: the coordinates of their city."""

import json
from collections.abc import Sequence

from django.db import connection

from fairway.core.access import Member
from fairway.core.tenancy.acting import acting_for
from fairway.leads.models import Lead
from fairway.leads.queries.places import coordinates_of

_UPDATE = """UPDATE leads_lead AS l SET latitude = x.latitude, longitude = x.longitude
 FROM json_to_recordset(%s::json) AS x(id bigint, latitude float8, longitude float8) WHERE l.id = x.id"""


def place_leads(*, lead_ids: Sequence[int], actor: Member) -> int:
    """Find the coordinates of leads that have a city and none yet; returns how many were found."""
    with acting_for(actor):
        unplaced = Lead.objects.filter(pk__any=lead_ids, latitude=None).exclude(city="").exclude(country="")
        rows = []
        for lead_id, country, state_code, city in unplaced.values_list("pk", "country", "state_code", "city"):
            latitude, longitude = coordinates_of(country, state_code, city)
            if latitude is not None:
                rows.append({"id": lead_id, "latitude": latitude, "longitude": longitude})
        if rows:
            with connection.cursor() as cursor:
                cursor.execute(_UPDATE, [json.dumps(rows)])
    return len(rows)
