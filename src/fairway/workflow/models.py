"""Approvals, deadlines, notifications: what waits for somebody, and until when."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairway.core.tenancy.models import Role, Seat
from fairway.core.tenancy.scope import InternalModel, SharedModel, TenantForeignKey
from fairway.workflow.rules.digests import DIGEST_MINUTE


class Deadline(InternalModel):
    """A moment at which something happens unless somebody was faster. Fired once, by whichever worker claims it."""

    not_personal = ("error",)

    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    due_at = models.DateTimeField()
    wake_at = models.DateTimeField(help_text="when workers look at it: due_at, later after a failure")
    settled_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True)  # "fired", "overtaken" or "cancelled"
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["vendor", "subject_type", "subject_id", "kind"],
                condition=models.Q(settled_at=None),
                name="deadline_once_open",
            ),
        ]
        indexes = [
            models.Index(fields=["vendor", "wake_at"], condition=models.Q(settled_at=None), name="deadline_due"),
        ]


class ApprovalState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Returned")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Approval(InternalModel):
    """One step of deciding about a subject: who may, until when, who did (and for whom), and why."""

    personal = {"title": "text", "title_words": "text", "note": "text", "reasons": "text"}
    not_personal = ("next_steps",)

    limited = "{area}"

    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    title = models.CharField(max_length=200, blank=True)
    title_words = models.JSONField(null=True)
    path = models.CharField(max_length=300, blank=True, help_text="of the page to decide on, such as console/…")
    partner = TenantForeignKey("core.Partner", null=True, related_name="+")
    state = models.CharField(max_length=20, choices=ApprovalState, default=ApprovalState.WAITING)
    approver_role = models.CharField(max_length=20, choices=Role)
    # A named person; without one the role decides, and of account managers the partner's own.
    approver = TenantForeignKey(Seat, null=True, related_name="+", db_index=False)
    requested_by = TenantForeignKey(Seat, null=True, related_name="+")
    requested_at = models.DateTimeField()
    due_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True)
    escalated_to = models.CharField(max_length=20, blank=True)
    decided_by = TenantForeignKey(Seat, null=True, related_name="+")
    decided_for = TenantForeignKey(Seat, null=True, related_name="+", db_index=False)  # whom the decider stood in for
    decided_at = models.DateTimeField(null=True)
    automatic = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    reasons = models.JSONField(default=list)
    # Of a decision in several steps: the one before, and what is asked after this one, as it was when it began.
    previous = TenantForeignKey("self", null=True, related_name="+", db_index=False)
    next_steps = models.JSONField(null=True)

    @property
    def asked_of(self) -> str:
        """Who is asked, in words: a person, the partner's account manager, or a role."""
        if self.approver is not None:
            return f"{self.approver.name} ({self.get_approver_role_display()})"
        return str(self.get_approver_role_display())

    # What `decide` asked for after this step; not a column.
    follower: "Approval | None" = None

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["vendor", "subject_type", "subject_id"],
                condition=models.Q(state="waiting"),
                name="approval_once_waiting",
            ),
        ]
        indexes = [models.Index(fields=["vendor", "state", "due_at"], name="approval_by_due")]


class Notification(SharedModel):
    """A line for one person: in the bell, and by mail when the person wants it. Read only by its own seat.

    `values` are what its kind is put into words with when it is read; `title` and `body` are those words as they
    were in the language of the messages, for a kind that is no longer said.
    """

    personal = {"title": "message", "body": "message", "values": "message"}

    narrowed = {
        "console": "seat_id = current_setting('fw.seat_id')::bigint",
        "portal": "seat_id = current_setting('fw.seat_id')::bigint",
        # At the desk one person reads what came to all the own seats.
        "desk": "seat_id IN (SELECT s.id FROM core_seat s WHERE s.user_id ="
        " (SELECT o.user_id FROM core_seat o WHERE o.id = current_setting('fw.seat_id')::bigint))",
    }

    seat = TenantForeignKey(Seat, related_name="+", db_index=False)  # notification_by_seat begins so
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    path = models.CharField(max_length=300, blank=True, help_text="below the vendor's prefix, such as portal/offers/…")
    values = models.JSONField(null=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    # Of those that wait for the digest, and when they went out with one.
    is_for_digest = models.BooleanField(default=False, db_default=False)
    digested_at = models.DateTimeField(null=True)

    class Meta(SharedModel.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["vendor", "seat", "-created_at"], name="notification_by_seat"),
            models.Index(
                fields=["vendor", "seat", "created_at"],
                condition=models.Q(is_for_digest=True, digested_at=None),
                name="notification_for_digest",
            ),
        ]


class NoticeChoices(SharedModel):
    """How one person wants to hear of what, at one vendor. Read only by its own seat; without a row, the defaults.

    `choices` is kind → way (`rules.notices.WAYS`), only where the person chose. `digest_days` says on which days the
    digest comes, `digest_minute` when, in minutes after midnight of the person's time zone.
    """

    personal = {"choices": "choice"}

    narrowed = {
        "console": "seat_id = current_setting('fw.seat_id')::bigint",
        "portal": "seat_id = current_setting('fw.seat_id')::bigint",
        "desk": "seat_id = current_setting('fw.seat_id')::bigint",
    }

    seat = TenantForeignKey(Seat, related_name="+")
    choices = models.JSONField(default=dict)
    digest_days = models.CharField(max_length=10, default="weekdays")
    digest_minute = models.PositiveSmallIntegerField(default=DIGEST_MINUTE)
    version = models.PositiveIntegerField(default=1)

    class Meta(SharedModel.Meta):
        abstract = False
        constraints = [
            *SharedModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "seat"], name="noticechoices_once"),
        ]


class MailState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")


class Mail(InternalModel):
    """A mail to send, kept with what became of it, so that a failing server is seen and nothing is lost.

    It is put into words when it is sent, in the reader's language; a digest keeps the ids of its notices in `values`.
    `path` is the page it leads to, below the vendor's prefix. It must not be a secret.
    """

    personal = {
        "to_name": "name",
        "to_email": "email",
        "subject": "message",
        "text": "message",
        "values": "message",
        "error": "text",
    }

    seat = TenantForeignKey(Seat, null=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=40)
    values = models.JSONField(null=True)
    to_email = models.EmailField()
    to_name = models.CharField(max_length=150, blank=True)
    subject = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    path = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=MailState, default=MailState.WAITING)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta(InternalModel.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["vendor", "-created_at"], name="mail_by_time"),
            models.Index(fields=["created_at"], condition=models.Q(state="waiting"), name="mail_waiting"),
        ]


from fairway.workflow.hour_models import PlaceHours  # noqa: E402

__all__ = [
    "Approval", "ApprovalState", "Deadline", "Mail", "MailState", "NoticeChoices", "Notification", "PlaceHours",
]  # fmt: skip
