"""Offers through the API: read, accepted, declined, taken back, by those they are for."""

import threading

import pytest
from django.db import connection
from tests.api import Program, problem_of, program_of, token_of

from fairway.core import clock
from fairway.core.tenancy.context import entering
from fairway.leads.actions.capture import LeadValues, PersonValues, capture_lead
from fairway.leads.actions.offers import offer_lead_to
from fairway.leads.models import Offer


def offered(cast) -> str:
    """The uid of an offer to Beta."""
    at = clock.now()
    lead = capture_lead(
        actor=cast.operations, at=at, source="form",
        values=LeadValues(need="Wi-Fi for a clinic", company="Klinik Nord", city="Bremen", country="DE"),
        person=PersonValues(last_name="Thiele", email="thiele@klinik-nord.example"),
    )  # fmt: skip
    return str(offer_lead_to(lead=lead, partner=cast.beta, actor=cast.cam, at=at).uid)


@pytest.fixture
def uid(acme):
    return offered(acme)


def state(cast, uid) -> str:
    with entering(cast.admin.context):
        return Offer.objects.get(uid=uid).state


def test_an_offer_tells_its_brief_but_nobody(acme, uid):
    answer = program_of(acme.beta_seller).get(f"offers/{uid}")
    told = answer.json()
    assert (told["state"], told["lead"], told["title"]) == ("open", None, "Wi-Fi for a clinic")
    assert told["partner"] == str(acme.beta.uid)
    assert b"Thiele" not in answer.content
    assert b"Klinik Nord" not in answer.content
    assert [row["uid"] for row in program_of(acme.beta_seller).get("offers?state=open").json()["items"]] == [uid]
    assert program_of(acme.cam).get(f"offers/{uid}").json()["lead"] is not None


def test_an_accepted_offer_gives_the_lead_with_its_person(acme, uid):
    seller = program_of(acme.beta_seller)
    answer = seller.post(f"offers/{uid}/acceptance")
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["state"], told["answered_by"]) == ("accepted", "Sal Seller")
    assert seller.get(f"leads/{told['lead']}").json()["person"]["last_name"] == "Thiele"
    problem = problem_of(seller.post(f"offers/{uid}/acceptance"), 409)
    assert "already accepted by Sal Seller" in problem["detail"]


def test_a_declined_offer_keeps_why(acme, uid):
    seller = program_of(acme.beta_seller)
    for wrong in ({}, {"quality": []}, {"quality": ["odd"]}, {"quality": "no_budget"}):
        assert problem_of(seller.post(f"offers/{uid}/decline", wrong), 422)["errors"]
    assert state(acme, uid) == "open"
    told = seller.post(f"offers/{uid}/decline", {"quality": ["too_small"], "note": "Under 10 rooms"}).json()
    assert (told["state"], told["quality"], told["answer_note"]) == ("declined", ["too_small"], "Under 10 rooms")


def test_staff_take_an_offer_back_with_a_reason(acme, uid):
    cam = program_of(acme.cam)
    assert "reason" in problem_of(cam.post(f"offers/{uid}/recall", {}), 422)["errors"]
    told = cam.post(f"offers/{uid}/recall", {"reason": "Sent by mistake", "then_route": False}).json()
    assert (told["state"], told["recall_reason"]) == ("recalled", "Sent by mistake")
    problem_of(program_of(acme.beta_seller).post(f"offers/{uid}/acceptance"), 409)


@pytest.mark.parametrize("who", ["gamma_seller", "zeta_admin", "executive_at_zeta"])
def test_an_offer_is_not_there_for_others(acme, uid, who):
    program = program_of(getattr(acme, who))
    problem_of(program.get(f"offers/{uid}"), 404)
    assert program.get("offers").json()["items"] == []
    verb, body = ("recall", {"reason": "x"}) if who == "zeta_admin" else ("acceptance", None)
    problem_of(program.post(f"offers/{uid}/{verb}", body), 404)
    assert state(acme, uid) == "open"


def test_an_answer_needs_role_and_scope(acme, uid):
    problem_of(program_of(acme.cam).post(f"offers/{uid}/acceptance"), 403)
    problem_of(program_of(acme.beta_marketer).post(f"offers/{uid}/acceptance"), 403)
    problem_of(program_of(acme.beta_seller).post(f"offers/{uid}/recall", {"reason": "x"}), 403)
    problem = problem_of(program_of(acme.beta_seller, "offer.read").post(f"offers/{uid}/acceptance"), 403)
    assert (problem["permission"], problem["scopes"]) == ("offer.answer", ["offer.read"])
    assert state(acme, uid) == "open"


@pytest.mark.race
def test_of_two_programs_that_accept_at_once_one_has_the_lead(committed):
    uid = offered(committed)
    secrets = [token_of(committed.beta_seller), token_of(committed.beta_executive)]
    together, answers = threading.Barrier(2), []

    def accept(secret: str) -> None:
        program = Program(secret)
        together.wait()
        answers.append(program.post(f"offers/{uid}/acceptance"))
        connection.close()

    threads = [threading.Thread(target=accept, args=[secret]) for secret in secrets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert state(committed, uid) == "accepted"
