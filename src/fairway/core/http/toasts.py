"""Short notes at the foot of a page after an action, with an undo where it is possible."""

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

UNDO = "undo:"


def toast(request: HttpRequest, text: str, *, kind: str = "good", undo_url: str = "") -> None:
    """Say `text` on the next page. `undo_url` is posted to when the person presses Undo."""
    level = {"good": messages.SUCCESS, "attention": messages.WARNING, "bad": messages.ERROR}.get(kind, messages.INFO)
    messages.add_message(request, level, text, extra_tags=f"{UNDO}{undo_url}" if undo_url else "", fail_silently=True)


def toast_now(response: HttpResponse, text: str, *, kind: str = "good") -> HttpResponse:
    """Say `text` on the page that asked by htmx."""
    response["HX-Trigger"] = json.dumps({"fw:toast": {"text": text, "kind": kind}})
    return response
