"""Leads through the API: sent in, read, worked, many at once."""

from datetime import timedelta

import pytest
from tests.api import problem_of, program_of

from fairway.catalog.models import ProductLine
from fairway.core import clock, jobs
from fairway.core.events.models import Event
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.leads.models import Lead

LEAD = {
    "external_id": "web-1",
    "need": "Wi-Fi for two warehouses",
    "company": "Nordlicht Logistik",
    "country": "DE",
    "amount": {"amount_minor": 4_500_000, "currency": "EUR"},
    "person": {"first_name": "Ina", "last_name": "Voss", "email": "ina@nordlicht.example"},
}


def count(cast) -> int:
    with entering(cast.admin.context):
        return Lead.objects.count()


@pytest.fixture
def staff(acme):
    return program_of(acme.marketer)


def test_a_lead_sent_in_is_answered_as_it_was_kept(acme, staff):
    answer = staff.post("leads", LEAD)
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["need"], told["state"], told["source"]) == ("Wi-Fi for two warehouses", "captured", "api")
    assert told["amount"] == {"amount_minor": 4_500_000, "currency": "EUR"}
    assert told["person"]["email"] == "ina@nordlicht.example"
    assert answer["ETag"] == '"1"'
    assert staff.get(f"leads/{told['uid']}").json() == told
    assert "id" not in told
    with entering(acme.admin.context):
        event = Event.objects.filter(verb="captured").get()
    assert event.actor_seat_id == acme.marketer.seat_id


def test_a_lead_with_everything_is_answered_as_it_was_kept(acme, staff):
    with acting_for(acme.admin):
        ProductLine.objects.create(vendor=acme.acme, code="wireless", name="Wireless")
    staff.post("leads", LEAD)
    more = {
        "external_id": "web-2", "source": "shop", "source_detail": "basket", "campaign": "Spring", "agreed": True,
        "consent_text": "Yes", "website": "https://www.nordlicht.example/", "employees": 40, "state_code": "hb",
        "city": "Bremen", "postal_code": "28195", "product_line": "wireless", "timeframe_days": 30,
        "description": "Two halls\nand a yard", "industry": "Logistics",
    }  # fmt: skip
    told = staff.post("leads?look_for_duplicates=now", {**LEAD, **more}).json()
    assert told["possible_duplicate_of"]
    assert told["consented_at"] == told["captured_at"]
    assert staff.get(f"leads/{told['uid']}").json() == told
    nobody = staff.post("leads", {"company": "Nur ein Name"}).json()
    assert staff.get(f"leads/{nobody['uid']}").json() == nobody


def test_a_program_asks_to_be_told_of_duplicates_at_once_and_else_the_job_finds_them(acme, staff):
    first = staff.post("leads", LEAD).json()["uid"]
    again = {**LEAD, "external_id": "web-2"}
    later = staff.post("leads", again).json()
    assert later["possible_duplicate_of"] is None
    assert jobs.run_pending() > 0
    assert staff.get(f"leads/{later['uid']}").json()["possible_duplicate_of"] == first
    line = {**LEAD, "external_id": "web-3"}
    [told] = staff.post("leads/bulk", {"lines": [line]}).json()["lines"]
    assert "possible_duplicate_of" not in told
    line = {**LEAD, "external_id": "web-4"}
    [told] = staff.post("leads/bulk?look_for_duplicates=now", {"lines": [line]}).json()["lines"]
    assert told["possible_duplicate_of"] == first
    refused = staff.post("leads?look_for_duplicates=yes", {**LEAD, "external_id": "web-5"})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["look_for_duplicates"])
    assert count(acme) == 4


