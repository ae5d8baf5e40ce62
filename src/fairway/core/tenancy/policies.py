"""Row security, grants and composite keys, made from the models after every migration.

The models say which class a table has; this module says what that means in the database. `synchronise` compares
what each table should have with a fingerprint kept as the table's comment and changes only what differs, so it can
run at every deployment. One policy per role and table, without OR (docs/tenancy.md tells why).
"""

import hashlib
import re
from collections.abc import Iterator

from django.apps import apps
from django.db import connection, models
from django.db.backends.utils import CursorWrapper

from fairway.core.tenancy.scope import Tenancy, TenantForeignKey, limited_sql

VENDOR = "vendor_id = current_setting('fw.vendor_id')::bigint"
VENDORS = "vendor_id = ANY (current_setting('fw.vendor_ids')::bigint[])"
PARTNERS = "{column} = ANY (current_setting('fw.partner_ids')::bigint[])"
PARTNERS_OR_STAFF = "{column} = ANY (0::bigint || current_setting('fw.partner_ids')::bigint[])"
ORGANIZATION = "organization_id = current_setting('fw.organization_id')::bigint"

ROLES = ("console", "portal", "desk", "public", "acting", "limited")
# Tables of ours and of the libraries that no vendor owns: (table, {role: rights}). Reviewed by hand.
WEB_ALL = "SELECT, INSERT, UPDATE, DELETE"
SYSTEM_TABLES: dict[str, dict[str, str]] = {
    "core_user": {"web": "SELECT, INSERT, UPDATE"},
    "core_organization": {"web": "SELECT", "acting": "SELECT"},
    "django_session": {"web": WEB_ALL},
    "django_content_type": {"web": "SELECT", "acting": "SELECT"},
    "django_migrations": {"web": "SELECT"},
    "auth_permission": {},
    "auth_group": {},
    "auth_group_permissions": {},
    "account_emailaddress": {"web": WEB_ALL},
    "account_emailconfirmation": {"web": WEB_ALL},
    "core_signin": {"web": WEB_ALL},
    "core_ratecount": {"web": WEB_ALL},
    "mfa_authenticator": {"web": WEB_ALL},
    "procrastinate_jobs": {"web": WEB_ALL, "acting": "SELECT, INSERT, UPDATE"},
    "procrastinate_events": {"web": WEB_ALL, "acting": "SELECT, INSERT"},
    "procrastinate_periodic_defers": {"web": WEB_ALL, "acting": "SELECT, INSERT"},
    "procrastinate_workers": {"web": WEB_ALL, "acting": "SELECT"},
}


def tenant_models() -> list[type[models.Model]]:
    """Every concrete model with a tenant class other than system, in table order."""
    found = [
        model
        for model in apps.get_models()
        if getattr(model, "tenancy", Tenancy.SYSTEM) is not Tenancy.SYSTEM and not model._meta.proxy
    ]
    return sorted(found, key=lambda model: model._meta.db_table)


def reading(model: type[models.Model]) -> dict[str, str]:
    """Role → the condition under which it reads a row; a role that is absent has no right to the table."""
    kind: Tenancy = model.tenancy  # type: ignore[attr-defined]
    if kind is Tenancy.OWN:
        return _narrowed(model, {"portal": ORGANIZATION, "desk": ORGANIZATION})
    rules = {"console": VENDOR}
    if kind is Tenancy.SHARED:
        staff_too = getattr(model, "staff_rows_visible", False)
        template = PARTNERS_OR_STAFF if staff_too else PARTNERS
        of_partner = template.format(column=model.partner_column)  # type: ignore[attr-defined]
        # Staff rows have no partner that would name their vendor.
        at_desk = f"{VENDORS} AND {of_partner}" if staff_too else of_partner
        rules |= {"portal": f"{VENDOR} AND {of_partner}", "desk": at_desk}
    if kind is Tenancy.PUBLISHED:
        rules |= {"portal": VENDOR, "desk": VENDORS}
        if model.public_when:  # type: ignore[attr-defined]
            rules["public"] = f"{VENDOR} AND {model.public_when}"  # type: ignore[attr-defined]
    rules = _narrowed(model, rules)
    limited = limited_sql(model)
    if limited != "false":
        # Inside, the columns are told apart from those of the tables asked below.
        rules["limited"] = f"{VENDOR} AND " + re.sub(r"{(\w+)}", rf"{model._meta.db_table}.\1", limited)
    return rules


