"""Every recall has a reason from a list and, where that does not say enough, a text."""

import random
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from fairway.core.access import Forbidden
from fairway.core.refusals import Refused
from fairway.core.states import TransitionRefused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.leads.actions.many import recall_leads
from fairway.leads.actions.offers import offer_lead_to, recall_offer
from fairway.leads.actions.reasons import save_reason
from fairway.leads.actions.work import recall_lead
from fairway.leads.models import Lead, LeadReason, LeadRecall, Offer
from fairway.leads.queries.reasons import choices_of, reasons_of
from fairway.leads.rules.reasons import OTHER, OVERRIDE, RECALL, code_of
from fairway.leads.tests.makers import accepted, captured, offered

AT = datetime(2026, 3, 4, 15, tzinfo=UTC)


def recalls(cast):
    with entering(cast.admin.context):
        return list(LeadRecall.objects.order_by("pk").values_list("code", "name", "text", "partner__name"))


def test_a_recall_keeps_its_reason_from_the_list_with_the_text_beside_it(acme):
    lead = accepted(acme)
    recall_lead(lead=lead, actor=acme.cam, at=AT, code="untouched", reason="We called twice", then_route=False)
    assert recalls(acme) == [("untouched", "Not contacted in time", "We called twice", acme.beta.name)]


def test_an_offer_taken_back_tells_its_reason_by_code_and_in_words(acme):
    offer = offered(acme)
    recall_offer(offer=offer, actor=acme.cam, at=AT, code="customer_asked", then_route=False)
    with entering(acme.admin.context):
        told = Offer.objects.values_list("recall_code", "recall_reason").get(pk=offer.pk)
    assert told == ("customer_asked", "The customer asked for it")
    assert recalls(acme) == [("customer_asked", "The customer asked for it", "", acme.beta.name)]


@pytest.mark.parametrize(("code", "text"), [("other", "  "), ("nonsense", "We called"), ("", "We called")])
def test_without_a_reason_on_the_list_nothing_is_taken_back(acme, code, text):
    lead = accepted(acme)
    with pytest.raises(Refused):
        recall_lead(lead=lead, actor=acme.cam, at=AT, code=code, reason=text)
    with entering(acme.admin.context):
        assert Lead.objects.get(pk=lead.pk).partner_id == acme.beta.pk
    assert recalls(acme) == []


def test_a_hidden_reason_is_refused_and_no_longer_shown(acme):
    save_reason(kind=RECALL, code="silent", is_active=False, actor=acme.operations, at=AT)
    with entering(acme.cam.context):
        assert "silent" not in dict(choices_of(RECALL))
    with pytest.raises(Refused, match="not on the list"):
        recall_lead(lead=accepted(acme), actor=acme.cam, at=AT, code="silent")
    assert recalls(acme) == []


def test_a_vendor_renames_and_adds_reasons_and_what_was_given_stays(acme):
    lead = accepted(acme)
    recall_lead(lead=lead, actor=acme.cam, at=AT, code="untouched", then_route=False)
    save_reason(kind=RECALL, code="untouched", name="Too slow", actor=acme.operations, at=AT)
    save_reason(kind=RECALL, name="Budget was withdrawn", actor=acme.operations, at=AT)
    with entering(acme.cam.context):
        names = dict(choices_of(RECALL))
    assert names["untouched"] == "Too slow"
    assert names["budget_was_withdrawn"] == "Budget was withdrawn"
    assert list(names)[-1] == OTHER
    assert recalls(acme)[0][1] == "Not contacted in time"


@pytest.mark.parametrize(
    "asked",
    [
        {"code": OTHER, "is_active": False},
        {"code": "unheard_of", "name": "x"},
        {"name": "  "},
        {"name": "Not contacted in time"},
        {"name": "x" * 101},
        {"kind": "nothing", "name": "x"},
    ],
)
def test_a_list_of_reasons_refuses_what_would_break_it(acme, asked):
    with pytest.raises(Refused):
        save_reason(**{"kind": RECALL, **asked}, actor=acme.operations, at=AT)
    with entering(acme.admin.context):
        assert not LeadReason.objects.exists()


def test_who_may_not_edit_rules_may_not_edit_reasons(acme):
    with pytest.raises(Forbidden):
        save_reason(kind=RECALL, name="x", actor=acme.cam, at=AT)
    with entering(acme.admin.context):
        assert not LeadReason.objects.exists()


def test_the_two_lists_do_not_mix(acme):
    save_reason(kind=OVERRIDE, name="Only here", actor=acme.operations, at=AT)
    with entering(acme.cam.context):
        assert "only_here" in {reason.code for reason in reasons_of(OVERRIDE)}
        assert "only_here" not in {reason.code for reason in reasons_of(RECALL)}


def test_codes_of_new_reasons_never_meet():
    taken: set[str] = set()
    for name in ["Büro zu", "Buro zu", "B ro zu", "!!", "??", "x" * 90, "x" * 91]:
        taken.add(code_of(name, taken))
    assert len(taken) == 7
    assert all(len(code) <= 40 for code in taken)


def test_the_database_keeps_no_recall_without_a_reason(acme):
    lead = accepted(acme)
    with acting_for(acme.cam), pytest.raises(IntegrityError), transaction.atomic():
        LeadRecall.objects.create(
            vendor_id=acme.acme.pk, lead=lead, partner=acme.beta, code="", name="x", recalled_at=AT
        )


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_done_to_leads_every_recall_has_a_reason(acme, seed):
    rng = random.Random(seed)
    for _round in range(6):
        made = rng.choice([accepted, offered, captured])(acme)
        lead = Lead(pk=getattr(made, "lead_id", made.pk))
        code = rng.choice([*dict(untranslated()), "", "wrong"])
        text = rng.choice(["", "  ", "We spoke"])
        deed = rng.choice(
            [
                lambda lead=lead, code=code, text=text: recall_leads(
                    rows=[fresh(acme, lead)], code=code, reason=text, actor=acme.cam, at=AT
                ),
                lambda lead=lead, text=text: offer_lead_to(
                    lead=fresh(acme, lead), partner=acme.gamma, actor=acme.cam, at=AT, reason=text
                ),
            ]
        )
        with suppress(Refused, TransitionRefused):
            deed()
    with entering(acme.admin.context):
        taken = Offer.objects.filter(state="recalled").count()
        kept = LeadRecall.objects.exclude(offer=None).values_list("code", "text", "name")
        assert len(kept) == taken
        assert all(code and name and (text or code != OTHER) for code, text, name in LeadRecall.objects.values_list(
            "code", "text", "name"))  # fmt: skip


def untranslated():
    from fairway.leads.rules.reasons import BUILT_IN

    return BUILT_IN[RECALL]


def fresh(cast, lead):
    with entering(cast.cam.context):
        return Lead.objects.get(pk=lead.pk)


def test_the_page_renames_hides_and_adds_in_one_go(acme, client_of):
    client = client_of(acme.operations)
    with entering(acme.operations.context):
        known = reasons_of(RECALL)
    given = {"kind": RECALL, "new": "Budget was withdrawn"}
    for number, reason in enumerate(known):
        given[f"name_{number}"] = "Too slow" if reason.code == "untouched" else reason.name
        if reason.code != "silent":
            given[f"on_{number}"] = "on"
    assert client.get("/acme/console/distribution/reasons/").status_code == 200
    assert client.post("/acme/console/distribution/reasons/", given).status_code == 302
    with entering(acme.operations.context):
        names = dict(choices_of(RECALL))
    assert names["untouched"] == "Too slow"
    assert "silent" not in names
    assert "Budget was withdrawn" in names.values()
