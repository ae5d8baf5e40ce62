"""What credentials there are, out of the many that partners hold."""

from django.db import connection

from fairway.core.tenancy.context import current

# Goes from each code to the next by the index: five kinds are five steps, however many partners hold them.
_KINDS = """WITH RECURSIVE kinds AS (
  (SELECT code, name FROM partners_credential WHERE vendor_id = %(vendor)s ORDER BY code LIMIT 1)
  UNION ALL
  SELECT following.code, following.name
    FROM kinds, LATERAL (SELECT code, name FROM partners_credential
      WHERE vendor_id = %(vendor)s AND code > kinds.code ORDER BY code LIMIT 1) following
) SELECT code, name FROM kinds"""


def credential_kinds() -> list[tuple[str, str]]:
    """(code, name) of every kind that some partner in sight holds, by code."""
    with connection.cursor() as cursor:
        cursor.execute(_KINDS, {"vendor": current().vendor_id})
        return cursor.fetchall()
