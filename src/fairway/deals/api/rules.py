"""The rules for registrations and protections: read, and replaced as one document."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from fairway.core.access import Member
from fairway.core.http.api.fields import Amount, Choice, Email, Input, Money, MoneyTold, Output, Whole
from fairway.core.http.api.operations import Call, Resource, operation
from fairway.core.http.api.problems import Unprocessable
from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.queries import staff_who_see_all
from fairway.deals.actions.rules import STEP_RELATION, STEP_ROLES, STEPS_MOST, save_deal_rules
from fairway.deals.queries.policies import NUMBERS, deal_rules, policy_of
from fairway.deals.rules.decision import DealPolicy, FurtherStep

_ROLES = [(str(role.value), str(role.label)) for role in (*STEP_ROLES, STEP_RELATION)]
_DAYS_MOST, _HOURS_MOST = 3650, 400


class StepGiven(Input):
    """Who decides next: a role (`cam` is the partner's own account manager), or the person with an e-mail."""

    role = Choice(choices=_ROLES, required=False)
    email = Email(required=False)
    from_amount = Money(required=False, help_text="From this expected value on; always, when it is left out.")
    limit_hours = Whole(min_value=1, max_value=_HOURS_MOST, required=False, help_text="Business hours; 16 by default.")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if ("role" in given) == ("email" in given):
            raise serializers.ValidationError({"role": [_("Name a role or a person.")]})
        return given


class DealRulesGiven(Input):
    registration_days = Whole(min_value=1, max_value=_DAYS_MOST, required=False)
    lead_days = Whole(min_value=1, max_value=_DAYS_MOST, required=False)
    extension_days = Whole(min_value=1, max_value=_DAYS_MOST, required=False)
    extensions_most_days = Whole(min_value=1, max_value=_DAYS_MOST, required=False)
    limit_hours = Whole(min_value=1, max_value=_HOURS_MOST, required=False)
    automatic_below = Money(required=False, help_text="Clear cases below it are approved by rule.")
    steps = serializers.ListField(
        child=StepGiven(), max_length=STEPS_MOST, required=False, help_text="Those after the deal desk's, all of them."
    )


class StepTold(serializers.Serializer):
    role = serializers.CharField()
    email = serializers.CharField(allow_null=True)
    from_amount = MoneyTold()
    limit_hours = serializers.IntegerField()


class DealRulesTold(Output):
    version = serializers.IntegerField(help_text="0 while all is as delivered.")
    registration_days = serializers.IntegerField(help_text="How long an approved registration is protected.")
    lead_days = serializers.IntegerField(help_text="How long an accepted lead is protected.")
    extension_days = serializers.IntegerField(help_text="What an extension proposes.")
    extensions_most_days = serializers.IntegerField(help_text="How long a protection lasts at most.")
    limit_hours = serializers.IntegerField(help_text="Business hours for the deal desk to decide.")
    automatic_below = Amount("automatic_below_minor")
    steps = StepTold(many=True)


@dataclass(frozen=True, slots=True)
class Now:
    """The policy in force, its version, and what of it is told."""

    policy: DealPolicy
    version: int

    @classmethod
    def read(cls) -> "Now":
        row = deal_rules()
        return cls(policy_of(row), row.version if row else 0)

    def told(self, currency: str) -> dict[str, Any]:
        named = [step.seat_id for step in self.policy.steps if step.seat_id]
        emails = dict(Seat.objects.filter(pk__in=named).values_list("pk", "email")) if named else {}
        steps = [
            {
                "role": step.role, "email": emails.get(step.seat_id), "limit_hours": step.limit_hours,
                "from_amount": {"amount_minor": step.from_minor, "currency": currency},
            }
            for step in self.policy.steps
        ]  # fmt: skip
        numbers = {name: getattr(self.policy, name) for name in NUMBERS}
        return {**numbers, "version": self.version, "currency": currency, "steps": steps}


def _currency(member: Member) -> str:
    return member.seat.vendor_currency if member.seat else ""


def _minor(amount: dict[str, Any], field: str, currency: str) -> int:
    if amount["currency"] != currency:
        text = _("Write it in %(currency)s, the vendor's currency.") % {"currency": currency}
        raise Unprocessable({field: {"currency": [text]}})
    return int(amount["amount_minor"])


def _step(given: dict[str, Any], currency: str) -> FurtherStep:
    role, seat_id = given.get("role", ""), 0
    if email := given.get("email"):
        seat = staff_who_see_all().filter(email=email).first()
        if seat is None:
            raise Unprocessable({"steps": [_("Nobody of the staff who see everything has this e-mail.")]})
        role, seat_id = seat.role, seat.pk
    from_minor = _minor(given["from_amount"], "steps", currency) if "from_amount" in given else 0
    return FurtherStep(role, from_minor, given.get("limit_hours", 16), seat_id)


class Rules(Resource):
    tag = "registrations"

    @operation(
        "read_deal_rules", gettext_lazy("Read the rules for registrations"), permission="dealrules.edit",
        gives=DealRulesTold, has_version=True,
    )  # fmt: skip
    def get(self, call: Call) -> dict[str, Any]:
        return Now.read().told(_currency(call.member))

    @operation(
        "change_deal_rules", gettext_lazy("Change the rules for registrations"), permission="dealrules.edit",
        takes=DealRulesGiven, gives=DealRulesTold, has_version=True,
        help=gettext_lazy("They hold for what is sent or decided from now on; what waits keeps its steps."),
    )  # fmt: skip
    def patch(self, call: Call) -> dict[str, Any]:
        now, given, currency = Now.read(), dict(call.data), _currency(call.member)
        call.expect(now.version)
        if "automatic_below" in given:
            given["automatic_below_minor"] = _minor(given["automatic_below"], "automatic_below", currency)
        numbers = {name: given.get(name, getattr(now.policy, name)) for name in NUMBERS}
        steps = [_step(each, currency) for each in given["steps"]] if "steps" in given else now.policy.steps
        save_deal_rules(numbers=numbers, steps=steps, version=now.version, actor=call.member, at=call.at)
        return Now.read().told(currency)
