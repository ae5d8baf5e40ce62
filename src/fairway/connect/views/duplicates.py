"""Possible duplicates: the list, two records side by side, and what a person decides."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from fairway.connect.actions.duplicates import dismiss_duplicate, merge_duplicate, reopen_duplicate, undo_merge
from fairway.connect.models import DuplicatePair, ImportKind
from fairway.connect.queries.duplicates import (
    MODELS,
    both_of,
    names_of,
    next_to_decide,
    pair_of_lead,
    pairs_listed,
    seats_that_move,
    seen_at,
)
from fairway.connect.views.sides import address_of, sides_of
from fairway.connect.views.tables import kind_in_words
from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http.paging import paginate
from fairway.core.http.tables import Column, Filter, Table
from fairway.core.http.toasts import toast
from fairway.core.moves import StateConflict
from fairway.core.refusals import Refused
from fairway.core.states import TransitionRefused
from fairway.leads.models import Lead

STATES: dict[str, tuple[str, Any]] = {
    "proposed": ("attention", gettext_lazy("To decide")),
    "merged": ("good", gettext_lazy("Merged")),
    "dismissed": ("neutral", gettext_lazy("Two records")),
}


def _page(uid: UUID) -> str:
    return reverse("duplicatepair-detail", args=[uid])


class DuplicateTable(Table):
    name = "duplicates"
    columns = [
        Column(
            "first",
            gettext_lazy("One"),
            kind="name",
            url=lambda row: reverse("duplicatepair-detail", args=[row["uid"]]),
        ),
        Column("second", gettext_lazy("The other")),
        Column("kind", gettext_lazy("What"), value=lambda row: kind_in_words(row["kind"])),
        Column("likeness", gettext_lazy("Likeness"), kind="percent"),
        Column("why", gettext_lazy("Why")),
        Column("state", gettext_lazy("State"), kind="state", states=STATES),
        Column("found_at", gettext_lazy("Found"), kind="date"),
    ]
    filters = [
        Filter("state", gettext_lazy("State"), choices=[(name, label) for name, (_kind, label) in STATES.items()]),
        Filter(
            "kind",
            gettext_lazy("What"),
            choices=[(kind.value, kind.label) for kind in ImportKind if kind in MODELS],
        ),
    ]
    empty = (
        gettext_lazy("No possible duplicates"),
        gettext_lazy("They are looked for whenever leads come in, and after every import."),
    )


def _member(request: HttpRequest) -> Member:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "duplicate.decide")
    return member


def _pair(request: HttpRequest, uid: UUID) -> DuplicatePair:
    _member(request)
    return get_object_or_404(DuplicatePair, uid=uid)


@require_safe
def duplicate_list(request: HttpRequest) -> HttpResponse:
    _member(request)
    state = request.GET.get("state", "proposed" if "state" not in request.GET else "")
    rows = pairs_listed(state=state, kind=request.GET.get("kind", "")).order_by("-likeness", "pk")
    page = paginate(rows, request)
    page = replace(page, rows=_named(page.rows))
    return render(request, "connect/duplicate_list.html", {"table": DuplicateTable(page, request=request)})


def _named(pairs: Any) -> list[dict[str, Any]]:
    names = names_of(pairs)
    gone = _("no longer there")
    return [
        {
            "uid": pair.uid, "kind": pair.kind, "likeness": round(pair.likeness * 100), "why": pair.why,
            "state": pair.state, "found_at": pair.found_at,
            "first": names.get((pair.kind, pair.first_id), gone),
            "second": names.get((pair.kind, pair.second_id), gone),
        }
        for pair in pairs
    ]  # fmt: skip


@require_safe
def duplicate_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    pair = _pair(request, uid)
    first, second = both_of(pair)
    context = {
        "pair": pair, "pill": STATES[pair.state], "kind": kind_in_words(pair.kind), "first": first, "second": second,
        "first_url": address_of(first), "second_url": address_of(second), "facts": sides_of(first, second),
        "likeness": round(pair.likeness * 100), "winner": _winner(pair, first, second),
        "moved": sum(len(ids) for ids in pair.moved.values()), "ways": _ways(pair, first, second),
        "next_uid": next_to_decide(pair),
    }  # fmt: skip
    return render(request, "connect/duplicate_detail.html", context)


def _ways(pair: DuplicatePair, first: Any, second: Any) -> list[dict[str, Any]]:
    """The two ways to merge: whom one keeps, who moves there, and what they come to see."""
    if pair.state != "proposed" or first is None or second is None:
        return []
    ways, moving = [], seats_that_move(pair)
    for keep, winner, loser in (("first", first, second), ("second", second, first)):
        people = moving[loser.pk]
        seen = seen_at(winner.pk) if people else []
        ways.append({"keep": keep, "winner": winner, "loser": loser, "people": people, "seen": seen})
    return ways


def _agreed(request: HttpRequest) -> list[UUID]:
    """The seats that were shown, where the person agreed to their moving."""
    if not request.POST.get("agreed"):
        return []
    try:
        return [UUID(uid) for uid in request.POST.getlist("people")]
    except ValueError:
        return []


@require_safe
def duplicate_of_lead(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The pair of a lead that waits for a decision; the list when there is none any more."""
    _member(request)
    pair = pair_of_lead(get_object_or_404(Lead, uid=uid))
    return redirect("duplicatepair-detail", uid=pair.uid) if pair else redirect("duplicatepair-list")


def _winner(pair: DuplicatePair, first: Any, second: Any) -> Any:
    if pair.winner_id is None:
        return None
    return first if pair.winner_id == pair.first_id else second


@require_POST
def duplicate_merge(request: HttpRequest, uid: UUID) -> HttpResponse:
    pair = _pair(request, uid)
    winner_id = {"first": pair.first_id, "second": pair.second_id}.get(request.POST.get("keep", ""), 0)
    try:
        merge_duplicate(
            pair=pair, winner_id=winner_id, people=_agreed(request), actor=request.member, at=clock.now()  # type: ignore[attr-defined]
        )  # fmt: skip
    except (Refused, TransitionRefused, StateConflict) as error:
        toast(request, str(error), kind="bad")
    else:
        toast(request, _("Merged. It can be undone on this page."))
    return redirect("duplicatepair-detail", uid=uid)


@require_POST
def duplicate_dismiss(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _decided(request, uid, dismiss_duplicate, _("Kept as two. They are not proposed again."))


@require_POST
def duplicate_reopen(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _decided(request, uid, reopen_duplicate, _("To decide again."))


@require_POST
def duplicate_undo(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _decided(request, uid, undo_merge, _("They are two again."))


def _decided(request: HttpRequest, uid: UUID, decide: Any, done: str) -> HttpResponse:
    pair = _pair(request, uid)
    try:
        decide(pair=pair, actor=request.member, at=clock.now())  # type: ignore[attr-defined]
    except (Refused, TransitionRefused, StateConflict) as error:
        toast(request, str(error), kind="bad")
    else:
        toast(request, done)
    return redirect("duplicatepair-detail", uid=uid)
