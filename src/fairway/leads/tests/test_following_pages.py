"""Following up on screen and by programs."""

from datetime import UTC, datetime, timedelta

from tests.api import problem_of, program_of

from fairway.core import clock
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Seat
from fairway.leads.actions.follow_up_rules import save_follow_up
from fairway.leads.models import Escalation, EscalationStep, FollowUpRule
from fairway.leads.rules.following import Step
from fairway.leads.tests.makers import offered
from fairway.workflow.actions.deadlines import fire_due
from fairway.workflow.models import PlaceHours

AT = datetime(2026, 3, 4, 15, tzinfo=UTC)
GIVEN = {
    "rule_uid": "", "remind_percents": "50, 80", "untouched_hours": "16", "untouched_code": "untouched",
    "unmoved_hours": "", "unmoved_code": "unmoved", "warn_percent": "75",
    "steps-TOTAL_FORMS": "4", "steps-INITIAL_FORMS": "0", "steps-0-to": "cam", "steps-0-after_hours": "0",
    "steps-1-to": "chief", "steps-1-after_hours": "4",
}  # fmt: skip


def kept(cast):
    with entering(cast.admin.context):
        rows = list(FollowUpRule.objects.values_list("remind_percents", "untouched_hours", "unmoved_hours"))
        steps = list(EscalationStep.objects.order_by("place").values_list("to", "after_hours"))
    return rows, steps


def test_operations_set_reminders_the_chain_and_taking_back_on_one_page(acme, client_of):
    client = client_of(acme.operations)
    assert client.post("/acme/console/distribution/new/", GIVEN).status_code == 302
    assert kept(acme) == ([([50, 80], 16, None)], [("cam", 0), ("chief", 4)])
    page = client.get("/acme/console/distribution/").content.decode()
    assert "Account manager (0 h) → Channel chief (4 h)" in page
    assert "without contact after 16 hours" in page


def test_a_circle_is_told_on_the_form_and_what_was_typed_stays(acme, client_of):
    client = client_of(acme.operations)
    wrong = {**GIVEN, "steps-2-to": "cam", "steps-2-after_hours": "8"}
    answer = client.post("/acme/console/distribution/new/", wrong)
    assert answer.status_code == 422
    assert "The chain goes in a circle: Account manager → Channel chief → Account manager" in answer.content.decode()
    assert kept(acme) == ([], [])


def test_two_who_change_a_rule_at_once_do_not_lose_each_others_change(acme, client_of):
    client = client_of(acme.operations)
    client.post("/acme/console/distribution/new/", GIVEN)
    with entering(acme.operations.context):
        row = FollowUpRule.objects.get()
    path = f"/acme/console/distribution/{row.uid}/"
    assert client.post(path, {**GIVEN, "version": row.version, "untouched_hours": "20"}).status_code == 302
    late = client.post(path, {**GIVEN, "version": row.version, "untouched_hours": "40"})
    assert late.status_code == 422
    assert kept(acme)[0] == [([50, 80], 20, None)]
    assert client.post(f"{path}removal/").status_code == 302
    assert kept(acme) == ([], [])


def test_who_may_not_edit_rules_reads_them_only(acme, client_of):
    client = client_of(acme.cam)
    assert client.get("/acme/console/distribution/").status_code == 200
    assert client.post("/acme/console/distribution/new/", GIVEN).status_code == 403
    assert client_of(acme.beta_seller).get("/acme/console/distribution/").status_code in {403, 404}
    assert kept(acme) == ([], [])


def test_the_leads_page_says_that_nobody_acts_and_who_looks_after_it(acme, client_of):
    chain = [Step("cam", 0), Step("chief", 4)]
    save_follow_up(rule_uid="", values={}, steps=chain, actor=acme.operations, at=clock.now())
    offer = offered(acme)
    with entering(acme.cam.context):
        lapses_at, uid = offer.lapses_at, offer.lead.uid
    fire_due(lapses_at, vendor_id=acme.acme.pk)
    fire_due(lapses_at + timedelta(seconds=1), vendor_id=acme.acme.pk)
    client, path = client_of(acme.cam), f"/acme/console/leads/{uid}/"
    page = client.get(path).content.decode()
    assert "An offer lapsed, and nobody acts." in page
    assert "Told last: Account manager." in page
    assert "step 1, to: Account manager" in page
    client.post(f"{path}looking-after/")
    assert "An offer lapsed, and nobody acts." not in client.get(path).content.decode()
    with entering(acme.admin.context):
        assert Escalation.objects.get().outcome == "taken"


