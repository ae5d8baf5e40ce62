"""Leads by mail: the drafts that forwarded mails became, and the mailbox they come to."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fairway.core.http.api.fields import Choice, Flag, Input, Instant, Output, Text
from fairway.core.http.api.operations import Call, PageQuery, Resource, operation
from fairway.core.http.api.problems import Unprocessable
from fairway.core.http.api.shapes import deed, listing, reading
from fairway.core.personal.erased import WasErased
from fairway.leads.actions.capture import Origin
from fairway.leads.actions.mail_in import (
    SENDERS_MOST,
    SOURCE,
    complete_draft,
    drop_draft,
    ensure_inbox,
    renew_inbox,
    reopen_draft,
    save_inbox,
)
from fairway.leads.api.leads import lead_row, product_lines, told_of
from fairway.leads.api.schemas import LeadGiven, LeadTold
from fairway.leads.models import LeadDraft, LeadInbox
from fairway.leads.queries.inboxes import address_of
from fairway.leads.rules.states import DRAFT

_MAY = "lead.capture"
_MAY_KEEP = "lead.form"
_STATES = [(str(state), str(word)) for state, word in DRAFT.labels.items()]


class LeadDraftQuery(PageQuery):
    state = Choice(choices=_STATES, required=False)


class LeadDraftTold(Output):
    """A forwarded mail. `read` holds what was found in it, by the names of a new lead."""

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=_STATES)
    sender = serializers.CharField(help_text="Who forwarded it.")
    subject = serializers.CharField()
    body = serializers.CharField()
    attachments = serializers.IntegerField(help_text="How many there were; they are not kept.")
    read = serializers.DictField(child=serializers.CharField())
    received_at = Instant()
    lead = serializers.UUIDField(source="lead.uid", allow_null=True)
    decided_at = Instant(allow_null=True)
    decided_by = serializers.CharField(source="decided_by.name", allow_null=True)


def _rows(call: Call) -> QuerySet[LeadDraft]:
    rows = LeadDraft.objects.select_related("lead", "decided_by")
    state = call.query.get("state")
    return rows.filter(state=state) if state else rows


def _found(call: Call, uid: UUID) -> LeadDraft:
    return get_object_or_404(LeadDraft.objects.select_related("lead", "decided_by"), uid=uid)


class LeadDrafts(Resource):
    tag = "leads by mail"
    get = listing(
        "list_lead_drafts", _("List leads by mail"), permission=_MAY, rows=_rows, gives=LeadDraftTold,
        asks=LeadDraftQuery, order="received_at", help=_("The newest first."),
    )  # fmt: skip


class LeadDraftDetail(Resource):
    tag = "leads by mail"
    get = reading("read_lead_draft", _("Read a lead by mail"), permission=_MAY, found=_found, gives=LeadDraftTold)


class LeadDraftCompletion(Resource):
    tag = "leads by mail"

    @operation(
        "complete_lead_draft", _("Make the lead of a mail"), permission=_MAY, takes=LeadGiven, gives=LeadTold,
        statuses=(201,), has_version=True, can_refuse=True,
        help=_("The body is the whole lead: start from `read`. Of two who complete one, the second is refused."),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> tuple[int, Any]:
        draft, given = _found(call, uid), call.data
        values, person = lead_row(given, product_lines([given]))
        origin = Origin(given.get("source") or SOURCE, draft.sender, consent_text=given.get("consent_text", ""))
        try:
            lead = complete_draft(
                draft=draft, values=values, person=person, origin=origin, actor=call.member, at=call.at
            )  # fmt: skip
        except WasErased as erased:
            raise Unprocessable({"person": {"email": [str(erased)]}}) from None
        return HTTPStatus.CREATED, told_of(call, lead.uid)


class LeadDraftDropping(Resource):
    tag = "leads by mail"
    post = deed(
        "drop_lead_draft", _("Drop a lead by mail"), permission=_MAY, found=_found, by=drop_draft, row="draft",
        gives=LeadDraftTold,
    )  # fmt: skip


class LeadDraftReopening(Resource):
    tag = "leads by mail"
    post = deed(
        "reopen_lead_draft", _("Take a dropped lead by mail up again"), permission=_MAY, found=_found,
        by=reopen_draft, row="draft", gives=LeadDraftTold,
    )  # fmt: skip


class LeadInboxGiven(Input):
    """Whose mails are taken. What is left out stays as it is."""

    is_open = Flag(required=False)
    takes_anyone = Flag(required=False, help_text="Of anyone who knows the address, not of listed senders alone.")
    senders = serializers.ListField(
        child=Text(max_length=254), required=False, max_length=SENDERS_MOST,
        help_text="`name@halden.example`, or `@halden.example` for everybody there.",
    )  # fmt: skip


class LeadInboxTold(Output):
    address = serializers.SerializerMethodField(help_text="Where mails are forwarded to; a secret is part of it.")
    is_open = serializers.BooleanField()
    takes_anyone = serializers.BooleanField()
    senders = serializers.ListField(child=serializers.CharField())
    renewed_at = Instant()
    version = serializers.IntegerField()

    def get_address(self, inbox: LeadInbox) -> str:
        vendor = self.member.seat.vendor_slug if self.member.seat else ""
        return address_of(vendor, inbox.secret)


def _inbox() -> LeadInbox:
    found = LeadInbox.objects.first()
    if found is None:
        raise Http404
    return found


class LeadInboxDetail(Resource):
    tag = "leads by mail"

    @operation(
        "read_lead_inbox", _("Read the mailbox of leads"), permission=_MAY_KEEP, gives=LeadInboxTold,
        has_version=True, can_miss=True, help=_("404 until it is first changed."),
    )  # fmt: skip
    def get(self, call: Call) -> LeadInbox:
        return _inbox()

    @operation(
        "change_lead_inbox", _("Say whose mails are taken"), permission=_MAY_KEEP, takes=LeadInboxGiven,
        gives=LeadInboxTold, has_version=True, can_refuse=True, help=_("The first change makes it."),
    )  # fmt: skip
    def patch(self, call: Call) -> LeadInbox:
        inbox = LeadInbox.objects.first() or ensure_inbox(actor=call.member, at=call.at)
        call.expect(inbox.version)
        present = {"is_open": inbox.is_open, "takes_anyone": inbox.takes_anyone, "senders": inbox.senders}
        save_inbox(inbox=inbox, **{**present, **call.data}, actor=call.member, at=call.at)
        return inbox


class LeadInboxRenewal(Resource):
    tag = "leads by mail"

    @operation(
        "renew_lead_inbox", _("Give the mailbox of leads a new address"), permission=_MAY_KEEP, gives=LeadInboxTold,
        has_version=True, can_miss=True, help=_("The old one takes nothing from then on."),
    )  # fmt: skip
    def post(self, call: Call) -> LeadInbox:
        inbox = _inbox()
        renew_inbox(inbox=inbox, actor=call.member, at=call.at)
        return inbox
