"""A visitor of a vendor's own site fills in the form there: in a frame, under a policy of that site, on a phone too."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from fairway.core import clock
from fairway.core.tenancy.context import entering
from fairway.leads.actions.forms import save_lead_form
from fairway.leads.models import Lead

pytestmark = pytest.mark.browser


class OtherSite:
    """A page of somebody else's, on another host name and port, with a strict policy of its own."""

    def __init__(self, product: str) -> None:
        self.body, self.policy = "", f"default-src 'none'; script-src {product}; frame-src {product}"
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Security-Policy", site.policy)
                self.end_headers()
                self.wfile.write(site.body.encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def other(site: Any) -> Iterator[OtherSite]:
    made = OtherSite(site.url)
    yield made
    made.server.shutdown()
    made.server.server_close()


def form_of(cast: Any, sites: list[str]) -> Any:
    return save_lead_form(
        form=None, actor=cast.marketer, at=clock.now(), name="Guide", slug="guide", headline="Wi-Fi for warehouses",
        consent_text="Acme and its partners may contact me.", is_active=True, sites=sites,
    )  # fmt: skip


def snippet(site: Any, cast: Any) -> str:
    address = f"{site.url}/{cast.acme.slug}/public/f/guide/"
    script = f"{site.url}/{cast.acme.slug}/public/form.js"
    return (
        f'<!doctype html><title>Halden</title><div data-fairway-form="{address}"><a href="{address}">Ask</a></div>'
        f'<script src="{script}" async></script>'
    )


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_a_visitor_of_another_site_asks_there_and_becomes_a_lead(committed, browse, site, other, phone):
    form_of(committed, [other.url])
    other.body = snippet(site, committed)
    page = browse(None, phone=phone).page
    page.goto(other.url)
    frame = page.frame_locator("iframe")
    frame.get_by_label("What do you need?").fill("Wi-Fi for a new warehouse")
    page.wait_for_function("Number(document.querySelector('iframe').height) > 600 && "
                           "document.querySelector('iframe').height !== '720'")  # fmt: skip
    for label, value in (("Company", "Brinkmann Logistics"), ("Last name", "Thielemann"),
                         ("E-mail", "karen@brinkmann.example")):  # fmt: skip
        frame.get_by_label(label, exact=True).fill(value)
    frame.get_by_label("Country").select_option("US")
    frame.get_by_label("Acme and its partners may contact me.").check()
    frame.locator("form[data-worked]").wait_for()
    page.wait_for_timeout(3_000)  # faster than this no person writes, says the form
    frame.get_by_role("button", name="Send").click()
    frame.get_by_role("heading", name="Thank you").wait_for()
    with entering(committed.admin.context):
        lead = Lead.objects.get(source="web form")
    assert (lead.company, lead.extra["consent_version"]) == ("Brinkmann Logistics", 1)


def test_a_site_that_is_not_listed_shows_no_form(committed, browse, site, other):
    form_of(committed, ["https://www.halden.example"])
    other.body = snippet(site, committed)
    person = browse(None)
    person.page.goto(other.url)
    person.page.locator("iframe").wait_for()
    person.page.wait_for_timeout(1_000)
    assert person.page.frame_locator("iframe").get_by_label("What do you need?").count() == 0
    assert any("frame-ancestors" in problem for problem in person.problems)
    person.problems.clear()
