"""The few questions that must be answered before a context exists, each a SECURITY DEFINER function.

They take the one key the asker already holds (a user id, the hash of a token) and return only what belongs to it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

# Whom a seat s stands in for now; a deputy who is away too passes it on, a closed seat does not.
STANDS_IN_FOR = """
             ARRAY(WITH RECURSIVE away (seat_id) AS (
                     SELECT c.seat_id FROM core_cover c
                      WHERE c.vendor_id = s.vendor_id AND c.deputy_id = s.id AND c.ended_at IS NULL
                        AND c.starts_at <= now() AND c.ends_until > now()
                      UNION
                     SELECT c.seat_id FROM away a
                       JOIN core_seat m ON m.id = a.seat_id AND m.is_active
                       JOIN core_cover c ON c.vendor_id = s.vendor_id AND c.deputy_id = a.seat_id AND c.ended_at IS NULL
                        AND c.starts_at <= now() AND c.ends_until > now())
                   SELECT x.id FROM away a JOIN core_seat x ON x.id = a.seat_id AND x.is_active
                    WHERE x.id <> s.id ORDER BY 1)
"""
# A visitor's seat is one only while the vendor lets the person in.
_OPEN_GRANT = """core_supportgrant g WHERE g.vendor_id = s.vendor_id AND g.seat_id = s.id AND g.ended_at IS NULL
              AND g.ends_until > now()
              AND EXISTS (SELECT 1 FROM core_user u WHERE u.id = s.user_id AND u.is_support AND u.is_active)"""
SUPPORT_COLUMNS = f"""CASE WHEN s.role = 'support' THEN (SELECT g.ends_until FROM {_OPEN_GRANT}) END,
             CASE WHEN s.role = 'support' THEN (SELECT g.may_act FROM {_OPEN_GRANT}) ELSE false END"""
IS_LET_IN = f"(s.role <> 'support' OR EXISTS (SELECT 1 FROM {_OPEN_GRANT}))"
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
       WHERE s.user_id = $1 AND s.is_active AND s.role <> 'support'
       ORDER BY v.name, s.id
    $$
    """,
    # Its columns may grow: callers name what they read. (The function above answers processes of the release before.)
    "DROP FUNCTION IF EXISTS fw_seats(bigint)",
    """
    CREATE FUNCTION fw_seats(bigint) RETURNS TABLE (
      seat_id bigint, seat_uid uuid, role text, name text, email text, organization_id bigint,
      vendor_id bigint, vendor_name text, vendor_slug text, vendor_currency text, vendor_time_zone text,
      partner_id bigint, partner_uid uuid, partner_name text, partner_time_zone text, partner_ids bigint[],
      second_factor_at timestamptz, has_second_factor boolean, role_name text, permissions text[],
      territory_ids bigint[], unit_ids bigint[], stands_in_for bigint[], look_uid uuid,
      support_until timestamptz, support_may_act boolean
    ) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
      SELECT s.id, s.uid, s.role, s.name, s.email, s.organization_id,
             v.id, v.name, v.slug, v.currency, v.time_zone,
             p.id, p.uid, p.name, coalesce(p.time_zone, v.time_zone),
             CASE WHEN p.id IS NULL THEN '{}'::bigint[]
                  ELSE array_prepend(p.id, ARRAY(SELECT c.id FROM core_partner c
                       WHERE c.parent_id = p.id AND c.vendor_id = s.vendor_id ORDER BY c.id)) END,
             CASE WHEN p.id IS NULL THEN y.staff_second_factor_at END,
             EXISTS (SELECT 1 FROM mfa_authenticator a WHERE a.user_id = $1 AND a.type <> 'recovery_codes'),
             coalesce(r.name, ''), r.permissions::text[],
             CASE WHEN p.id IS NULL THEN s.territory_ids END, CASE WHEN p.id IS NULL THEN s.unit_ids END,
             STANDS_IN_FOR,
             (SELECT l.uid FROM core_look l WHERE l.vendor_id = s.vendor_id ORDER BY l.number DESC LIMIT 1),
             SUPPORT_COLUMNS
        FROM core_seat s
        JOIN core_organization v ON v.id = s.vendor_id
        LEFT JOIN core_partner p ON p.id = s.partner_id AND p.vendor_id = s.vendor_id
        LEFT JOIN core_customrole r ON r.id = s.custom_role_id AND r.vendor_id = s.vendor_id
        LEFT JOIN core_signinpolicy y ON y.vendor_id = s.vendor_id
       WHERE s.user_id = $1 AND s.is_active AND IS_LET_IN
       ORDER BY v.name, s.id
    $$
    """,
    # Which of the vendor's seats have a second factor; whether a log-in has seats at this vendor alone.
    """
    CREATE OR REPLACE FUNCTION fw_seats_with_second_factor() RETURNS TABLE (seat_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
      SELECT s.id FROM core_seat s
       WHERE s.vendor_id = current_setting('fw.vendor_id')::bigint AND s.partner_id IS NULL
         AND EXISTS (SELECT 1 FROM mfa_authenticator a WHERE a.user_id = s.user_id AND a.type <> 'recovery_codes')
    $$
    """,
    # Whom a vendor may let in: a person of the installation's support, by the whole e-mail.
    """
    CREATE OR REPLACE FUNCTION fw_support_person(text) RETURNS TABLE (user_id bigint, name text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
      SELECT u.id, u.name FROM core_user u WHERE u.email = $1 AND u.is_support AND u.is_active
    $$
    """,
    # Where a colleague's days begin: the own time zone when one was chosen, else the vendor's.
    """
    CREATE OR REPLACE FUNCTION fw_zone_of_seat(bigint) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
      SELECT CASE WHEN u.time_zone <> 'UTC' THEN u.time_zone ELSE coalesce(p.time_zone, v.time_zone) END
        FROM core_seat s JOIN core_user u ON u.id = s.user_id JOIN core_organization v ON v.id = s.vendor_id
        LEFT JOIN core_partner p ON p.id = s.partner_id AND p.vendor_id = s.vendor_id
       WHERE s.id = $1 AND s.vendor_id = current_setting('fw.vendor_id')::bigint
    $$
    """,
    """
    CREATE OR REPLACE FUNCTION fw_is_only_ours(bigint) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
      SELECT EXISTS (SELECT 1 FROM core_seat s
                      WHERE s.user_id = $1 AND s.vendor_id = current_setting('fw.vendor_id')::bigint)
         AND NOT EXISTS (SELECT 1 FROM core_seat s WHERE s.user_id = $1 AND s.is_active
                          AND s.vendor_id <> current_setting('fw.vendor_id')::bigint)
    $$
    """,
    # How the people of the vendor's seats read: language, and the time zone chosen, else that of the company.
    """
    CREATE OR REPLACE FUNCTION fw_readers(bigint[]) RETURNS TABLE (seat_id bigint, language text, time_zone text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
      SELECT s.id, u.language,
             CASE WHEN u.time_zone <> 'UTC' THEN u.time_zone ELSE coalesce(p.time_zone, v.time_zone) END
        FROM core_seat s
        JOIN core_user u ON u.id = s.user_id
        JOIN core_organization v ON v.id = s.vendor_id
        LEFT JOIN core_partner p ON p.id = s.partner_id AND p.vendor_id = s.vendor_id
       WHERE s.id = ANY ($1) AND s.vendor_id = current_setting('fw.vendor_id')::bigint
    $$
    """,
    # Whether a log-in has seats, open or closed, at other vendors: then it is not this vendor's to erase.
    """
    CREATE OR REPLACE FUNCTION fw_sits_elsewhere(bigint) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
      SELECT EXISTS (SELECT 1 FROM core_seat s
                      WHERE s.user_id = $1 AND s.vendor_id <> current_setting('fw.vendor_id')::bigint)
    $$
    """,
    # The one way to change the event log: what names an erased person is taken out of its texts. Rows, who acted, when
    # and on what stay. A text that is no JSON any more without it (a number that was a telephone) is emptied.
    """
    CREATE OR REPLACE FUNCTION fw_erase_in_log(pattern text, placeholder text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    DECLARE
      one record; changed bigint := 0;
      ours CONSTANT bigint := current_setting('fw.vendor_id')::bigint;
    BEGIN
      IF length(pattern) < 5 OR placeholder !~ '^Erased person [0-9A-F]{4,8}$' THEN
        RAISE EXCEPTION 'only an erased person is taken out of the log';
      END IF;
      FOR one IN SELECT e.id, e.at, e.data::text AS said, e.actor_name AS name FROM core_event e
                  WHERE e.vendor_id = ours AND (e.data::text ~* pattern OR e.actor_name ~* pattern) LOOP
        BEGIN
          UPDATE core_event SET data = regexp_replace(one.said, pattern, placeholder, 'gi')::jsonb,
                 actor_name = left(regexp_replace(one.name, pattern, placeholder, 'gi'), 150)
           WHERE id = one.id AND at = one.at AND vendor_id = ours;
        EXCEPTION WHEN invalid_text_representation THEN
          UPDATE core_event SET data = jsonb_build_object('erased', placeholder)
           WHERE id = one.id AND at = one.at AND vendor_id = ours;
        END;
        changed := changed + 1;
      END LOOP;
      RETURN changed;
    END $$
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
       WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND s.role <> 'support'
    $$
    """,
    # The one seat a token speaks for, in one look: every request of a program begins with it.
    "DROP FUNCTION IF EXISTS fw_token_seat(text)",
    """
    CREATE FUNCTION fw_token_seat(text) RETURNS TABLE (
      token_id bigint, user_id bigint, scopes text[], expires_at timestamptz,
      seat_id bigint, seat_uid uuid, role text, name text, email text, organization_id bigint,
      vendor_id bigint, vendor_name text, vendor_slug text, vendor_currency text, vendor_time_zone text,
      partner_id bigint, partner_uid uuid, partner_name text, partner_time_zone text, partner_ids bigint[],
      second_factor_at timestamptz, has_second_factor boolean, role_name text, permissions text[],
      territory_ids bigint[], unit_ids bigint[], stands_in_for bigint[], look_uid uuid,
      support_until timestamptz, support_may_act boolean
    ) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
      SELECT t.id, s.user_id, t.scopes::text[], t.expires_at,
             s.id, s.uid, s.role, s.name, s.email, s.organization_id,
             v.id, v.name, v.slug, v.currency, v.time_zone,
             p.id, p.uid, p.name, coalesce(p.time_zone, v.time_zone),
             CASE WHEN p.id IS NULL THEN '{}'::bigint[]
                  ELSE array_prepend(p.id, ARRAY(SELECT c.id FROM core_partner c
                       WHERE c.parent_id = p.id AND c.vendor_id = s.vendor_id ORDER BY c.id)) END,
             CASE WHEN p.id IS NULL THEN y.staff_second_factor_at END,
             EXISTS (SELECT 1 FROM mfa_authenticator a WHERE a.user_id = s.user_id AND a.type <> 'recovery_codes'),
             coalesce(r.name, ''), r.permissions::text[],
             CASE WHEN p.id IS NULL THEN s.territory_ids END, CASE WHEN p.id IS NULL THEN s.unit_ids END,
             STANDS_IN_FOR,
             (SELECT l.uid FROM core_look l WHERE l.vendor_id = s.vendor_id ORDER BY l.number DESC LIMIT 1),
             NULL::timestamptz, false
        FROM core_apitoken t
        JOIN core_seat s ON s.id = t.seat_id AND s.vendor_id = t.vendor_id AND s.is_active
        JOIN core_organization v ON v.id = s.vendor_id
        LEFT JOIN core_partner p ON p.id = s.partner_id AND p.vendor_id = s.vendor_id
        LEFT JOIN core_customrole r ON r.id = s.custom_role_id AND r.vendor_id = s.vendor_id
        LEFT JOIN core_signinpolicy y ON y.vendor_id = s.vendor_id
       WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND s.role <> 'support'
    $$
    """,
    # The partner's seat that a link in a mail speaks for, when its person may still come in. (The columns of fw_seats.)
    "DROP FUNCTION IF EXISTS fw_linked_seat(uuid)",
    """
    CREATE FUNCTION fw_linked_seat(uuid) RETURNS TABLE (
      user_id bigint,
      seat_id bigint, seat_uid uuid, role text, name text, email text, organization_id bigint,
      vendor_id bigint, vendor_name text, vendor_slug text, vendor_currency text, vendor_time_zone text,
      partner_id bigint, partner_uid uuid, partner_name text, partner_time_zone text, partner_ids bigint[],
      second_factor_at timestamptz, has_second_factor boolean, role_name text, permissions text[],
      territory_ids bigint[], unit_ids bigint[], stands_in_for bigint[], look_uid uuid,
      support_until timestamptz, support_may_act boolean
    ) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
      SELECT u.id, f.* FROM core_seat s JOIN core_user u ON u.id = s.user_id AND u.is_active
        CROSS JOIN LATERAL fw_seats(u.id) f
       WHERE s.uid = $1 AND s.vendor_id = current_setting('fw.vendor_id')::bigint AND s.partner_id IS NOT NULL
         AND f.seat_id = s.id
    $$
    """,
    """
    CREATE OR REPLACE FUNCTION fw_vendor_of_client(text) RETURNS TABLE (vendor_id bigint, vendor_slug text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
      SELECT c.vendor_id, v.slug FROM core_oauthclient c JOIN core_organization v ON v.id = c.vendor_id
       WHERE c.client_id = $1 AND c.retired_at IS NULL
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
    second_factor_at: datetime | None = None
    has_second_factor: bool = False
    role_name: str = ""
    permissions: tuple[str, ...] | None = None  # of a role of the vendor's own; None: those of the built-in role
    territory_ids: tuple[int, ...] | None = None  # staff who see only the partners of these; None: all
    unit_ids: tuple[int, ...] | None = None  # staff who see only what these business units sell; None: all
    stands_in_for: tuple[int, ...] = ()  # seats of colleagues who are away
    look_uid: Any = None  # of the vendor's look in force; core.brand keeps what it says
    support_until: datetime | None = None  # of a visitor whom the vendor lets in
    support_may_act: bool = False

    @property
    def is_limited(self) -> bool:
        return self.territory_ids is not None or self.unit_ids is not None

    @property
    def surface(self) -> str:
        return "console" if self.partner_id is None else "portal"

    def must_add_second_factor(self, at: datetime) -> bool:
        """Whether this seat is shut until its person has a second factor."""
        return self.second_factor_at is not None and self.second_factor_at <= at and not self.has_second_factor


_COLUMNS = ", ".join(field.name for field in fields(SeatRow))
_COLUMNS_OF_S = ", ".join(f"s.{field.name}" for field in fields(SeatRow))


_TOKEN_SEAT = f"SELECT token_id, user_id, scopes, expires_at, {_COLUMNS} FROM fw_token_seat(%s)"


def seats_of_user(user_id: int) -> list[SeatRow]:
    """The active seats of a person, over all vendors, by vendor name."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_COLUMNS} FROM fw_seats(%s)", [user_id])
        rows = cursor.fetchall()
    return [_seat_row(row) for row in rows]


