"""Contacts of a partner: written down, changed, removed."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fairway.core import clock
from fairway.core.access import require
from fairway.core.http.toasts import toast
from fairway.core.personal.erased import WasErased
from fairway.core.refusals import Refused
from fairway.core.tenancy.models import Partner
from fairway.partners.actions.contacts import remove_contact, save_contact
from fairway.partners.forms import ContactForm
from fairway.partners.models import Contact


@require_http_methods(["GET", "HEAD", "POST"])
def contact_new(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _form(request, get_object_or_404(Partner, uid=uid), None)


@require_http_methods(["GET", "HEAD", "POST"])
def contact_edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    contact = get_object_or_404(Contact.objects.select_related("partner").exclude(partner=None), uid=uid)
    return _form(request, contact.partner, contact)


def _form(request: HttpRequest, partner: Partner, contact: Contact | None) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    require(member, "partner.edit")
    initial = {name: getattr(contact, name) for name in ("name", "title", "email", "phone")} if contact else {}
    form = ContactForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            save_contact(partner=partner, contact=contact, actor=member, at=clock.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            if isinstance(refusal, WasErased):
                form.ask_again()
        else:
            toast(request, _("Contact saved."))
            return redirect("partner-detail", uid=partner.uid)
    context = {"form": form, "partner": partner, "contact": contact}
    return render(request, "partners/contact_form.html", context, status=400 if form.errors else 200)


@require_POST
def contact_remove(request: HttpRequest, uid: UUID) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    contact = get_object_or_404(Contact.objects.select_related("partner").exclude(partner=None), uid=uid)
    try:
        remove_contact(contact=contact, actor=member, at=clock.now())
    except Refused as refusal:
        toast(request, str(refusal), kind="bad")
    else:
        toast(request, _("Contact removed."))
    return redirect("partner-detail", uid=contact.partner.uid)
