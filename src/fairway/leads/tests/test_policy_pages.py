"""Routing rules and the score card on their pages."""

from datetime import UTC, datetime

import pytest

from fairway.core.access import system_member
from fairway.core.tenancy.context import entering
from fairway.leads.actions.policies import edit_routing_draft, ensure_policies, save_routing_draft
from fairway.leads.actions.routing import route_leads
from fairway.leads.models import Offer, RoutingPolicy, ScoreCard
from fairway.leads.rules import editing
from fairway.leads.rules.defaults import ROUTING_RULES, SCORE_RULES
from fairway.leads.tests.test_routing import captured, profile, publish

AT = datetime(2026, 3, 4, 15, tzinfo=UTC)
ROUTING, SCORING = "/acme/console/routing/", "/acme/console/scoring/"


@pytest.fixture
def policies(acme):
    return ensure_policies(actor=system_member(acme.acme.pk, "Setup"), at=AT)


def draft_of(cast, model):
    with entering(cast.admin.context):
        return model.objects.filter(state="draft").first()


def rule_post(**changes):
    """What the form of the last default rule sends."""
    given = {
        "when-match": "all", "when-0-field": "lead.country", "when-0-op": "in", "when-0-value": ["US", "CA"],
        "who-match": "all", "match": ["country"], "action": "best", "distance": "40", "record": "40", "room": "20",
        "turn": "0", "max_km": "120", "partner": "", "limit_hours": "8", "partners_at_most": "3", "name": "North",
    }  # fmt: skip
    return {**given, **changes}


def test_the_rules_read_as_sentences_with_their_leads_of_thirty_days(acme, policies, client_of):
    profile(acme, acme.beta, lead_capacity=9)
    route_leads(lead_ids=captured(acme, 3), actor=acme.operations, at=datetime.now(UTC))
    page = client_of(acme.operations).get(ROUTING)
    assert page.status_code == 200
    assert [line.count for line in page.context["lines"]] == [0, 0, 0, 0, 3]
    text = page.content.decode()
    assert "go to the account manager, who names the partner." in text
    assert '<span class="fw-value">250 km</span>' in text
    assert "Publish" not in text


def test_a_rule_is_changed_in_a_draft_and_goes_live_when_published(acme, policies, client_of):
    browser = client_of(acme.operations)
    assert browser.get(f"{ROUTING}?open=near").status_code == 200
    answer = browser.post(f"{ROUTING}rules/near/", rule_post())
    assert (answer.status_code, answer["Location"]) == (302, ROUTING)
    draft = draft_of(acme, RoutingPolicy)
    assert draft.rules[2] == {
        "uid": "near", "name": "North", "match": ["country"], "who": {}, "limit_hours": 8.0, "partners_at_most": 3,
        "when": {"all": [{"field": "lead.country", "op": "in", "value": ["US", "CA"]}]},
        "action": {"kind": "best", "weights": {"distance": 40, "record": 40, "room": 20}, "max_km": 120},
    }  # fmt: skip
    page = browser.get(ROUTING)
    assert page.context["versions"].changes == 1
    assert '<span class="fw-value is-changed">120 km</span>' in page.content.decode()
    assert browser.post(f"{ROUTING}publication/").status_code == 302
    with entering(acme.admin.context):
        assert RoutingPolicy.objects.get(state="published").pk == draft.pk
    assert browser.post(f"{ROUTING}publication/").status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"distance": "0", "record": "0", "room": "0"}, "Give at least one part a weight above 0."),
        ({"limit_hours": "0"}, "greater than or equal to 0.25"),
        ({"action": "named", "partner": "Nobody"}, "No active partner has this name or external id."),
        ({"when-0-field": "lead.employees", "when-0-op": "at_least", "when-0-value": "many"}, "condition 1"),
    ],
)
def test_what_is_wrong_with_a_rule_is_said_and_nothing_is_kept(acme, policies, client_of, changes, words):
    answer = client_of(acme.operations).post(f"{ROUTING}rules/near/", rule_post(**changes))
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert draft_of(acme, RoutingPolicy) is None


def test_a_partner_is_named_by_its_name_or_external_id(acme, policies, client_of):
    browser = client_of(acme.operations)
    for text in ("beta systems", "B-1"):
        browser.post(f"{ROUTING}rules/country/", rule_post(action="named", partner=text))
        rule = draft_of(acme, RoutingPolicy).rules[4]
        assert rule["action"] == {"kind": "named", "partner": str(acme.beta.uid)}
    assert "Beta Systems" in browser.get(ROUTING).content.decode()


