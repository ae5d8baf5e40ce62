"""Business units: the list, one of them, and which of them a member of staff sees."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairway.catalog.actions.units import limit_seat_to_units, retire_unit, save_unit
from fairway.catalog.forms import UnitForm
from fairway.catalog.models import BusinessUnit, ProductLine
from fairway.catalog.queries import lines_by_unit, people_by_unit, units
from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http.parts import Tab
from fairway.core.http.tables import Column, Table
from fairway.core.http.toasts import toast
from fairway.core.refusals import Refused
from fairway.core.tenancy.models import Seat


class UnitTable(Table):
    name = "units"
    columns = [
        Column("name", gettext_lazy("Business unit"), kind="name", second="description", url="url"),
        Column("lines", gettext_lazy("Sells")),
        Column("people", gettext_lazy("Limited to it"), kind="number"),
    ]
    empty = (
        gettext_lazy("No business units yet"),
        gettext_lazy("Make one for each part of the company that sells product lines of its own."),
    )


@require_safe
def unit_list(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "catalog.read")
    lines, people, may_edit = lines_by_unit(), people_by_unit(), member.can("catalog.edit")
    rows = [
        {
            "name": unit.name, "description": unit.description, "people": people[unit.pk],
            "lines": ", ".join(lines.get(unit.pk, ())) or _("nothing yet"),
            "url": reverse("unit-edit", args=[unit.uid]) if may_edit else "",
        }
        for unit in units()
    ]  # fmt: skip
    without = ProductLine.objects.filter(unit=None).count()
    context = {"table": UnitTable(rows, request=request), "without": without, "may_edit": may_edit}
    return render(request, "catalog/unit_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def unit_edit(request: HttpRequest, uid: UUID | None = None) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "catalog.edit")
    unit = get_object_or_404(units(), uid=uid) if uid else None
    name = unit.name if unit else _("Add business unit")
    form = UnitForm(request.POST or None, instance=BusinessUnit.objects.get(pk=unit.pk) if unit else None)
    if request.method == "POST" and form.is_valid():
        try:
            save_unit(unit=unit, actor=member, at=clock.now(), **form.values())
        except Refused as refused:
            form.add_error(refused.field or None, str(refused))
        else:
            toast(request, _("Business unit saved."))
            return redirect("unit-list")
    context = {"form": form, "unit": unit, "name": name, "people": people_by_unit()[unit.pk] if unit else 0}
    return render(request, "catalog/unit_form.html", context, status=422 if form.errors else 200)


@require_POST
def unit_retire(request: HttpRequest, uid: UUID) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "catalog.edit")
    unit = get_object_or_404(units(), uid=uid)
    try:
        retire_unit(unit=unit, actor=member, at=clock.now())
    except Refused as refused:
        toast(request, str(refused), kind="bad")
        return HttpResponseRedirect(reverse("unit-edit", args=[uid]))
    toast(request, _("%(unit)s is not in use any more.") % {"unit": unit.name})
    return redirect("unit-list")


@require_http_methods(["GET", "HEAD", "POST"])
def seat_units(request: HttpRequest, uid: UUID) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "people.manage")
    seat = get_object_or_404(Seat, uid=uid)
    all_units = list(units())
    if request.method == "POST":
        chosen = set(request.POST.getlist("units"))
        wanted = [unit for unit in all_units if str(unit.uid) in chosen] if request.POST.get("only") else None
        try:
            limit_seat_to_units(seat=seat, units=wanted, actor=member, at=clock.now())
        except Refused as refused:
            toast(request, str(refused), kind="bad")
        else:
            toast(request, _("Saved. It holds from now on."))
        return HttpResponseRedirect(reverse("seat-units", args=[uid]))
    lines, now = lines_by_unit(), set(seat.unit_ids or ())
    rows = [{"row": unit, "lines": ", ".join(lines.get(unit.pk, ())), "is_on": unit.pk in now} for unit in all_units]
    context = {
        "seat": seat, "is_limited": seat.unit_ids is not None, "rows": rows,
        "tabs": [
            Tab(_("Territories"), reverse("seat-territories", args=[uid])),
            Tab(_("Business units"), reverse("seat-units", args=[uid]), is_active=True),
        ],
        "person_url": reverse("person-detail", args=[uid]),
    }  # fmt: skip
    return render(request, "catalog/seat_units.html", context)
