"""The deal desk: what waits for a decision, and the page where it is decided."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fairway.core import clock
from fairway.core.access import require
from fairway.core.http import many
from fairway.core.http.format import duration
from fairway.core.http.paging import paginate
from fairway.core.http.parts import Tab
from fairway.core.saved.pages import with_views
from fairway.core.told import tell
from fairway.customers.queries import Candidate, Resolution
from fairway.deals.actions.decisions import (
    approve_registration,
    reject_registration,
    return_registration,
    revoke_registration,
)
from fairway.deals.forms import ApproveForm, QuestionForm, ReasonForm, RejectForm
from fairway.deals.models import Registration
from fairway.deals.queries.conflicts import Finding, about, headline
from fairway.deals.queries.registrations import (
    counts_by_state,
    deal_of,
    for_console,
    may_decide,
    protection_of,
    staff_registrations,
    weighed_now,
)
from fairway.deals.queries.timelines import events_of
from fairway.deals.rules.words import REJECT_REASONS
from fairway.deals.views.answers import asked
from fairway.deals.views.deals import MINE, of, whose
from fairway.deals.views.portal_registrations import brief
from fairway.deals.views.tables import CandidateTable, FindingTable, RegistrationQueue, covers
from fairway.deals.views.words import REGISTRATION_STATES, happenings, kind_of
from fairway.workflow.models import Approval
from fairway.workflow.queries.approvals import approvals_of

_SHOWN = ("submitted", "returned", "approved", "rejected")


@require_safe
@with_views("registration-list")
def registration_list(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state") or "submitted"
    state = state if state in REGISTRATION_STATES or state == "all" else "submitted"
    rows = for_console(
        state, cams=whose(request), text=request.GET.get("q", ""), partner_name=request.GET.get("partner_name", "")
    )
    if state != "submitted":
        rows = rows.order_by("-submitted_at", "pk")
    table = RegistrationQueue(paginate(rows, request), request=request, bulk=many.buttons(request, "registration-list"))
    counts = counts_by_state(_SHOWN)
    address = reverse("registration-list")
    tabs = [
        Tab(str(REGISTRATION_STATES[key][1]), f"{address}?state={key}", key == state, counts[key]) for key in _SHOWN
    ]
    tabs.append(Tab(_("All"), f"{address}?state=all", state == "all"))
    context = {"table": table, "tabs": tabs, "is_cam": of(request).role == "cam", "is_mine": whose(request) is not None}
    context["rules_url"] = reverse("dealrules-edit") if of(request).can("dealrules.edit") else ""
    return render(request, "deals/console_registrations.html", {**context, "state": state, "mine": MINE})


@require_safe
def registration_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    registration = get_object_or_404(staff_registrations(), uid=uid)
    found, findings = weighed_now(registration)
    protection = protection_of(registration)
    is_waiting = registration.state == "submitted"
    decisions = list(approvals_of(registration))
    approval = decisions[0] if decisions else None
    at = clock.now()
    context = {
        "registration": registration,
        "protection": protection,
        "deal": deal_of(registration),
        "kind": kind_of(registration.state),
        "covers": covers(registration),
        "findings": FindingTable([_shown(each) for each in findings]),
        "kept": registration.conflicts.select_related("other_partner").order_by("-blocking", "-similarity"),
        "candidates": CandidateTable([_alike(each) for each in found.candidates]),
        "checks": [{**check, "text": tell(check["text"])} for check in approval.reasons] if approval else [],
        "approval": approval,
        "decisions": decisions[::-1] if any(map(_says_more, decisions)) else [],
        "reason": REJECT_REASONS.get(registration.decision_reason, ""),
        "brief": brief(registration),
        "timeline": happenings(events_of([row for row in (registration, protection) if row is not None])),
        "left": duration(abs(registration.due_at - at)) if registration.due_at else "",
        "is_late": registration.due_at is not None and registration.due_at < at,
        "is_waiting": is_waiting,
        "is_open": registration.state in {"submitted", "returned"},
        "is_blocked": any(each.is_blocking for each in findings),
        "can_decide": may_decide(of(request), registration),
        "approve_form": _approve_form(registration, found)(),
        "question_form": QuestionForm(auto_id="return_%s"),
        "reject_form": RejectForm(auto_id="reject_%s"),
        "revoke_form": ReasonForm(auto_id="revoke_%s"),
    }
    return render(request, "deals/console_registration.html", context)


def _says_more(approval: Approval) -> bool:
    """Than that the deal desk decided, or will."""
    named = approval.approver_id or approval.decided_for_id
    return bool(named or approval.previous_id or approval.next_steps)


def _alike(candidate: Candidate) -> dict[str, Any]:
    customer, likeness = candidate.customer, candidate.likeness
    return {
        "name": customer.name,
        "city": customer.city,
        "url": reverse("customer-detail", args=[customer.uid]),
        "likeness": round(likeness.similarity * 100),
        "why": capfirst(str(likeness.why)),
    }


def _shown(finding: Finding) -> dict[str, Any]:
    return {
        "text": headline(finding.row),
        "why": f"{about(finding.row)}. {capfirst(str(finding.claim.why))}",
        "likeness": round(finding.claim.likeness * 100),
        "weight": finding.weight,
        "url": _address(finding),
    }


def _address(finding: Finding) -> str:
    page = {"protection": "protection-detail", "registration": "registration-detail", "deal": "deal-detail"}
    return reverse(page[finding.claim.kind], args=[finding.row.uid])


def _approve_form(registration: Registration, found: Resolution) -> Any:
    """A maker of the form; it asks for the customer only where that is unclear."""
    candidates = [each.customer for each in found.candidates]
    is_unclear = registration.customer is None

    def make(data: Any = None) -> ApproveForm:
        return ApproveForm(data, candidates=candidates, is_unclear=is_unclear, auto_id="approve_%s")

    return make


def _back(registration: Registration) -> str:
    return reverse("registration-detail", args=[registration.uid])


def _found(request: HttpRequest, uid: UUID) -> Registration:
    registration = get_object_or_404(staff_registrations(), uid=uid)
    if not may_decide(of(request), registration):
        require(of(request), "registration.decide")
    return registration


def registration_approve(request: HttpRequest, uid: UUID) -> HttpResponse:
    registration = _found(request, uid)

    def act(form: ApproveForm) -> None:
        approve_registration(
            registration=registration, actor=of(request), at=clock.now(), customer=form.chosen(),
            days=form.cleaned_data["days"], note=form.cleaned_data["note"],
        )  # fmt: skip

    return asked(
        request,
        _approve_form(registration, weighed_now(registration)[0]),
        act,
        title=_("Approve: %(name)s") % {"name": registration.customer_name},
        note=covers(registration),
        button=_("Approve and protect"),
        done=_("Approved. Where the rules ask somebody after you, it goes on to them; else the partner is told."),
        to=_back(registration),
        base="console.html",
    )


def registration_return(request: HttpRequest, uid: UUID) -> HttpResponse:
    registration = _found(request, uid)
    return asked(
        request,
        lambda data=None: QuestionForm(data, auto_id="return_%s"),
        lambda form: return_registration(
            registration=registration, actor=of(request), at=clock.now(), **form.cleaned_data
        ),
        title=_("Ask about: %(name)s") % {"name": registration.customer_name},
        button=_("Return with this question"),
        done=_("Returned. The place stays held."),
        to=_back(registration),
        base="console.html",
    )


def registration_reject(request: HttpRequest, uid: UUID) -> HttpResponse:
    registration = _found(request, uid)
    return asked(
        request,
        lambda data=None: RejectForm(data, auto_id="reject_%s"),
        lambda form: reject_registration(
            registration=registration, actor=of(request), at=clock.now(), **form.cleaned_data
        ),
        title=_("Reject: %(name)s") % {"name": registration.customer_name},
        button=_("Reject"),
        done=_("Rejected. The partner is told why."),
        to=_back(registration),
        base="console.html",
        is_danger=True,
    )


def registration_revoke(request: HttpRequest, uid: UUID) -> HttpResponse:
    registration = _found(request, uid)
    return asked(
        request,
        lambda data=None: ReasonForm(data, auto_id="revoke_%s"),
        lambda form: revoke_registration(
            registration=registration, actor=of(request), at=clock.now(), **form.cleaned_data
        ),
        title=_("Revoke: %(name)s") % {"name": registration.customer_name},
        note=_("Its protection ends now; the deal stays with the partner."),
        button=_("Revoke"),
        done=_("Revoked. The partner is told."),
        to=_back(registration),
        base="console.html",
        is_danger=True,
    )
