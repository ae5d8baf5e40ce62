"""Public forms: which there are and where, made and changed."""

from typing import Any
from uuid import UUID

from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fairway.catalog.api.products import line_named
from fairway.core.brand.fronts import absolute
from fairway.core.http.api.fields import Flag, Input, Output, Text
from fairway.core.http.api.operations import Call, Resource
from fairway.core.http.api.shapes import changing, listing, making, reading
from fairway.leads.actions.forms import FIELDS, save_lead_form
from fairway.leads.models import LeadForm

_MAY = "lead.form"
_SLUG = RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*$", _("Use small letters, digits and hyphens only."))


class LeadFormChangeGiven(Input):
    name = Text(max_length=100, required=False, help_text="For staff: it is the leads' source detail.")
    slug = Text(max_length=60, required=False, validators=[_SLUG], help_text="The last part of its address.")
    headline = Text(max_length=200, required=False, allow_blank=True)
    consent_text = Text(max_length=2000, required=False, help_text="What the person agrees to.")
    product_line = Text(max_length=50, required=False, allow_null=True, help_text="A product line's code.")
    campaign = Text(max_length=200, required=False, allow_blank=True)
    is_active = Flag(required=False, help_text="Open to the public; true by default.")


class LeadFormGiven(LeadFormChangeGiven):
    name = Text(max_length=100)
    slug = Text(max_length=60, validators=[_SLUG], help_text="The last part of its address.")
    consent_text = Text(max_length=2000, help_text="What the person agrees to.")


class LeadFormTold(Output):
    uid = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()
    address = serializers.SerializerMethodField()
    headline = serializers.CharField()
    consent_text = serializers.CharField()
    product_line = serializers.CharField(source="product_line.code", allow_null=True)
    campaign = serializers.CharField()
    is_active = serializers.BooleanField()

    def get_address(self, form: LeadForm) -> str:
        vendor = self.member.seat.vendor_slug if self.member.seat else ""
        return absolute(form.vendor_id, f"/{vendor}/public/f/{form.slug}/")


def _rows(call: Call) -> QuerySet[LeadForm]:
    return LeadForm.objects.select_related("product_line")


def found(call: Call, uid: UUID) -> LeadForm:
    return get_object_or_404(_rows(call), uid=uid)


def _saved(call: Call, form: LeadForm | None = None) -> LeadForm:
    values: dict[str, Any] = {"headline": "", "campaign": "", "product_line": None, "is_active": True}
    if form is not None:
        values = {name: getattr(form, name) for name in FIELDS}
    given = dict(call.data)
    if code := given.get("product_line"):
        given["product_line"] = line_named(code)
    return save_lead_form(form=form, **{**values, **given}, actor=call.member, at=call.at)


class LeadForms(Resource):
    tag = "lead forms"
    get = listing("list_lead_forms", _("List public forms"), permission=_MAY, rows=_rows, gives=LeadFormTold)
    post = making(
        "add_lead_form", _("Add a public form"), permission=_MAY, by=_saved, found=found, takes=LeadFormGiven,
        gives=LeadFormTold,
    )  # fmt: skip


class LeadFormDetail(Resource):
    tag = "lead forms"
    get = reading("read_lead_form", _("Read a public form"), permission=_MAY, found=found, gives=LeadFormTold)
    patch = changing(
        "change_lead_form", _("Change a public form"), permission=_MAY, found=found, by=_saved,
        takes=LeadFormChangeGiven, gives=LeadFormTold,
    )  # fmt: skip
