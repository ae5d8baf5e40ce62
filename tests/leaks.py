"""What row security and rights must hold, asked in raw SQL, so that nothing but the database answers.

`faults_of` asks what the class of a table promises of every reader; `right_faults` compares the rights in force with
those of the classes. Neither uses the policies' own text, and both can be run against a database that was changed on
purpose: `test_mutations` proves that they notice.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import uuid4

from django.db import DatabaseError, ProgrammingError, connection, models, transaction

from fairway.catalog.models import BusinessUnit
from fairway.core.tenancy.context import Context, Surface, entering
from fairway.core.tenancy.policies import ROLES, SYSTEM_TABLES, tenant_models
from fairway.core.tenancy.scope import Tenancy
from fairway.partners.models import Territory
from tests.cast import Cast

REFUSED = "refused"
PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
LOGINS = ("fw_web", *(f"fw_{role}" for role in ROLES))
NOT_UNDER_ROW_SECURITY = "not under row security"


@dataclass(frozen=True)
class Reader:
    """Somebody who reads, and what that is: a stranger to Acme, a rival of Beta, a visitor, a colleague."""

    name: str
    kind: str
    context: Context


def desk_of(member: Any, *vendor_ids: int) -> Context:
    context = member.context
    return replace(context, surface=Surface.DESK, vendor_id=0, vendor_ids=vendor_ids or (context.vendor_id,))


def readers(cast: Cast) -> list[Reader]:
    """All who must not see Beta's rows at Acme, or only some."""
    zeta, executive = cast.zeta_admin.context, cast.executive_at_zeta
    return [
        Reader("Zeta's staff", "stranger", zeta),
        Reader("an action at Zeta", "stranger", zeta.acting(cast.zeta.pk)),
        Reader("a partner at Zeta", "stranger", executive.context),
        Reader("a desk at Zeta", "stranger", desk_of(executive)),
        Reader("a visitor of Zeta", "stranger", Context(Surface.PUBLIC, vendor_id=cast.zeta.pk)),
        Reader("Gamma's seller", "rival", cast.gamma_seller.context),
        Reader("Gamma's desk", "rival", desk_of(cast.gamma_seller)),
        Reader("a visitor", "visitor", Context(Surface.PUBLIC, vendor_id=cast.acme.pk)),
        Reader("Acme's staff", "staff", cast.admin.context),
        Reader("support that Acme lets in", "staff", replace(cast.admin.context, seat_id=0)),
        Reader("Acme's staff of Beta's territory", "limited here", limited_to(cast, *territories(cast))),
        Reader("Acme's staff of another territory", "limited elsewhere", limited_to(cast, 0)),
        Reader("Acme's staff of the unit", "limited here", limited_to(cast, units=units(cast))),
        Reader("Acme's staff of another unit", "other unit", limited_to(cast, units=(0,))),
        Reader("Acme's staff of Beta's territory and the unit", "limited here",
               limited_to(cast, *territories(cast), units=units(cast))),
        Reader("Acme's staff of Beta's territory and another unit", "other unit",
               limited_to(cast, *territories(cast), units=(0,))),
        Reader("Acme's staff of another territory and the unit", "limited elsewhere",
               limited_to(cast, 0, units=units(cast))),
        Reader("Zeta's staff of a unit", "stranger", replace(zeta, unit_ids=units(cast))),
        Reader("Zeta's staff of a territory", "stranger", replace(zeta, territory_ids=territories(cast))),
        Reader("an action at Acme", "acting", cast.admin.context.acting(cast.acme.pk)),
        Reader("Beta's executive", "colleague", cast.beta_executive.context),
        Reader("Beta's executive at the desk", "colleague", desk_of(cast.beta_executive)),
        Reader("Beta's seller", "owner", cast.beta_seller.context),
        Reader("Beta's seller at the desk", "owner", desk_of(cast.beta_seller)),
        # No such seat exists; it asks whether the console's own policy gives a person's row to that person.
        Reader("Beta's seller as staff", "own staff", replace(cast.beta_seller.context, surface=Surface.CONSOLE)),
    ]  # fmt: skip


