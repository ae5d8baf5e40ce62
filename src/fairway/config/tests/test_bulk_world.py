"""A world built in bulk obeys what the world obeys that is played by the product's own actions."""

import json
import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import as_owner
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from tests import database

from fairway.config.demo import scales
from fairway.config.demo.bulk import building
from fairway.config.demo.scales import MEDIUM, Scale
from fairway.core import clock
from fairway.core.access import system_member
from fairway.core.tenancy.context import Context, Surface, entering
from fairway.core.tenancy.models import Organization
from fairway.deals.actions.receipts import is_genuine
from fairway.deals.models import Registration
from fairway.leads.actions.scoring import score_leads
from fairway.leads.models import LeadScore

SAMPLE = Scale("sample", partners=110, active=40, people=260, leads=2_000, deals=500, sales_lines=20_000, others_days=5)


@pytest.fixture(
    scope="module",
    params=[pytest.param(SAMPLE, marks=pytest.mark.wide), pytest.param(MEDIUM, marks=pytest.mark.long)],
    ids=lambda s: s.name,
)
def world(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any
) -> Iterator[Scale]:
    """A database of its own with a world of that scale, seen as the web sees it."""
    scale: Scale = request.param
    usual, name = connection.settings_dict["NAME"], f"fairway_world_{os.getpid()}_{scale.name}"
    patch = pytest.MonkeyPatch()
    patch.setitem(scales.SCALES, scale.name, scale)
    patch.setattr(settings, "VAR_DIR", tmp_path_factory.mktemp("var"))
    with django_db_blocker.unblock():
        database.make_copy(os.environ["FAIRWAY_TEST_OWNER_URL"], name)
        with as_owner():
            _stop_once(scale)
            call_command("demo_world", scale=scale.name)
        yield scale
        connection.close()
        database._point_django_at(usual)
        database.drop_copy(os.environ["FAIRWAY_TEST_OWNER_URL"], name)
    patch.undo()


