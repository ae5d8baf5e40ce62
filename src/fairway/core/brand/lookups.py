"""What must be known of looks and domains before, or without, a context: each a SECURITY DEFINER function.

What they tell is public: it stands on the vendor's log-in page. Unproven domains are not told.
"""

from typing import Any
from uuid import UUID

from django.db import connection, transaction

FUNCTIONS = {
    # Every vendor's front door.
    "fw_fronts()": (
        """
        CREATE OR REPLACE FUNCTION fw_fronts() RETURNS TABLE (
          vendor_id bigint, slug text, name text, look_uid uuid, host text
        ) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
          SELECT v.id, v.slug, v.name,
                 (SELECT l.uid FROM core_look l WHERE l.vendor_id = v.id ORDER BY l.number DESC LIMIT 1),
                 (SELECT d.host FROM core_owndomain d WHERE d.vendor_id = v.id AND d.proven_at IS NOT NULL)
            FROM core_organization v WHERE v.is_vendor AND v.slug IS NOT NULL
        $$
        """,
        "fw_web",
    ),
    "fw_look(uuid)": (
        """
        CREATE OR REPLACE FUNCTION fw_look(uuid) RETURNS TABLE (
          vendor_id bigint, program_name text, accent text, accent_dark text, header text, mail_name text,
          reply_to text, logo_uid uuid, logo_width int, logo_height int, logo_dark_uid uuid, logo_dark_width int,
          logo_dark_height int, icon_uid uuid
        ) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
          SELECT k.vendor_id, k.program_name, k.accent, k.accent_dark, k.header, k.mail_name, k.reply_to,
                 a.uid, a.width, a.height, b.uid, b.width, b.height, c.uid
            FROM core_look k
            LEFT JOIN core_lookimage a ON a.id = k.logo_id AND a.vendor_id = k.vendor_id
            LEFT JOIN core_lookimage b ON b.id = k.logo_dark_id AND b.vendor_id = k.vendor_id
            LEFT JOIN core_lookimage c ON c.id = k.icon_id AND c.vendor_id = k.vendor_id
           WHERE k.uid = $1
        $$
        """,
        "fw_web, fw_console, fw_limited, fw_portal, fw_desk, fw_public, fw_acting",
    ),
    "fw_look_image(uuid)": (
        """
        CREATE OR REPLACE FUNCTION fw_look_image(uuid) RETURNS TABLE (vendor_id bigint, png bytea)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
          SELECT i.vendor_id, i.png FROM core_lookimage i WHERE i.uid = $1
        $$
        """,
        "fw_web, fw_acting",
    ),
}


def synchronise_functions() -> None:
    """Create or replace the functions, and say who may call them. Run as the owner."""
    with transaction.atomic(), connection.cursor() as cursor:
        for name, (statement, callers) in FUNCTIONS.items():
            cursor.execute(statement)
            cursor.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
            cursor.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {callers}")


def every_front() -> list[tuple[int, str, str, UUID | None, str | None]]:
    """(vendor id, short name, name, uid of the look in force, proven domain) of every vendor. Outside any context."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT vendor_id, slug, name, look_uid, host FROM fw_fronts()")
        return cursor.fetchall()


def look_row(uid: UUID) -> dict[str, Any] | None:
    """The columns of one look, by name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM fw_look(%s)", [uid])
        row = cursor.fetchone()
        return dict(zip([column.name for column in cursor.description], row, strict=True)) if row else None


def image(uid: UUID) -> tuple[int, bytes] | None:
    """(vendor id, PNG) of a picture. Outside any context, or acting."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT vendor_id, png FROM fw_look_image(%s)", [uid])
        row = cursor.fetchone()
    return (row[0], bytes(row[1])) if row else None
