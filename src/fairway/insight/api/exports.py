"""Exports by programs: ordered, looked after, fetched as a file."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fairway.core import exports
from fairway.core.http.api.fields import Input, Instant, Output, Text
from fairway.core.http.api.operations import Call, PageQuery, Resource, operation
from fairway.core.http.api.problems import Unprocessable
from fairway.insight.actions.exports import export_path, request_export
from fairway.insight.models import Export, ExportState

_STATES = [(str(value), str(value)) for value in ExportState.values]
TEXT_MOST = 5_000_000  # bytes of a file that are told in an answer


class _Parameters(serializers.DictField):
    """Names → texts, as the filters of the list on the page."""

    child = Text(max_length=200, allow_blank=True)


class ExportGiven(Input):
    kind = Text(max_length=60, help_text="Such as `leads` or `distribution`.")
    parameters = _Parameters(required=False)


class ExportTold(Output):
    """A CSV that a job writes for the token's person; it is kept until `expires_at`."""

    uid = serializers.UUIDField()
    kind = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=_STATES)
    rows = serializers.IntegerField()
    error = serializers.CharField()
    file_name = serializers.CharField()
    requested_at = Instant()
    finished_at = Instant(allow_null=True)
    expires_at = Instant(allow_null=True)


class ExportTextTold(Output):
    file_name = serializers.CharField()
    content = serializers.SerializerMethodField(help_text="The CSV; null until it is done, and when it is too large.")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_content(self, export: Export) -> str | None:
        path = export_path(export)
        if export.state != ExportState.DONE or not path.exists() or path.stat().st_size > TEXT_MOST:
            return None
        return path.read_text("utf-8-sig")


class Exports(Resource):
    tag = "exports"

    @operation(
        "list_exports", gettext_lazy("List own exports"), permission="report.export", asks=PageQuery, gives=ExportTold,
        is_list=True, order="requested_at", help=gettext_lazy("The latest first."),
    )  # fmt: skip
    def get(self, call: Call) -> QuerySet[Export]:
        return Export.objects.all()

    @operation(
        "request_export", gettext_lazy("Order an export"), permission="report.export", takes=ExportGiven,
        gives=ExportTold, statuses=(202,), help=gettext_lazy("A job writes it; ask for it again until it is done."),
    )  # fmt: skip
    def post(self, call: Call) -> tuple[int, Any]:
        kind = call.data["kind"]
        if exports.kind_named(kind) is None:
            raise Unprocessable({"kind": [_("There is no such export.")]})
        made = request_export(
            kind=kind, parameters=call.data.get("parameters", {}), actor=call.member, at=call.at
        )  # fmt: skip
        return HTTPStatus.ACCEPTED, made


class ExportDetail(Resource):
    tag = "exports"

    @operation("read_export", gettext_lazy("Read an export"), permission="report.export", gives=ExportTold)
    def get(self, call: Call, uid: UUID) -> Export:
        return get_object_or_404(Export, uid=uid)


class ExportText(Resource):
    tag = "exports"

    @operation(
        "read_export_file", gettext_lazy("Fetch the file of an export"), permission="report.export",
        gives=ExportTextTold, help=gettext_lazy("Up to 5 MB; larger ones are fetched on the page."),
    )  # fmt: skip
    def get(self, call: Call, uid: UUID) -> Export:
        return get_object_or_404(Export, uid=uid)
