"""Imports by programs: send a file or rows, look how far it is, read what was wrong line by line."""

import base64
import binascii
import csv
import io
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from fairway.connect.actions.runs import cancel_import, resume_import, run_again, start_import
from fairway.connect.actions.uploads import save_mapping, upload_import
from fairway.connect.models import ImportIssue, ImportKind, ImportRun, ImportState
from fairway.connect.queries.runs import visible_runs
from fairway.core.access import Member
from fairway.core.http.api.fields import Choice, Flag, Input, KeptSentence, Output, Text
from fairway.core.http.api.operations import Call, PageQuery, Resource, operation
from fairway.core.http.api.problems import Unprocessable
from fairway.core.http.api.shapes import deed, making
from fairway.core.imports import target, targets

ROWS_MOST = 20_000
FIELDS_MOST = 100
KINDS = [(kind.value, str(kind.label)) for kind in ImportKind]
_STATES = [(state.value, str(state.label)) for state in ImportState]


class Texts(serializers.DictField):
    """Names → texts; of rows also numbers, true, false and null, as JSON writes them."""

    child = serializers.CharField(allow_blank=True, max_length=10_000)


class _Row(serializers.DictField):
    child = serializers.JSONField()

    def to_internal_value(self, data: Any) -> dict[str, str]:
        if not isinstance(data, dict) or len(data) > FIELDS_MOST:
            raise serializers.ValidationError(_("A row is an object of up to %(n)d values.") % {"n": FIELDS_MOST})
        return {str(name): _text_of(value) for name, value in data.items()}


def _text_of(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise serializers.ValidationError(_("A value is a text, a number, true, false or null."))


class ImportGiven(Input):
    """One of `content`, `content_base64` and `rows`."""

    kind = Choice(choices=KINDS)
    file_name = Text(max_length=200, required=False)
    content = Text(required=False, trim_whitespace=False, help_text="The text of a CSV file.")
    content_base64 = Text(required=False, help_text="The bytes of a file, CSV or .xlsx, in Base64.")
    rows = serializers.ListField(
        child=_Row(), required=False, min_length=1, max_length=ROWS_MOST,
        help_text="Rows by field name. The first one counts as line 2.",
    )  # fmt: skip
    mapping = Texts(required=False, help_text="Field → column, instead of the guess; an empty column leaves it out.")
    defaults = Texts(required=False, help_text="Field → value, for rows that have none.")
    start = Flag(required=False, help_text="False only uploads it, to be looked at on screen. True by default.")


class ImportQuery(PageQuery):
    kind = Choice(choices=KINDS, required=False)
    state = Choice(choices=_STATES, required=False)


class ImportTold(Output):
    uid = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=KINDS)
    state = serializers.ChoiceField(choices=_STATES)
    file_name = serializers.CharField()
    columns = serializers.SerializerMethodField()
    mapping = serializers.DictField(child=serializers.CharField(), help_text="Field → column, as it is read.")
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    rows_read = serializers.IntegerField()
    rows_created = serializers.IntegerField()
    rows_updated = serializers.IntegerField()
    rows_unchanged = serializers.IntegerField()
    rows_refused = serializers.IntegerField()
    next_line = serializers.IntegerField(
        help_text="The line of the file that comes next; of a run that was stopped, none from there on was read."
    )
    totals = serializers.DictField(
        child=serializers.DictField(child=serializers.CharField()),
        help_text="By currency: `file`, what the rows say, and `taken`, what was taken in.",
    )
    error = KeptSentence(allow_blank=True)

    def get_columns(self, run: ImportRun) -> list[str]:
        return [str(column) for column in run.reading.get("columns", [])]


class ImportIssueTold(Output):
    line = serializers.IntegerField()
    column = serializers.CharField(allow_blank=True)
    message = KeptSentence()
    is_warning = serializers.BooleanField(help_text="The row was taken in all the same.")
    values = serializers.DictField(child=serializers.CharField(allow_blank=True), help_text="The row as it stood.")


class Imports(Resource):
    tag = "imports"

    @operation(
        "list_imports", gettext_lazy("List imports"), permission="import.read", asks=ImportQuery, gives=ImportTold,
        is_list=True, order="created_at",
    )  # fmt: skip
    def get(self, call: Call) -> QuerySet[ImportRun]:
        wanted = {name: call.query[name] for name in ("kind", "state") if name in call.query}
        return visible_runs(call.member).filter(**wanted)

    @operation(
        "send_import", gettext_lazy("Import a file or rows"), permission="import.read", takes=ImportGiven,
        gives=ImportTold, statuses=(202,), can_refuse=True,
        help=gettext_lazy("A job takes the rows in: read it again until its state is done, failed or cancelled."),
    )  # fmt: skip
    def post(self, call: Call) -> ImportRun:
        given = call.data
        # What the member may not import is no choice of the member's.
        if not may_import(call.member, given["kind"]):
            raise Unprocessable({"kind": [_("This is not one of the choices.")]})
        file, mapping = _file_of(given)
        run = upload_import(kind=given["kind"], file=file, file_name=file.name or "", actor=call.member, at=call.at)
        chosen = {**run.mapping, **mapping, **given.get("mapping", {})}
        _settle(run, chosen, given, call)
        if given.get("start", True):
            run.refresh_from_db()
            start_import(run=run, actor=call.member, at=call.at)
        run.refresh_from_db()
        return run


