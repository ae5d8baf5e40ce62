"""When places work, where a vendor says it differs from the usual."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairway.core.tenancy.scope import PublishedModel


class PlaceHours(PublishedModel):
    """Working hours and days off of a country, or of one state of it; with an empty `country` of all other places.

    `hours` is weekday ("0" is Monday) → [["09:00", "17:00"], …] on the clocks of the place; `closed_on` and `open_on`
    are {"2026-12-24": "Christmas Eve"}. A place that keeps its public holidays rests on them unless `open_on` says so.
    """

    not_personal = ("hours", "closed_on", "open_on", "state_code")

    country = models.CharField(_("country"), max_length=2, blank=True)
    state_code = models.CharField(_("state"), max_length=10, blank=True)
    hours = models.JSONField(default=dict)
    keeps_holidays = models.BooleanField(_("rests on public holidays"), default=True)
    closed_on = models.JSONField(default=dict, blank=True)
    open_on = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(PublishedModel.Meta):
        abstract = False
        constraints = [
            *PublishedModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "country", "state_code"], name="placehours_once"),
        ]
