"""Reminders, the chain of people after a lapse, and taking back what a partner does not work."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from fairway.core import jobs
from fairway.core.access import Forbidden, system_member
from fairway.core.events.models import Event
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.actions.covers import set_cover
from fairway.core.tenancy.actions.managers import set_manager
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Seat
from fairway.leads.actions.escalating import take_escalation
from fairway.leads.actions.follow_up_rules import remove_follow_up, save_follow_up
from fairway.leads.actions.following import follow_again
from fairway.leads.actions.offers import accept_offer, offer_lead_to
from fairway.leads.actions.work import log_touch, set_stage
from fairway.leads.models import Escalation, FollowUpRule, Lead, LeadRecall, Offer
from fairway.leads.rules.following import Step
from fairway.leads.tests.makers import captured
from fairway.workflow.actions.deadlines import fire_due
from fairway.workflow.models import Deadline, Notification

# Wednesday 10:00 in New York, where the cast's vendor and partners are.
AT = datetime(2026, 3, 4, 15, tzinfo=UTC)
CHAIN = (Step("cam", 0), Step("chief", 4), Step("operations", 8))


def rule(cast, *, steps=(), uid="", at=AT, **values):
    row = save_follow_up(rule_uid=uid, values=values, steps=steps, actor=cast.operations, at=at)
    return row


def offered_to(cast, partner=None, hours=8, at=AT):
    return offer_lead_to(
        lead=captured(cast), partner=partner or cast.beta, actor=cast.cam, at=at, reason="Near", limit_hours=hours
    )


def fire(cast, at):
    return fire_due(at, vendor_id=cast.acme.pk)


def hours(n, start=AT):
    """`n` hours of one working day later."""
    return start + timedelta(hours=n)


def told(cast, kind):
    with acting_for(cast.admin):
        return list(
            Notification.objects.filter(kind=kind).order_by("pk").values_list("seat__role", "title", "created_at")
        )


def state(cast, lead_id):
    with entering(cast.admin.context):
        return Lead.objects.values_list("state", "partner_id").get(pk=lead_id)


def events(cast, verb):
    with entering(cast.admin.context):
        return [event.data for event in Event.objects.filter(verb=verb).order_by("pk")]


def test_reminders_come_after_the_shares_that_the_rule_says_and_stop_with_the_answer(acme):
    rule(acme, remind_percents=[50, 25, 75])
    offer = offered_to(acme, hours=4)
    for quarter in (1, 2):
        assert fire(acme, hours(quarter) - timedelta(minutes=1)) == 0
        assert fire(acme, hours(quarter)) == 1
    assert len(events(acme, "reminded")) == 2
    accept_offer(offer=offer, actor=acme.beta_seller, at=hours(2.5))
    assert fire(acme, hours(40)) == 0
    assert len(events(acme, "reminded")) == 2


def test_without_reminders_the_offer_lapses_unreminded(acme):
    rule(acme, remind_percents=[])
    offered_to(acme, hours=4)
    assert fire(acme, hours(4)) == 1
    assert (events(acme, "reminded"), len(events(acme, "lapsed"))) == ([], 1)


def test_the_chain_goes_on_step_by_step_while_nobody_acts(acme):
    rule(acme, remind_percents=[], steps=CHAIN)
    offer = offered_to(acme, hours=2)
    fire(acme, hours(2))  # 12:00, lapsed; the account manager at once
    assert [role for role, *_more in told(acme, "lead.escalated")] == ["cam"]
    fire(acme, hours(5.9))
    assert len(told(acme, "lead.escalated")) == 1
    fire(acme, hours(6))  # four hours after the account manager: 16:00
    assert [role for role, *_more in told(acme, "lead.escalated")] == ["cam", "chief"]
    fire(acme, hours(24 + 6))  # the next day at 16:00: eight business hours later
    assert [role for role, *_more in told(acme, "lead.escalated")] == ["cam", "chief", "operations"]
    assert [data["to"] for data in events(acme, "escalated")] == ["cam", "chief", "operations"]
    with entering(acme.admin.context):
        chain = Escalation.objects.get(lead_id=offer.lead_id)
    assert (chain.told, chain.outcome) == (3, "exhausted")
    assert fire(acme, hours(400)) == 0


def test_who_looks_after_it_ends_the_chain(acme):
    rule(acme, remind_percents=[], steps=CHAIN)
    offer = offered_to(acme, hours=2)
    fire(acme, hours(2))
    with entering(acme.cam.context):
        lead = Lead.objects.get(pk=offer.lead_id)
    take_escalation(lead=lead, actor=acme.cam, at=hours(3))
    fire(acme, hours(400))
    assert [role for role, *_more in told(acme, "lead.escalated")] == ["cam"]
    with pytest.raises(Refused):
        take_escalation(lead=lead, actor=acme.chief, at=hours(4))
    with pytest.raises(Forbidden):
        take_escalation(lead=lead, actor=acme.marketer, at=hours(4))


def test_a_lead_that_is_offered_again_needs_nobody_told(acme):
    rule(acme, remind_percents=[], steps=CHAIN)
    offer = offered_to(acme, hours=2)
    fire(acme, hours(2))
    with entering(acme.cam.context):
        lead = Lead.objects.get(pk=offer.lead_id)
    offer_lead_to(lead=lead, partner=acme.gamma, actor=acme.cam, at=hours(3), reason="Next")
    with entering(acme.admin.context):
        assert Escalation.objects.values_list("outcome", flat=True).get(lead=lead) == "moved"
    fire(acme, hours(6))
    assert len(told(acme, "lead.escalated")) == 1


def test_a_deputy_is_told_beside_who_is_away(acme):
    with entering(acme.admin.context):
        cam, other = (Seat.objects.get(pk=each.seat_id) for each in (acme.cam, acme.other_cam))
    set_cover(seat=cam, deputy=other, first_on=AT.date(), last_on=AT.date(), actor=acme.admin, at=AT)
    rule(acme, remind_percents=[], steps=CHAIN[:1])
    offered_to(acme, hours=2)
    fire(acme, hours(2))
    with acting_for(acme.admin):
        seats = set(Notification.objects.filter(kind="lead.escalated").values_list("seat_id", flat=True))
    assert seats == {cam.pk, other.pk}


def test_the_manager_of_the_account_manager_is_told_and_managers_never_make_a_circle(acme):
    with entering(acme.admin.context):
        cam, chief, ops = (Seat.objects.get(pk=each.seat_id) for each in (acme.cam, acme.chief, acme.operations))
    set_manager(seat=cam, manager=ops, actor=acme.admin, at=AT)
    set_manager(seat=ops, manager=chief, actor=acme.admin, at=AT)
    with pytest.raises(Refused, match="in a circle"):
        set_manager(seat=chief, manager=cam, actor=acme.admin, at=AT)
    with pytest.raises(Refused):
        set_manager(seat=chief, manager=chief, actor=acme.admin, at=AT)
    with pytest.raises(Forbidden):
        set_manager(seat=cam, manager=None, actor=acme.cam, at=AT)
    with entering(acme.admin.context):
        assert Seat.objects.get(pk=chief.pk).manager_id is None
        assert Seat.objects.get(pk=cam.pk).manager_id == ops.pk
    rule(acme, remind_percents=[], steps=[Step("manager", 0)])
    offered_to(acme, hours=2)
    fire(acme, hours(2))
    assert [role for role, *_more in told(acme, "lead.escalated")] == ["operations"]


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ((Step("cam", 0), Step("chief", 4), Step("cam", 4)), "circle: Account manager → Channel chief"),
        ((Step("chief", 1), Step("chief", 4)), "circle"),
        ((Step("cam", 0), Step("chief", 0)), "more than 0 hours"),
        ((Step("nobody", 1),), "one of the list"),
        ((Step("seat", 1),), "named person"),
        ((Step("cam", -1),), "Hours lie"),
        (tuple(Step("cam", n) for n in range(9)), "at most 6"),
    ],
)
def test_a_chain_that_cannot_be_is_refused_with_words_and_nothing_is_kept(acme, steps, says):
    with pytest.raises(Refused, match=says):
        rule(acme, steps=steps)
    with entering(acme.admin.context):
        assert not FollowUpRule.objects.exists()


@pytest.mark.parametrize(
    "values",
    [{"remind_percents": [0]}, {"remind_percents": [10, 20, 30, 40, 50, 60]}, {"untouched_hours": 0},
     {"warn_percent": 100}, {"untouched_code": "nothing"}, {"seller_hours": 100_000}],
)  # fmt: skip
def test_values_that_cannot_be_are_refused(acme, values):
    with pytest.raises(Refused):
        rule(acme, **values)
    with pytest.raises(Refused):
        rule(acme, uid="no-such-rule")
    with pytest.raises(Forbidden):
        save_follow_up(rule_uid="", values={}, steps=(), actor=acme.cam, at=AT)
    with entering(acme.admin.context):
        assert not FollowUpRule.objects.exists()


def accepted_at(cast, at=AT):
    lead = accept_offer(offer=offered_to(cast, at=at - timedelta(hours=1)), actor=cast.beta_seller, at=at)
    return lead


def test_a_lead_without_a_first_contact_is_warned_of_and_then_taken_back_with_the_reason(acme):
    rule(acme, remind_percents=[], untouched_hours=4, warn_percent=50)
    lead = accepted_at(acme)
    fire(acme, hours(2))
    assert {role for role, *_more in told(acme, "lead.recall_warned")} == {"seller", "executive"}
    assert state(acme, lead.pk) == ("accepted", acme.beta.pk)
    fire(acme, hours(4))
    assert state(acme, lead.pk) == ("captured", None)
    with entering(acme.admin.context):
        kept = LeadRecall.objects.get(lead=lead)
    assert (kept.code, kept.text, kept.seat_id) == ("untouched", "No contact within 4 business hours.", None)


def test_a_contact_in_time_keeps_the_lead(acme):
    rule(acme, remind_percents=[], untouched_hours=4)
    lead = accepted_at(acme)
    log_touch(subject=lead, actor=acme.beta_seller, at=hours(1), kind="call", outcome="not_reached")
    fire(acme, hours(400))
    assert state(acme, lead.pk) == ("accepted", acme.beta.pk)


def test_a_lead_that_stands_still_is_taken_back_and_progress_begins_the_time_anew(acme):
    rule(acme, remind_percents=[], unmoved_hours=4)
    lead = accepted_at(acme)
    lead = set_stage(lead=lead, actor=acme.beta_seller, at=hours(3), stage="meeting")
    fire(acme, hours(4))
    assert state(acme, lead.pk) == ("accepted", acme.beta.pk)
    fire(acme, hours(24))  # 10:00 the next day: four business hours after 13:00 and four of the day before
    assert state(acme, lead.pk) == ("captured", None)


def test_a_new_rule_holds_for_leads_that_partners_have_from_now_on_and_goes_with_it(acme):
    lead = accepted_at(acme)
    row = rule(acme, remind_percents=[], untouched_hours=4, at=hours(1))
    actor = system_member(acme.acme.pk, "Time limits", kind="rule")
    assert follow_again(actor=actor, at=hours(1)) == 1
    fire(acme, hours(4))
    assert state(acme, lead.pk)[0] == "accepted"
    remove_follow_up(row=row, actor=acme.operations, at=hours(4.5))
    follow_again(actor=actor, at=hours(4.5))
    fire(acme, hours(400))
    assert state(acme, lead.pk)[0] == "accepted"
    with entering(acme.admin.context):
        assert not Deadline.objects.filter(subject_type="lead", settled_at=None).exists()


def test_a_lead_taken_back_by_the_rule_never_goes_back_to_who_had_it(acme):
    rule(acme, remind_percents=[], untouched_hours=4)
    lead = accepted_at(acme)
    fire(acme, hours(4))
    jobs.run_pending()
    with entering(acme.admin.context):
        open_now = list(Offer.objects.filter(lead=lead, state="open").values_list("partner_id", flat=True))
    assert open_now in ([], [acme.gamma.pk])
    assert state(acme, lead.pk)[0] in {"offered", "waiting"}


def ten_workers_look(cast, moment):
    barrier = Barrier(10)

    def look():
        try:
            barrier.wait()
            fire_due(moment, vendor_id=cast.acme.pk)
        finally:
            connection.close()

    threads = [Thread(target=look) for _each in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.race
def test_each_step_and_each_taking_back_happens_once_although_ten_workers_look(committed):
    rule(committed, remind_percents=[], steps=CHAIN[:1], untouched_hours=4)
    lapsed, kept = offered_to(committed, hours=2), accepted_at(committed)
    for moment in (hours(2), hours(3.5), hours(4)):
        ten_workers_look(committed, moment)
    fire(committed, hours(400))
    with entering(committed.admin.context):
        counts = Counter(Event.objects.filter(subject_type__in=["lead", "offer"]).values_list("verb", flat=True))
        assert Escalation.objects.get(lead_id=lapsed.lead_id).told == 1
        assert LeadRecall.objects.filter(lead=kept).count() == 1
    assert (counts["escalated"], counts["lapsed"], counts["recalled"], counts["recall_warned"]) == (1, 1, 1, 1)


# Before the lapse


EARLY = (Step("cam", 0, percent=50), Step("chief", 0, percent=75), Step("operations", 2))


def test_people_are_told_before_the_lapse_while_the_offer_is_open_and_the_chain_goes_on_after_it(acme):
    rule(acme, steps=EARLY, remind_percents=[])
    offer = offered_to(acme, hours=4)
    assert fire(acme, hours(2) - timedelta(minutes=1)) == 0
    assert fire(acme, hours(2)) == 1
    assert [role for role, _title, _at in told(acme, "lead.escalated")] == ["cam"]
    assert fire(acme, hours(2)) == 0
    assert fire(acme, hours(3)) == 1
    assert [role for role, _title, _at in told(acme, "lead.escalated")] == ["cam", "chief"]
    assert fire(acme, hours(4)) == 1
    with entering(acme.admin.context):
        chain = Escalation.objects.get(offer=offer)
        assert (chain.told, chain.ended_at) == (2, None)
    assert fire(acme, hours(6)) == 1
    assert [role for role, _title, _at in told(acme, "lead.escalated")] == ["cam", "chief", "operations"]


def test_who_answers_in_time_ends_what_was_to_come(acme):
    rule(acme, steps=EARLY, remind_percents=[])
    offer = offered_to(acme, hours=4)
    fire(acme, hours(2))
    accept_offer(offer=offer, actor=acme.beta_seller, at=hours(2.5))
    assert fire(acme, hours(30)) == 0
    with entering(acme.admin.context):
        assert Escalation.objects.get().outcome == "moved"
    assert len(told(acme, "lead.escalated")) == 1


def test_who_looks_after_it_before_the_lapse_is_not_passed_over_by_it(acme):
    rule(acme, steps=EARLY, remind_percents=[])
    offer = offered_to(acme, hours=4)
    fire(acme, hours(2))
    with entering(acme.chief.context):
        lead = Lead.objects.get(pk=offer.lead_id)
    take_escalation(lead=lead, actor=acme.chief, at=hours(2.5))
    fire(acme, hours(30))
    assert state(acme, offer.lead_id)[0] in {"captured", "waiting"}
    assert len(told(acme, "lead.escalated")) == 1


@pytest.mark.parametrize(
    "steps",
    [
        (Step("cam", 0, percent=100),),
        (Step("cam", 0, percent=60), Step("chief", 0, percent=60)),
        (Step("cam", 1), Step("chief", 0, percent=60)),
        (Step("cam", 0, percent=50), Step("cam", 4)),
    ],
)
def test_steps_before_the_lapse_come_first_in_their_order_and_in_no_circle(acme, steps):
    with pytest.raises(Refused):
        rule(acme, steps=steps)
    with entering(acme.admin.context):
        assert not FollowUpRule.objects.exists()