def test_rules_are_added_moved_and_removed_in_the_draft_alone(acme, policies, client_of):
    browser = client_of(acme.operations)
    added = browser.post(f"{ROUTING}rules/")
    assert browser.get(added["Location"]).status_code == 200
    rules = draft_of(acme, RoutingPolicy).rules
    assert [rule["uid"] for rule in rules][:4] == ["known", "large", "near", "state"]
    assert rules[5]["uid"] == "country"
    browser.post(f"{ROUTING}rules/near/place/", {"to": "up"})
    browser.post(f"{ROUTING}rules/state/removal/")
    assert [rule["uid"] for rule in draft_of(acme, RoutingPolicy).rules][:3] == ["known", "near", "large"]
    with entering(acme.admin.context):
        assert [rule["uid"] for rule in RoutingPolicy.objects.get(state="published").rules] == [
            "known", "large", "near", "state", "country",
        ]  # fmt: skip
    assert browser.post(f"{ROUTING}rules/state/removal/").status_code == 404
    browser.post(f"{ROUTING}discard/")
    assert draft_of(acme, RoutingPolicy) is None


def test_the_dry_run_says_who_would_go_elsewhere_and_writes_nothing(acme, policies, client_of):
    profile(acme, acme.beta, lead_capacity=9)
    profile(acme, acme.gamma, lead_capacity=9)
    captured(acme, 6)
    browser = client_of(acme.operations)
    browser.post(f"{ROUTING}rules/country/", rule_post(action="named", partner="Gamma IT"))
    run = browser.get(f"{ROUTING}?run=1").context["run"]
    assert (run.leads, run.elsewhere, run.gains) == (6, 3, [("Gamma IT", 3), ("Beta Systems", -3)])
    assert {(one.was, one.now) for one in run.differences} == {("Beta Systems", "Gamma IT")}
    with entering(acme.admin.context):
        assert Offer.objects.count() == 0


def test_the_dry_run_names_rules_that_are_never_reached_match_nobody_or_lose_leads(acme, policies, client_of):
    profile(acme, acme.beta, lead_capacity=9)
    captured(acme, 4)
    publish(
        acme,
        {"uid": "large", "name": "Large", "when": {"all": [{"field": "lead.amount", "op": "at_least", "value": 1}]}},
        {"uid": "all", "name": "All"},
        {"uid": "late", "name": "Late"},
        {
            "uid": "gold",
            "name": "gold",
            "who": {"all": [{"field": "partner.external_id", "op": "is", "value": "none"}]},
        },
    )
    browser = client_of(acme.operations)
    browser.post(f"{ROUTING}rules/all/place/", {"to": "down"})
    page = browser.get(f"{ROUTING}?run=1")
    lines = {one.name: one for one in page.context["run"].rules}
    assert [(one.was, one.decided, one.matched) for one in lines.values()] == [
        (0, 0, 0),
        (0, 4, 4),
        (4, 0, 4),
        (0, 0, 4),
    ]
    assert lines["Large"].notes == ["None of these leads meets it."]
    assert lines["Late"].notes == []
    assert lines["All"].notes == ["Never reached: rule 2 comes first and takes its leads."]
    assert lines["gold"].notes == [
        "No partner may get its leads: 2 without: External id is “none”.",
        "Never reached: rule 2 comes first and takes its leads.",
    ]
    assert "Never reached: rule 2 comes first" in page.content.decode()


def test_only_those_who_may_edit_see_the_forms(acme, policies, client_of):
    reader = client_of(acme.marketer)
    for url in (f"{ROUTING}?open=near", f"{SCORING}?open=rule-1"):
        page = reader.get(url)
        assert (page.status_code, page.context["form"]) == (200, None)
    for url in (
        f"{ROUTING}rules/", f"{ROUTING}rules/near/", f"{ROUTING}rules/near/place/", f"{ROUTING}publication/",
        f"{SCORING}rules/", f"{SCORING}rules/rule-1/", f"{SCORING}bands/", f"{SCORING}discard/",
    ):  # fmt: skip
        assert reader.post(url).status_code == 403, url
    assert draft_of(acme, RoutingPolicy) is draft_of(acme, ScoreCard) is None


def test_the_score_card_is_changed_in_a_draft(acme, policies, client_of):
    browser = client_of(acme.operations)
    page = browser.get(f"{SCORING}?open=rule-1")
    assert page.status_code == 200
    assert "Decides within 90 days" in page.content.decode()
    sent = {
        "name": "Soon", "points": "30", "when-match": "all", "when-0-field": "lead.timeframe_days",
        "when-0-op": "at_most", "when-0-value": "30",
    }  # fmt: skip
    assert browser.post(f"{SCORING}rules/rule-1/", {**sent, "points": "0"}).status_code == 400
    assert browser.post(f"{SCORING}rules/rule-1/", sent).status_code == 302
    rule = draft_of(acme, ScoreCard).rules[0]
    assert (rule["name"], rule["points"], rule["when"]["all"][0]["value"]) == ("Soon", 30, 30)
    captured(acme, 2, timeframe_days=20, employees=100)
    run = browser.get(f"{SCORING}?run=1").context["run"]
    assert (run.leads, run.elsewhere) == (2, 0)
    assert browser.post(f"{SCORING}publication/").status_code == 302
    with entering(acme.admin.context):
        assert ScoreCard.objects.get(state="published").rules[0]["name"] == "Soon"


