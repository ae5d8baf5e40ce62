from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.deals.models import Deal
from fairway.insight.queries.channel import distribution, funnel
from fairway.insight.queries.review import partners_in_view, review
from fairway.insight.rules.periods import Window
from fairway.leads.models import Lead, Offer
from fairway.sales.models import SalesLine

AS_OF = Window(date(2026, 10, 31))


def at(month: int, day: int, hour: int = 9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def line(cast, partner, on: date, amount: str, number: str) -> None:
    SalesLine.objects.create(
        vendor=cast.acme, partner=partner, order_number=number, line_number="1", ordered_on=on,
        quantity=1, amount=Decimal(amount), currency="USD", imported_at=at(10, 1),
    )  # fmt: skip


def offer(cast, partner, offered_at: datetime, **extra) -> Offer:
    lead = Lead.objects.create(vendor=cast.acme, title="Wi-Fi", captured_at=offered_at)
    return Offer.objects.create(
        vendor=cast.acme, partner=partner, lead=lead, title="Wi-Fi", offered_at=offered_at, lapses_at=at(12, 1), **extra
    )


@pytest.fixture
def history(acme):
    with acting_for(acme.admin):
        line(acme, acme.beta, date(2026, 10, 31), "100.0050", "in")
        line(acme, acme.beta, date(2025, 11, 1), "50.0001", "first day")
        line(acme, acme.beta, date(2025, 10, 31), "25", "the day before")
        line(acme, acme.beta, date(2026, 11, 1), "999", "after")
        line(acme, acme.gamma, date(2026, 5, 5), "7", "rival")
        offer(acme, acme.beta, at(10, 1), state="accepted", answered_at=at(10, 1, 13))
        offer(acme, acme.beta, at(10, 2), state="declined", answered_at=at(10, 2, 11))
        offer(acme, acme.beta, at(10, 30), state="accepted", answered_at=at(11, 2))
        for state, minor in (("won", 5000), ("lost", 100), ("proposal", 300)):
            Deal.objects.create(
                vendor=acme.acme, partner=acme.beta, customer_name="Harbour Mills", title=state, origin="partner",
                state=state, amount_minor=minor, created_at=at(9, 1), stage_since=at(9, 1),
                closed_at=at(10, 20) if state in {"won", "lost"} else None,
            )  # fmt: skip


def test_only_the_window_counts_to_the_fourth_decimal(acme, history):
    with entering(acme.chief.context):
        found = review([acme.beta.pk], AS_OF)
    assert found.revenue == Decimal("150.0051")
    assert found.total("revenue_before") == Decimal("25")
    assert found.months[-1].revenue == Decimal("100.0050")
    assert found.months[0].revenue == Decimal("50.0001")


def test_an_answer_after_the_as_of_date_is_not_known_yet(acme, history):
    with entering(acme.chief.context):
        october = review([acme.beta.pk], AS_OF).months[-1]
    assert (october.offered, october.accepted, october.refused) == (3, 1, 1)
    assert october.median_hours == pytest.approx(3.0)


def test_deals_won_lost_and_open(acme, history):
    with entering(acme.chief.context):
        found = review([acme.beta.pk], AS_OF)
    assert (found.total("won"), found.total("won_minor"), found.total("lost")) == (1, 5000, 1)
    assert (found.open_deals, found.open_minor) == (1, 300)
    assert found.won_share == 0.5


def test_the_channel_counts_every_partner_and_a_partner_only_itself(acme, history):
    with entering(acme.chief.context):
        assert review(None, AS_OF).partners_with_revenue == 2
    with entering(acme.gamma_seller.context):
        own = review(None, AS_OF)
    assert own.revenue == Decimal("7")
    assert own.total("offered") == 0


def test_a_cam_sees_the_own_partners_only(acme):
    with entering(acme.cam.context):
        assert list(partners_in_view(acme.cam)) == [acme.beta]
    with entering(acme.chief.context):
        assert set(partners_in_view(acme.chief)) == {acme.beta, acme.gamma}


def test_the_funnel_narrows_step_by_step(acme, history):
    with entering(acme.chief.context):
        steps = {step.key: step.count for step in funnel(acme.chief, AS_OF)}
    assert steps == {
        "captured": 3, "scored": 0, "offered": 3, "accepted": 1, "touched": 0, "deal": 0, "won": 0,
    }  # fmt: skip


def test_distribution_by_partner_adds_offers_deals_and_revenue(acme, history):
    with entering(acme.chief.context):
        beta, gamma = distribution(acme.chief, AS_OF, "partner")
    assert (beta["label"], beta["offered"], beta["accepted"], beta["declined"]) == ("Beta Systems", 3, 1, 1)
    assert (beta["won"], beta["won_minor"], beta["revenue"]) == (1, 5000, Decimal("150.0051"))
    assert (gamma["label"], gamma["offered"], gamma["revenue"]) == ("Gamma IT", 0, Decimal("7"))


def test_a_cam_finds_only_the_own_partners_in_distribution_and_funnel(acme, history):
    with entering(acme.other_cam.context):
        assert [row["label"] for row in distribution(acme.other_cam, AS_OF, "partner")] == ["Gamma IT"]
        assert funnel(acme.other_cam, AS_OF)[0].count == 0


def test_distribution_by_tier_names_partners_without_one_with_nothing(acme, history):
    with entering(acme.chief.context):
        (row,) = distribution(acme.chief, AS_OF, "tier")
    assert (row["label"], row["offered"]) == ("", 3)
