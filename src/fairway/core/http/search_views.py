"""The search of console, portal and desk: a page, and its results alone while somebody types."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from fairway.core.access import Member
from fairway.core.http import home
from fairway.core.http.nav import SECTIONS, NavItem, registered, surface_of
from fairway.core.search.find import TEXT_MOST, find
from fairway.core.search.kinds import for_member
from fairway.core.search.words import folded

OF_ONE_KIND = 50
PLACES_MOST = 6
HITS_OF_A_KIND = 4
TEXT_LEAST = 2
RESULTS = "search-results"


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    text = request.GET.get("q", "").strip()[:TEXT_MOST]
    kinds = for_member(member, surface_of(request))
    kind = next((each for each in kinds if each.name == request.GET.get("kind")), None)
    context: dict[str, Any] = {
        "text": text,
        "kinds": kinds,
        "kind": kind,
        "found": find(text, member, kind=kind.name if kind else "", most=OF_ONE_KIND if kind else 0),
        "base": f"{surface_of(request)}.html",
    }
    is_part = request.headers.get("HX-Target") == RESULTS
    return render(request, "components/found.html" if is_part else "search.html", context)


@dataclass(frozen=True, slots=True)
class Place:
    """A page to go to."""

    label: str
    url: str
    icon: str


@require_safe
def palette(request: HttpRequest) -> HttpResponse:
    """What the palette offers for a text: pages first, then what is found."""
    member: Member = request.member  # type: ignore[attr-defined]
    text = request.GET.get("q", "").strip()[:TEXT_MOST]
    surface = surface_of(request)
    wanted = folded(text).split()
    places = [place for place in places_of(member, surface) if _fits(place.label, wanted)]
    context = {
        "text": text,
        "places": places[:PLACES_MOST] if text else places,
        "groups": find(text, member, most=HITS_OF_A_KIND).groups if len(text) >= TEXT_LEAST else (),
        "search_url": f"{reverse('search' if surface == 'console' else f'{surface}-search')}?{urlencode({'q': text})}",
    }
    return render(request, "components/palette_options.html", context)


def places_of(member: Member, surface: str) -> list[Place]:
    """The pages the member may see there, in the order of the navigation, and what the home offers to begin."""
    entries = sorted((item for item in registered() if item.surface == surface), key=_in_order)
    pages = [
        Place(str(item.label), reverse(item.url_name), item.icon)
        for item in entries
        if not item.permission or member.can(item.permission)
    ]
    begun = [
        Place(str(action.label), reverse(action.url_name), action.icon or "plus")
        for action in (home.actions(surface, member) if surface != "desk" else ())
    ]
    return [*pages, *begun]


def _in_order(item: NavItem) -> tuple[int, int]:
    return list(SECTIONS).index(item.section), item.order


def _fits(label: str, wanted: list[str]) -> bool:
    """Every word typed begins a word of the label."""
    have = folded(label).split()
    return all(any(word.startswith(each) for word in have) for each in wanted)
