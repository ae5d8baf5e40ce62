"""Batch assignment on screen and by program."""

import pytest
from tests.api import problem_of, program_of

from fairway.core.jobs import run_pending
from fairway.core.tenancy.context import entering
from fairway.leads.models import AssignmentPlan, Lead, Offer
from fairway.leads.tests.test_routing import captured, profile, publish

HERE = "/acme/console/leads/assignment/"
ASKED = {"most_percent": "100", "least_percent": "0", "small_by": "employees", "employees_most": "20"}


@pytest.fixture
def ids(acme):
    profile(acme, acme.beta, lead_capacity=2, employees=10)
    profile(acme, acme.gamma, lead_capacity=2, employees=500)
    publish(acme, {})
    return captured(acme, 3, amount_minor=100_000, currency="USD", company="Brinkmann")


def plans(cast):
    with entering(cast.operations.context):
        return list(AssignmentPlan.objects.order_by("pk"))


def offers(cast):
    with entering(cast.operations.context):
        return Offer.objects.count()


def test_a_batch_goes_from_the_form_over_the_preview_to_offers(acme, ids, client_of):
    web = client_of(acme.operations)
    answer = web.post(f"{HERE}new/", {**ASKED, "least_percent": "100"})
    (plan,) = plans(acme)
    assert answer.url == f"{HERE}{plan.uid}/"
    assert "Computing the preview" in web.get(answer.url).content.decode()
    assert "HX-Refresh" not in web.get(f"{answer.url}progress/").headers
    run_pending()
    assert web.get(f"{answer.url}progress/").headers["HX-Refresh"] == "true"
    page = web.get(answer.url).content.decode()
    assert "The least share for small partners cannot be had." in page
    assert "Asked for: 3 leads. They are eligible and have room for 2 at most. They get 2." in page
    assert "every lead counts with a win chance of 20\u00a0%" in page or "win chance of 20 %" in page
    assert offers(acme) == 0
    web.post(f"{answer.url}carrying-out/")
    web.post(f"{answer.url}carrying-out/")
    run_pending()
    assert offers(acme) == 3
    assert "Carried out" in web.get(answer.url).content.decode()
    assert "Brinkmann" in web.get(f"{answer.url}?state=offered").content.decode()
    with entering(acme.operations.context):
        lead = Lead.objects.first()
    assert "best overall" in web.get(f"/acme/console/leads/{lead.uid}/").content.decode()


def test_rows_chosen_in_the_list_are_the_batch(acme, ids, client_of):
    web = client_of(acme.operations)
    with entering(acme.operations.context):
        uid = str(Lead.objects.get(pk=ids[0]).uid)
    assert "Assign as a batch" in web.get("/acme/console/leads/").content.decode()
    page = web.post(f"{HERE}new/", {"chosen": [uid, "nonsense"]})
    assert page.status_code == 200
    assert f'value="{uid}"' in page.content.decode()
    web.post(f"{HERE}new/", {**ASKED, "chosen": [uid]})
    assert [plan.lead_ids for plan in plans(acme)] == [[ids[0]]]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"most_percent": "0"}, "greater than or equal to 1"),
        ({"least_percent": "20", "employees_most": ""}, "Say up to how many employees"),
        ({"least_percent": "20", "small_by": "tier"}, "Choose the tiers of small partners."),
        ({"source": "nowhere"}, "Select a valid choice"),
        ({"state": "waiting"}, "No lead is chosen that nobody has."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(acme, ids, client_of, changed, sentence):
    answer = client_of(acme.operations).post(f"{HERE}new/", {**ASKED, **changed})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert plans(acme) == []


def test_who_may_not_assign_sees_no_plan(acme, ids, client_of):
    client_of(acme.operations).post(f"{HERE}new/", ASKED)
    (plan,) = plans(acme)
    for member in (acme.marketer, acme.finance):
        web = client_of(member)
        assert web.get(HERE).status_code == 403
        assert web.get(f"{HERE}{plan.uid}/").status_code == 403
        assert web.post(f"{HERE}{plan.uid}/carrying-out/").status_code == 403
    assert client_of(acme.zeta_admin).get(f"/zeta/console/leads/assignment/{plan.uid}/").status_code == 404
    assert [plan.state for plan in plans(acme)] == ["waiting"]


def test_a_program_begins_reads_and_carries_out_a_plan(acme, ids):
    program = program_of(acme.operations)
    begun = program.post(
        "assignment-plans", {"where": {"state": "captured"}, "least_percent": 50, "small_employees": 9}
    )
    assert (begun.status_code, begun.json()["state"], begun.json()["figures"]) == (202, "waiting", None)
    run_pending()
    uid = begun.json()["uid"]
    told = program.get(f"assignment-plans/{uid}").json()
    assert (told["state"], told["figures"]["assigned"]) == ("ready", 3)
    assert told["figures"]["worth"] == {"amount_minor": 60_000, "currency": "USD"}
    assert told["figures"]["small"] == {
        "partners": 0, "asked": 2, "possible": 0, "got": 0, "missing": 2, "without_any": 3, "without_room": 0,
        "places": 0, "full": [],
    }  # fmt: skip
    rows = program.get(f"assignment-plans/{uid}/leads?state=planned").json()["items"]
    assert {row["partner"] for row in rows} <= {str(acme.beta.uid), str(acme.gamma.uid)}
    assert [row["because"] for row in rows] == ["Worth most here"] * 3
    assert program.post(f"assignment-plans/{uid}/carrying-out").status_code == 202
    assert program.post(f"assignment-plans/{uid}/carrying-out").status_code == 409
    run_pending()
    assert program.get(f"assignment-plans/{uid}").json()["state"] == "carried"
    assert offers(acme) == 3
    assert [row["uid"] for row in program.get("assignment-plans").json()["items"]] == [uid]


def test_a_program_is_told_what_is_wrong(acme, ids):
    program = program_of(acme.operations)
    both = {"small_employees": 9, "small_tiers": ["gold"]}
    assert program.post("assignment-plans", both).status_code == 422
    assert program.post("assignment-plans", {"most_percent": 101}).status_code == 422
    nobody = problem_of(program.post("assignment-plans", {"where": {"band": "Z"}}), 422)
    assert "No lead is chosen" in nobody["detail"]
    assert program_of(acme.beta_seller).post("assignment-plans", {}).status_code == 403
    assert plans(acme) == []
