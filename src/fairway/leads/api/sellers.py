"""A partner's people and its leads: its rule, who is away, who has which lead; handing on, taking, giving back."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from fairway.core.http.api.conditions import PlainObject
from fairway.core.http.api.fields import Choice, Day, Input, Instant, Output, Slug, Text, Whole
from fairway.core.http.api.operations import Call, PageQuery, Resource, operation
from fairway.core.http.api.problems import Unprocessable
from fairway.core.http.api.shapes import deed, listing, making, reading
from fairway.core.tenancy.models import Seat
from fairway.leads.actions.seller_rules import add_absence, remove_absence, save_seller_rule_whole
from fairway.leads.actions.sellers import assign_lead, give_back_assignment, take_assignment
from fairway.leads.api.leads import found as lead_found
from fairway.leads.models import SellerAbsence, SellerAssignment
from fairway.leads.queries.sellers import WORKERS, lines_of, rule_of
from fairway.leads.rules.following import HOURS_MOST
from fairway.leads.rules.sellers import ACCEPTER, LINE_WAYS, LINES_MOST, OPEN_MOST, SEATS_MOST, TURN, WAYS
from fairway.leads.rules.states import SELLER_ASSIGNMENT

_READ, _ASSIGN, _WORK = "offer.read", "seller.assign", "lead.work"
_WAYS = [(key, str(words)) for key, words in WAYS.items()]
_LINE_WAYS = [(key, str(words)) for key, words in LINE_WAYS.items()]


class SellerLineGiven(Input):
    name = Text(max_length=100)
    when = PlainObject(help_text="A condition on `own_leads`.")
    seats = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=SEATS_MOST, required=False,
        help_text="Oneself, when it is left out.",
    )  # fmt: skip
    way = Choice(choices=_LINE_WAYS, required=False)


class SellerRuleGiven(Input):
    """The whole rule: what was set before is replaced, with all its lines."""

    way = Choice(choices=_WAYS)
    answer_hours = Whole(min_value=1, max_value=HOURS_MOST, required=False, allow_null=True)
    open_most = Whole(min_value=1, max_value=OPEN_MOST, required=False, allow_null=True)
    lines = serializers.ListField(child=SellerLineGiven(), required=False, max_length=LINES_MOST)


class SellerLineTold(serializers.Serializer):
    name = serializers.CharField()
    when = serializers.JSONField()
    seats = serializers.ListField(child=serializers.UUIDField())
    way = serializers.CharField()


class SellerRuleTold(Output):
    """Hours are business hours of the partner's place; null: as the vendor says. `open_most` null: no limit."""

    version = serializers.IntegerField(help_text="0 while who accepts a lead works it.")
    way = serializers.CharField()
    answer_hours = serializers.IntegerField(allow_null=True)
    open_most = serializers.IntegerField(allow_null=True)
    lines = SellerLineTold(many=True)


def _rule_told(call: Call) -> dict[str, Any]:
    rule = rule_of(call.member.partner_id)
    lines = lines_of(rule)
    uids = dict(Seat.objects.filter(pk__in={seat for line in lines for seat in line.seats}).values_list("pk", "uid"))
    return {
        "version": rule.version if rule else 0, "way": rule.way if rule else ACCEPTER,
        "answer_hours": rule.answer_hours if rule else None, "open_most": rule.open_most if rule else None,
        "lines": [
            {"name": line.name, "when": line.when, "way": line.way,
             "seats": [uids[seat] for seat in line.seats if seat in uids]}
            for line in lines
        ],
    }  # fmt: skip


