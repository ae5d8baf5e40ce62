"""What partners say of leads, by lists that the vendor edits; contacts by configured kinds and results."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils.translation import override

from fairway.core import clock
from fairway.core.access import Forbidden
from fairway.core.events.models import Event
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.leads.actions.answers import save_answers
from fairway.leads.actions.many import touch_leads
from fairway.leads.actions.offers import decline_offer
from fairway.leads.actions.ratings import rate_lead
from fairway.leads.actions.sources import CostRow, count_sources, import_costs, save_cost
from fairway.leads.actions.work import log_touch, recall_lead
from fairway.leads.conditions import lead_values
from fairway.leads.imports import parse_cost
from fairway.leads.models import Lead, LeadRating, SourceCost, SourceRecord
from fairway.leads.queries.answers import AnswerLists
from fairway.leads.queries.subjects import lead_rows
from fairway.leads.rules.answers import DELIVERED, KIND, OUTCOME, QUALITY, Entry, entries_of
from fairway.leads.rules.tracking import GoodShare
from fairway.leads.tests.makers import accepted, captured, offered
from fairway.workflow.models import Notification


def lists_of(member):
    with entering(member.context):
        lists = AnswerLists()
        assert lists.quality
        return lists


def edited(cast, name, change, version=0):
    entries = [changed for entry in lists_of(cast.admin)[name].entries for changed in change(entry)]
    return save_answers(name=name, entries=entries, version=version, actor=cast.operations, at=clock.now())


def touched(cast, lead, **values):
    given = {"kind": "call", "outcome": "reached", **values}
    return log_touch(subject=lead, actor=cast.beta_seller, at=clock.now(), **given)


def seen(member, lead):
    with entering(member.context):
        return Lead.objects.get(pk=lead.pk)


def test_the_delivered_lists_are_in_force_until_they_are_edited(acme):
    lists = lists_of(acme.beta_seller)
    assert [entry.code for entry in lists.kinds.open()] == ["call", "email", "meeting", "demo", "other"]
    with override("de"):
        assert lists.say(QUALITY, "no_budget") == "Kein Budget"


def test_an_entry_is_reworded_retired_and_added_and_history_keeps_its_words(acme):
    def change(entry):
        if entry.code == "no_budget":
            return [replace(entry, is_retired=True)]
        if entry.code == "other":
            return [Entry("wrong_size", None, {"en": "Wrong size", "de": "Falsche Größe"}, -1, frozenset({"decline"})),
                    replace(entry, words={"en": "None of these"})]  # fmt: skip
        return [entry]

    row = edited(acme, QUALITY, change)
    assert row.version == 1
    lists = lists_of(acme.beta_seller)
    open_codes = [code for code, _words in lists.choices(QUALITY, "decline")]
    assert "no_budget" not in open_codes
    assert open_codes[-2:] == ["wrong_size", "other"]
    assert lists.say(QUALITY, "no_budget") == "No budget"
    with override("de"):
        assert lists.said(QUALITY, ["wrong_size", "other", "gone"]) == ["Falsche Größe", "None of these", "gone"]
    with entering(acme.admin.context):
        changed = Event.objects.get(subject_type="answerlist", verb="changed")
    assert sorted(changed.data["changed"]) == ["no_budget", "other", "wrong_size"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda entries: entries[1:], "retired, not deleted"),
        (lambda entries: [*entries, entries[0]], "twice"),
        (lambda entries: [*entries, Entry("Not A Code")], "small letters"),
        (lambda entries: [*entries, Entry("bare")], "at least one language"),
        (lambda entries: [*entries, Entry("long", None, {"en": "x" * 101})], "1 to 100"),
        (lambda entries: [replace(entry, is_retired=True) for entry in entries], "left to choose"),
    ],
)
def test_a_list_that_cannot_be_is_refused_and_nothing_changes(acme, change, words):
    with pytest.raises(Refused, match=words):
        save_answers(
            name=QUALITY, entries=change(list(DELIVERED[QUALITY])), version=0, actor=acme.operations, at=clock.now()
        )
    assert lists_of(acme.admin).quality.entries == DELIVERED[QUALITY]


def test_of_two_editors_the_second_is_told(acme):
    edited(acme, KIND, lambda entry: [entry])
    with pytest.raises(Refused, match="meanwhile"):
        edited(acme, KIND, lambda entry: [replace(entry, words={"en": "Phone"})])
    with pytest.raises(Forbidden):
        save_answers(name=KIND, entries=DELIVERED[KIND], version=1, actor=acme.cam, at=clock.now())


def test_declining_keeps_a_rating_with_the_grade_of_that_moment(acme):
    offer = offered(acme)
    decline_offer(
        offer=offer, actor=acme.beta_seller, at=clock.now(), quality=["no_budget", "too_early"], note=" Later "
    )
    edited(acme, QUALITY, lambda entry: [replace(entry, grade=0)])
    with entering(acme.beta_executive.context):
        rating = LeadRating.objects.get()
    assert (rating.phase, rating.codes, rating.grade, rating.note) == (
        "decline",
        ["no_budget", "too_early"],
        -1,
        "Later",
    )
    with entering(acme.gamma_seller.context):
        assert LeadRating.objects.count() == 0


def test_what_is_asked_after_contact_only_is_no_reason_to_decline(acme):
    offer = offered(acme)
    for quality, words in (([], "at least one"), (["good_fit"], "not on the list"), (["tired"], "not on the list")):
        with pytest.raises(Refused, match=words):
            decline_offer(offer=offer, actor=acme.beta_seller, at=clock.now(), quality=quality, note="free text")
    with entering(acme.admin.context):
        assert (LeadRating.objects.count(), Lead.objects.get(pk=offer.lead_id).state) == (0, "offered")


def test_a_lead_is_rated_after_the_first_contact_and_the_latest_answer_holds(acme):
    lead = seen(acme.beta_seller, accepted(acme))
    with pytest.raises(Refused, match="Speak with the customer first"):
        rate_lead(lead=lead, actor=acme.beta_seller, at=clock.now(), quality=["good_fit"])
    touched(acme, lead)
    rate_lead(lead=lead, actor=acme.beta_seller, at=clock.now(), quality=["wrong_person"])
    rate_lead(lead=lead, actor=acme.beta_executive, at=clock.now(), quality=["good_fit", "reached"], note="Nice")
    with entering(acme.admin.context):
        rating = LeadRating.objects.get()
        assert (rating.codes, rating.grade, rating.note) == (["good_fit", "reached"], 1, "Nice")
        assert Event.objects.filter(subject_type="lead", verb="rated").count() == 2
    assert seen(acme.admin, lead).rated_at is not None
    for actor in (acme.beta_marketer, acme.cam):
        with pytest.raises(Forbidden):
            rate_lead(lead=lead, actor=actor, at=clock.now(), quality=["good_fit"])


def test_who_lost_the_lead_meanwhile_rates_it_no_more(acme):
    lead = seen(acme.beta_seller, accepted(acme))
    touched(acme, lead)
    recall_lead(lead=seen(acme.cam, lead), actor=acme.cam, at=clock.now(), reason="Not worked", then_route=False)
    with pytest.raises(Refused, match="taken back"):
        rate_lead(lead=lead, actor=acme.beta_seller, at=clock.now(), quality=["good_fit"])
    with entering(acme.admin.context):
        assert LeadRating.objects.count() == 0


def test_the_marketers_hear_of_bad_leads_and_of_no_others(acme):
    good = seen(acme.beta_seller, accepted(acme))
    touched(acme, good)
    rate_lead(lead=good, actor=acme.beta_seller, at=clock.now(), quality=["good_fit"])
    offer = offered(acme, company="Other Works")
    decline_offer(offer=offer, actor=acme.beta_seller, at=clock.now(), quality=["no_budget"])
    with entering(acme.marketer.context):
        told = list(Notification.objects.filter(kind="lead.bad").values_list("seat_id", "values"))
    assert [(seat_id, values["partner"]) for seat_id, values in told] == [(acme.marketer.seat_id, "Beta Systems")]


def test_contacts_are_of_configured_kinds_and_results(acme):
    def change(entry):
        fair = Entry("fair", None, {"en": "Trade fair"})
        return [replace(entry, is_retired=entry.code == "demo"), *([fair] if entry.code == "call" else [])]

    edited(acme, KIND, change)
    edited(acme, OUTCOME, lambda entry: [replace(entry, uses=frozenset())])
    lead = seen(acme.beta_seller, accepted(acme))
    touched(acme, lead, kind="fair")
    assert (lead.touches, lead.stage) == (1, "new")
    with pytest.raises(Refused, match="not one of the choices"):
        touched(acme, lead, kind="demo")
    assert seen(acme.admin, lead).touches == 1


def test_one_contact_is_logged_for_many_leads_line_by_line(acme):
    lead, free = accepted(acme), captured(acme, company="Free Works")
    rows = [seen(acme.admin, lead), seen(acme.admin, free)]
    lines = touch_leads(rows=rows, kind="email", outcome="not_reached", actor=acme.operations, at=clock.now())
    assert [line.is_done for line in lines] == [True, False]
    assert (seen(acme.admin, lead).touches, seen(acme.admin, free).touches) == (1, 0)


def test_answers_of_a_source_become_a_share_that_conditions_read(acme):
    lead = seen(acme.beta_seller, accepted(acme))
    touched(acme, lead)
    rate_lead(lead=lead, actor=acme.beta_seller, at=clock.now(), quality=["good_fit"])
    decline_offer(offer=offered(acme, company="B"), actor=acme.beta_seller, at=clock.now(), quality=["no_budget"])
    assert count_sources(actor=acme.operations, at=clock.now()) == 1
    with entering(acme.admin.context):
        row = SourceRecord.objects.get()
        assert (row.source, row.rated, row.good, row.bad, row.good_share) == ("web form", 2, 1, 1, 50.0)
        assert lead_values(lead_rows([lead.pk])[0], "USD")["source.good_share"] == 50.0


def test_a_share_of_few_leads_is_drawn_towards_the_channels():
    assert GoodShare(1, 1, of_all=0.5).percent == pytest.approx(100 * 11 / 21)
    assert GoodShare(900, 1000, of_all=0.5).percent == pytest.approx(100 * 910 / 1020)
    assert GoodShare(0, 0, of_all=0.3).percent == pytest.approx(30)


def test_costs_are_kept_by_month_and_never_twice(acme):
    def keep_as(actor, **values):
        given = {"source": "web form", "campaign": "", "month_on": date(2026, 3, 17), "amount_minor": 120_000, **values}
        return save_cost(cost=None, actor=actor, at=clock.now(), **given)

    def keep(**values):
        return keep_as(acme.marketer, **values)

    assert keep().month_on == date(2026, 3, 1)
    keep(campaign="Spring")
    for values, words in (({}, "already"), ({"source": " "}, "Name the source"), ({"amount_minor": -1}, "below zero")):
        with pytest.raises(Refused, match=words):
            keep(**values)
    with pytest.raises(Forbidden):
        save_cost(
            cost=None,
            source="x",
            campaign="",
            month_on=date(2026, 3, 1),
            amount_minor=1,
            actor=acme.cam,
            at=clock.now(),
        )
    with entering(acme.admin.context):
        assert SourceCost.objects.count() == 2


def test_costs_come_from_a_file_and_again_change_nothing(acme):
    rows = [parse_cost({"source": "fair", "month": "2026-03", "amount": "1200.50"}, 2),
            parse_cost({"source": "fair", "month": "2026-04-11", "amount": "10", "currency": "EUR"}, 3)]  # fmt: skip
    good = [row for row, _issues in rows if row]
    outcome = import_costs(good, actor=acme.marketer, at=clock.now())
    assert (outcome.created, [issue.line for issue in outcome.refused]) == (1, [3])
    again = import_costs([replace(good[0], line=9)], actor=acme.marketer, at=clock.now() + timedelta(hours=1))
    assert (again.unchanged, again.results) == (1, {9: "unchanged"})
    with acting_for(acme.admin):
        assert SourceCost.objects.get().amount_minor == 120_050
    assert parse_cost({"source": "fair", "month": "soon", "amount": "-3"}, 4)[0] is None
    assert isinstance(good[0], CostRow)


def test_a_kept_list_is_read_back_as_it_was():
    kept = [entry.kept for entry in DELIVERED[QUALITY]]
    assert entries_of(QUALITY, kept).entries == DELIVERED[QUALITY]
