"""The style page in a real browser: axe finds nothing, the policy is kept, and the keys work."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.conf import settings

pytestmark = pytest.mark.browser
AXE = Path(settings.NODE_MODULES) / "axe-core/axe.min.js"


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The real application on a free port. These pages ask no database."""
    from django.core.wsgi import get_wsgi_application

    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def opened(chromium: Any, url: str, *, width: int = 1280, scheme: str = "light") -> tuple[Any, list[str]]:
    """A page at `url`, and the list that its errors go to."""
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(url)
    page.wait_for_load_state("networkidle")
    return page, said


def axe(page: Any) -> list[tuple[str, list[str]]]:
    """Rule and places of everything axe finds against WCAG 2.2 AA."""
    page.evaluate(AXE.read_text("utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("tags => axe.run(document, {runOnly: tags})", tags)
    return [(each["id"], [node["target"][0] for node in each["nodes"]]) for each in found["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_the_style_page_is_clean_wide_and_narrow_light_and_dark(
    chromium: Any, address: str, width: int, scheme: str
) -> None:
    page, said = opened(chromium, f"{address}/style/", width=width, scheme=scheme)
    assert page.locator(".fw-chart svg").count() == 5
    assert page.locator(".fw-cond-row").count() == 3
    assert axe(page) == []
    assert said == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.context.close()


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/", "/accounts/signup/"])
def test_log_in_pages_are_clean(chromium: Any, address: str, path: str) -> None:
    page, said = opened(chromium, address + path, width=375)
    assert axe(page) == []
    assert said == []
    page.context.close()


def test_keys_move_in_a_table_and_press_buttons(chromium: Any, address: str) -> None:
    page, _said = opened(chromium, f"{address}/style/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.querySelector('a').textContent") == "Nordsee Fischkontor"
    page.keyboard.press("x")
    assert page.locator(".fw-bulk").inner_text().startswith("1 chosen")
    page.keyboard.press("?")
    assert page.locator("#fw-keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#fw-keys").is_visible()
    page.context.close()


def test_the_condition_builder_works_by_keyboard_and_sends_named_values(chromium: Any, address: str) -> None:
    page, _said = opened(chromium, f"{address}/style/")
    page.get_by_role("button", name="Condition", exact=True).focus()
    page.keyboard.press("Enter")
    page.keyboard.type("Budget")
    page.keyboard.press("Tab")
    page.keyboard.type("is at least")
    page.keyboard.press("Tab")
    page.keyboard.type("38000")
    sent = page.evaluate(
        "[...new FormData(document.querySelector('.fw-cond').form)].filter(([key]) => key.startsWith('condition-'))"
    )
    assert sent == [
        ["condition-match", "all"],
        ["condition-0-field", "line"],
        ["condition-0-op", "is"],
        ["condition-0-value", "wireless"],
        ["condition-1-field", "state"],
        ["condition-1-op", "in"],
        *(["condition-1-value", state] for state in ("hh", "sh", "hb", "ni")),
        ["condition-2-field", "score"],
        ["condition-2-op", "at_least"],
        ["condition-2-value", "50"],
        ["condition-3-field", "budget"],
        ["condition-3-op", "at_least"],
        ["condition-3-value", "38000"],
    ]
    page.context.close()


def test_the_mode_is_chosen_kept_and_redraws_charts(chromium: Any, address: str) -> None:
    page, _said = opened(chromium, f"{address}/style/")
    own_line = "() => [...document.querySelectorAll('.fw-chart path')].map(each => each.getAttribute('stroke'))"
    before = page.evaluate(own_line)
    page.get_by_role("button", name="Dark").first.click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 28, 35)"
    assert page.evaluate(own_line) != before
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.context.close()


def test_a_head_sorts_in_place_and_the_address_follows(chromium: Any, address: str) -> None:
    page, said = opened(chromium, f"{address}/style/")
    page.evaluate("window.kept = true")
    page.get_by_role("link", name="Customer").click()
    page.wait_for_selector("#registrations th[aria-sort='ascending']")
    assert page.url.endswith("/style/?sort=customer")
    page.locator("select[name=state]").select_option("approved")
    page.wait_for_url("**/style/?sort=customer&state=approved")
    assert page.evaluate("window.kept") is True
    assert said == []
    page.context.close()


def test_a_card_can_be_dragged_and_chosen_elsewhere(chromium: Any, address: str) -> None:
    page, said = opened(chromium, f"{address}/style/")
    card = page.locator(".fw-board-card", has_text="Reederei Harmsen")
    card.locator("b").drag_to(page.locator("[data-column=won]"))
    page.get_by_text("Nothing is kept on this page.").wait_for()
    assert page.locator("[data-column=won] .fw-board-card").count() == 1
    assert page.locator("[data-board-count]").all_inner_texts() == ["1", "1", "1"]
    with page.expect_request(lambda request: request.method == "POST") as posted:
        page.get_by_label("Move Möller Werkzeugbau").select_option("won")
    assert posted.value.post_data.endswith("&to=won")
    assert said == []
    page.context.close()


def test_a_refused_move_goes_back(chromium: Any, address: str) -> None:
    page, _said = opened(chromium, f"{address}/style/")
    page.route("**/style/", lambda route: route.fulfill(status=409, body="This deal is won already."))
    page.locator(".fw-board-card", has_text="Reederei Harmsen").locator("b").drag_to(page.locator("[data-column=won]"))
    page.get_by_text("This deal is won already.").wait_for()
    assert page.locator("[data-board-count]").all_inner_texts() == ["2", "1", "0"]
    titles = page.locator("[data-column=qualified] .fw-board-card > a").all_inner_texts()
    assert titles == ["Elbkontor Versicherungen", "Reederei Harmsen"]
    page.context.close()


def test_a_draft_saves_itself_and_says_when_or_that_it_did_not(chromium: Any, address: str) -> None:
    page, _said = opened(chromium, f"{address}/style/")
    page.evaluate("document.querySelector('#id_customer').form.dataset.autosave = '/style/'")
    with page.expect_request(lambda request: request.method == "POST") as posted:
        page.fill("#id_customer", "Klinikum Ostheide")
    assert "Klinikum Ostheide" in posted.value.post_data
    page.wait_for_function("/^Saved \\d+/.test(document.querySelector('[data-saved]').textContent)")
    page.route("**/style/", lambda route: route.fulfill(status=503))
    page.fill("#id_customer", "Klinikum")
    page.get_by_text("Not saved yet").wait_for()
    page.context.close()


def test_a_dialog_a_menu_and_a_toast_open_and_close(chromium: Any, address: str) -> None:
    page, _said = opened(chromium, f"{address}/style/")
    page.get_by_role("button", name="Revoke…").first.click()
    assert page.get_by_role("dialog", name="Revoke the protection?").is_visible()
    page.get_by_role("button", name="Keep it").click()
    assert not page.get_by_role("dialog").is_visible()
    page.locator("summary[aria-label=More]").click()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == "Edit"
    page.keyboard.press("Escape")
    assert not page.get_by_role("link", name="Edit").is_visible()
    assert page.evaluate("document.activeElement.ariaLabel") == "More"
    page.context.close()


SENT = "[...new FormData(document.querySelector('.fw-cond').form)].filter(([key]) => key.startsWith('condition-'))"


def test_groups_within_groups_are_made_and_moved_by_buttons_alone(chromium: Any, address: str) -> None:
    page, said = opened(chromium, f"{address}/style/", width=375)
    builder = page.locator(".fw-cond").first
    builder.locator(":scope > .fw-cond-foot [data-cond-group]").press("Enter")
    group = builder.locator(".fw-cond-group").first
    group.locator("[data-cond-match]").first.select_option("none")
    group.locator("[data-cond-field]").select_option("budget")
    group.locator("[data-cond-op]").select_option("is_empty")
    group.locator(":scope > .fw-cond-foot [data-cond-group]").press("Enter")
    inner = group.locator(".fw-cond-group")
    inner.locator("[data-cond-field]").select_option("score")
    inner.locator("input").fill("9")
    inner.locator("[data-cond-up]").last.press("Enter")  # the row leaves the inner group, which stays behind it
    inner.locator(":scope > .fw-cond-head [data-cond-remove]").press("Enter")
    third = builder.locator(":scope > .fw-cond-rows > li").nth(2)
    third.locator("[data-cond-down]").press("Enter")  # into the group, before what is there
    assert page.evaluate(SENT)[10:] == [
        ["condition-2-match", "none"],
        ["condition-2-0-field", "score"],
        ["condition-2-0-op", "at_least"],
        ["condition-2-0-value", "50"],
        ["condition-2-1-field", "budget"],
        ["condition-2-1-op", "is_empty"],
        ["condition-2-2-field", "score"],
        ["condition-2-2-op", "is"],
        ["condition-2-2-value", "9"],
    ]
    assert page.evaluate("document.activeElement.matches('[data-cond-down]')")
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    assert axe(page) == []
    assert said == []
    page.context.close()
