"""Leads: send them in, read them, work them."""

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairway.catalog.models import ProductLine
from fairway.core.http.api.bulk import Lines
from fairway.core.http.api.operations import Call, Resource, operation
from fairway.core.http.api.problems import Unprocessable
from fairway.core.personal.erased import WasErased
from fairway.leads.actions.capture import (
    Captured,
    LeadValues,
    Origin,
    PersonValues,
    capture_leads,
    not_wished,
)
from fairway.leads.actions.work import set_next_step, set_stage
from fairway.leads.api.schemas import (
    LOOK_NOW,
    CaptureQuery,
    LeadChangeGiven,
    LeadGiven,
    LeadLinesGiven,
    LeadLinesTold,
    LeadQuery,
    LeadTold,
)
from fairway.leads.models import Lead, LeadState
from fairway.leads.queries.records import OF_PERSON, LeadPages, lead_pages, lead_record

READ = ("lead.read", "lead.work")
SOURCE = "api"
_TEXTS = (
    "need", "description", "external_id", "company", "website", "industry", "employees", "country", "state_code",
    "city", "postal_code", "timeframe_days", "source_detail", "campaign", "agreed",
)  # fmt: skip
Row = tuple[LeadValues, PersonValues]


class Leads(Resource):
    tag = "leads"

    @operation(
        "list_leads", gettext_lazy("List leads"), permission=READ, asks=LeadQuery, gives=LeadTold, is_list=True,
        order="captured_at", help=gettext_lazy("The newest first. A partner's token reads the leads it has."),
    )  # fmt: skip
    def get(self, call: Call) -> LeadPages:
        return lead_pages(call.query, for_staff=call.member.is_staff)

    @operation(
        "capture_lead", gettext_lazy("Send in a lead"), permission="lead.capture", asks=CaptureQuery, takes=LeadGiven,
        gives=LeadTold, statuses=(201, 200), has_version=True,
        help=gettext_lazy("It is scored and offered by a job. 200 when the external id was known."),
    )  # fmt: skip
    def post(self, call: Call) -> tuple[int, Any]:
        row, origin = lead_row(call.data, product_lines([call.data])), origin_of(call.data)
        try:
            captured = capture_leads([row], origin=origin, actor=call.member, at=call.at, look=_looks_now(call))[0]
        except WasErased as erased:
            raise Unprocessable({"person": {"email": [str(erased)]}}) from None
        if captured.row is not None:
            return HTTPStatus.CREATED, new_record(captured.row, call.data)
        return HTTPStatus.OK, lead_record(for_staff=call.member.is_staff, pk=captured.lead_id)


class LeadDetail(Resource):
    tag = "leads"

    @operation("read_lead", gettext_lazy("Read a lead"), permission=READ, gives=LeadTold, has_version=True)
    def get(self, call: Call, uid: UUID) -> dict[str, Any]:
        return told_of(call, uid)

    @operation(
        "work_lead", gettext_lazy("Say how far a lead is"), permission="lead.work", takes=LeadChangeGiven,
        gives=LeadTold, has_version=True,
    )  # fmt: skip
    def patch(self, call: Call, uid: UUID) -> dict[str, Any]:
        lead = found(uid)
        call.expect(lead.version)
        if "stage" in call.data:
            set_stage(lead=lead, actor=call.member, at=call.at, stage=call.data["stage"])
        if "next_step" in call.data:
            step, on = call.data["next_step"], call.data.get("next_step_on")
            set_next_step(lead=lead, actor=call.member, at=call.at, next_step=step, on=on)
        return told_of(call, uid)


