"""Territories, programmes and tiers: what an operations person sets up once."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fairway.core import clock
from fairway.core.access import require
from fairway.core.conditions import parse, sentence_text
from fairway.core.http.toasts import toast
from fairway.core.refusals import Refused
from fairway.partners.actions.programs import remove_tier, save_program, save_tier
from fairway.partners.actions.territories import assign_territories, remove_territory, save_territory
from fairway.partners.forms import ProgramForm, ProgramTierForm, TerritoryForm
from fairway.partners.models import Program, Territory, Tier
from fairway.partners.queries.partners import account_managers, programs_with_tiers
from fairway.partners.queries.territories import partners_by_territory
from fairway.partners.subjects import PLACES
from fairway.partners.views.tables import TerritoryTable


@require_safe
def territory_list(request: HttpRequest) -> HttpResponse:
    require(request.member, "partner.read")  # type: ignore[attr-defined]
    counts = partners_by_territory()
    rows = [
        {
            "uid": row.uid, "name": row.name, "cam_name": row.cam.name if row.cam else "",
            "partners": counts.get(row.pk, 0),
            "sentence": sentence_text(parse(PLACES, row.condition, check_choices=False)),
        }
        for row in Territory.objects.select_related("cam").order_by("order", "id")
    ]  # fmt: skip
    table = TerritoryTable(rows, request=request)
    may_edit = request.member.can("program.edit")  # type: ignore[attr-defined]
    context = {"table": table, "without": counts.get(None, 0), "may_edit": may_edit}
    return render(request, "partners/territory_list.html", context)


def territory_edit(request: HttpRequest, uid: UUID | None = None) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    require(member, "program.edit")
    row = get_object_or_404(Territory, uid=uid) if uid else None
    cams = account_managers()
    cam = next((cam_uid for cam_uid, _name, pk in cams if row and pk == row.cam_id), "")
    initial = {"name": row.name, "order": row.order, "cam": cam, "condition": row.condition} if row else {}
    form = TerritoryForm(request.POST or None, cams=cams, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            save_territory(territory=row, actor=member, at=clock.now(), **form.values())
        except Refused as error:
            form.add_error(error.field or None, str(error))
        else:
            moved = assign_territories(actor=member, at=clock.now())
            toast(request, _("Territory saved. %(n)d partners changed territory.") % {"n": moved})
            return redirect("territory-list")
    context = {"form": form, "territory": row}
    return render(request, "partners/territory_form.html", context, status=400 if form.errors else 200)


@require_POST
def territory_remove(request: HttpRequest, uid: UUID) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    remove_territory(territory=get_object_or_404(Territory, uid=uid), actor=member, at=clock.now())
    moved = assign_territories(actor=member, at=clock.now())
    toast(request, _("Territory removed. %(n)d partners changed territory.") % {"n": moved})
    return redirect("territory-list")


@require_safe
def program_list(request: HttpRequest) -> HttpResponse:
    require(request.member, "partner.read")  # type: ignore[attr-defined]
    may_edit = request.member.can("program.edit")  # type: ignore[attr-defined]
    context = {"programs": programs_with_tiers(), "may_edit": may_edit}
    return render(request, "partners/program_list.html", context)


def program_edit(request: HttpRequest, uid: UUID | None = None) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    require(member, "program.edit")
    row = get_object_or_404(Program, uid=uid) if uid else None
    initial = {"name": row.name, "is_default": row.is_default} if row else {}
    form = ProgramForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        save_program(program=row, actor=member, at=clock.now(), **form.cleaned_data)
        toast(request, _("Programme saved."))
        return redirect("program-list")
    title = row.name if row else _("New programme")
    return render(
        request, "partners/setup_form.html", {"form": form, "title": title}, status=400 if form.errors else 200
    )


def tier_new(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _tier_form(request, get_object_or_404(Program, uid=uid), None)


def tier_edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    row = get_object_or_404(Tier.objects.select_related("program"), uid=uid)
    return _tier_form(request, row.program, row)


def _tier_form(request: HttpRequest, program: Program, row: Tier | None) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    require(member, "program.edit")
    initial = {"name": row.name, "code": row.code, "rank": row.rank} if row else {}
    form = ProgramTierForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            save_tier(program=program, tier=row, actor=member, at=clock.now(), **form.cleaned_data)
        except Refused as error:
            form.add_error(error.field or None, str(error))
        else:
            toast(request, _("Tier saved."))
            return redirect("program-list")
    title = row.name if row else _("New tier of %(program)s") % {"program": program.name}
    context = {"form": form, "title": title, "tier": row}
    return render(request, "partners/setup_form.html", context, status=400 if form.errors else 200)


@require_POST
def tier_remove(request: HttpRequest, uid: UUID) -> HttpResponse:
    row = get_object_or_404(Tier, uid=uid)
    try:
        remove_tier(tier=row, actor=request.member, at=clock.now())  # type: ignore[attr-defined]
    except Refused as error:
        toast(request, str(error), kind="bad")
    else:
        toast(request, _("Tier removed."))
    return redirect("program-list")
