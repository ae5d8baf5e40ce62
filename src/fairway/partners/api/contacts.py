"""People at a partner who have no log-in."""

from typing import cast
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fairway.core.http.api.fields import Email, Input, Output, Text
from fairway.core.http.api.operations import Call, Resource
from fairway.core.http.api.shapes import changing, deed, listing, making, reading
from fairway.core.tenancy.models import Partner
from fairway.partners.actions.contacts import remove_contact, save_contact
from fairway.partners.api.standing import partner_found
from fairway.partners.models import Contact

_FIELDS = ("name", "title", "email", "phone")


class ContactChangeGiven(Input):
    name = Text(max_length=150, required=False)
    title = Text(max_length=150, required=False, allow_blank=True)
    email = Email(max_length=254, required=False, allow_blank=True)
    phone = Text(max_length=50, required=False, allow_blank=True)


class ContactGiven(ContactChangeGiven):
    name = Text(max_length=150)


class ContactTold(Output):
    uid = serializers.UUIDField()
    partner = serializers.UUIDField(source="partner.uid")
    name = serializers.CharField()
    title = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()
    external_id = serializers.CharField()
    seat = serializers.UUIDField(source="seat.uid", allow_null=True, help_text="Of those who have a log-in.")


def _contacts() -> QuerySet[Contact]:
    return Contact.objects.exclude(partner=None).select_related("partner", "seat")


def _of_partner(call: Call, uid: UUID) -> QuerySet[Contact]:
    return _contacts().filter(partner=partner_found(call, uid))


def found(call: Call, uid: UUID) -> Contact:
    return get_object_or_404(_contacts(), uid=uid)


def _added(call: Call, uid: UUID) -> Contact:
    return save_contact(partner=partner_found(call, uid), **call.data, actor=call.member, at=call.at)


def _changed(call: Call, contact: Contact) -> None:
    values = {**{name: getattr(contact, name) for name in _FIELDS}, **call.data}
    partner = cast(Partner, contact.partner)
    save_contact(partner=partner, contact=contact, **values, actor=call.member, at=call.at)


class PartnerContacts(Resource):
    tag = "partners"
    get = listing(
        "list_contacts", _("List the contacts of a partner"), permission="partner.read", rows=_of_partner,
        gives=ContactTold,
    )  # fmt: skip
    post = making(
        "add_contact", _("Add a contact to a partner"), permission="partner.edit", by=_added, found=found,
        takes=ContactGiven, gives=ContactTold, help=_("Without a log-in, which an invitation gives."),
    )  # fmt: skip


class ContactDetail(Resource):
    tag = "partners"
    get = reading("read_contact", _("Read a contact"), permission="partner.read", found=found, gives=ContactTold)
    patch = changing(
        "change_contact", _("Change a contact"), permission="partner.edit", found=found, by=_changed,
        takes=ContactChangeGiven, gives=ContactTold,
    )  # fmt: skip


class ContactRemoval(Resource):
    tag = "partners"
    post = deed(
        "remove_contact", _("Remove a contact"), permission="partner.edit", found=found, by=remove_contact,
        row="contact", gives=ContactTold, is_last=True,
    )  # fmt: skip
