"""Registrations and deals through the API: from a draft to a deal that is won."""

from datetime import date, timedelta

import pytest
from tests.api import problem_of, program_of

from fairway.core import clock
from fairway.core.tenancy.acting import acting_for
from fairway.customers.models import Customer
from fairway.deals.tests.making import accepted_lead, everything, line

SMALL, LARGE = 4_200_000, 9_900_000


def soon() -> str:
    return (clock.now().date() + timedelta(days=90)).isoformat()


def draft(**given):
    return {
        "customer_name": "Weserland Kliniken gGmbH", "city": "Bremen", "country": "DE", "product_line": "wireless",
        "scope": "customer", "amount": {"amount_minor": SMALL, "currency": "USD"}, "closes_on": soon(), **given,
    }  # fmt: skip


@pytest.fixture
def seller(acme):
    line(acme)
    return program_of(acme.beta_seller)


@pytest.fixture
def desk(acme):
    return program_of(acme.deal_desk)


def begun(program, **given):
    answer = program.post("registrations", draft(**given))
    assert answer.status_code == 201, answer.content
    return answer.json()


def to_decide(program, **given):
    large = {"amount_minor": LARGE, "currency": "USD"}
    return begun(program, submit=True, **{"amount": large, **given})


def test_a_draft_is_begun_changed_and_sent(acme, seller):
    told = begun(seller, product_line=None, amount=None)
    assert (told["state"], told["amount"], told["product_line"]) == ("draft", None, None)
    assert {"customer", "conflicts"}.isdisjoint(told)
    path = f"registrations/{told['uid']}"
    problem = problem_of(seller.post(f"{path}/submission", {}), 422)
    assert list(problem["errors"]) == ["product_line"]
    change = {"product_line": "wireless", "amount": {"amount_minor": SMALL, "currency": "USD"}}
    changed = seller.patch(path, change, If_Match=seller.get(path)["ETag"])
    assert changed.json()["amount"] == {"amount_minor": SMALL, "currency": "USD"}
    sent = seller.post(f"{path}/submission").json()
    assert sent["state"] == "approved"
    assert sent["receipt"]
    assert sent["protected_until"] is not None
    deal = seller.get(f"deals/{sent['deal']}").json()
    assert (deal["registration"], deal["origin"], deal["state"]) == (told["uid"], "partner", "qualified")


def test_a_draft_of_another_version_and_one_that_was_sent_stay(acme, seller):
    told = begun(seller)
    path = f"registrations/{told['uid']}"
    assert seller.patch(path, {"city": "Oldenburg"}, If_Match='"1"').status_code == 200
    problem_of(seller.patch(path, {"city": "Leer"}, If_Match='"1"'), 412)
    assert seller.get(path).json()["city"] == "Oldenburg"
    seller.post(f"{path}/submission")
    problem_of(seller.patch(path, {"city": "Leer"}), 422)
    problem_of(seller.post(f"{path}/submission"), 409)


def test_begun_and_sent_is_one_thing_or_none(acme, seller):
    before = everything(acme)
    problem = problem_of(seller.post("registrations", draft(submit=True, closes_on="2020-01-01")), 422)
    assert list(problem["errors"]) == ["closes_on"]
    problem_of(seller.post("registrations", draft(product_line="none")), 422)
    assert everything(acme) == before


def test_the_desk_sees_what_stands_against_it_and_decides(acme, seller, desk):
    path = f"registrations/{to_decide(seller)['uid']}"
    told = desk.get(path).json()
    assert (told["state"], told["conflicts"]) == ("submitted", [])
    told = desk.post(f"{path}/approval", {"customer": "new", "days": 30}).json()
    assert (told["state"], told["customer"]["name"]) == ("approved", "Weserland Kliniken gGmbH")
    problem_of(desk.post(f"{path}/approval", {"customer": "new"}), 409)


def test_a_question_is_asked_and_answered(acme, seller, desk):
    path = f"registrations/{to_decide(seller)['uid']}"
    assert desk.post(f"{path}/return", {"question": "Which site?"}).json()["state"] == "returned"
    assert list(problem_of(seller.post(f"{path}/submission", {}), 422)["errors"]) == ["answer"]
    told = seller.post(f"{path}/submission", {"answer": "Bremen-Nord"}).json()
    assert (told["state"], told["answer"]) == ("submitted", "Bremen-Nord")


def test_a_rejection_needs_a_reason(acme, seller, desk):
    path = f"registrations/{to_decide(seller)['uid']}"
    problem_of(desk.post(f"{path}/rejection", {"reason": "odd"}), 422)
    assert list(problem_of(desk.post(f"{path}/rejection", {"reason": "other"}), 422)["errors"]) == ["note"]
    told = desk.post(f"{path}/rejection", {"reason": "no_project"}).json()
    assert (told["state"], told["decision_reason"]) == ("rejected", "no_project")
    problem_of(seller.post(f"{path}/withdrawal"), 409)


def test_a_registration_is_withdrawn(acme, seller):
    path = f"registrations/{to_decide(seller)['uid']}"
    assert seller.post(f"{path}/withdrawal").json()["state"] == "withdrawn"


