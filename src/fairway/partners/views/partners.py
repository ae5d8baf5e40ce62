"""The list of partners, the page of one, and what is done there."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http import many
from fairway.core.http.format import money, number
from fairway.core.http.happenings import Happened, happened, said
from fairway.core.http.paging import paginate
from fairway.core.http.parts import Fact
from fairway.core.http.tables import Filter
from fairway.core.http.toasts import toast
from fairway.core.imports import page_for
from fairway.core.moves import StateConflict
from fairway.core.refusals import Refused
from fairway.core.saved.pages import with_views
from fairway.core.states import TransitionRefused
from fairway.core.tenancy.models import Partner, PartnerState
from fairway.partners.actions.enrollments import enroll
from fairway.partners.actions.partners import (
    change_state,
    create_partner,
    edit_partner,
    remove_credential,
    set_capacity,
    set_credential,
)
from fairway.partners.forms import CapacityForm, CredentialForm, PartnerForm, TierForm, initial_of
from fairway.partners.links import links_for
from fairway.partners.models import Credential, PartnerKind, Tier
from fairway.partners.queries.partners import (
    NOBODY,
    PartnerFile,
    account_managers,
    listed_partners,
    partner_file,
    territory_choices,
    tier_choices,
    tiers_of,
)
from fairway.partners.queries.pauses import pause_of, paused
from fairway.partners.rules.states import PARTNER
from fairway.partners.views.tables import STATES, PartnerTable, kinds_in_words

VERB_WORDS = {
    "pause": gettext_lazy("Partner paused. It gets no new leads."),
    "resume": gettext_lazy("Partner active again."),
    "end": gettext_lazy("Partner set inactive."),
    "reactivate": gettext_lazy("Partner active again."),
    "activate": gettext_lazy("Partner active."),
}


@require_safe
@with_views("partner-list")
def partner_list(request: HttpRequest) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    require(member, "partner.read")
    cams, tiers = account_managers(), tier_choices()
    own = member.answers_for if member.role == "cam" else ()
    rows = listed_partners(request.GET, own_cams=own).order_by(*PartnerTable.order_by(request.GET))
    page = paginate(rows, request)
    tier_names = tiers_of([row["id"] for row in page.rows])
    pauses = paused([row["id"] for row in page.rows if row["state"] == PartnerState.PAUSED])
    for row in page.rows:
        row["tier"] = tier_names.get(row["id"], "")
        row["pause"] = pauses[row["id"]].last_on if row["id"] in pauses else None
    table = PartnerTable(
        page,
        request=request,
        filters=_filters(cams, tiers, is_cam=own is not None),
        bulk=many.buttons(request, "partner-list"),
    )
    return render(request, "partners/partner_list.html", {"table": table, "is_own": bool(own), **_may(member)})


def _may(member: Member) -> dict[str, Any]:
    import_url = page_for("partners") if member.can("partner.import") else ""
    return {"may_edit": member.can("partner.edit"), "import_url": import_url}


def _filters(cams: list[tuple[str, str, int]], tiers: list[tuple[str, str]], *, is_cam: bool) -> list[Filter]:
    whose = [("all", _("All account managers"))] if is_cam else []
    return [
        Filter("q", _("Name or external id")),
        Filter(
            "cam",
            _("Your partners") if is_cam else _("All account managers"),
            [*whose, *((uid, name) for uid, name, _pk in cams), (NOBODY, _("Nobody"))],
        ),
        Filter("tier", _("All tiers"), [*tiers, (NOBODY, _("In no tier"))]),
        Filter("territory", _("All territories"), [*territory_choices(), (NOBODY, _("In no territory"))]),
        Filter("kind", _("All types"), list(PartnerKind.choices)),
        Filter("state", _("Not inactive"), list(PartnerState.choices)),
        Filter("place", _("Any place"), [("unknown", _("Unknown place"))]),
    ]


@require_safe
def partner_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    require(member, "partner.read")
    partner = get_object_or_404(Partner.objects.select_related("cam"), uid=uid)
    known = partner_file(partner)
    timeline = said(happened({"partner": [partner.pk, *merged_into(partner)]}), _readable)
    may_edit = member.can("partner.edit")
    context = {
        "partner": partner, "known": known, "facts": _facts(known, request), "timeline": timeline,
        "pill": STATES[partner.state], "links": links_for(member, partner), "may_edit": may_edit,
        "pause": pause_of(partner), "may_pause": member.can("partner.pause"),
        "verbs": _verbs(partner) if may_edit else [],
        "kinds": kinds_in_words(known.profile.kinds), **(_forms(known) if may_edit else {}),
    }  # fmt: skip
    return render(request, "partners/partner_detail.html", context)


def _verbs(partner: Partner) -> list[tuple[str, Any]]:
    """What can be done by one button; a pause asks for its days on a page of its own."""
    return [(verb, PARTNER.label(verb)) for verb in PARTNER.verbs_from(partner.state) if verb != "pause"]


def merged_into(partner: Partner) -> list[int]:
    """Those found to be the same partner: their history is part of this one's."""
    return list(Partner.objects.filter(merged_into=partner).values_list("pk", flat=True))