class LeadBulk(Resource):
    tag = "leads"

    @operation(
        "capture_leads", gettext_lazy("Send in many leads"), permission="lead.capture", asks=CaptureQuery,
        takes=LeadLinesGiven, gives=LeadLinesTold,
        help=gettext_lazy("Up to 5,000 lines. Good lines are taken, bad ones say what is wrong."),
    )  # fmt: skip
    def post(self, call: Call) -> Lines:
        lines = Lines(call.data["lines"], LeadGiven, key=("source", "external_id"))
        known = product_lines(lines.values.values())
        groups: dict[Origin, dict[int, Row]] = defaultdict(dict)
        for number, values in list(lines.values.items()):
            try:
                groups[origin_of(values)][number] = lead_row(values, known)
            except Unprocessable as error:
                lines.refuse(number, error.detail)
        for origin, rows in groups.items():
            for number, why in not_wished(rows, actor=call.member).items():
                lines.refuse(number, {"person": [why]})
                del rows[number]
            answers = capture_leads(
                list(rows.values()), origin=origin, actor=call.member, at=call.at, look=_looks_now(call), is_asked=True
            )
            earlier = [answer.lead_id for answer in answers if answer.row is None]
            uids = dict(Lead.objects.filter(pk__any=earlier).values_list("pk", "uid")) if earlier else {}
            for number, answer in zip(rows, answers, strict=True):
                uid = uids[answer.lead_id] if answer.row is None else answer.row["uid"]
                lines.tell(number, answer.what, uid, **_known(answer))
        return lines


def _looks_now(call: Call) -> bool:
    return call.query.get("look_for_duplicates") == LOOK_NOW


def _known(answer: Captured) -> dict[str, Any]:
    """What a new lead was found to be like."""
    row = answer.row or {}
    twin = json.loads(row.get("extra", "{}")).get("possible_duplicate_of")
    found = {"possible_duplicate_of": twin, "customer": row.get("customer")}
    return {name: value for name, value in found.items() if value}


_NOTHING_YET = {
    "version": 1, "state": LeadState.CAPTURED.value, "waiting_because": "", "waiting_because_words": None,
    "stage": "", "next_step": "",
    "next_step_on": None, "accepted_at": None, "touches": 0, "first_touch_at": None,
    "last_touch_at": None, "touch_due_at": None, "rated_at": None, "silent_since": None, "silence_due_at": None,
    "closed_at": None,
    "close_reason": "", "partner_uid": None, "seller_name": None, "score": None,
}  # fmt: skip


def new_record(row: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What `lead_record` would read of a lead that was captured a moment ago, without asking for it."""
    captured_at = datetime.fromisoformat(row["captured_at"])
    return {
        **row,
        **_NOTHING_YET,
        "source": origin_of(dict(given)).source,
        "captured_at": captured_at,
        "consented_at": captured_at if row["agreed"] else None,
        "extra": json.loads(row["extra"]),
        "customer": row.get("customer"),
        "product_line_code": given.get("product_line") or None,
        "person": {name: row[name] for name in OF_PERSON},
    }


def found(uid: UUID) -> Lead:
    return get_object_or_404(Lead.objects.all(), uid=uid)


def told_of(call: Call, uid: UUID) -> dict[str, Any]:
    lead = lead_record(for_staff=call.member.is_staff, uid=uid)
    if lead is None:
        raise Http404
    return lead


def product_lines(given: Any) -> dict[str, ProductLine]:
    """The product lines that are named, by code. One query."""
    codes = {values["product_line"] for values in given if values.get("product_line")}
    return {line.code: line for line in ProductLine.objects.filter(code__in=codes)} if codes else {}


def origin_of(given: dict[str, Any]) -> Origin:
    return Origin(given.get("source") or SOURCE, consent_text=given.get("consent_text", ""))


def lead_row(given: dict[str, Any], lines: dict[str, ProductLine]) -> Row:
    """The values of an action. Raises Unprocessable for a product line that is not there."""
    code, amount = given.get("product_line"), given.get("amount")
    if code and code not in lines:
        raise Unprocessable({"product_line": [_("There is no product line with this code.")]})
    line = lines.get(code or "")
    values = LeadValues(
        **{name: given[name] for name in _TEXTS if name in given},
        product_line_id=line.pk if line else None,
        product_line_name=line.name if line else "",
        amount_minor=amount["amount_minor"] if amount else None,
        currency=amount["currency"] if amount else "",
    )
    return values, PersonValues(**given.get("person", {}))
