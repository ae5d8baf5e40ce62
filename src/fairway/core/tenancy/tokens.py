"""API tokens of a seat, and the answers kept for idempotency keys."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.scope import InternalModel, SharedModel, TenantForeignKey


class ApiToken(SharedModel):
    """A key for programs, or the access token of a client (`client`), kept as a hash.

    It can do what its seat and its scopes (permission names) both allow.

    `partner` is that of the seat: a partner's executive sees the keys of the own people.
    """

    personal = {"name": "text"}

    limited = "{seat_id} = current_setting('fw.seat_id')::bigint"

    seat = TenantForeignKey(Seat, related_name="+")
    name = models.CharField(max_length=100)
    token_hash = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12)
    scopes = ArrayField(models.CharField(max_length=60))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    client = TenantForeignKey("core.OAuthClient", null=True, related_name="+", db_index=False)  # of access tokens only
    grant = TenantForeignKey("core.OAuthGrant", null=True, related_name="tokens", db_index=False)

    class Meta(SharedModel.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["vendor", "client"], name="apitoken_by_client"),
            models.Index(fields=["vendor", "grant"], name="apitoken_by_grant"),
        ]


class IdempotencyKey(InternalModel):
    """The answer given to a request that carried a key; the same key and body get the same answer for a day."""

    personal = {"answer": "copy"}

    seat = TenantForeignKey(Seat, related_name="+")
    key = models.CharField(max_length=100)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField()
    created_at = models.DateTimeField()

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "seat", "key"], name="idempotency_once"),
        ]
