"""What the system writes down is the same whoever causes it, and said in the language of who reads it."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from babel.messages.pofile import read_po
from django.db import connection, models
from django.utils import translation
from tests.api import program_of

from fairway.config.messages import PACKAGE, PLACES
from fairway.core.events.models import Event
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import User
from fairway.core.tenancy.policies import tenant_models
from fairway.leads.actions.follow_up_rules import save_follow_up
from fairway.leads.actions.offers import accept_offer, offer_lead_to, recall_offer
from fairway.leads.actions.policies import ensure_policies
from fairway.leads.actions.pooling import take_out
from fairway.leads.actions.routing import route_leads
from fairway.leads.actions.scoring import score_leads
from fairway.leads.models import Lead, LeadRecall, LeadScore, Offer, RoutingDecision
from fairway.leads.tests.test_pools import a_pool, pooled
from fairway.leads.tests.test_routing import AT, captured, profile, publish, rules
from fairway.workflow.actions.deadlines import fire_due
from fairway.workflow.models import Notification

pytestmark = pytest.mark.django_db
__all__ = ["rules"]
WHERE = {"all": [{"field": "lead.country", "op": "in", "value": ["US", "AT"]}]}
WHO = {"all": [{"field": "partner.city", "op": "is", "value": "Nowhere"}]}
COLUMNS = {
    LeadScore: ("reasons",),
    RoutingDecision: ("outcome", "reasons", "note", "note_words", "override"),
    Lead: ("state", "waiting_because", "waiting_because_words"),
    Offer: ("recall_reason", "recall_reason_words", "recall_code"),
    LeadRecall: ("code", "name", "text"),
    Event: ("verb", "actor_name", "data"),
    Notification: ("title", "body", "values"),
}


def a_scene(cast, rules):
    """A lead that is scored and waits, one the rule takes back, one out of a pool, one offered against the rules."""
    ensure_policies(actor=cast.operations, at=AT)
    profile(cast, cast.beta, lead_capacity=9)
    publish(cast, {"when": WHERE, "match": [], "who": WHO})
    (waiting,) = captured(cast, employees=220)
    score_leads(lead_ids=[waiting], actor=rules, at=AT)
    route_leads(lead_ids=[waiting], actor=rules, at=AT)
    save_follow_up(rule_uid="", values={"untouched_hours": 4}, steps=(), actor=cast.operations, at=AT)
    (worked,) = captured(cast)
    offer = offer_lead_to(lead=found(cast, worked), partner=cast.beta, actor=cast.cam, at=AT, reason="Near")
    accept_offer(offer=offer, actor=cast.beta_seller, at=AT)
    fire_due(AT + timedelta(hours=5), vendor_id=cast.acme.pk)
    (taken_back,) = captured(cast)
    offer = offer_lead_to(lead=found(cast, taken_back), partner=cast.gamma, actor=cast.cam, at=AT)
    recall_offer(offer=offer, actor=cast.cam, at=AT, code="partner_paused", then_route=False)
    with pytest.raises(Refused):
        offer_lead_to(lead=found(cast, taken_back), partner=cast.gamma, actor=cast.cam, at=AT)
    offer_lead_to(lead=found(cast, taken_back), partner=cast.gamma, actor=cast.cam, at=AT, code="knows_customer")
    (lying,) = pooled(cast, rules, a_pool(cast))
    take_out(lead=found(cast, lying), actor=cast.operations, at=AT, reason="Zu groß")
    return waiting, worked, taken_back, lying


def found(cast, lead_id):
    with entering(cast.admin.context):
        return Lead.objects.get(pk=lead_id)


def written(cast):
    """What stands in the columns, without ids."""
    with acting_for(cast.admin):
        return {
            f"{model.__name__}.{name}": sorted(map(repr, map(plain, model.objects.values_list(name, flat=True))))
            for model, names in COLUMNS.items()
            for name in names
        }


def plain(value):
    """Without ids and moments, which differ from one run to the next."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items() if not isinstance(each, int) and name != "pool"}
    return value


