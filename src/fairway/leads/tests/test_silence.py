"""Silent leads: told twice, then taken back; any contact begins anew."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairway.core.events.models import Event
from fairway.core.jobs import run_pending
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.leads.actions.capture import LeadValues, PersonValues, capture_lead
from fairway.leads.actions.follow_up_rules import remove_follow_up, save_follow_up
from fairway.leads.actions.offers import accept_offer, offer_lead_to
from fairway.leads.actions.silence import watch_all
from fairway.leads.actions.tracking import save_tracking_rules
from fairway.leads.actions.work import close_lead, log_touch, recall_lead
from fairway.leads.models import FollowUpRule, Lead, Touch
from fairway.leads.queries.tracking import tracking_rules
from fairway.leads.rules.tracking import Days, TrackingPolicy
from fairway.workflow.actions.deadlines import fire_due
from fairway.workflow.models import Deadline, Notification

MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)  # ten in the morning in New York
ON = TrackingPolicy(silence_is_on=True, nudge_days=2, executive_days=4, recall_days=5)


def rules(cast, policy=ON, at=MONDAY):
    with entering(cast.admin.context):
        row = tracking_rules()
    saved = save_tracking_rules(policy=policy, version=row.version if row else 0, actor=cast.operations, at=at)
    watch_all(actor=cast.operations, at=at)
    return saved


def worked(cast, at=MONDAY):
    lead = capture_lead(
        actor=cast.operations, at=at, source="form", values=LeadValues(need="Wi-Fi", country="US"),
        person=PersonValues(last_name="Thiele"), process=False,
    )  # fmt: skip
    offer = offer_lead_to(lead=lead, partner=cast.beta, actor=cast.cam, at=at)
    return accept_offer(offer=offer, actor=cast.beta_seller, at=at)


def seen(cast, lead):
    with entering(cast.admin.context):
        return Lead.objects.get(pk=lead.pk)


def fired(cast, at):
    return fire_due(at, vendor_id=cast.acme.pk)


def told(cast, kind="lead.silent"):
    with entering(cast.admin.context.acting(cast.acme.pk)):
        return list(Notification.objects.filter(kind=kind).order_by("pk").values_list("seat_id", flat=True))


def recalls(cast):
    with entering(cast.admin.context):
        return list(Event.objects.filter(subject_type="lead", verb="recalled").values_list("data", flat=True))


def day(number):
    """So many business days after Monday, ten minutes later than the limit."""
    return MONDAY + timedelta(days=number + (2 if number >= 5 else 0), minutes=10)


def test_a_silent_lead_is_told_of_twice_and_then_taken_back_with_the_reason(acme):
    rules(acme)
    lead = worked(acme)
    assert fired(acme, day(1)) == 0
    fired(acme, day(2))
    lead = seen(acme, lead)
    assert (lead.silence_step, lead.silent_since, lead.state) == (1, MONDAY, "accepted")
    assert told(acme) == [acme.beta_seller.seat_id]
    fired(acme, day(4))
    assert set(told(acme)[1:]) == {acme.beta_seller.seat_id, acme.beta_executive.seat_id}
    assert fired(acme, day(4) + timedelta(hours=1)) == 0
    fired(acme, day(5) + timedelta(hours=1))
    lead = seen(acme, lead)
    assert (lead.state, lead.partner_id, lead.silent_since, lead.silence_step) == ("captured", None, None, 0)
    assert [data["code"] for data in recalls(acme)] == ["silent"]


def test_a_contact_begins_the_count_anew(acme):
    rules(acme)
    lead = worked(acme)
    fired(acme, day(2))
    log_touch(subject=seen(acme, lead), actor=acme.beta_seller, at=day(2), kind="call", outcome="not_reached")
    lead = seen(acme, lead)
    assert (lead.silence_step, lead.silent_since) == (0, None)
    assert fired(acme, day(3)) == 0
    fired(acme, day(4) + timedelta(hours=1))
    assert (seen(acme, lead).silence_step, seen(acme, lead).state) == (1, "accepted")


def test_one_clock_takes_a_lead_back(acme):
    rules(acme)
    save_follow_up(rule_uid="", values={"untouched_hours": 80}, steps=(), actor=acme.operations, at=MONDAY)
    lead = worked(acme)
    assert seen(acme, lead).silence_due_at is None
    fired(acme, day(5) + timedelta(hours=1))
    assert (told(acme), seen(acme, lead).state) == ([], "accepted")
    # Its only clock ends with the first contact; from then on silence counts.
    log_touch(subject=seen(acme, lead), actor=acme.beta_seller, at=day(5), kind="call", outcome="not_reached")
    assert seen(acme, lead).silence_due_at is not None
    save_follow_up(rule_uid="", values={"unmoved_hours": 80}, steps=(), actor=acme.operations, at=day(5))
    run_pending()
    assert seen(acme, lead).silence_due_at is None
    with entering(acme.admin.context):
        row = FollowUpRule.objects.get()
    remove_follow_up(row=row, actor=acme.operations, at=day(5))
    run_pending()
    assert seen(acme, lead).silence_due_at is not None


def test_who_was_told_for_the_last_time_begins_anew_with_a_contact_too(acme):
    rules(acme, replace(ON, recall_days=0))
    lead = worked(acme)
    for number in (2, 4):
        fired(acme, day(number) + timedelta(hours=1))
    lead = seen(acme, lead)
    assert (lead.silence_step, lead.silence_due_at, lead.silent_since) == (2, None, MONDAY)
    log_touch(subject=lead, actor=acme.beta_seller, at=day(5), kind="call", outcome="not_reached")
    lead = seen(acme, lead)
    assert (lead.silence_step, lead.silent_since, lead.silence_due_at is not None) == (0, None, True)


def test_the_next_partner_begins_without_the_contacts_of_the_one_before(acme):
    lead = worked(acme)
    log_touch(subject=lead, actor=acme.beta_seller, at=MONDAY, kind="call", outcome="reached")
    recall_lead(lead=seen(acme, lead), actor=acme.cam, at=day(1), code="unmoved", reason="", then_route=False)
    offer = offer_lead_to(lead=seen(acme, lead), partner=acme.gamma, actor=acme.cam, at=day(1), reason="x")
    accept_offer(offer=offer, actor=acme.gamma_seller, at=day(1))
    lead = seen(acme, lead)
    assert (lead.touches, lead.first_touch_at, lead.last_touch_at) == (0, None, None)
    with entering(acme.admin.context):
        assert Touch.objects.count() == 1


def test_a_deadline_of_a_lead_that_was_merged_away_ends_quietly(acme):
    rules(acme)
    lead = worked(acme)
    with acting_for(acme.admin):
        Lead.objects.filter(pk=lead.pk).update(state="closed")
    assert fired(acme, day(2)) == 1
    with entering(acme.admin.context.acting(acme.acme.pk)):
        assert not Deadline.objects.filter(settled_at=None, kind="silence").exists()


def test_switched_off_nothing_is_watched_and_what_was_set_is_taken_back(acme):
    lead = worked(acme)
    assert seen(acme, lead).silence_due_at is None
    rules(acme)
    assert seen(acme, lead).silence_due_at is not None
    fired(acme, day(2))
    rules(acme, replace(ON, silence_is_on=False), at=day(3))
    lead = seen(acme, lead)
    assert (lead.silent_since, lead.silence_step, lead.silence_due_at) == (None, 0, None)
    assert fired(acme, day(9)) == 0
    assert seen(acme, lead).state == "accepted"


def test_without_days_for_it_no_lead_is_taken_back(acme):
    rules(acme, replace(ON, recall_days=0))
    lead = worked(acme)
    for number in range(1, 15):
        fired(acme, day(number))
    assert (seen(acme, lead).state, seen(acme, lead).silence_step, recalls(acme)) == ("accepted", 2, [])


def test_new_rules_never_take_a_lead_back_before_the_day_that_was_said(acme):
    rules(acme, replace(ON, recall_days=20))
    lead = worked(acme)
    fired(acme, day(2))
    fired(acme, day(4))
    said = seen(acme, lead).silence_due_at
    rules(acme, ON, at=day(4) + timedelta(hours=2))
    assert seen(acme, lead).silence_step == 1
    count = len(told(acme))
    fired(acme, day(7) + timedelta(days=1))
    lead = seen(acme, lead)
    assert (lead.state, lead.silence_step, lead.silence_due_at < said) == ("accepted", 2, True)
    assert len(told(acme)) == count + 2


def test_a_band_may_have_days_of_its_own():
    policy = replace(ON, bands=(("Hot", Days(1, 2, 3)),))
    assert policy.days_for("Hot") == Days(1, 2, 3)
    assert policy.days_for("Cold") == Days(2, 4, 5)
    assert list(policy.problems()) == []


@pytest.mark.parametrize(
    ("policy", "field"),
    [
        (replace(ON, executive_days=2), "nudge_days"),
        (replace(ON, recall_days=4), "nudge_days"),
        (replace(ON, nudge_days=0), "nudge_days"),
        (replace(ON, bands=(("Hot", Days(3, 2, 0)),)), "bands"),
        (replace(ON, touch_hours=0), "touch_hours"),
        (replace(ON, feedback_percent=101), "feedback_percent"),
    ],
)
def test_rules_that_cannot_be_are_refused(acme, policy, field):
    with pytest.raises(Refused) as refused:
        save_tracking_rules(policy=policy, version=0, actor=acme.operations, at=MONDAY)
    assert refused.value.field == field
    with entering(acme.admin.context):
        assert tracking_rules() is None


def test_the_rules_are_watched_from_a_job(acme):
    lead = worked(acme)
    save_tracking_rules(policy=ON, version=0, actor=acme.operations, at=MONDAY)
    run_pending()
    assert seen(acme, lead).silence_due_at is not None


VERBS = st.lists(st.sampled_from(["wait", "touch", "off", "on", "short", "recall", "close"]), max_size=14)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(verbs=VERBS)
def test_every_recall_has_a_reason_and_was_said_before_whatever_happens(acme, verbs):
    """Any order of waiting, contacts and changed rules: who loses a lead to silence was told the day before it."""
    at, lead = MONDAY, None
    rules(acme)
    lead = worked(acme)
    before = len(recalls(acme))
    for verb in verbs:
        at += timedelta(hours=31)
        now = seen(acme, lead)
        if verb in {"off", "on", "short"}:
            policy = replace(ON, silence_is_on=verb != "off", recall_days=5 if verb == "on" else 6)
            rules(acme, policy, at=at)
        elif verb == "touch" and now.state == "accepted":
            log_touch(subject=now, actor=acme.beta_seller, at=at, kind="call", outcome="reached")
        elif verb == "recall" and now.state == "accepted":
            recall_lead(lead=now, actor=acme.cam, at=at, reason="Asked for", then_route=False)
        elif verb == "close" and now.state == "accepted":
            close_lead(lead=now, actor=acme.beta_seller, at=at, reason="no_need")
        warned = seen(acme, lead)
        fired(acme, at)
        after = seen(acme, lead)
        if warned.state == "accepted" and after.state == "captured":
            assert warned.silence_step == 2
            assert warned.silence_due_at <= at
    found = recalls(acme)[before:]
    assert all(data["reason"].strip() for data in found)
    with acting_for(acme.admin):
        fires = Deadline.objects.filter(subject_type="lead", subject_id=lead.pk, kind="silence", settled_at=None)
        assert fires.count() <= 1
        if seen(acme, lead).state != "accepted":
            assert fires.count() == 0