def test_the_same_external_id_is_the_same_lead(acme, staff):
    first = staff.post("leads", LEAD).json()
    again = staff.post("leads", {**LEAD, "need": "Wi-Fi for three warehouses"})
    assert again.status_code == 200
    assert again.json()["uid"] == first["uid"]
    assert again.json()["need"] == "Wi-Fi for three warehouses"
    assert count(acme) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"need": 7}, "need"),
        ({"country": "Germany"}, "country"),
        ({"country": "ZZ"}, "country"),
        ({"amount": {"amount_minor": 1.5, "currency": "EUR"}}, "amount.amount_minor"),
        ({"amount": {"amount_minor": 100}}, "amount.currency"),
        ({"amount": {"amount_minor": 100, "currency": "EUX"}}, "amount.currency"),
        ({"person": {"email": "nobody"}}, "person.email"),
        ({"product_line": "no-such"}, "product_line"),
        ({"neeed": "Wi-Fi"}, "neeed"),
        ({"employees": "7"}, "employees"),
        ({"agreed": "yes"}, "agreed"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_and_nothing_is_kept(acme, staff, change, field):
    problem = problem_of(staff.post("leads", {**LEAD, **change}), 422)
    assert list(problem["errors"]) == [field]
    assert count(acme) == 0


def test_a_lead_of_nobody_is_refused(acme, staff):
    assert "need" in problem_of(staff.post("leads", {"country": "DE"}), 422)["errors"]
    assert count(acme) == 0


def test_partners_and_tokens_without_the_scope_may_not_send_leads_in(acme):
    problem = problem_of(program_of(acme.beta_executive).post("leads", LEAD), 403)
    assert problem["permission"] == "lead.capture"
    problem = problem_of(program_of(acme.admin, "lead.read").post("leads", LEAD), 403)
    assert (problem["permission"], problem["scopes"]) == ("lead.capture", ["lead.read"])
    assert count(acme) == 0


def test_many_leads_are_answered_line_by_line(acme, staff):
    with acting_for(acme.admin):
        ProductLine.objects.create(vendor=acme.acme, code="switches", name="Switches")
    staff.post("leads", LEAD)
    lines = [
        LEAD,
        {**LEAD, "external_id": "web-2", "product_line": "switches"},
        {**LEAD, "external_id": "web-3", "country": "Germany", "need": ""},
        {**LEAD, "external_id": "web-2"},
        {**LEAD, "external_id": "web-4", "product_line": "nonsense"},
        {"need": "Without a number"},
        {**LEAD, "need": "Other", "source": "fair", "external_id": "web-1"},
    ]
    answer = staff.post("leads/bulk", {"lines": lines})
    assert answer.status_code == 200, answer.content
    told = answer.json()
    results = [line["result"] for line in told["lines"]]
    assert results == ["unchanged", "created", "refused", "refused", "refused", "created", "created"]
    assert [line["line"] for line in told["lines"]] == [1, 2, 3, 4, 5, 6, 7]
    assert (told["created"], told["updated"], told["unchanged"], told["refused"]) == (3, 0, 1, 3)
    assert list(told["lines"][2]["errors"]) == ["country"]
    assert list(told["lines"][4]["errors"]) == ["product_line"]
    assert staff.get(f"leads/{told['lines'][1]['uid']}").json()["product_line"] == "switches"
    assert count(acme) == 4


def test_five_thousand_lines_are_the_most(acme, staff):
    lines = [{"need": str(number)} for number in range(5001)]
    assert "lines" in problem_of(staff.post("leads/bulk", {"lines": lines}), 422)["errors"]
    assert count(acme) == 0


def test_leads_are_found_by_what_is_asked(acme, staff):
    uid = staff.post("leads", LEAD).json()["uid"]
    staff.post("leads", {**LEAD, "external_id": "web-2"})
    assert [row["uid"] for row in staff.get("leads?external_id=web-1").json()["items"]] == [uid]
    assert staff.get("leads?state=closed").json() == {"items": [], "next_cursor": None}
    soon = (clock.now() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert staff.get(f"leads?captured_since={soon}").json()["items"] == []
    assert len(staff.get(f"leads?captured_before={soon}&source=api").json()["items"]) == 2
    assert list(problem_of(staff.get("leads?state=odd"), 422)["errors"]) == ["state"]
    assert list(problem_of(staff.get("leads?stat=closed"), 422)["errors"]) == ["stat"]


@pytest.fixture
def accepted(acme, staff):
    """The uid of a lead that Beta has accepted."""
    uid = staff.post("leads", LEAD).json()["uid"]
    with acting_for(acme.admin):
        lead = Lead.objects.get(uid=uid)
        lead.state, lead.partner, lead.stage, lead.accepted_at = "accepted", acme.beta, "new", clock.now()
        lead.save()
        lead.people.update(partner=acme.beta)
    return uid


def test_a_partner_reads_its_lead_without_what_is_internal(acme, staff, accepted):
    told = program_of(acme.beta_seller).get(f"leads/{accepted}").json()
    assert told["person"]["last_name"] == "Voss"
    assert {"score", "source", "campaign", "waiting_because", "external_id"}.isdisjoint(told)
    assert "score" in staff.get(f"leads/{accepted}").json()
    assert [row["uid"] for row in program_of(acme.beta_seller).get("leads").json()["items"]] == [accepted]


def test_rivals_and_other_vendors_find_nothing(acme, accepted):
    for member in (acme.gamma_seller, acme.zeta_admin, acme.executive_at_zeta):
        problem_of(program_of(member).get(f"leads/{accepted}"), 404)
        assert program_of(member).get("leads").json()["items"] == []
    problem_of(program_of(acme.gamma_seller).patch(f"leads/{accepted}", {"stage": "meeting"}), 404)
    with entering(acme.admin.context):
        assert Lead.objects.get(uid=accepted).stage == "new"


def test_a_partner_says_how_far_its_lead_is(acme, accepted):
    seller = program_of(acme.beta_seller)
    change = {"stage": "meeting", "next_step": "Send the plan", "next_step_on": "2026-12-01"}
    answer = seller.patch(f"leads/{accepted}", change)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["stage"], told["next_step"], told["next_step_on"]) == ("meeting", "Send the plan", "2026-12-01")
    assert answer["ETag"] == f'"{told["version"]}"'


def test_a_change_to_another_version_is_refused(acme, accepted):
    seller = program_of(acme.beta_seller)
    etag = seller.get(f"leads/{accepted}")["ETag"]
    assert seller.patch(f"leads/{accepted}", {"stage": "contacted"}, If_Match=etag).status_code == 200
    problem_of(seller.patch(f"leads/{accepted}", {"stage": "meeting"}, If_Match=etag), 412)
    assert seller.get(f"leads/{accepted}").json()["stage"] == "contacted"


def test_half_a_change_is_none(acme, accepted):
    """The second of two changes is refused: the first is taken back."""
    seller = program_of(acme.beta_seller)
    problem = problem_of(seller.patch(f"leads/{accepted}", {"stage": "meeting", "next_step": "Call"}), 422)
    assert list(problem["errors"]) == ["next_step_on"]
    assert seller.get(f"leads/{accepted}").json()["stage"] == "new"
