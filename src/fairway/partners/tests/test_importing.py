"""Many partners at once: created, updated, unchanged, refused."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from fairway.core.access import Forbidden
from fairway.core.events.models import Event
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Organization, Partner
from fairway.partners.actions.importing import import_partners
from fairway.partners.imports import parse_partner
from fairway.partners.models import Enrollment, Profile, Program, Territory, Tier
from fairway.partners.rules.rows import PartnerRow

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BOTHELL = PartnerRow(
    2, "N-1", "Nordlicht & Söhne", country="US", state_code="WA", state_name="Washington", city="Bothell",
    kinds=("var",), employees=12, annual_sales=Decimal("300000.00"), opened_year=1974, phone="245-555-0173",
)  # fmt: skip


def bring(acme, *rows, actor=None):
    return import_partners(list(rows), actor=actor or acme.operations, at=AT)


def found(acme, external_id="N-1"):
    with entering(acme.chief.context):
        partner = Partner.objects.get(external_id=external_id)
        return partner, Profile.objects.get(partner=partner)


def counts(outcome):
    return outcome.created, outcome.updated, outcome.unchanged, len(outcome.refused)


def test_a_new_partner_comes_with_organization_profile_place_and_event(acme):
    assert counts(bring(acme, BOTHELL)) == (1, 0, 0, 0)
    partner, profile = found(acme)
    assert (partner.name, partner.sort_name, partner.state) == ("Nordlicht & Söhne", "nordlicht sohne", "active")
    assert partner.time_zone == "America/Los_Angeles"
    assert (profile.kinds, profile.employees, profile.annual_sales_minor) == (["var"], 12, 30_000_000)
    assert (round(profile.latitude), round(profile.longitude)) == (48, -122)
    assert Organization.objects.get(pk=partner.organization_id).is_vendor is False
    with entering(acme.chief.context):
        event = Event.objects.get(subject_type="partner", subject_id=partner.pk)
        assert (event.verb, event.data, event.actor_seat_id) == (
            "created",
            {"source": "import"},
            acme.operations.seat_id,
        )


def test_the_same_rows_again_change_nothing(acme):
    bring(acme, BOTHELL)
    before = found(acme)[0].version
    assert counts(bring(acme, BOTHELL)) == (0, 0, 1, 0)
    assert found(acme)[0].version == before
    with entering(acme.chief.context):
        assert Event.objects.filter(subject_type="partner", verb="updated").count() == 0


def test_a_second_import_updates_by_external_id_and_an_empty_cell_leaves_what_is_known(acme):
    bring(acme, BOTHELL)
    assert counts(bring(acme, replace(BOTHELL, employees=15, phone="", kinds=()))) == (0, 1, 0, 0)
    partner, profile = found(acme)
    assert (profile.employees, profile.phone, profile.kinds, partner.version) == (15, "245-555-0173", ["var"], 2)
    with entering(acme.chief.context):
        event = Event.objects.get(subject_type="partner", subject_id=partner.pk, verb="updated")
        assert event.data == {"source": "import", "changed": ["employees"]}


def test_a_territory_takes_partners_by_its_condition_and_brings_its_account_manager(acme):
    with acting_for(acme.operations):
        west = Territory.objects.create(
            vendor=acme.acme, name="West", cam_id=acme.cam.seat_id,
            condition={"all": [{"field": "place.state", "op": "in", "value": ["WA", "OR"]}]},
        )  # fmt: skip
    bring(acme, BOTHELL, replace(BOTHELL, line=3, external_id="N-2", state_code="NY", city="Buffalo"))
    partner, profile = found(acme)
    assert (profile.territory_id, partner.cam_id) == (west.pk, acme.cam.seat_id)
    other, other_profile = found(acme, "N-2")
    assert (other_profile.territory_id, other.cam_id) == (None, None)


def test_a_city_nobody_knows_leaves_the_place_open(acme):
    bring(acme, replace(BOTHELL, city="Nowhereville"))
    partner, profile = found(acme)
    assert (profile.latitude, profile.longitude, partner.time_zone) == (None, None, "America/New_York")


def test_a_repeated_external_id_is_refused_and_the_first_is_taken(acme):
    outcome = bring(acme, BOTHELL, replace(BOTHELL, line=9, name="Another"))
    assert counts(outcome) == (1, 0, 0, 1)
    assert (outcome.refused[0].line, outcome.refused[0].field) == (9, "external_id")
    assert found(acme)[0].name == "Nordlicht & Söhne"


def test_a_tier_in_the_file_ends_the_present_one_and_counts_as_a_change(acme):
    with acting_for(acme.operations):
        program = Program.objects.create(vendor=acme.acme, name="Partner programme", is_default=True)
        for rank, code in enumerate(("silver", "gold")):
            Tier.objects.create(vendor=acme.acme, program=program, code=code, name=code.title(), rank=rank)
    bring(acme, replace(BOTHELL, tier="Silver"))
    later = import_partners([replace(BOTHELL, tier="gold")], actor=acme.operations, at=AT.replace(month=4))
    assert counts(later) == (0, 1, 0, 0)
    assert counts(bring(acme, replace(BOTHELL, tier="gold"))) == (0, 0, 1, 0)
    unknown = bring(acme, replace(BOTHELL, tier="platinum"))
    assert (counts(unknown), unknown.warnings[0].field) == ((0, 0, 1, 0), "tier")
    with entering(acme.chief.context):
        rows = list(Enrollment.objects.order_by("since_on").values_list("tier__code", "until_on"))
    assert rows == [("silver", date(2026, 4, 2)), ("gold", None)]


def test_only_those_who_may_import_do_and_a_refusal_leaves_nothing(acme):
    for member in (acme.marketer, acme.beta_executive, acme.cam):
        with pytest.raises(Forbidden):
            bring(acme, BOTHELL, actor=member)
    with entering(acme.chief.context):
        assert not Partner.objects.filter(external_id="N-1").exists()


def test_another_vendor_has_its_own_partner_of_the_same_external_id(acme):
    bring(acme, BOTHELL)
    assert counts(bring(acme, BOTHELL, actor=acme.zeta_admin)) == (1, 0, 0, 0)


def test_the_words_of_other_systems_become_kinds():
    row, issues = parse_partner({"external_id": "1", "name": "A", "kinds": "Value Added Reseller; Blimp"}, 2)
    assert row.kinds == ("var",)
    assert [(issue.field, issue.is_warning) for issue in issues] == [("kinds", True)]
    for text, kind in (("Warehouse", "warehouse"), ("Specialty Bike Shop", "specialty")):
        assert parse_partner({"external_id": "1", "name": "A", "kinds": text}, 2)[0].kinds == (kind,)


def test_what_cannot_be_read_refuses_the_row_and_names_the_field():
    row, issues = parse_partner({"name": "A", "country": "Atlantis", "employees": "many", "opened_year": "3000"}, 7)
    assert row is None
    assert [issue.field for issue in issues] == ["external_id", "country", "employees", "opened_year"]
    assert {issue.line for issue in issues} == {7}
