"""How views answer: a form on a page of its own or in a dialog, a press of a button, a drag on a board."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from fairway.core.http.toasts import toast, toast_now
from fairway.core.moves import StateConflict
from fairway.core.refusals import Refused
from fairway.core.states import TransitionRefused

NO = (Refused, StateConflict, TransitionRefused)


def pressed(request: HttpRequest, act: Callable[[], Any], *, done: str, to: str) -> HttpResponse:
    """One action by one button: do it, say so, and go on; or say why not."""
    try:
        act()
    except NO as refusal:
        toast(request, str(refusal), kind="bad")
    else:
        toast(request, done)
    return redirect(to)


def dragged(request: HttpRequest, act: Callable[[], Any], *, done: str, to: str) -> HttpResponse:
    """The same from a board, which asks by script and puts the card back on a refusal; else as `pressed`."""
    if not getattr(request, "htmx", False):
        return pressed(request, act, done=done, to=to)
    try:
        act()
    except NO as refusal:
        return HttpResponse(str(refusal), status=409, content_type="text/plain")
    return toast_now(HttpResponse(status=200), done)


def asked(
    request: HttpRequest,
    make: Callable[..., Any],
    act: Callable[[Any], Any],
    *,
    title: str,
    button: str,
    done: str,
    to: str,
    base: str,
    note: str = "",
    is_danger: bool = False,
) -> HttpResponse:
    """A form with one action. `make(data=None)` builds it; what is wrong keeps what was written.

    Detail pages show the same form in a dialog; this page is where it lands when something is wrong, and for those
    without script.
    """
    form: forms.Form = make(request.POST) if request.method == "POST" else make()
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                act(form)
            except NO as refusal:
                field = getattr(refusal, "field", "")
                form.add_error(field if field in form.fields else None, str(refusal))
            else:
                toast(request, done)
                return redirect(to)
        status = 422
    context = {"form": form, "title": title, "button": button, "back": to, "base": base, "note": note}
    return render(request, "deals/form_page.html", {**context, "is_danger": is_danger}, status=status)
