"""Personal data for programs: have what is known of a person written down, or the person erased.

The file itself is fetched on the page by who asked, with the own log-in; one's own data is asked for there too.
"""

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from fairway.core.http.api.fields import Email, Input, Instant, Output, Text
from fairway.core.http.api.operations import Call, Resource
from fairway.core.http.api.problems import Unprocessable
from fairway.core.http.api.shapes import deed, listing, making, reading
from fairway.core.tenancy.scope import TenantModel
from fairway.privacy.actions.erasing import allow_again, ask_erasure
from fairway.privacy.actions.exports import ask_for_data_of
from fairway.privacy.models import Erasure, PersonalExport, WorkState
from fairway.privacy.queries.whose import person_models, with_emails

_MAY = "personal.manage"
_STATES = [(str(value), str(label)) for value, label in WorkState.choices]


class KnownPersonGiven(Input):
    email = Email(max_length=254, help_text="An address by which the person is known here.")


class ErasureGiven(KnownPersonGiven):
    name = Text(max_length=254, help_text="The person's name as it is known here, so that nobody else is erased.")
    reason = Text(max_length=1000, help_text="Stays with the record; do not name the person.")


class ErasureTold(Output):
    """`counts` and `kept` are by table: rows that were emptied, and rows that the law or the books keep."""

    uid = serializers.UUIDField()
    placeholder = serializers.CharField(help_text="What stands where the name stood.")
    state = serializers.ChoiceField(choices=_STATES)
    reason = serializers.CharField()
    counts = serializers.DictField(child=serializers.IntegerField())
    kept = serializers.DictField()
    error = serializers.CharField()
    asked_by = serializers.CharField(source="asked_by.name", allow_null=True)
    asked_at = Instant()
    finished_at = Instant(allow_null=True)


class PersonalExportTold(Output):
    uid = serializers.UUIDField()
    whose = serializers.CharField()
    state = serializers.ChoiceField(choices=_STATES)
    rows = serializers.IntegerField()
    error = serializers.CharField()
    requested_at = Instant()
    finished_at = Instant(allow_null=True)
    expires_at = Instant(allow_null=True)


def _person(email: str) -> TenantModel:
    """One of the rows about the person with this address."""
    rows = (with_emails(model, [email]).first() for model in person_models())
    row = next(filter(None, rows), None)
    if row is None:
        raise Unprocessable({"email": [_("Nobody is known here by this e-mail.")]})
    return cast(TenantModel, row)


def _erasures(call: Call) -> QuerySet[Erasure]:
    return Erasure.objects.select_related("asked_by")


def erasure_found(call: Call, uid: UUID) -> Erasure:
    return get_object_or_404(_erasures(call), uid=uid)


def _exports(call: Call) -> QuerySet[PersonalExport]:
    return PersonalExport.objects.filter(is_own=False)


def export_found(call: Call, uid: UUID) -> PersonalExport:
    return get_object_or_404(_exports(call), uid=uid)


def _asked(call: Call) -> Erasure:
    given: dict[str, Any] = call.data
    return ask_erasure(
        row=_person(given["email"]), reason=given["reason"], typed=given["name"], actor=call.member, at=call.at
    )


def _ordered(call: Call) -> PersonalExport:
    return ask_for_data_of(row=_person(call.data["email"]), actor=call.member, at=call.at)


class Erasures(Resource):
    tag = "personal data"
    get = listing(
        "list_erasures", gettext_lazy("List erasures"), permission=_MAY, rows=_erasures, gives=ErasureTold,
        order="asked_at",
    )  # fmt: skip
    post = making(
        "ask_erasure", gettext_lazy("Have a person erased"), permission=_MAY, by=_asked, found=erasure_found,
        takes=ErasureGiven, gives=ErasureTold,
        help=gettext_lazy("A job carries it out. Close the person's seats first. It cannot be undone."),
    )  # fmt: skip


class ErasureDetail(Resource):
    tag = "personal data"
    get = reading(
        "read_erasure", gettext_lazy("Read an erasure"), permission=_MAY, found=erasure_found, gives=ErasureTold
    )


class ErasureAllowance(Resource):
    tag = "personal data"
    post = deed(
        "allow_again", gettext_lazy("Let lists bring an erased person in again"), permission=_MAY, found=erasure_found,
        by=allow_again, row="erasure", gives=ErasureTold,
    )  # fmt: skip


class PersonalExports(Resource):
    tag = "personal data"
    get = listing(
        "list_personal_exports", gettext_lazy("List files with personal data"), permission=_MAY, rows=_exports,
        gives=PersonalExportTold, order="requested_at", help=gettext_lazy("Those the token's person asked for."),
    )  # fmt: skip
    post = making(
        "ask_for_data_of", gettext_lazy("Have what is known of a person written down"), permission=_MAY, by=_ordered,
        found=export_found, takes=KnownPersonGiven, gives=PersonalExportTold,
        help=gettext_lazy("A job writes the file; the token's person fetches it on the page."),
    )  # fmt: skip
