"""Public forms, for those who make them: the list with each address, and one form."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from fairway.core import clock
from fairway.core.access import require
from fairway.core.brand.fronts import absolute
from fairway.core.http.tables import Column, Table
from fairway.core.http.toasts import toast
from fairway.leads.actions.forms import FIELDS, save_lead_form
from fairway.leads.forms import LeadFormForm
from fairway.leads.models import LeadForm
from fairway.leads.rules.form_stamps import origin_of
from fairway.leads.views.asked import REFUSALS, member_of, refused_on
from fairway.leads.views.console import tabs

STATES = {True: ("good", pgettext_lazy("not shut", "Open")), False: ("neutral", gettext_lazy("Shut"))}


class LeadFormTable(Table):
    name = "lead-forms"
    columns = [
        Column("name", gettext_lazy("Form"), kind="name", url="url"),
        Column("address", gettext_lazy("Address"), kind="link", url="address"),
        Column("campaign", gettext_lazy("Campaign"), phone=""),
        Column("is_active", gettext_lazy("State"), kind="state", states=STATES),
    ]
    empty = (
        gettext_lazy("No web form yet"),
        gettext_lazy("A form takes leads in from your own address, with consent and without a third party."),
    )


def address_of(form: LeadForm) -> str:
    return absolute(form.vendor_id, reverse("public-lead-form", args=[form.slug]))


def snippet_of(form: LeadForm) -> str:
    """What is pasted into a page: a link, which the script turns into the form."""
    return format_html(
        '<div data-fairway-form="{0}"><a href="{0}">{1}</a></div>\n<script src="{2}" async></script>',
        address_of(form), form.headline or form.name, absolute(form.vendor_id, reverse("public-lead-script")),
    )  # fmt: skip


@require_safe
def form_list(request: HttpRequest) -> HttpResponse:
    rows = [
        {
            "name": form.name,
            "url": reverse("leadform-edit", args=[form.uid]),
            "address": address_of(form),
            "campaign": form.campaign,
            "is_active": form.is_active,
        }
        for form in LeadForm.objects.order_by("name")
    ]
    return render(
        request,
        "leads/console_forms.html",
        {
            "table": LeadFormTable(rows),
            "tabs": tabs(request, "forms"),
            "may_edit": member_of(request).can("lead.form"),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, uid: UUID | None = None) -> HttpResponse:
    """One form: make it, or change it."""
    member = member_of(request)
    require(member, "lead.form")
    kept = get_object_or_404(LeadForm.objects.select_related("product_line"), uid=uid) if uid else None
    first: dict[str, Any] = {name: getattr(kept, name) for name in FIELDS} if kept else _fresh(request)
    first["sites"] = "\n".join(first.get("sites", []))
    form = LeadFormForm(request.POST or None, form=kept, initial=first)
    if form.is_valid():
        try:
            saved = save_lead_form(form=kept, actor=member, at=clock.now(), **form.cleaned_data)
        except REFUSALS as refused:
            refused_on(form, refused)
        else:
            toast(request, _("Kept. The form is open.") if saved.is_active else _("Kept. The form is shut."))
            return redirect("leadform-edit", saved.uid)
    return render(
        request,
        "leads/console_form.html",
        {
            "form": form,
            "kept": kept,
            "address": address_of(kept) if kept else "",
            "snippet": snippet_of(kept) if kept else "",
            "origin": origin_of(address_of(kept)) if kept else "",
        },
        status=422 if form.is_bound else 200,
    )


def _fresh(request: HttpRequest) -> dict[str, Any]:
    vendor = getattr(request, "vendor_name", "")
    text = _("%(vendor)s and its partners may contact me about this request.") % {"vendor": vendor}
    return {"consent_text": text, "is_active": True}
