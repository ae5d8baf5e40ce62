"""Figures that take long are kept, shown with their time, and worked out anew behind the page."""

import re
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from fairway.core import clock, jobs
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.insight.actions import figures as actions
from fairway.insight.actions.figures import begin_day, figures
from fairway.insight.models import KeptFigures
from fairway.insight.queries import kept
from fairway.insight.rules.periods import Window
from fairway.insight.rules.plain import Rows, plain, revived
from fairway.sales.models import SalesLine

NOW = datetime(2026, 10, 31, 12, tzinfo=UTC)
WINDOW = Window(date(2026, 10, 31))


@dataclass(frozen=True)
class Sample:
    on: date
    parts: list[Decimal | None]


def test_figures_come_back_as_they_were() -> None:
    value = {
        "a": Sample(date(2026, 1, 2), [Decimal("1.2300"), None]),
        "b": Rows([["x", 1, None]]),
        "c": [UUID(int=7), 1.5],
    }
    assert revived(plain(value), {"Sample": Sample}) == value


def test_what_is_not_plain_is_refused() -> None:
    with pytest.raises(TypeError, match="set is no plain value"):
        plain({"a": {1}})


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Everything takes long enough to be kept, and is fresh for ten minutes."""
    settings.FIGURES_KEPT_FROM_MS = 0
    monkeypatch.setattr(kept, "is_stale", lambda row, at: at - row.made_at > timedelta(minutes=10))
    monkeypatch.setattr(actions, "is_stale", kept.is_stale)


def sell(cast, partner, amount: str, number: str) -> None:
    with acting_for(cast.admin):
        SalesLine.objects.create(
            vendor=cast.acme, partner=partner, order_number=number, line_number="1", ordered_on=date(2026, 10, 1),
            quantity=1, amount=Decimal(amount), currency="USD", imported_at=NOW,
        )  # fmt: skip


def revenue(member, at: datetime = NOW) -> Decimal:
    with entering(member.context):
        return figures(["headline"], member=member, window=WINDOW, at=at)["headline"].value.revenue


def test_what_is_quick_is_worked_out_for_every_page(acme) -> None:
    assert revenue(acme.chief) == 0
    sell(acme, acme.beta, "10", "1")
    assert revenue(acme.chief) == 10
    with entering(acme.chief.context):
        assert not KeptFigures.objects.exists()


def test_kept_figures_are_shown_until_a_job_has_worked_them_out_anew(acme, slow) -> None:
    sell(acme, acme.beta, "10", "1")
    assert revenue(acme.chief) == 10
    sell(acme, acme.beta, "5", "2")
    assert revenue(acme.chief, NOW + timedelta(minutes=9)) == 10
    later = NOW + timedelta(minutes=11)
    assert revenue(acme.chief, later) == 10  # the last time
    assert revenue(acme.chief, later) == 10
    assert jobs.run_pending() == 1
    assert revenue(acme.chief, later) == 15


def test_nobody_is_shown_the_figures_of_others(acme, slow) -> None:
    sell(acme, acme.beta, "10", "1")
    sell(acme, acme.gamma, "3", "2")
    assert revenue(acme.chief) == 13
    assert revenue(acme.cam) == 10
    assert revenue(acme.other_cam) == 3
    assert revenue(acme.zeta_admin) == 0
    assert (revenue(acme.chief), revenue(acme.cam), revenue(acme.other_cam)) == (13, 10, 3)


def test_another_day_has_other_figures(acme, slow) -> None:
    sell(acme, acme.beta, "10", "1")
    assert revenue(acme.chief) == 10
    with entering(acme.chief.context):
        before = figures(["headline"], member=acme.chief, window=Window(date(2026, 9, 1)), at=NOW)["headline"].value
    assert before.revenue == 0


def test_in_the_morning_they_are_there_before_anybody_asks(acme, slow, monkeypatch) -> None:
    sell(acme, acme.beta, "10", "1")
    assert (revenue(acme.chief), revenue(acme.cam)) == (10, 10)
    tomorrow = NOW + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    begin_day(vendor_id=acme.acme.pk, at=tomorrow)
    begin_day(vendor_id=acme.acme.pk, at=tomorrow)
    assert jobs.run_pending() == 2
    with entering(acme.chief.context):
        rows = KeptFigures.objects.filter(as_of=date(2026, 11, 1)).order_by("seat_id")
        assert [row.seat_id for row in rows] == [0, acme.cam.seat_id]
    begin_day(vendor_id=acme.acme.pk, at=tomorrow + timedelta(days=3))
    with entering(acme.chief.context):
        assert not KeptFigures.objects.exists()


def tables(page: str) -> list[str]:
    return re.findall(r"<tbody.*?</tbody>", page, re.DOTALL)


def test_the_pages_show_kept_figures_with_their_time(acme, client_of, slow) -> None:
    sell(acme, acme.beta, "10", "1")
    client = client_of(acme.chief)
    for path in ("console/channel/?by=partner", "console/channel/?by=tier", "console/channel/?by=territory",
                 "console/reviews/?sort=-name"):  # fmt: skip
        fresh = client.get(f"/acme/{path}&as_of=2026-10-31").content.decode()
        again = client.get(f"/acme/{path}&as_of=2026-10-31").content.decode()
        assert tables(fresh)
        assert tables(fresh) == tables(again)
        assert "Figures of " in again
        assert "Figures of " not in fresh or "by=" in path  # the review of the channel was kept by the first


def test_what_takes_too_long_for_a_page_is_left_to_a_job(acme, slow, settings, monkeypatch) -> None:
    sell(acme, acme.beta, "10", "1")
    usual = kept.SOURCES["headline"]

    def lengthy(member, window):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.4)")
        return usual(member, window)

    monkeypatch.setattr(kept, "SOURCES", {**kept.SOURCES, "headline": lengthy})
    settings.FIGURES_PAGE_LIMIT_MS = 100
    with entering(acme.chief.context):
        assert figures(["headline"], member=acme.chief, window=WINDOW, at=NOW)["headline"].value is None
        begun = time.monotonic()
        assert figures(["headline"], member=acme.chief, window=WINDOW, at=NOW)["headline"].value is None
        assert time.monotonic() - begun < 0.1  # nobody tries while the job is awaited
    settings.FIGURES_KEPT_FROM_MS = 600_000  # what is awaited is kept, however quick it was
    assert jobs.run_pending() == 1
    monkeypatch.setattr(actions, "_in_time", lambda *_: pytest.fail("it was not kept"))
    assert revenue(acme.chief) == 10


def test_pages_say_that_figures_are_being_worked_out(acme, client_of, monkeypatch) -> None:
    monkeypatch.setattr(actions, "_in_time", lambda *_: {})
    client = client_of(acme.chief)
    for path in ("console/channel/", "console/reviews/"):
        page = client.get(f"/acme/{path}")
        assert page.status_code == 200
        assert "These figures are being worked out" in page.content.decode()
    assert "being worked out" in client.get("/acme/console/").content.decode()
    monkeypatch.undo()
    assert jobs.run_pending() == 5  # review, funnel, partner; years; headline
