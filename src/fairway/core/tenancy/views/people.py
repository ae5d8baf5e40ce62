"""The people page: who has a seat, who is invited; for staff, and for an executive over the own partner's people."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http.format import day
from fairway.core.http.frame import role_label
from fairway.core.http.paging import paginate
from fairway.core.http.parts import Fact
from fairway.core.http.tables import Column, Filter, Table
from fairway.core.http.toasts import toast
from fairway.core.refusals import Refused
from fairway.core.saved.pages import with_views
from fairway.core.tenancy.actions.invitations import invite, resend_invitation, revoke_invitation
from fairway.core.tenancy.actions.managers import set_manager
from fairway.core.tenancy.actions.seats import WorkLeft, change_role, close_seat, open_seat
from fairway.core.tenancy.forms import InviteForm, ManagerForm, RoleForm
from fairway.core.tenancy.lookups import seats_with_second_factor
from fairway.core.tenancy.models import Partner, Role, Seat
from fairway.core.tenancy.queries import MAY_GIVE, invitations_for, may_give, own_roles, people_for
from fairway.core.tenancy.scope import TenantQuerySet

INVITATIONS_SHOWN = 100
STATES = {True: ("good", gettext_lazy("Active")), False: ("neutral", gettext_lazy("Closed"))}


def address(member: Member, name: str, *args: object) -> str:
    """The page on the member's own surface."""
    return reverse(name if member.is_staff else f"portal-{name}", args=args)


class PeopleTable(Table):
    name = "people"
    default_sort = "name_key"
    columns: ClassVar[Sequence[Column]] = [
        Column("name", gettext_lazy("Name"), kind="name", second="email", url="url", sort="name_key"),
        Column("role_label", gettext_lazy("Role"), phone="amount", sort="role"),
        Column("partner_name", gettext_lazy("Partner")),
        Column("is_active", gettext_lazy("State"), kind="state", states=STATES),
    ]
    filters = [
        Filter("role", gettext_lazy("All roles"), [(role.value, role.label) for role in Role]),
        Filter("q", gettext_lazy("Name or whole e-mail")),
    ]
    empty = (gettext_lazy("Nobody found"), gettext_lazy("Invite somebody, or look for something else."))


def _row(seat: Seat, member: Member) -> dict[str, Any]:
    return {
        "uid": seat.uid,
        "name": seat.name,
        "email": seat.email,
        "role_label": _role_of(seat, member),
        "partner_name": seat.partner.name if seat.partner else "",
        "is_active": seat.is_active,
        "url": address(member, "person-detail", seat.uid),
    }


def _role_of(seat: Seat, member: Member) -> str:
    """The vendor's own name for it where staff look; partner people see the built-in one."""
    return seat.custom_role.name if member.is_staff and seat.custom_role else role_label(seat.role)


def _found(people: TenantQuerySet, request: HttpRequest) -> TenantQuerySet:
    if role := request.GET.get("role"):
        people = people.filter(role=role)
    if partner := _uuid(request.GET.get("partner", "")):
        people = people.filter(partner__uid=partner)
    if text := request.GET.get("q", "").strip().lower():
        people = people.filter(Q(email=text) | Q(name_key__gte=text, name_key__lt=text + "\U0010ffff"))
    return people.order_by(*PeopleTable.order_by(request.GET))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@require_safe
@with_views("person-list", "portal-person-list")
def people(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "people.read")
    page = paginate(_found(people_for(member), request), request)
    rows = [_row(seat, member) for seat in page.rows]
    columns = [c for c in PeopleTable.columns if member.is_staff or c.name != "partner_name"]
    table = PeopleTable(replace(page, rows=rows), request=request, columns=columns)
    context = {
        "table": table,
        "invitations": _shown_invitations(member),
        "roles_url": reverse("role-list") if member.can("people.manage") else "",
        "signing_in_url": reverse("signinpolicy-edit") if member.can("people.manage") else "",
        "support_url": reverse("supportgrant-list") if member.can("people.manage") else "",
        "invite_url": address(member, "person-invite") if member.can("people.invite") else "",
    }
    return render(request, "people/people.html", context)


