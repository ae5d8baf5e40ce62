"""Import runs as a member may see them: those of the kinds the member may import."""

from typing import Any

from django.db.models import QuerySet

from fairway.connect.models import DropFolder, ImportIssue, ImportRun, SavedMapping
from fairway.core.access import Member
from fairway.core.imports import targets


def visible_runs(member: Member) -> QuerySet[ImportRun]:
    kinds = [each.kind for each in targets().values() if member.can(each.permission)]
    return ImportRun.objects.filter(kind__in=kinds)


def visible_mappings(member: Member) -> QuerySet[SavedMapping]:
    kinds = [each.kind for each in targets().values() if member.can(each.permission)]
    return SavedMapping.objects.filter(kind__in=kinds)


def visible_drops(member: Member) -> QuerySet[DropFolder]:
    kinds = [each.kind for each in targets().values() if member.can(each.permission)]
    return DropFolder.objects.filter(kind__in=kinds)


def mapping_used(run: ImportRun) -> SavedMapping | None:
    """The saved mapping by which the columns of a run were chosen."""
    uid = run.options.get("saved")
    return SavedMapping.objects.filter(uid=uid).first() if uid else None


def same_file_before(run: ImportRun) -> ImportRun | None:
    """The last finished import of the same bytes into the same kind."""
    earlier = ImportRun.objects.filter(kind=run.kind, content_hash=run.content_hash, state="done")
    return earlier.exclude(pk=run.pk).order_by("-created_at").first()


def issues_of(run: ImportRun) -> QuerySet[ImportIssue, dict[str, Any]]:
    rows = ImportIssue.objects.filter(run=run).order_by("is_warning", "line", "pk")
    return rows.values("line", "column", "message", "message_words", "is_warning")