def _narrowed(model: type[models.Model], rules: dict[str, str]) -> dict[str, str]:
    extra: dict[str, str] = getattr(model, "narrowed", {})
    return {role: f"{rule} AND {extra[role]}" if role in extra else rule for role, rule in rules.items()}


def statements(model: type[models.Model]) -> Iterator[str]:
    """The SQL that gives one table its rights and policies, from nothing."""
    table = model._meta.db_table
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"REVOKE ALL ON {table} FROM fw_web, {', '.join('fw_' + role for role in ROLES)}"
    for role, rule in reading(model).items():
        yield f"GRANT SELECT ON {table} TO fw_{role}"
        yield f"CREATE POLICY {role} ON {table} FOR SELECT TO fw_{role} USING ({rule})"
    if "console" in reading(model) and "limited" not in reading(model):
        yield f"GRANT SELECT ON {table} TO fw_limited"  # without a policy it finds nothing, and no page breaks
    # An append-only table (events, transfers) is never changed, by anyone who is not the owner.
    append_only = getattr(model, "append_only", False)
    writing = ORGANIZATION if model.tenancy is Tenancy.OWN else VENDOR  # type: ignore[attr-defined]
    yield f"GRANT {'SELECT, INSERT' if append_only else WEB_ALL} ON {table} TO fw_acting"
    yield f"CREATE POLICY acting ON {table} TO fw_acting USING ({writing}) WITH CHECK ({writing})"
    yield from composite_keys(model)


def composite_keys(model: type[models.Model]) -> Iterator[str]:
    if getattr(model, "append_only", False):
        return  # The log outlives what it names, and is written too often to check each name again.
    for field in model._meta.local_concrete_fields:
        if not isinstance(field, TenantForeignKey):
            continue
        target = field.related_model._meta.db_table
        name = f"{model._meta.db_table}_{field.column}_same_vendor"[:63]
        yield f"ALTER TABLE {model._meta.db_table} DROP CONSTRAINT IF EXISTS {name}"
        yield (
            f"ALTER TABLE {model._meta.db_table} ADD CONSTRAINT {name} FOREIGN KEY (vendor_id, {field.column}) "
            f"REFERENCES {target} (vendor_id, id) DEFERRABLE INITIALLY DEFERRED"
        )


def synchronise() -> list[str]:
    """Bring every table's rights to what its model says; returns the tables that changed. Run as the owner."""
    changed = []
    with connection.cursor() as cursor:
        _grant_system_tables(cursor)
        for model in tenant_models():
            table = model._meta.db_table
            wanted = list(statements(model))
            fingerprint = "rights " + hashlib.sha256("\n".join(wanted).encode()).hexdigest()[:16]
            cursor.execute("SELECT obj_description(%s::regclass, 'pg_class')", [table])
            if cursor.fetchone()[0] == fingerprint:
                continue
            cursor.execute("SELECT policyname FROM pg_policies WHERE tablename = %s", [table])
            for (policy,) in cursor.fetchall():
                cursor.execute(f"DROP POLICY {policy} ON {table}")
            for statement in wanted:
                cursor.execute(statement)
            cursor.execute(f"COMMENT ON TABLE {table} IS '{fingerprint}'")
            changed.append(table)
    return changed


def _grant_system_tables(cursor: CursorWrapper) -> None:
    everyone = ", ".join(f"fw_{role}" for role in ("web", *ROLES))
    cursor.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {everyone}")
    for table, rights in SYSTEM_TABLES.items():
        cursor.execute(f"REVOKE ALL ON {table} FROM {everyone}")
        for role, right in rights.items():
            cursor.execute(f"GRANT {right} ON {table} TO fw_{role}")
            # Identity columns need no right on their sequence; procrastinate's serial columns do.
            cursor.execute(
                "SELECT pg_get_serial_sequence(%s, attname) FROM pg_attribute"
                " WHERE attrelid = %s::regclass AND attname = 'id'",
                [table, table],
            )
            row = cursor.fetchone()
            if row and row[0] and "INSERT" in right:
                cursor.execute(f"GRANT USAGE ON SEQUENCE {row[0]} TO fw_{role}")
