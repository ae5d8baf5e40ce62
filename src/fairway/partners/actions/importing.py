"""Many partners at once: the bulk twin of creating and editing one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from babel.numbers import get_currency_precision
from django.db import connection

from fairway.core.access import Member, require
from fairway.core.bulk import staged
from fairway.core.events.record import record_many
from fairway.core.ids import uuid7_many
from fairway.core.imports import ImportOutcome, RowIssue
from fairway.core.names import sort_name
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import current
from fairway.core.tenancy.models import Organization, Partner, PartnerState, Seat
from fairway.core.tenancy.organizations import new_organizations
from fairway.core.words import said as _
from fairway.partners.actions.enrollments import TierSaid, place_in_tiers
from fairway.partners.models import Profile
from fairway.partners.places import located
from fairway.partners.queries.territories import TerritoryRule, territory_of, territory_rules
from fairway.partners.rules.rows import PROFILE_FIELDS, Merged, PartnerRow, merged

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('partners', %s))"
_COLUMNS = {
    "partner_id": "bigint", "organization_id": "bigint", "profile_id": "bigint", "partner_uid": "uuid",
    "profile_uid": "uuid", "external_id": "text", "name": "text", "sort_name": "text", "country": "text",
    "time_zone": "text", "cam_id": "bigint", "kinds": "text[]", "verticals": "text[]", "product_lines": "text[]",
    "employees": "int", "annual_sales_minor": "bigint", "opened_year": "int", "phone": "text", "website": "text",
    "address": "text", "city": "text", "state_code": "text", "state_name": "text", "postal_code": "text",
    "latitude": "float8", "longitude": "float8", "territory_id": "bigint",
}  # fmt: skip
_PLACED = (*PROFILE_FIELDS, "latitude", "longitude", "territory_id")

_NEW_PARTNERS = """
INSERT INTO core_partner (uid, vendor_id, organization_id, external_id, cam_id, name, sort_name, state, country,
  time_zone, version, created_at)
SELECT partner_uid, %s, organization_id, external_id, cam_id, name, sort_name, %s, country, time_zone, 1, %s
  FROM {staged} RETURNING id, external_id
"""
_NEW_PROFILES = f"""
INSERT INTO partners_profile (uid, vendor_id, partner_id, {", ".join(_PLACED)}, lead_capacity, accepts_leads, extra)
SELECT s.profile_uid, %s, p.id, {", ".join("s." + name for name in _PLACED)}, %s, true, '{{{{}}}}'
  FROM {{staged}} s JOIN core_partner p ON p.vendor_id = %s AND p.external_id = s.external_id
"""
_CHANGED_PARTNERS = """
UPDATE core_partner p SET name = s.name, sort_name = s.sort_name, country = s.country, time_zone = s.time_zone,
  cam_id = s.cam_id, version = p.version + 1
 FROM {staged} s WHERE p.vendor_id = %s AND p.id = s.partner_id
"""
_CHANGED_PROFILES = f"""
UPDATE partners_profile f SET {", ".join(f"{name} = s.{name}" for name in _PLACED)}
 FROM {{staged}} s WHERE f.vendor_id = %s AND f.id = s.profile_id
"""


@dataclass(slots=True)
class _Known:
    """A partner that is there already, with its profile."""

    partner: Partner
    profile: Profile

    def values(self) -> dict[str, Any]:
        named = {name: getattr(self.profile, name) for name in PROFILE_FIELDS}
        return {"name": self.partner.name, "country": self.partner.country, **named}


@dataclass(slots=True)
class _Surroundings:
    """What every row of an import is held against."""

    vendor_zone: str
    decimals: int
    territories: list[TerritoryRule]
    cams: Mapping[str, int]


def import_partners(
    rows: Sequence[PartnerRow], *, actor: Member, at: datetime, options: Mapping[str, Any] | None = None
) -> ImportOutcome:
    """Create the partners whose external id is new, update the others where the file says something else.

    An empty cell leaves what is known. Territory and account manager come from the territories' conditions when a
    partner is new or has moved; an account manager that was chosen stays. Coordinates are those of the city.
    """
    require(actor, "partner.import")
    with acting_for(actor):
        _wait_my_turn()
        work = _Import(_surroundings(), actor, at)
        usable = work.without_repeats(rows)
        known = _known(row.external_id for row in usable)
        work.create([row for row in usable if row.external_id not in known])
        work.update([(known[row.external_id], row) for row in usable if row.external_id in known])
        work.place_in_tiers([row for row in usable if row.tier])
    return work.outcome


def _wait_my_turn() -> None:
    """Two imports of one vendor at once: the second waits, and then finds the partners of the first."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [current().vendor_id])


