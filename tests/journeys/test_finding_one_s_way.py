"""Going anywhere and finding anything from the keyboard, on a desk and on a phone."""

import pytest

from tests.scene import make_scene
from tests.test_axe import RUN, TAGS

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_the_palette_goes_to_a_page_does_what_the_page_offers_and_finds(committed, browse, phone):
    scene = make_scene(committed)
    person = browse(committed.admin, phone=phone)
    page, slug = person.page, committed.acme.slug
    person.go(f"/{slug}/console/leads/")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Go to, do, or find")
    page.get_by_role("option", name="New lead").wait_for()
    person.axe()
    assert page.evaluate(RUN, TAGS) == []
    assert person.is_no_wider_than_its_screen()

    assert field.get_attribute("aria-activedescendant") == "fw-option-0"
    page.keyboard.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == "fw-option-1"

    # Enter takes what was typed, also when the answer is still on its way.
    field.fill("territ")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{slug}/console/territories/")

    page.keyboard.press("Control+k")
    field.fill("taken")
    page.get_by_role("option", name="Taken").first.click()
    page.wait_for_url(f"**/{slug}/console/leads/{scene['leads'][0]}/")
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    assert not field.is_visible()


def test_results_come_while_somebody_types_and_the_question_mark_lists_the_keys(committed, browse):
    make_scene(committed)
    person = browse(committed.beta_seller)
    page, slug = person.page, committed.acme.slug
    person.go(f"/{slug}/portal/")
    page.keyboard.press("/")
    page.wait_for_url(f"**/{slug}/portal/search/")
    page.get_by_role("searchbox", name="Search").press_sequentially("moorh")
    page.get_by_role("link", name="Moorhof Molkerei").first.wait_for()
    page.locator("h1").click()
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").get_by_text("Go anywhere").wait_for()
