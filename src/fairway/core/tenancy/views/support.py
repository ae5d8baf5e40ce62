"""Support access: who is let in, until when and why; let in, and ended."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http.forms import Segments
from fairway.core.http.paging import paginate
from fairway.core.http.tables import Column, Table
from fairway.core.http.toasts import toast
from fairway.core.refusals import Refused
from fairway.core.tenancy.actions.support import PAGES_MOST, end_support, grant_support
from fairway.core.tenancy.support import SupportGrant

SHOWN_MOST = 50
LENGTHS = [
    (1, gettext_lazy("1 hour")), (4, gettext_lazy("4 hours")), (24, gettext_lazy("1 day")),
    (72, gettext_lazy("3 days")), (168, gettext_lazy("7 days")),
]  # fmt: skip
WAYS = [("look", gettext_lazy("Only look")), ("act", gettext_lazy("Look and work"))]


class GrantForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail of the support person"))
    reason = forms.CharField(label=gettext_lazy("Why?"), max_length=300)
    hours = forms.TypedChoiceField(label=gettext_lazy("For how long?"), choices=LENGTHS, coerce=int, initial=4)
    way = forms.ChoiceField(label=gettext_lazy("The visitor may"), choices=WAYS, widget=Segments, initial="look")


@require_http_methods(["GET", "HEAD", "POST"])
def grants(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "people.manage")
    form = GrantForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _granted(request, form, member):
        return HttpResponseRedirect(reverse("supportgrant-list"))
    at = clock.now()
    rows = SupportGrant.objects.select_related("seat", "granted_by").order_by("-starts_at", "-pk")[:SHOWN_MOST]
    context = {
        "form": form,
        "people_url": reverse("person-list"),
        "rows": [{"row": row, "is_open": row.ended_at is None and row.ends_until > at} for row in rows],
    }
    return render(request, "people/support.html", context, status=422 if form.errors else 200)


def _granted(request: HttpRequest, form: GrantForm, member: Member) -> bool:
    values: dict[str, Any] = form.cleaned_data
    try:
        grant_support(
            email=values["email"], reason=values["reason"], hours=values["hours"], may_act=values["way"] == "act",
            actor=member, at=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return False
    toast(request, _("Let in. It ends by itself, and you can end it at any moment."))
    return True


def _answer(status: int) -> str:
    return "" if status < HTTPStatus.BAD_REQUEST else _("refused or not found")


class PageTable(Table):
    name = "pages"
    columns = [
        Column("path", gettext_lazy("Page"), kind="name"),
        Column("note", gettext_lazy("Answer"), value=lambda row: _answer(row["status"])),
        Column("opened_at", gettext_lazy("Opened"), kind="datetime"),
    ]
    empty = (gettext_lazy("No page opened yet"), gettext_lazy("Each page that the visitor opens stands here."))


@require_safe
def visit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One visit: from when to when, and every page that was opened."""
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "people.manage")
    grant = get_object_or_404(SupportGrant.objects.select_related("seat", "granted_by"), uid=uid)
    page = paginate(grant.pages.order_by("-opened_at", "-pk").values("path", "status", "opened_at"), request)
    context = {
        "grant": grant, "is_open": grant.ended_at is None and grant.ends_until > clock.now(),
        "list_url": reverse("supportgrant-list"), "table": PageTable(page, request=request),
        "beyond": max(0, grant.pages_opened - PAGES_MOST), "most": PAGES_MOST,
    }  # fmt: skip
    return render(request, "people/support_visit.html", context)


@require_POST
def end(request: HttpRequest, uid: UUID) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "people.manage")
    grant = get_object_or_404(SupportGrant.objects.select_related("seat"), uid=uid)
    end_support(grant=grant, actor=member, at=clock.now())
    toast(request, _("%(name)s is out.") % {"name": grant.visitor})
    return HttpResponseRedirect(reverse("supportgrant-list"))