def person_with_seats(user_id: int, columns: Sequence[str]) -> tuple[Sequence[Any], tuple[SeatRow, ...]] | None:
    """Columns of a person's log-in and the active seats, in one trip to the database; None when nobody has the id."""
    named = ", ".join(f"u.{column}" for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {named}, {_COLUMNS_OF_S} FROM core_user u LEFT JOIN fw_seats(u.id) WITH ORDINALITY s ON true"
            " WHERE u.id = %s ORDER BY s.ordinality",
            [user_id],
        )
        rows = cursor.fetchall()
    if not rows:
        return None
    count = len(columns)
    return rows[0][:count], tuple(_seat_row(row[count:]) for row in rows if row[count] is not None)


def _seat_row(row: Sequence[Any]) -> SeatRow:
    values: list[Any] = [tuple(value) if isinstance(value, list) else value for value in row]
    return SeatRow(*values)


def seats_with_second_factor() -> set[int]:
    """Ids of the vendor's staff seats whose people have a second factor. In a console or acting context."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seat_id FROM fw_seats_with_second_factor()")
        return {row[0] for row in cursor.fetchall()}


def readers_of(seat_ids: Iterable[int]) -> list[tuple[int, str, str]]:
    """(seat id, language, time zone) of those of the seats that are the vendor's. In an acting context."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seat_id, language, time_zone FROM fw_readers(%s)", [list(seat_ids)])
        return cursor.fetchall()


