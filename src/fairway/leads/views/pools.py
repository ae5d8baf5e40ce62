"""Pools, for staff: which there are, one of them, and what lies in them."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from fairway.core import clock
from fairway.core.access import require
from fairway.core.http import many
from fairway.core.http.format import moment, number
from fairway.core.http.paging import Page, paginate
from fairway.core.http.parts import Fact
from fairway.core.http.toasts import toast
from fairway.leads.actions.pooling import take_many_out
from fairway.leads.actions.pools import save_pool
from fairway.leads.models import LeadPool, PoolEntry
from fairway.leads.pool_forms import LeaveForm, PoolForm, pool_initial
from fairway.leads.pool_tables import EntryTable, OverTable, PoolTable, entry_filters
from fairway.leads.queries import pools as queries
from fairway.leads.tables import partner_words
from fairway.leads.views.asked import REFUSALS, member_of, refused_on
from fairway.leads.views.console import tabs
from fairway.leads.views.policies import subjects_for

LIST_SIZE = 50


@require_safe
def pool_list(request: HttpRequest) -> HttpResponse:
    require(member_of(request), "lead.read")
    rows = queries.pool_rows(clock.now())
    may_edit, leads_url = member_of(request).can("routing.edit"), reverse("poolentry-list")
    for row in rows:
        row["leads_url"] = f"{leads_url}?pool={row['uid']}"
        row["url"] = reverse("leadpool-edit", args=[row["uid"]]) if may_edit else row["leads_url"]
    context = {"table": PoolTable(rows), "tabs": tabs(request, "pools"), "may_edit": may_edit, "has_pools": bool(rows)}
    return render(request, "leads/pool_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, uid: UUID | None = None) -> HttpResponse:
    """One pool: make it, or change it."""
    member = member_of(request)
    require(member, "routing.edit")
    kept = get_object_or_404(LeadPool, uid=uid) if uid else None
    form = PoolForm(request.POST or None, subjects=subjects_for(request), initial=pool_initial(kept))
    if form.is_valid():
        try:
            save_pool(pool=kept, actor=member, at=clock.now(), **form.as_values())
        except REFUSALS as refused:
            refused_on(form, refused)
        else:
            toast(request, _("Kept. Who sees its leads follows within minutes.") if kept else _("The pool is there."))
            return redirect("leadpool-list")
    context = {"form": form, "kept": kept, "facts": _facts(kept) if kept else []}
    return render(request, "leads/pool_edit.html", context, status=422 if form.is_bound else 200)


def _facts(pool: LeadPool) -> list[Fact]:
    found = queries.figures_of(pool, clock.now())
    leads_url = f"{reverse('poolentry-list')}?pool={pool.uid}"
    return [
        Fact(_("Leads in it"), number(found["free"]), url=leads_url),
        Fact(_("Oldest since"), moment(found["oldest"])),
        Fact(_("Taken in 30 days"), number(found["taken"]), url=f"{leads_url}&state=taken"),
        Fact(_("By so many partners"), number(found["partners"])),
        Fact(_("Nobody took, in 30 days"), number(found["given_up"]), url=f"{leads_url}&state=left"),
    ]


@require_safe
def entry_list(request: HttpRequest) -> HttpResponse:
    """What lies in the pools, how long already, and who took what."""
    require(member_of(request), "lead.read")
    page = paginate(queries.entries(request.GET), request, size=LIST_SIZE)
    is_free = request.GET.get("state", "") not in {"taken", "left"}
    _completed(page, is_free)
    filters = entry_filters(queries.pool_names())
    bulk = many.buttons(request, "poolentry-list") if is_free else []
    table = (EntryTable if is_free else OverTable)(page, request=request, filters=filters, bulk=bulk)
    return render(request, "leads/pool_leads.html", {"table": table, "tabs": tabs(request, "pools")})


def _completed(page: Page, is_free: bool) -> None:
    seen = queries.seen_by(row["audience_id"] for row in page.rows) if is_free else {}
    takers = {} if is_free else queries.takers(row["lead_id"] for row in page.rows)
    for row in page.rows:
        row["url"] = reverse("lead-detail", args=[row["lead__uid"]])
        row["seen"] = seen.get(row["audience_id"], 0)
        row["taker"] = partner_words(*takers.get((row["lead_id"], row["closed_at"]), ("", None)))


TAKE_OUT = many.Many(
    name="leave", label=gettext_lazy("Take out…"), permission="lead.route",
    rows=lambda uids: PoolEntry.objects.filter(uid__in=uids).select_related("lead").order_by("pk"),
    act=take_many_out, question=gettext_lazy("Take these leads out of the pool?"),
    what=gettext_lazy("They wait for a person. What a partner takes meanwhile stays with that partner."),
    button=gettext_lazy("Take out"), form=LeaveForm, is_danger=True,
)  # fmt: skip


def register_all() -> None:
    many.register("poolentry-list", TAKE_OUT)
