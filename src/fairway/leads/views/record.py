"""A partner's own record of answers, and its quarter among peers whom nobody names."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from fairway.core.access import require
from fairway.core.http.format import duration, number, percent
from fairway.core.http.parts import Figure
from fairway.leads.models import LeadRank
from fairway.leads.queries.ranks import ANSWER_DAYS, ENDED_DAYS, own_ranks
from fairway.leads.rules.ranks import ENOUGH, MEASURES, PEERS_LEAST
from fairway.leads.views.asked import member_of
from fairway.leads.views.portal import tabs


@require_safe
def own_record(request: HttpRequest) -> HttpResponse:
    """By the month: what is counted once cannot be watched as others change it."""
    require(member_of(request), "offer.read")
    months = own_ranks()
    rank = months[0] if months else None
    context: dict[str, Any] = {"tabs": tabs(request, "record"), "rank": rank}
    if rank is not None:
        before = months[1].measures if len(months) > 1 else {}
        context |= {
            "strip": [_figure(name, rank.measures.get(name)) for name in MEASURES],
            "rows": [_row(name, rank.measures[name], before.get(name)) for name in MEASURES if name in rank.measures],
            "alike": _alike(rank), "least": PEERS_LEAST, "enough": ENOUGH, "days": ANSWER_DAYS, "ended": ENDED_DAYS,
        }  # fmt: skip
    return render(request, "leads/own_record.html", context)


def words_of(name: str) -> str:
    return {
        "in_time": _("Answered in time"),
        "accepted": _("Accepted"),
        "converted": _("Made a deal"),
        "minutes": _("Usual time to answer"),
    }[name]


def _figure(name: str, told: Mapping[str, Any] | None) -> Figure:
    if told is None:
        return Figure(words_of(name), "–", _("nothing to count yet"))
    n = told["of"]
    of = ngettext("of %(n)s lead that ended", "of %(n)s leads that ended", n) if name == "converted" else ngettext(
        "of %(n)s offer", "of %(n)s offers", n
    )  # fmt: skip
    return Figure(words_of(name), _value(name, told["value"]), of % {"n": number(n)})


def _value(name: str, value: float) -> str:
    return duration(timedelta(minutes=value)) if name == "minutes" else percent(100 * value, 0)


def _row(name: str, told: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    """The place of one measure; silent, with the reason, where there is none."""
    quarters = {
        1: ("good", _("best quarter")), 2: ("accent", _("upper half")), 3: ("attention", _("lower half")),
        4: ("bad", _("last quarter")),
    }  # fmt: skip
    place = quarters.get(told["quarter"])
    why = _("You have too few of them to be compared.") if told["of"] < ENOUGH else _("There are too few peers.")
    was = quarters.get(before["quarter"] or 0) if before else None
    return {
        "label": words_of(name), "value": _value(name, told["value"]), "place": place,
        "peers": number(told["peers"]) if place else "", "why": "" if place else why, "was": was[1] if was else "",
    }  # fmt: skip


def _alike(rank: LeadRank) -> str:
    """Whom one is compared with; nobody, where no place is told."""
    if not any(told["quarter"] for told in rank.measures.values()):
        return _("Measure")
    alike = set(rank.alike)
    if alike == {"tier", "size", "country"}:
        return _("Partners of your tier, size and country")
    if alike == {"tier", "size"}:
        return _("Partners of your tier and size")
    return _("Partners of your tier") if alike == {"tier"} else _("All partners of this vendor")
