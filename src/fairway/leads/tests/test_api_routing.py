"""The routing rules as one document, by programs."""

import pytest
from tests.api import problem_of, program_of

from fairway.core import clock
from fairway.core.tenancy.context import entering
from fairway.leads.actions.policies import ensure_policies
from fairway.leads.models import RoutingPolicy

pytestmark = pytest.mark.django_db
RULE = {
    "uid": "all",
    "name": "Everything",
    "when": {},
    "action": {"kind": "person"},
    "limit_hours": 8,
    "partners_at_most": 1,
}
NOBODYS = "0198f2aa-0000-7000-8000-00000000dead"


@pytest.fixture(autouse=True)
def live(acme):
    ensure_policies(actor=acme.admin, at=clock.now())


def drafts(acme):
    with entering(acme.admin.context):
        return RoutingPolicy.objects.filter(state="draft").count()


def test_a_draft_is_replaced_published_and_kept_among_the_versions(acme):
    program = program_of(acme.operations)
    read = program.get("routing")
    assert (read.json()["draft"], read.json()["live"]["state"]) == (None, "published")
    rules = [*read.json()["live"]["rules"][:-1], RULE]
    changed = program.patch("routing", {"rules": rules}, If_Match=read["ETag"])
    assert changed.json()["draft"]["rules"] == rules
    problem_of(program.patch("routing", {"rules": [RULE]}, If_Match=read["ETag"]), 412)
    problem_of(program.post("routing/publication", If_Match=read["ETag"]), 412)
    assert drafts(acme) == 1
    published = program.post("routing/publication", If_Match=changed["ETag"]).json()
    assert (published["draft"], published["live"]["rules"]) == (None, rules)
    assert published["live"]["published_by"] == acme.operations.name
    problem_of(program.post("routing/publication"), 409)
    versions = program.get("routing/versions").json()["items"]
    assert [row["state"] for row in versions] == ["published", "retired"]


def test_a_draft_is_discarded_once(acme):
    program = program_of(acme.chief)
    program.patch("routing", {"rules": [RULE]})
    assert program.post("routing/discarding").json()["draft"] is None
    problem_of(program.post("routing/discarding"), 409)
    assert drafts(acme) == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"when": {"field": "lead.moon", "op": "is", "value": 1}}, "rules.1"),
        ({"action": {"kind": "best", "weights": {"moon": 3}}}, "rules.1.action.weights"),
        ({"action": {"kind": "best", "weights": {}}}, "rules.1"),
        ({"action": {"kind": "named", "partner": NOBODYS}}, "rules.1.action.partner"),
        ({"match": [["country"]]}, "rules.1.match.0"),
        ({"limit_hours": "8"}, "rules.1.limit_hours"),
        ({"colour": "red"}, "rules.1.colour"),
        ({"uid": "all"}, "rules"),
    ],
)
def test_a_rule_that_cannot_be_used_is_named_by_its_place_and_nothing_is_kept(acme, change, field):
    rules = [RULE, {**RULE, "uid": "other", **change}]
    errors = problem_of(program_of(acme.operations).patch("routing", {"rules": rules}), 422)["errors"]
    assert field in errors, errors
    assert drafts(acme) == 0


def test_others_read_the_rules_at_most(acme):
    assert program_of(acme.marketer).get("routing").status_code == 200
    problem_of(program_of(acme.marketer).patch("routing", {"rules": [RULE]}), 403)
    problem_of(program_of(acme.beta_executive).get("routing"), 403)
    named = {**RULE, "action": {"kind": "named", "partner": str(acme.beta_at_zeta.uid)}}
    problem_of(program_of(acme.operations).patch("routing", {"rules": [named]}), 422)
    assert drafts(acme) == 0
