"""Saved views are kept, renamed, made the first thing one sees, and removed."""

from datetime import datetime

from django.utils.translation import gettext as _

from fairway.core.access import Forbidden, Member, require
from fairway.core.events.record import record
from fairway.core.refusals import Refused
from fairway.core.saved.models import SavedView
from fairway.core.tenancy.acting import acting_for

VIEWS_MOST = 40
NAME_MOST = 60
QUERY_MOST = 1000
# Who may change what a colleague shares.
KEEPERS = frozenset({"admin", "operations", "executive"})


def save_view(
    *, list_name: str, name: str, query: str, actor: Member, at: datetime, is_shared: bool = False,
    is_default: bool = False,
) -> SavedView:  # fmt: skip
    """Keep `query` (of an address, without “?”) of a list under a name; one's own of that name is replaced."""
    require(actor, "view.save")
    name = " ".join(name.split())
    if not name or len(name) > NAME_MOST:
        raise Refused(_("Give it a name of at most %(n)d letters.") % {"n": NAME_MOST}, field="name")
    if len(query) > QUERY_MOST:
        raise Refused(_("These are too many filters for one view."), field="name")
    with acting_for(actor):
        own = SavedView.objects.filter(seat_id=actor.seat_id)
        if own.count() >= VIEWS_MOST and not own.filter(list_name=list_name, name=name).exists():
            raise Refused(_("You have %(n)d views. Remove one that you no longer use.") % {"n": VIEWS_MOST})
        view, _is_new = SavedView.objects.update_or_create(
            vendor_id=actor.vendor_id, seat_id=actor.seat_id, list_name=list_name, name=name,
            defaults={"partner_id": actor.partner_id, "query": query, "is_shared": is_shared},
            create_defaults={
                "partner_id": actor.partner_id, "query": query, "is_shared": is_shared, "created_at": at,
            },
        )  # fmt: skip
        record("saved", view, actor=actor, at=at, partner_id=actor.partner_id, list=list_name, is_shared=is_shared)
        if is_default:
            _make_default(view, list_name, actor)
    return view


def set_default(*, view: SavedView | None, list_name: str, actor: Member, at: datetime) -> None:
    """What this person sees first in a list; None is the list as it comes."""
    require(actor, "view.save")
    with acting_for(actor):
        _make_default(view, list_name, actor)


def remove_view(*, view: SavedView, actor: Member, at: datetime) -> None:
    """One's own, or a shared one by who keeps the team's."""
    require(actor, "view.save")
    if view.seat_id != actor.seat_id and not (view.is_shared and actor.role in KEEPERS):
        raise Forbidden(_("This view is a colleague's. Save one of your own."))
    with acting_for(actor):
        record("removed", view, actor=actor, at=at, partner_id=view.partner_id, list=view.list_name)
        view.delete()


def _make_default(view: SavedView | None, list_name: str, actor: Member) -> None:
    assert actor.seat_id is not None
    for other in SavedView.objects.filter(list_name=list_name, default_seat_ids__overlap=[actor.seat_id]):
        other.default_seat_ids = [seat for seat in other.default_seat_ids if seat != actor.seat_id]
        other.save(update_fields=["default_seat_ids"])
    if view is not None:
        row = SavedView.objects.select_for_update().get(pk=view.pk)
        row.default_seat_ids = [*row.default_seat_ids, actor.seat_id]
        row.save(update_fields=["default_seat_ids"])