class SellerRuleOf(Resource):
    tag = "sellers"

    @operation(
        "read_seller_rule", gettext_lazy("Read the own rule for sellers"), permission=_ASSIGN, gives=SellerRuleTold,
        has_version=True, help=gettext_lazy("For a partner's token."),
    )  # fmt: skip
    def get(self, call: Call) -> dict[str, Any]:
        return _rule_told(call)

    @operation(
        "change_seller_rule", gettext_lazy("Set the own rule for sellers"), permission=_ASSIGN, takes=SellerRuleGiven,
        gives=SellerRuleTold, has_version=True, can_refuse=True,
        help=gettext_lazy("With all its lines, in place of what was."),
    )  # fmt: skip
    def patch(self, call: Call) -> dict[str, Any]:
        given = dict(call.data)
        version = _rule_told(call)["version"]
        call.expect(version)
        lines = [_line(line, call) for line in given.pop("lines", [])]
        values = {"answer_hours": None, "open_most": None, **given}
        save_seller_rule_whole(values=values, lines=lines, actor=call.member, at=call.at, version=version)
        return _rule_told(call)


def _line(given: dict[str, Any], call: Call) -> dict[str, Any]:
    if "seats" not in given:
        return {"way": TURN, **given, "seats": [call.member.seat_id]}
    seats = {seat.uid: seat.pk for seat in _seats(call).filter(uid__in=given["seats"])}
    if unknown := [str(uid) for uid in given["seats"] if uid not in seats]:
        raise Unprocessable({"lines": [_("Nobody of your company has this uid: %(uid)s.") % {"uid": unknown[0]}]})
    return {"way": TURN, **given, "seats": [seats[uid] for uid in given["seats"]]}


def _seats(call: Call) -> QuerySet[Seat]:
    return Seat.objects.filter(partner_key=call.member.partner_id or -1, role__in=WORKERS, is_active=True)


class SellerTold(Output):
    uid = serializers.UUIDField()
    name = serializers.CharField()
    role = serializers.CharField()
    created_at = Instant()


class Sellers(Resource):
    tag = "sellers"
    get = listing(
        "list_sellers", gettext_lazy("List the own people who work leads"), permission=_ASSIGN, rows=_seats,
        gives=SellerTold, order="created_at",
    )  # fmt: skip


class AbsenceGiven(Input):
    seller = serializers.UUIDField(required=False, help_text="Oneself, when it is left out.")
    first_on = Day()
    last_on = Day(help_text="Inclusive.")


class AbsenceTold(Output):
    uid = serializers.UUIDField()
    seller = serializers.UUIDField(source="seat.uid")
    name = serializers.CharField(source="seat.name")
    first_on = serializers.DateField()
    last_on = serializers.DateField()
    created_at = Instant()


def _absences(call: Call) -> QuerySet[SellerAbsence]:
    return SellerAbsence.objects.filter(partner_id=call.member.partner_id or -1).select_related("seat")


def _absence(call: Call, uid: UUID) -> SellerAbsence:
    return get_object_or_404(_absences(call), uid=uid)


def _added(call: Call) -> SellerAbsence:
    given = call.data
    mine = Q(pk=call.member.seat_id or 0)
    found = _seats(call).filter(Q(uid=given["seller"]) if "seller" in given else mine).first()
    if found is None:
        raise Unprocessable({"seller": [_("Choose one of your company who works leads.")]})
    return add_absence(
        seat=found, first_on=given["first_on"], last_on=given["last_on"], actor=call.member, at=call.at
    )  # fmt: skip


class Absences(Resource):
    tag = "sellers"
    get = listing(
        "list_seller_absences", gettext_lazy("List days on which people get no leads"), permission=_WORK,
        rows=_absences, gives=AbsenceTold, order="created_at",
    )  # fmt: skip
    post = making(
        "add_seller_absence", gettext_lazy("Say that somebody is away"), permission=(_WORK, _ASSIGN), by=_added,
        found=_absence, takes=AbsenceGiven, gives=AbsenceTold,
    )  # fmt: skip


class AbsenceRemoval(Resource):
    tag = "sellers"
    post = deed(
        "remove_seller_absence", gettext_lazy("Say that somebody is back"), permission=(_WORK, _ASSIGN),
        found=_absence, by=remove_absence, gives=AbsenceTold, row="absence", is_last=True,
    )  # fmt: skip


class AssignmentQuery(PageQuery):
    state = Choice(choices=list(SELLER_ASSIGNMENT.labels.items()), required=False)
    lead = serializers.UUIDField(required=False)


