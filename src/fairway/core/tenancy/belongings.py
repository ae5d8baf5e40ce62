"""What of the kernel's own a person may leave behind: partners, days for which one stands in, shared views."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairway.core import clock
from fairway.core.access import PERMISSIONS
from fairway.core.saved.models import SavedView
from fairway.core.tenancy.covers import Cover
from fairway.core.tenancy.handing import Kind, register
from fairway.core.tenancy.models import PARTNER_ROLES, STAFF_ROLES, Partner, Seat
from fairway.core.tenancy.queries import covers_from, links_from, may_stand_in
from fairway.core.tenancy.standing_in import Link, circle


def _partners(seat_id: int) -> QuerySet[Any]:
    return Partner.objects.filter(cam_id=seat_id)


def _covers(seat_id: int) -> QuerySet[Any]:
    return covers_from(clock.now()).filter(deputy_id=seat_id)


def _cannot_cover(taker: Seat, leaver: Seat) -> str:
    """Why the taker cannot be the deputy of everybody whose deputy the leaver is."""
    links = links_from(clock.now())
    for cover in _covers(leaver.pk).select_related("seat__custom_role"):
        if cover.seat.user_id == taker.user_id:
            return _("%(name)s would stand in for themselves.") % {"name": taker.name}
        if why := may_stand_in(taker, cover.seat):
            return why
        others = [link for link in links if link.seat_id != cover.seat_id]
        if circle(Link(cover.seat_id, taker.pk, cover.starts_at, cover.ends_until), others):
            return _("%(name)s and %(other)s would stand in for each other.") % {
                "name": taker.name,
                "other": cover.seat.name,
            }
    return ""


def _shared_views(seat_id: int) -> QuerySet[Any]:
    return SavedView.objects.filter(seat_id=seat_id, is_shared=True)


def _has_views_of_these_names(taker: Seat, leaver: Seat) -> str:
    own = set(SavedView.objects.filter(seat=taker).values_list("list_name", "name"))
    both = next((name for list_name, name in _shared_views(leaver.pk).values_list("list_name", "name")
                 if (list_name, name) in own), "")  # fmt: skip
    return _("%(name)s has a view “%(view)s” already.") % {"name": taker.name, "view": both} if both else ""


def register_kinds() -> None:
    register(
        Kind(
            "partners", gettext_lazy("Partners to look after"), Partner, _partners, "cam", "cam_changed",
            roles=STAFF_ROLES & PERMISSIONS["partner.edit"], is_shareable=True, partner="pk", order=("sort_name", "pk"),
        ),
        Kind(
            "covers", gettext_lazy("Colleagues to stand in for"), Cover, _covers, "deputy", "deputy_changed",
            refuse=_cannot_cover, is_needed=False,
        ),
        Kind(
            "views", gettext_lazy("Views shared with the team"), SavedView, _shared_views, "seat", "owner_changed",
            refuse=_has_views_of_these_names, is_needed=False,
        ),
        Kind(
            "team_views", gettext_lazy("Views shared with the team"), SavedView, _shared_views, "seat",
            "owner_changed", roles=PARTNER_ROLES, refuse=_has_views_of_these_names, is_needed=False,
            partner="partner_id",
        ),
    )  # fmt: skip
