import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fairway.core import clock
from fairway.core.ids import uuid7
from fairway.core.tenancy.context import entering
from fairway.deals.actions.deals import set_next_step
from fairway.deals.actions.decisions import return_registration
from fairway.deals.forms import month_ends
from fairway.deals.models import Registration
from fairway.deals.tests.making import (
    LARGE,
    accepted_lead,
    customers,
    deals,
    drafted,
    everything,
    fresh,
    line,
    protections,
    sent,
    to_decide,
)

PORTAL, CONSOLE = "/acme/portal", "/acme/console"


@pytest.fixture
def now():
    return clock.now()


def soon(now):
    return {"closes_on": (now + timedelta(days=60)).date()}


def written(acme, now, **given):
    return {
        "customer_name": "Weserland Kliniken gGmbH",
        "city": "Bremen",
        "product_line": line(acme).pk,
        "scope": "project",
        "scope_name": "Ward Wi-Fi, house B",
        "amount_minor": "42,000",
        "closes_on": month_ends(now.date())[3][0],
        **given,
    }


def text(response):
    return response.content.decode()


def test_a_deal_is_registered_on_one_page_and_the_receipt_is_shown(acme, client_of, now):
    browser = client_of(acme.beta_seller)
    page = text(browser.get(f"{PORTAL}/registrations/new/"))
    uid = re.search(r"/registrations/([0-9a-f-]{36})/send/", page)[1]
    answer = browser.post(f"{PORTAL}/registrations/{uid}/send/", written(acme, now), follow=True)
    assert answer.status_code == 200
    assert "A clear case: approved by the rule" in text(answer)
    assert uid in text(answer)
    (deal,) = deals(acme)
    assert (deal.title, deal.amount_minor, deal.currency) == ("Ward Wi-Fi, house B", 4_200_000, "USD")


def test_a_get_of_the_form_writes_nothing(acme, client_of):
    before = everything(acme)
    assert client_of(acme.beta_seller).get(f"{PORTAL}/registrations/new/").status_code == 200
    assert everything(acme) == before


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("amount_minor", "42.000,0x", "Not an amount"),
        ("amount_minor", "-5", "more than zero"),
        ("amount_minor", "9" * 30, "too large"),
        ("closes_on", "2026-02-30", "Choose one of these months"),
        ("closes_on", "soon", "Choose one of these months"),
        ("closes_on", "", "Choose when it closes"),
        ("customer_name", "", "Write the customer"),
        ("scope_name", "", "Name the project or site"),
        ("product_line", "999999", "Choose one of these"),
    ],
)
def test_what_is_wrong_keeps_the_form_and_is_not_sent(acme, client_of, now, field, value, said):
    browser = client_of(acme.beta_seller)
    answer = browser.post(f"{PORTAL}/registrations/{uuid7()}/send/", written(acme, now, **{field: value}))
    assert answer.status_code == 422
    assert said in text(answer)
    assert "Ward Wi-Fi, house B" in text(answer) or field == "scope_name"
    with entering(acme.admin.context):
        assert list(Registration.objects.values_list("state", flat=True)) == ["draft"]
    assert customers(acme) == []


def test_a_draft_saves_itself_and_comes_back(acme, client_of, now):
    browser, uid = client_of(acme.beta_seller), uuid7()
    address = f"{PORTAL}/registrations/{uid}/draft/"
    assert browser.post(address, {"customer_name": "Weserland", "amount_minor": "4x"}).status_code == 204
    assert browser.post(address, {"customer_name": "Weserland Kliniken", "city": "Bremen"}).status_code == 204
    page = text(browser.get(f"{PORTAL}/registrations/{uid}/", follow=True))
    assert 'value="Weserland Kliniken"' in page
    assert 'value="Bremen"' in page
    with entering(acme.admin.context):
        assert Registration.objects.count() == 1


def test_staff_do_not_see_drafts(acme, client_of):
    draft = drafted(acme)
    browser = client_of(acme.deal_desk)
    assert browser.get(f"{CONSOLE}/registrations/{draft.uid}/").status_code == 404
    assert "Weserland" not in text(browser.get(f"{CONSOLE}/registrations/?state=all"))


def test_a_second_press_of_send_finds_it_sent(acme, client_of, now):
    browser, uid = client_of(acme.beta_seller), uuid7()
    for _ in range(2):
        answer = browser.post(f"{PORTAL}/registrations/{uid}/send/", written(acme, now))
        assert answer["Location"].endswith(f"/portal/registrations/{uid}/")
    assert len(protections(acme)) == 1


