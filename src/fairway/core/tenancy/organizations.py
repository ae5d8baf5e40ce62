"""New organizations, made by actions for partners that no vendor knew before.

Organizations belong to no vendor, so acting code may not write the table. It may call one function that adds
plain partner organizations and returns their ids: it can neither change one nor make a vendor.
"""

from collections.abc import Sequence

from django.db import connection

FUNCTION = """
CREATE OR REPLACE FUNCTION fw_new_organizations(names text[], countries text[], zones text[])
RETURNS SETOF bigint LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public AS $$
  INSERT INTO core_organization (uid, name, slug, is_vendor, country, time_zone, currency, created_at)
  SELECT gen_random_uuid(), n, NULL, false, c, z, 'USD', now()
    FROM unnest(names, countries, zones) WITH ORDINALITY AS rows(n, c, z, place) ORDER BY place
  RETURNING id
$$
"""


def new_organizations(organizations: Sequence[tuple[str, str, str]]) -> list[int]:
    """Make one organization for each (name, country code, time zone); ids in the same order. Inside acting_for."""
    if not organizations:
        return []
    names, countries, zones = (list(values) for values in zip(*organizations, strict=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM fw_new_organizations(%s, %s, %s)", [names, countries, zones])
        return sorted(row[0] for row in cursor.fetchall())


def synchronise_function() -> None:
    """Create or replace the function; only acting code may call it. Run as the owner."""
    with connection.cursor() as cursor:
        cursor.execute(FUNCTION)
        cursor.execute("REVOKE ALL ON FUNCTION fw_new_organizations(text[], text[], text[]) FROM PUBLIC")
        cursor.execute("GRANT EXECUTE ON FUNCTION fw_new_organizations(text[], text[], text[]) TO fw_acting")
