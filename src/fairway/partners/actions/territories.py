"""Territories: pieces of the map by condition, and which partners lie in them."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.conditions import Condition
from fairway.core.events.record import record, record_many
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.actions.limits import set_limit
from fairway.core.tenancy.models import Partner, Seat
from fairway.partners.models import Profile, Territory
from fairway.partners.queries.territories import TerritoryRule, territory_of, territory_rules


def save_territory(
    *, territory: Territory | None, name: str, order: int, condition: Condition, cam_id: int | None,
    actor: Member, at: datetime,
) -> Territory:  # fmt: skip
    """Make or change a territory. Partners are placed anew by `assign_territories`.

    Raises Refused for a name that another territory has.
    """
    require(actor, "program.edit")
    with acting_for(actor):
        verb = "updated" if territory else "created"
        row = territory or Territory(vendor_id=actor.vendor_id)
        row.name, row.order, row.condition, row.cam_id = name, order, condition.as_json(), cam_id
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise Refused(_("There is a territory with this name."), field="name") from error
        record(verb, row, actor=actor, at=at)
    return row


def remove_territory(*, territory: Territory, actor: Member, at: datetime) -> None:
    """Take a territory away; its partners then lie in none until they are placed anew."""
    require(actor, "program.edit")
    with acting_for(actor):
        Profile.objects.filter(territory=territory).update(territory=None)
        record("removed", territory, actor=actor, at=at)
        Territory.objects.filter(pk=territory.pk).delete()


def limit_seat(*, seat: Seat, territories: Iterable[Territory] | None, actor: Member, at: datetime) -> None:
    """Let a member of staff see only the partners of these territories, and what hangs on them; None: all again.

    Raises as `core.tenancy.actions.limits.set_limit` does.
    """
    ids = None if territories is None else [territory.pk for territory in territories]
    set_limit(seat=seat, by="territories", ids=ids, actor=actor, at=at)


def assign_territories(*, actor: Member, at: datetime) -> int:
    """Place every partner anew; returns how many changed. An account manager once chosen stays."""
    require(actor, "program.edit")
    with acting_for(actor):
        rules = territory_rules()
        cams = {rule.territory_id: rule.cam_id for rule in rules}
        moved: dict[int | None, list[Profile]] = defaultdict(list)
        for profile in Profile.objects.select_related("partner").select_for_update(of=("self",)):
            rule = _rule_for(profile, rules)
            now = rule.territory_id if rule else None
            if now != profile.territory_id:
                moved[now].append(profile)
        for territory_id, profiles in moved.items():
            partner_ids = [profile.partner_id for profile in profiles]
            Profile.objects.filter(pk__in=[profile.pk for profile in profiles]).update(territory_id=territory_id)
            if territory_id and cams[territory_id]:
                Partner.objects.filter(pk__in=partner_ids, cam=None).update(cam_id=cams[territory_id])
            record_many("territory_changed", Partner, [(pk, pk, {}) for pk in partner_ids], actor=actor, at=at)
    return sum(map(len, moved.values()))


def _rule_for(profile: Profile, rules: list[TerritoryRule]) -> TerritoryRule | None:
    place = {
        "country": profile.partner.country if profile.partner else "", "state_code": profile.state_code,
        "state_name": profile.state_name, "city": profile.city, "postal_code": profile.postal_code,
    }  # fmt: skip
    return territory_of(rules, place)
