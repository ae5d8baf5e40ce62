"""Handing over what somebody has: what is open, who takes it, done in one go, and taken back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fairway.core import clock
from fairway.core.access import Forbidden, Member, require
from fairway.core.http.frame import role_label
from fairway.core.http.toasts import toast
from fairway.core.refusals import Refused
from fairway.core.tenancy.actions.handovers import UNDO_WITHIN, hand_over, undo_handover
from fairway.core.tenancy.handing import Kind, kinds_of
from fairway.core.tenancy.handovers import Handover
from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.queries import may_give, people_for
from fairway.core.tenancy.views.people import address

TAKERS_MOST = 3
SHOWN_MOST = 5


class HandoverForm(forms.Form):
    """One choice for each kind that is open, up to three where rows can be shared out; and whether to close."""

    def __init__(self, *args: Any, seat: Seat, may_close: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mates = Seat.objects.filter(partner=seat.partner_id, is_active=True).exclude(pk=seat.pk)
        self.people = {str(mate.uid): mate for mate in mates.order_by("name_key", "pk")}
        self.open = [(kind, number) for kind in kinds_of(seat) if (number := kind.number(seat.pk))]
        for kind, number in self.open:
            self._add(kind, number)
        if may_close:
            self.fields["close"] = forms.BooleanField(
                label=_("Close the seat afterwards"), required=False, initial=True
            )

    def _add(self, kind: Kind, number: int) -> None:
        fitting = [(uid, f"{p.name} ({role_label(p.role)})") for uid, p in self.people.items() if p.role in kind.roles]
        for place in range(TAKERS_MOST if kind.is_shareable and number > 1 else 1):
            label = f"{kind.label} ({number})" if place == 0 else _("shared with")
            nobody = _("stays") if place == 0 else _("nobody else")
            self.fields[f"{kind.name}_{place}"] = forms.ChoiceField(
                label=label, choices=[("", nobody), *fitting], required=False
            )

    def rows(self) -> list[list[Any]]:
        """The bound fields, a row for each kind."""
        return [
            [self[f"{kind.name}_{place}"] for place in range(TAKERS_MOST) if f"{kind.name}_{place}" in self.fields]
            for kind, _number in self.open
        ]

    @property
    def takers(self) -> Mapping[str, list[Seat]]:
        found: dict[str, list[Seat]] = {}
        for kind, _number in self.open:
            chosen = [self.cleaned_data.get(f"{kind.name}_{place}") for place in range(TAKERS_MOST)]
            if named := list(dict.fromkeys(uid for uid in chosen if uid)):
                found[kind.name] = [self.people[uid] for uid in named]
        return found


@require_http_methods(["GET", "HEAD", "POST"])
def handover(request: HttpRequest, uid: UUID) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    seat = _found(member, uid)
    may_close = seat.is_active and seat.pk != member.seat_id
    form = HandoverForm(request.POST or None, seat=seat, may_close=may_close)
    if request.method == "POST" and form.is_valid() and _handed(request, form, seat, member):
        return HttpResponseRedirect(address(member, "person-handover", uid))
    at = clock.now()
    done = Handover.objects.filter(seat=seat, handed_at__gt=at - UNDO_WITHIN).select_related("handed_by")
    context = {
        "form": form,
        "seat": seat,
        "done": [_told(row, member) for row in done.order_by("-handed_at")[:SHOWN_MOST]],
        "days": UNDO_WITHIN.days,
        "people_url": address(member, "person-list"),
        "person_url": address(member, "person-detail", seat.uid),
    }
    return render(request, "people/handover.html", context, status=422 if form.errors else 200)


def _found(member: Member, uid: UUID) -> Seat:
    """A seat that the member may close."""
    require(member, "people.invite")
    seat: Seat = get_object_or_404(people_for(member), uid=uid)
    if not may_give(member, seat.role, seat.partner):
        raise Forbidden(_("This seat is not yours to change. Ask your administrator."))
    return seat


def _handed(request: HttpRequest, form: HandoverForm, seat: Seat, member: Member) -> bool:
    close = form.cleaned_data.get("close", False)
    try:
        hand_over(seat=seat, takers=form.takers, close=close, actor=member, at=clock.now())
    except Refused as refused:
        field = f"{refused.field}_0"
        form.add_error(field if field in form.fields else None, str(refused))
        return False
    said = _("Handed over, and the seat of %(name)s is closed.") if close else _("Handed over from %(name)s.")
    toast(request, said % {"name": seat.name})
    return True


def _told(row: Handover, member: Member) -> dict[str, Any]:
    labels = {kind.name: kind.label for kind in kinds_of(row.seat)}
    counts: dict[str, int] = {}
    for entry in row.moved:
        counts[entry["kind"]] = counts.get(entry["kind"], 0) + entry["count"]
    return {
        "row": row,
        "what": ", ".join(f"{labels.get(name, name)} ({number})" for name, number in counts.items()),
        "undo_url": "" if row.undone_at else address(member, "handover-undo", row.uid),
    }


@require_POST
def undo(request: HttpRequest, uid: UUID) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "people.invite")
    row = get_object_or_404(Handover.objects.select_related("seat"), uid=uid)
    seat = _found(member, row.seat.uid)
    try:
        count = undo_handover(handover=row, actor=member, at=clock.now())
    except Refused as refused:
        toast(request, str(refused), kind="bad")
    else:
        toast(request, _("Taken back: %(n)d things are with %(name)s again.") % {"n": count, "name": seat.name})
    return HttpResponseRedirect(address(member, "person-handover", seat.uid))
