"""Row security, table by table: what each role may read, and that no context is an error."""

import pytest
from django.db import ProgrammingError, connection, transaction

from fairway.core.tenancy.context import NoContext
from fairway.core.tenancy.models import Partner
from fairway.core.tenancy.policies import tenant_models


@pytest.mark.django_db
@pytest.mark.parametrize("model", tenant_models(), ids=lambda model: model._meta.db_table)
def test_the_web_login_has_no_right_on_any_tenant_table(model):
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(f"SELECT 1 FROM {model._meta.db_table} LIMIT 1")


@pytest.mark.django_db
def test_reading_without_a_context_is_an_error_not_an_empty_list():
    for read in (list, lambda rows: rows.exists(), lambda rows: rows.count()):
        with pytest.raises(NoContext):
            read(Partner.objects.all())