def sits_elsewhere(user_id: int) -> bool:
    """Whether this log-in has seats, open or closed, at other vendors than the one in context."""
    return bool(_one("SELECT fw_sits_elsewhere(%s)", user_id)[0])


def is_only_ours(user_id: int) -> bool:
    """Whether this log-in has seats at the vendor in context, and open ones nowhere else."""
    return bool(_one("SELECT fw_is_only_ours(%s)", user_id)[0])


def support_person(email: str) -> tuple[int, str] | None:
    """(user id, name) of a person of the installation's support. In an acting context."""
    return _one("SELECT user_id, name FROM fw_support_person(%s)", email)


def zone_of_seat(seat_id: int) -> str:
    """The time zone of the person in a seat of the vendor in context. In a console or acting context."""
    found = _one("SELECT fw_zone_of_seat(%s)", seat_id)[0]
    return str(found or "UTC")


def invitation_by_hash(token_hash: str) -> tuple[int, int, str, str] | None:
    """(invitation id, vendor id, vendor short name, vendor name) of a token's hash."""
    return _one("SELECT * FROM fw_invitation(%s)", token_hash)


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token that is not revoked, and the open seat it speaks for."""

    token_id: int
    user_id: int
    scopes: frozenset[str]
    expires_at: datetime | None
    seat: SeatRow


def token_by_hash(token_hash: str) -> TokenRow | None:
    with connection.cursor() as cursor:
        cursor.execute(_TOKEN_SEAT, [token_hash])
        row = cursor.fetchone()
    return row and TokenRow(row[0], row[1], frozenset(row[2]), row[3], _seat_row(row[4:]))


def linked_seat(seat_uid: UUID) -> tuple[int, SeatRow] | None:
    """(user id, seat) of a partner's open seat of the vendor in context. In an acting context."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT user_id, {_COLUMNS} FROM fw_linked_seat(%s)", [seat_uid])
        row = cursor.fetchone()
    return row and (row[0], _seat_row(row[1:]))