class AssignmentTold(Output):
    """A lead with one of the people, or waiting for one. Until `due_at` it is to be taken or given back."""

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    lead = serializers.UUIDField(source="lead.uid")
    seller = serializers.SerializerMethodField()
    state = serializers.CharField()
    how = serializers.CharField(help_text="Who chose: rule, person or undo.")
    line = serializers.CharField(source="line_name")
    because = serializers.CharField(help_text="Why it waits for a seller.")
    passed = serializers.DictField(child=serializers.IntegerField(), help_text="How many were passed over, by reason.")
    code = serializers.CharField(help_text="Why it was given back, of the list `seller_return`.")
    text = serializers.CharField()
    assigned_at = Instant()
    due_at = Instant(allow_null=True)
    taken_at = Instant(allow_null=True)
    ended_at = Instant(allow_null=True)

    def get_seller(self, row: SellerAssignment) -> str | None:
        return str(row.seat.uid) if row.seat else None


def _rows(call: Call) -> QuerySet[SellerAssignment]:
    rows = SellerAssignment.objects.select_related("lead", "seat")
    if state := call.query.get("state"):
        rows = rows.filter(state=state)
    return rows.filter(lead__uid=call.query["lead"]) if "lead" in call.query else rows


def _found(call: Call, uid: UUID) -> SellerAssignment:
    return get_object_or_404(SellerAssignment.objects.select_related("lead", "seat"), uid=uid)


class Assignments(Resource):
    tag = "sellers"
    get = listing(
        "list_seller_assignments", gettext_lazy("List who has or had which lead"), permission=_READ, rows=_rows,
        gives=AssignmentTold, asks=AssignmentQuery, order="assigned_at", help=gettext_lazy("The latest first."),
    )  # fmt: skip


class AssignmentDetail(Resource):
    tag = "sellers"
    get = reading(
        "read_seller_assignment", gettext_lazy("Read who has or had a lead"), permission=_READ, found=_found,
        gives=AssignmentTold,
    )  # fmt: skip


class Taking(Resource):
    tag = "sellers"
    post = deed(
        "take_lead", gettext_lazy("Take a lead that was handed to oneself"), permission=_WORK, found=_found,
        by=take_assignment, gives=AssignmentTold, row="assignment", can_refuse=True,
    )  # fmt: skip


class GivingBackGiven(Input):
    code = Slug(max_length=40, help_text="A code of the list `seller_return`.")
    text = Text(max_length=200, required=False, allow_blank=True)


class GivingBack(Resource):
    tag = "sellers"
    post = deed(
        "give_lead_back", gettext_lazy("Give back a lead that was handed to oneself"), permission=_WORK, found=_found,
        by=give_back_assignment, takes=GivingBackGiven, gives=AssignmentTold, row="assignment", can_refuse=True,
        help=gettext_lazy("It goes to the next by the rule, or waits for the executive."),
    )  # fmt: skip


class LeadSellerGiven(Input):
    seller = serializers.UUIDField(required=False, help_text="Without it, as the rule says.")
    reason = Text(max_length=200, required=False, allow_blank=True, help_text="Needed to go against the rule.")


class LeadSeller(Resource):
    tag = "sellers"

    @operation(
        "assign_lead", gettext_lazy("Hand a lead to one of the own people"), permission=_ASSIGN, takes=LeadSellerGiven,
        gives=AssignmentTold, has_version=True, can_refuse=True,
        help=gettext_lazy("The answer is with whom it is now, or that it waits for a seller and why."),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> SellerAssignment:
        given, lead = call.data, lead_found(uid)
        seat = _seats(call).filter(uid=given["seller"]).first() if "seller" in given else None
        if "seller" in given and seat is None:
            raise Unprocessable({"seller": [_("Choose one of your company who works leads.")]})
        assign_lead(lead=lead, seat=seat, actor=call.member, at=call.at, reason=given.get("reason", ""))
        return get_object_or_404(SellerAssignment.objects.select_related("lead", "seat"), lead=lead, ended_at=None)
