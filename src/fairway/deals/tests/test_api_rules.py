"""The rules for registrations, decisions that wait, and what happened to a deal, by programs."""

import pytest
from tests.api import problem_of, program_of
from tests.scene import make_scene

from fairway.core.tenancy.context import entering
from fairway.deals.queries.policies import deal_rules

pytestmark = pytest.mark.django_db


def version(acme):
    with entering(acme.admin.context):
        row = deal_rules()
    return row.version if row else 0


def test_the_rules_are_changed_in_part_by_who_saw_them_last(acme):
    program = program_of(acme.operations)
    read = program.get("deal-rules")
    assert (read["ETag"], read.json()["registration_days"], read.json()["steps"]) == ('"0"', 120, [])
    step = {"role": "chief", "from_amount": {"amount_minor": 5_000_000, "currency": "USD"}, "limit_hours": 8}
    changed = program.patch("deal-rules", {"registration_days": 90, "steps": [step]}, If_Match='"0"')
    assert (changed["ETag"], changed.json()["registration_days"], changed.json()["lead_days"]) == ('"1"', 90, 90)
    assert changed.json()["steps"] == [{**step, "email": None}]
    named = {"steps": [{"email": acme.chief.seat.email}]}
    assert program.patch("deal-rules", named).json()["steps"][0]["email"] == acme.chief.seat.email
    problem_of(program.patch("deal-rules", {"registration_days": 30}, If_Match='"1"'), 412)
    assert (version(acme), program.get("deal-rules").json()["registration_days"]) == (2, 90)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"registration_days": 0}, "registration_days"),
        ({"registration_days": 400}, "registration_days"),
        ({"automatic_below": {"amount_minor": 1, "currency": "EUR"}}, "automatic_below.currency"),
        ({"steps": [{}]}, "steps.0.role"),
        ({"steps": [{"email": "nobody@acme.example"}]}, "steps"),
    ],
)
def test_rules_that_cannot_hold_change_nothing(acme, given, field):
    assert field in problem_of(program_of(acme.operations).patch("deal-rules", given), 422)["errors"]
    assert version(acme) == 0


def test_others_change_no_rules(acme):
    problem_of(program_of(acme.deal_desk).patch("deal-rules", {"lead_days": 10}), 403)
    problem_of(program_of(acme.beta_executive).get("deal-rules"), 403)
    assert version(acme) == 0


def test_what_waits_for_one_is_listed_until_it_is_decided(acme):
    scene, program = make_scene(acme), program_of(acme.deal_desk)
    _draft, sent, _asked, _clear = scene["registrations"]
    waiting = program.get("approvals").json()["items"]
    assert [row["registration"] for row in waiting] == [sent]
    assert waiting[0]["partner"] == str(acme.beta.uid)
    problem_of(program_of(acme.beta_executive).get("approvals"), 403)
    program.post(f"registrations/{sent}/rejection", {"reason": "no_project"})
    assert program.get("approvals").json()["items"] == []


def test_what_happened_is_told_page_by_page_to_whom_it_concerns(acme):
    scene = make_scene(acme)
    uid = scene["registrations"][3]
    staff = program_of(acme.admin).get(f"registrations/{uid}/events").json()["items"]
    assert {"registration.submitted", "registration.approved"} <= {row["event"] for row in staff}
    assert all(row["by"] for row in staff)
    program, told, cursor = program_of(acme.beta_seller), [], ""
    while cursor is not None:
        page = program.get(f"registrations/{uid}/events?limit=1" + (f"&cursor={cursor}" if cursor else "")).json()
        told, cursor = told + page["items"], page["next_cursor"]
    assert [row["at"] for row in told] == sorted((row["at"] for row in told), reverse=True)
    assert {row["uid"] for row in told} <= {row["uid"] for row in staff}
    assert all("by" not in row for row in told)
    problem_of(program_of(acme.gamma_seller).get(f"registrations/{uid}/events"), 404)
    for path in (f"leads/{scene['leads'][0]}", f"deals/{scene['deals'][0]}", f"partners/{acme.beta.uid}"):
        assert program_of(acme.admin).get(f"{path}/events").status_code == 200
