"""One of many numbers as one array."""

from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner, Seat


def test_any_finds_what_in_finds_with_one_value(acme):
    with entering(acme.admin.context):
        ids = [acme.beta.pk, acme.gamma.pk, 10**12]
        for keys in (ids, ids[:1], []):
            assert set(Partner.objects.filter(pk__any=keys)) == set(Partner.objects.filter(pk__in=keys))
            assert set(Seat.objects.filter(partner_id__any=keys)) == set(Seat.objects.filter(partner_id__in=keys))
        assert set(Seat.objects.exclude(partner_id__any=ids)) == set(Seat.objects.exclude(partner_id__in=ids))
        sql, params = Partner.objects.filter(pk__any=ids).query.sql_with_params()
    assert "= ANY(" in sql
    assert list(ids) in [value for value in params if isinstance(value, list)]


def test_one_of_many_texts(acme):
    with entering(acme.admin.context):
        names = list(Partner.objects.values_list("name", flat=True))
        assert len(names) > 1
        for some in ([], names[:1], [*names, "Nobody, \"{}' \\ Ltd"]):
            assert set(Partner.objects.filter(name__any=some)) == set(Partner.objects.filter(name__in=some))
