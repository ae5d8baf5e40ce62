"""People and roles for programs: who has which seat, inviting, closing and opening seats, giving roles."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from fairway.core.access import PERMISSIONS, require
from fairway.core.http.api.fields import Choice, Email, Flag, Input, Instant, Output, Text
from fairway.core.http.api.operations import Call, PageQuery, Resource, operation
from fairway.core.http.api.problems import Unprocessable
from fairway.core.refusals import Refused
from fairway.core.tenancy.actions.invitations import invite, resend_invitation, revoke_invitation
from fairway.core.tenancy.actions.managers import set_manager
from fairway.core.tenancy.actions.roles import change_own_role, copy_role, retire_role
from fairway.core.tenancy.actions.seats import change_role, close_seat, open_seat
from fairway.core.tenancy.models import Invitation, Partner, Role, Seat
from fairway.core.tenancy.queries import invitations_for, may_give, own_roles, people_for
from fairway.core.tenancy.roles import CustomRole

_ROLES = [(str(value), str(label)) for value, label in Role.choices]


class PersonQuery(PageQuery):
    role = Choice(choices=_ROLES, required=False)
    email = Email(required=False)


class PersonRowTold(Output):
    """A person in one seat."""

    uid = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.CharField()
    role = serializers.ChoiceField(choices=_ROLES)
    partner = serializers.UUIDField(source="partner.uid", allow_null=True, help_text="Null for the vendor's staff.")
    is_active = serializers.BooleanField()


class InvitationGiven(Input):
    email = Email(max_length=254)
    name = Text(max_length=150, required=False, allow_blank=True)
    role = Choice(choices=_ROLES)
    partner = Text(max_length=100, required=False, help_text="The partner's external id, for its people.")


class InvitationTold(Output):
    uid = serializers.UUIDField()
    email = serializers.CharField()
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=_ROLES)
    created_at = Instant()
    expires_at = Instant()


class SeatChangeGiven(Input):
    """What changes of a seat: whether it is open, or its role (built in, or the uid of one of the vendor's own)."""

    is_active = Flag(required=False)
    role = Text(max_length=40, required=False)
    manager = serializers.UUIDField(required=False, allow_null=True, help_text="Whom a member of staff reports to.")


class RoleCopyGiven(Input):
    base = Choice(choices=_ROLES)
    name = Text(max_length=60)


class RoleChangeGiven(Input):
    name = Text(max_length=60, required=False)
    permissions = serializers.ListField(
        child=Choice(choices=[(name, name) for name in PERMISSIONS]), required=False, max_length=len(PERMISSIONS)
    )
    is_retired = Flag(required=False, help_text="True retires it, when nobody has it.")


class RoleTold(Output):
    """A vendor's own edition of a built-in role."""

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    base = serializers.ChoiceField(choices=_ROLES)
    name = serializers.CharField()
    permissions = serializers.ListField(child=serializers.CharField())
    retired_at = Instant(allow_null=True)


class People(Resource):
    tag = "people"

    @operation(
        "list_people", gettext_lazy("List people"), permission="people.read", asks=PersonQuery, gives=PersonRowTold,
        is_list=True, help=gettext_lazy("Those the token's person looks after, the latest first."),
    )  # fmt: skip
    def get(self, call: Call) -> QuerySet[Seat]:
        asked = {name: call.query[name] for name in ("role", "email") if name in call.query}
        return people_for(call.member).filter(**asked)


class PersonDetail(Resource):
    tag = "people"

    @operation("read_person", gettext_lazy("Read a person"), permission="people.read", gives=PersonRowTold)
    def get(self, call: Call, uid: UUID) -> Seat:
        return found(call, uid)

    @operation(
        "change_seat", gettext_lazy("Close or open a seat, give a role"), permission=("people.invite", "people.manage"),
        takes=SeatChangeGiven, gives=PersonRowTold,
        help=gettext_lazy("A closed seat ends its sessions and keys. Roles need “people.manage”."),
    )  # fmt: skip
    def patch(self, call: Call, uid: UUID) -> Seat:
        seat, given = found(call, uid), call.data
        if "role" in given:
            require(call.member, "people.manage")
            role, own = _role(given["role"])
            change_role(seat=seat, role=role, custom_role=own, actor=call.member, at=call.at)
        if "manager" in given:
            set_manager(seat=seat, manager=_manager(call, given["manager"]), actor=call.member, at=call.at)
        if "is_active" in given and given["is_active"] != seat.is_active:
            (open_seat if given["is_active"] else close_seat)(seat=seat, actor=call.member, at=call.at)
        return found(call, uid)


def _manager(call: Call, uid: UUID | None) -> Seat | None:
    return found(call, uid) if uid else None


class Invitations(Resource):
    tag = "people"

    @operation(
        "list_invitations", gettext_lazy("List open invitations"), permission="people.invite", asks=PageQuery,
        gives=InvitationTold, is_list=True, order="created_at",
    )  # fmt: skip
    def get(self, call: Call) -> QuerySet[Invitation]:
        return invitations_for(call.member)

    @operation(
        "invite_person", gettext_lazy("Invite somebody"), permission="people.invite", takes=InvitationGiven,
        gives=InvitationTold, statuses=(201,), help=gettext_lazy("A mail with a link goes out."),
    )  # fmt: skip
    def post(self, call: Call) -> tuple[int, Invitation]:
        given = dict(call.data)
        partner = _partner(call, given)
        _require_mine(call, given["role"], partner)
        made = invite(
            email=given["email"], name=given.get("name", ""), role=given["role"], partner=partner,
            actor=call.member, at=call.at,
        )  # fmt: skip
        return HTTPStatus.CREATED, made


class InvitationRevocation(Resource):
    tag = "people"

    @operation(
        "revoke_invitation", gettext_lazy("Take an invitation back"), permission="people.invite", gives=InvitationTold,
        can_refuse=True,
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> Invitation:
        invitation: Invitation = get_object_or_404(invitations_for(call.member), uid=uid)
        _require_mine(call, invitation.role, invitation.partner)
        revoke_invitation(invitation=invitation, actor=call.member, at=call.at)
        return invitation


class InvitationResending(Resource):
    tag = "people"

    @operation(
        "resend_invitation", gettext_lazy("Send an invitation again"), permission="people.invite",
        gives=InvitationTold, can_refuse=True, help=gettext_lazy("With a new link, for seven days from now."),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> Invitation:
        invitation: Invitation = get_object_or_404(invitations_for(call.member), uid=uid)
        _require_mine(call, invitation.role, invitation.partner)
        return resend_invitation(invitation=invitation, actor=call.member, at=call.at)


class Roles(Resource):
    tag = "roles"

    @operation(
        "list_roles", gettext_lazy("List roles of the vendor's own"), permission="people.manage", asks=PageQuery,
        gives=RoleTold, is_list=True,
    )  # fmt: skip
    def get(self, call: Call) -> QuerySet[CustomRole]:
        return own_roles()

    @operation(
        "copy_role", gettext_lazy("Copy a role"), permission="people.manage", takes=RoleCopyGiven, gives=RoleTold,
        statuses=(201,), has_version=True,
    )  # fmt: skip
    def post(self, call: Call) -> tuple[int, CustomRole]:
        return HTTPStatus.CREATED, copy_role(**call.data, actor=call.member, at=call.at)


class RoleDetail(Resource):
    tag = "roles"

    @operation("read_role", gettext_lazy("Read a role"), permission="people.manage", gives=RoleTold, has_version=True)
    def get(self, call: Call, uid: UUID) -> CustomRole:
        return _own(uid)

    @operation(
        "change_role", gettext_lazy("Change a role of the vendor's own"), permission="people.manage",
        takes=RoleChangeGiven, gives=RoleTold, has_version=True,
    )  # fmt: skip
    def patch(self, call: Call, uid: UUID) -> CustomRole:
        role, given = _own(uid), call.data
        call.expect(role.version)
        if given.get("is_retired"):
            retire_role(role=role, actor=call.member, at=call.at)
            return CustomRole.objects.get(pk=role.pk)
        change_own_role(
            role=role, name=given.get("name", role.name), permissions=given.get("permissions", role.permissions),
            actor=call.member, at=call.at,
        )  # fmt: skip
        return _own(uid)


def _require_mine(call: Call, role: str, partner: Partner | None) -> None:
    """Not a question of permissions but of whom one may give which role: refused as a value."""
    if not may_give(call.member, role, partner):
        raise Refused(_("You cannot invite somebody into this role there. Ask your administrator."), field="role")


def found(call: Call, uid: UUID) -> Seat:
    seat: Seat = get_object_or_404(people_for(call.member), uid=uid)
    return seat


def _own(uid: UUID) -> CustomRole:
    role: CustomRole = get_object_or_404(own_roles(), uid=uid)
    return role


def _role(given: str) -> tuple[str, CustomRole | None]:
    if given in Role.values:
        return given, None
    try:
        own = own_roles().filter(uid=UUID(given)).first()
    except ValueError:
        own = None
    if own is None:
        raise Unprocessable({"role": [_("There is no such role. Name a built-in one, or the uid of your own.")]})
    return own.base, own


def _partner(call: Call, given: dict[str, Any]) -> Partner | None:
    if not call.member.is_staff:
        return Partner.objects.filter(pk=call.member.partner_id).first()
    if "partner" not in given:
        return None
    partner = Partner.objects.filter(external_id=given["partner"]).first()
    if partner is None:
        raise Unprocessable({"partner": [_("There is no partner with this external id.")]})
    return partner
