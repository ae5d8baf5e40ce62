"""Days away: one's own deputy, who else is away, and for administrators anybody's."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http.forms import DateField
from fairway.core.http.frame import role_label
from fairway.core.http.toasts import toast
from fairway.core.refusals import Refused
from fairway.core.tenancy.actions.covers import end_cover, set_cover
from fairway.core.tenancy.covers import Cover
from fairway.core.tenancy.lookups import zone_of_seat
from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.queries import covers_from, deputies_for, people_for

SHOWN_MOST = 200


class CoverForm(forms.Form):
    deputy = forms.ChoiceField(
        label=gettext_lazy("Who stands in"),
        error_messages={
            "required": gettext_lazy("Choose somebody."),
            "invalid_choice": gettext_lazy("Choose somebody."),
        },
    )
    first_on = DateField(
        label=gettext_lazy("First day away"), error_messages={"required": gettext_lazy("Say from when.")}
    )
    last_on = DateField(
        label=gettext_lazy("Last day away"), error_messages={"required": gettext_lazy("Say until when.")}
    )

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.uid): person for person in deputies_for(seat)}
        named = [(uid, f"{person.name} ({role_label(person.role)})") for uid, person in self.people.items()]
        self.fields["deputy"].choices = [("", _("Choose")), *named]  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
def covers(request: HttpRequest) -> HttpResponse:
    """The own days away."""
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "cover.set")
    seat = get_object_or_404(Seat.objects.select_related("custom_role"), pk=member.seat_id)
    return _page(request, member, seat, reverse("cover-list"))


@require_http_methods(["GET", "HEAD", "POST"])
def of_person(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Those of a colleague, for who manages people."""
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "people.manage")
    seat = get_object_or_404(people_for(member), uid=uid)
    return _page(request, member, seat, reverse("person-cover", args=[uid]))


def _page(request: HttpRequest, member: Member, seat: Seat, address: str) -> HttpResponse:
    form = CoverForm(request.POST or None, seat=seat)
    if request.method == "POST" and form.is_valid() and _set(request, form, member, seat):
        return HttpResponseRedirect(address)
    at = clock.now()
    rows = [_shown(cover, member, at) for cover in covers_from(at)[:SHOWN_MOST]]
    context = {
        "form": form,
        "seat": seat,
        "is_own": seat.pk == member.seat_id,
        "own": [row for row in rows if row["cover"].seat_id == seat.pk],
        "others": [row for row in rows if row["cover"].seat_id != seat.pk],
        "zone": zone_of_seat(seat.pk).replace("_", " "),
        "person_url": reverse("person-detail", args=[seat.uid]) if member.can("people.manage") else "",
    }
    return render(request, "people/covers.html", context, status=422 if form.errors else 200)


def _set(request: HttpRequest, form: CoverForm, member: Member, seat: Seat) -> bool:
    values = form.cleaned_data
    deputy = form.people[values["deputy"]]
    try:
        set_cover(
            seat=seat, deputy=deputy, first_on=values["first_on"], last_on=values["last_on"], actor=member,
            at=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return False
    toast(request, _("%(name)s stands in, and is told. It ends by itself.") % {"name": deputy.name})
    return True


def _shown(cover: Cover, member: Member, at: datetime) -> dict[str, Any]:
    is_mine = member.seat_id in {cover.seat_id, cover.deputy_id}
    return {
        "cover": cover,
        "is_running": cover.starts_at <= at,
        "is_left": not cover.deputy.is_active,
        "end_url": reverse("cover-end", args=[cover.uid]) if is_mine or member.can("people.manage") else "",
    }


@require_POST
def end(request: HttpRequest, uid: UUID) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "cover.set")
    cover = get_object_or_404(Cover.objects.select_related("seat", "deputy"), uid=uid)
    try:
        end_cover(cover=cover, actor=member, at=clock.now())
    except Refused as refused:
        toast(request, str(refused), kind="bad")
    else:
        toast(request, _("Nobody stands in for %(name)s any more.") % {"name": cover.seat.name})
    return HttpResponseRedirect(reverse("cover-list"))