def test_suggestions_come_from_the_own_customers_only(acme, client_of):
    sent(acme)
    address = f"{PORTAL}/registrations/customer/?customer_name=Weserland+Klin"
    own = text(client_of(acme.beta_seller).get(address))
    assert "Is it this one?" in own
    assert "Weserland Kliniken gGmbH" in own
    assert "Wireless" in own
    assert text(client_of(acme.gamma_seller).get(address)).strip() == ""


def test_a_rival_sees_nothing_of_the_other_on_any_page(acme, client_of, now):
    sent(acme, at=now, scope="project", scope_name="Ward Wi-Fi", **soon(now))
    rival = sent(acme, acme.gamma_seller, now, contact_name="Own contact", **soon(now))
    rival = fresh(acme, rival)
    assert rival.state == "submitted"
    browser = client_of(acme.gamma_seller)
    pages = [
        f"registrations/{rival.uid}/", "registrations/", "protections/", "deals/", "deals/board/", "",
        "registrations/customer/?customer_name=Weserland", "registrations/new/",
    ]  # fmt: skip
    for page in pages:
        answer = browser.get(f"{PORTAL}/{page}")
        assert answer.status_code == 200
        for secret in ("Beta", "Ward Wi-Fi", "protected already", "Sal Seller", "similar", "claim"):
            assert secret not in text(answer).replace("For example: Ward Wi-Fi, house B", ""), (page, secret)


@pytest.mark.parametrize("member", ["gamma_seller", "zeta_admin", "executive_at_zeta"])
def test_others_find_nothing_at_the_partners_addresses(acme, client_of, member):
    registration = to_decide(acme)
    deal = _deal_of(acme)
    browser = client_of(getattr(acme, member))
    if member == "executive_at_zeta":
        # The same person has a seat of Beta at Acme; at Zeta the rows are not there.
        portal, console = "/zeta/portal", "/zeta/console"
    else:
        portal, console = PORTAL, CONSOLE
    for page in (f"registrations/{registration.uid}/", f"deals/{deal.uid}/", f"registrations/{registration.uid}/form/"):
        assert browser.get(f"{portal}/{page}").status_code == 404
    number = f"registrations/{registration.uid}"
    pages = [f"deals/{deal.uid}/stage/", f"{number}/withdrawal/"]
    if portal == PORTAL:  # at another vendor the same number is a new one
        pages += [f"{number}/draft/", f"{number}/send/"]
    for page in pages:
        assert browser.post(f"{portal}/{page}", {"to": "proposal"}).status_code == 404
    assert browser.get(f"{console}/registrations/{registration.uid}/").status_code == 404
    assert fresh(acme, deal).state == "qualified"
    assert fresh(acme, registration).state == "submitted"


def _deal_of(acme):
    sent(acme, customer_name="Reederei Harmsen")
    return deals(acme)[0]


def test_the_deal_desk_sees_the_conflict_with_its_reason_and_decides(acme, client_of, now):
    sent(acme, at=now, **soon(now))
    rival = sent(acme, acme.gamma_seller, now, customer_name="Weserland Klinik", **soon(now))
    browser = client_of(acme.deal_desk)
    assert "Weserland Klinik" in text(browser.get(f"{CONSOLE}/registrations/"))
    page = text(browser.get(f"{CONSOLE}/registrations/{rival.uid}/"))
    for said in ("Protection of Beta Systems until", "Worth a look", "A similar name in the same city", "97"):
        assert said in page
    address = f"{CONSOLE}/registrations/{rival.uid}/approval/"
    unclear = browser.post(address, {"days": "120", "note": ""})
    assert unclear.status_code == 422
    assert "Say which customer this is" in text(unclear)
    assert browser.post(address, {"days": "120", "customer": "new"}).status_code == 302
    assert fresh(acme, rival).state == "approved"


def test_a_blocked_approval_says_what_blocks_and_changes_nothing(acme, client_of, now):
    to_decide(acme, at=now, **soon(now))
    second = to_decide(acme, acme.gamma_seller, now + timedelta(minutes=1), **soon(now))
    before = everything(acme)
    answer = client_of(acme.deal_desk).post(f"{CONSOLE}/registrations/{second.uid}/approval/", {"days": "120"})
    assert answer.status_code == 422
    assert "Another was first in time" in text(answer)
    assert (everything(acme), fresh(acme, second).state) == (before, "submitted")


