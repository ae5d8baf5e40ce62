"""Registrations: write and send them, answer, withdraw; and for staff, decide."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairway.catalog.api.products import line_named
from fairway.core.http.api.operations import Call, Resource, operation
from fairway.core.http.api.problems import Unprocessable
from fairway.core.http.api.timelines import timeline
from fairway.customers.models import Customer
from fairway.deals.actions.decisions import (
    MAKE_NEW,
    approve_registration,
    reject_registration,
    return_registration,
    revoke_registration,
)
from fairway.deals.actions.registrations import (
    answer_question,
    save_draft,
    submit_registration,
    withdraw_registration,
)
from fairway.deals.api.schemas import (
    ApprovalGiven,
    DraftGiven,
    RegistrationGiven,
    RegistrationQuery,
    RegistrationTold,
    RejectionGiven,
    ReturnGiven,
    RevocationGiven,
    SubmissionGiven,
)
from fairway.deals.models import Registration
from fairway.deals.queries.records import registration_records


class Registrations(Resource):
    tag = "registrations"

    @operation(
        "list_registrations", gettext_lazy("List registrations"), permission="deal.read", asks=RegistrationQuery,
        gives=RegistrationTold, is_list=True,
        help=gettext_lazy("In the order in which they were begun, the latest first. Staff read no drafts."),
    )  # fmt: skip
    def get(self, call: Call) -> QuerySet[Registration]:
        return registration_records(call.query, for_staff=call.member.is_staff)

    @operation(
        "begin_registration", gettext_lazy("Register a deal"), permission="registration.submit",
        takes=RegistrationGiven, gives=RegistrationTold, statuses=(201,), has_version=True,
    )  # fmt: skip
    def post(self, call: Call) -> tuple[int, Registration]:
        draft = save_draft(values=written(call.data), actor=call.member, at=call.at)
        if call.data.get("submit"):
            submit_registration(registration=draft, actor=call.member, at=call.at)
        return HTTPStatus.CREATED, found(call, draft.uid)


class RegistrationDetail(Resource):
    tag = "registrations"

    @operation(
        "read_registration", gettext_lazy("Read a registration"), permission="deal.read", gives=RegistrationTold,
        has_version=True,
    )  # fmt: skip
    def get(self, call: Call, uid: UUID) -> Registration:
        return found(call, uid)

    @operation(
        "change_draft", gettext_lazy("Change a draft"), permission="registration.submit", takes=DraftGiven,
        gives=RegistrationTold, has_version=True, help=gettext_lazy("Only what is given is changed."),
    )  # fmt: skip
    def patch(self, call: Call, uid: UUID) -> Registration:
        draft = found(call, uid)
        call.expect(draft.version)
        save_draft(registration=draft, values=written(call.data), actor=call.member, at=call.at)
        return found(call, uid)


class RegistrationSubmission(Resource):
    tag = "registrations"

    @operation(
        "submit_registration", gettext_lazy("Send a registration"), permission="registration.submit",
        takes=SubmissionGiven, gives=RegistrationTold, has_version=True,
        help=gettext_lazy("The place is held from now on. A returned one is sent again with an answer."),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> Registration:
        registration = found(call, uid)
        if registration.state == "returned":
            answer = call.data.get("answer", "")
            answer_question(registration=registration, answer=answer, actor=call.member, at=call.at)
        else:
            submit_registration(registration=registration, actor=call.member, at=call.at)
        return found(call, uid)


class RegistrationWithdrawal(Resource):
    tag = "registrations"

    @operation(
        "withdraw_registration", gettext_lazy("Take a registration back"), permission="registration.submit",
        gives=RegistrationTold, has_version=True,
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> Registration:
        withdraw_registration(registration=found(call, uid), actor=call.member, at=call.at)
        return found(call, uid)


class RegistrationApproval(Resource):
    tag = "registrations"

    @operation(
        "approve_registration", gettext_lazy("Approve a registration"), permission="registration.decide",
        takes=ApprovalGiven, gives=RegistrationTold, has_version=True,
        help=gettext_lazy("It is protected, and its deal is opened."),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> Registration:
        given = call.data
        approve_registration(
            registration=found(call, uid), actor=call.member, at=call.at, customer=_customer(given.get("customer")),
            days=given.get("days"), note=given.get("note", ""),
        )  # fmt: skip
        return found(call, uid)


class RegistrationReturn(Resource):
    tag = "registrations"

    @operation(
        "return_registration", gettext_lazy("Ask the partner something"), permission="registration.decide",
        takes=ReturnGiven, gives=RegistrationTold, has_version=True, help=gettext_lazy("Its place stays held."),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> Registration:
        question = call.data["question"]
        return_registration(registration=found(call, uid), question=question, actor=call.member, at=call.at)
        return found(call, uid)


class RegistrationRejection(Resource):
    tag = "registrations"

    @operation(
        "reject_registration", gettext_lazy("Reject a registration"), permission="registration.decide",
        takes=RejectionGiven, gives=RegistrationTold, has_version=True,
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> Registration:
        reason, note = call.data["reason"], call.data.get("note", "")
        reject_registration(registration=found(call, uid), reason=reason, note=note, actor=call.member, at=call.at)
        return found(call, uid)


class RegistrationRevocation(Resource):
    tag = "registrations"

    @operation(
        "revoke_registration", gettext_lazy("Revoke a registration"), permission="registration.decide",
        takes=RevocationGiven, gives=RegistrationTold, has_version=True,
        help=gettext_lazy("One that was approved; its protection ends."),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> Registration:
        reason = call.data["reason"]
        revoke_registration(registration=found(call, uid), reason=reason, actor=call.member, at=call.at)
        return found(call, uid)


class RegistrationEvents(Resource):
    tag = "registrations"
    get = timeline(
        "list_registration_events",
        gettext_lazy("List what happened to a registration"),
        permission="deal.read",
        found=lambda call, uid: found(call, uid),
    )


def found(call: Call, uid: UUID) -> Registration:
    return get_object_or_404(registration_records({}, for_staff=call.member.is_staff), uid=uid)


def written(given: dict[str, Any]) -> dict[str, Any]:
    """The values of a draft. Raises Unprocessable for a product line that is not there."""
    names = {"website": "customer_domain"}
    values = {names.get(name, name): value for name, value in given.items() if name != "submit"}
    if "amount" in values:
        amount = values.pop("amount")
        values |= amount or {"amount_minor": None}
    if code := values.get("product_line"):
        values["product_line"] = line_named(code)
    return values


def _customer(given: str | None) -> Customer | str | None:
    if given is None or given == MAKE_NEW:
        return given
    try:
        customer = Customer.objects.filter(uid=UUID(given)).first()
    except ValueError:
        customer = None
    if customer is None:
        raise Unprocessable({"customer": [_("There is no such customer. Give its uid, or “new”.")]})
    return customer