def limited_to(cast: Cast, *territory_ids: int, units: tuple[int, ...] | None = None) -> Context:
    """Staff of these territories, of these business units, or of both."""
    return replace(cast.marketer.context, territory_ids=territory_ids or None, unit_ids=units)


def territories(cast: Cast) -> tuple[int, ...]:
    with entering(cast.admin.context):
        return tuple(Territory.objects.values_list("pk", flat=True))


def units(cast: Cast) -> tuple[int, ...]:
    with entering(cast.admin.context):
        return tuple(BusinessUnit.objects.values_list("pk", flat=True))


# Internal tables as staff of some territories have them: settings of the vendor, which all may read; and what names
# no partner, or belongs to one seat. All others hang on a partner.
SETTINGS = {
    "Territory",
    "BusinessUnit",
    "ScoreCard",
    "WinModel",
    "RoutingPolicy",
    "LeadReason",
    "FollowUpRule",
    "EscalationStep",
    "LeadPool",
    "TriggerLevel",
    "SignInPolicy",
    "CustomRole",
    "DealRules",
    "Cover",
}
NOT_LIMITED = {
    "Deadline", "Mail", "IdempotencyKey", "SearchWord", "SearchMark", "ImportRun", "ImportIssue", "ApiToken",
    "DropFolder", "DuplicatePair", "KeptFigures", "SavedMapping", "Look", "LookImage", "OwnDomain",
    "OAuthClient", "OAuthGrant", "OAuthRefresh", "Erasure", "ErasedPerson", "RoutingRun", "SupportGrant",
    "SupportPage", "LeadDraft", "LeadInbox", "AssignmentPlan", "AssignmentLine",
    "PoolAudience", "PoolEntry", "SourceCost", "SourceRecord",
}  # fmt: skip


def for_limited(model: type[models.Model], *, here: bool) -> int:
    is_published = model.tenancy is Tenancy.PUBLISHED and model.__name__ not in NOT_LIMITED  # type: ignore[attr-defined]
    if is_published or model.__name__ in SETTINGS:
        return 1
    return int(here and model.__name__ not in NOT_LIMITED and not is_personal(model))


# What is sold in a product line, or hangs on it, and so is not there for staff of other business units.
OF_UNITS = {
    "Lead", "LeadPerson", "LeadNote", "LeadScore", "RoutingDecision", "Offer", "Touch", "Registration", "Conflict",
    "Protection", "Deal", "SalesLine", "Approval", "Customer", "CustomerContact", "CustomerMatch",
    "TriggerLevel",
    "LeadRecall", "LeadRating", "Escalation", "ReassignmentLine", "SellerAssignment",
}  # fmt: skip


def counted(context: Context, model: type[models.Model], where: str, *values: Any) -> int | str:
    """Rows of a table that this context's role counts, or REFUSED."""
    with entering(context):
        return asked(f"SELECT count(*) FROM {model._meta.db_table} WHERE {where}", *values)


def asked(sql: str, *values: Any) -> Any:
    """The first value of the answer, or REFUSED where the role has no right to the table."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchone()[0]
    except ProgrammingError as error:
        if "permission denied" not in str(error):
            raise
        return REFUSED


def is_personal(model: type[models.Model]) -> bool:
    """Whether a row is read by one seat only."""
    return "seat_id" in getattr(model, "narrowed", {}).get("console", "")


def expected(reader: Reader, model: type[models.Model]) -> tuple[int | str, ...]:
    """What counting Beta's row at Acme may give this reader, by the class of the table."""
    kind, internal = model.tenancy, model.tenancy is Tenancy.INTERNAL  # type: ignore[attr-defined]
    is_public = bool(getattr(model, "public_when", ""))
    match reader.kind:
        case "stranger":
            refused = internal or reader.context.surface in {Surface.PUBLIC, Surface.ACTING}
            return (0, REFUSED) if refused else (0,)
        case "rival":
            # What is published for some partners alone, Beta among them.
            is_for_some = "portal" in getattr(model, "narrowed", {})
            return {Tenancy.INTERNAL: (REFUSED,), Tenancy.PUBLISHED: (int(not is_for_some),)}.get(kind, (0,))
        case "visitor":
            return (1,) if is_public else (REFUSED,)
        case "limited here" | "limited elsewhere":
            return (for_limited(model, here=reader.kind == "limited here"),)
        case "other unit":
            return (0 if model.__name__ in OF_UNITS else for_limited(model, here=True),)
        case "staff":
            return (0,) if is_personal(model) else (1,)
        case "colleague":
            return (REFUSED,) if internal else (0,) if is_personal(model) else (1,)
        case "owner":
            return (REFUSED,) if internal else (1,)
    return (1,)


