"""What people write about registrations, protections and deals."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.dates import MONTHS_3
from django.utils.translation import gettext_lazy as _

from fairway.catalog.models import ProductLine
from fairway.core.http.forms import DateField, MoneyField, SearchInput, Segments
from fairway.core.http.frame import role_label
from fairway.core.tenancy.queries import staff_who_see_all
from fairway.customers.models import Customer
from fairway.deals.actions.rules import STEP_RELATION, STEP_ROLES, STEPS_MOST
from fairway.deals.models import DealRules, Registration, Scope
from fairway.deals.queries.policies import NUMBERS, deal_policy, policy_of
from fairway.deals.rules.decision import FurtherStep
from fairway.deals.rules.words import LOST_REASONS, REJECT_REASONS
from fairway.leads.queries.answers import AnswerLists
from fairway.leads.rules.answers import KIND, OUTCOME

MONTHS_AHEAD = 18
NEW_CUSTOMER = "new"


def month_ends(today: date, months: int = MONTHS_AHEAD) -> list[tuple[str, str]]:
    """(last day as ISO, “Feb 2027”) of this month and those that follow."""
    found = []
    for offset in range(months):
        year, month = divmod(today.year * 12 + today.month - 1 + offset, 12)
        last = date(year, month + 1, monthrange(year, month + 1)[1])
        found.append((last.isoformat(), f"{MONTHS_3[month + 1]} {year}".capitalize()))
    return found


class RegistrationForm(forms.Form):
    """Six fields, and a few that help when they are known."""

    customer_name = forms.CharField(
        label=_("Customer"),
        max_length=200,
        widget=SearchInput,
        error_messages={"required": _("Write the customer's name.")},
    )
    city = forms.CharField(label=_("City"), max_length=100, required=False)
    product_line = forms.ModelChoiceField(
        label=_("Product line"),
        queryset=ProductLine.objects.none(),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose a product line."), "invalid_choice": _("Choose one of these.")},
    )
    scope = forms.ChoiceField(
        label=_("What does it cover?"), choices=Scope.choices, initial=Scope.PROJECT, widget=Segments
    )
    scope_name = forms.CharField(
        label=_("Project or site"),
        max_length=150,
        widget=forms.TextInput(attrs={"placeholder": _("For example: Ward Wi-Fi, house B")}),
        error_messages={"required": _("Name the project or site, or choose the whole customer.")},
    )
    amount_minor = MoneyField(label=_("Expected value"))
    closes_on = forms.TypedChoiceField(
        label=_("Closes in"),
        coerce=date.fromisoformat,
        empty_value=None,
        error_messages={"required": _("Choose when it closes."), "invalid_choice": _("Choose one of these months.")},
    )
    customer_domain = forms.CharField(label=_("Website"), max_length=200, required=False)
    contact_name = forms.CharField(label=_("Contact"), max_length=150, required=False)
    note = forms.CharField(label=_("Note"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, currency: str, lines: QuerySet[ProductLine], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount_minor"] = MoneyField(
            label=_("Expected value"),
            currency=currency,
            error_messages={"required": _("Write the expected value.")},
        )
        self.fields["product_line"].queryset = lines  # type: ignore[attr-defined]
        kept = self.initial.get("closes_on")
        months = month_ends(today)
        if kept and kept.isoformat() not in dict(months):
            months.insert(0, (kept.isoformat(), f"{MONTHS_3[kept.month]} {kept.year}".capitalize()))
        self.fields["closes_on"].choices = [("", _("Choose")), *months]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("scope") == Scope.CUSTOMER:
            self.errors.pop("scope_name", None)
            values["scope_name"] = ""
        return values

    def written(self) -> dict[str, Any]:
        """What is valid so far, for a draft; a field in error keeps what the draft has."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if name not in self.errors}


def initial_of(registration: Registration) -> dict[str, Any]:
    names = (
        "customer_name", "customer_domain", "city", "product_line", "scope", "scope_name", "amount_minor",
        "closes_on", "contact_name", "note",
    )  # fmt: skip
    return {name: getattr(registration, name) for name in names}


class AnswerForm(forms.Form):
    answer = forms.CharField(label=_("Your answer"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


class CorrectionForm(AnswerForm):
    """The answer to a question, with what may be put right."""

    def __init__(self, *args: Any, registration: Registration, **kwargs: Any) -> None:
        names = ("amount_minor", "closes_on", "city", "contact_name", "note")
        kwargs["initial"] = {name: getattr(registration, name) for name in names}
        super().__init__(*args, **kwargs)
        self.fields["amount_minor"] = MoneyField(label=_("Expected value"), currency=registration.currency or "USD")
        self.fields["closes_on"] = DateField(label=_("Closes on"))
        self.fields["city"] = forms.CharField(label=_("City"), max_length=100, required=False)
        self.fields["contact_name"] = forms.CharField(label=_("Contact"), max_length=150, required=False)
        self.fields["note"] = forms.CharField(
            label=_("Note"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2})
        )


class QuestionForm(forms.Form):
    question = forms.CharField(
        label=_("What do you want to know?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The partner reads this. Its place stays held."),
    )


class ApproveForm(forms.Form):
    """`candidates` are customers it could be; where one is certain nothing is asked."""

    customer = forms.ChoiceField(label=_("Which customer is it?"), widget=forms.RadioSelect, required=False)
    days = forms.IntegerField(label=_("Protected for, days"), min_value=1, max_value=365)
    note = forms.CharField(label=_("Note for the partner"), required=False, max_length=2000)

    def __init__(self, *args: Any, candidates: Iterable[Customer] = (), is_unclear: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["days"].initial = deal_policy().registration_days
        self.candidates = {str(row.uid): row for row in candidates}
        if is_unclear:
            choices = [(uid, ", ".join(filter(None, [row.name, row.city]))) for uid, row in self.candidates.items()]
            self.fields["customer"].choices = [*choices, (NEW_CUSTOMER, _("A new customer"))]  # type: ignore[attr-defined]
        else:
            del self.fields["customer"]

    def chosen(self) -> Customer | str | None:
        """A customer, NEW_CUSTOMER, or None where nothing had to be chosen or nothing was."""
        value = self.cleaned_data.get("customer") or ""
        return self.candidates.get(value, NEW_CUSTOMER if value == NEW_CUSTOMER else None)


class RejectForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"))
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The partner reads both. Name no other partner."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = chosen_from(REJECT_REASONS)  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why?"), max_length=200, help_text=_("The partner reads this."))