def test_a_question_is_asked_and_answered(acme, client_of, now):
    registration = to_decide(acme, at=now, **soon(now))
    desk, seller = client_of(acme.deal_desk), client_of(acme.beta_seller)
    desk.post(f"{CONSOLE}/registrations/{registration.uid}/question/", {"question": "Which of the four sites?"})
    page = text(seller.get(f"{PORTAL}/registrations/{registration.uid}/"))
    assert "Which of the four sites?" in page
    assert "Which of the four sites?" in text(seller.get(f"{PORTAL}/"))
    empty = seller.post(f"{PORTAL}/registrations/{registration.uid}/answer/", {"answer": ""})
    assert empty.status_code == 422
    seller.post(f"{PORTAL}/registrations/{registration.uid}/answer/", {"answer": "Only house B."})
    assert fresh(acme, registration).state == "submitted"
    assert "Only house B." in text(desk.get(f"{CONSOLE}/registrations/{registration.uid}/"))


def test_rejecting_and_revoking_reach_the_partner_with_their_reasons(acme, client_of, now):
    registration = to_decide(acme, at=now, **soon(now))
    desk, seller = client_of(acme.deal_desk), client_of(acme.beta_seller)
    desk.post(f"{CONSOLE}/registrations/{registration.uid}/rejection/", {"reason": "no_project", "note": "Call again"})
    page = text(seller.get(f"{PORTAL}/registrations/{registration.uid}/"))
    assert "No concrete need yet" in page
    assert "Call again" in page


@pytest.mark.parametrize("member", ["cam", "marketer", "finance"])
def test_those_who_may_not_decide_get_no_buttons_and_are_refused(acme, client_of, member, now):
    registration = to_decide(acme, at=now, **soon(now))
    browser = client_of(getattr(acme, member))
    assert "/approval/" not in text(browser.get(f"{CONSOLE}/registrations/{registration.uid}/"))
    for what in ("approval", "question", "rejection", "revocation"):
        assert browser.post(f"{CONSOLE}/registrations/{registration.uid}/{what}/", {"days": 1}).status_code == 403
    assert fresh(acme, registration).state == "submitted"


def test_a_lead_becomes_a_deal_with_one_press(acme, client_of, now):
    lead = accepted_lead(acme, at=now)
    browser = client_of(acme.beta_seller)
    answer = browser.post(f"{PORTAL}/leads/{lead.uid}/deal/", follow=True)
    assert "What happens next?" in text(answer)
    assert len(deals(acme, origin="vendor")) == 1
    assert client_of(acme.gamma_seller).post(f"{PORTAL}/leads/{lead.uid}/deal/").status_code == 404


def test_a_card_is_dragged_and_a_wrong_stage_is_put_back(acme, client_of):
    deal = _deal_of(acme)
    browser = client_of(acme.beta_seller)
    page = text(browser.get(f"{PORTAL}/deals/board/"))
    address = f"{PORTAL}/deals/{deal.uid}/stage/"
    assert f'data-move="{address}"' in page
    moved = browser.post(address, {"to": "proposal"}, headers={"HX-Request": "true"})
    assert (moved.status_code, fresh(acme, deal).state) == (200, "proposal")
    refused = browser.post(address, {"to": "won"}, headers={"HX-Request": "true"})
    assert (refused.status_code, fresh(acme, deal).state) == (409, "proposal")
    plain = browser.post(address, {"to": "negotiation"})
    assert plain.status_code == 302
    assert fresh(acme, deal).state == "negotiation"


def test_a_deal_is_worked_to_its_end_on_its_page(acme, client_of, now):
    deal = _deal_of(acme)
    browser = client_of(acme.beta_seller)
    page = f"{PORTAL}/deals/{deal.uid}"
    on = (now + timedelta(days=5)).date().isoformat()
    assert browser.post(f"{page}/step/", {"text": "Send the quote"}).status_code == 422
    assert browser.post(f"{page}/step/", {"text": "Send the quote", "on": "31.31.2026"}).status_code == 422
    assert browser.post(f"{page}/step/", {"text": "Send the quote", "on": on}).status_code == 302
    assert browser.post(f"{page}/touch/", {"kind": "call", "outcome": "reached", "note": "Agreed"}).status_code == 302
    shown = text(browser.get(f"{page}/"))
    assert "Send the quote" in shown
    assert "Agreed" in shown
    assert browser.post(f"{page}/win/", {"amount_minor": "much"}).status_code == 422
    assert fresh(acme, deal).state == "qualified"
    assert browser.post(f"{page}/win/", {"amount_minor": "41,500"}).status_code == 302
    assert (fresh(acme, deal).state, fresh(acme, deal).amount_minor) == ("won", 4_150_000)
    assert browser.post(f"{page}/loss/", {"reason": "price"}).status_code == 422


