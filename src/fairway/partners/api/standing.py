"""Programmes and tiers, and how a partner stands in them: enrolments and credentials."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from fairway.core.http.api.fields import Day, Flag, Input, Output, Slug, Text, Whole, as_uid
from fairway.core.http.api.operations import Call, Resource
from fairway.core.http.api.problems import Unprocessable
from fairway.core.http.api.shapes import changing, deed, listing, making, reading
from fairway.core.tenancy.models import Partner
from fairway.partners.actions.enrollments import enroll
from fairway.partners.actions.partners import remove_credential, set_credential
from fairway.partners.actions.programs import remove_tier, save_program, save_tier
from fairway.partners.models import Credential, Enrollment, Program, Tier

RANK_MOST = 1000


class ProgramGiven(Input):
    name = Text(max_length=100)
    is_default = Flag(required=False, help_text="Tiers named in imported files are looked up in the default one.")


class ProgramChangeGiven(ProgramGiven):
    name = Text(max_length=100, required=False)


class ProgramTold(Output):
    uid = serializers.UUIDField()
    name = serializers.CharField()
    is_default = serializers.BooleanField()


class TierChangeGiven(Input):
    code = Slug(max_length=30, required=False, help_text="The word that conditions use.")
    name = Text(max_length=60, required=False)
    rank = Whole(max_value=RANK_MOST, required=False, help_text="A higher rank is better.")


class TierGiven(TierChangeGiven):
    code = Slug(max_length=30, help_text="The word that conditions use.")
    name = Text(max_length=60)


class TierTold(Output):
    uid = serializers.UUIDField()
    program = serializers.UUIDField(source="program.uid")
    code = serializers.CharField()
    name = serializers.CharField()
    rank = serializers.IntegerField()


class EnrollmentGiven(Input):
    tier = Text(max_length=60, help_text="The tier's uid, or its code where one programme alone has it.")
    since_on = Day(required=False, help_text="Today, when it is left out.")
    reason = Text(max_length=200, required=False, allow_blank=True)


class EnrollmentTold(Output):
    """A partner's place in a programme; it ended when `until_on` is not null."""

    uid = serializers.UUIDField()
    program = serializers.UUIDField(source="program.uid")
    tier = serializers.UUIDField(source="tier.uid")
    tier_name = serializers.CharField(source="tier.name")
    since_on = serializers.DateField()
    until_on = serializers.DateField(allow_null=True)
    reason = serializers.CharField()


class CredentialGiven(Input):
    code = Slug(max_length=60, help_text="The word that conditions use; the same code again gives it new dates.")
    name = Text(max_length=100)
    issued_on = Day()
    expires_on = Day(required=False, allow_null=True)


class CredentialTold(Output):
    uid = serializers.UUIDField()
    partner = serializers.UUIDField(source="partner.uid")
    code = serializers.CharField()
    name = serializers.CharField()
    issued_on = serializers.DateField()
    expires_on = serializers.DateField(allow_null=True)


def partner_found(call: Call, uid: UUID) -> Partner:
    return get_object_or_404(Partner, uid=uid)


def program_found(call: Call, uid: UUID) -> Program:
    return get_object_or_404(Program, uid=uid)


def tier_found(call: Call, uid: UUID) -> Tier:
    return get_object_or_404(Tier.objects.select_related("program"), uid=uid)


def enrollment_found(call: Call, uid: UUID) -> Enrollment:
    return get_object_or_404(Enrollment.objects.select_related("program", "tier"), uid=uid)


def credential_found(call: Call, uid: UUID) -> Credential:
    return get_object_or_404(Credential.objects.select_related("partner"), uid=uid)


def _program_saved(call: Call, program: Program | None = None) -> Program:
    present = {"name": program.name, "is_default": program.is_default} if program else {"is_default": False}
    return save_program(program=program, **{**present, **call.data}, actor=call.member, at=call.at)


def _tier_added(call: Call, uid: UUID) -> Tier:
    values = {"rank": 0, **call.data}
    return save_tier(program=program_found(call, uid), tier=None, **values, actor=call.member, at=call.at)


def _tier_changed(call: Call, tier: Tier) -> Tier:
    values = {"code": tier.code, "name": tier.name, "rank": tier.rank, **call.data}
    return save_tier(program=tier.program, tier=tier, **values, actor=call.member, at=call.at)


