"""Prepared queries answer as the ORM does, in every context, and keep nothing of a reader."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.models import DateTimeField, F, QuerySet
from django.db.models.functions import TruncDate
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fairway.core.prepared import KEPT, Asked, Given, Prepared, Wanted, prepared, together
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import Context, NoContext, OutsideContext, Surface, entering
from fairway.core.tenancy.models import Partner
from fairway.leads.models import Lead, Offer, RoutingPolicy
from tests.cast import Cast

AT = datetime(2026, 3, 1, 3, 30, tzinfo=UTC)


@prepared
def partners() -> QuerySet[Partner, dict[str, Any]]:
    return Partner.objects.order_by("name").values("id", "name")


@prepared
def offers(state: str = "") -> QuerySet[Offer, dict[str, Any]]:
    rows = Offer.objects.filter(state=state) if state else Offer.objects.all()
    return rows.order_by("title").values("title", "brief", "partner__name", place_of=F("place"))


@prepared
def lapsing() -> QuerySet[Offer, dict[str, Any]]:
    return (
        Offer.objects.filter(lapses_at__lt=Given("at", DateTimeField()))
        .order_by("title")
        .values("title", lapses_on=TruncDate("lapses_at"))
    )


@pytest.fixture
def three_offers(acme: Cast) -> Cast:
    with acting_for(acme.operations):
        for number, partner in enumerate((acme.beta, acme.beta, acme.gamma)):
            lead = Lead.objects.create(vendor=acme.acme, title=f"Lead {number}", captured_at=AT)
            Offer.objects.create(
                vendor=acme.acme, partner=partner, lead=lead, title=f"Offer {number}", state="open", offered_at=AT,
                lapses_at=AT, limit_minutes=60, brief={"need": [number]},
            )  # fmt: skip
    return acme


def test_a_prepared_query_answers_as_the_orm_does_for_staff(three_offers: Cast) -> None:
    with entering(three_offers.operations.context):
        assert offers()[:10] == list(offers.queryset())
        assert [row["brief"] for row in offers()[:10]] == [{"need": [0]}, {"need": [1]}, {"need": [2]}]
        assert offers("declined")[:10] == []


def test_each_reader_gets_the_own_rows_from_one_compiled_query(three_offers: Cast) -> None:
    for member, expected in (
        (three_offers.beta_seller, ["Offer 0", "Offer 1"]),
        (three_offers.gamma_seller, ["Offer 2"]),
        (three_offers.executive_at_zeta, []),
        (three_offers.beta_seller, ["Offer 0", "Offer 1"]),
    ):
        with entering(member.context):
            assert [row["title"] for row in offers()[:10]] == expected
            assert offers().count_to(10) == len(expected)


def test_a_member_of_several_partners_is_asked_with_all_of_them(three_offers: Cast) -> None:
    alone = three_offers.beta_seller.context
    both = replace(alone, partner_ids=(three_offers.beta.pk, three_offers.gamma.pk))
    for context, expected in ((alone, 2), (both, 3), (alone, 2)):
        with entering(context):
            assert offers().count_to(10) == expected == offers.queryset().count()


def test_the_scope_alone_keeps_rows_apart_when_the_database_would_show_all(three_offers: Cast) -> None:
    with acting_for(three_offers.operations):
        # Compiled for acting, which sees the whole vendor.
        assert offers().count_to(10) == 3
    with entering(three_offers.zeta_admin.context):
        assert offers().count_to(10) == 0
        assert partners().count_to(10) == Partner.objects.count()


def test_without_a_context_nothing_is_compiled_or_run(three_offers: Cast) -> None:
    with pytest.raises(NoContext):
        offers()[:1]
    with entering(three_offers.operations.context):
        offers()[:1]
    with pytest.raises(NoContext):
        offers().count_to(1)


def test_a_table_that_the_surface_may_not_see_is_refused(acme: Cast) -> None:
    policies = prepared(lambda: RoutingPolicy.objects.values("number"))
    with entering(acme.operations.context):
        assert policies()[:5] == []
    with entering(acme.beta_seller.context), pytest.raises(OutsideContext):
        policies()[:5]


def test_given_values_are_put_in_when_it_runs(three_offers: Cast) -> None:
    with entering(three_offers.operations.context):
        assert lapsing(given={"at": AT})[:10] == []
        later = AT.replace(minute=31)
        assert [row["title"] for row in lapsing(given={"at": later})[:10]] == ["Offer 0", "Offer 1", "Offer 2"]
        with pytest.raises(KeyError):
            lapsing()[:10]


def test_days_follow_the_time_zone_of_the_reader(three_offers: Cast) -> None:
    later = {"at": AT.replace(minute=31)}
    with entering(three_offers.operations.context):
        for zone, day in (("UTC", 1), ("America/New_York", 28), ("UTC", 1)):
            with timezone.override(zone):
                assert lapsing(given=later)[:1][0]["lapses_on"].day == day


def test_pages_and_counts_stop_where_they_are_told(three_offers: Cast) -> None:
    with entering(three_offers.operations.context):
        assert [row["title"] for row in offers()[1:2]] == ["Offer 1"]
        assert offers()[2:2] == []
        assert offers().count_to(2) == 2


def test_a_query_that_cannot_match_asks_nothing(acme: Cast) -> None:
    nobody = prepared(lambda: Offer.objects.none().values("title"))
    with entering(acme.operations.context), CaptureQueriesContext(connection) as asked:
        assert nobody()[:5] == []
        assert nobody().count_to(5) == 0
    assert not asked.captured_queries


def test_it_is_built_once_for_each_shape_and_the_oldest_is_let_go(acme: Cast) -> None:
    built: list[int] = []

    def build(number: int) -> QuerySet:
        built.append(number)
        return Partner.objects.filter(pk=number).values("id")

    asked = Prepared(build)
    with entering(acme.operations.context):
        for _ in range(3):
            assert asked(acme.beta.pk)[:1] == [{"id": acme.beta.pk}]
        assert built == [acme.beta.pk]
        for number in range(KEPT):
            asked(-number)[:1]
        assert asked(acme.beta.pk)[:1] == [{"id": acme.beta.pk}]
        assert built.count(acme.beta.pk) == 2
    assert isinstance(asked(1), Asked)


def test_shapes_that_differ_are_compiled_apart(acme: Cast) -> None:
    desk = Context(
        Surface.DESK, partner_ids=(acme.beta.pk, acme.beta_at_zeta.pk), organization_id=acme.beta.organization_id,
        vendor_ids=(acme.acme.pk, acme.zeta.pk),
    )  # fmt: skip
    with entering(acme.operations.context):
        assert partners()[:10] == list(partners.queryset())
    with entering(desk):
        assert partners()[:10] == list(partners.queryset())
        assert {row["id"] for row in partners()[:10]} == {acme.beta.pk, acme.beta_at_zeta.pk}


def test_several_questions_are_asked_in_one_trip_and_once(three_offers: Cast) -> None:
    with entering(three_offers.operations.context):
        rows, count, names = offers("open").rows(1, 3), offers("open").counted(2), partners().rows(0, 1)
        late = lapsing(given={"at": AT}).counted(10)
        with CaptureQueriesContext(connection) as asked:
            together(rows, count, names, late, count)
            assert [row["title"] for row in rows.answer] == ["Offer 1", "Offer 2"]
            assert (count.answer, late.answer) == (2, 1 - 1)
            assert names.answer == partners()[0:1]
        assert len(asked) == 2  # the trip, and the list of partners asked again to compare


def test_an_answer_is_changed_without_asking_again(three_offers: Cast) -> None:
    with entering(three_offers.operations.context):
        words = offers("open").counted(10).then("{} open".format)
        with CaptureQueriesContext(connection) as asked:
            assert (words.answer, words.answer) == ("3 open", "3 open")
            assert words.then(len).answer == len("3 open")
        assert len(asked) == 1
    assert Wanted.known(4).then(str).answer == "4"


def test_what_cannot_match_is_known_without_asking(three_offers: Cast) -> None:
    with entering(three_offers.operations.context), CaptureQueriesContext(connection) as asked:
        together()
        assert offers().rows(3, 3).answer == []
    assert len(asked) == 0


def test_several_questions_fail_closed_together(three_offers: Cast) -> None:
    with entering(three_offers.beta_seller.context):
        mine, all_rows = offers().counted(10), offers().rows(0, 10)
        together(mine, all_rows)
        assert (mine.answer, len(all_rows.answer)) == (2, 2)
    with pytest.raises(NoContext):
        offers().counted(10)
