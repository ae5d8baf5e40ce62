"""Named accounts and trigger levels, on the pages beside the routing rules."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairway.core import clock
from fairway.core.access import require
from fairway.core.http.paging import paginate
from fairway.core.http.tables import Column, Filter, Table
from fairway.core.http.toasts import toast
from fairway.leads.account_forms import AccountForm, AccountLinesForm, LevelForm
from fairway.leads.actions import accounts as actions
from fairway.leads.models import NamedAccount, TriggerLevel
from fairway.leads.queries import accounts as queries
from fairway.leads.views.asked import REFUSALS, done, form_page, member_of, refused_on


class AccountTable(Table):
    name = "accounts"
    caption = gettext_lazy("Named accounts")
    filters = [Filter("q", gettext_lazy("Company or domain"))]
    columns = [
        Column("name", gettext_lazy("Company"), kind="name", url="url"),
        Column("domain_key", gettext_lazy("Domain"), phone=""),
        Column("partner", gettext_lazy("Goes first to"), value=lambda row: row.partner.name),
    ]
    empty = (
        gettext_lazy("No named accounts"),
        gettext_lazy("Leads of a named account go to its partner first, by a rule that says so."),
    )


class LevelTable(Table):
    name = "levels"
    caption = gettext_lazy("Trigger levels")
    columns = [
        Column("about", gettext_lazy("Leads"), kind="name", url="url"),
        Column("place", gettext_lazy("Place"), phone=""),
        Column("category", gettext_lazy("Skill"), phone=""),
        Column("credential", gettext_lazy("For partners with"), phone=""),
        Column("at_least", pgettext_lazy("of a score", "From points"), kind="number"),
    ]
    empty = (
        gettext_lazy("No trigger levels"),
        gettext_lazy("Every lead is passed on, whatever its points, until you set from how many."),
    )


@require_safe
def account_list(request: HttpRequest) -> HttpResponse:
    member = member_of(request)
    require(member, "lead.read")
    page = paginate(queries.account_rows(request.GET), request)
    may_edit = member.can("routing.edit")
    for row in page.rows:
        row.url = reverse("namedaccount-edit", args=[row.uid]) if may_edit else ""
    table = AccountTable(page, request=request)
    return render(request, "leads/account_list.html", {"table": table, "may_edit": may_edit})


@require_http_methods(["GET", "HEAD", "POST"])
def account_edit(request: HttpRequest, uid: UUID | None = None) -> HttpResponse:
    member = member_of(request)
    require(member, "routing.edit")
    rows = NamedAccount.objects.select_related("partner")
    kept = get_object_or_404(rows, uid=uid) if uid else None
    first = {"name": kept.name, "domain": kept.domain_key, "partner": kept.partner.name} if kept else {}
    form = AccountForm(request.POST or None, initial=first)
    if form.is_valid():
        try:
            actions.save_account(account=kept, actor=member, at=clock.now(), **form.cleaned_data)
        except REFUSALS as refused:
            refused_on(form, refused)
        else:
            toast(request, _("Kept. Leads that come in from now on go by it."))
            return redirect("namedaccount-list")
    removal = reverse("namedaccount-removal", args=[kept.uid]) if kept else ""
    context = {"form": form, "kept": kept, "removal": removal, "is_level": False}
    return render(request, "leads/account_edit.html", context, status=422 if form.is_bound else 200)


@require_POST
def account_removal(request: HttpRequest, uid: UUID) -> HttpResponse:
    account = get_object_or_404(NamedAccount, uid=uid)
    return done(
        request, lambda: actions.remove_account(account=account, actor=member_of(request), at=clock.now()),
        _("Removed."), "namedaccount-list",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def account_lines(request: HttpRequest) -> HttpResponse:
    """Many at once; the good lines are kept, and of the others it is said what is wrong."""
    member = member_of(request)
    require(member, "routing.edit")
    form = AccountLinesForm(request.POST or None)
    if form.is_valid():
        lines = form.cleaned_data["lines"]
        kept, problems = actions.send_accounts(lines=lines, actor=member, at=clock.now())
        said = ngettext("%(n)d account kept.", "%(n)d accounts kept.", kept) % {"n": kept}
        toast(request, said, kind="attention" if problems else "good")
        if not problems:
            return redirect("namedaccount-list")
        for number, problem in problems[:20]:
            form.add_error("lines", _("Line %(n)d: %(problem)s") % {"n": number, "problem": problem})
    return form_page(
        request, form, title=_("Many named accounts"), text=_("Paste them from a sheet, or type them."),
        button=_("Keep them"), back=reverse("namedaccount-list"),
    )  # fmt: skip


@require_safe
def level_list(request: HttpRequest) -> HttpResponse:
    member = member_of(request)
    require(member, "lead.read")
    may_edit = member.can("routing.edit")
    rows = [
        {
            "about": row.product_line.name if row.product_line else _("All lines"),
            "place": "-".join(part for part in (row.country, row.state_code) if part) or _("everywhere"),
            "category": row.category or _("the whole score"),
            "credential": row.credential_name or row.credential or _("all partners"),
            "at_least": row.at_least,
            "url": reverse("triggerlevel-edit", args=[row.uid]) if may_edit else "",
        }
        for row in queries.level_rows()
    ]
    return render(request, "leads/level_list.html", {"table": LevelTable(rows), "may_edit": may_edit})


@require_http_methods(["GET", "HEAD", "POST"])
def level_edit(request: HttpRequest, uid: UUID | None = None) -> HttpResponse:
    member = member_of(request)
    require(member, "routing.edit")
    kept = get_object_or_404(TriggerLevel, uid=uid) if uid else None
    names = ("product_line", "country", "state_code", "category", "credential", "at_least")
    form = LevelForm(request.POST or None, initial={name: getattr(kept, name) for name in names} if kept else {})
    if form.is_valid():
        try:
            actions.save_level(level=kept, actor=member, at=clock.now(), **form.cleaned_data)
        except REFUSALS as refused:
            refused_on(form, refused)
        else:
            toast(request, _("Kept. Rules that ask for the trigger level go by it from now on."))
            return redirect("triggerlevel-list")
    removal = reverse("triggerlevel-removal", args=[kept.uid]) if kept else ""
    context = {"form": form, "kept": kept, "removal": removal, "is_level": True}
    return render(request, "leads/account_edit.html", context, status=422 if form.is_bound else 200)


@require_POST
def level_removal(request: HttpRequest, uid: UUID) -> HttpResponse:
    level = get_object_or_404(TriggerLevel, uid=uid)
    return done(
        request, lambda: actions.remove_level(level=level, actor=member_of(request), at=clock.now()), _("Removed."),
        "triggerlevel-list",
    )  # fmt: skip
