"""Staff of some business units: what other units sell is on no page, in no answer, no count, no search, no export."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import transaction

from fairway.catalog.actions.importing import ProductRow, import_products
from fairway.catalog.actions.units import limit_seat_to_units, retire_unit, save_unit
from fairway.catalog.models import BusinessUnit, Product, ProductLine
from fairway.core import clock, jobs
from fairway.core.access import Forbidden
from fairway.core.events.models import Event
from fairway.core.refusals import Refused
from fairway.core.search.find import find
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner, Seat
from fairway.deals.models import Deal, Protection, Registration
from fairway.insight.models import Export, KeptFigures
from fairway.leads.models import Lead, Offer
from fairway.partners.actions.territories import limit_seat
from fairway.partners.models import Territory
from fairway.sales.models import SalesLine
from tests import cast
from tests.api import Program, token_of
from tests.leaks import OF_UNITS
from tests.rows import MARKS
from tests.scene import make_scene
from tests.test_sweep_api import uids, visits  # noqa: F401 - fixtures
from tests.test_sweep_urls import known, rows  # noqa: F401 - fixtures
from tests.test_sweep_urls import visits as page_visits

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
INTERNAL, BETA, ACME = MARKS.values()
SOLD = (Lead, Offer, Registration, Protection, Deal, SalesLine)


@pytest.fixture
def other(acme) -> BusinessUnit:
    """A unit beside the one that sells what all rows are about."""
    with acting_for(acme.admin):
        made = BusinessUnit.objects.create(vendor=acme.acme, code="storage", name="Storage")
        line = ProductLine.objects.create(vendor=acme.acme, code="disks", name="Disks", unit=made)
        Product.objects.create(vendor=acme.acme, external_id="D-1", name="Disk", line=line)
    return made


def limited(acme, who: str, *units: BusinessUnit):
    """The member after being limited to these units, as the next request sees it."""
    person = acme.members()[who]
    with entering(acme.admin.context):
        seat = Seat.objects.get(pk=person.seat_id)
    limit_seat_to_units(seat=seat, units=units, actor=acme.admin, at=clock.now())
    return cast.member(seat)


def sold_leaks(text: str) -> list[str]:
    """Marked texts of rows that are sold in a line of the other unit."""
    names = {name.lower() for name in OF_UNITS}
    found = []
    for mark in (INTERNAL, BETA):
        for part in text.split(mark)[1:]:
            word = part.replace("%20", " ").replace("+", " ").strip(" -@").split(" ")[0].partition("-")[0]
            if word.partition(".")[0] in names:
                found.append(f"{mark} {part[:40]}")
    return found


@pytest.mark.parametrize(
    "who", ["cam", *(pytest.param(who, marks=pytest.mark.wide) for who in ("operations", "deal_desk"))]
)
def test_no_page_shows_anything_that_another_unit_sells(acme, rows, known, other, client_of, who):  # noqa: F811
    member = limited(acme, who, other)
    found = []
    with transaction.atomic():
        for name, method, status, text in page_visits(client_of(member), known, "console"):
            found += [f"{method} {name} ({status}): {leak}" for leak in sold_leaks(text)]
            if status >= 500:
                found.append(f"{method} {name} broke")
        transaction.set_rollback(True)
    assert found == []


def test_no_operation_of_the_api_tells_anything_that_another_unit_sells(acme, uids, other):  # noqa: F811
    program = Program(token_of(limited(acme, "operations", other)))
    found = []
    for said, _operation, status, text in visits(program, uids, acme.beta.external_id):
        found += [f"{said}: {leak}" for leak in sold_leaks(text)]
        if status >= 500:
            found.append(f"{said} broke")
    assert found == []


def test_the_same_person_sees_it_again_when_the_limit_is_gone(acme, rows, other, client_of):  # noqa: F811
    """Else the tests above would prove nothing."""
    member = limited(acme, "operations", other)
    page = f"/acme/console/leads/{rows[Lead].uid}/"
    assert client_of(member).get(page).status_code == 404
    with entering(acme.admin.context):
        seat = Seat.objects.get(pk=member.seat_id)
    limit_seat_to_units(seat=seat, units=None, actor=acme.admin, at=clock.now())
    answer = client_of(member).get(page)
    assert answer.status_code == 200
    assert sold_leaks(answer.content.decode())


def test_what_is_sold_in_no_line_or_a_line_of_no_unit_is_there_for_everybody(acme, rows, other):  # noqa: F811
    member = limited(acme, "operations", other)
    with entering(member.context):
        assert [model.__name__ for model in SOLD if model.objects.exists()] == []
        assert Partner.objects.count() == 2, "partners stay"
    with acting_for(acme.admin):
        Lead.objects.filter(pk=rows[Lead].pk).update(product_line=None)
        Product.objects.filter(pk=rows[Product].pk).update(line=None)
    with entering(member.context):
        assert Lead.objects.filter(pk=rows[Lead].pk).exists()
        assert SalesLine.objects.filter(pk=rows[SalesLine].pk).exists()
        assert not Deal.objects.exists(), "a deal has a line of its own"
    with acting_for(acme.admin):
        ProductLine.objects.filter(pk=rows[ProductLine].pk).update(unit=None)
    with entering(member.context):
        assert [model.__name__ for model in SOLD if not model.objects.exists()] == []


def test_counts_search_and_events_hold_only_what_the_units_sell(acme, rows, other):  # noqa: F811
    make_scene(acme)
    own = rows[BusinessUnit]
    with acting_for(acme.admin):
        Lead.objects.update(product_line=rows[ProductLine])
        Deal.objects.update(product_line=rows[ProductLine])
    for unit, is_there in ((other, False), (own, True)):
        member = limited(acme, "marketer", unit)
        with entering(member.context):
            assert Lead.objects.exists() is is_there
            assert Event.objects.filter(subject_type="lead").exists() is is_there
            assert bool(find(rows[Deal].title, member).count) is is_there
    both = limited(acme, "marketer", other, own)
    with entering(both.context):
        assert Lead.objects.exists()


def test_territories_and_units_together_ask_for_both(acme, rows, other):  # noqa: F811
    with acting_for(acme.admin):
        south = Territory.objects.create(vendor=acme.acme, name="South")
        seat = Seat.objects.get(pk=acme.marketer.seat_id)
    own, north = rows[BusinessUnit], rows[Territory]
    for unit, territory, is_there in ((own, north, True), (own, south, False), (other, north, False)):
        limit_seat(seat=seat, territories=[territory], actor=acme.admin, at=clock.now())
        with entering(limited(acme, "marketer", unit).context):
            assert Deal.objects.filter(pk=rows[Deal].pk).exists() is is_there


def test_an_offer_made_by_rules_carries_the_line_of_its_lead(acme):
    scene = make_scene(acme)
    with entering(acme.admin.context):
        offers = Offer.objects.filter(uid__in=scene["offers"]).select_related("lead")
        assert [offer.product_line_id for offer in offers] == [offer.lead.product_line_id for offer in offers]
        assert offers


def test_an_export_holds_only_what_the_units_sell(acme, rows, other, client_of):  # noqa: F811
    written = {}
    for unit in (other, rows[BusinessUnit]):
        member = limited(acme, "operations", unit)
        client = client_of(member)
        assert client.post("/acme/console/exports/start/leads/").status_code in {200, 302}
        jobs.run_pending()
        with entering(member.context):
            export = Export.objects.filter(seat_id=member.seat_id).latest("pk")
        answer = client.get(f"/acme/console/exports/{export.uid}/file/")
        written[unit.pk] = b"".join(answer.streaming_content).decode()
    assert rows[Lead].title not in written[other.pk]
    assert rows[Lead].title in written[rows[BusinessUnit].pk]


def test_a_limit_is_an_event_forgets_kept_figures_and_only_administrators_set_it(acme, rows, other):  # noqa: F811
    with acting_for(acme.admin):
        KeptFigures.objects.create(
            vendor=acme.acme, name="review", seat_id=acme.cam.seat_id, as_of=NOW.date(), figures={}, made_at=NOW,
            took_ms=1,
        )  # fmt: skip
    limited(acme, "cam", other)
    with entering(acme.admin.context):
        event = Event.objects.get(subject_type="seat", verb="units_changed")
        assert not KeptFigures.objects.filter(seat_id=acme.cam.seat_id).exists()
        seats = {name: Seat.objects.get(pk=acme.members()[name].seat_id) for name in ("admin", "cam")}
    assert event.data == {"units": [other.pk], "before": None}
    with pytest.raises(Forbidden):
        limit_seat_to_units(seat=seats["cam"], units=None, actor=acme.chief, at=clock.now())
    with pytest.raises(Refused, match="whole channel"):
        limit_seat_to_units(seat=seats["admin"], units=[other], actor=acme.admin, at=clock.now())


def test_limited_staff_cannot_widen_what_they_see(acme, other, rows):  # noqa: F811
    member = limited(acme, "operations", other)
    with pytest.raises(Forbidden):
        save_unit(unit=rows[BusinessUnit], name="x", code="x", description="", lines=[], actor=member, at=clock.now())
    with pytest.raises(Forbidden):
        import_products([ProductRow(2, "D-1", "Disk", "Networks")], actor=member, at=clock.now())


def test_a_context_of_units_reads_as_the_role_of_limited_staff(acme):
    context = replace(acme.cam.context, unit_ids=())
    assert (context.role, context.limited_by) == ("fw_limited", "units")
    assert replace(context, territory_ids=()).limited_by == "both"
    assert acme.cam.context.limited_by == ""
    with entering(context):
        assert not Lead.objects.exists()
        assert Partner.objects.exists()


def test_a_unit_in_use_is_not_retired_and_says_by_what(acme, other):
    with pytest.raises(Refused, match="1 product line belongs to Storage: Disks"):
        retire_unit(unit=other, actor=acme.operations, at=NOW)
    with entering(acme.admin.context):
        line = ProductLine.objects.get(code="disks")
    save_unit(unit=other, name="Storage", code="storage", description="", lines=[], actor=acme.operations, at=NOW)
    limited(acme, "cam", other)
    with pytest.raises(Refused, match="1 person is limited to Storage: Cam Miller"):
        retire_unit(unit=other, actor=acme.operations, at=NOW)
    with entering(acme.admin.context):
        assert BusinessUnit.objects.get(pk=other.pk).retired_at is None
        assert ProductLine.objects.get(pk=line.pk).unit is None
        seat = Seat.objects.get(pk=acme.cam.seat_id)
    limit_seat_to_units(seat=seat, units=None, actor=acme.admin, at=NOW)
    retire_unit(unit=other, actor=acme.operations, at=NOW)
    with entering(acme.admin.context):
        assert BusinessUnit.objects.get(pk=other.pk).retired_at == NOW


def test_units_are_made_renamed_and_retired_on_their_pages(acme, client_of):
    import_products([ProductRow(2, "1", "Router", "Networks")], actor=acme.operations, at=NOW)
    with entering(acme.admin.context):
        line = ProductLine.objects.get()
    client = client_of(acme.operations)
    assert "No business units yet" in client.get("/acme/console/units/").content.decode()
    given = {"name": "Networking", "code": "net", "description": "Cables and boxes", "lines": [str(line.uid)]}
    assert client.post("/acme/console/units/new/", given).status_code == 302
    with entering(acme.admin.context):
        unit = BusinessUnit.objects.get()
        assert ProductLine.objects.get().unit == unit
    page = f"/acme/console/units/{unit.uid}/"
    for wrong in ({**given, "code": "no good"}, {**given, "name": ""}, {**given, "lines": ["nothing"]}):
        assert client.post(page, wrong).status_code == 422
    twice = client.post("/acme/console/units/new/", {**given, "code": "other"})
    assert "Another unit has this name or code" in twice.content.decode()
    assert client.post(page, {**given, "name": "Nets", "lines": []}).status_code == 302
    listed = client.get("/acme/console/units/").content.decode()
    assert "Nets" in listed
    assert "nothing yet" in listed
    assert client.post(f"{page}retirement/").status_code == 302
    assert client.get(page).status_code == 404
    assert client_of(acme.cam).post("/acme/console/units/new/", given).status_code == 403


def test_the_screen_limits_to_units_and_lifts_the_limit(acme, other, client_of):
    with entering(acme.admin.context):
        uid = Seat.objects.get(pk=acme.cam.seat_id).uid
    page, client = f"/acme/console/people/{uid}/units/", client_of(acme.admin)
    assert "Disks" in client.get(page).content.decode()
    client.post(page, {"only": "1", "units": [str(other.uid)]})
    with entering(acme.admin.context):
        assert Seat.objects.get(uid=uid).unit_ids == [other.pk]
    assert "what some business units sell" in client.get(f"/acme/console/people/{uid}/").content.decode()
    client.post(page, {})
    with entering(acme.admin.context):
        assert Seat.objects.get(uid=uid).unit_ids is None
    assert client_of(acme.chief).get(page).status_code == 403


def test_programs_keep_units_and_set_limits(acme, other):
    program = Program(token_of(acme.admin))
    made = program.post("/units", {"code": "net", "name": "Networking", "lines": ["disks"]})
    assert (made.status_code, made.json()["lines"]) == (201, ["disks"])
    assert program.post("/units", {"code": "x", "name": "X", "lines": ["odd"]}).status_code == 422
    listed = program.get("/units").json()
    assert "net" in {row["code"] for row in listed["items"]}
    with entering(acme.admin.context):
        uid = Seat.objects.get(pk=acme.cam.seat_id).uid
    limits = f"/seats/{uid}/limits"
    assert program.get(limits).json() == {"territories": None, "units": None}
    assert program.patch(limits, {"units": ["net"]}).json() == {"territories": None, "units": ["net"]}
    assert program.patch(limits, {"units": ["odd"]}).status_code == 422
    assert program.patch(limits, {"territories": [], "units": None}).json() == {"territories": [], "units": None}
    own = f"/seats/{acme.admin.seat.seat_uid}/limits"
    assert program.patch(own, {"units": ["net"]}).status_code in {409, 422}


def test_a_file_of_products_says_which_unit_sells_a_line(acme, other):
    rows_given = [
        ProductRow(2, "1", "Router", "Networks", unit="storage"),
        ProductRow(3, "2", "Tape", "Tapes", unit="Nobody"),
        ProductRow(4, "3", "Cable", unit="Storage"),
    ]
    outcome = import_products(rows_given, actor=acme.operations, at=NOW)
    assert [(issue.line, issue.field) for issue in outcome.warnings] == [(3, "unit")]
    with entering(acme.admin.context):
        sold = dict(ProductLine.objects.values_list("name", "unit__name"))
    assert sold == {"Networks": "Storage", "Tapes": None, "Disks": "Storage"}
