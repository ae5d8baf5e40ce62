"""What must be true of the database after everything: each answer given still holds, and nothing was done twice."""

from typing import Any

from django.db import connection
from tests.cast import Cast

from benchmarks._faults.traffic import Noted
from fairway.connect.models import ImportRun
from fairway.core.tenancy.acting import acting_for
from fairway.deals.models import Registration
from fairway.leads.models import Lead, Offer

# What there may be one of, by the columns that name it.
ONCE = {
    "open or accepted offer of a lead": "SELECT lead_id FROM leads_offer WHERE state IN ('open', 'accepted')"
    " GROUP BY 1 HAVING count(*) > 1",
    "offer of a lead": "SELECT lead_id FROM leads_offer GROUP BY 1 HAVING count(*) > 1",
    "lead of a request": "SELECT title FROM leads_lead GROUP BY 1 HAVING count(*) > 1",
    "live protection of a key": "SELECT customer_id, product_line_key, scope_key FROM deals_protection"
    " WHERE state IN ('live', 'extended') GROUP BY 1, 2, 3 HAVING count(*) > 1",
    "protection of a registration": "SELECT registration_id FROM deals_protection WHERE registration_id IS NOT NULL"
    " GROUP BY 1 HAVING count(*) > 1",
    "registration of a request": "SELECT customer_name FROM deals_registration GROUP BY 1 HAVING count(*) > 1",
    "deal of a registration": "SELECT registration_id FROM deals_deal WHERE registration_id IS NOT NULL"
    " GROUP BY 1 HAVING count(*) > 1",
    "event of a state": "SELECT subject_type, subject_id, verb FROM core_event WHERE verb IN ('captured', 'accepted',"
    " 'offered', 'submitted', 'approved', 'started', 'finished') GROUP BY 1, 2, 3 HAVING count(*) > 1",
    "partner of a line": "SELECT external_id FROM core_partner WHERE external_id <> '' GROUP BY 1 HAVING count(*) > 1",
}  # fmt: skip


def doubles(people: Cast) -> list[str]:
    found = []
    with acting_for(people.admin), connection.cursor() as cursor:
        for what, sql in ONCE.items():
            cursor.execute(sql)
            found += [f"more than one {what}: {row}" for row in cursor.fetchall()]
    return found


def losses(people: Cast, noted: Noted) -> list[str]:
    with acting_for(people.admin):
        leads, states = _by_uid(Lead, "title"), _by_uid(Lead, "state")
        offers, registrations = _by_uid(Offer, "state"), _by_uid(Registration, "state")
        runs = {run.pk: run for run in ImportRun.objects.all()}
    found = [f"lead {uid}" for uid, need in noted.leads.items() if leads.get(uid) != need]
    found += [f"lead {uid} was never routed" for uid in noted.leads if states.get(uid) == "captured"]
    found += [f"offer {uid} is {offers.get(uid)}" for uid in noted.accepted if offers.get(uid) != "accepted"]
    found += [f"registration {uid} is gone" for uid in noted.registered if uid not in registrations]
    approved = {uid: registrations.get(uid) for uid in noted.approved}
    found += [f"approved registration {uid} is {state}" for uid, state in approved.items() if state != "approved"]
    for run_id in noted.imports:
        run = runs.get(run_id)
        if run is None or run.state != "done" or run.rows_created != run.rows_read or run.rows_read != 6_000:
            found.append(f"import {run_id}: {run and (run.state, run.rows_read, run.rows_created, run.error)}")
    return found


def _by_uid(model: Any, column: str) -> dict[str, Any]:
    return {str(uid): value for uid, value in model.objects.values_list("uid", column)}
