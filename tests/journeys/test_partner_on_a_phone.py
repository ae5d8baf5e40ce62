"""A partner's seller on a phone: from the five things of today to a deal won."""

import re
from datetime import timedelta

import pytest

from fairway.catalog.models import ProductLine
from fairway.core import clock
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.deals.actions.decisions import approve_registration, return_registration
from fairway.deals.models import Deal, Registration
from fairway.leads.models import Lead, Offer
from fairway.leads.tests.makers import offered

pytestmark = pytest.mark.browser

LEAST_TARGET_PX = 44
BOXES = """() => [...document.querySelectorAll(".fw-btn.is-primary")].filter(e => e.offsetParent).map(
  e => [e.textContent.trim(), e.getBoundingClientRect().height])"""


@pytest.fixture
def seller(committed, browse):
    """Beta's seller with a phone in the hand, and five offers to answer."""
    with acting_for(committed.admin):
        ProductLine.objects.create(vendor=committed.acme, code="wireless", name="Wireless")
    for number in range(5):
        offered(committed, need=f"Wi-Fi for hall {number}", company=f"Lagerhaus {number} Logistics")
    return browse(committed.beta_seller, phone=True)


def fits(person) -> None:
    """Nothing to scroll sideways, and main actions that a thumb can hit."""
    assert person.is_no_wider_than_its_screen(), person.page.url
    small = [(text, height) for text, height in person.page.evaluate(BOXES) if height < LEAST_TARGET_PX]
    assert small == [], person.page.url


def tap(person, name: str, role: str = "button") -> None:
    """Press what has this name, and look whether the page that comes fits the screen."""
    with person.page.expect_navigation():
        person.page.get_by_role(role, name=name).first.tap()
    fits(person)


def in_a_fortnight() -> str:
    return (clock.now() + timedelta(days=14)).date().isoformat()


def test_a_seller_takes_an_offer_to_a_deal_and_a_deal_of_its_own_to_won(committed, seller):
    page, slug = seller.page, committed.acme.slug
    seller.go(f"/{slug}/portal/")
    fits(seller)
    assert page.get_by_text(re.compile("Wi-Fi for hall [0-4]")).count() >= 5

    lead = accept_the_first(committed, seller)
    work_on(seller)
    tap(seller, "Make it a deal")
    page.wait_for_url("**/portal/deals/**")
    with entering(committed.beta_seller.context):
        deal = Deal.objects.get(lead=lead)
    assert str(deal.uid) in page.url
    assert (deal.origin, deal.protection_id is not None) == ("vendor", True)

    registration = register_an_own_deal(committed, seller)
    answer_the_question(committed, seller, registration)
    win(committed, seller, registration)


def accept_the_first(committed, seller) -> Lead:
    """From the home page into the offer, which hides the person, to the lead, which shows it."""
    page = seller.page
    page.get_by_text("Wi-Fi for hall 0").first.tap()
    page.wait_for_url("**/portal/offers/**")
    fits(seller)
    assert "Thielemann" not in page.content()
    tap(seller, "Accept lead")
    page.wait_for_url("**/portal/leads/**")
    seller.see("Karen Thielemann")
    fits(seller)
    with entering(committed.beta_seller.context):
        assert Offer.objects.filter(state="accepted").count() == 1
        return Lead.objects.get()


def work_on(seller) -> None:
    page = seller.page
    page.get_by_label("Note").first.fill("She wants a visit.")
    tap(seller, "Keep the contact")
    seller.see("She wants a visit.")
    page.get_by_label("Next step").fill("Visit the hall")
    page.get_by_label("By").first.fill(in_a_fortnight())
    tap(seller, "Keep the next step")
    seller.go(page.url.partition("#")[0].replace(seller.site.url, ""))
    assert page.get_by_label("Next step").input_value() == "Visit the hall"


def register_an_own_deal(committed, seller) -> Registration:
    """The form keeps what is written by itself; leaving and coming back loses nothing."""
    page, slug = seller.page, committed.acme.slug
    seller.go(f"/{slug}/portal/registrations/new/")
    fits(seller)
    with page.expect_response(lambda answer: "/draft/" in answer.url and answer.status == 204):
        page.get_by_label("Customer").first.fill("Weserland Kliniken gGmbH")
        page.get_by_label("City").fill("Bremen")
    with entering(committed.beta_seller.context):
        draft = Registration.objects.get()
    assert (draft.state, draft.customer_name) == ("draft", "Weserland Kliniken gGmbH")
    seller.go(f"/{slug}/portal/registrations/{draft.uid}/")
    assert page.get_by_label("Customer").first.input_value() == "Weserland Kliniken gGmbH"
    page.get_by_label("Product line").select_option(label="Wireless")
    page.get_by_text("Whole customer").tap()
    page.get_by_label("Expected value").fill("98000")
    page.get_by_label("Closes in").select_option(index=3)
    tap(seller, "Send registration")
    page.wait_for_url(f"**/registrations/{draft.uid}/")
    seller.see("Your place is held.")
    return draft


def answer_the_question(committed, seller, registration) -> None:
    with entering(committed.deal_desk.context):
        registration.refresh_from_db()
    assert (registration.state, registration.amount_minor) == ("submitted", 9_800_000)
    return_registration(
        registration=registration, question="Which wards?", actor=committed.deal_desk, at=clock.now()
    )  # fmt: skip
    page = seller.page
    seller.go(f"/{committed.acme.slug}/portal/registrations/{registration.uid}/")
    seller.see("Which wards?")
    fits(seller)
    page.get_by_label("Your answer").fill("Wards 1 to 7.")
    tap(seller, "Send answer")
    seller.see("Your place is held.")
    with entering(committed.deal_desk.context):
        registration.refresh_from_db()
    assert (registration.state, registration.answer) == ("submitted", "Wards 1 to 7.")


def win(committed, seller, registration) -> None:
    approve_registration(registration=registration, actor=committed.deal_desk, at=clock.now())
    page = seller.page
    seller.go(f"/{committed.acme.slug}/portal/registrations/{registration.uid}/")
    tap(seller, "Open the deal", "link")
    page.wait_for_url("**/portal/deals/**")
    fits(seller)
    tap(seller, "Move to")
    tap(seller, "Move to")
    page.get_by_role("button", name="Won").first.tap()
    tap(seller, "Mark as won")
    seller.see("Won")
    with entering(committed.beta_seller.context):
        deal = Deal.objects.get(registration=registration)
    assert (deal.state, deal.closed_at is not None) == ("won", True)
