"""The matrix of roles: what each may, and the vendor's own editions of them."""

from collections.abc import Set
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairway.core import clock
from fairway.core.access import PERMISSIONS, Member, may_ever, permissions_of, require
from fairway.core.http.parts import Tab
from fairway.core.http.toasts import toast
from fairway.core.refusals import Refused
from fairway.core.rights import GROUPS, Group
from fairway.core.tenancy.actions.roles import change_own_role, copy_role, retire_role
from fairway.core.tenancy.forms import CopyRoleForm, OwnRoleForm
from fairway.core.tenancy.models import PARTNER_ROLES, STAFF_ROLES, Role
from fairway.core.tenancy.queries import own_roles, seats_by_role
from fairway.core.tenancy.roles import CustomRole


@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "people.manage")
    is_staff = request.GET.get("side") != "partner"
    columns = _columns(is_staff)
    here = reverse("role-list")
    context = {
        "tabs": [Tab(_("Staff"), here, is_staff), Tab(_("Partner people"), f"{here}?side=partner", not is_staff)],
        "columns": columns,
        "groups": [_group(group, columns, is_staff) for group in GROUPS],
        "copy_form": CopyRoleForm(is_staff=is_staff),
    }
    return render(request, "people/roles.html", context)


def _columns(is_staff: bool) -> list[dict[str, Any]]:
    """Built-in roles, then the vendor's own, of one side of the house."""
    counted = seats_by_role()
    side = STAFF_ROLES if is_staff else PARTNER_ROLES
    built_in = [
        {"name": role.label, "may": permissions_of(role), "url": "", "people": counted.get((role.value, None), 0)}
        for role in Role
        if role in side
    ]
    own = [
        {
            "name": role.name, "may": permissions_of(role.base, role.permissions), "is_own": True,
            "url": reverse("customrole-edit", args=[role.uid]), "people": counted.get((role.base, role.pk), 0),
        }
        for role in own_roles()
        if role.base in side
    ]  # fmt: skip
    return built_in + own


def _group(group: Group, columns: list[dict[str, Any]], is_staff: bool) -> dict[str, Any]:
    side = STAFF_ROLES if is_staff else PARTNER_ROLES
    rows = [
        {"words": words, "cells": [{"has": name in column["may"], "is_own": "is_own" in column} for column in columns]}
        for name, words in group.permissions.items()
        if PERMISSIONS[name] & side
    ]
    return {"label": group.label, "rows": rows}


@require_POST
def copy(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "people.manage")
    base = request.POST.get("base", "")
    form = CopyRoleForm(request.POST, is_staff=base in STAFF_ROLES)
    side = "" if base in STAFF_ROLES else "?side=partner"
    if not form.is_valid():
        toast(request, _("Choose a role and write a name for the copy."), kind="bad")
        return HttpResponseRedirect(reverse("role-list") + side)
    try:
        made = copy_role(base=form.cleaned_data["base"], name=form.cleaned_data["name"], actor=member, at=clock.now())
    except Refused as refused:
        toast(request, str(refused), kind="bad")
        return HttpResponseRedirect(reverse("role-list") + side)
    return HttpResponseRedirect(reverse("customrole-edit", args=[made.uid]))


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "people.manage")
    role = get_object_or_404(own_roles(), uid=uid)
    form = OwnRoleForm(request.POST or None, initial={"name": role.name, "version": role.version})
    chosen = set(request.POST.getlist("permissions")) if request.method == "POST" else set(role.permissions)
    if request.method == "POST" and form.is_valid() and _changed(form, role, chosen, request, member):
        return HttpResponseRedirect(reverse("customrole-edit", args=[role.uid]))
    limits, base = may_ever(role.base), permissions_of(role.base)
    context = {
        "role": role,
        "base_name": Role(role.base).label,
        "form": form,
        "people": seats_by_role().get((role.base, role.pk), 0),
        "groups": [{"label": group.label, "rows": _switches(group, limits, chosen, base)} for group in GROUPS],
        "retire_url": reverse("customrole-retire", args=[role.uid]),
    }
    return render(request, "people/role.html", context, status=422 if form.errors else 200)


def _switches(group: Group, limits: Set[str], chosen: Set[str], base: Set[str]) -> list[dict[str, Any]]:
    return [
        {"name": name, "words": words, "is_on": name in chosen, "differs": (name in chosen) != (name in base)}
        for name, words in group.permissions.items()
        if name in limits
    ]


def _changed(form: OwnRoleForm, role: CustomRole, chosen: set[str], request: HttpRequest, member: Member) -> bool:
    role.version = form.cleaned_data["version"]
    try:
        change_own_role(
            role=role, name=form.cleaned_data["name"], permissions=chosen, actor=member, at=clock.now()
        )  # fmt: skip
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return False
    toast(request, _("Saved. It holds from now on."))
    return True


@require_POST
def retire(request: HttpRequest, uid: UUID) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "people.manage")
    role = get_object_or_404(own_roles(), uid=uid)
    try:
        retire_role(role=role, actor=member, at=clock.now())
    except Refused as refused:
        toast(request, str(refused), kind="bad")
        return HttpResponseRedirect(reverse("customrole-edit", args=[role.uid]))
    toast(request, _("The role %(name)s is gone.") % {"name": role.name})
    return HttpResponseRedirect(reverse("role-list"))
