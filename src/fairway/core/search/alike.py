"""Rows that share a key with what is new: many keys at once, each found with one look into an index.

A key that very many rows share says nothing and must not cost a walk through them: of each no more than `most` are
read, and it is for the caller to leave such a key aside.

Of a vendor that is new the database knows no statistics. Then all indexes that begin with the vendor look equally good
to it, and it may go through all the vendor's rows for each key. So the settings of the planner are the function's own,
and rows are asked for from the key to the key, in the order of keys: without sorting, one index alone gives that order.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

# kind → (table, column of the key, column of the answer). An index begins with the vendor and the key.
KINDS = {
    "email": ("leads_leadperson", "email_key", "lead_id"),
    "phone": ("leads_leadperson", "phone_key", "lead_id"),
    "sound": ("leads_leadperson", "sound_key", "lead_id"),
    "near": ("leads_leadperson", "near_key", "lead_id"),
    "person": ("leads_leadperson", "person_key", "lead_id"),
    "address": ("leads_leadperson", "address_key", "lead_id"),
    "domain": ("leads_lead", "domain_key", "id"),
    "name": ("leads_lead", "name_key", "id"),
    "customer-email": ("customers_customercontact", "email_key", "customer_id"),
    "customer-domain": ("customers_customer", "domain_key", "id"),
    "customer-name": ("customers_customer", "name_key", "id"),
    "customer-sound": ("customers_customer", "sound_key", "id"),
}
_ONE = """  RETURN QUERY SELECT '{kind}'::text, w.key, f.row_id
   FROM jsonb_array_elements_text(asked->'{kind}') AS w(key)
   CROSS JOIN LATERAL (SELECT t.{row}::bigint AS row_id FROM {table} t
     WHERE t.vendor_id = vendor AND t.{column} >= w.key AND t.{column} <= w.key AND t.{column} > ''
     ORDER BY t.{column} LIMIT most) AS f;"""
_FUNCTION = """
CREATE OR REPLACE FUNCTION fw_alike(asked jsonb, most int) RETURNS TABLE (kind text, key text, row_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET enable_sort = off SET plan_cache_mode = force_generic_plan
SET max_parallel_workers_per_gather = 0 SET jit = off AS $$
DECLARE
  vendor bigint := current_setting('fw.vendor_id')::bigint;
BEGIN
{parts}
END $$
"""
Key = tuple[str, str]


def sharing(keys: Iterable[Key], *, most: int) -> dict[Key, list[int]]:
    """(kind, key) → ids of the rows of this vendor that have it, in order; of a key that more than `most` share, none.

    One statement. Only inside `acting_for`.
    """
    asked: dict[str, set[str]] = {}
    for kind, key in keys:
        if kind not in KINDS:
            raise KeyError(kind)
        asked.setdefault(kind, set()).add(key)
    if not asked:
        return {}
    given = json.dumps({kind: sorted(values) for kind, values in asked.items()})
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, key, row_id FROM fw_alike(%s::jsonb, %s)", [given, most + 1])
        rows = cursor.fetchall()
    found: dict[Key, list[int]] = {}
    for kind, key, row_id in rows:
        found.setdefault((kind, key), []).append(row_id)
    return {key: sorted(ids) for key, ids in found.items() if len(ids) <= most}


def synchronise(cursor: Any, kinds: Mapping[str, tuple[str, str, str]] = KINDS) -> None:
    """Create the function; actions alone may call it. As the owner."""
    parts = [
        _ONE.format(kind=kind, table=table, column=column, row=row) for kind, (table, column, row) in kinds.items()
    ]
    cursor.execute(_FUNCTION.format(parts="\n".join(parts)))
    cursor.execute("REVOKE ALL ON FUNCTION fw_alike(jsonb, int) FROM PUBLIC")
    cursor.execute("GRANT EXECUTE ON FUNCTION fw_alike(jsonb, int) TO fw_acting")
