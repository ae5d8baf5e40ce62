"""Who looks, and from where: the part of the shell that tenancy knows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from fairway.core.access import SUPPORT, Member
from fairway.core.brand.fronts import Front, address_of, fronts
from fairway.core.brand.looks import PLAIN, LookValue, look_of
from fairway.core.http.format import initials, moment
from fairway.core.prepared import Count, answer_of
from fairway.core.tenancy.context import Surface
from fairway.core.tenancy.lookups import SeatRow
from fairway.core.tenancy.models import Role

LOGOUT_URL = "/accounts/logout/"
DESK_URL = "/desk/"
HUES = 6  # quiet colours of the vendors' squares in the style sheet


@dataclass(frozen=True, slots=True)
class SeatLink:
    """Another seat of the same person; `url` is posted to."""

    organization: str
    role: str
    url: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    role: str
    seats: tuple[SeatLink, ...] = ()

    @property
    def initials(self) -> str:
        return initials(self.name)


@dataclass(frozen=True, slots=True)
class VendorLink:
    """One place of the portal's switch: the desk, or a vendor, with what waits there."""

    name: str
    url: str
    count: int | None = None
    is_active: bool = False
    is_desk: bool = False
    hue: int = 0
    icon_url: str = ""

    @property
    def initials(self) -> str:
        return self.name[:1].upper()


@dataclass(frozen=True, slots=True)
class Notice:
    """A line above every page, until its cause is gone."""

    text: str
    url: str = ""
    label: str = ""
    kind: str = "attention"
    icon: str = "alert-triangle"


@dataclass(frozen=True, slots=True)
class Frame:
    brand: str = "Fairway"
    home_url: str = "/"
    person: Person | None = None
    switcher: tuple[VendorLink, ...] = ()
    note: str = ""
    search_url: str = ""
    inbox_url: str = ""
    inbox_count: int | str | None = None
    logout_url: str = ""
    cover_url: str = ""
    own_data_url: str = ""
    notices: tuple[Notice, ...] = ()
    look: LookValue = PLAIN
    elsewhere_url: str = ""  # on a vendor's own domain: the address of the installation

    @property
    def sign(self) -> str:
        """What stands at the top of a partner's page: the programme's name, else Fairway's."""
        return self.look.program_name or "Fairway"


def role_label(role: str) -> str:
    if role == SUPPORT:
        return _("Support")
    return str(Role(role).label) if role in Role.values else role


def _own_data_url(member: Member) -> str:
    """Where one asks for the own data; a desk stands for several vendors, each of which is asked on its own pages."""
    names = {Surface.CONSOLE: "own-data", Surface.PORTAL: "portal-own-data"}
    name = names.get(member.context.surface)
    return reverse(name) if name else ""


_inbox: list[tuple[str, Callable[[HttpRequest], Count]]] = []


def register_inbox(url_name: str, unread: Callable[[HttpRequest], Count]) -> None:
    """Say where the portal's bell leads and how many lines are new there."""
    if (url_name, unread) not in _inbox:
        _inbox.append((url_name, unread))


def inbox_of(request: HttpRequest) -> tuple[str, Count]:
    """(address's name, how many lines are new there) of the portal's bell; no name where there is none."""
    member: Member | None = getattr(request, "member", None)
    if member is None or member.seat is None or member.seat.surface != "portal" or not _inbox:
        return "", None
    if request.path_info.startswith(DESK_URL):
        return "", None
    url_name, unread = _inbox[0]
    return url_name, unread(request)


def frame_of(request: HttpRequest, inbox: tuple[str, Count]) -> Frame:
    """The frame for the request's member; a bare one for visitors."""
    member: Member | None = getattr(request, "member", None)
    if member is None or member.seat is None:
        return _of_visitor(request)
    is_desk = request.path_info.startswith(DESK_URL)
    url_name, unread = inbox
    slug = getattr(request, "vendor_slug", "")
    own: Front | None = getattr(request, "own_front", None)
    look = PLAIN if is_desk else look_of(member.seat.look_uid)
    return Frame(
        brand=look.program_name or getattr(request, "vendor_name", "Fairway"),
        home_url=DESK_URL if is_desk else reverse("home" if member.seat.surface == "console" else "portal-home"),
        person=Person(
            member.name,
            member.seat.role_name or role_label(member.role),
            _seat_links(member, is_desk=is_desk, own=own),
        ),
        switcher=_places(member, slug, is_desk=is_desk, own=own),
        note="" if is_desk else member.seat.partner_name or "",
        search_url=reverse(_search_page(request)),
        inbox_url=reverse(url_name) if url_name else "",
        inbox_count=answer_of(unread),
        logout_url=LOGOUT_URL,
        own_data_url=_own_data_url(member),
        cover_url=reverse("cover-list") if member.can("cover.set") and member.seat.surface == "console" else "",
        notices=_notices(member.seat),
        look=look,
    )


