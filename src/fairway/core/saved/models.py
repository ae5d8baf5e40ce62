from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext_lazy as _

from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.scope import SharedModel, TenantForeignKey

OF_STAFF, OF_A_PARTNER = 0, -1
_OWN_OR = "reader_key = ANY (ARRAY[{team}, current_setting('fw.seat_id')::bigint])"


class SavedView(SharedModel):
    """How somebody looks at a list: its address's query under a name.

    Read by its seat, and when shared by the whole team: the vendor's staff, or the people of one partner.
    """

    personal = {"name": "text", "query": "text"}
    not_personal = ("list_name",)

    narrowed = {
        "console": _OWN_OR.format(team=OF_STAFF),
        "portal": _OWN_OR.format(team=OF_A_PARTNER),
        "desk": _OWN_OR.format(team=OF_A_PARTNER),
    }

    seat = TenantForeignKey(Seat, related_name="+")
    list_name = models.CharField(max_length=60)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=1000, blank=True)
    is_shared = models.BooleanField(_("shared with the team"), default=False)
    default_seat_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    created_at = models.DateTimeField()
    # Who reads it, as one number that row security compares: the seat, or the team.
    reader_key = models.GeneratedField(
        expression=Case(
            When(is_shared=True, partner=None, then=Value(OF_STAFF)),
            When(is_shared=True, then=Value(OF_A_PARTNER)),
            default=F("seat_id"),
            output_field=models.BigIntegerField(),
        ),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )

    class Meta(SharedModel.Meta):
        abstract = False
        constraints = [
            *SharedModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "seat", "list_name", "name"], name="savedview_name"),
        ]
        indexes = [models.Index(fields=["vendor", "list_name", "reader_key"], name="savedview_by_list")]

    def __str__(self) -> str:
        return self.name
