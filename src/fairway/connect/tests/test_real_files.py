"""The real files, as people upload them."""

from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Count, Sum

from fairway.connect.tests.files import counts, issues, run, sample_file
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner
from fairway.leads.models import Lead
from fairway.partners.models import Profile
from fairway.sales.models import SalesLine

pytestmark = [pytest.mark.django_db, pytest.mark.data]


def resellers(acme):
    return run(
        acme.operations, "partners", sample_file("adventureworks/DimReseller.csv"),
        sample_file("adventureworks/DimGeography.csv"),
    )  # fmt: skip


def test_701_resellers_come_with_their_places_and_the_same_file_again_changes_nothing(acme):
    first = resellers(acme)
    assert (first.state, first.error, counts(first)) == ("done", "", (701, 0, 0, 0))
    with entering(acme.chief.context):
        profiles = Profile.objects.filter(partner__external_id__regex=r"^\d+$")
        kinds = [kinds for (kinds,) in profiles.values_list("kinds")]
        assert [kinds.count([kind]) for kind in ("var", "warehouse", "specialty")] == [238, 232, 231]
        assert profiles.exclude(latitude=None).count() >= 660
        one = profiles.select_related("partner").get(partner__external_id="1")
        assert (one.partner.name, one.city, one.state_code, one.partner.country) == (
            "A Bike Store",
            "Seattle",
            "WA",
            "US",
        )
        assert (one.employees, one.annual_sales_minor, one.opened_year) == (2, 30_000_000, 1974)
        assert (one.product_lines, one.address, one.phone) == (["Road"], "2251 Elliot Avenue", "245-555-0173")
    assert counts(resellers(acme)) == (0, 0, 701, 0)


@pytest.mark.wide  # in the short gate a journey takes the same file in
def test_60_855_sales_lines_add_up_to_the_cent_and_the_same_file_again_changes_nothing(acme):
    resellers(acme)
    products = run(
        acme.operations, "products", sample_file("adventureworks/DimProduct.csv"),
        sample_file("adventureworks/DimProductSubcategory.csv"),
    )  # fmt: skip
    assert counts(products) == (606, 0, 0, 0)
    for expected in ((60_855, 0, 0, 0), (0, 0, 60_855, 0)):
        file = sample_file("adventureworks/FactResellerSales.csv.gz")
        made = run(acme.finance, "sales_lines", file, currency="USD")
        assert (made.state, counts(made)) == ("done", expected)
    assert issues(acme.finance, made) == []
    with entering(acme.chief.context):
        lines = SalesLine.objects.all()
        assert lines.aggregate(total=Sum("amount"))["total"].quantize(Decimal("0.01")) == Decimal("80450596.98")
        year = lines.filter(ordered_on__gt=date(2012, 11, 30), ordered_on__lte=date(2013, 11, 30))
        found = year.aggregate(total=Sum("amount"), partners=Count("partner", distinct=True))
        assert (found["total"].quantize(Decimal("0.01")), found["partners"]) == (Decimal("36240484.70"), 493)
        own = year.filter(partner=Partner.objects.get(external_id="599")).aggregate(total=Sum("amount"))
        assert own["total"].quantize(Decimal("0.01")) == Decimal("534956.28")
        assert set(lines.values_list("currency", flat=True).distinct()) == {"USD"}
        assert lines.filter(facts__currency_key="100").exists()
        assert lines.filter(product=None).count() == 0


def test_60_exported_leads_stay_60_and_the_same_file_again_changes_nothing(acme):
    for expected in ((60, 0, 0, 0), (0, 0, 60, 0)):
        made = run(acme.marketer, "leads", sample_file("salesforce/Lead.csv"))
        assert (made.state, counts(made)) == ("done", expected)
    assert "Gender__c" not in made.mapping.values()
    with entering(acme.chief.context):
        assert Lead.objects.count() == 60


def test_prospective_buyers_come_without_their_private_lives(acme):
    made = run(acme.marketer, "leads", sample_file("adventureworks/ProspectiveBuyer.csv"), country="US")
    assert (made.state, counts(made)) == ("done", (2059, 0, 0, 0))
    left_out = {"BirthDate", "MaritalStatus", "Gender", "HouseOwnerFlag", "TotalChildren", "NumberChildrenAtHome"}
    assert left_out.isdisjoint(made.mapping.values())
    with entering(acme.chief.context):
        assert Lead.objects.filter(country="US").count() == 2059
        assert not any("1945-12-30" in str(row) for row in Lead.objects.values())
    again = run(acme.marketer, "leads", sample_file("adventureworks/ProspectiveBuyer.csv"), country="US")
    assert counts(again) == (0, 0, 2059, 0)
