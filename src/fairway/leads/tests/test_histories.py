"""Generated histories: whatever people, rules and time do in whatever order, every lead is somewhere once, in sight."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairway.core.access import system_member
from fairway.core.events.models import Event
from fairway.core.jobs import run_pending
from fairway.core.moves import StateConflict
from fairway.core.refusals import Refused
from fairway.core.states import TransitionRefused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner
from fairway.leads.actions.claims import claim_lead
from fairway.leads.actions.offers import accept_offer, decline_offer, offer_lead_to, recall_offer
from fairway.leads.actions.plans import begin_plan, carry_out_plan
from fairway.leads.actions.pooling import take_out
from fairway.leads.actions.reassigning import begin_reassignment, carry_out_reassignment
from fairway.leads.actions.routing import route_leads
from fairway.leads.actions.taking_back import undo_reassignment
from fairway.leads.actions.work import close_lead, log_touch, mark_converted, recall_lead
from fairway.leads.models import (
    AssignmentPlan,
    Lead,
    LeadPerson,
    LeadRecall,
    Offer,
    PoolEntry,
    PoolMember,
    Reassignment,
    RoutingDecision,
)
from fairway.leads.queries.leads import chosen
from fairway.leads.queries.reasons import reasons_of
from fairway.leads.rules.reasons import RECALL
from fairway.leads.rules.states import LEAD
from fairway.leads.tests.test_pools import a_pool
from fairway.leads.tests.test_routing import AT, captured, profile, publish
from fairway.partners.actions.partners import change_state
from fairway.workflow.actions.deadlines import fire_due
from fairway.workflow.models import Deadline

LEADS = 4
REFUSALS = (Refused, StateConflict, TransitionRefused)
VERBS = (
    "route", "offer", "accept", "decline", "recall", "take_back", "claim", "take_out", "plan", "hand_on", "undo",
    "pause", "resume", "close", "convert", "touch", "an_hour", "two_days", "two_weeks",
)  # fmt: skip
STEPS = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, LEADS - 1), st.booleans()), min_size=5, max_size=28)


class History:
    """One vendor's leads, and the time. Whoever may not, or comes too late, is refused; that is a part of the play."""

    def __init__(self, cast, lead_ids):
        self.cast, self.ids, self.at = cast, lead_ids, AT
        self.sellers = {cast.beta.pk: cast.beta_seller, cast.gamma.pk: cast.gamma_seller}
        self.rules = system_member(cast.acme.pk, "Routing", kind="rule")

    def do(self, verb, number, is_beta):
        with entering(self.cast.admin.context):
            lead = Lead.objects.get(pk=self.ids[number])
            self.open_offer = Offer.objects.filter(lead=lead, state="open").first()
        self.lead, self.partner = lead, self.cast.beta if is_beta else self.cast.gamma
        with suppress(*REFUSALS):
            getattr(self, verb)()
        run_pending()

    def route(self):
        route_leads(lead_ids=self.ids, actor=self.rules, at=self.at)

    def offer(self):
        offer_lead_to(
            lead=self.lead, partner=self.partner, actor=self.cast.chief, at=self.at, code="other", reason="Nearer"
        )  # fmt: skip

    def accept(self):
        if self.open_offer:
            accept_offer(offer=self.open_offer, actor=self.sellers[self.open_offer.partner_id], at=self.at)

    def decline(self):
        if self.open_offer:
            seller = self.sellers[self.open_offer.partner_id]
            decline_offer(offer=self.open_offer, actor=seller, at=self.at, quality=["other"], note="Why not")

    def recall(self):
        if self.open_offer:
            recall_offer(offer=self.open_offer, actor=self.cast.cam, at=self.at, code="wrong_partner")

    def take_back(self):
        recall_lead(lead=self.lead, actor=self.cast.cam, at=self.at, code="customer_asked")

    def claim(self):
        seller = self.sellers[self.partner.pk]
        with entering(seller.context):
            entry = PoolEntry.objects.filter(lead_id=self.lead.pk).order_by("-pk").first()
        if entry:
            claim_lead(entry=entry, actor=seller, at=self.at)

    def take_out(self):
        take_out(lead=self.lead, actor=self.cast.cam, at=self.at, reason="A person decides")

    def plan(self):
        plan = begin_plan(lead_ids=self.ids, actor=self.cast.operations, at=self.at)
        run_pending()
        with entering(self.cast.admin.context):
            plan = AssignmentPlan.objects.get(pk=plan.pk)
        carry_out_plan(plan=plan, actor=self.cast.operations, at=self.at)

    def hand_on(self):
        whole = begin_reassignment(partner=self.partner, actor=self.cast.cam, at=self.at)
        carry_out_reassignment(reassignment=whole, actor=self.cast.cam, at=self.at)

    def undo(self):
        with entering(self.cast.admin.context):
            whole = Reassignment.objects.filter(state="carried").order_by("-pk").first()
        if whole:
            undo_reassignment(reassignment=whole, actor=self.cast.cam, at=self.at)

    def pause(self):
        self._change("pause")

    def resume(self):
        self._change("resume")

    def _change(self, verb):
        with entering(self.cast.admin.context):
            partner = Partner.objects.get(pk=self.partner.pk)
        change_state(partner=partner, verb=verb, actor=self.cast.admin, at=self.at, reason="Away")

    def close(self):
        close_lead(lead=self.lead, actor=self.cast.cam, at=self.at, reason="no_need")

    def convert(self):
        mark_converted(lead=self.lead, actor=self.sellers.get(self.lead.partner_id, self.cast.beta_seller), at=self.at)

    def touch(self):
        seller = self.sellers.get(self.lead.partner_id, self.cast.beta_seller)
        log_touch(subject=self.lead, actor=seller, at=self.at, kind="call", outcome="reached")

    def an_hour(self):
        self._later(timedelta(hours=1))

    def two_days(self):
        self._later(timedelta(days=2))

    def two_weeks(self):
        self._later(timedelta(days=14))

    def _later(self, time):
        self.at += time
        fire_due(self.at, vendor_id=self.cast.acme.pk)


