"""The vendor's lists of leads: all of them, those nobody has, and a new one by hand."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fairway.core import clock
from fairway.core.access import require
from fairway.core.http import many
from fairway.core.http.format import day
from fairway.core.http.paging import Page, changed_query, paginate
from fairway.core.http.parts import Tab
from fairway.core.http.tables import BulkAction
from fairway.core.http.toasts import toast
from fairway.core.saved.pages import with_views
from fairway.leads.actions.capture import LeadValues, PersonValues, capture_lead
from fairway.leads.forms import NewLeadForm
from fairway.leads.models import Lead
from fairway.leads.queries import leads as queries
from fairway.leads.tables import LeadTable, WaitingTable, list_filters, partner_words
from fairway.leads.views.asked import REFUSALS, TOLD_DIRECTLY, address, member_of, refused_on
from fairway.leads.views.homes import waiting_count
from fairway.leads.views.limits import left_of

LIST_SIZE = 50


def tabs(request: HttpRequest, here: str) -> list[Tab]:
    may_capture = member_of(request).can("lead.capture")
    shown = [
        Tab(_("All leads"), reverse("lead-list"), here == "all"),
        Tab(_("Waiting"), reverse("lead-waiting"), here == "waiting", waiting_count(request)),
        Tab(_("Pools"), reverse("leadpool-list"), here == "pools"),
        *([Tab(_("By mail"), reverse("leaddraft-list"), here == "drafts")] if may_capture else []),
        Tab(_("Web forms"), reverse("leadform-list"), here == "forms"),
    ]
    if member_of(request).can("lead.assign"):
        shown.append(Tab(_("Batch assignment"), reverse("assignmentplan-list"), here == "assignment"))
        shown.append(Tab(_("Fairness"), reverse("lead-fairness"), here == "fairness"))
    return shown


def _bulk(request: HttpRequest) -> list[BulkAction]:
    """What can be done to the rows chosen; a batch assignment asks on a page of its own."""
    verbs = many.buttons(request, "lead-list")
    if member_of(request).can("lead.assign"):
        verbs.append(BulkAction(_("Assign as a batch…"), reverse("assignmentplan-new")))
    return verbs


def _completed(page: Page, request: HttpRequest) -> None:
    """Give each row its address, its place, and who has it now."""
    offers = queries.open_offers(row["id"] for row in page.rows)
    base, query = reverse("lead-list"), changed_query(request.GET, page=None)
    at, zone = clock.now(), member_of(request).zone
    for row in page.rows:
        row["url"] = f"{base}{row['uid']}/{query if query != '?' else ''}"
        row["place"] = row["city"] or row["state_code"] or row["country"]
        offer = offers.get(row["id"])
        row["holder"] = holder_of(offer or row)
        silent = _("silent since %(day)s") % {"day": day(row["silent_since"])} if row["silent_since"] else ""
        row["left"] = left_of(offer, at, zone).text if offer else silent


def holder_of(row: Mapping[str, Any]) -> str:
    """The partner that has it or is offered it, and that it is paused where it is."""
    return partner_words(row["partner__name"] or "", row.get("partner__state"))


@require_safe
@with_views("lead-list")
def lead_list(request: HttpRequest) -> HttpResponse:
    page = paginate(queries.listed(request.GET), request, size=LIST_SIZE, counted=queries.counted_rows(request.GET))
    _completed(page, request)
    filters = list_filters(
        lines=queries.product_lines(),
        bands=queries.bands(),
        sources=queries.sources(),
        territories=queries.territories(),
    )
    counts = queries.state_counts()
    return render(
        request,
        "leads/console_list.html",
        {
            "table": LeadTable(
                page,
                request=request,
                filters=filters,
                export_url=address("export-start", "leads"),
                bulk=_bulk(request),
            ),
            "tabs": tabs(request, "all"),
            "counts": {state: queries.capped(count) for state, count in counts.items()},
            "may_capture": member_of(request).can("lead.capture"),
        },
    )


@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Leads nobody has, grouped by why."""
    params = request.GET.copy()
    params["state"] = "waiting"
    page = paginate(queries.listed(params), request, size=LIST_SIZE, counted=queries.counted_rows(params))
    _completed(page, request)
    for row in page.rows:
        row["url"] = f"{reverse('lead-list')}{row['uid']}/?state=waiting"
    chosen = request.GET.get("because", "")
    reasons = [
        {**reason, "query": changed_query(request.GET, because=reason["reason"], page=None)}
        for reason in queries.waiting_reasons()
    ]
    return render(
        request,
        "leads/console_waiting.html",
        {
            "table": WaitingTable(page, request=request),
            "tabs": tabs(request, "waiting"),
            "reasons": reasons,
            "chosen": chosen,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A lead by hand. One that looks like a known lead is kept too, and says so."""
    member = member_of(request)
    require(member, "lead.capture")
    currency = member.seat.vendor_currency if member.seat else "USD"
    form = NewLeadForm(request.POST or None, currency=currency)
    if form.is_valid():
        try:
            lead = _captured(form.cleaned_data, request, currency)
        except REFUSALS as refused:
            refused_on(form, refused)
        else:
            twin = lead.extra.get("possible_duplicate_of")
            if twin:
                toast(request, _("Kept. It looks like a lead you have: compare the two."), kind="attention")
            else:
                toast(request, _("Kept. Score and partner follow in a moment."))
            return redirect("lead-detail", lead.uid)
    status = 422 if form.is_bound else 200
    return render(request, "leads/console_new.html", {"form": form}, status=status)


def _captured(given: dict[str, Any], request: HttpRequest, currency: str) -> Lead:
    at = clock.now()
    values, person = values_of(given, currency)
    return capture_lead(
        actor=member_of(request), at=at, source=given["source"], values=values, person=person,
        campaign=given["campaign"], consent_text=TOLD_DIRECTLY.template if given["consent"] else "",
        consented_at=at if given["consent"] else None,
    )  # fmt: skip


_OF_LEAD = (
    "need", "description", "company", "industry", "employees", "country", "state_code", "city", "postal_code",
    "timeframe_days",
)  # fmt: skip
_OF_PERSON = ("first_name", "last_name", "job_title", "email", "phone", "street")


def values_of(given: dict[str, Any], currency: str) -> tuple[LeadValues, PersonValues]:
    """What a filled NewLeadForm says, as the capture takes it."""
    line = given["product_line"]
    values = LeadValues(
        **{name: given[name] for name in _OF_LEAD},
        product_line_id=line.pk if line else None,
        product_line_name=line.name if line else "",
        amount_minor=given["amount"],
        currency=currency if given["amount"] else "",
    )
    return values, PersonValues(**{name: given[name] for name in _OF_PERSON})


def twin_of(lead: Lead) -> Lead | None:
    """The earlier lead that this one looks like."""
    uid = lead.extra.get("possible_duplicate_of") if lead.merged_into_id is None else None
    return Lead.objects.filter(uid=UUID(uid)).first() if uid else None
