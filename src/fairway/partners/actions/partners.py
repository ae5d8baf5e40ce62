"""One partner: making it, changing what is known of it, pausing it, what it can do and take."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.moves import move
from fairway.core.names import sort_name
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import current
from fairway.core.tenancy.models import Organization, Partner, PartnerState
from fairway.core.tenancy.organizations import new_organizations
from fairway.partners.actions.pauses import close_pauses, open_pause
from fairway.partners.models import Credential, Profile
from fairway.partners.places import located
from fairway.partners.queries.territories import territory_of, territory_rules
from fairway.partners.rules.rows import PLACE_FIELDS, PROFILE_FIELDS
from fairway.partners.rules.states import PARTNER

CAPACITY_MAX = 1000
_RELATION = ("name", "external_id", "country")
_PROFILE = (*PROFILE_FIELDS, "lead_capacity", "accepts_leads")


class Stale(Refused):
    """Someone else changed the partner since it was read."""

    def __init__(self) -> None:
        super().__init__(_("Someone else changed this partner since you opened it. Reload and look again."))


def create_partner(*, values: Mapping[str, Any], actor: Member, at: datetime) -> Partner:
    """Make a partner that is active at once. `values` holds name and any of the fields of relation and profile."""
    require(actor, "partner.edit")
    with acting_for(actor):
        known = {name: values[name] for name in (*_RELATION, *_PROFILE) if name in values}
        place = _place(known)
        organization_id = new_organizations([(known["name"], known.get("country", ""), place["time_zone"])])[0]
        partner = Partner(
            vendor_id=actor.vendor_id, organization_id=organization_id, state=PartnerState.ACTIVE,
            sort_name=sort_name(known["name"]), time_zone=place["time_zone"], created_at=at,
            cam_id=values.get("cam_id") or place["cam_id"], **{n: known[n] for n in _RELATION if n in known},
        )  # fmt: skip
        _save_unique(partner)
        Profile.objects.create(
            vendor_id=actor.vendor_id, partner=partner, latitude=place["latitude"], longitude=place["longitude"],
            territory_id=place["territory_id"], **{n: known[n] for n in _PROFILE if n in known},
        )  # fmt: skip
        record("created", partner, actor=actor, at=at, partner_id=partner.pk)
    return partner


def edit_partner(
    *, partner: Partner, version: int, values: Mapping[str, Any], actor: Member, at: datetime
) -> list[str]:
    """Change what `values` names; returns the names of what differs. Raises Stale when `version` is no longer."""
    require(actor, "partner.edit")
    with acting_for(actor):
        partner = Partner.objects.select_for_update().get(pk=partner.pk)
        if partner.version != version:
            raise Stale
        profile = _profile(partner)
        changed = _set(partner, values, (*_RELATION, "cam_id")) + _set(profile, values, _PROFILE)
        if not changed:
            return []
        if not PLACE_FIELDS.isdisjoint(changed):
            _move(partner, profile)
        partner.sort_name = sort_name(partner.name)
        partner.version += 1
        _save_unique(partner)
        profile.save()
        record("updated", partner, actor=actor, at=at, partner_id=partner.pk, changed=changed)
    return changed


def set_capacity(*, partner: Partner, open_leads: int, accepts_leads: bool, actor: Member, at: datetime) -> None:
    """How many open leads a partner takes at once, and whether it takes any."""
    require(actor, "partner.edit")
    if not 0 <= open_leads <= CAPACITY_MAX:
        raise Refused(_("A partner can have 0 to %(n)d open leads.") % {"n": CAPACITY_MAX}, field="lead_capacity")
    with acting_for(actor):
        profile = _profile(partner)
        changed = _set(
            profile, {"lead_capacity": open_leads, "accepts_leads": accepts_leads}, ("lead_capacity", "accepts_leads")
        )
        if changed:
            profile.save(update_fields=changed)
            record(
                "capacity_set", partner, actor=actor, at=at, partner_id=partner.pk, audience="partner",
                lead_capacity=open_leads, accepts_leads=accepts_leads,
            )  # fmt: skip


def change_state(*, partner: Partner, verb: str, actor: Member, at: datetime, reason: str = "") -> None:
    """Pause, resume, end, reactivate or activate: the verbs of PARTNER."""
    require(actor, "partner.edit")
    with acting_for(actor):
        before = move(partner, PARTNER, verb, field="state")
        close_pauses(partner, at)
        if verb == "pause":
            open_pause(partner, actor, at, reason)
        record(
            "state_changed", partner, actor=actor, at=at, partner_id=partner.pk, audience="partner",
            before=before, state=partner.state, reason=reason,
        )  # fmt: skip


def set_credential(
    *, partner: Partner, code: str, name: str, issued_on: date, expires_on: date | None, actor: Member, at: datetime
) -> Credential:
    """Give a partner a credential, or new dates to one it has."""
    require(actor, "partner.edit")
    if expires_on is not None and expires_on <= issued_on:
        raise Refused(_("A credential ends after the day it was given."), field="expires_on")
    with acting_for(actor):
        credential, _made = Credential.objects.update_or_create(
            vendor_id=actor.vendor_id, partner=partner, code=code,
            defaults={"name": name, "issued_on": issued_on, "expires_on": expires_on},
        )  # fmt: skip
        record(
            "credential_set", partner, actor=actor, at=at, partner_id=partner.pk, audience="partner",
            code=code, name=name, expires_on=expires_on,
        )  # fmt: skip
    return credential


def remove_credential(*, credential: Credential, actor: Member, at: datetime) -> None:
    require(actor, "partner.edit")
    with acting_for(actor):
        partner = Partner.objects.get(pk=credential.partner_id)
        if Credential.objects.filter(pk=credential.pk).delete()[0]:
            record(
                "credential_removed", partner, actor=actor, at=at, partner_id=partner.pk, audience="partner",
                code=credential.code, name=credential.name,
            )  # fmt: skip


def _profile(partner: Partner) -> Profile:
    found = Profile.objects.select_for_update().filter(partner=partner).first()
    return found or Profile.objects.create(vendor_id=partner.vendor_id, partner=partner)


def _set(row: Partner | Profile, values: Mapping[str, Any], names: tuple[str, ...]) -> list[str]:
    changed = [name for name in names if name in values and getattr(row, name) != values[name]]
    for name in changed:
        setattr(row, name, values[name])
    return changed


def _place(values: Mapping[str, Any]) -> dict[str, Any]:
    """Where `values` lie: coordinates, time zone, territory and its account manager."""
    found = located(values)
    rule = territory_of(territory_rules(), values)
    zone = found.time_zone if found else None
    return {
        "latitude": found.latitude if found else None,
        "longitude": found.longitude if found else None,
        "time_zone": zone or Organization.objects.values_list("time_zone", flat=True).get(pk=current().vendor_id),
        "territory_id": rule.territory_id if rule else None,
        "cam_id": rule.cam_id if rule else None,
    }


def _move(partner: Partner, profile: Profile) -> None:
    place = _place({"country": partner.country, **{name: getattr(profile, name) for name in PROFILE_FIELDS}})
    profile.latitude, profile.longitude = place["latitude"], place["longitude"]
    profile.territory_id = place["territory_id"]
    partner.time_zone = place["time_zone"]
    partner.cam_id = partner.cam_id or place["cam_id"]


def _save_unique(partner: Partner) -> None:
    try:
        with transaction.atomic():
            partner.save()
    except IntegrityError as error:
        if "partner_external_id" not in str(error):
            raise
        raise Refused(_("Another partner has this external id."), field="external_id") from error