def _surroundings() -> _Surroundings:
    zone, currency = Organization.objects.values_list("time_zone", "currency").get(pk=current().vendor_id)
    staff = Seat.objects.filter(partner=None, is_active=True).values_list("email", "id")
    cams = {email.lower(): pk for email, pk in staff}
    return _Surroundings(zone, get_currency_precision(currency), territory_rules(), cams)


def _known(external_ids: Iterable[str]) -> dict[str, _Known]:
    partners = {row.pk: row for row in Partner.objects.filter(external_id__in=list(external_ids))}
    profiles = {row.partner_id: row for row in Profile.objects.filter(partner_id__in=list(partners))}
    missing = [pk for pk in partners if pk not in profiles]
    if missing:
        made = Profile.objects.bulk_create([Profile(vendor_id=current().vendor_id, partner_id=pk) for pk in missing])
        profiles |= {row.partner_id: row for row in made}
    return {row.external_id: _Known(row, profiles[pk]) for pk, row in partners.items()}


@dataclass(slots=True)
class _Import:
    around: _Surroundings
    actor: Member
    at: datetime
    outcome: ImportOutcome = field(default_factory=ImportOutcome)
    partner_ids: dict[str, int] = field(default_factory=dict)  # by external id
    untouched: set[int] = field(default_factory=set)

    def without_repeats(self, rows: Sequence[PartnerRow]) -> list[PartnerRow]:
        first: dict[str, PartnerRow] = {}
        for row in rows:
            kept = first.setdefault(row.external_id, row)
            if kept is not row:
                text = _("Line %(line)d has the same external id. Only that line was taken.") % {"line": kept.line}
                self.outcome.refused.append(RowIssue(row.line, "external_id", text))
        return list(first.values())

    def create(self, rows: Sequence[PartnerRow]) -> None:
        """Insert new partners with organization and profile."""
        if not rows:
            return
        full = [self._completed(merged({}, row, self.around.decimals), row) for row in rows]
        organizations = new_organizations([(v["name"], v["country"], v["time_zone"]) for v in full])
        uids = uuid7_many(2 * len(full))
        for place, (values, row) in enumerate(zip(full, rows, strict=True)):
            values |= {"organization_id": organizations[place], "external_id": row.external_id}
            values |= {"partner_uid": uids[2 * place], "profile_uid": uids[2 * place + 1]}
        vendor_id = current().vendor_id
        with staged(_COLUMNS, _tuples(full)) as name, connection.cursor() as cursor:
            cursor.execute(_NEW_PARTNERS.format(staged=name), [vendor_id, PartnerState.ACTIVE, self.at])
            self.partner_ids |= {external_id: pk for pk, external_id in cursor.fetchall()}
            capacity = Profile._meta.get_field("lead_capacity").default
            cursor.execute(_NEW_PROFILES.format(staged=name), [vendor_id, capacity, vendor_id])
        self._record("created", [(self.partner_ids[row.external_id], {"source": "import"}) for row in rows])
        self.outcome.created += len(rows)
        self.outcome.results |= {row.line: "created" for row in rows}

    def update(self, pairs: Sequence[tuple[_Known, PartnerRow]]) -> None:
        """Write those that differ from what is known."""
        changed: list[tuple[dict[str, Any], list[str]]] = []
        for known, row in pairs:
            self.partner_ids[row.external_id] = known.partner.pk
            result = merged(known.values(), row, self.around.decimals)
            values = self._completed(result, row, known)
            if known.partner.cam_id != values["cam_id"]:
                result.changed.append("cam")
            self.outcome.results[row.line] = "updated" if result.changed else "unchanged"
            if result.changed:
                values |= {"partner_id": known.partner.pk, "profile_id": known.profile.pk}
                changed.append((values, result.changed))
            else:
                self.untouched.add(known.partner.pk)
        self._write(changed)
        self.outcome.updated += len(changed)
        self.outcome.unchanged += len(pairs) - len(changed)

    def _write(self, changed: Sequence[tuple[dict[str, Any], list[str]]]) -> None:
        if not changed:
            return
        vendor_id = current().vendor_id
        with staged(_COLUMNS, _tuples(values for values, _names in changed)) as name, connection.cursor() as cursor:
            cursor.execute(_CHANGED_PARTNERS.format(staged=name), [vendor_id])
            cursor.execute(_CHANGED_PROFILES.format(staged=name), [vendor_id])
        events = [(values["partner_id"], {"source": "import", "changed": names}) for values, names in changed]
        self._record("updated", events)

    def place_in_tiers(self, rows: Sequence[PartnerRow]) -> None:
        said = [TierSaid(row.line, self.partner_ids[row.external_id], row.tier) for row in rows]
        moved, issues = place_in_tiers(said, actor=self.actor, at=self.at)
        only_moved = self.untouched & moved
        self.outcome.updated += len(only_moved)
        self.outcome.unchanged -= len(only_moved)
        moved_lines = [row.line for row in rows if self.partner_ids[row.external_id] in only_moved]
        self.outcome.results |= dict.fromkeys(moved_lines, "updated")
        self.outcome.warnings += issues

    def _completed(self, result: Merged, row: PartnerRow, known: _Known | None = None) -> dict[str, Any]:
        """The row's values with what follows from them: filing name, place, territory, account manager."""
        values = result.values
        _set_text_defaults(values)
        values["sort_name"] = sort_name(values["name"])
        values["cam_id"] = known.partner.cam_id if known else None
        if known is None or result.is_elsewhere:
            rule = self._set_place(values)
            values["cam_id"] = values["cam_id"] or (rule.cam_id if rule else None)
        else:
            profile = known.profile
            values |= {"latitude": profile.latitude, "longitude": profile.longitude}
            values |= {"territory_id": profile.territory_id, "time_zone": known.partner.time_zone}
        if row.cam_email:
            values["cam_id"] = self._cam_named(row) or values["cam_id"]
        return values

    def _cam_named(self, row: PartnerRow) -> int | None:
        found = self.around.cams.get(row.cam_email.lower())
        if found is None:
            text = _("Nobody here has the e-mail “%(email)s”, so no account manager was set.")
            issue = RowIssue(row.line, "cam_email", text % {"email": row.cam_email[:100]}, is_warning=True)
            self.outcome.warnings.append(issue)
        return found

    def _set_place(self, values: dict[str, Any]) -> TerritoryRule | None:
        place = located(values)
        values["latitude"], values["longitude"] = (place.latitude, place.longitude) if place else (None, None)
        values["time_zone"] = place.time_zone if place else self.around.vendor_zone
        rule = territory_of(self.around.territories, values)
        values["territory_id"] = rule.territory_id if rule else None
        return rule

    def _record(self, verb: str, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
        record_many(verb, Partner, [(pk, pk, data) for pk, data in rows], actor=self.actor, at=self.at)


def _set_text_defaults(values: dict[str, Any]) -> None:
    for name in ("kinds", "verticals", "product_lines"):
        values[name] = values[name] or []
    for name in ("country", "phone", "website", "address", "city", "state_code", "state_name", "postal_code"):
        values[name] = values[name] or ""


def _tuples(rows: Iterable[Mapping[str, Any]]) -> Iterable[tuple[Any, ...]]:
    return (tuple(row.get(name) for name in _COLUMNS) for row in rows)
