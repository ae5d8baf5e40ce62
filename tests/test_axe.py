"""axe-core on every page: nothing against WCAG 2.2 AA, and nothing in the browser's console.

Pages come from the URL table and one row in every table, as in the sweep of addresses; a new page is looked at without
a word written for it.
"""

import re
from functools import cache
from typing import Any

import pytest
from django.test import Client
from django.urls import clear_script_prefix

from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import User
from fairway.leads.models import LeadForm
from tests.cast import Cast
from tests.rows import make_rows
from tests.test_sweep_urls import answering_uid, filled, of_surface

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """async tags => {
  const result = await axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]});
  return result.violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.target.join(" ")} ${n.failureSummary}`));
}"""


def faults_of(person, path: str) -> list[str]:
    """What axe and the console say of one page."""
    heard = len(person.problems)
    page = person.go(path)
    person.axe()
    found = [f"{path}: {said}" for said in page.evaluate(RUN, TAGS)]
    found += person.problems[heard:]
    del person.problems[heard:]
    if not person.is_no_wider_than_its_screen():
        found.append(f"{path}: wider than the screen")
    return found


@pytest.fixture(scope="module")
def committed(committed_once) -> Cast:
    return committed_once


@pytest.fixture(scope="module")
def rows(committed) -> dict[Any, Any]:
    with acting_for(committed.admin):
        return make_rows(committed)


@pytest.fixture(scope="module")
def found_pages(committed, rows):
    """`found_pages(surface, who)`: looked for once."""
    return cache(lambda surface, who: pages(committed, rows, surface, committed.members()[who]))


def pages(cast, rows, surface: str, member) -> list[str]:
    """The paths of a surface that answer this person with a page."""
    client = Client()
    client.force_login(User.objects.get(pk=member.user_id))
    found = []
    for name, route in of_surface(surface):
        slug = cast.acme.slug
        uid = answering_uid(client, name, route, rows, slug) if "<uuid:" in route else ""
        if uid is None:
            continue
        path = filled(route, uid, slug)
        answer = client.get(path)
        if answer.status_code == 200 and b"<html" in answer.content:
            found.append(path)
    clear_script_prefix()
    return found


def fail_with(found: list[str]) -> None:
    if found:
        pytest.fail("\n".join(found), pytrace=False)


# All of the portal, and what staff look at many times a day; the rest of the console in the full run.
DAILY = re.compile(r"/(portal/.*|console/|console/(leads|registrations|deals|partners|reviews|notifications)/[^/]*/?)$")
EVERY = re.compile("")
SURFACES = {"console-daily": ("console", "admin", DAILY), "console": ("console", "admin", EVERY),
            "portal": ("portal", "beta_executive", EVERY)}  # fmt: skip
FULL_RUN = {"console", "console-daily-phone", "portal-phone"}


def cases(*named: str) -> list[Any]:
    """Surfaces by name, with “-phone” on a phone; those of FULL_RUN are left to it."""
    return [
        pytest.param(
            (*SURFACES[name.removesuffix("-phone")], name.endswith("-phone")), id=name,
            marks=[pytest.mark.wide] if name in FULL_RUN else [],
        )
        for name in named
    ]  # fmt: skip


@pytest.mark.parametrize("case", cases("console-daily", "portal", "console", "console-daily-phone", "portal-phone"))
def test_no_page_of_a_surface_keeps_anybody_out(committed, found_pages, browse, case):
    surface, who, which, phone = case
    paths = [path for path in found_pages(surface, who) if which.search(path)]
    assert len(paths) > 5
    person = browse(committed.members()[who], phone=phone)
    fail_with([fault for path in paths for fault in faults_of(person, path)])


AROUND = ("/desk/", "/go/", "/accounts/security/", "/accounts/security/app/", "/accounts/security/passkeys/new/")


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_neither_do_the_pages_around_them(committed, rows, browse, phone):
    visitor = browse(phone=phone)
    form = f"/{committed.acme.slug}/public/f/{rows[LeadForm].slug}/"
    paths = ["/accounts/login/", "/accounts/password/reset/", form]
    found = [fault for path in paths for fault in faults_of(visitor, path)]
    person = browse(committed.beta_executive, phone=phone)
    found += [fault for path in AROUND for fault in faults_of(person, path)]
    found += [fault for fault in faults_of(person, f"/{committed.acme.slug}/console/") if "status of 404" not in fault]
    fail_with(found)


NARROW = ({"width": 375, "height": 812}, {"width": 320, "height": 640})


@pytest.mark.parametrize("case", cases("console-daily", "portal", "console"))
def test_no_page_scrolls_sideways_on_a_narrow_screen(committed, found_pages, browse, case):
    surface, who, which, _phone = case
    person = browse(committed.members()[who], phone=True)
    wide = []
    around = ["/desk/"] if surface == "portal" else []
    for path in [*(path for path in found_pages(surface, who) if which.search(path)), *around]:
        person.go(path)
        for size in NARROW:
            person.page.set_viewport_size(size)
            if not person.is_no_wider_than_its_screen():
                wide.append(f"{path}: wider than {size['width']}")
    fail_with(wide)