def _readable(event: Happened) -> dict[str, str]:
    """Amounts of events as people read them, and states and tiers by their words."""
    filled = {}
    if "amount" in event.data:
        filled["amount"] = number(Decimal(event.data["amount"]), 2)
    if event.name == "partner.state_changed":
        filled["state"] = PARTNER.label(event.data["state"])
    return filled


def _facts(known: PartnerFile, request: HttpRequest) -> list[Fact]:
    partner, profile = known.partner, known.profile
    place = ", ".join(part for part in (profile.address, profile.postal_code, profile.city, profile.state_code) if part)
    located = "" if profile.latitude is not None else _("The place is unknown: no city of this name was found.")
    currency = request.member.seat.vendor_currency  # type: ignore[attr-defined]
    sales = profile.annual_sales_minor
    facts = [
        Fact(_("External id"), partner.external_id),
        Fact(_("Address"), ", ".join(part for part in (place, partner.country) if part), note=located),
        Fact(_("Territory"), profile.territory.name if profile.territory else ""),
        Fact(_("Account manager"), partner.cam.name if partner.cam else ""),
        Fact(_("Phone"), profile.phone),
        Fact(_("Website"), profile.website),
        Fact(_("Employees"), number(profile.employees) if profile.employees is not None else ""),
        Fact(_("Annual sales"), money(sales, currency) if sales is not None else ""),
        Fact(_("Year opened"), str(profile.opened_year or "")),
        Fact(_("Product lines"), ", ".join(profile.product_lines)),
        Fact(_("Industries"), ", ".join(profile.verticals)),
    ]
    return [fact for fact in facts if fact.value or fact.note]


def _forms(known: PartnerFile) -> dict[str, Any]:
    profile = known.profile
    capacity = {"lead_capacity": profile.lead_capacity, "accepts_leads": profile.accepts_leads}
    current = str(known.current[0].tier.uid) if known.current else ""
    return {
        "capacity_form": CapacityForm(initial=capacity),
        "tier_form": TierForm(choices=tier_choices(), initial={"tier": current}),
        "credential_form": CredentialForm(initial={"issued_on": clock.today()}),
    }


def partner_new(request: HttpRequest) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    require(member, "partner.edit")
    cams = account_managers()
    own = next((uid for uid, _name, pk in cams if pk == member.seat_id), "") if member.role == "cam" else ""
    form = PartnerForm(request.POST or None, currency=_currency(member), cams=cams, initial={"cam": own})
    if request.method == "POST" and form.is_valid():
        try:
            partner = create_partner(values=form.values(), actor=member, at=clock.now())
        except Refused as error:
            form.add_error(error.field or None, str(error))
        else:
            toast(request, _("Partner added."))
            return redirect("partner-detail", uid=partner.uid)
    return render(request, "partners/partner_form.html", {"form": form}, status=400 if form.errors else 200)


