"""The home of each surface: what to do today first, then what changed, with headline numbers above."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from fairway.core import clock
from fairway.core.access import Member
from fairway.core.http import home, todo
from fairway.core.http.first_steps import first_steps, over
from fairway.core.http.parts import Kind, Todo, TodoGroup

# Below this share of the time limit the time left is shown as pressing.
PRESSING_SHARE = 100 / 3
SHOWN_OF_A_KIND = 10


@require_safe
def console_home(request: HttpRequest) -> HttpResponse:
    return _home(request, "console")


@require_safe
def portal_home(request: HttpRequest) -> HttpResponse:
    return _home(request, "portal")


def _home(request: HttpRequest, surface: str) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    at = clock.now()
    found = todo.gather(surface, member, at)
    side = home.parts(surface, "side", member, at)
    first = first_steps(request, member, surface)
    is_over = first is not None and first.is_over
    answer = render(
        request,
        "home.html",
        {
            "base": f"{surface}_side.html" if side else f"{surface}.html",
            "today": at.astimezone(ZoneInfo(member.zone)).date(),
            "heading": heading(sum(map(len, found.values()))),
            "actions": home.actions(surface, member),
            "figures": home.figures(surface, member, at),
            "groups": [
                TodoGroup(str(todo.KINDS[kind]), [_shown(item) for item in items[:SHOWN_OF_A_KIND]])
                for kind, items in found.items()
            ],
            "main_parts": home.parts(surface, "main", member, at),
            "side_parts": side,
            "first": None if is_over else first,
        },
    )
    return over(request, answer, member) if is_over else answer


def heading(count: int) -> str:
    """“Five things to do today”; small numbers are words."""
    if not count:
        return _("Nothing waits for you today")
    words = [_("One"), _("Two"), _("Three"), _("Four"), _("Five"), _("Six"), _("Seven"), _("Eight"), _("Nine")]
    number = words[count - 1] if count <= len(words) else str(count)
    return ngettext("%(number)s thing to do today", "%(number)s things to do today", count) % {"number": number}


def _shown(item: todo.TodoItem) -> Any:
    kind: Kind = "neutral"
    if item.late:
        kind = "bad"
    elif item.left_share is not None:
        kind = "attention" if item.left_share < PRESSING_SHARE else "accent"
    return Todo(
        item.title, item.second, item.url, item.action_label, item.icon, item.due_text, item.due_note, kind,
        item.left_share, item.is_post, item.key,
    )  # fmt: skip
