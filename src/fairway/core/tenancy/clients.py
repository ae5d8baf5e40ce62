"""Programs of others that ask a person for access (OAuth 2), what was granted to them, and their refresh tokens.

An access token is an `ApiToken` that names its client: rate limits, rights and the event log are those of every key.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.scope import InternalModel, SharedModel, TenantForeignKey


class OAuthClient(InternalModel):
    """A program that the vendor knows. Without a secret it is public: an app on a person's own device.

    `seat` is whom it speaks for when it works by itself (client credentials); null when it may not.
    """

    not_personal = ("name",)

    limited = "false"

    name = models.CharField(max_length=100)
    client_id = models.CharField(max_length=60, unique=True)
    secret_hash = models.CharField(max_length=64, blank=True)
    # The secret before the present one, while both may be used.
    old_secret_hash = models.CharField(max_length=64, blank=True, db_default="")
    old_secret_until = models.DateTimeField(null=True)
    redirect_uris = ArrayField(models.CharField(max_length=500), default=list)
    scopes = ArrayField(models.CharField(max_length=60))
    seat = TenantForeignKey(Seat, null=True, related_name="+")
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta(InternalModel.Meta):
        abstract = False

    def __str__(self) -> str:
        return self.name


class OAuthGrant(SharedModel):
    """What one person allowed one client, and the code by which the client fetches its first tokens.

    `partner` is that of the seat. `client_name` stands here too: partner people do not read the client itself.
    """

    not_personal = ("client_name",)

    limited = "{seat_id} = current_setting('fw.seat_id')::bigint"

    client = TenantForeignKey(OAuthClient, related_name="+")
    client_name = models.CharField(max_length=100)
    seat = TenantForeignKey(Seat, related_name="+")
    scopes = ArrayField(models.CharField(max_length=60))
    granted_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    code_hash = models.CharField(max_length=64, unique=True)
    code_until = models.DateTimeField()
    code_used_at = models.DateTimeField(null=True)
    code_challenge = models.CharField(max_length=128)
    redirect_uri = models.CharField(max_length=500)

    class Meta(SharedModel.Meta):
        abstract = False
        indexes = [models.Index(fields=["vendor", "seat"], name="oauthgrant_by_seat")]

    def __str__(self) -> str:
        return self.client_name


class OAuthRefresh(InternalModel):
    """A refresh token, kept as a hash. It is used once; a second use ends the grant and all that came of it."""

    limited = "false"

    grant = TenantForeignKey(OAuthGrant, related_name="refreshes")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    until = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta(InternalModel.Meta):
        abstract = False
