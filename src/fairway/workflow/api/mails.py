"""Mails with what became of them, and deadlines that could not be carried out."""

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fairway.core.http.api.fields import Choice, Instant, Output
from fairway.core.http.api.operations import Call, PageQuery, Resource
from fairway.core.http.api.shapes import deed, listing, reading
from fairway.workflow.actions.notifications import retry_mail
from fairway.workflow.models import Deadline, Mail, MailState
from fairway.workflow.queries.mails import failing_deadlines, mails

_MAY = "mail.read"
_STATES = [(str(value), str(label)) for value, label in MailState.choices]


class MailQuery(PageQuery):
    state = Choice(choices=_STATES, required=False)


class MailTold(Output):
    uid = serializers.UUIDField()
    state = serializers.ChoiceField(choices=_STATES)
    kind = serializers.CharField()
    to_email = serializers.CharField()
    to_name = serializers.CharField()
    subject = serializers.CharField()
    attempts = serializers.IntegerField()
    error = serializers.CharField(help_text="What the mail server said.")
    created_at = Instant()
    sent_at = Instant(allow_null=True)


class DeadlineTold(Output):
    """A moment at which something was to happen, tried and not carried out yet."""

    uid = serializers.UUIDField()
    subject = serializers.CharField(source="subject_type", help_text="The kind of thing it is about.")
    kind = serializers.CharField()
    due_at = Instant()
    wake_at = Instant(help_text="When it is tried next.")
    attempts = serializers.IntegerField()
    error = serializers.CharField()


def rows(call: Call) -> QuerySet[Mail]:
    found: QuerySet[Mail] = mails(call.query.get("state", ""))
    return found


def found(call: Call, uid: UUID) -> Mail:
    row: Mail = get_object_or_404(mails(), uid=uid)
    return row


def _failing(call: Call) -> QuerySet[Deadline]:
    failing: QuerySet[Deadline] = failing_deadlines()
    return failing


class Mails(Resource):
    tag = "mails"
    get = listing(
        "list_mails", _("List mails"), permission=_MAY, rows=rows, asks=MailQuery, gives=MailTold, order="created_at",
        help=_("What was written to people, the latest first."),
    )  # fmt: skip


class MailDetail(Resource):
    tag = "mails"
    get = reading("read_mail", _("Read what became of a mail"), permission=_MAY, found=found, gives=MailTold)


class MailRetry(Resource):
    tag = "mails"
    post = deed(
        "retry_mail", _("Try a mail again"), permission=_MAY, found=found, by=retry_mail, row="found", gives=MailTold,
        help=_("One that was given up."),
    )  # fmt: skip


class FailingDeadlines(Resource):
    tag = "mails"
    get = listing(
        "list_failing_deadlines", _("List deadlines that could not be carried out"), permission=_MAY, rows=_failing,
        gives=DeadlineTold, order="due_at", help=_("They are tried again by themselves."),
    )  # fmt: skip