def _of_visitor(request: HttpRequest) -> Frame:
    """The vendor's look on its public pages, on its domain, and where somebody signs in on the way to it."""
    front = front_of(request)
    if front is None:
        return Frame(brand=getattr(request, "vendor_name", "Fairway"))
    look = look_of(front.look_uid)
    is_own = getattr(request, "own_front", None) is not None
    return Frame(brand=look.program_name or front.name, look=look, elsewhere_url=address_of(None) if is_own else "")


def front_of(request: HttpRequest) -> Front | None:
    """The vendor whose door this is, when it is one's."""
    if (own := getattr(request, "own_front", None)) is not None:
        return own
    slug = getattr(request, "vendor_slug", "")
    if not slug and request.path_info.startswith("/accounts/"):
        wanted = request.GET.get("next", "") or request.POST.get("next", "")
        slug = wanted.lstrip("/").partition("/")[0]
    return fronts().by_slug.get(slug) if slug else None


def _notices(seat: SeatRow) -> tuple[Notice, ...]:
    if seat.support_until is not None:
        return (_visit(seat),)
    if seat.second_factor_at is None or seat.has_second_factor:
        return ()
    text = _("From %(when)s you need a second factor to sign in.") % {"when": moment(seat.second_factor_at)}
    return (Notice(text, "/accounts/security/", _("Set it up now"), icon="shield"),)


def _visit(seat: SeatRow) -> Notice:
    """What a visitor of the support reads above every page."""
    said = {"vendor": seat.vendor_name, "until": moment(seat.support_until)}
    if seat.support_may_act:
        text = _("You visit %(vendor)s for support until %(until)s. What you do here is done for real, and recorded.")
    else:
        text = _("You visit %(vendor)s for support until %(until)s, only to look. Your coming in is recorded.")
    return Notice(text % said, icon="shield")


def _search_page(request: HttpRequest) -> str:
    door = request.path_info.split("/", 2)[1]
    return "search" if door == "console" else f"{door}-search"


def _seat_links(member: Member, *, is_desk: bool, own: Front | None = None) -> tuple[SeatLink, ...]:
    """All seats of the person, when there is more than one."""
    if len(member.seats) < 2:
        return ()
    current: Any = None if is_desk or member.seat is None else member.seat.seat_id
    return tuple(
        SeatLink(
            _seat_place(seat), seat.role_name or role_label(seat.role), f"/go/{seat.seat_uid}/", seat.seat_id == current
        )
        for seat in member.seats
        if own is None or seat.vendor_id == own.vendor_id
    )


def _seat_place(seat: SeatRow) -> str:
    if seat.partner_name is None:
        return seat.vendor_name
    return _("%(partner)s at %(vendor)s") % {"partner": seat.partner_name, "vendor": seat.vendor_name}


def _places(member: Member, slug: str, *, is_desk: bool, own: Front | None = None) -> tuple[VendorLink, ...]:
    """The desk and every vendor of the person's partner seats; nothing for staff."""
    vendors = {seat.vendor_slug: seat for seat in member.seats if seat.surface == "portal"}
    if not vendors or member.is_staff:
        return ()
    # From a vendor's own domain, the desk and the others are at the address of the installation.
    base = address_of(None) if own else ""
    places = [VendorLink(_("Desk"), base + DESK_URL, is_active=is_desk, is_desk=True)]
    places += [
        VendorLink(
            seat.vendor_name,
            "/portal/" if own and key == own.slug else f"{base}/{key}/portal/",
            is_active=not is_desk and key == slug,
            hue=number % HUES,
            icon_url=look_of(seat.look_uid).icon_url,
        )
        for number, (key, seat) in enumerate(vendors.items())
    ]
    return tuple(places)
