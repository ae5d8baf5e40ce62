"""Offers: read them, answer them, take them back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from fairway.core.http.api.operations import Call, Resource, operation
from fairway.leads.actions.offers import accept_offer, decline_offer, recall_offer
from fairway.leads.api.schemas import DeclineGiven, OfferQuery, OfferTold, RecallGiven
from fairway.leads.models import Offer
from fairway.leads.queries.records import offer_records
from fairway.leads.rules.reasons import OTHER


class Offers(Resource):
    tag = "offers"

    @operation(
        "list_offers", _("List offers"), permission="offer.read", asks=OfferQuery, gives=OfferTold, is_list=True,
        order="offered_at", help=_("The newest first. A partner's token reads the offers made to it."),
    )  # fmt: skip
    def get(self, call: Call) -> QuerySet[Offer]:
        return offer_records(call.query)


class OfferDetail(Resource):
    tag = "offers"

    @operation("read_offer", _("Read an offer"), permission="offer.read", gives=OfferTold, has_version=True)
    def get(self, call: Call, uid: UUID) -> Offer:
        return found(uid)


class OfferAcceptance(Resource):
    tag = "offers"

    @operation(
        "accept_offer", _("Accept an offer"), permission="offer.answer", gives=OfferTold, has_version=True,
        help=_("The lead becomes the partner's, with its person."),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> Offer:
        accept_offer(offer=found(uid), actor=call.member, at=call.at)
        return found(uid)


class OfferDecline(Resource):
    tag = "offers"

    @operation(
        "decline_offer", _("Decline an offer"), permission="offer.answer", takes=DeclineGiven, gives=OfferTold,
        has_version=True,
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> Offer:
        given = call.data
        decline_offer(
            offer=found(uid), actor=call.member, at=call.at, quality=given["quality"], note=given.get("note", "")
        )
        return found(uid)


class OfferRecall(Resource):
    tag = "offers"

    @operation(
        "recall_offer", _("Take an offer back"), permission="lead.recall", takes=RecallGiven, gives=OfferTold,
        has_version=True,
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> Offer:
        given = call.data
        recall_offer(
            offer=found(uid), actor=call.member, at=call.at, **recall_reason(given),
            then_route=given.get("then_route", True),
        )  # fmt: skip
        return found(uid)


def recall_reason(given: Mapping[str, Any]) -> dict[str, str]:
    return {"code": given.get("code", OTHER), "reason": given.get("reason", "")}


def found(uid: UUID) -> Offer:
    return get_object_or_404(offer_records({}), uid=uid)
