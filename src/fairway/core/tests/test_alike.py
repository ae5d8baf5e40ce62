"""Looking up what is alike goes by the index of the key, whatever the database believes of its tables."""

import pytest
from conftest import as_owner
from django.db import connection

from fairway.core import clock
from fairway.core.search.alike import KINDS, sharing
from fairway.core.tenancy.acting import acting_for
from fairway.leads.actions.capture import LeadValues, Origin, PersonValues, capture_many

LEADS = 300
# What the database knows right after a table was emptied: nothing of its size, and one vendor that is not this one.
_STATISTICS = """SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', '{table}', 'relpages', 0,
   'reltuples', 0::real),
  pg_restore_attribute_stats('schemaname', 'public', 'relname', '{table}', 'attname', 'vendor_id', 'inherited', false,
   'null_frac', 0::real, 'avg_width', 8, 'n_distinct', 1::real, 'most_common_vals', '{{999999999}}'::text,
   'most_common_freqs', '{{1}}'::real[])"""


@pytest.fixture
def misled(committed):
    with acting_for(committed.operations):
        rows = [
            (LeadValues(need=str(n), website=f"c{n}.example", company=f"Company {n}", city="Kiel", country="DE"),
             PersonValues(last_name=f"Person {n}", email=f"p{n}@c{n}.example", phone=f"+49 431 {n + 10_000}"))
            for n in range(LEADS)
        ]  # fmt: skip
        capture_many(rows, origin=Origin("x"), actor=committed.operations, at=clock.now(), process=False, look=False)
    tables = sorted({table for table, _key, _row in KINDS.values()})
    with as_owner(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(_STATISTICS.format(table=table))
    yield committed
    with as_owner(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ANALYZE {table}")


@pytest.mark.race
@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.startswith("customer")])
def test_a_key_costs_one_look_into_its_index(misled, kind):
    table, column, _row = KINDS[kind]
    with acting_for(misled.operations), connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE vendor_id = %s", [misled.acme.pk])
        keys = sorted({key for (key,) in cursor.fetchall() if key})[:50]
        before = rows_read(cursor, table)
        found = sharing([(kind, key) for key in keys], most=5)
        assert len(found) == len(keys) or kind in {"sound", "near", "address"}
        assert rows_read(cursor, table) - before <= len(keys) * 6


def rows_read(cursor, table):
    cursor.execute("SELECT idx_tup_fetch + seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = %s", [table])
    return int(cursor.fetchone()[0] or 0)
