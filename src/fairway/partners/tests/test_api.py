"""Partners through the API: read by staff, sent in line by line."""

import pytest
from tests.api import problem_of, program_of

from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner
from fairway.partners.models import Program, Tier

NEW = {
    "external_id": "N-1", "name": "Nordlicht IT", "country": "DE", "city": "Hamburg", "kinds": ["var"],
    "employees": 40, "annual_sales": {"amount_minor": 123_456_00, "currency": "USD"}, "verticals": ["Health"],
}  # fmt: skip


@pytest.fixture
def operations(acme):
    return program_of(acme.operations)


def count(cast) -> int:
    with entering(cast.admin.context):
        return Partner.objects.count()


def test_partners_are_sent_in_line_by_line(acme, operations):
    with acting_for(acme.admin):
        program = Program.objects.create(vendor=acme.acme, name="Partners", is_default=True)
        Tier.objects.create(vendor=acme.acme, program=program, code="gold", name="Gold", rank=1)
    lines = [
        NEW,
        {**NEW, "external_id": "N-2", "tier": "gold"},
        {**NEW, "external_id": "N-2"},
        {"external_id": "N-3"},
        {**NEW, "external_id": "N-4", "annual_sales": {"amount_minor": 1, "currency": "EUR"}},
        {**NEW, "external_id": "N-5", "kinds": ["shop"]},
        {"external_id": "N-6", "name": "Weser Systeme", "tier": "platinum"},
    ]
    told = operations.post("partners/bulk", {"lines": lines}).json()
    results = [line["result"] for line in told["lines"]]
    assert results == ["created", "created", "refused", "refused", "refused", "refused", "created"]
    wrong = [list(told["lines"][place]["errors"]) for place in (2, 3, 4, 5)]
    assert wrong == [["external_id"], ["name"], ["annual_sales.currency"], ["kinds.0"]]
    assert list(told["lines"][6]["warnings"]) == ["tier"]
    assert count(acme) == 5
    again = operations.post("partners/bulk", {"lines": [NEW, {**NEW, "external_id": "N-2", "employees": 41}]}).json()
    assert [line["result"] for line in again["lines"]] == ["unchanged", "updated"]
    assert again["lines"][0]["uid"] == told["lines"][0]["uid"]
    moved = {"external_id": "N-1", "name": "Nordlicht IT", "tier": "gold"}
    assert operations.post("partners/bulk", {"lines": [moved]}).json()["lines"][0]["result"] == "updated"


def test_a_partner_is_read_with_its_profile(acme, operations):
    uid = operations.post("partners/bulk", {"lines": [NEW]}).json()["lines"][0]["uid"]
    answer = operations.get(f"partners/{uid}")
    told = answer.json()
    assert (told["name"], told["external_id"], told["state"], told["tier"]) == ("Nordlicht IT", "N-1", "active", "")
    assert told["profile"]["annual_sales"] == {"amount_minor": 123_456_00, "currency": "USD"}
    assert told["profile"]["kinds"] == ["var"]
    assert answer["ETag"] == '"1"'
    assert [row["uid"] for row in operations.get("partners?external_id=N-1").json()["items"]] == [uid]
    assert [row["name"] for row in operations.get("partners").json()["items"]] == [
        "Nordlicht IT", "Gamma IT", "Beta Systems",
    ]  # fmt: skip


def test_a_partner_without_a_profile_is_read_too(acme, operations):
    told = operations.get(f"partners/{acme.beta.uid}").json()
    assert told["account_manager"] == "Cam Miller"
    assert told["profile"]["annual_sales"] is None


def test_partners_are_for_the_vendors_own_staff(acme, operations):
    problem_of(program_of(acme.beta_executive).get("partners"), 403)
    problem_of(program_of(acme.zeta_admin).get(f"partners/{acme.beta.uid}"), 404)
    assert [row["external_id"] for row in program_of(acme.zeta_admin).get("partners").json()["items"]] == ["77"]
    problem_of(program_of(acme.cam).post("partners/bulk", {"lines": [NEW]}), 403)
    problem_of(program_of(acme.operations, "partner.read").post("partners/bulk", {"lines": [NEW]}), 403)
    assert count(acme) == 2
