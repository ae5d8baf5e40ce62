"""The partner's registrations: the list, the form that saves itself, the page of one."""

import json
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fairway.catalog.models import ProductLine
from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http.format import day, money
from fairway.core.http.paging import paginate
from fairway.core.http.parts import Fact, Tab
from fairway.core.http.toasts import toast
from fairway.core.ids import uuid7
from fairway.core.moves import StateConflict
from fairway.core.refusals import Refused
from fairway.core.saved.pages import with_views
from fairway.core.states import TransitionRefused
from fairway.deals.actions.registrations import (
    answer_question,
    save_draft,
    submit_registration,
    terms_of_sending,
    withdraw_registration,
)
from fairway.deals.forms import AnswerForm, CorrectionForm, RegistrationForm, initial_of
from fairway.deals.models import Protection, Registration
from fairway.deals.queries.registrations import by_uid, deal_of, of_partner, protection_of
from fairway.deals.queries.suggestions import suggest
from fairway.deals.queries.timelines import events_of
from fairway.deals.rules.decision import protected_until
from fairway.deals.rules.words import REJECT_REASONS
from fairway.deals.views.answers import asked, pressed
from fairway.deals.views.tables import OwnProtections, OwnRegistrations, covers
from fairway.deals.views.words import happenings, kind_of


@require_safe
@with_views("portal-registration-list")
def registration_list(request: HttpRequest) -> HttpResponse:
    rows = of_partner().order_by(*OwnRegistrations.order_by(request.GET))
    if state := request.GET.get("state"):
        rows = rows.filter(state=state)
    table = OwnRegistrations(paginate(rows, request), request=request)
    return render(
        request,
        "deals/portal_registrations.html",
        {"table": table, "tabs": tabs("registrations"), **may_write(request)},
    )


