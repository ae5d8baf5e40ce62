"""Saved views on pages: `@with_views` on a list's view, and the few addresses behind the menu."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fairway.core import clock
from fairway.core.access import Member
from fairway.core.http.toasts import toast
from fairway.core.prepared import prepared
from fairway.core.refusals import Refused
from fairway.core.saved.actions import KEEPERS, remove_view, save_view, set_default
from fairway.core.saved.models import SavedView

PLAIN = "none"  # ?view=none is the list as it comes, whatever the default
VIEWS_READ = 500  # of one list; nobody looks for one among more
_LEFT_OUT = {"page", "after", "at", "view", "csrfmiddlewaretoken"}
_lists: set[str] = set()

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class KeptView:
    """A saved view as the menu shows it."""

    uid: UUID
    name: str
    query: str
    is_shared: bool
    seat_id: int
    default_seat_ids: list[int]


@prepared
def _views_of(list_name: str) -> QuerySet[SavedView, dict[str, Any]]:
    rows = SavedView.objects.filter(list_name=list_name).order_by("name", "pk")
    return rows.values("uid", "name", "query", "is_shared", "seat_id", "default_seat_ids")


@dataclass(frozen=True, slots=True)
class ListViews:
    """What the menu of a list shows: the views, which one is on, and where to keep another."""

    list_name: str
    views: list[KeptView]
    current: KeptView | None
    query: str
    save_url: str
    seat_id: int
    may_keep_shared: bool

    @property
    def has_default(self) -> bool:
        return any(self.seat_id in view.default_seat_ids for view in self.views)

    @property
    def may_remove(self) -> bool:
        view = self.current
        return view is not None and (view.seat_id == self.seat_id or (view.is_shared and self.may_keep_shared))

    @property
    def is_default(self) -> bool:
        return self.current is not None and self.seat_id in self.current.default_seat_ids


def with_views(*names: str) -> Callable[[View], View]:
    """A list that people may save views of; `names` are those of its address, one for each surface."""

    def decorated(view: View) -> View:
        _lists.update(names)

        @wraps(view)
        def run(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            member: Member | None = request.member  # type: ignore[attr-defined]
            if request.method not in ("GET", "HEAD") or member is None or not member.can("view.save"):
                return view(request, *args, **kwargs)
            list_name = next(name for name in names if name.startswith("portal-") != member.is_staff)
            found = [KeptView(**row) for row in _views_of(list_name)[:VIEWS_READ]]
            if not request.GET and (first := _default_of(found, member)) is not None:
                return HttpResponseRedirect(f"{request.path}?{_query_of(first)}")
            request.list_views = _menu(list_name, found, request, member)  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        return run

    return decorated


def _default_of(found: list[KeptView], member: Member) -> KeptView | None:
    return next((view for view in found if member.seat_id in view.default_seat_ids), None)


def _query_of(view: SavedView | KeptView) -> str:
    return urlencode([*parse_qsl(view.query), ("view", str(view.uid))])


def _menu(list_name: str, found: list[KeptView], request: HttpRequest, member: Member) -> ListViews:
    asked = request.GET.get("view", "")
    return ListViews(
        list_name=list_name,
        views=found,
        current=next((view for view in found if str(view.uid) == asked), None),
        query=kept_query(request.GET),
        save_url=reverse(_named(member, "savedview-save"), args=[list_name]),
        seat_id=member.seat_id or 0,
        may_keep_shared=member.role in KEEPERS,
    )


def kept_query(params: QueryDict) -> str:
    """What of an address belongs to a view: filters, order and columns, not the page."""
    pairs = [(name, value) for name, values in params.lists() if name not in _LEFT_OUT for value in values if value]
    return urlencode(pairs)


def _named(member: Member, what: str) -> str:
    return what if member.is_staff else f"portal-{what}"


@require_POST
def save(request: HttpRequest, list_name: str) -> HttpResponse:
    """Keep the list as it is shown now (`query`) under `name`."""
    member: Member = request.member  # type: ignore[attr-defined]
    if list_name not in lists_for(member):
        raise Http404
    base = list_url(list_name)
    try:
        view = save_view(
            list_name=list_name, name=request.POST.get("name", ""), query=_read(request.POST.get("query", "")),
            is_shared=request.POST.get("is_shared") == "on", is_default=request.POST.get("is_default") == "on",
            actor=member, at=clock.now(),
        )  # fmt: skip
    except Refused as refusal:
        toast(request, str(refusal), kind="bad")
        return HttpResponseRedirect(f"{base}?{_read(request.POST.get('query', '')) or 'view=none'}")
    toast(request, _("View “%(name)s” saved.") % {"name": view.name})
    return HttpResponseRedirect(f"{base}?{_query_of(view)}")


def lists_for(member: Member) -> list[str]:
    """The names of the lists that the member may save views of."""
    return sorted(name for name in _lists if name.startswith("portal-") != member.is_staff)


def list_url(list_name: str) -> str:
    return reverse(list_name) if list_name in _lists else "/go/"


def _read(query: str) -> str:
    return kept_query(QueryDict(query[:5000]))


@require_POST
def default(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Begin the list with this view from now on; pressed again, no longer."""
    member: Member = request.member  # type: ignore[attr-defined]
    view = get_object_or_404(SavedView.objects.all(), uid=uid)
    was = member.seat_id in view.default_seat_ids
    set_default(view=None if was else view, list_name=view.list_name, actor=member, at=clock.now())
    toast(request, _("The list begins as it comes again.") if was else _("The list begins with this view now."))
    return HttpResponseRedirect(f"{list_url(view.list_name)}?{_query_of(view)}")


@require_POST
def remove(request: HttpRequest, uid: UUID) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    view = get_object_or_404(SavedView.objects.all(), uid=uid)
    remove_view(view=view, actor=member, at=clock.now())
    toast(request, _("View “%(name)s” removed.") % {"name": view.name})
    return HttpResponseRedirect(f"{list_url(view.list_name)}?view={PLAIN}")