@pytest.mark.parametrize("language", ["de"])
def test_what_is_written_down_is_the_same_in_every_language(acme, rules, language):
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT scene")
    a_scene(acme, rules)
    in_english = written(acme)
    with connection.cursor() as cursor:
        cursor.execute("ROLLBACK TO SAVEPOINT scene")
    with translation.override(language):
        a_scene(acme, rules)
    assert written(acme) == in_english
    assert [name for name, rows in in_english.items() if not rows] == []


def german():
    """The longest piece of each German message that no English one holds."""
    with (PACKAGE / "locale" / "de" / "LC_MESSAGES" / "django.po").open("rb") as file:
        messages = [message for message in read_po(file) if message.id and isinstance(message.string, str)]
    english = "\n".join(message.id if isinstance(message.id, str) else message.id[0] for message in messages)
    pieces = {max(PLACES.sub("\0", message.string).split("\0"), key=len).strip() for message in messages}
    return {piece for piece in pieces if len(piece) > 11 and piece not in english}


def texts_of_the_database(cast):
    """ "Table.column" and text of every row of the vendor, in every column that can hold one."""
    with acting_for(cast.admin):
        for model in tenant_models():
            for field in model._meta.concrete_fields:
                if isinstance(field, models.CharField | models.TextField | models.JSONField):
                    for value in model.objects.values_list(field.attname, flat=True):
                        yield f"{model.__name__}.{field.attname}", json.dumps(value, ensure_ascii=False, default=str)


def test_nothing_that_is_written_down_is_translated(acme, rules):
    with translation.override("de"):
        a_scene(acme, rules)
    pieces = german()
    assert len(pieces) > 1500
    texts = [(place, text) for place, text in texts_of_the_database(acme) if len(text) > 11]
    assert [(place, piece) for place, text in texts for piece in pieces if piece in text] == []


def page_of(browser, path):
    answer = browser.get(path)
    assert answer.status_code == 200
    return unescape(re.sub(r"<[^>]+>|\s+", " ", answer.content.decode())).replace("  ", " ")


def speaks(member, language):
    User.objects.filter(pk=member.user_id).update(language=language)


def test_staff_read_the_same_rows_in_german_and_in_english(acme, rules, client_of):
    waiting, worked, taken_back, lying = a_scene(acme, rules)
    said = {
        "en": {
            waiting: ["No partner is eligible by rule 1: 2 without: City is “Nowhere”", "Employees is 220"],
            worked: ["No contact within 4 business hours."],
            taken_back: ["This partner knows the customer", "had this lead before"],
            lying: [f"Taken out of its pool by {acme.operations.name}: Zu groß"],
        },
        "de": {
            waiting: ["Nach Regel 1 ist kein Partner geeignet: 2 ohne: Ort ist “Nowhere”", "Mitarbeitende ist 220"],
            worked: ["Kein Kontakt innerhalb von 4 Geschäftsstunden."],
            taken_back: ["Dieser Partner kennt den Kunden", "hatte diesen Lead schon"],
            lying: [f"Von {acme.operations.name} aus seinem Pool genommen: Zu groß"],
        },
    }
    for language, by_lead in said.items():
        speaks(acme.operations, language)
        browser = client_of(acme.operations)
        for lead_id, sentences in by_lead.items():
            page = page_of(browser, f"/acme/console/leads/{found(acme, lead_id).uid}/")
            assert [sentence for sentence in sentences if sentence not in page] == []
        listed = page_of(browser, "/acme/console/leads/waiting/")
        assert by_lead[waiting][0] in listed
        assert by_lead[waiting][0].partition(":")[0] + "." in listed


def test_partners_and_programs_read_why_an_offer_was_taken_back(acme, rules, client_of):
    a_scene(acme, rules)
    with entering(acme.gamma_seller.context):
        offer = Offer.objects.get(state="recalled")
    for language, sentence in (("en", "The partner is paused"), ("de", "Der Partner pausiert")):
        speaks(acme.gamma_seller, language)
        assert sentence in page_of(client_of(acme.gamma_seller), f"/acme/portal/offers/{offer.uid}/")
        program = program_of(acme.operations)
        told = program.get(f"offers/{offer.uid}", Accept_Language=language).json()
        assert told["recall_reason"] == sentence
    assert program_of(acme.operations).get(f"offers/{offer.uid}").json()["recall_reason"] == ("The partner is paused")
