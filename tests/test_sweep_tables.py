"""Every table × every door: who reads Acme's rows, asked in raw SQL so that only row security answers."""

import pytest
from django.db import ProgrammingError, connection, transaction

from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import Context, Surface, entering
from fairway.core.tenancy.policies import tenant_models
from fairway.core.tenancy.scope import Tenancy
from tests.rows import make_rows

REFUSED = "refused"
TABLES = pytest.mark.parametrize("model", tenant_models(), ids=lambda model: model._meta.db_table)


def counted(context: Context, model, vendor_id: int) -> int | str:
    """Rows of a vendor in a table as this context's role counts them, or REFUSED."""
    with entering(context):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM {model._meta.db_table} WHERE vendor_id = %s", [vendor_id])
                return cursor.fetchone()[0]
        except ProgrammingError as error:
            if "permission denied" not in str(error):
                raise
            return REFUSED


@pytest.fixture
def rows(acme):
    with acting_for(acme.admin):
        return make_rows(acme)


@TABLES
def test_another_vendor_reads_none_of_acmes_rows(acme, rows, model):
    assert counted(acme.zeta_admin.context, model, acme.acme.pk) == 0
    assert counted(acme.zeta_admin.context.acting(acme.zeta.pk), model, acme.acme.pk) == 0
    assert counted(acme.executive_at_zeta.context, model, acme.acme.pk) in {0, REFUSED}


@TABLES
def test_the_class_of_a_table_decides_who_reads_it(acme, rows, model):
    """Own staff always; Beta what is shared with it or published; Gamma only what is published."""
    narrowed_to_a_seat = "console" in model.narrowed
    reader = acme.beta_seller if narrowed_to_a_seat else acme.admin
    kind = model.tenancy
    if not narrowed_to_a_seat:
        assert counted(reader.context, model, acme.acme.pk) >= 1
    beta, gamma = (counted(member.context, model, acme.acme.pk) for member in (acme.beta_seller, acme.gamma_seller))
    if kind is Tenancy.INTERNAL:
        assert (beta, gamma) == (REFUSED, REFUSED)
    elif kind is Tenancy.PUBLISHED:
        assert beta == gamma >= 1
    else:
        assert beta >= 1
        with entering(acme.gamma_seller.context), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM {model._meta.db_table} WHERE {model.partner_column} = %s", [acme.beta.pk]
            )
            assert cursor.fetchone()[0] == 0


@TABLES
def test_a_visitor_reads_only_what_is_open_to_the_public(acme, rows, model):
    seen = counted(Context(Surface.PUBLIC, vendor_id=acme.acme.pk), model, acme.acme.pk)
    assert seen == (1 if getattr(model, "public_when", "") else REFUSED)


@TABLES
def test_the_desk_reads_own_partner_records_over_vendors_and_no_rival(acme, rows, model):
    desk = Context(
        Surface.DESK,
        partner_ids=(acme.gamma.pk,),
        organization_id=acme.gamma.organization_id,
        vendor_ids=(acme.acme.pk,),
        seat_id=acme.gamma_seller.seat_id,
    )
    if model.tenancy is Tenancy.SHARED:
        with entering(desk), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM {model._meta.db_table} WHERE {model.partner_column} = %s", [acme.beta.pk]
            )
            assert cursor.fetchone()[0] == 0
    elif model.tenancy is Tenancy.INTERNAL:
        assert counted(desk, model, acme.acme.pk) == REFUSED


@TABLES
def test_no_reading_role_may_write(acme, rows, model):
    for context in (acme.admin.context, acme.beta_seller.context):
        with entering(context), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(f"DELETE FROM {model._meta.db_table}")
