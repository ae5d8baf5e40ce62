"""Fuzzy probes for one table: the rows most like a name, for matching and for choosing."""

from django.db import connection

from fairway.core.search import alike

# name → (table, column of keys). One trigram index and one function each.
PROBES = {
    "customers": ("customers_customer", "name_key"),
    "registrations": ("deals_registration", "name_key"),
    "leads": ("leads_lead", "name_key"),
    "partners": ("core_partner", "sort_name"),
}

_INDEX = "CREATE INDEX IF NOT EXISTS {table}_{column}_trigram ON {table} USING gin ({column} gin_trgm_ops)"
_FUNCTION = """
CREATE OR REPLACE FUNCTION fw_similar_{name}(wanted text, threshold real, most int)
RETURNS TABLE (found_id bigint, likeness real)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
  PERFORM set_config('pg_trgm.similarity_threshold', threshold::text, true);
  RETURN QUERY SELECT t.id, similarity(t.{column}::text, wanted) AS s FROM {table} t
   WHERE t.vendor_id = current_setting('fw.vendor_id')::bigint AND t.{column} % wanted
   ORDER BY s DESC, t.id LIMIT most;
END $$
"""


def similar(name: str, wanted: str, *, least: float = 0.45, most: int = 20) -> list[tuple[int, float]]:
    """(id, trigram similarity 0..1) of the rows of this vendor most like `wanted`, best first."""
    if name not in PROBES:
        raise KeyError(name)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT found_id, likeness FROM fw_similar_{name}(%s, %s, %s)", [wanted, least, most])
        return list(cursor.fetchall())


def synchronise_functions() -> None:
    """Create indexes and functions; staff and actions may call them, partners and visitors not. As the owner."""
    with connection.cursor() as cursor:
        for name, (table, column) in PROBES.items():
            cursor.execute(_INDEX.format(table=table, column=column))
            cursor.execute(_FUNCTION.format(name=name, table=table, column=column))
            function = f"fw_similar_{name}(text, real, int)"
            cursor.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
            cursor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO fw_console, fw_limited, fw_acting")
        alike.synchronise(cursor)