def faults_of(cast: Cast, model: type[models.Model], row: models.Model) -> Iterator[str]:
    """Where a table gives or takes other than its class says. `row` is Acme's, and Beta's where it names a partner."""
    table = model._meta.db_table
    uid = row.uid  # type: ignore[attr-defined]
    for reader in readers(cast):
        seen, wanted = counted(reader.context, model, "uid = %s", uid), expected(reader, model)
        if seen not in wanted:
            yield f"{table}: {reader.name} counts {seen}, not {' or '.join(map(str, wanted))}"
        if reader.kind == "stranger" and counted(reader.context, model, "vendor_id = %s", cast.acme.pk) not in wanted:
            yield f"{table}: {reader.name} counts other rows of Acme"
    yield from write_faults(cast, model, row)


def write_faults(cast: Cast, model: type[models.Model], row: models.Model) -> Iterator[str]:
    """Reading roles write nothing; work at Zeta neither changes a row of Acme nor leaves one there."""
    table = model._meta.db_table
    for reader in readers(cast):
        if reader.context.surface is Surface.ACTING:
            continue
        with entering(reader.context):
            for sql in (f"DELETE FROM {table}", f"UPDATE {table} SET uid = uid", f"INSERT INTO {table} DEFAULT VALUES"):
                if not _is_refused(partial(_execute, sql)):
                    yield f"{table}: {reader.name} may {sql.split()[0]}"
    with entering(cast.zeta_admin.context.acting(cast.zeta.pk)):
        if not getattr(model, "append_only", False) and _changed(f"UPDATE {table} SET uid = uid WHERE true") > 0:
            yield f"{table}: an action at Zeta changes rows of Acme"
        if not _is_refused(partial(_insert_copy_of, row), "row-level security"):
            yield f"{table}: an action at Zeta leaves a row at Acme"


def _insert_copy_of(row: models.Model) -> None:
    """Without RETURNING, which would ask the policy of reading too."""
    of_the_database = (models.AutoField, models.BigAutoField)
    fields = [f for f in row._meta.concrete_fields if not f.generated and not isinstance(f, of_the_database)]
    given = {"uid": uuid4(), "id": 2_000_000}
    values = [f.get_db_prep_save(given.get(f.name, getattr(row, f.attname)), connection) for f in fields]
    columns, places = ", ".join(f'"{field.column}"' for field in fields), ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {row._meta.db_table} ({columns}) VALUES ({places})", values)


