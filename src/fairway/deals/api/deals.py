"""Deals: read them, and work them to their end."""

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairway.core.http.api.operations import Call, PageQuery, Resource, operation
from fairway.core.http.api.problems import Unprocessable
from fairway.core.http.api.timelines import timeline
from fairway.deals.actions.deals import edit_deal, lose_deal, move_deal, set_next_step, win_deal
from fairway.deals.actions.opening import convert_lead
from fairway.deals.api.schemas import DealGiven, DealQuery, DealTold, LossGiven, StageGiven, WinGiven
from fairway.deals.models import Deal
from fairway.deals.queries.records import deal_records
from fairway.leads.api.work import TouchGiven, TouchTold, touched, touches_of
from fairway.leads.models import Lead, Touch


class Deals(Resource):
    tag = "deals"

    @operation(
        "list_deals", gettext_lazy("List deals"), permission="deal.read", asks=DealQuery, gives=DealTold, is_list=True,
        help=gettext_lazy("In the order in which they were opened, the latest first."),
    )  # fmt: skip
    def get(self, call: Call) -> QuerySet[Deal]:
        return deal_records(call.query)


class DealOfLead(Resource):
    tag = "leads"

    @operation(
        "convert_lead", gettext_lazy("Make a deal of a lead"), permission="deal.work", gives=DealTold,
        has_version=True, can_refuse=True, help=gettext_lazy("An accepted lead has one deal, however often asked for."),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> Deal:
        lead = get_object_or_404(Lead.objects.all(), uid=uid)
        return found(convert_lead(lead=lead, actor=call.member, at=call.at).uid)


class DealDetail(Resource):
    tag = "deals"

    @operation("read_deal", gettext_lazy("Read a deal"), permission="deal.read", gives=DealTold, has_version=True)
    def get(self, call: Call, uid: UUID) -> Deal:
        return found(uid)

    @operation(
        "edit_deal", gettext_lazy("Change a deal"), permission="deal.work", takes=DealGiven, gives=DealTold,
        has_version=True, help=gettext_lazy("Only what is given is changed; an empty next step clears it."),
    )  # fmt: skip
    def patch(self, call: Call, uid: UUID) -> Deal:
        deal, given = found(uid), dict(call.data)
        call.expect(deal.version)
        if "next_step" in given:
            step, on = given.pop("next_step"), given.pop("next_step_on", None)
            set_next_step(deal=deal, text=step, on=on, actor=call.member, at=call.at, version=deal.version)
        if "amount" in given:
            given |= given.pop("amount")
        if given:
            edit_deal(deal=deal, values=given, version=deal.version, actor=call.member, at=call.at)
        return found(uid)


class DealTouches(Resource):
    tag = "deals"

    @operation(
        "list_deal_touches", gettext_lazy("List contacts about a deal"), permission="deal.read", asks=PageQuery,
        gives=TouchTold, is_list=True, order="touched_at", help=gettext_lazy("The latest first."),
    )  # fmt: skip
    def get(self, call: Call, uid: UUID) -> QuerySet[Touch]:
        return touches_of(found(uid))

    @operation(
        "touch_deal", gettext_lazy("Log a contact about a deal"), permission="deal.work", takes=TouchGiven,
        gives=TouchTold, statuses=(201,),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> tuple[int, Touch]:
        return touched(found(uid), call)


class DealStage(Resource):
    tag = "deals"

    @operation(
        "move_deal", gettext_lazy("Move a deal to another stage"), permission="deal.work", takes=StageGiven,
        gives=DealTold, has_version=True,
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> Deal:
        move_deal(deal=found(uid), to=call.data["stage"], actor=call.member, at=call.at)
        return found(uid)


class DealWin(Resource):
    tag = "deals"

    @operation(
        "win_deal", gettext_lazy("Win a deal"), permission="deal.work", takes=WinGiven, gives=DealTold,
        has_version=True,
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> Deal:
        deal, amount = found(uid), call.data["amount"]
        currency = deal.currency or (call.member.seat.vendor_currency if call.member.seat else "")
        if amount["currency"] != currency:
            text = _("Write it in %(currency)s, the deal's currency.") % {"currency": currency}
            raise Unprocessable({"amount": {"currency": [text]}})
        win_deal(deal=deal, amount_minor=amount["amount_minor"], actor=call.member, at=call.at)
        return found(uid)


class DealLoss(Resource):
    tag = "deals"

    @operation(
        "lose_deal", gettext_lazy("Lose a deal"), permission="deal.work", takes=LossGiven, gives=DealTold,
        has_version=True, help=gettext_lazy("Its protection ends."),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> Deal:
        reason, note = call.data["reason"], call.data.get("note", "")
        lose_deal(deal=found(uid), reason=reason, note=note, actor=call.member, at=call.at)
        return found(uid)


class DealEvents(Resource):
    tag = "deals"
    get = timeline(
        "list_deal_events",
        gettext_lazy("List what happened to a deal"),
        permission="deal.read",
        found=lambda call, uid: found(uid),
    )


def found(uid: UUID) -> Deal:
    return get_object_or_404(deal_records({}), uid=uid)
