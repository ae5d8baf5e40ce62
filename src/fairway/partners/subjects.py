"""What conditions may ask about a place: territories are cut by these."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fairway.core.conditions import Field, Subject, register

PLACES = register(
    Subject.of(
        "places",
        _("Place"),
        [
            Field("place.country", _("Country"), "country"),
            Field("place.state", pgettext_lazy("part of a country", "State"), "text"),
            Field("place.city", _("City"), "text"),
            Field("place.postal_code", _("Postal code"), "text"),
        ],
    )
)