def test_a_late_step_stands_on_the_home_page(acme, client_of, now):
    deal = _deal_of(acme)
    set_next_step(deal=deal, text="Call them", on=(now - timedelta(days=3)).date(), actor=acme.beta_seller, at=now)
    page = text(client_of(acme.beta_seller).get(f"{PORTAL}/"))
    assert "Reederei Harmsen: Call them" in page
    assert "Call them" in text(client_of(acme.cam).get(f"{CONSOLE}/"))
    assert "Call them" not in text(client_of(acme.other_cam).get(f"{CONSOLE}/"))


def test_the_deal_desk_is_asked_on_its_home_page_and_others_are_not(acme, client_of, now):
    to_decide(acme, at=now, **soon(now))
    said = "Beta Systems registers Weserland Kliniken gGmbH"
    assert said in text(client_of(acme.deal_desk).get(f"{CONSOLE}/"))
    assert said not in text(client_of(acme.cam).get(f"{CONSOLE}/"))


def test_a_protection_is_extended_and_released_by_the_desk(acme, client_of, now):
    sent(acme, at=now, **soon(now))
    (protection,) = protections(acme)
    page = f"{CONSOLE}/protections/{protection.uid}"
    desk = client_of(acme.deal_desk)
    assert "Beta Systems" in text(desk.get(f"{page}/"))
    assert desk.post(f"{page}/extension/", {"days": "400"}).status_code == 422
    assert desk.post(f"{page}/extension/", {"days": "300"}).status_code == 422
    assert desk.post(f"{page}/extension/", {"days": "30", "reason": "Tender postponed"}).status_code == 302
    assert desk.post(f"{page}/release/", {"reason": ""}).status_code == 422
    assert client_of(acme.cam).post(f"{page}/release/", {"reason": "x"}).status_code == 403
    assert desk.post(f"{page}/release/", {"reason": "Not worked"}).status_code == 302
    assert fresh(acme, protection).state == "released"


def test_staff_find_a_customer_and_all_that_is_there(acme, client_of, now):
    sent(acme, at=now, **soon(now))
    browser = client_of(acme.marketer)
    page = text(browser.get(f"{CONSOLE}/customers/?q=weserland+klinik"))
    uid = re.search(r"/customers/([0-9a-f-]{36})/", page)[1]
    assert "Beta Systems" in text(browser.get(f"{CONSOLE}/customers/{uid}/"))
    assert client_of(acme.beta_seller).get(f"{CONSOLE}/customers/").status_code == 404


def _many(acme, now, count):
    with entering(acme.admin.context):
        start = Registration.objects.count()
    for number in range(start, start + count):
        amount = LARGE if number % 2 else 100
        name = chr(65 + number) * 4 + chr(90 - number) * 4
        sent(acme, at=now, customer_name=name, amount_minor=amount, **soon(now))


@pytest.mark.parametrize(
    ("member", "page"),
    [
        ("beta_seller", "portal/registrations/"),
        ("beta_seller", "portal/protections/"),
        ("beta_seller", "portal/deals/"),
        ("beta_seller", "portal/deals/board/"),
        ("beta_seller", "portal/"),
        ("deal_desk", "console/registrations/"),
        ("deal_desk", "console/registrations/?state=all"),
        ("deal_desk", "console/protections/"),
        ("deal_desk", "console/deals/"),
        ("deal_desk", "console/deals/board/"),
        ("deal_desk", "console/customers/"),
        ("deal_desk", "console/"),
    ],
)
def test_a_list_costs_the_same_number_of_queries_at_4_and_at_20_rows(acme, client_of, now, member, page):
    browser = client_of(getattr(acme, member))
    _many(acme, now, 4)
    browser.get(f"/acme/{page}")
    counts = []
    for more in (0, 16):
        _many(acme, now, more)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(f"/acme/{page}").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_returned_registration_can_be_answered_by_the_executive_too(acme, client_of, now):
    registration = to_decide(acme, at=now, **soon(now))
    return_registration(registration=registration, question="Which site?", actor=acme.deal_desk, at=now)
    page = f"{PORTAL}/registrations/{registration.uid}"
    assert "Send answer" in text(client_of(acme.beta_executive).get(f"{page}/"))
    assert "Send answer" not in text(client_of(acme.beta_marketer).get(f"{page}/"))
    assert client_of(acme.beta_marketer).post(f"{page}/answer/", {"answer": "x"}).status_code == 403
