"""Reminders, the chain after a lapse and taking back, as one form."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairway.core.tenancy.models import Seat
from fairway.leads.models import EscalationStep, FollowUpRule
from fairway.leads.queries.reasons import choices_of
from fairway.leads.rules.following import (
    HOURS_MOST,
    RECEIVERS,
    SEAT,
    SELLER_HOURS,
    STEPS_MOST,
    WARN_PERCENT,
    Step,
)
from fairway.leads.rules.reasons import RECALL


def receiver_choices() -> list[tuple[str, Any]]:
    """What a step can go to: nobody, a role, or one of the staff by uid."""
    roles = [(key, str(words)) for key, words in RECEIVERS.items() if key != SEAT]
    staff = Seat.objects.filter(partner_key=0, is_active=True).order_by("name_key", "pk").values_list("uid", "name")
    people = [(str(uid), name) for uid, name in staff[:500]]
    return [("", _("Nobody")), *roles, (str(RECEIVERS[SEAT]), people)]


class StepForm(forms.Form):
    to = forms.ChoiceField(label=gettext_lazy("Then tell"), required=False)
    after_hours = forms.IntegerField(
        label=gettext_lazy("after business hours"), min_value=0, max_value=HOURS_MOST, required=False
    )
    percent = forms.IntegerField(label=gettext_lazy("or at % of the time"), min_value=1, max_value=99, required=False)


StepFormSet = forms.formset_factory(StepForm, extra=0, max_num=STEPS_MOST, validate_max=True)


class FollowUpForm(forms.Form):
    rule_uid = forms.ChoiceField(label=gettext_lazy("For leads of"), required=False)
    remind_percents = forms.CharField(
        label=gettext_lazy("Remind after, in percent of the time to answer"), required=False, max_length=40,
        help_text=gettext_lazy("Such as 50, 80. Empty: no reminder."),
    )  # fmt: skip
    untouched_hours = forms.IntegerField(
        label=gettext_lazy("Take back without a first contact after"), required=False, min_value=1,
        max_value=HOURS_MOST, help_text=gettext_lazy("Business hours of the partner. Empty: never."),
    )  # fmt: skip
    untouched_code = forms.ChoiceField(label=gettext_lazy("With the reason"))
    unmoved_hours = forms.IntegerField(
        label=gettext_lazy("Take back at the same stage after"), required=False, min_value=1, max_value=HOURS_MOST,
        help_text=gettext_lazy("Business hours of the partner. Empty: never."),
    )  # fmt: skip
    unmoved_code = forms.ChoiceField(label=gettext_lazy("With the reason"))
    warn_percent = forms.IntegerField(
        label=gettext_lazy("Warn the partner after, in percent of that time"), min_value=1, max_value=99,
        initial=WARN_PERCENT,
    )  # fmt: skip
    seller_hours = forms.IntegerField(
        label=gettext_lazy("A partner’s seller takes a lead within"), min_value=1, max_value=HOURS_MOST,
        initial=SELLER_HOURS, required=False,
        help_text=gettext_lazy("Business hours of the partner, who may set fewer. It counts where it hands out leads."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, rules: list[tuple[str, str]], row: FollowUpRule | None = None) -> None:
        super().__init__(data, initial=_initial(row))
        reasons = choices_of(RECALL)
        self.fields["untouched_code"].choices = reasons  # type: ignore[attr-defined]
        self.fields["unmoved_code"].choices = reasons  # type: ignore[attr-defined]
        self.fields["rule_uid"].choices = rules  # type: ignore[attr-defined]
        self.fields["rule_uid"].disabled = row is not None
        self.steps = StepFormSet(data, initial=_steps(row), prefix="steps")
        choices = receiver_choices()
        for each in self.steps:
            each.fields["to"].choices = choices  # type: ignore[attr-defined]

    def is_valid(self) -> bool:
        return super().is_valid() & self.steps.is_valid()

    def clean_remind_percents(self) -> list[int]:
        words = self.cleaned_data["remind_percents"].replace("%", " ").replace(";", ",").split(",")
        try:
            return [int(word) for word in words if word.strip()]
        except ValueError:
            raise forms.ValidationError(_("Write numbers with commas, such as 50, 80.")) from None

    def values(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        given["seller_hours"] = given["seller_hours"] or SELLER_HOURS
        return {name: value for name, value in given.items() if name not in {"rule_uid", "version"}}

    def chain(self) -> list[Step]:
        """The steps that name somebody. A named person is told by uid."""
        found = []
        for each in self.steps:
            to, hours = each.cleaned_data.get("to"), each.cleaned_data.get("after_hours") or 0
            percent = each.cleaned_data.get("percent")
            if not to:
                continue
            if to in RECEIVERS:
                found.append(Step(to, hours, percent=percent))
            else:
                seat = Seat.objects.filter(uid=UUID(to)).values_list("pk", flat=True).first()
                found.append(Step(SEAT, hours, seat, percent))
        return found


def _initial(row: FollowUpRule | None) -> dict[str, Any]:
    if row is None:
        return {"remind_percents": "67", "untouched_code": "untouched", "unmoved_code": "unmoved"}
    names = (
        "rule_uid", "untouched_hours", "untouched_code", "unmoved_hours", "unmoved_code", "warn_percent",
        "seller_hours", "version",
    )  # fmt: skip
    percents = ", ".join(str(percent) for percent in row.remind_percents)
    return {"remind_percents": percents, **{name: getattr(row, name) for name in names}}


def _steps(row: FollowUpRule | None) -> list[dict[str, Any]]:
    kept = EscalationStep.objects.filter(rule=row).select_related("seat").order_by("place") if row else []
    steps: list[dict[str, Any]] = [
        {
            "to": str(step.seat.uid) if step.seat else step.to,
            "percent": step.percent,
            "after_hours": step.after_hours if step.percent is None else None,
        }
        for step in kept
    ]
    return [*steps, *({} for _each in range(max(0, min(STEPS_MOST, max(4, len(steps) + 1)) - len(steps))))]
