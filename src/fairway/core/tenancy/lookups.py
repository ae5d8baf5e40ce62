"""The few questions that must be answered before a context exists, each a SECURITY DEFINER function.

They take the one key the asker already holds (a user id, the hash of a token) and return only what belongs to it.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection

FUNCTIONS = [
    """
    CREATE OR REPLACE FUNCTION fw_seats_of_user(bigint) RETURNS TABLE (
      seat_id bigint, seat_uid uuid, role text, name text, email text, organization_id bigint,
      vendor_id bigint, vendor_name text, vendor_slug text, vendor_currency text, vendor_time_zone text,
      partner_id bigint, partner_uid uuid, partner_name text, partner_time_zone text, partner_ids bigint[]
    ) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
      SELECT s.id, s.uid, s.role, s.name, s.email, s.organization_id,
             v.id, v.name, v.slug, v.currency, v.time_zone,
             p.id, p.uid, p.name, coalesce(p.time_zone, v.time_zone),
             CASE WHEN p.id IS NULL THEN '{}'::bigint[]
                  ELSE array_prepend(p.id, ARRAY(SELECT c.id FROM core_partner c
                       WHERE c.parent_id = p.id AND c.vendor_id = s.vendor_id ORDER BY c.id)) END
        FROM core_seat s
        JOIN core_organization v ON v.id = s.vendor_id
        LEFT JOIN core_partner p ON p.id = s.partner_id AND p.vendor_id = s.vendor_id
       WHERE s.user_id = $1 AND s.is_active
       ORDER BY v.name, s.id
    $$
    """,
    """
    CREATE OR REPLACE FUNCTION fw_invitation(text) RETURNS TABLE (
      invitation_id bigint, vendor_id bigint, vendor_slug text, vendor_name text
    ) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
      SELECT i.id, i.vendor_id, v.slug, v.name
        FROM core_invitation i JOIN core_organization v ON v.id = i.vendor_id
       WHERE i.token_hash = $1
    $$
    """,
    """
    CREATE OR REPLACE FUNCTION fw_api_token(text) RETURNS TABLE (
      token_id bigint, user_id bigint, seat_id bigint, scopes text[], expires_at timestamptz
    ) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
      SELECT t.id, s.user_id, s.id, t.scopes, t.expires_at
        FROM core_apitoken t JOIN core_seat s ON s.id = t.seat_id AND s.is_active
       WHERE t.token_hash = $1 AND t.revoked_at IS NULL
    $$
    """,
]


@dataclass(frozen=True, slots=True)
class SeatRow:
    """One seat with what a page needs to know of its vendor and partner."""

    seat_id: int
    seat_uid: Any
    role: str
    name: str
    email: str
    organization_id: int
    vendor_id: int
    vendor_name: str
    vendor_slug: str
    vendor_currency: str
    vendor_time_zone: str
    partner_id: int | None
    partner_uid: Any
    partner_name: str | None
    partner_time_zone: str
    partner_ids: tuple[int, ...]

    @property
    def surface(self) -> str:
        return "console" if self.partner_id is None else "portal"


def seats_of_user(user_id: int) -> list[SeatRow]:
    """The active seats of a person, over all vendors, by vendor name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM fw_seats_of_user(%s)", [user_id])
        return [SeatRow(*(*row[:-1], tuple(row[-1]))) for row in cursor.fetchall()]


def invitation_by_hash(token_hash: str) -> tuple[int, int, str, str] | None:
    """(invitation id, vendor id, vendor short name, vendor name) of a token's hash."""
    return _one("SELECT * FROM fw_invitation(%s)", token_hash)


def api_token_by_hash(token_hash: str) -> tuple[int, int, int, list[str], Any] | None:
    """(token id, user id, seat id, scopes, expires at) of a token that is not revoked."""
    return _one("SELECT * FROM fw_api_token(%s)", token_hash)


def _one(sql: str, key: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, [key])
        return cursor.fetchone()


def synchronise_functions() -> None:
    """Create or replace the functions; only the web's log-in and acting code may call them. Run as the owner."""
    names = [
        "fw_seats_of_user(bigint)",
        "fw_invitation(text)",
        "fw_api_token(text)",
    ]
    with connection.cursor() as cursor:
        for statement in FUNCTIONS:
            cursor.execute(statement)
        for name in names:
            cursor.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
            cursor.execute(f"GRANT EXECUTE ON FUNCTION {name} TO fw_web")
