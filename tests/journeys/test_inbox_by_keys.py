"""A partner's list of offers worked without a mouse, and with a thumb."""

import pytest

from fairway.core import clock
from fairway.core.tenancy.context import entering
from fairway.leads.actions.offers import offer_lead_to
from fairway.leads.models import Offer
from fairway.leads.tests.makers import captured

pytestmark = pytest.mark.browser
NEEDS = ("Wi-Fi for hall 1", "Firewall for two sites", "Phones for a call centre")


def three(cast):
    return [
        offer_lead_to(lead=captured(cast, need=need), partner=cast.beta, actor=cast.cam, at=clock.now())
        for need in NEEDS
    ]


def states(cast, offers):
    with entering(cast.admin.context):
        return [Offer.objects.get(pk=offer.pk).state for offer in offers]


def here(page):
    return page.evaluate("document.activeElement.dataset.row ?? ''")


def test_offers_are_answered_by_keys_and_the_next_one_is_there(committed, browse):
    offers = three(committed)
    uids = [str(offer.uid) for offer in offers]
    person = browse(committed.beta_seller)
    page, slug = person.page, committed.acme.slug
    person.go(f"/{slug}/portal/offers/")
    page.keyboard.press("j")
    assert here(page) == uids[0]
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert here(page) == uids[0]
    page.keyboard.press("a")
    asked = page.get_by_role("dialog", name="Accept this lead?")
    asked.get_by_text("Wi-Fi for hall 1").wait_for()
    page.keyboard.press("Escape")
    assert here(page) == uids[0]
    assert states(committed, offers) == ["open"] * 3
    page.keyboard.press("a")
    asked.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/portal/offers/?at={uids[1]}")
    page.wait_for_function(f"document.activeElement.dataset.row === '{uids[1]}'")
    assert states(committed, offers) == ["accepted", "open", "open"]
    page.keyboard.press("d")
    declined = page.get_by_role("dialog", name="Decline this offer?")
    declined.get_by_text("Firewall for two sites").wait_for()
    declined.get_by_role("checkbox").first.press("Space")
    declined.get_by_role("button", name="Decline").press("Enter")
    page.wait_for_url(f"**/portal/offers/?at={uids[2]}")
    assert states(committed, offers) == ["accepted", "declined", "open"]
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").get_by_text("Accept").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("nowhere")
    page.keyboard.press("Enter")
    page.get_by_text("Nothing matches").wait_for()


def test_the_verbs_are_under_the_thumb_on_a_phone(committed, browse):
    offers = three(committed)
    person = browse(committed.beta_seller)
    page, slug = person.page, committed.acme.slug
    page.set_viewport_size({"width": 375, "height": 760})
    person.go(f"/{slug}/portal/offers/")
    for name in ("Accept", "Decline…"):
        box = page.get_by_role("link", name=f"{name} {NEEDS[0]}").bounding_box()
        assert (box["height"] >= 44, box["width"] >= 120) == (True, True)
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    page.get_by_role("link", name=f"Accept {NEEDS[0]}").click()
    page.get_by_role("dialog", name="Accept this lead?").get_by_role("button", name="Accept lead").click()
    page.wait_for_url("**/portal/offers/?at=*")
    assert states(committed, offers) == ["accepted", "open", "open"]
