"""Which territories' partners a member of staff sees."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http.parts import Tab
from fairway.core.http.toasts import toast
from fairway.core.refusals import Refused
from fairway.core.tenancy.models import Seat
from fairway.partners.actions.territories import limit_seat
from fairway.partners.models import Territory
from fairway.partners.queries.territories import partners_by_territory


@require_http_methods(["GET", "HEAD", "POST"])
def seat_territories(request: HttpRequest, uid: UUID) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "people.manage")
    seat = get_object_or_404(Seat, uid=uid)
    territories = list(Territory.objects.order_by("order", "id"))
    if request.method == "POST":
        chosen = set(request.POST.getlist("territories"))
        wanted = [row for row in territories if str(row.uid) in chosen] if request.POST.get("only") else None
        try:
            limit_seat(seat=seat, territories=wanted, actor=member, at=clock.now())
        except Refused as refused:
            toast(request, str(refused), kind="bad")
        else:
            toast(request, _("Saved. It holds from now on."))
        return HttpResponseRedirect(reverse("seat-territories", args=[uid]))
    counts = partners_by_territory()
    now = set(seat.territory_ids or ())
    context = {
        "seat": seat,
        "is_limited": seat.territory_ids is not None,
        "rows": [{"row": row, "count": counts.get(row.pk, 0), "is_on": row.pk in now} for row in territories],
        "tabs": [
            Tab(_("Territories"), reverse("seat-territories", args=[uid]), is_active=True),
            Tab(_("Business units"), reverse("seat-units", args=[uid])),
        ],
        "person_url": reverse("person-detail", args=[uid]),
    }
    return render(request, "partners/seat_territories.html", context)
