"""Sales lines through the API: sent in line by line, read by staff alone."""

import pytest
from tests.api import problem_of, program_of

from fairway.core.tenancy.context import entering
from fairway.sales.models import SalesLine

LINE = {
    "order_number": "SO-1", "line_number": "1", "partner": "B-1", "ordered_on": "2026-03-02", "quantity": "2",
    "amount": "2024.9940", "currency": "USD",
}  # fmt: skip


@pytest.fixture
def finance(acme):
    return program_of(acme.finance)


def count(cast) -> int:
    with entering(cast.admin.context):
        return SalesLine.objects.count()


def test_lines_are_answered_one_by_one(acme, finance):
    assert finance.post("sales-lines/bulk", {"lines": [LINE]}).json()["created"] == 1
    lines = [
        LINE,
        {**LINE, "line_number": "2"},
        {**LINE, "line_number": "2"},
        {**LINE, "line_number": "3", "partner": "nobody"},
        {**LINE, "line_number": "4", "amount": 12.5},
        {**LINE, "line_number": "5", "amount": "12.34567"},
        {**LINE, "line_number": "6", "ordered_on": "02.03.2026"},
        {**LINE, "line_number": "7", "amount": "-5.00", "colour": "red"},
    ]
    told = finance.post("sales-lines/bulk", {"lines": lines}).json()
    results = [line["result"] for line in told["lines"]]
    assert results == ["unchanged", "created", "refused", "refused", "refused", "refused", "refused", "refused"]
    wrong = [list(line["errors"]) for line in told["lines"][2:]]
    assert wrong == [["line_number"], ["partner"], ["amount"], ["amount"], ["ordered_on"], ["colour"]]
    assert (told["created"], told["unchanged"], told["refused"]) == (1, 1, 6)
    told = finance.post("sales-lines/bulk", {"lines": [{**LINE, "amount": "2000.00"}]}).json()
    assert told["lines"][0]["result"] == "updated"
    assert count(acme) == 2


def test_lines_are_read_as_they_came(acme, finance):
    uid = finance.post("sales-lines/bulk", {"lines": [LINE]}).json()["lines"][0]["uid"]
    told = finance.get("sales-lines?ordered_since=2026-03-01&ordered_before=2026-03-03&kind=sell_in").json()
    assert told["items"] == [
        {
            "uid": uid, "kind": "sell_in", "order_number": "SO-1", "line_number": "1", "partner": str(acme.beta.uid),
            "partner_external_id": "B-1", "product": None, "ordered_on": "2026-03-02", "quantity": "2.0000",
            "amount": "2024.9940", "cost": None, "currency": "USD",
        }
    ]  # fmt: skip
    assert finance.get("sales-lines?ordered_since=2026-03-03").json()["items"] == []


def test_pages_by_day_tell_every_line_once(acme, finance):
    lines = [{**LINE, "line_number": str(n), "ordered_on": f"2026-03-{1 + n // 3:02}"} for n in range(10)]
    finance.post("sales-lines/bulk", {"lines": lines})
    found, cursor = [], ""
    while cursor is not None:
        page = finance.get(f"sales-lines?limit=4{cursor and '&cursor=' + cursor}").json()
        found += [row["line_number"] for row in page["items"]]
        cursor = page["next_cursor"]
    assert found == [str(n) for n in reversed(range(10))]


def test_lines_are_for_staff_with_the_scope(acme, finance):
    finance.post("sales-lines/bulk", {"lines": [LINE]})
    problem_of(program_of(acme.beta_executive).get("sales-lines"), 403)
    problem_of(program_of(acme.finance, "sales.read").post("sales-lines/bulk", {"lines": [LINE]}), 403)
    problem_of(program_of(acme.cam).post("sales-lines/bulk", {"lines": [LINE]}), 403)
    assert program_of(acme.zeta_admin).get("sales-lines").json()["items"] == []
    answer = program_of(acme.zeta_admin).post("sales-lines/bulk", {"lines": [{**LINE, "line_number": "9"}]}).json()
    assert answer["lines"][0]["errors"].keys() == {"partner"}
    assert count(acme) == 1
