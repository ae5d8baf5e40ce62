"""What a page asks of the database: a reviewed number each, and the same number however long a list is.

The numbers are in query_budgets.toml, for the admin in the console and Beta's executive in the portal, over one row in
every table. A page that asks less than its number may have it lowered; one that asks more needs a reason.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fairway.connect.models import ImportRun
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Partner
from fairway.customers.models import Customer
from fairway.deals.models import Deal, Protection, Registration
from fairway.insight.models import Export
from fairway.leads.models import Lead, LeadPerson, LeadScore, Offer
from fairway.partners.models import Enrollment, Profile
from fairway.workflow.models import Mail, Notification
from tests.rows import copies
from tests.test_sweep_urls import SURFACES, filled, known, of_surface, rows  # noqa: F401 - fixtures

BUDGETS = Path(__file__).with_name("query_budgets.toml")
FEW, MANY = 3, 60
# Lists whose length the rows below change.
LISTS = {
    "console": (
        "home", "lead-list", "lead-waiting", "registration-list", "deal-list", "deal-board", "protection-list",
        "partner-list", "customer-list", "import-list", "export-list", "notification-list", "mail-list",
    ),
    "portal": (
        "portal-home", "portal-offer-list", "portal-offer-answered", "portal-lead-list", "portal-deal-list",
        "portal-deal-board", "portal-registration-list", "portal-protection-list", "portal-export-list",
        "portal-notification-list",
    ),
}  # fmt: skip


def readers(acme, client_of):
    return {"console": client_of(acme.admin), "portal": client_of(acme.beta_executive)}


def asked(client, path: str) -> tuple[int, str]:
    """Statements of one GET, without the savepoints that stand for transactions here, and the text it answered."""
    client.get(path)  # the first one may fill what processes keep
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    assert answer.status_code == 200, path
    sentences = [query["sql"] for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]]
    return len(sentences), answer.content.decode()


def pages(client, known, surface: str) -> Iterator[tuple[str, str]]:  # noqa: F811
    """(name, path) of everything in a surface that answers a GET with a page."""
    for name, route in of_surface(surface):
        if "<uuid:" in route and known.get(name) is None:
            continue
        path = filled(route, known.get(name, ""))
        answer = client.get(path)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            yield name, path


@pytest.mark.parametrize("surface", SURFACES)
def test_no_page_asks_the_database_more_than_its_reviewed_number(acme, known, client_of, surface):  # noqa: F811
    budgets: dict[str, int] = tomllib.loads(BUDGETS.read_text())[surface]
    client = readers(acme, client_of)[surface]
    numbers = {name: asked(client, path)[0] for name, path in pages(client, known, surface)}
    new = [f"{name} = {number}" for name, number in numbers.items() if name not in budgets]
    over = [f"{name} asks {n}, allowed {budgets[name]}" for name, n in numbers.items() if n > budgets.get(name, n)]
    gone = [f"{name} is no page any more" for name in budgets if name not in numbers]
    if new:
        pytest.fail("\n".join([f"Look at these and add them to [{surface}] in {BUDGETS.name}:", *new]), pytrace=False)
    assert over + gone == []


@pytest.mark.parametrize("surface", SURFACES)
def test_a_long_list_asks_no_more_than_a_short_one(acme, rows, client_of, surface):  # noqa: F811
    client = readers(acme, client_of)[surface]
    paths = {name: filled(route, "") for name, route in of_surface(surface) if name in LISTS[surface]}
    assert sorted(paths) == sorted(LISTS[surface])
    with acting_for(acme.admin):
        lengthen(rows, FEW - 1)
    short = {name: asked(client, path) for name, path in paths.items()}
    with acting_for(acme.admin):
        lengthen(rows, MANY - FEW, start=FEW)
    long = {name: asked(client, path) for name, path in paths.items()}
    dearer = {name: (short[name][0], long[name][0]) for name in paths if long[name][0] != short[name][0]}
    assert dearer == {}
    unchanged = [name for name in paths if len(long[name][1]) <= len(short[name][1])]
    assert unchanged == []


def lengthen(rows, count: int, start: int = 0) -> None:  # noqa: F811
    """So many more of everything that lists show; each lead has its own person, score and offer."""

    def more(model, **others):
        return copies(rows[model], count, start=start, **others)

    partners = more(Partner)
    more(Profile, partner=partners)
    more(Enrollment, partner=partners)
    leads = more(Lead)
    for model in (LeadPerson, LeadScore, Offer):
        more(model, lead=leads)
    customers = more(Customer)
    registrations = more(Registration, customer=customers)
    protections = more(Protection, customer=customers, registration=registrations)
    more(Deal, lead=leads, customer=customers, registration=registrations, protection=protections)
    for model in (ImportRun, Export, Notification, Mail):
        more(model)
