import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from fairway.core.access import Forbidden, require
from fairway.core.tenancy.acting import NotYours, acting_for
from fairway.core.tenancy.context import NoContext, current, entering
from fairway.core.tenancy.models import Partner, Seat


def test_a_seller_sees_the_own_partner_and_not_the_rival(acme):
    with entering(acme.beta_seller.context):
        assert list(Partner.objects.all()) == [acme.beta]
        assert not Partner.objects.filter(pk=acme.gamma.pk).exists()


def test_row_security_holds_when_a_manager_is_gone_around(acme):
    with entering(acme.beta_seller.context), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM core_partner")
        assert cursor.fetchall() == [(acme.beta.pk,)]


def test_staff_see_all_partners_of_their_vendor_only(acme):
    with entering(acme.cam.context):
        assert set(Partner.objects.all()) == {acme.beta, acme.gamma}
    with entering(acme.zeta_admin.context):
        assert set(Partner.objects.all()) == {acme.beta_at_zeta}


def test_partner_people_see_colleagues_and_staff_but_no_rival(acme):
    with entering(acme.beta_seller.context):
        emails = set(Seat.objects.values_list("email", flat=True))
    assert "executive@beta.example" in emails
    assert "cam@acme.example" in emails
    assert "seller@gamma.example" not in emails
    assert "admin@zeta.example" not in emails


def test_readers_cannot_write_whatever_they_are(acme):
    for member in (acme.admin, acme.beta_seller):
        with (
            entering(member.context),
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
        ):
            Partner.objects.filter(pk=acme.beta.pk).update(name="Other")


def test_acting_reads_the_whole_vendor_and_gives_the_context_back(acme):
    with entering(acme.beta_seller.context):
        with acting_for(acme.beta_seller):
            assert Partner.objects.filter(pk=acme.gamma.pk).exists()
        assert not Partner.objects.filter(pk=acme.gamma.pk).exists()
        assert current() == acme.beta_seller.context


def test_the_context_comes_back_after_an_error_inside_acting(acme):
    with entering(acme.beta_seller.context):
        with pytest.raises(ZeroDivisionError), acting_for(acme.beta_seller):
            1 / 0  # noqa: B018
        assert list(Partner.objects.all()) == [acme.beta]
    with pytest.raises(NoContext):
        Partner.objects.exists()


def test_nobody_acts_for_another_vendor(acme):
    with entering(acme.cam.context), pytest.raises(NotYours), acting_for(acme.cam, acme.zeta.pk):
        pass


def test_a_row_cannot_point_to_another_vendor(acme):
    with entering(acme.cam.context), acting_for(acme.cam), transaction.atomic():
        Partner.objects.filter(pk=acme.beta.pk).update(parent_id=acme.beta_at_zeta.pk)
        with pytest.raises(IntegrityError, match="same_vendor"), transaction.atomic():
            connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
        Partner.objects.filter(pk=acme.beta.pk).update(parent_id=None)


def test_a_row_cannot_be_given_to_another_vendor(acme):
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        entering(acme.cam.context),
        acting_for(acme.cam),
    ):
        Partner.objects.filter(pk=acme.beta.pk).update(vendor=acme.zeta)


def test_require_names_the_permission_that_is_missing(acme):
    require(acme.deal_desk, "registration.decide")
    with pytest.raises(Forbidden, match=r"registration\.decide"):
        require(acme.cam, "registration.decide")


def test_acting_twice_for_the_same_asks_the_database_once(acme, django_assert_num_queries):
    with entering(acme.cam.context), acting_for(acme.cam), django_assert_num_queries(3), acting_for(acme.cam):
        assert Partner.objects.filter(pk=acme.gamma.pk).exists()  # a savepoint around one query


def test_after_an_inner_rollback_the_outer_context_still_holds(acme):
    with entering(acme.beta_seller.context):
        with acting_for(acme.beta_seller):
            with pytest.raises(ZeroDivisionError), acting_for(acme.beta_seller):
                1 / 0  # noqa: B018
            assert Partner.objects.filter(pk=acme.gamma.pk).exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == ("fw_portal",)