def _shown_invitations(member: Member) -> list[dict[str, Any]]:
    at = clock.now()
    return [
        {
            "row": row,
            "role": role_label(row.role),
            "is_expired": row.expires_at <= at,
            "is_mine": member.can("people.invite") and may_give(member, row.role, row.partner),
            "resend_url": address(member, "invitation-resend", row.uid),
            "revoke_url": address(member, "invitation-revoke", row.uid),
        }
        for row in invitations_for(member)[:INVITATIONS_SHOWN]
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def invite_person(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "people.invite")
    form = InviteForm(request.POST or None, member=member, initial=_initial(request))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            invite(
                email=values["email"], name=values["name"], role=values["role"], partner=values["partner"],
                actor=member, at=clock.now(),
            )  # fmt: skip
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            toast(request, _("The invitation is on its way to %(email)s.") % {"email": values["email"]})
            return HttpResponseRedirect(address(member, "person-list"))
    status = 422 if form.errors else 200
    return render(request, "people/invite.html", {"form": form, "people_url": _people(member)}, status=status)


def _initial(request: HttpRequest) -> dict[str, str]:
    uid = _uuid(request.GET.get("partner", ""))
    partner = Partner.objects.filter(uid=uid).first() if uid else None
    if partner is None:
        return {}
    return {"partner": partner.external_id or partner.name, "role": Role.EXECUTIVE}


def _people(member: Member) -> str:
    return address(member, "person-list")


@require_safe
def person(request: HttpRequest, uid: UUID) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "people.read")
    seat = get_object_or_404(people_for(member), uid=uid)
    has_factor = member.can("people.manage") and not seat.partner_id and seat.pk in seats_with_second_factor()
    facts = [
        Fact(_("E-mail"), seat.email),
        Fact(_("Role"), _role_of(seat, member)),
        Fact(_("Partner"), seat.partner.name if seat.partner else _("Own staff")),
        Fact(_("Since"), day(seat.created_at)),
    ]
    if seat.is_limited:
        facts.append(Fact(_("Sees"), _seen_by(seat)))
    if member.can("people.manage") and not seat.partner_id:
        facts.append(Fact(_("Second factor"), _("set up") if has_factor else _("none yet")))
    context = {
        "seat": seat,
        "facts": facts,
        "people_url": _people(member),
        "is_mine": seat.pk != member.seat_id and member.role in MAY_GIVE and may_give(member, seat.role, seat.partner),
        "factor_url": reverse("person-second-factor", args=[seat.uid])
        if has_factor and seat.pk != member.seat_id
        else "",
        "territories_url": reverse("seat-territories", args=[seat.uid])
        if member.can("people.manage") and seat.partner_id is None and seat.pk != member.seat_id
        else "",
        "cover_url": reverse("person-cover", args=[seat.uid])
        if member.can("people.manage") and seat.partner_id is None and seat.is_active
        else "",
        "role_form": RoleForm(seat=seat, own=own_roles()) if _may_change_role(seat, member) else None,
        "role_url": reverse("person-role", args=[seat.uid]) if member.is_staff else "",
        "manager_form": ManagerForm(seat=seat) if _may_have_manager(seat, member) else None,
        "manager_url": reverse("person-manager", args=[seat.uid]) if member.is_staff else "",
        "handover_url": address(member, "person-handover", seat.uid),
        "close_url": address(member, "person-close", seat.uid),
        "open_url": address(member, "person-open", seat.uid),
    }
    return render(request, "people/person.html", context)


def _may_have_manager(seat: Seat, member: Member) -> bool:
    return member.can("people.manage") and seat.partner_id is None and seat.is_active


def _seen_by(seat: Seat) -> str:
    if seat.unit_ids is None:
        return _("the partners of some territories")
    if seat.territory_ids is None:
        return _("what some business units sell")
    return _("what some business units sell, at the partners of some territories")


def _may_change_role(seat: Seat, member: Member) -> bool:
    return member.can("people.manage") and seat.pk != member.seat_id and seat.is_active and seat.role in Role.values


@require_POST
def give_role(request: HttpRequest, uid: UUID) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "people.manage")
    seat = get_object_or_404(people_for(member), uid=uid)
    form = RoleForm(request.POST, seat=seat, own=own_roles())
    if not form.is_valid():
        toast(request, _("Choose one of the roles."), kind="bad")
        return HttpResponseRedirect(address(member, "person-detail", seat.uid))
    role, own = form.chosen
    try:
        change_role(seat=seat, role=role, custom_role=own, actor=member, at=clock.now())
    except Refused as refused:
        toast(request, str(refused), kind="bad")
    else:
        toast(request, _("%(name)s has another role from now on.") % {"name": seat.name})
    return HttpResponseRedirect(address(member, "person-detail", seat.uid))


@require_POST
def manager(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Say whom a member of staff reports to."""
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "people.manage")
    seat = get_object_or_404(people_for(member), uid=uid)
    form = ManagerForm(request.POST, seat=seat)
    if not form.is_valid():
        toast(request, _("Choose somebody of the list."), kind="bad")
        return HttpResponseRedirect(address(member, "person-detail", seat.uid))
    try:
        set_manager(seat=seat, manager=form.staff.get(form.cleaned_data["manager"]), actor=member, at=clock.now())
    except Refused as refused:
        toast(request, str(refused), kind="bad")
    else:
        toast(request, _("Saved. It holds from now on."))
    return HttpResponseRedirect(address(member, "person-detail", seat.uid))


@require_POST
def close(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _change_seat(request, uid, close_seat, _("%(name)s has no access any more."))


@require_POST
def reopen(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _change_seat(request, uid, open_seat, _("%(name)s has access again."))


def _change_seat(request: HttpRequest, uid: UUID, action: Callable[..., None], done: str) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    seat = get_object_or_404(people_for(member), uid=uid)
    try:
        action(seat=seat, actor=member, at=clock.now())
    except WorkLeft as refused:
        toast(request, str(refused), kind="attention")
        return HttpResponseRedirect(address(member, "person-handover", seat.uid))
    except Refused as refused:
        toast(request, str(refused), kind="bad")
    else:
        toast(request, done % {"name": seat.name})
    return HttpResponseRedirect(address(member, "person-detail", seat.uid))


@require_POST
def resend(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _change_invitation(request, uid, resend_invitation, _("Sent again to %(email)s. The old link is void."))


@require_POST
def revoke(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _change_invitation(request, uid, revoke_invitation, _("The invitation of %(email)s is taken back."))


def _change_invitation(request: HttpRequest, uid: UUID, action: Callable[..., Any], done: str) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    invitation = get_object_or_404(invitations_for(member), uid=uid)
    try:
        action(invitation=invitation, actor=member, at=clock.now())
    except Refused as refused:
        toast(request, str(refused), kind="bad")
    else:
        toast(request, done % {"email": invitation.email})
    return HttpResponseRedirect(_people(member))