def vendor_of_client(client_id: str) -> tuple[int, str] | None:
    """(vendor id, vendor short name) of an OAuth client that is not retired."""
    return _one("SELECT * FROM fw_vendor_of_client(%s)", client_id)


def _one(sql: str, key: str | int) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, [key])
        return cursor.fetchone()


# Function → who may call it besides the owner.
CALLERS = {
    "fw_seats_of_user(bigint)": "fw_web",
    "fw_seats(bigint)": "fw_web",
    "fw_seats_with_second_factor()": "fw_console, fw_limited, fw_acting",
    "fw_support_person(text)": "fw_acting",
    "fw_zone_of_seat(bigint)": "fw_console, fw_limited, fw_acting",
    "fw_is_only_ours(bigint)": "fw_acting",
    "fw_readers(bigint[])": "fw_acting",
    "fw_sits_elsewhere(bigint)": "fw_acting",
    "fw_erase_in_log(text, text)": "fw_acting",
    "fw_invitation(text)": "fw_web",
    "fw_api_token(text)": "fw_web",
    "fw_token_seat(text)": "fw_web",
    "fw_linked_seat(uuid)": "fw_acting",
    "fw_vendor_of_client(text)": "fw_web",
}


def _complete(statement: str) -> str:
    """A statement with the parts that several have in common."""
    parts = {"STANDS_IN_FOR": STANDS_IN_FOR, "SUPPORT_COLUMNS": SUPPORT_COLUMNS, "IS_LET_IN": IS_LET_IN}
    for name, part in parts.items():
        statement = statement.replace(name, part)
    return statement


def synchronise_functions() -> None:
    """Create or replace the functions, at once for everybody who calls them. Run as the owner."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in FUNCTIONS:
            cursor.execute(_complete(statement))
        for name, callers in CALLERS.items():
            cursor.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
            cursor.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {callers}")