class ExtendForm(forms.Form):
    days = forms.IntegerField(label=_("Days more"), min_value=1, max_value=3650)
    reason = forms.CharField(label=_("Why?"), max_length=200, required=False, help_text=_("The partner reads this."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["days"].initial = deal_policy().extension_days


class WinForm(forms.Form):
    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount_minor"] = MoneyField(label=_("Won for"), currency=currency)


class LoseForm(forms.Form):
    reason = forms.ChoiceField(label=_("Why was it lost?"))
    note = forms.CharField(label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = chosen_from(LOST_REASONS)  # type: ignore[attr-defined]


class StepForm(forms.Form):
    text = forms.CharField(
        label=_("Next step"),
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": _("For example: Send the revised quote")}),
    )
    on = DateField(label=_("Until"), error_messages={"required": _("Say until when.")})


class TouchForm(forms.Form):
    kind = forms.ChoiceField(label=_("How?"))
    outcome = forms.ChoiceField(label=_("With what result?"))
    note = forms.CharField(label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, lists: AnswerLists, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = lists.choices(KIND)  # type: ignore[attr-defined]
        self.fields["outcome"].choices = lists.choices(OUTCOME)  # type: ignore[attr-defined]


class DealForm(forms.Form):
    """`version` is what the form was filled from: a change in between is refused, not overwritten."""

    title = forms.CharField(label=_("What is it about?"), max_length=200)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount_minor"] = MoneyField(label=_("Value"), currency=currency)
        self.fields["closes_on"] = DateField(label=_("Closes on"), required=False)


def chosen_from(words: dict[str, Any]) -> list[tuple[str, Any]]:
    return [("", _("Choose")), *((key, str(word)) for key, word in words.items())]


class DealRulesForm(forms.Form):
    """The numbers of the rules, and up to two steps after the deal desk's; a step of nobody is none.

    A step names a role, the partner's account manager, or a person, by uid.
    """

    registration_days = forms.IntegerField(label=_("Days a registration is protected"), min_value=1, max_value=3650)
    lead_days = forms.IntegerField(label=_("Days an accepted lead is protected"), min_value=1, max_value=3650)
    extension_days = forms.IntegerField(label=_("Days an extension proposes"), min_value=1, max_value=3650)
    extensions_most_days = forms.IntegerField(label=_("Days a protection lasts at most"), min_value=1, max_value=3650)
    limit_hours = forms.IntegerField(label=_("Business hours for the deal desk to decide"), min_value=1, max_value=400)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, row: DealRules | None, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        policy = policy_of(row)
        self.people = {str(seat.uid): seat for seat in staff_who_see_all()}
        self.fields["automatic_below_minor"] = MoneyField(
            label=_("Clear cases are approved by rule below"), currency=currency
        )
        for number in range(1, STEPS_MOST + 1):
            self._add_step(number, currency)
        values: dict[str, Any] = {name: getattr(policy, name) for name in NUMBERS}
        values["version"] = row.version if row else 0
        uids = {seat.pk: uid for uid, seat in self.people.items()}
        for number, step in enumerate(policy.steps, 1):
            values |= {
                f"role_{number}": uids.get(step.seat_id, "") if step.seat_id else step.role,
                f"from_{number}": step.from_minor,
                f"hours_{number}": step.limit_hours,
            }
        self.initial = {**values, **self.initial}

    def _add_step(self, number: int, currency: str) -> None:
        roles: list[tuple[Any, Any]] = [("", _("nobody"))] + [(role.value, role.label) for role in STEP_ROLES]
        roles.append((STEP_RELATION.value, _("The partner's own account manager")))
        named = [(uid, f"{seat.name} ({role_label(seat.role)})") for uid, seat in self.people.items()]
        roles.append((_("A person"), named))
        said = {"n": number + 1}
        self.fields[f"role_{number}"] = forms.ChoiceField(
            label=_("Step %(n)d: then decides") % said, choices=roles, required=False
        )
        self.fields[f"from_{number}"] = MoneyField(
            label=_("Step %(n)d: from this value on") % said, currency=currency, required=False
        )
        self.fields[f"hours_{number}"] = forms.IntegerField(
            label=_("Step %(n)d: within business hours") % said, min_value=1, max_value=400, required=False
        )

    @property
    def steps(self) -> list[FurtherStep]:
        values, found = self.cleaned_data, []
        for number in range(1, STEPS_MOST + 1):
            if chosen := values[f"role_{number}"]:
                person = self.people.get(chosen)
                found.append(
                    FurtherStep(
                        person.role if person else chosen,
                        values[f"from_{number}"] or 0,
                        values[f"hours_{number}"] or 16,
                        person.pk if person else 0,
                    )
                )
        return found

    @property
    def numbers(self) -> dict[str, int]:
        return {name: self.cleaned_data[name] for name in NUMBERS}
