"""Score cards as documents, by programs."""

import pytest
from tests.api import problem_of, program_of

from fairway.core import clock
from fairway.core.tenancy.context import entering
from fairway.leads.actions.policies import ensure_policies
from fairway.leads.models import ScoreCard

pytestmark = pytest.mark.django_db
GERMANS = {"field": "lead.country", "op": "is", "value": "DE"}
RULE = {"uid": "phone", "name": "Phone", "when": {"field": "lead.has_phone", "op": "is", "value": True}, "points": 5}
NOBODYS = "0198f2aa-0000-7000-8000-00000000dead"


@pytest.fixture
def live(acme):
    card, _policy = ensure_policies(actor=acme.admin, at=clock.now())
    return card


def states(acme):
    with entering(acme.admin.context):
        return sorted(ScoreCard.objects.values_list("state", flat=True))


def test_a_change_makes_a_draft_which_is_published_by_who_saw_it_last(acme, live):
    program = program_of(acme.operations)
    read = program.get(f"score-cards/{live.uid}")
    changed = program.patch(f"score-cards/{live.uid}", {"rules": [RULE], "most": 50}, If_Match=read["ETag"])
    draft = changed.json()
    assert (draft["state"], draft["rules"], draft["most"], draft["bands"]) == ("draft", [RULE], 50, live.bands)
    problem_of(program.patch(f"score-cards/{live.uid}", {"most": 60}), 409)
    path = f"score-cards/{draft['uid']}"
    problem_of(program.patch(path, {"most": 60}, If_Match=read["ETag"]), 412)
    problem_of(program.post(f"{path}/publication", {}, If_Match=read["ETag"]), 412)
    assert states(acme) == ["draft", "published"]
    assert program.post(f"{path}/publication", {}, If_Match=changed["ETag"]).json()["state"] == "published"
    problem_of(program.post(f"{path}/publication", {}), 422)
    assert [row["state"] for row in program.get("score-cards?family=default").json()["items"]] == [
        "published", "retired",
    ]  # fmt: skip
    problem_of(program.patch(f"score-cards/{live.uid}", {"most": 60}), 409)


def test_a_further_card_is_added_scheduled_called_off_and_retired(acme, live):
    program = program_of(acme.operations)
    answer = program.post("score-cards", {"name": "Germans", "applies_to": GERMANS})
    made = answer.json()
    assert (answer.status_code, made["state"], made["rules"]) == (201, "draft", live.rules)
    path = f"score-cards/{made['uid']}"
    later = program.post(f"{path}/publication", {"effective_at": "2199-01-01T00:00:00Z"}).json()
    assert (later["state"], later["effective_at"]) == ("scheduled", "2199-01-01T00:00:00Z")
    assert program.post(f"{path}/discarding").status_code == 200
    problem_of(program.get(path), 404)
    again = program.post("score-cards", {"name": "Germans", "applies_to": GERMANS}).json()["uid"]
    program.post(f"score-cards/{again}/publication", {})
    assert program.post(f"score-cards/{again}/retirement").status_code == 200
    problem_of(program.post(f"score-cards/{live.uid}/retirement"), 422)
    assert states(acme) == ["published", "retired"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"rules": [RULE, {**RULE, "uid": "b", "points": 0}]}, "rules.1"),
        ({"rules": [{**RULE, "when": {}}]}, "rules.0"),
        ({"rules": [{**RULE, "category": "Moon"}]}, "rules.0"),
        ({"rules": [{**RULE, "colour": "red"}]}, "rules.0.colour"),
        ({"bands": [{"name": "A", "at_least": 1}, {"name": "B", "at_least": 1}]}, "bands"),
        ({"categories": [{"name": "A"}, {"name": "a"}]}, "categories"),
        ({"most": 0}, "most"),
    ],
)
def test_a_card_that_cannot_be_is_refused_by_its_place(acme, live, given, field):
    errors = problem_of(program_of(acme.operations).patch(f"score-cards/{live.uid}", given), 422)["errors"]
    assert field in errors, errors
    assert states(acme) == ["published"]


def test_the_default_card_is_for_all_that_remain_and_others_name_their_leads(acme, live):
    program = program_of(acme.operations)
    problem_of(program.patch(f"score-cards/{live.uid}", {"applies_to": GERMANS}), 422)
    assert "applies_to" in problem_of(program.post("score-cards", {"name": "All", "applies_to": {}}), 422)["errors"]
    moon = {"field": "lead.moon", "op": "is", "value": 1}
    assert "applies_to" in problem_of(program.post("score-cards", {"name": "Moon", "applies_to": moon}), 422)["errors"]
    assert states(acme) == ["published"]


def test_others_read_cards_at_most(acme, live):
    path = f"score-cards/{live.uid}"
    assert program_of(acme.marketer).get(path).status_code == 200
    problem_of(program_of(acme.marketer).patch(path, {"most": 9}), 403)
    problem_of(program_of(acme.beta_executive).get(path), 403)
    problem_of(program_of(acme.zeta_admin).patch(path, {"most": 9}), 404)
    problem_of(program_of(acme.operations).post(f"score-cards/{NOBODYS}/publication", {}), 404)
    assert states(acme) == ["published"]
