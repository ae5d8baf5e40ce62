"""Business hours on screen: which places have hours of their own, and one place."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_countries import countries

from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http.tables import Column, Table
from fairway.core.http.toasts import toast
from fairway.core.refusals import Refused
from fairway.workflow.actions.hours import remove_hours, save_hours
from fairway.workflow.hour_forms import DAYS, HoursForm
from fairway.workflow.models import PlaceHours


class HoursTable(Table):
    name = "business-hours"
    columns = [
        Column("place", gettext_lazy("Place"), kind="name", url="url"),
        Column("hours", gettext_lazy("Working hours")),
        Column("days_off", gettext_lazy("Days off"), phone=""),
    ]
    empty = (
        gettext_lazy("Every place has its usual hours"),
        gettext_lazy("Monday to Friday from 9 to 17, or the working days of the country, but for its public holidays."),
    )


@require_safe
def hours_list(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "hours.edit")
    rows = [
        {
            "place": place_words(row),
            "hours": week_words(row),
            "days_off": len(row.closed_on),
            "url": reverse("placehours-edit", args=[row.uid]),
        }
        for row in PlaceHours.objects.order_by("country", "state_code")
    ]
    context = {"table": HoursTable(rows)}
    return render(request, "workflow/hours_list.html", context)


def place_words(row: PlaceHours) -> str:
    country = str(countries.name(row.country)) if row.country else _("All other places")
    return f"{country}, {row.state_code}" if row.state_code else country


def week_words(row: PlaceHours) -> str:
    """“Monday 09:00-17:00, Tuesday …”, days of equal hours together."""
    said: list[tuple[list[str], str]] = []
    for day, pairs in sorted(row.hours.items()):
        hours = " ".join(f"{opens}–{closes}" for opens, closes in pairs)
        if said and said[-1][1] == hours:
            said[-1][0].append(str(DAYS[int(day)]))
        else:
            said.append(([str(DAYS[int(day)])], hours))
    named = [(days[0] if len(days) == 1 else f"{days[0]} – {days[-1]}", hours) for days, hours in said]
    return ", ".join(f"{days} {hours}" for days, hours in named)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, uid: UUID | None = None) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "hours.edit")
    row = get_object_or_404(PlaceHours, uid=uid) if uid else None
    form = HoursForm(request.POST or None, row=row)
    if form.is_valid():
        try:
            save_hours(**form.values(), actor=member, at=clock.now())
        except Refused as refused:
            field = refused.field if refused.field in form.fields else None
            form.add_error(field, str(refused))
        else:
            toast(request, _("Saved. It holds for limits set from now on."))
            return redirect("placehours-list")
    context = {"form": form, "row": row, "place": place_words(row) if row else ""}
    return render(request, "workflow/hours_edit.html", context, status=422 if form.is_bound else 200)


@require_POST
def removal(request: HttpRequest, uid: UUID) -> HttpResponse:
    row = get_object_or_404(PlaceHours, uid=uid)
    remove_hours(row=row, actor=request.member, at=clock.now())  # type: ignore[attr-defined]
    toast(request, _("Removed. The place has its usual hours again."))
    return redirect("placehours-list")
