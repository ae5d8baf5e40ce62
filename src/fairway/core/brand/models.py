"""The versions of a vendor's look, its pictures, and the domain that is its own."""

from django.db import models

from fairway.core.tenancy.scope import InternalModel, TenantForeignKey


class LookImage(InternalModel):
    """A picture drawn anew by us from what was uploaded: a PNG without anything hidden in it. Never changed."""

    png = models.BinaryField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    created_at = models.DateTimeField()

    class Meta(InternalModel.Meta):
        abstract = False


class Look(InternalModel):
    """One version of how a vendor looks; the newest is in force. What is empty is Fairway's own.

    It is internal, yet what the newest says is public: it stands on the vendor's log-in page.
    """

    personal = {"mail_name": "text", "reply_to": "text"}
    not_personal = ("program_name",)

    number = models.PositiveIntegerField()
    program_name = models.CharField(max_length=60, blank=True)
    accent = models.CharField(max_length=7, blank=True, default="")
    accent_dark = models.CharField(max_length=7, blank=True, default="")
    header = models.CharField(max_length=7, blank=True, default="")
    logo = TenantForeignKey(LookImage, null=True, related_name="+", db_index=False)
    logo_dark = TenantForeignKey(LookImage, null=True, related_name="+", db_index=False)
    icon = TenantForeignKey(LookImage, null=True, related_name="+", db_index=False)
    mail_name = models.CharField(max_length=60, blank=True)
    reply_to = models.EmailField(blank=True)
    created_at = models.DateTimeField()
    created_by = TenantForeignKey("core.Seat", null=True, related_name="+", db_index=False)

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            # Of two who save at once, one is told.
            models.UniqueConstraint(fields=["vendor", "number"], name="look_number"),
        ]


class OwnDomain(InternalModel):
    """A domain under which a vendor's partners find it. It is served while it is proven, and only then.

    Several vendors may ask for one; only one can have proven it.
    """

    host = models.CharField(max_length=253)
    token = models.CharField(max_length=64, help_text="what the vendor writes into its name server")
    created_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, help_text="when the name servers were last to be asked")
    checked_at = models.DateTimeField(null=True, help_text="when they last were")
    proven_at = models.DateTimeField(null=True)
    failing_from = models.DateTimeField(null=True, help_text="since when a proven domain shows no proof")
    said = models.CharField(max_length=20, blank=True, default="", help_text="how the last look ended")

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor"], name="owndomain_once"),
            models.UniqueConstraint(
                fields=["host"], condition=models.Q(proven_at__isnull=False), name="owndomain_proven_once"
            ),
        ]
