"""Leads by mail: the address to which mails are forwarded, and what came, until a person made a lead of it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from fairway.core.moves import state_choices
from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.scope import InternalModel, TenantForeignKey
from fairway.leads.rules.states import DRAFT


class LeadInbox(InternalModel):
    """The vendor's address for forwarded mails: "leads+<short name>.<secret>@…". A new secret shuts the old address."""

    personal = {"senders": "text"}

    secret = models.CharField(max_length=40)
    is_open = models.BooleanField(default=True)
    takes_anyone = models.BooleanField(default=False)
    # Addresses, and domains written "@halden.example".
    senders = ArrayField(models.CharField(max_length=254), default=list)
    renewed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor"], name="leadinbox_one"),
        ]


class LeadDraft(InternalModel):
    """A forwarded mail, with what was read of it: a person completes it to a lead, or drops it.

    `key` is made of the Message-ID. `read` holds fields of a new lead; attachments are counted, not kept.
    """

    personal = {"sender": "email", "subject": "text", "body": "text", "read": "copy", "key": "key"}

    state = models.CharField(max_length=12, choices=state_choices(DRAFT), default="open")
    key = models.CharField(max_length=64, blank=True)
    sender = models.EmailField(_("sent by"), blank=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(blank=True)
    attachments = models.PositiveIntegerField(default=0)
    read = models.JSONField(default=dict)
    received_at = models.DateTimeField()
    lead = TenantForeignKey("leads.Lead", null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = TenantForeignKey(Seat, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["vendor", "key"], condition=~models.Q(key=""), name="leaddraft_once_per_mail"
            ),
        ]
        indexes = [models.Index(fields=["vendor", "state", "-received_at"], name="leaddraft_by_state")]

    def __str__(self) -> str:
        return self.subject
