"""What every view of leads does with a request: who asks, and how a refusal is told."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse

from fairway.core.access import Member
from fairway.core.http.toasts import toast
from fairway.core.moves import StateConflict
from fairway.core.refusals import Refused
from fairway.core.states import TransitionRefused
from fairway.core.words import said
from fairway.leads.models import Lead, Offer

REFUSALS = (Refused, StateConflict, TransitionRefused)
# What is kept as the text somebody agreed to who said so to one of the vendor's people.
TOLD_DIRECTLY = said("Told to us directly")


def member_of(request: HttpRequest) -> Member:
    return request.member  # type: ignore[attr-defined]


def address(name: str, *parts: Any) -> str:
    """The address of a page of a room above; empty while there is none."""
    try:
        return reverse(name, args=parts)
    except NoReverseMatch:
        return ""


def lead_of(uid: UUID) -> Lead:
    return get_object_or_404(Lead.objects.select_related("product_line", "partner", "seller"), uid=uid)


def offer_of(uid: UUID) -> Offer:
    return get_object_or_404(Offer.objects.select_related("partner", "answered_by"), uid=uid)


def done(request: HttpRequest, act: Callable[[], Any], said: str, to: Any, **toast_more: Any) -> HttpResponse:
    """Run one action; go on with a note, or with the sentence of its refusal."""
    try:
        act()
    except REFUSALS as refused:
        toast(request, str(refused), kind="attention")
    else:
        toast(request, said, **toast_more)
    return redirect(to)


def refused_on(form: forms.Form, refused: Exception) -> None:
    """Put a refusal on the field it belongs to."""
    field = getattr(refused, "field", "")
    form.add_error(field if field in form.fields else None, str(refused))


def form_page(request: HttpRequest, form: forms.Form, **words: Any) -> HttpResponse:
    """A page of one form, for a dialog's form with an error and for browsers without JavaScript.

    `words`: title, text, button, back (an address), and danger for a verb that cannot be undone.
    """
    status = 422 if form.is_bound else 200
    return render(request, "leads/form_page.html", {"form": form, **words}, status=status)