@require_safe
@with_views("portal-protection-list")
def protection_list(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state") or "live"
    rows = Protection.objects.select_related("product_line").order_by(*OwnProtections.order_by(request.GET))
    if state != "all":
        rows = rows.filter(state__in=["live", "extended"] if state == "live" else [state])
    table = OwnProtections(paginate(rows, request), request=request)
    return render(
        request, "deals/portal_registrations.html", {"table": table, "tabs": tabs("protections"), **may_write(request)}
    )


def may_write(request: HttpRequest) -> dict[str, bool]:
    return {"can_write": member_of(request).can("registration.submit")}


def tabs(active: str) -> list[Tab]:
    return [
        Tab(_("Registrations"), reverse("portal-registration-list"), active == "registrations"),
        Tab(_("Protections"), reverse("portal-protection-list"), active == "protections"),
    ]


@require_safe
def registration_new(request: HttpRequest) -> HttpResponse:
    """An empty form with a number of its own; nothing is written until something is saved."""
    require(member_of(request), "registration.submit")
    return _form_page(request, _form(request), uuid7())


@require_safe
def registration_form(request: HttpRequest, uid: UUID) -> HttpResponse:
    require(member_of(request), "registration.submit")
    draft = get_object_or_404(of_partner(), uid=uid)
    if draft.state != "draft":
        return redirect("portal-registration-detail", uid)
    return _form_page(request, _form(request, initial=initial_of(draft)), uid, draft)


@require_POST
def registration_draft(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Autosave: what is valid so far. The first one begins the draft."""
    try:
        _save(request, uid, _form(request, request.POST))
    except Refused as refusal:
        return HttpResponse(str(refusal), status=409, content_type="text/plain")
    return HttpResponse(status=204)


@require_POST
def registration_send(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Save and send. What is wrong keeps what was written; a second press finds it sent."""
    form = _form(request, request.POST)
    draft = by_uid(uid)
    if draft is not None and draft.state != "draft":
        return redirect("portal-registration-detail", uid)
    draft = _save(request, uid, form)
    if form.is_valid():
        try:
            submit_registration(registration=draft, actor=member_of(request), at=clock.now())
        except (Refused, StateConflict, TransitionRefused) as refusal:
            field = getattr(refusal, "field", "")
            form.add_error(field if field in form.fields else None, str(refusal))
        else:
            toast(request, _("Sent. Your place is held."))
            return redirect("portal-registration-detail", uid)
    return _form_page(request, form, uid, by_uid(uid), status=422)


def _save(request: HttpRequest, uid: UUID, form: RegistrationForm) -> Registration:
    member = member_of(request)
    assert member.seat is not None
    values = {**form.written(), "currency": member.seat.vendor_currency}
    draft = by_uid(uid)
    try:
        return save_draft(registration=draft, uid=uid, values=values, actor=member, at=clock.now())
    except Refused:
        if draft is None:  # the number is somebody else's: as if there were nothing
            raise Http404 from None
        raise


@require_safe
def registration_customer(request: HttpRequest) -> HttpResponse:
    """The own customer most like what is being written, as a part below the field."""
    require(member_of(request), "registration.submit")
    asked_for = request.GET.get("customer_name", "")[:200]
    known = suggest(asked_for)
    fill = {"customer_name": known.name, "city": known.city, "customer_domain": known.domain} if known else {}
    return render(
        request,
        "deals/customer_hint.html",
        {"known": known, "fill_json": json.dumps(fill), "is_chosen": known is not None and known.name == asked_for},
    )


@require_safe
def registration_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    registration = get_object_or_404(of_partner(), uid=uid)
    if registration.state == "draft" and member_of(request).can("registration.submit"):
        return redirect("portal-registration-form", uid)
    protection = protection_of(registration)
    deal = deal_of(registration)
    subjects = [row for row in (registration, protection) if row is not None]
    context = {
        "registration": registration,
        "protection": protection,
        "deal": deal,
        "kind": kind_of(registration.state),
        "covers": covers(registration),
        "reason": REJECT_REASONS.get(registration.decision_reason, ""),
        "brief": brief(registration),
        "timeline": happenings(events_of(subjects)),
        "answer_form": AnswerForm(),
        "can_write": member_of(request).can("registration.submit"),
    }
    return render(request, "deals/portal_registration.html", context)


def registration_answer(request: HttpRequest, uid: UUID) -> HttpResponse:
    registration = get_object_or_404(of_partner(), uid=uid)
    return asked(
        request,
        AnswerForm,
        lambda form: answer_question(
            registration=registration, answer=form.cleaned_data["answer"], actor=member_of(request), at=clock.now()
        ),
        title=_("Answer the question"),
        note=registration.question,
        button=_("Send answer"),
        done=_("Answer sent. Your place is still held."),
        to=reverse("portal-registration-detail", args=[uid]),
        base="portal.html",
    )


def registration_correct(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Answer, and put right what was wrong, in one go; the place stays held."""
    require(member_of(request), "registration.submit")
    registration = get_object_or_404(of_partner(), uid=uid)
    if registration.state != "returned":
        return redirect("portal-registration-detail", uid)

    def send(form: Any) -> Any:
        given = dict(form.cleaned_data)
        return answer_question(
            registration=registration, answer=given.pop("answer"), corrections=given, actor=member_of(request),
            at=clock.now(),
        )  # fmt: skip

    return asked(
        request,
        lambda data=None: CorrectionForm(data, registration=registration),
        send,
        title=_("Correct and send again"),
        note=registration.question,
        button=_("Send again"),
        done=_("Sent again. Your place is still held."),
        to=reverse("portal-registration-detail", args=[uid]),
        base="portal.html",
    )


@require_POST
def registration_withdraw(request: HttpRequest, uid: UUID) -> HttpResponse:
    registration = get_object_or_404(of_partner(), uid=uid)
    return pressed(
        request,
        lambda: withdraw_registration(registration=registration, actor=member_of(request), at=clock.now()),
        done=_("Withdrawn."),
        to=reverse("portal-registration-list"),
    )


def brief(registration: Registration) -> list[Fact]:
    return [
        Fact(_("Customer"), registration.customer_name, registration.customer_domain),
        Fact(_("Place"), ", ".join(filter(None, [registration.city, registration.country]))),
        Fact(_("Covers"), covers(registration)),
        Fact(_("Value"), money(registration.amount_minor, registration.currency or "USD", cents=False)),
        Fact(_("Closes on"), day(registration.closes_on) if registration.closes_on else ""),
        Fact(_("Contact"), registration.contact_name),
        Fact(_("Note"), registration.note),
        Fact(_("Written by"), registration.created_by.name if registration.created_by else ""),
    ]


def member_of(request: HttpRequest) -> Member:
    member: Member | None = request.member  # type: ignore[attr-defined]
    if member is None or member.seat is None:
        raise Http404
    return member


def _form(request: HttpRequest, data: Any = None, **kwargs: Any) -> RegistrationForm:
    seat = member_of(request).seat
    assert seat is not None
    lines = ProductLine.objects.order_by("name")
    today = clock.today(seat.partner_time_zone)
    return RegistrationForm(data, currency=seat.vendor_currency, lines=lines, today=today, **kwargs)


def _form_page(
    request: HttpRequest, form: RegistrationForm, uid: UUID, draft: Registration | None = None, *, status: int = 200
) -> HttpResponse:
    seat = member_of(request).seat
    assert seat is not None
    at = clock.now()
    zone = ZoneInfo(seat.partner_time_zone)
    due, days = terms_of_sending(actor=member_of(request), at=at)
    context = {
        "form": form,
        "uid": uid,
        "draft": draft,
        "vendor": seat.vendor_name,
        "due_at": due.astimezone(zone),
        "days": days,
        "until": protected_until(at, days).astimezone(zone).date(),
    }
    return render(request, "deals/registration_form.html", context, status=status)