def _enrolled(call: Call, uid: UUID) -> Enrollment:
    partner = partner_found(call, uid)
    given: dict[str, Any] = {**call.data, "tier": _tier_named(call.data["tier"])}
    return enroll(partner=partner, **given, actor=call.member, at=call.at)


def _tier_named(named: str) -> Tier:
    uid = as_uid(named)
    tiers = list(Tier.objects.filter(uid=uid) if uid else Tier.objects.filter(code=named)[:2])
    if len(tiers) == 1:
        return tiers[0]
    text = _("Several programmes have this tier. Name it by its uid.") if tiers else _("There is no such tier.")
    raise Unprocessable({"tier": [text]})


def _certified(call: Call, uid: UUID) -> Credential:
    given = {"expires_on": None, **call.data}
    return set_credential(partner=partner_found(call, uid), **given, actor=call.member, at=call.at)


class Programs(Resource):
    tag = "programmes"
    get = listing(
        "list_programs", gettext_lazy("List programmes"), permission="partner.read", gives=ProgramTold,
        rows=lambda call: Program.objects.all(),
    )  # fmt: skip
    post = making(
        "add_program", gettext_lazy("Add a programme"), permission="program.edit", by=_program_saved,
        found=program_found, takes=ProgramGiven, gives=ProgramTold,
    )  # fmt: skip


class ProgramDetail(Resource):
    tag = "programmes"
    get = reading(
        "read_program", gettext_lazy("Read a programme"), permission="partner.read", found=program_found,
        gives=ProgramTold,
    )  # fmt: skip
    patch = changing(
        "change_program", gettext_lazy("Change a programme"), permission="program.edit", found=program_found,
        by=_program_saved, takes=ProgramChangeGiven, gives=ProgramTold,
    )  # fmt: skip


class ProgramTiers(Resource):
    tag = "programmes"
    get = listing(
        "list_tiers", gettext_lazy("List the tiers of a programme"), permission="partner.read", gives=TierTold,
        rows=lambda call, uid: Tier.objects.filter(program=program_found(call, uid)).select_related("program"),
    )  # fmt: skip
    post = making(
        "add_tier", gettext_lazy("Add a tier"), permission="program.edit", by=_tier_added, found=tier_found,
        takes=TierGiven, gives=TierTold,
    )  # fmt: skip


class TierDetail(Resource):
    tag = "programmes"
    get = reading("read_tier", gettext_lazy("Read a tier"), permission="partner.read", found=tier_found, gives=TierTold)
    patch = changing(
        "change_tier", gettext_lazy("Change a tier"), permission="program.edit", found=tier_found, by=_tier_changed,
        takes=TierChangeGiven, gives=TierTold,
    )  # fmt: skip


class TierRemoval(Resource):
    tag = "programmes"
    post = deed(
        "remove_tier", gettext_lazy("Take a tier away"), permission="program.edit", found=tier_found, by=remove_tier,
        row="tier", gives=TierTold, is_last=True, help=gettext_lazy("One in which nobody is or was."),
    )  # fmt: skip


class PartnerEnrollments(Resource):
    tag = "partners"
    get = listing(
        "list_enrollments", gettext_lazy("List the tiers a partner is and was in"), permission="partner.read",
        gives=EnrollmentTold, order="since_on",
        rows=lambda call, uid: Enrollment.objects.filter(partner=partner_found(call, uid)).select_related(
            "program", "tier"
        ),
    )  # fmt: skip
    post = making(
        "enroll_partner", gettext_lazy("Place a partner in a tier"), permission="partner.edit", by=_enrolled,
        found=enrollment_found, takes=EnrollmentGiven, gives=EnrollmentTold,
        help=gettext_lazy("Its present tier of the programme ends with that day."),
    )  # fmt: skip


class PartnerCredentials(Resource):
    tag = "partners"
    get = listing(
        "list_credentials", gettext_lazy("List the credentials of a partner"), permission="partner.read",
        gives=CredentialTold,
        rows=lambda call, uid: Credential.objects.filter(partner=partner_found(call, uid)).select_related("partner"),
    )  # fmt: skip
    post = making(
        "set_credential", gettext_lazy("Give a partner a credential"), permission="partner.edit", by=_certified,
        found=credential_found, takes=CredentialGiven, gives=CredentialTold,
    )  # fmt: skip


class CredentialRemoval(Resource):
    tag = "partners"
    post = deed(
        "remove_credential", gettext_lazy("Take a credential away"), permission="partner.edit", found=credential_found,
        by=remove_credential, row="credential", gives=CredentialTold, is_last=True,
    )  # fmt: skip
