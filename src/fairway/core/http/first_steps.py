"""The first steps of a role: a short list on the home page that ends with the main job done once.

    first_steps.register("portal", FirstStep(_("Accept a lead"), "portal-offer-list", accepted_one, ("seller",), 20))

Whether a step is done is read from what there is, never ticked off by hand. The list goes when all is done or when
the person closes it; a cookie keeps that, so that a home page later asks nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.views.decorators.http import require_POST

from fairway.core.access import Member

COOKIE = "fw_first_steps"
KEPT_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class FirstStep:
    """`is_done` asks one cheap question in the member's context; `roles` are those whose job it belongs to."""

    label: str | Promise
    url_name: str
    is_done: Callable[[Member], bool]
    roles: tuple[str, ...]
    order: int


@dataclass(frozen=True, slots=True)
class Shown:
    label: str
    url: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class FirstSteps:
    steps: tuple[Shown, ...]
    close_url: str

    @property
    def done(self) -> int:
        return sum(step.is_done for step in self.steps)

    @property
    def is_over(self) -> bool:
        return self.done == len(self.steps)

    @property
    def next(self) -> Shown | None:
        return next((step for step in self.steps if not step.is_done), None)


_steps: dict[str, list[FirstStep]] = {"console": [], "portal": []}


def register(surface: str, *steps: FirstStep) -> None:
    _steps[surface] += [step for step in steps if step not in _steps[surface]]


def first_steps(request: HttpRequest, member: Member, surface: str) -> FirstSteps | None:
    """What this person's role begins with; None without such a list, or once it was closed or done."""
    if _mark(member) in request.COOKIES.get(COOKIE, "").split("."):
        return None
    wanted = sorted((step for step in _steps[surface] if member.role in step.roles), key=lambda step: step.order)
    if not wanted:
        return None
    shown = tuple(Shown(str(step.label), reverse(step.url_name), step.is_done(member)) for step in wanted)
    return FirstSteps(shown, reverse("first-steps" if member.is_staff else "portal-first-steps"))


def over(request: HttpRequest, response: HttpResponse, member: Member) -> HttpResponse:
    """Remember with the browser that this seat's list is over."""
    marks = [mark for mark in request.COOKIES.get(COOKIE, "").split(".") if mark][-20:]
    value = ".".join(dict.fromkeys([*marks, _mark(member)]))
    response.set_cookie(COOKIE, value, max_age=KEPT_SECONDS, httponly=True, samesite="Lax", secure=request.is_secure())
    return response


@require_POST
def close(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    return over(request, HttpResponseRedirect(reverse("home" if member.is_staff else "portal-home")), member)


def _mark(member: Member) -> str:
    return str(member.seat.seat_uid)[-12:] if member.seat else ""
