"""Customers and the people there, for programs of the vendor's staff."""

from http import HTTPStatus
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fairway.core.http.api.fields import Country, Email, Flag, Input, Instant, Output, Text
from fairway.core.http.api.operations import Call, PageQuery, Resource, operation
from fairway.core.http.api.problems import Unprocessable
from fairway.core.personal.erased import WasErased
from fairway.customers.actions import add_contact, create_customer
from fairway.customers.models import Customer, CustomerContact


class CustomerGiven(Input):
    name = Text(max_length=200)
    website = Text(max_length=200, required=False, allow_blank=True)
    city = Text(max_length=100, required=False, allow_blank=True)
    state_code = Text(max_length=10, required=False, allow_blank=True)
    postal_code = Text(max_length=20, required=False, allow_blank=True)
    country = Country(required=False)


class CustomerQuery(PageQuery):
    external_id = Text(max_length=100, required=False)
    country = Country(required=False)


class CustomerFullTold(Output):
    """A company that buys. One that was merged into another is told by that other one."""

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    external_id = serializers.CharField()
    name = serializers.CharField()
    website = serializers.CharField(source="domain")
    domain = serializers.CharField(source="domain_key")
    city = serializers.CharField()
    state_code = serializers.CharField()
    postal_code = serializers.CharField()
    country = serializers.CharField()
    created_at = Instant()


class CustomerContactGiven(Input):
    name = Text(max_length=150)
    title = Text(max_length=150, required=False, allow_blank=True)
    email = Email(max_length=254, required=False, allow_blank=True)
    phone = Text(max_length=50, required=False, allow_blank=True)
    asked_for = Flag(required=False, help_text="A person who was erased asked to be written down again.")


class CustomerContactTold(Output):
    uid = serializers.UUIDField()
    external_id = serializers.CharField()
    name = serializers.CharField()
    title = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()


class Customers(Resource):
    tag = "customers"

    @operation(
        "list_customers", _("List customers"), permission="customer.read", asks=CustomerQuery, gives=CustomerFullTold,
        is_list=True, help=_("In the order in which they came in, the latest first."),
    )  # fmt: skip
    def get(self, call: Call) -> QuerySet[Customer]:
        asked = {name: call.query[name] for name in ("external_id", "country") if name in call.query}
        return _rows().filter(**asked)

    @operation(
        "create_customer", _("Add a customer"), permission="customer.edit", takes=CustomerGiven, gives=CustomerFullTold,
        statuses=(201,), has_version=True, help=_("Also when others look alike: search first."),
    )  # fmt: skip
    def post(self, call: Call) -> tuple[int, Customer]:
        values = {{"website": "domain"}.get(name, name): value for name, value in call.data.items()}
        made = create_customer(values=values, actor=call.member, at=call.at)
        return HTTPStatus.CREATED, made


class CustomerDetail(Resource):
    tag = "customers"

    @operation(
        "read_customer", _("Read a customer"), permission="customer.read", gives=CustomerFullTold, has_version=True
    )
    def get(self, call: Call, uid: UUID) -> Customer:
        return found(uid)


class CustomerContacts(Resource):
    tag = "customers"

    @operation(
        "list_customer_contacts", _("List the people at a customer"), permission="customer.read", asks=PageQuery,
        gives=CustomerContactTold, is_list=True,
    )  # fmt: skip
    def get(self, call: Call, uid: UUID) -> QuerySet[CustomerContact]:
        return CustomerContact.objects.filter(customer=found(uid))

    @operation(
        "add_customer_contact", _("Add a person at a customer"), permission="customer.edit",
        takes=CustomerContactGiven, gives=CustomerContactTold, statuses=(201,),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> tuple[int, CustomerContact]:
        try:
            return HTTPStatus.CREATED, add_contact(customer=found(uid), actor=call.member, at=call.at, **call.data)
        except WasErased as erased:
            raise Unprocessable({"email": [str(erased)]}) from None


def _rows() -> QuerySet[Customer]:
    return Customer.objects.filter(merged_into=None)


def found(uid: UUID) -> Customer:
    return get_object_or_404(_rows(), uid=uid)