def test_bands_are_changed_together(acme, policies, client_of):
    browser = client_of(acme.operations)
    assert browser.get(f"{SCORING}?open=bands").status_code == 200
    sent = {"band-TOTAL_FORMS": "3", "band-INITIAL_FORMS": "3"}
    sent |= {"band-0-name": "Hot", "band-0-at_least": "70", "band-1-name": "Cool", "band-1-at_least": "-1000"}
    twice = {**sent, "band-2-name": "Warm", "band-2-at_least": "70"}
    answer = browser.post(f"{SCORING}bands/", twice)
    assert answer.status_code == 400
    assert "Give each its own" in answer.content.decode()
    assert browser.post(f"{SCORING}bands/", sent).status_code == 302
    assert draft_of(acme, ScoreCard).bands == [
        {"name": "Hot", "at_least": 70}, {"name": "Cool", "at_least": -1000},
    ]  # fmt: skip


def test_a_nested_rule_is_opened_with_its_groups(acme, policies, client_of):
    leaf = {"field": "lead.country", "op": "is", "value": "US"}
    nested = {**ROUTING_RULES[-1], "when": {"all": [{"any": [leaf]}, leaf]}}
    save_routing_draft(actor=acme.operations, at=AT, rules=[nested])
    page = client_of(acme.operations).get(f"{ROUTING}?open=country")
    assert page.status_code == 200
    assert '{"match": "any", "parts": [{"field":' in page.content.decode()


def test_a_rule_that_names_a_retired_choice_does_not_stop_the_edit_of_another(acme, policies, client_of):
    gone = {"all": [{"field": "partner.tier", "op": "is", "value": "platinum"}]}
    edit_routing_draft(
        actor=acme.operations, at=AT, edit=lambda rules: editing.changed(rules, "state", {**rules[3], "who": gone})
    )
    browser = client_of(acme.operations)
    assert browser.post(f"{ROUTING}rules/near/", rule_post()).status_code == 302
    assert draft_of(acme, RoutingPolicy).rules[2]["name"] == "North"
    answer = browser.post(f"{ROUTING}rules/state/", rule_post(**{
        "who-0-field": "partner.tier", "who-0-op": "is", "who-0-value": "platinum",
    }))  # fmt: skip
    assert answer.status_code == 400


def test_a_new_vendor_adds_to_the_usual_rules_and_loses_none(acme, client_of):
    browser = client_of(acme.operations)
    assert "A usual set comes with the first lead" in browser.get(ROUTING).content.decode()
    browser.post(f"{ROUTING}rules/")
    browser.post(f"{SCORING}rules/")
    usual = [rule["uid"] for rule in ROUTING_RULES]
    kept = [rule["uid"] for rule in draft_of(acme, RoutingPolicy).rules]
    assert [uid for uid in kept if uid in usual] == usual
    assert len(kept) == len(usual) + 1
    assert len(draft_of(acme, ScoreCard).rules) == len(SCORE_RULES) + 1


def test_two_who_publish_one_draft_get_one_published(acme, policies, client_of):
    browser = client_of(acme.operations)
    browser.post(f"{ROUTING}rules/near/", rule_post())
    assert browser.post(f"{ROUTING}publication/").status_code == 302
    assert browser.post(f"{ROUTING}publication/").status_code == 404
    with entering(acme.admin.context):
        assert RoutingPolicy.objects.filter(state="published").count() == 1


def test_edits_are_new_lists():
    rules = [{"uid": uid} for uid in "abc"]
    assert [rule["uid"] for rule in editing.moved(rules, "a", 1)] == ["b", "a", "c"]
    assert [rule["uid"] for rule in editing.moved(rules, "c", 1000)] == ["a", "b", "c"]
    assert [rule["uid"] for rule in editing.moved(rules, "c", -1000)] == ["c", "a", "b"]
    assert editing.differences(rules, rules) == 0
    assert editing.differences(editing.moved(rules, "a", 1), rules) == 1
    assert editing.differences([{"uid": "a", "x": 1}, {"uid": "d"}], rules) == 4
    with pytest.raises(editing.NoSuchRule):
        editing.removed(rules, "z")
    assert [rule["uid"] for rule in rules] == ["a", "b", "c"]