def _execute(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.rowcount


def _changed(sql: str) -> int:
    """Rows that a statement of the current context changes; undone. Those of the own vendor do not count."""
    with transaction.atomic():
        count = _execute(sql.replace("WHERE true", "WHERE vendor_id <> current_setting('fw.vendor_id')::bigint"))
        transaction.set_rollback(True)
    return count


def _is_refused(act: Any, because: str = "permission denied") -> bool:
    """Whether the database refuses for this reason; whatever was done is undone."""
    try:
        with transaction.atomic():
            act()
            transaction.set_rollback(True)
    except DatabaseError as error:
        return because in str(error)
    return False


# --- rights


def promised(model: type[models.Model]) -> dict[str, set[str]]:
    """Role → the rights that the class of its table promises it."""
    readers_of = {
        Tenancy.INTERNAL: {"console", "limited"},
        Tenancy.SHARED: {"console", "limited", "portal", "desk"},
        Tenancy.PUBLISHED: {"console", "limited", "portal", "desk"},
        Tenancy.OWN: {"portal", "desk"},
    }[model.tenancy]  # type: ignore[attr-defined]
    if getattr(model, "public_when", ""):
        readers_of = readers_of | {"public"}
    writing = {"SELECT", "INSERT"} if getattr(model, "append_only", False) else {"SELECT", "INSERT", "UPDATE", "DELETE"}
    return {**{f"fw_{role}": {"SELECT"} for role in readers_of}, "fw_acting": writing}


_RELATIONS = """
SELECT c.relname, c.relkind, c.relrowsecurity, pg_get_userbyid(c.relowner), r.rolname, p.name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
 CROSS JOIN unnest(%s::text[]) AS r (rolname) CROSS JOIN unnest(%s::text[]) AS p (name)
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
   AND (has_table_privilege(r.rolname, c.oid, p.name)
        OR (p.name IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
            AND has_any_column_privilege(r.rolname, c.oid, p.name)))
 ORDER BY 1, 5, 6
"""
_ROLES = "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND (rolsuper OR rolbypassrls OR rolcreaterole)"
_OWNED = """
SELECT relname, pg_get_userbyid(relowner) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
 WHERE n.nspname = 'public' AND pg_get_userbyid(relowner) = ANY(%s)
"""
_SECURED = """
SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
 WHERE n.nspname = 'public' AND relname = ANY(%s) AND relrowsecurity
"""
_MEMBERS = """
SELECT m.rolname, r.rolname FROM pg_auth_members a
  JOIN pg_roles m ON m.oid = a.member JOIN pg_roles r ON r.oid = a.roleid
 WHERE m.rolname = ANY(%s)
"""
_OPEN_FUNCTIONS = """
SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE n.nspname = 'public' AND p.prosecdef AND has_function_privilege('public', p.oid, 'EXECUTE')
"""
_BARE_FUNCTIONS = """
SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE n.nspname = 'public' AND p.prosecdef AND NOT coalesce(p.proconfig::text, '') LIKE '%search_path%'
"""


def right_faults() -> list[str]:
    """Rights beyond, and short of, what the classes promise; tables outside row security; roles above it."""
    wanted = {model._meta.db_table: promised(model) for model in tenant_models()}
    for table, rights in SYSTEM_TABLES.items():
        wanted[table] = {f"fw_{role}": set(text.split(", ")) for role, text in rights.items()}
    found: dict[str, dict[str, set[str]]] = {}
    for table, _kind, _secured, _owner, role, privilege in _rows(_RELATIONS, list(LOGINS), list(PRIVILEGES)):
        found.setdefault(table, {}).setdefault(role, set()).add(privilege)
    faults = []
    for table in sorted({*wanted, *found}):
        for role in LOGINS:
            have = found.get(table, {}).get(role, set())
            if role == "fw_web":
                have = have - {"TRUNCATE"}  # granted in test databases, to empty them between tests
            may = wanted.get(table, {}).get(role, set())
            if have - may:
                faults.append(f"{table}: {role} has {', '.join(sorted(have - may))} too many")
            if may - have:
                faults.append(f"{table}: {role} lacks {', '.join(sorted(may - have))}")
    secured = {table for (table,) in _rows(_SECURED, [model._meta.db_table for model in tenant_models()])}
    faults += [
        f"{m._meta.db_table}: {NOT_UNDER_ROW_SECURITY}" for m in tenant_models() if m._meta.db_table not in secured
    ]
    return faults + role_faults()


def role_faults() -> list[str]:
    """Roles that would stand above row security, by attribute, ownership or membership; functions open to all."""
    faults = [f"{role} stands above row security" for (role,) in _rows(_ROLES, list(LOGINS))]
    # Row security does not bind a table's owner, and is not forced on fw_owner, who migrates and backs up.
    faults += [
        f"{table}: owned by {role}, whom row security does not bind" for table, role in _rows(_OWNED, list(LOGINS))
    ]
    for member, role in _rows(_MEMBERS, list(LOGINS)):
        if member != "fw_web" or role not in LOGINS:
            faults.append(f"{member} may become {role}")
    faults += [f"{name}(): everyone may run it with the owner's rights" for (name,) in _rows(_OPEN_FUNCTIONS)]
    faults += [f"{name}(): runs as the owner with the caller's search_path" for (name,) in _rows(_BARE_FUNCTIONS)]
    return faults


def _rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall()