def partner_edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    require(member, "partner.edit")
    partner = get_object_or_404(Partner, uid=uid)
    cams = account_managers()
    initial = initial_of(partner, partner_file(partner).profile, cams)
    form = PartnerForm(request.POST or None, currency=_currency(member), cams=cams, initial=initial)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            edit_partner(partner=partner, version=version, values=form.values(), actor=member, at=clock.now())
        except Refused as error:
            form.add_error(error.field or None, str(error))
        else:
            toast(request, _("Saved."))
            return redirect("partner-detail", uid=uid)
    context = {"form": form, "partner": partner}
    return render(request, "partners/partner_form.html", context, status=400 if form.errors else 200)


def _currency(member: Member) -> str:
    return member.seat.vendor_currency if member.seat else "USD"


def _done(request: HttpRequest, uid: UUID, act: Callable[[], object], words: str) -> HttpResponse:
    """Do one thing to a partner and go back to its page, with what came of it in words."""
    try:
        act()
    except (Refused, TransitionRefused, StateConflict) as error:
        toast(request, str(error), kind="bad")
    else:
        toast(request, words)
    return redirect("partner-detail", uid=uid)


def _complain(request: HttpRequest, uid: UUID, form: Any) -> HttpResponse:
    said_wrong = "; ".join(f"{form.fields[name].label}: {errors[0]}" for name, errors in form.errors.items())
    toast(request, said_wrong, kind="bad")
    return redirect("partner-detail", uid=uid)


@require_POST
def partner_state(request: HttpRequest, uid: UUID) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    partner = get_object_or_404(Partner, uid=uid)
    verb = request.POST.get("verb", "")
    if verb not in VERB_WORDS:
        raise Http404
    reason = request.POST.get("reason", "")[:200]
    return _done(
        request, uid,
        lambda: change_state(partner=partner, verb=verb, actor=member, at=clock.now(), reason=reason),
        str(VERB_WORDS[verb]),
    )  # fmt: skip


@require_POST
def partner_tier(request: HttpRequest, uid: UUID) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    partner = get_object_or_404(Partner, uid=uid)
    form = TierForm(request.POST, choices=tier_choices())
    if not form.is_valid():
        return _complain(request, uid, form)
    tier = get_object_or_404(Tier, uid=form.cleaned_data["tier"])
    reason = form.cleaned_data["reason"]
    return _done(
        request, uid, lambda: enroll(partner=partner, tier=tier, actor=member, at=clock.now(), reason=reason),
        _("Tier set to %(tier)s.") % {"tier": tier.name},
    )  # fmt: skip


@require_POST
def partner_capacity(request: HttpRequest, uid: UUID) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    partner = get_object_or_404(Partner, uid=uid)
    form = CapacityForm(request.POST)
    if not form.is_valid():
        return _complain(request, uid, form)
    most, takes = form.cleaned_data["lead_capacity"], form.cleaned_data["accepts_leads"]
    return _done(
        request, uid,
        lambda: set_capacity(partner=partner, open_leads=most, accepts_leads=takes, actor=member, at=clock.now()),
        _("Capacity saved."),
    )  # fmt: skip


@require_POST
def partner_credential(request: HttpRequest, uid: UUID) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    partner = get_object_or_404(Partner, uid=uid)
    form = CredentialForm(request.POST)
    if not form.is_valid():
        return _complain(request, uid, form)
    return _done(
        request, uid, lambda: set_credential(partner=partner, actor=member, at=clock.now(), **form.cleaned_data),
        _("Credential saved."),
    )  # fmt: skip


@require_POST
def credential_remove(request: HttpRequest, uid: UUID) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    row = get_object_or_404(Credential.objects.select_related("partner"), uid=uid)
    return _done(
        request, row.partner.uid, lambda: remove_credential(credential=row, actor=member, at=clock.now()),
        _("Credential removed."),
    )  # fmt: skip