def test_programs_set_read_and_remove_a_rule(acme):
    program = program_of(acme.operations)
    with entering(acme.admin.context):
        chief = str(Seat.objects.get(pk=acme.chief.seat_id).uid)
    steps = [{"to": "manager", "after_hours": 0}, {"to": "seat", "after_hours": 4, "person": chief}]
    given = {"remind_percents": [50], "unmoved_hours": 40, "steps": steps}
    made = program.post("follow-ups", given)
    assert made.status_code == 201
    told = made.json()
    assert [step["to"] for step in told["steps"]] == ["manager", "seat"]
    assert told["steps"][1]["person"] == chief
    assert program.get(f"follow-ups/{told['uid']}").json()["unmoved_hours"] == 40
    circle = {"steps": [{"to": "cam", "after_hours": 1}, {"to": "cam", "after_hours": 1}]}
    assert "circle" in str(problem_of(program.post("follow-ups", circle), 422))
    program.post(f"follow-ups/{told['uid']}/removal")
    assert program.get("follow-ups").json()["items"] == []


def test_a_manager_is_named_on_the_persons_page_and_by_a_program(acme, client_of):
    with entering(acme.admin.context):
        cam, chief = (Seat.objects.get(pk=each.seat_id) for each in (acme.cam, acme.chief))
    client = client_of(acme.admin)
    client.post(f"/acme/console/people/{cam.uid}/manager/", {"manager": str(chief.uid)})
    with entering(acme.admin.context):
        assert Seat.objects.get(pk=cam.pk).manager_id == chief.pk
    assert client_of(acme.cam).post(f"/acme/console/people/{cam.uid}/manager/", {"manager": ""}).status_code == 403
    program_of(acme.admin).patch(f"seats/{cam.uid}", {"manager": None})
    with entering(acme.admin.context):
        assert Seat.objects.get(pk=cam.pk).manager_id is None


def test_business_hours_are_set_on_screen_and_by_a_program(acme, client_of):
    client = client_of(acme.operations)
    given = {"country": "DE", "day_0": "9-12:30, 13:30-17", "keeps_holidays": "on",
             "closed_on": "2026-12-24 Christmas Eve"}  # fmt: skip
    assert client.post("/acme/console/business-hours/new/", given).status_code == 302
    with entering(acme.admin.context):
        row = PlaceHours.objects.get()
    assert row.hours == {"0": [["09:00", "12:30"], ["13:30", "17:00"]]}
    assert row.closed_on == {"2026-12-24": "Christmas Eve"}
    assert "Monday 09:00–12:30 13:30–17:00" in client.get("/acme/console/business-hours/").content.decode()
    wrong = client.post("/acme/console/business-hours/new/", {"country": "US", "day_0": "9am-5pm"})
    assert wrong.status_code == 422
    assert "is no time of day. Write 09:00." in wrong.content.decode()
    program = program_of(acme.operations)
    made = program.post("business-hours", {"country": "US", "hours": {"0": [["08:00", "16:00"]]}})
    assert (made.status_code, made.json()["country"]) == (201, "US")
    assert problem_of(program.post("business-hours", {"country": "US", "hours": {"9": [["08:00", "16:00"]]}}), 422)
    program.post(f"business-hours/{made.json()['uid']}/removal")
    assert [row["country"] for row in program.get("business-hours").json()["items"]] == ["DE"]


def test_programs_keep_the_lists_of_reasons(acme):
    program = program_of(acme.operations)
    told = program.post("lead-reasons", {"kind": "recall", "name": "Budget was withdrawn"}).json()
    assert told["recall"][-2] == {
        "code": "budget_was_withdrawn", "name": "Budget was withdrawn", "is_built_in": False, "is_active": True,
    }  # fmt: skip
    assert problem_of(program.post("lead-reasons", {"kind": "recall", "code": "other", "is_active": False}), 422)
    assert program.get("lead-reasons").json() == told
