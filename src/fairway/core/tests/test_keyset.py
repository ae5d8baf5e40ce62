"""Going on from a row, in the order of a list."""

from datetime import timedelta

import pytest
from django.db import connection

from fairway.core import clock
from fairway.core.keyset import beyond
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.leads.models import Lead


@pytest.fixture
def leads(acme):
    """Twelve leads; three came at each instant."""
    now = clock.now()
    with acting_for(acme.admin):
        Lead.objects.bulk_create(
            Lead(vendor=acme.acme, title=f"Need {n}", captured_at=now - timedelta(hours=n // 3)) for n in range(12)
        )


@pytest.mark.parametrize(("first", "then"), [("-captured_at", "-pk"), ("captured_at", "pk"), ("-captured_at", "pk")])
def test_what_is_beyond_a_row_is_what_follows_it_in_the_order(acme, leads, first, then):
    with entering(acme.admin.context):
        rows = list(Lead.objects.order_by(first, then))
        for place, row in enumerate(rows):
            after = beyond((first, row.captured_at), (then, row.pk))
            assert list(Lead.objects.filter(after).order_by(first, then)) == rows[place + 1 :]


def test_an_index_of_the_order_begins_at_the_row(acme, leads):
    with entering(acme.admin.context):
        middle = Lead.objects.order_by("-captured_at", "-pk")[6]
        rows = Lead.objects.filter(beyond(("-captured_at", middle.captured_at), ("-pk", middle.pk)))
        with connection.cursor() as cursor:
            cursor.execute(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
            )
        plan = rows.order_by("-captured_at", "-pk").explain()
    condition = next(line for line in plan.splitlines() if "Index Cond" in line)
    assert "captured_at <=" in condition