def test_an_approval_needs_a_known_customer(acme, seller, desk):
    path = f"registrations/{to_decide(seller)['uid']}"
    for wrong in ("somebody", "0198f2aa-0000-7000-8000-00000000dead"):
        assert "customer" in problem_of(desk.post(f"{path}/approval", {"customer": wrong}), 422)["errors"]
    assert desk.get(path).json()["state"] == "submitted"


def test_an_approval_cannot_name_another_vendors_customer(acme, seller, desk):
    path = f"registrations/{to_decide(seller)['uid']}"
    with acting_for(acme.zeta_admin):
        theirs = Customer.objects.create(vendor=acme.zeta, name="Theirs", created_at=clock.now())
    problem_of(desk.post(f"{path}/approval", {"customer": str(theirs.uid)}), 422)
    assert desk.get(path).json()["state"] == "submitted"


def test_staff_read_no_drafts_and_partners_no_findings(acme, seller, desk):
    begun(seller)
    sent = to_decide(seller, customer_name="Havelwerft GmbH")
    assert [row["uid"] for row in desk.get("registrations").json()["items"]] == [sent["uid"]]
    own = seller.get("registrations").json()["items"]
    assert [row["state"] for row in own] == ["submitted", "draft"]
    assert all({"customer", "conflicts"}.isdisjoint(row) for row in own)


@pytest.mark.parametrize("who", ["gamma_seller", "zeta_admin", "executive_at_zeta"])
def test_registrations_and_deals_are_not_there_for_others(acme, seller, who):
    sent = begun(seller, submit=True)
    other = program_of(getattr(acme, who))
    problem_of(other.get(f"registrations/{sent['uid']}"), 404)
    problem_of(other.get(f"deals/{sent['deal']}"), 404)
    assert other.get("registrations").json()["items"] == []
    assert other.get("deals").json()["items"] == []
    before = everything(acme)
    if who != "zeta_admin":
        problem_of(other.post(f"registrations/{sent['uid']}/withdrawal"), 404)
    problem_of(other.post(f"deals/{sent['deal']}/stage", {"stage": "proposal"}), 404)
    assert everything(acme) == before


def test_verbs_need_their_permission(acme, seller, desk):
    path = f"registrations/{to_decide(seller)['uid']}"
    problem_of(seller.post(f"{path}/approval", {}), 403)
    problem_of(program_of(acme.cam).post(f"{path}/approval", {}), 403)
    problem_of(desk.post("registrations", draft()), 403)
    problem_of(program_of(acme.beta_marketer).post("registrations", draft()), 403)
    problem = problem_of(program_of(acme.deal_desk, "deal.read").post(f"{path}/approval", {}), 403)
    assert (problem["permission"], problem["scopes"]) == ("registration.decide", ["deal.read"])
    assert desk.get(path).json()["state"] == "submitted"


@pytest.fixture
def deal(seller):
    return begun(seller, submit=True)["deal"]


def test_a_deal_is_moved_and_won(acme, seller, deal):
    assert seller.post(f"deals/{deal}/stage", {"stage": "negotiation"}).json()["state"] == "negotiation"
    problem_of(seller.post(f"deals/{deal}/stage", {"stage": "won"}), 422)
    euros = {"amount": {"amount_minor": 100, "currency": "EUR"}}
    assert list(problem_of(seller.post(f"deals/{deal}/win", euros), 422)["errors"]) == ["amount.currency"]
    nothing = {"amount": {"amount_minor": 0, "currency": "USD"}}
    assert list(problem_of(seller.post(f"deals/{deal}/win", nothing), 422)["errors"]) == ["amount"]
    told = seller.post(f"deals/{deal}/win", {"amount": {"amount_minor": 3_900_000, "currency": "USD"}}).json()
    assert (told["state"], told["amount"]["amount_minor"]) == ("won", 3_900_000)
    problem_of(seller.post(f"deals/{deal}/stage", {"stage": "proposal"}), 409)


def test_an_accepted_lead_becomes_one_deal(acme, seller):
    lead = accepted_lead(acme)
    told = seller.post(f"leads/{lead.uid}/deal").json()
    assert (told["lead"], told["origin"], told["state"]) == (str(lead.uid), "vendor", "qualified")
    assert seller.post(f"leads/{lead.uid}/deal").json()["uid"] == told["uid"]
    assert seller.get(f"leads/{lead.uid}").json()["state"] == "converted"
    for other in (acme.gamma_seller, acme.zeta_admin):
        problem_of(program_of(other).post(f"leads/{lead.uid}/deal"), 404)


def test_a_deal_is_lost_for_a_reason(acme, seller, deal):
    assert list(problem_of(seller.post(f"deals/{deal}/loss", {"reason": "other"}), 422)["errors"]) == ["note"]
    told = seller.post(f"deals/{deal}/loss", {"reason": "price"}).json()
    assert (told["state"], told["close_reason"]) == ("lost", "price")
    assert date.fromisoformat(told["closed_at"][:10]) == clock.now().date()


def test_working_a_deal_needs_the_scope(acme, seller, deal):
    problem_of(program_of(acme.beta_seller, "deal.read").post(f"deals/{deal}/stage", {"stage": "proposal"}), 403)
    problem_of(program_of(acme.beta_marketer).post(f"deals/{deal}/win", {}), 403)
    assert program_of(acme.cam).post(f"deals/{deal}/stage", {"stage": "proposal"}).status_code == 200
    assert seller.get("deals?state=proposal").json()["items"][0]["uid"] == deal
