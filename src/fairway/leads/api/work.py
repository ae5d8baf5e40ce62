"""Working leads: touches, notes, an offer to a partner of choice, routing again, closing, taking back."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from fairway.core.events.record import subject_type
from fairway.core.http.api.bulk import Lines, LinesTold, lines_of
from fairway.core.http.api.fields import Choice, Flag, Input, Instant, Output, Slug, Text, Whole
from fairway.core.http.api.operations import Call, PageQuery, Resource, operation
from fairway.core.http.api.problems import Unprocessable
from fairway.core.http.api.timelines import timeline
from fairway.core.moves import StateConflict
from fairway.core.refusals import Refused
from fairway.core.tenancy.models import Partner
from fairway.leads.actions.customers import decide_customer
from fairway.leads.actions.many import route_again
from fairway.leads.actions.notes import add_note
from fairway.leads.actions.offers import offer_lead_to
from fairway.leads.actions.work import close_lead, log_touch, recall_lead
from fairway.leads.api.leads import READ, found, told_of
from fairway.leads.api.offers import recall_reason
from fairway.leads.api.schemas import LeadTold, OfferTold, RecallGiven
from fairway.leads.models import CustomerMatch, Lead, LeadNote, Offer, Touch
from fairway.leads.queries.limits import DEFAULT_HOURS
from fairway.leads.queries.records import offer_records
from fairway.leads.rules.answers import CLOSE_REASONS

_REASONS = [(str(key), str(word)) for key, word in CLOSE_REASONS.items()]


class TouchGiven(Input):
    """One contact with the customer."""

    kind = Slug(max_length=40, help_text="A code of the list `touch_kind`, such as `call`.")
    outcome = Slug(max_length=40, help_text="A code of the list `touch_outcome`, such as `reached`.")
    note = Text(max_length=4000, required=False, allow_blank=True)
    touched_at = Instant(required=False, help_text="Now, when it is left out.")


class TouchTold(Output):
    uid = serializers.UUIDField()
    kind = serializers.CharField()
    outcome = serializers.CharField()
    note = serializers.CharField()
    by = serializers.CharField(source="seat.name", allow_null=True)
    touched_at = Instant()


class NoteGiven(Input):
    text = Text(max_length=10_000)


class NoteTold(Output):
    uid = serializers.UUIDField()
    text = serializers.CharField()
    by = serializers.CharField(source="seat.name", allow_null=True)
    noted_at = Instant()


class ClosingGiven(Input):
    reason = Choice(choices=_REASONS)
    note = Text(max_length=1000, required=False, allow_blank=True)


class CustomerAnswerGiven(Input):
    is_customer = Flag(help_text="Whether the lead is of the customer that it was taken for.")


class LeadOfferGiven(Input):
    partner = Text(max_length=100, help_text="The partner's external id.")
    reason = Text(max_length=200, required=False, allow_blank=True, help_text="Needed against the rules.")
    code = Text(max_length=40, required=False, help_text="Of the reasons to offer against the rules; other by default.")
    limit_hours = Whole(min_value=1, max_value=24 * 90, required=False, help_text="Business hours to answer in.")


def touches_of(subject: Any) -> QuerySet[Touch]:
    rows = Touch.objects.filter(subject_type=subject_type(subject), subject_id=subject.pk)
    return rows.select_related("seat")


def touched(subject: Any, call: Call) -> tuple[int, Touch]:
    """Keep a touch of a lead or a deal."""
    given = {"note": "", **call.data}
    made = log_touch(subject=subject, actor=call.member, at=call.at, **given)
    return HTTPStatus.CREATED, touches_of(subject).get(pk=made.pk)


class LeadTouches(Resource):
    tag = "leads"

    @operation(
        "list_lead_touches", gettext_lazy("List contacts about a lead"), permission=READ, asks=PageQuery,
        gives=TouchTold, is_list=True, order="touched_at", help=gettext_lazy("The latest first."),
    )  # fmt: skip
    def get(self, call: Call, uid: UUID) -> QuerySet[Touch]:
        return touches_of(found(uid))

    @operation(
        "touch_lead", gettext_lazy("Log a contact about a lead"), permission=("lead.work", "lead.route"),
        takes=TouchGiven, gives=TouchTold, statuses=(201,),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> tuple[int, Touch]:
        return touched(found(uid), call)


class TouchLineGiven(TouchGiven):
    lead = serializers.UUIDField()


class TouchLinesGiven(Input):
    lines = lines_of(TouchLineGiven, most=1000)


class TouchBulk(Resource):
    tag = "leads"

    @operation(
        "touch_leads", gettext_lazy("Log many contacts"), permission=("lead.work", "lead.route"),
        takes=TouchLinesGiven, gives=LinesTold,
        help=gettext_lazy("Up to 1,000 lines. Good lines are taken, bad ones say what is wrong."),
    )  # fmt: skip
    def post(self, call: Call) -> Lines:
        lines = Lines(call.data["lines"], TouchLineGiven, key=())
        leads = {lead.uid: lead for lead in Lead.objects.filter(uid__in=[v["lead"] for v in lines.values.values()])}
        for number, values in list(lines.values.items()):
            given = {"note": "", **values}
            lead = leads.get(given.pop("lead"))
            if lead is None:
                lines.refuse(number, {"lead": [_("There is no lead with this uid.")]})
                continue
            try:
                made = log_touch(subject=lead, actor=call.member, at=call.at, **given)
            except (Refused, StateConflict) as refused:
                lines.refuse(number, {getattr(refused, "field", "") or "lead": [str(refused)]})
            else:
                lines.tell(number, "created", made.uid)
        return lines


class LeadEvents(Resource):
    tag = "leads"
    get = timeline(
        "list_lead_events",
        gettext_lazy("List what happened to a lead"),
        permission=READ,
        found=lambda call, uid: found(uid),
    )


class LeadNotes(Resource):
    tag = "leads"

    @operation(
        "list_lead_notes", gettext_lazy("List notes on a lead"), permission="lead.read", asks=PageQuery,
        gives=NoteTold, is_list=True, order="noted_at", help=gettext_lazy("Of the vendor's staff, the latest first."),
    )  # fmt: skip
    def get(self, call: Call, uid: UUID) -> QuerySet[LeadNote]:
        return LeadNote.objects.filter(lead=found(uid)).select_related("seat")

    @operation(
        "note_lead", gettext_lazy("Write a note on a lead"), permission="lead.note", takes=NoteGiven, gives=NoteTold,
        statuses=(201,),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> tuple[int, LeadNote]:
        made = add_note(lead=found(uid), text=call.data["text"], actor=call.member, at=call.at)
        return HTTPStatus.CREATED, LeadNote.objects.select_related("seat").get(pk=made.pk)


class LeadClosing(Resource):
    tag = "leads"

    @operation(
        "close_lead", gettext_lazy("Close a lead"), permission=("lead.work", "lead.route"), takes=ClosingGiven,
        gives=LeadTold, has_version=True, help=gettext_lazy("It comes to nothing."),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> dict[str, Any]:
        reason, note = call.data["reason"], call.data.get("note", "")
        close_lead(lead=found(uid), reason=reason, note=note, actor=call.member, at=call.at)
        return told_of(call, uid)


class LeadCustomer(Resource):
    tag = "leads"

    @operation(
        "decide_lead_customer", gettext_lazy("Say whether a lead is of the customer it was taken for"),
        permission="lead.note", takes=CustomerAnswerGiven, gives=LeadTold, has_version=True, can_refuse=True,
        help=gettext_lazy("404 for a lead for which no customer was found."),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> dict[str, Any]:
        match = get_object_or_404(CustomerMatch, lead=found(uid))
        decide_customer(match=match, is_customer=call.data["is_customer"], actor=call.member, at=call.at)
        return told_of(call, uid)


class LeadRecall(Resource):
    tag = "leads"

    @operation(
        "recall_lead", gettext_lazy("Take a lead back from its partner"), permission="lead.recall",
        takes=RecallGiven, gives=LeadTold, has_version=True,
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> dict[str, Any]:
        then_route = call.data.get("then_route", True)
        recall_lead(
            lead=found(uid), **recall_reason(call.data), then_route=then_route, actor=call.member, at=call.at
        )  # fmt: skip
        return told_of(call, uid)


class LeadRouting(Resource):
    tag = "leads"

    @operation(
        "route_lead", gettext_lazy("Let the rules look at a lead again"), permission="lead.route", gives=LeadTold,
        statuses=(202,), has_version=True, can_refuse=True, help=gettext_lazy("For leads that nobody has."),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> tuple[int, dict[str, Any]]:
        line = route_again(rows=[found(uid)], actor=call.member, at=call.at)[0]
        if not line.is_done:
            raise Refused(line.said)
        return HTTPStatus.ACCEPTED, told_of(call, uid)


class LeadOffers(Resource):
    tag = "leads"

    @operation(
        "offer_lead", gettext_lazy("Offer a lead to a partner of choice"), permission="lead.route",
        takes=LeadOfferGiven, gives=OfferTold, statuses=(201,), has_version=True,
        help=gettext_lazy("An open offer to another partner is taken back."),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> tuple[int, Offer]:
        given, lead = call.data, found(uid)
        partner = Partner.objects.filter(external_id=given["partner"]).first()
        if partner is None:
            raise Unprocessable({"partner": [_("There is no partner with this external id.")]})
        made = offer_lead_to(
            lead=lead, partner=partner, reason=given.get("reason", ""), code=given.get("code", ""),
            actor=call.member, at=call.at, limit_hours=given.get("limit_hours", DEFAULT_HOURS),
        )  # fmt: skip
        return HTTPStatus.CREATED, get_object_or_404(offer_records({}), pk=made.pk)
