"""What people meet when two want the same, when an address is not theirs, and when the database is away."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairway.config import embedded
from fairway.config.commands.database import ROOT
from fairway.config.commands.programs import web_command
from fairway.core.events.models import Event
from fairway.core.tenancy.context import entering
from fairway.leads.models import Lead, Offer
from fairway.leads.tests.makers import offered
from tests.browser import DESKTOP, Person
from tests.cast import PASSWORD

pytestmark = pytest.mark.browser

PRESS = "document.querySelector('form[action$=\"/acceptance/\"]').requestSubmit()"
WAIT_SECONDS = 60


def test_of_two_sellers_who_accept_at_the_same_moment_one_wins_and_the_other_is_told(committed, browse):
    offer = offered(committed)
    both = [browse(committed.beta_seller), browse(committed.beta_executive)]
    for person in both:
        person.go(f"/{committed.acme.slug}/portal/offers/{offer.uid}/")
    for person in both:  # neither waits for an answer, so that both requests are under way together
        person.page.evaluate(PRESS)
    for person in both:
        person.page.wait_for_url("**/portal/leads/**")
        person.see("Karen Thielemann")
    said = sorted("The lead is yours" in person.page.content() for person in both)
    assert said == [False, True]
    with entering(committed.admin.context):
        lead = Lead.objects.select_related("seller").get()
        assert Offer.objects.get().state == "accepted"
        assert Event.objects.filter(subject_type="offer", verb="accepted").count() == 1
    loser = next(person for person in both if "The lead is yours" not in person.page.content())
    toast = loser.page.locator(".fw-toast").first.inner_text()
    assert lead.seller.name in toast or "colleague" in toast


def test_what_belongs_to_another_partner_or_vendor_is_not_there(committed, browse):
    offer = offered(committed)
    strangers = [browse(committed.gamma_seller), browse(committed.zeta_admin)]
    slug = committed.acme.slug
    for person in strangers:
        for path in (f"/{slug}/portal/offers/{offer.uid}/", f"/{slug}/console/", f"/{slug}/console/leads/"):
            with person.expecting("status of 404"):
                answer = person.page.goto(person.site.url + path)
            assert answer.status == 404, path
            assert person.page.get_by_role("heading", level=1).inner_text() == "There is nothing here"
            assert "Brinkmann" not in person.page.content()


# --- the database goes away


class OwnInstallation:
    """A cluster, its tables and cast, and a web server of their own in a folder that is thrown away."""

    def __init__(self, folder: Path) -> None:
        self.var = folder / "var"
        self.addresses = embedded.ensure_running(self.var, durable=False)
        self.environment = self._environment(self.addresses.owner_url)
        self._run("-m", "django", "migrate", "--verbosity", "0")
        self._run("-c", "import django; django.setup(); from tests import cast; cast.build()")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = (folder / "web.log").open("wb")
        command = web_command(host="127.0.0.1", port=self.port, processes=1)
        self.web = subprocess.Popen(
            [sys.executable, *command], env=self._environment(self.addresses.web_url), stdout=self.log, stderr=self.log
        )
        wait_for(lambda: status_of(self.url + "/healthz") == 200)

    def _environment(self, url: str) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("FAIRWAY_")}
        kept |= {"DJANGO_SETTINGS_MODULE": "fairway.config.settings", "FAIRWAY_VAR": str(self.var)}
        kept["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        return kept | {"DATABASE_URL": url, "FAIRWAY_PROCESS": "fairway test"}

    def _run(self, *arguments: str) -> None:
        subprocess.run([sys.executable, *arguments], env=self.environment, cwd=ROOT, check=True)

    def end(self) -> None:
        self.web.terminate()
        self.web.wait(30)
        self.log.close()
        embedded.destroy(self.var)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[OwnInstallation]:
    made = OwnInstallation(tmp_path)
    try:
        yield made
    finally:
        made.end()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def status_of(url: str) -> int:
    """0 when nobody listens."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return 0


def wait_for(condition) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.1)


@pytest.mark.wide
def test_a_database_that_goes_away_is_said_plainly_and_the_page_comes_back_with_it(installation, chromium):
    context = chromium.new_context(viewport=DESKTOP)
    person = Person(installation, context)
    person.log_in("seller@beta.example", PASSWORD)
    person.go("/acme/portal/leads/")
    person.see("Leads")
    embedded.stop(installation.var)
    with person.expecting("status of 503"):
        answer = person.page.reload()
    assert answer.status == 503
    assert person.page.get_by_role("heading", level=1).inner_text() == "The database does not answer"
    assert "Traceback" not in person.page.content()
    assert status_of(installation.url + "/healthz") == 200
    assert status_of(installation.url + "/readyz") == 503
    embedded.ensure_running(installation.var, durable=False)
    person.page.get_by_role("link", name="Try again").click()
    person.page.wait_for_url("**/acme/portal/leads/")
    wait_for(lambda: status_of(installation.url + "/readyz") == 200)
    answer = person.page.reload()
    assert (answer.status, person.page.get_by_role("heading", level=1).inner_text()) == (200, "Leads")
    assert person.problems == []
    context.close()
