"""The twelve-month review: of the channel, of a CAM's partners, of one partner; and the rows behind a number."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http.paging import paginate
from fairway.core.http.parts import Tab
from fairway.core.tenancy.replica import reads_replica
from fairway.insight.actions.figures import figures
from fairway.insight.queries.channel import AXES, Axis
from fairway.insight.queries.review import partners_in_view, review
from fairway.insight.queries.rows import COLUMNS, parse_period, rows_behind
from fairway.insight.rules.periods import Window
from fairway.insight.views import lists, shown


def asked_window(request: HttpRequest, member: Member) -> Window:
    """The window of `?as_of=`; the vendor's today when it is missing, unreadable or not yet over."""
    today = clock.today(member.seat.vendor_time_zone if member.seat else "UTC")
    try:
        as_of = date.fromisoformat(request.GET.get("as_of", ""))
    except ValueError:
        return Window(today)
    return Window(as_of if date(1980, 1, 1) <= as_of <= today else today)


def _member(request: HttpRequest, permission: str) -> Member:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, permission)
    return member


def _currency(member: Member) -> str:
    return member.seat.vendor_currency if member.seat else "USD"


@require_safe
@reads_replica
def partner_review(request: HttpRequest, uid: Any) -> HttpResponse:
    member = _member(request, "review.read")
    partner = get_object_or_404(partners_in_view(member).select_related("cam"), uid=uid)
    return _show(request, member, [partner.pk], partner=partner)


@require_safe
@reads_replica
def own_review(request: HttpRequest) -> HttpResponse:
    """The partner's own year, as its people see it."""
    member = _member(request, "review.read")
    partner = get_object_or_404(partners_in_view(member).select_related("cam"), pk=member.partner_id)
    return _show(request, member, [partner.pk], partner=partner)


def _show(request: HttpRequest, member: Member, partners: Any, *, partner: Any = None) -> HttpResponse:
    window, currency = asked_window(request, member), _currency(member)
    found = review(partners, window)
    rows_url = shown.rows_url(member.context.surface)
    table = shown.month_table(found, currency, rows_url, str(partner.uid) if partner else "", request=request)
    return render(
        request,
        "insight/review.html",
        {
            "partner": partner,
            "window": window,
            "figures": shown.figures(found, currency, of_channel=partner is None),
            "charts": shown.charts(found, currency),
            "table": table,
        },
    )


@require_safe
def review_list(request: HttpRequest) -> HttpResponse:
    """The partners whose numbers the member may see, weakest against the year before first."""
    member = _member(request, "review.read")
    window = asked_window(request, member)
    found = figures(["years"], member=member, window=window, at=clock.now())["years"]
    if found.value is None:
        return _not_yet(request, window, _("Twelve-month reviews"))
    table = lists.partner_table(request, found.value, window, _currency(member))
    return render(request, "insight/review_list.html", {"window": window, "table": table, "made_at": found.made_at})


@require_safe
def channel(request: HttpRequest) -> HttpResponse:
    """The whole channel (for a CAM, the own partners): review, funnel, distribution."""
    member = _member(request, "report.channel")
    window, currency = asked_window(request, member), _currency(member)
    axis: Axis = next((axis for axis in AXES if axis == request.GET.get("by")), "partner")
    kept = figures(["review", "funnel", axis], member=member, window=window, at=clock.now())
    if any(each.value is None for each in kept.values()):
        return _not_yet(request, window, _("The channel's twelve months"))
    found = kept["review"].value
    table = lists.distribution_table(request, kept[axis].value, axis, currency, window)
    return render(
        request,
        "insight/channel.html",
        {
            "window": window,
            "figures": shown.figures(found, currency, of_channel=True),
            "charts": shown.charts(found, currency),
            "funnel": lists.funnel_chart(kept["funnel"].value),
            "made_at": min((each.made_at for each in kept.values() if each.made_at), default=None),
            "table": table,
            "months": shown.month_table(found, currency, shown.rows_url("console"), "", request=request),
            "tabs": [Tab(lists.AXIS_WORDS[a], f"?by={a}&as_of={window.as_of.isoformat()}", a == axis) for a in AXES],
            "is_of_cam": member.role == "cam",
        },
    )


def _not_yet(request: HttpRequest, window: Window, title: str) -> HttpResponse:
    """A page that looks for its figures again by itself until a job has worked them out."""
    return render(request, "insight/not_yet.html", {"window": window, "title": title})


@require_safe
@reads_replica
def rows(request: HttpRequest) -> HttpResponse:
    """The rows behind one number of a review."""
    member = _member(request, "review.read")
    what, period = request.GET.get("what", ""), parse_period(request.GET)
    if what not in COLUMNS or period is None:
        raise Http404(_("This address names no rows."))
    start, until = period
    found = rows_behind(member, what, start, until, _known_partner(request, member))
    table = lists.rows_table(request, what, paginate(found, request, size=100))
    context = {"table": table, "title": lists.ROW_TITLES[what], "start": start, "last": until - timedelta(days=1)}
    return render(request, "insight/rows.html", {**context, **_where_from(request, member)})


def _where_from(request: HttpRequest, member: Member) -> dict[str, Any]:
    """The review that these rows stand behind: its name and its address, as of the same day."""
    as_of = request.GET.get("as_of", "")
    query = f"?{urlencode({'as_of': as_of})}" if as_of else ""
    if not member.is_staff:
        return {"of": _("Your review"), "back": reverse("portal-review") + query}
    if not (uid := request.GET.get("partner", "")):
        return {"of": _("The channel"), "back": reverse("review-channel") + query}
    partner = get_object_or_404(partners_in_view(member), uid=uid)
    return {"of": partner.name, "back": reverse("review-partner", args=[partner.uid]) + query}


def _known_partner(request: HttpRequest, member: Member) -> str:
    uid = request.GET.get("partner", "")
    if not uid:
        return ""
    try:
        return str(get_object_or_404(partners_in_view(member), uid=uid).uid)
    except ValidationError:  # not a uid at all
        raise Http404 from None