def check(cast, ids):
    with entering(cast.admin.context):
        codes = {reason.code for reason in reasons_of(RECALL)}
        for lead in Lead.objects.filter(pk__in=ids):
            in_sight(lead)
            once(lead)
        recalled = Offer.objects.filter(lead_id__in=ids, state="recalled")
        assert all(recalled.values_list("recall_reason", flat=True)), "every recall has a reason"
        kept = LeadRecall.objects.filter(lead_id__in=ids)
        assert set(kept.values_list("code", flat=True)) <= codes
        assert set(recalled.values_list("pk", flat=True)) == set(
            kept.exclude(offer=None).values_list("offer_id", flat=True)
        )
        theirs = Q(subject_type="lead", subject_id__in=ids)
        theirs |= Q(subject_type="offer", subject_id__in=list(recalled.values_list("pk", flat=True)))
        events = Event.objects.filter(theirs, verb="recalled")
        assert all(event.data["reason"] and event.data["code"] in codes for event in events)
        assert events.count() == kept.count()


def in_sight(lead):
    """It is in the list under its state, and it is said what it waits for, whom it is with, or why it is over."""
    assert lead.state in LEAD.labels
    assert chosen({"state": lead.state}).filter(pk=lead.pk).exists()
    assert bool(lead.waiting_because) == (lead.state == "waiting")
    assert (lead.state == "closed") == bool(lead.close_reason)
    if lead.state != "captured":
        assert RoutingDecision.objects.filter(lead=lead).exists() or lead.state == "closed"


def once(lead):
    """One owner at most, one open offer at most, and never two of offer, pool and owner."""
    offers = Offer.objects.filter(lead=lead, state="open").count()
    entries = list(PoolEntry.objects.filter(lead=lead, closed_at=None))
    is_owned = lead.state in {"accepted", "converted"}
    assert (offers, len(entries)) == (int(lead.state == "offered"), int(lead.state == "pooled"))
    assert (lead.partner_id is not None) == (is_owned or (lead.state == "closed" and lead.accepted_at is not None))
    assert set(LeadPerson.objects.filter(lead=lead).values_list("partner_id", flat=True)) <= {lead.partner_id}
    for entry in entries:
        assert PoolMember.objects.filter(audience_id=entry.audience_id).exists(), "somebody sees it, or it waits"
    due = set(Deadline.objects.filter(subject_type="offer", settled_at=None).values_list("subject_id", flat=True))
    open_ones = set(Offer.objects.filter(state="open").values_list("pk", flat=True))
    assert due == open_ones, "what is open ends by itself, and nothing else does"


@pytest.mark.parametrize("has_pool", [False, True])
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=STEPS)
def test_in_any_history_every_lead_is_somewhere_once_in_sight_and_every_recall_has_a_reason(acme, has_pool, steps):
    for partner in (acme.beta, acme.gamma):
        profile(acme, partner, lead_capacity=2)
        with acting_for(acme.admin):
            Partner.objects.filter(pk=partner.pk).update(state="active")
    best = {"match": [], "partners_at_most": 3}
    if has_pool:
        with entering(acme.admin.context):
            number = Lead.objects.count()
        pool = a_pool(acme, name=f"Pool {number}", widen_after_hours=4, gives_up_after_hours=20)
        is_new = {"field": "lead.offers_made", "op": "is", "value": 0}
        publish(acme, {"when": is_new, "match": [], "action": {"kind": "pool", "pool": str(pool.uid)}}, best)
    else:
        publish(acme, best)
    history = History(acme, captured(acme, LEADS))
    for step in steps:
        history.do(*step)
        check(acme, history.ids)
