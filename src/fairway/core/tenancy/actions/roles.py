"""Roles of the vendor's own: copied from a built-in one, changed within its limits, retired when nobody has it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fairway.core.access import Member, may_ever, permissions_of, require
from fairway.core.events.record import record
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Role, Seat
from fairway.core.tenancy.roles import CustomRole

MOST = 20


def copy_role(*, base: str, name: str, actor: Member, at: datetime) -> CustomRole:
    """A role of the vendor's own that begins as `base` is, less what only administrators have."""
    require(actor, "people.manage")
    name = _checked(name)
    with acting_for(actor):
        if CustomRole.objects.filter(retired_at=None).count() >= MOST:
            raise Refused(_("%(most)d roles of your own are the most. Retire one first.") % {"most": MOST})
        role = CustomRole(
            vendor_id=actor.vendor_id, base=Role(base), name=name, created_at=at,
            permissions=sorted(permissions_of(base) & may_ever(base)),
        )  # fmt: skip
        _saved(role, force_insert=True)
        record("created", role, actor=actor, at=at, base=base, permissions=role.permissions)
    return role


def change_own_role(
    *, role: CustomRole, name: str, permissions: Iterable[str], actor: Member, at: datetime
) -> CustomRole:
    """Switch permissions on and off; whoever has the role has them with the next click.

    Refused beyond the limits of the base role, and when somebody else changed the role meanwhile (`version`).
    """
    require(actor, "people.manage")
    wanted = set(permissions)
    if beyond := sorted(wanted - may_ever(role.base)):
        raise Refused(_("This role can never have: %(names)s.") % {"names": ", ".join(beyond)}, field="permissions")
    with acting_for(actor):
        now = CustomRole.objects.select_for_update().get(pk=role.pk)
        if now.version != role.version or now.retired_at is not None:
            raise Refused(_("Somebody changed this role meanwhile. Look at it again."))
        before = set(now.permissions)
        now.name, now.permissions, now.version = _checked(name), sorted(wanted), now.version + 1
        _saved(now)
        changes: dict[str, Any] = {"on": sorted(wanted - before), "off": sorted(before - wanted)}
        if role.name != now.name:
            changes["name"] = [role.name, now.name]
        record("changed", now, actor=actor, at=at, **changes)
    return now


def retire_role(*, role: CustomRole, actor: Member, at: datetime) -> None:
    """Take the role away. Refused while an open seat has it; closed ones fall back to the built-in role."""
    require(actor, "people.manage")
    with acting_for(actor):
        CustomRole.objects.select_for_update().get(pk=role.pk)
        if names := list(Seat.objects.filter(custom_role=role, is_active=True).values_list("name", flat=True)[:5]):
            raise Refused(_("Give another role first to: %(names)s.") % {"names": ", ".join(names)})
        Seat.objects.filter(custom_role=role).update(custom_role=None)
        if CustomRole.objects.filter(pk=role.pk, retired_at=None).update(retired_at=at):
            record("retired", role, actor=actor, at=at)


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused(_("Write a name."), field="name")
    if name.lower() in {str(role.label).lower() for role in Role}:
        raise Refused(_("A built-in role has this name. Choose another one."), field="name")
    return name[:60]


def _saved(role: CustomRole, *, force_insert: bool = False) -> None:
    try:
        with transaction.atomic():
            role.save(force_insert=force_insert)
    except IntegrityError:
        raise Refused(_("Another role of yours has this name."), field="name") from None
