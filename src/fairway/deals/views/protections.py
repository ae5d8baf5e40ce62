"""Protections for staff: which end when, and longer or shorter by decision."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fairway.core import clock
from fairway.core.access import require
from fairway.core.http.format import day
from fairway.core.http.paging import paginate
from fairway.core.http.parts import Fact
from fairway.core.saved.pages import with_views
from fairway.core.told import told_of
from fairway.deals.actions.protections import extend_protection, release_protection
from fairway.deals.forms import ExtendForm, ReasonForm
from fairway.deals.models import Deal, Protection
from fairway.deals.queries.conflicts import LIVE
from fairway.deals.queries.timelines import events_of
from fairway.deals.views.answers import asked
from fairway.deals.views.deals import of, whose
from fairway.deals.views.tables import ProtectionTable, covers
from fairway.deals.views.words import happenings, kind_of


@require_safe
@with_views("protection-list")
def protection_list(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state") or "live"
    rows = Protection.objects.select_related("partner", "product_line")
    if state != "all":
        rows = rows.filter(state__in=LIVE if state == "live" else [state])
    ends = request.GET.get("ends", "")
    if ends in {"30", "90"}:
        rows = rows.filter(protected_until__lt=clock.now() + timedelta(days=int(ends)))
    if cams := whose(request):
        rows = rows.filter(partner__cam_id__in=cams)
    table = ProtectionTable(paginate(rows.order_by(*ProtectionTable.order_by(request.GET)), request), request=request)
    context = {"table": table, "is_cam": of(request).role == "cam", "is_mine": whose(request) is not None}
    return render(request, "deals/protections.html", context)


@require_safe
def protection_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    protection = _found(uid)
    is_live = protection.state in LIVE
    context = {
        "protection": protection,
        "kind": kind_of(protection.state),
        "covers": covers(protection),
        "is_live": is_live,
        "can_change": is_live and of(request).can("protection.release"),
        "deal": Deal.objects.filter(protection=protection).first(),
        "brief": brief(protection),
        "timeline": happenings(events_of([protection])),
        "extend_form": ExtendForm(auto_id="extend_%s"),
        "release_form": ReasonForm(auto_id="release_%s"),
    }
    return render(request, "deals/protection.html", context)


def _found(uid: UUID) -> Protection:
    rows = Protection.objects.select_related("partner", "product_line", "customer", "registration", "lead")
    return get_object_or_404(rows, uid=uid)


def brief(protection: Protection) -> list[Fact]:
    registration, lead = protection.registration, protection.lead
    came_from = Fact(_("Came from"), "")
    if registration is not None:
        came_from = Fact(_("Came from"), _("Registration"), url=reverse("registration-detail", args=[registration.uid]))
    elif lead is not None:
        came_from = Fact(_("Came from"), _("Vendor lead"), url=reverse("lead-detail", args=[lead.uid]))
    return [
        Fact(_("Partner"), protection.partner.name if protection.partner else ""),
        Fact(
            _("Customer"), protection.customer.name, protection.customer.city,
            reverse("customer-detail", args=[protection.customer.uid]),
        ),
        Fact(_("Covers"), covers(protection)),
        Fact(_("From"), day(protection.starts_at)),
        Fact(_("Until"), day(protection.protected_until)),
        Fact(_("Ended"), day(protection.ended_at) if protection.ended_at else "", told_of(protection, "end_reason")),
        came_from,
    ]  # fmt: skip


def protection_extend(request: HttpRequest, uid: UUID) -> HttpResponse:
    require(of(request), "protection.release")
    protection = _found(uid)
    return asked(
        request,
        lambda data=None: ExtendForm(data, auto_id="extend_%s"),
        lambda form: extend_protection(protection=protection, actor=of(request), at=clock.now(), **form.cleaned_data),
        title=_("Extend: %(name)s") % {"name": protection.customer_name},
        button=_("Extend"),
        done=_("Extended. The partner is told."),
        to=reverse("protection-detail", args=[uid]),
        base="console.html",
    )


def protection_release(request: HttpRequest, uid: UUID) -> HttpResponse:
    require(of(request), "protection.release")
    protection = _found(uid)
    return asked(
        request,
        lambda data=None: ReasonForm(data, auto_id="release_%s"),
        lambda form: release_protection(protection=protection, actor=of(request), at=clock.now(), **form.cleaned_data),
        title=_("Release: %(name)s") % {"name": protection.customer_name},
        note=_("Others may register this customer from now on."),
        button=_("Release"),
        done=_("Released. The partner is told."),
        to=reverse("protection-detail", args=[uid]),
        base="console.html",
        is_danger=True,
    )
