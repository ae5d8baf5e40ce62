"""Several score cards, versions with a day, categories with age, the what-if and the test bench."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from fairway.core import clock
from fairway.core.access import system_member
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.leads.actions import score_cards as cards
from fairway.leads.actions.policies import ensure_policies
from fairway.leads.actions.scoring import rescore_aged, score_leads
from fairway.leads.models import Lead, LeadScore, ScoreCard
from fairway.leads.rules.defaults import SCORE_RULES
from fairway.leads.rules.scoring import PolicyError
from fairway.leads.tests.test_routing import captured

AT = datetime(2026, 3, 4, 15, tzinfo=UTC)
SCORING = "/acme/console/scoring/"
US = {"all": [{"field": "lead.country", "op": "is", "value": "US"}]}
PHONE = {"field": "lead.has_phone", "op": "is", "value": True}
ALWAYS = {"field": "lead.country", "op": "is_not_empty"}


@pytest.fixture
def rules(acme):
    actor = system_member(acme.acme.pk, "Setup")
    ensure_policies(actor=actor, at=AT)
    return actor


def draft(acme, **changes):
    given = {"rules": [{"name": "Any", "points": 80, "when": ALWAYS, "uid": "any"}], "bands": BANDS}
    return cards.save_score_draft(actor=acme.operations, at=AT, **{**given, **changes})


BANDS = [{"name": "Hot", "at_least": 60}, {"name": "Cool", "at_least": -1000}]


def scores(acme):
    with entering(acme.admin.context):
        return {score.lead_id: score for score in LeadScore.objects.select_related("card")}


def test_the_first_card_that_fits_scores_a_lead_and_the_default_card_the_rest(acme, rules):
    ids = captured(acme, 2)
    with acting_for(acme.admin):
        Lead.objects.filter(pk=ids[0]).update(country="US")
        Lead.objects.filter(pk=ids[1]).update(country="DE")
    own = cards.add_card(actor=acme.operations, at=AT, name="America", applies_to=US)
    only = [{"name": "America", "points": 7, "when": ALWAYS, "uid": "a"}]
    cards.edit_score_draft(actor=acme.operations, at=AT, edit=lambda _rules: only, family=own.family)
    with entering(acme.admin.context):
        own = ScoreCard.objects.get(state="draft")
    cards.publish_score_card(card=own, actor=acme.operations, at=AT)
    score_leads(lead_ids=ids, actor=rules, at=AT)
    found = scores(acme)
    assert (found[ids[0]].points, found[ids[0]].card_id) == (7, own.pk)
    assert found[ids[1]].card.family == "default"
    cards.retire_card(family=own.family, actor=acme.operations, at=AT)
    score_leads(lead_ids=ids, actor=rules, at=AT)
    assert {score.card.family for score in scores(acme).values()} == {"default"}


def test_a_version_with_a_day_waits_and_then_scores_and_past_scores_keep_theirs(acme, rules):
    first, second = captured(acme, 2)
    score_leads(lead_ids=[first], actor=rules, at=AT)
    before = scores(acme)[first]
    later = AT + timedelta(days=3)
    card = cards.publish_score_card(card=draft(acme), actor=acme.operations, at=AT, effective_at=later)
    assert (card.state, card.effective_at) == ("scheduled", later)
    assert cards.make_due_cards_live(actor=rules, at=later - timedelta(seconds=1)) == 0
    with pytest.raises(Refused, match="Call it off first"):
        cards.publish_score_card(card=draft(acme), actor=acme.operations, at=AT, effective_at=later)
    assert cards.make_due_cards_live(actor=rules, at=later) == 1
    assert cards.make_due_cards_live(actor=rules, at=later) == 0
    score_leads(lead_ids=[second], actor=rules, at=later)
    found = scores(acme)
    assert (found[second].points, found[second].card_id) == (80, card.pk)
    assert (found[first].points, found[first].card_id) == (before.points, before.card_id)
    with entering(acme.admin.context):
        states = dict(ScoreCard.objects.values_list("number", "state"))
    assert states == {1: "retired", 2: "published", 3: "draft"}


def test_the_job_brings_a_version_into_force_on_its_day(acme, rules, monkeypatch):
    later = clock.now() + timedelta(days=2)
    cards.publish_score_card(card=draft(acme), actor=acme.operations, at=clock.now(), effective_at=later)
    monkeypatch.setattr(clock, "now", lambda: later + timedelta(minutes=1))
    with entering(acme.admin.context):
        assert ScoreCard.objects.get(state="scheduled").number == 2
    from fairway.leads.jobs import cards_due

    cards_due(vendor_id=acme.acme.pk)
    with entering(acme.admin.context):
        assert ScoreCard.objects.get(state="published").number == 2


def test_points_that_age_are_counted_again_when_the_band_changes_and_not_before(acme, rules):
    ids = captured(acme, 2)
    fades = [{"name": "Any", "points": 80, "when": ALWAYS, "uid": "any", "category": "Urgency"}]
    urgency = [{"name": "Urgency", "cap": None, "half_life_days": 30}]
    card = draft(acme, rules=fades, categories=urgency)
    cards.publish_score_card(card=card, actor=acme.operations, at=AT)
    with acting_for(acme.admin):
        Lead.objects.filter(pk__in=ids).update(captured_at=AT, country="US")
        Lead.objects.filter(pk=ids[1]).update(state="closed")
    score_leads(lead_ids=ids, actor=rules, at=AT)
    until = scores(acme)[ids[0]].band_until
    assert until == AT + timedelta(days=13)  # 80 × 0.5^(13/30) is 59
    assert rescore_aged(actor=rules, at=until - timedelta(seconds=1)) == 0
    assert rescore_aged(actor=rules, at=until) == 1
    found = scores(acme)
    assert (found[ids[0]].points, found[ids[0]].band, found[ids[0]].band_until) == (59, "Cool", None)
    assert found[ids[0]].categories == {"Urgency": 59}
    assert (found[ids[1]].points, found[ids[1]].band_until) == (80, None)  # what it was when it closed stays
    assert rescore_aged(actor=rules, at=until + timedelta(days=400)) == 0


def test_who_may_not_edit_changes_nothing(acme, rules):
    for call in (
        lambda: cards.add_card(actor=acme.cam, at=AT, name="X", applies_to=US),
        lambda: cards.retire_card(family="x", actor=acme.cam, at=AT),
        lambda: cards.edit_categories(actor=acme.cam, at=AT, categories=[], most=None),
        lambda: cards.edit_scope(actor=acme.beta_executive, at=AT, family="x", name="", place=1, applies_to={}),
    ):
        with pytest.raises(PermissionDenied):
            call()
    with entering(acme.admin.context):
        assert ScoreCard.objects.count() == 1


def test_a_card_for_all_leads_or_by_what_is_not_known_at_capture_is_refused(acme, rules):
    with pytest.raises(Refused, match="Say which leads"):
        cards.add_card(actor=acme.operations, at=AT, name="All", applies_to={"all": []})
    with pytest.raises(PolicyError, match=r"Which leads: .*not known yet"):
        cards.add_card(
            actor=acme.operations, at=AT, name="Later",
            applies_to={"field": "lead.has_partner", "op": "is", "value": True},
        )  # fmt: skip
    with entering(acme.admin.context):
        assert ScoreCard.objects.count() == 1


def test_a_further_card_is_made_and_its_parts_are_edited_on_its_page(acme, rules, client_of):
    browser = client_of(acme.operations)
    new = f"{SCORING}cards/"
    sent = {"name": "America", "applies_to-match": "all", "applies_to-0-field": "lead.country",
            "applies_to-0-op": "in", "applies_to-0-value": ["US", "CA"]}  # fmt: skip
    assert browser.post(new, {**sent, "applies_to-0-value": ["Nowhere"]}).status_code == 400
    answer = browser.post(new, sent)
    assert answer.status_code == 302
    query = answer["Location"].rpartition("?")[2]
    page = browser.get(f"{SCORING}?{query}")
    assert page.status_code == 200
    assert [tab.label for tab in page.context["tabs"]] == ["America", "All other leads"]
    kinds = {"kind-TOTAL_FORMS": "2", "kind-INITIAL_FORMS": "0", "kind-0-name": "Fit", "kind-0-cap": "40",
             "kind-1-name": "Urgency", "kind-1-half_life_days": "30", "most": "100"}  # fmt: skip
    assert browser.post(f"{SCORING}categories/?{query}", {**kinds, "most": "0"}).status_code == 400
    assert browser.post(f"{SCORING}categories/?{query}", {**kinds, "kind-1-name": "fit"}).status_code == 400
    assert browser.post(f"{SCORING}categories/?{query}", kinds).status_code == 302
    rule = {"name": "Soon", "points": "9", "category": "Urgency", "when-match": "all",
            "when-0-field": "lead.city_known", "when-0-op": "is", "when-0-value": "true"}  # fmt: skip
    assert browser.post(f"{SCORING}rules/rule-1/?{query}", {**rule, "category": "Other"}).status_code == 400
    assert browser.post(f"{SCORING}rules/rule-1/?{query}", rule).status_code == 302
    scope = {**sent, "place": "3", "applies_to-0-value": ["US"]}
    assert browser.post(f"{SCORING}scope/?{query}", scope).status_code == 302
    with entering(acme.admin.context):
        made = ScoreCard.objects.get(state="draft")
        assert ScoreCard.objects.get(state="published").family == "default"
    assert made.categories == [
        {"name": "Fit", "cap": 40, "half_life_days": None}, {"name": "Urgency", "cap": None, "half_life_days": 30},
    ]  # fmt: skip
    assert (made.most, made.place, made.name) == (100, 3, "America")
    assert made.applies_to == {"all": [{"field": "lead.country", "op": "in", "value": ["US"]}]}
    assert (made.rules[0]["category"], made.rules[0]["points"]) == ("Urgency", 9)
    assert browser.get(f"{SCORING}?card=nosuch").status_code == 404
    assert browser.post(f"{SCORING}publication/?{query}", {"effective_on": "2099-01-01"}).status_code == 302
    assert "comes into force" in browser.get(f"{SCORING}?{query}").content.decode()
    assert browser.post(f"{SCORING}discard/?{query}", {"what": "scheduled"}).status_code == 302
    with entering(acme.admin.context):
        assert ScoreCard.objects.count() == 1


def test_the_what_if_says_how_bands_move_and_which_leads_change_most(acme, rules, client_of):
    ids = captured(acme, 3)
    with acting_for(acme.admin):
        Lead.objects.filter(pk=ids[0]).update(country="")
    draft(acme)
    page = client_of(acme.operations).get(f"{SCORING}?run=1000")
    run = page.context["run"]
    assert page.context["versions"].changes == len(SCORE_RULES) + 1 + 1  # all rules gone, one new, other bands
    assert (run.leads, run.elsewhere, run.changed) == (3, 2, 2)
    assert {name: (before, after) for name, before, after in run.bands}["Hot"] == (0, 2)
    assert [moved[2] for moved in run.moves] == [2]
    assert [abs(one.by) for one in run.most] == sorted((abs(one.by) for one in run.most), reverse=True)
    assert client_of(acme.operations).get(f"{SCORING}?run=99999999").context["run"].leads == 3


def test_the_test_bench_shows_each_rule_the_caps_and_the_age(acme, rules, client_of):
    fades = [{"name": "Soon", "points": 80, "when": ALWAYS, "uid": "any", "category": "Urgency"},
             {"name": "Called", "points": 5, "uid": "b", "when": PHONE}]  # fmt: skip
    draft(acme, rules=fades, categories=[{"name": "Urgency", "cap": 50, "half_life_days": 30}])
    browser = client_of(acme.operations)
    assert browser.get(f"{SCORING}bench/").status_code == 200
    asked = {"text": "Country: DE\nhas_phone: no", "which": "draft", "age_days": "30", "lead": ""}
    found = browser.post(f"{SCORING}bench/", asked).context["found"]
    assert [(rule.name, rule.holds) for rule in found.rules] == [("Soon", True), ("Called", False)]
    assert (found.gave, found.score.points) == (80, 25)
    assert [(one["name"], one["points"]) for one in found.taken] == [("Cap of Urgency", -30), ("Age: Urgency", -25)]
    live = browser.post(f"{SCORING}bench/", {**asked, "text": '{"lead": {"country": "DE"}}', "which": "live"})
    assert live.context["found"].card.number == 1
    for text, words in (("Colour: red", "no field of a lead"), ("nonsense", "no colon"), ("{", "not JSON")):
        answer = browser.post(f"{SCORING}bench/", {**asked, "text": text})
        assert answer.status_code == 400
        assert words in answer.content.decode()
    (lead_id,) = captured(acme, 1)
    with entering(acme.admin.context):
        uid = str(Lead.objects.get(pk=lead_id).uid)
        assert LeadScore.objects.count() == 0
    assert browser.get(f"{SCORING}bench/?lead={uid}").context["found"].score.points >= 0
    assert browser.get(f"{SCORING}bench/?lead=nosuch").status_code == 400
