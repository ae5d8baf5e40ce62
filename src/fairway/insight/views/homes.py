"""What the home pages show of the year."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fairway.core.access import Member
from fairway.core.http import format as shown
from fairway.core.http.parts import Figure
from fairway.insight.actions.figures import figures
from fairway.insight.rules.periods import Window
from fairway.insight.views.shown import minor_of, signed_percent, whole


def year_figures(member: Member, at: datetime) -> list[Figure]:
    """Revenue of twelve months and the open pipeline: of the channel, or of an account manager's partners."""
    if not member.can("report.channel") or member.seat is None:
        return []
    window = Window(at.astimezone(ZoneInfo(member.seat.vendor_time_zone)).date())
    found = figures(["headline"], member=member, window=window, at=at)["headline"].value
    if found is None:
        note = _("being worked out")
        return [Figure(_("Revenue, twelve months"), "–", note), Figure(_("Open pipeline"), "–", note)]
    growth = signed_percent(found.growth) if found.growth is not None else ""
    url, currency = reverse("review-channel"), member.seat.vendor_currency
    return [
        Figure(
            _("Revenue, twelve months"),
            shown.money(minor_of(found.revenue), currency, cents=False),
            _("%(growth)s on the year before") % {"growth": growth} if growth else _("nothing the year before"),
            url,
        ),
        Figure(
            _("Open pipeline"),
            whole(found.open_minor, currency),
            ngettext("%(count)s deal", "%(count)s deals", found.open_deals) % {"count": found.open_deals},
            url,
        ),
    ]