def _stop_once(scale: Scale) -> None:
    """Half of the world, as an interrupted run leaves it."""
    half = building.Building(scale, clock.now().replace(second=0, microsecond=0), lambda line: None)
    for step in building.STEPS[:7]:
        half._run(step)
    with pytest.raises(ZeroDivisionError):
        half._run(building.Step("breaks", 1, ("30_leads.sql",), ("leads_lead",), work=lambda _: 1 // 0))


def asked(statement: str) -> list[tuple[Any, ...]]:
    """What the database says of the large vendor, read as its staff read."""
    vendor = Organization.objects.get(slug="halvorsen")
    with entering(Context(Surface.ACTING, vendor_id=vendor.pk)), connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def test_the_counts_are_exact(world: Scale) -> None:
    counts = """SELECT (SELECT count(*) FROM core_partner), (SELECT count(*) FROM core_partner WHERE state = 'active'),
      (SELECT count(DISTINCT user_id) FROM core_seat), (SELECT count(*) FROM core_seat WHERE partner_id IS NULL),
      (SELECT count(*) FROM leads_lead), (SELECT count(*) FROM deals_deal), (SELECT count(*) FROM sales_salesline)"""
    wanted = (world.partners, world.active, world.people, 34, world.leads, world.deals, world.sales_lines)
    assert asked(counts) == [wanted]


def test_three_vendors_share_partners(world: Scale) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_organization WHERE is_vendor AND slug IN ('halvorsen', 'kestrel',"
                       " 'brightwater')")  # fmt: skip
        assert cursor.fetchone() == (3,)
    organizations = []
    for slug in ("halvorsen", "kestrel", "brightwater"):
        vendor = Organization.objects.get(slug=slug)
        with entering(Context(Surface.ACTING, vendor_id=vendor.pk)), connection.cursor() as cursor:
            cursor.execute("SELECT organization_id FROM core_partner")
            organizations.append({pk for (pk,) in cursor.fetchall()})
    assert len(organizations[0] & organizations[1]) == 24
    assert len(organizations[0] & organizations[2]) == 20


# What must hold of every row; each statement selects those that break it.
RULES = {
    "an accepted lead has a partner, a seller and a time": """SELECT id FROM leads_lead
      WHERE state IN ('accepted', 'converted')
       AND (partner_id IS NULL OR seller_id IS NULL OR accepted_at IS NULL)""",
    "a lead that nobody accepted has no partner": """SELECT id FROM leads_lead
      WHERE state IN ('captured', 'offered', 'waiting') AND (partner_id IS NOT NULL OR accepted_at IS NOT NULL)""",
    "the person is shared exactly when the lead is": """SELECT l.id FROM leads_lead l
      LEFT JOIN leads_leadperson p ON p.lead_id = l.id 
      WHERE p.id IS NULL OR p.partner_id IS DISTINCT FROM l.partner_id""",
    "an offered lead has one open offer and no other lead has one": """SELECT l.id FROM leads_lead l
      LEFT JOIN leads_offer o ON o.lead_id = l.id AND o.state = 'open' GROUP BY l.id, l.state
      HAVING count(o.id) <> (l.state = 'offered')::int""",
    "an accepted lead has one accepted offer, of its partner": """SELECT l.id FROM leads_lead l
      LEFT JOIN leads_offer o ON o.lead_id = l.id AND o.state = 'accepted'
      WHERE l.partner_id IS DISTINCT FROM o.partner_id""",
    "the offers made are counted": """SELECT l.id FROM leads_lead l LEFT JOIN leads_offer o ON o.lead_id = l.id
      GROUP BY l.id, l.offers_made HAVING l.offers_made <> count(o.id)""",
    "nobody is offered a lead twice": """SELECT lead_id FROM leads_offer
      GROUP BY lead_id, partner_id HAVING count(*) > 1""",
    "an offer is answered within its time": """SELECT id FROM leads_offer
      WHERE answered_at NOT BETWEEN offered_at AND lapses_at OR (state = 'open') <> (answered_at IS NULL)""",
    "touches are counted": """SELECT l.id FROM leads_lead l LEFT JOIN leads_touch t ON t.subject_id = l.id
      GROUP BY l.id, l.touches, l.first_touch_at, l.last_touch_at
      HAVING l.touches <> count(t.id) OR l.first_touch_at <> min(t.touched_at)
       OR l.last_touch_at <> max(t.touched_at)""",
    "a closed lead has a reason and a time": """SELECT id FROM leads_lead
      WHERE (state = 'closed') <> (closed_at IS NOT NULL) OR (state = 'closed') <> (close_reason <> '')""",
    "every deal has an approved registration or a lead that became it": """SELECT d.id FROM deals_deal d
      LEFT JOIN leads_lead l ON l.id = d.lead_id LEFT JOIN deals_registration r ON r.id = d.registration_id
      WHERE l.state IS DISTINCT FROM 'converted' AND r.state IS DISTINCT FROM 'approved'
       OR coalesce(l.partner_id, r.partner_id) <> d.partner_id OR (l.id IS NULL) = (r.id IS NULL)""",
    "every converted lead and every approved registration has its deal": """SELECT id FROM leads_lead l
      WHERE state = 'converted' AND NOT EXISTS (SELECT 1 FROM deals_deal d WHERE d.lead_id = l.id)
      UNION ALL SELECT id FROM deals_registration r
      WHERE state = 'approved' AND NOT EXISTS (SELECT 1 FROM deals_deal d WHERE d.registration_id = r.id)""",
    "live protections are one for each key, and not over": """SELECT min(id) FROM deals_protection
      WHERE state IN ('live', 'extended') GROUP BY customer_id, product_line_key, scope_key
      HAVING count(*) > 1 OR min(protected_until) < now() - interval '1 day'""",
    "a protection ends when its deal is lost or its lead closed": """SELECT p.id FROM deals_protection p
      LEFT JOIN deals_deal d ON d.protection_id = p.id LEFT JOIN leads_lead l ON l.id = p.lead_id
      WHERE p.state = 'live' AND (d.state = 'lost' OR l.state = 'closed')""",
    "a customer is known under the keys of its name": """SELECT r.id FROM deals_registration r
      JOIN customers_customer c ON c.id = r.customer_id
      WHERE r.name_key <> c.name_key OR r.domain_key <> c.domain_key""",
    "what is rejected for a rival shows the rival's protection": """SELECT r.id FROM deals_registration r
      LEFT JOIN deals_conflict c ON c.registration_id = r.id LEFT JOIN deals_protection p ON p.id = c.other_id
      WHERE r.decision_reason = 'not_available' AND (p.id IS NULL OR p.partner_id = r.partner_id
       OR p.customer_id <> r.customer_id OR r.submitted_at NOT BETWEEN p.starts_at AND p.protected_until)""",
    "what waits for the deal desk has its question and its time limit": """SELECT r.id FROM deals_registration r
      LEFT JOIN workflow_approval a ON a.subject_type = 'registration' AND a.subject_id = r.id AND a.state = 'waiting'
      LEFT JOIN workflow_deadline d ON d.subject_type = 'approval' AND d.subject_id = a.id AND d.settled_at IS NULL
      WHERE r.state = 'submitted' AND d.id IS NULL""",
    "what is open has its deadlines": """SELECT o.id FROM leads_offer o WHERE o.state = 'open' AND NOT EXISTS
      (SELECT 1 FROM workflow_deadline d WHERE d.subject_type = 'offer' AND d.subject_id = o.id AND d.kind = 'lapse'
       AND d.settled_at IS NULL AND d.due_at = o.lapses_at)
      UNION ALL SELECT p.id FROM deals_protection p WHERE p.state = 'live' AND NOT EXISTS
      (SELECT 1 FROM workflow_deadline d WHERE d.subject_type = 'protection' AND d.subject_id = p.id
       AND d.settled_at IS NULL AND d.due_at = p.protected_until)""",
    "the log says once how each lead came and ended": """SELECT l.id FROM leads_lead l
      LEFT JOIN core_event e ON e.subject_type = 'lead' AND e.subject_id = l.id GROUP BY l.id, l.state
      HAVING count(*) FILTER (WHERE e.verb = 'captured') <> 1
       OR count(*) FILTER (WHERE e.verb IN ('closed', 'converted')) <> (l.state IN ('closed', 'converted'))::int
       OR (l.state IN ('closed', 'converted') AND count(*) FILTER (WHERE e.verb = l.state) <> 1)""",
    "the log says how each offer, deal, protection and registration ended": """SELECT s.id FROM (
       SELECT 'offer' AS kind, id, state FROM leads_offer WHERE state <> 'open'
       UNION ALL SELECT 'deal', id, state FROM deals_deal WHERE state IN ('won', 'lost')
       UNION ALL SELECT 'protection', id, state FROM deals_protection WHERE state <> 'live'
       UNION ALL SELECT 'registration', id, state FROM deals_registration WHERE state NOT IN ('draft', 'submitted')
      ) AS s LEFT JOIN core_event e ON e.subject_type = s.kind AND e.subject_id = s.id AND e.verb = s.state
      WHERE e.id IS NULL""",
    "nothing lies in the future": """SELECT id FROM core_event WHERE at > now()
      UNION ALL SELECT id FROM sales_salesline WHERE ordered_on > current_date""",
    "a partner that rests has nothing to do": """SELECT p.id FROM core_partner p
      WHERE p.state <> 'active' AND EXISTS (SELECT 1 FROM leads_offer o WHERE o.partner_id = p.id)""",
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_it_holds_of_every_row_that(world: Scale, rule: str) -> None:
    assert asked(RULES[rule]) == []


def test_the_log_adds_up_to_the_sales_lines(world: Scale) -> None:
    [(lines, amount)] = asked("SELECT count(*), sum(amount) FROM sales_salesline")
    said = asked("""SELECT sum((data->>'lines')::int), sum((data->>'amount')::numeric) FROM core_event
      WHERE verb = 'sales_reported'""")  # fmt: skip
    assert said == [(lines, amount)]


def test_it_breathes_with_the_seasons_and_grows(world: Scale) -> None:
    months = dict(asked("SELECT to_char(captured_at, 'YYYY-MM'), count(*) FROM leads_lead GROUP BY 1 ORDER BY 1"))
    counts = list(months.values())[1:-1]
    assert sum(counts[-6:]) > 1.2 * sum(counts[:6])
    for month, count in months.items():
        if month.endswith("-08") and f"{month[:4]}-10" in months:
            assert count < months[f"{month[:4]}-10"]


def test_the_product_scores_every_lead_the_same(world: Scale) -> None:
    member = system_member(Organization.objects.get(slug="halvorsen").pk, "check")
    with entering(member.context):
        ids = list(LeadScore.objects.order_by("lead_id").values_list("lead_id", flat=True))
    assert len(ids) == world.leads
    assert score_leads(lead_ids=ids[:5000], actor=member, at=clock.now()) == 0


def test_the_product_takes_the_receipts_for_its_own(world: Scale) -> None:
    member = system_member(Organization.objects.get(slug="halvorsen").pk, "check")
    with entering(member.context):
        sent = list(Registration.objects.exclude(receipt="").select_related("partner")[:300])
        assert len(sent) > 100
        assert all(is_genuine(registration, registration.receipt) for registration in sent)


def test_indexes_and_keys_are_those_of_the_migrations(world: Scale) -> None:
    built = _definitions()
    name = connection.settings_dict["NAME"]
    database._point_django_at(database.PREFIX + database.fingerprint())
    try:
        migrated = _definitions()
    finally:
        database._point_django_at(name)
    assert built == migrated


def _definitions() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'")
        found = {text for (text,) in cursor.fetchall()}
        cursor.execute("SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || convalidated"
                       " FROM pg_constraint WHERE connamespace = 'public'::regnamespace")  # fmt: skip
        found |= {text for (text,) in cursor.fetchall()}
    # PostgreSQL writes a list of words in another way once it has read its own writing.
    return {re.sub(r"::character varying|::text|\[\]|[()]", "", text) for text in found}


def test_people_log_in_and_see_it(world: Scale) -> None:
    logins = json.loads((settings.VAR_DIR / "demo" / "logins.json").read_text())
    chief = next(login for login in logins if login["role"] == "Channel chief")
    seller = next(login for login in logins if login["role"] == "Partner seller")
    for login, path in ((chief, "/halvorsen/console/leads/"), (seller, "/halvorsen/portal/leads/")):
        client = Client()
        answer = client.post("/accounts/login/", {"login": login["email"], "password": login["password"]})
        assert answer.status_code == 302
        assert client.get(path).status_code == 200


def test_nothing_is_left_of_the_building(world: Scale) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace('demo_world') IS NULL")
        assert cursor.fetchone() == (True,)