def may_import(member: Member, kind: str) -> bool:
    return kind in targets() and member.can(target(kind).permission)


def _file_of(given: dict[str, Any]) -> "tuple[ContentFile[bytes], dict[str, str]]":
    """The file, and (for rows) which column is which field: rows are named by fields."""
    sent = [name for name in ("content", "content_base64", "rows") if given.get(name)]
    if len(sent) != 1:
        raise Unprocessable({"content": [_("Send one of content, content_base64 and rows.")]})
    name = given.get("file_name") or "api"
    if sent == ["rows"]:
        fields = list(dict.fromkeys(field for row in given["rows"] for field in row))
        return ContentFile(_csv_of(fields, given["rows"]), name), _by_field(fields, given["kind"])
    if sent == ["content"]:
        return ContentFile(given["content"].encode(), name), {}
    try:
        return ContentFile(base64.b64decode(given["content_base64"], validate=True), name), {}
    except (binascii.Error, ValueError):
        raise Unprocessable({"content_base64": [_("This is not Base64.")]}) from None


def _by_field(fields: list[str], kind: str) -> dict[str, str]:
    known = {field.name for field in target(kind).fields if not field.forbidden_reason}
    unknown = [name for name in fields if name not in known]
    if unknown or not fields:
        text = _("There is no field “%(name)s”. Fields: %(known)s.")
        said = {"name": unknown[0][:60] if unknown else "", "known": ", ".join(sorted(known))}
        raise Unprocessable({"rows": [text % said]})
    return {name: name for name in fields}


def _csv_of(fields: list[str], rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(fields)
    writer.writerows([row.get(name, "") for name in fields] for row in rows)
    return text.getvalue().encode("utf-8-sig", "replace")


def _settle(run: ImportRun, chosen: dict[str, str], given: dict[str, Any], call: Call) -> None:
    """Fix what was guessed by what was said: a column that is asked for is taken from whatever it was guessed to be."""
    asked = given.get("mapping", {})
    columns: dict[str, str] = {}
    for field, column in chosen.items():
        if column and (field in asked or column not in asked.values()):
            columns[column] = field
    defaults = {**run.options.get("defaults", {}), **given.get("defaults", {})}
    problems = save_mapping(run=run, choices=columns, defaults=defaults, actor=call.member, at=call.at)
    if problems and given.get("start", True):
        raise Unprocessable({"mapping": problems})


def found(call: Call, uid: UUID) -> ImportRun:
    return get_object_or_404(visible_runs(call.member), uid=uid)


class ImportDetail(Resource):
    tag = "imports"

    @operation("read_import", gettext_lazy("Read an import"), permission="import.read", gives=ImportTold)
    def get(self, call: Call, uid: UUID) -> ImportRun:
        return found(call, uid)


class ImportIssues(Resource):
    tag = "imports"

    @operation(
        "list_import_issues", gettext_lazy("List what was wrong with an import"), permission="import.read",
        asks=PageQuery, gives=ImportIssueTold, is_list=True, help=gettext_lazy("Line by line, the last one first."),
    )  # fmt: skip
    def get(self, call: Call, uid: UUID) -> QuerySet[ImportIssue]:
        return ImportIssue.objects.filter(run=found(call, uid))


class ImportStart(Resource):
    tag = "imports"
    post = deed(
        "start_import", gettext_lazy("Start an import that was uploaded"), permission="import.read", found=found,
        by=start_import, row="run", gives=ImportTold,
    )  # fmt: skip


class ImportCancellation(Resource):
    tag = "imports"
    post = deed(
        "cancel_import", gettext_lazy("Cancel an import"), permission="import.read", found=found, by=cancel_import,
        row="run", gives=ImportTold, help=gettext_lazy("Rows taken in before stay."),
    )  # fmt: skip


class ImportResumption(Resource):
    tag = "imports"
    post = deed(
        "resume_import", gettext_lazy("Set a standing import going again"), permission="import.read", found=found,
        by=resume_import, row="run", gives=ImportTold, help=gettext_lazy("It goes on behind its last row."),
    )  # fmt: skip


def again(call: Call, uid: UUID) -> ImportRun:
    return run_again(run=found(call, uid), actor=call.member, at=call.at)


class ImportAgain(Resource):
    tag = "imports"
    post = making(
        "run_import_again", gettext_lazy("Run an import again"), permission="import.read", by=again, found=found,
        gives=ImportTold, help=gettext_lazy("A new one of the same file and columns, which waits to be started."),
    )  # fmt: skip
