"""Forms of a partner's rule for its sellers, of being away, and of handing one lead on."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairway.core.access import Member
from fairway.core.conditions import Subject
from fairway.core.http.conditions import ConditionField
from fairway.core.http.forms import Choices, DateField, Segments
from fairway.core.tenancy.models import Seat
from fairway.leads.models import SellerLine, SellerRule
from fairway.leads.queries.answers import AnswerLists
from fairway.leads.queries.sellers import workers_of
from fairway.leads.rules.answers import RETURN
from fairway.leads.rules.following import HOURS_MOST
from fairway.leads.rules.sellers import ACCEPTER, LINE_WAYS, OPEN_MOST, TURN, WAYS

BY_RULE = "rule"


def _words(named: dict[str, Any]) -> list[tuple[str, str]]:
    return [(key, str(words)) for key, words in named.items()]


def people(member: Member) -> list[tuple[str, str]]:
    return [(str(seat.uid), seat.name) for seat in workers_of(member.partner_id)]


def seat_named(uid: str | UUID, member: Member) -> Seat | None:
    return Seat.objects.filter(uid=uid, partner_key=member.partner_id or -1).first()


class SellerRuleForm(forms.Form):
    """Who gets a lead that no line is for, by when it is to be taken, and how many one may have."""

    way = forms.ChoiceField(label=gettext_lazy("Who gets a lead that you accept?"), choices=lambda: _words(WAYS))
    answer_hours = forms.IntegerField(
        label=gettext_lazy("To take or give back within, business hours"), min_value=1, max_value=HOURS_MOST,
        required=False, help_text=gettext_lazy("Empty: as your vendor says. Only ever less."),
    )  # fmt: skip
    open_most = forms.IntegerField(
        label=gettext_lazy("Open leads of one person, at most"), min_value=1, max_value=OPEN_MOST, required=False,
        help_text=gettext_lazy("Empty: no limit."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, rule: SellerRule | None) -> None:
        first = {"way": ACCEPTER, "version": 0}
        if rule is not None:
            first = {name: getattr(rule, name) for name in ("way", "answer_hours", "open_most", "version")}
        super().__init__(data, initial=first)

    def as_values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("way", "answer_hours", "open_most")}


class SellerLineForm(forms.Form):
    """Which leads go to whom."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    seats = forms.MultipleChoiceField(label=gettext_lazy("They go to"), widget=Choices)
    way = forms.ChoiceField(
        label=gettext_lazy("Of several"), choices=lambda: _words(LINE_WAYS), widget=Segments, initial=TURN
    )

    field_order = ("name", "when", "seats", "way")

    def __init__(self, data: Any = None, *, subject: Subject, member: Member, line: SellerLine | None) -> None:
        first = {"name": line.name, "when": line.when, "way": line.way} if line else {}
        seats = workers_of(member.partner_id)
        if line:
            first["seats"] = [str(seat.uid) for seat in seats if seat.pk in line.seats]
        super().__init__(data, initial=first)
        self._ids = {str(seat.uid): seat.pk for seat in seats}
        self.fields["seats"].choices = [(str(seat.uid), seat.name) for seat in seats]  # type: ignore[attr-defined]
        self.fields["when"] = ConditionField(
            subject, label=_("For which leads?"), intro=_("A lead belongs here when"), required=True
        )
        self.order_fields(self.field_order)

    def as_values(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "name": given["name"], "way": given["way"], "when": given["when"].as_json(),
            "seats": [self._ids[uid] for uid in given["seats"]],
        }  # fmt: skip


class AbsenceForm(forms.Form):
    seat = forms.ChoiceField(label=gettext_lazy("Who is away?"))
    first_on = DateField(label=gettext_lazy("From"))
    last_on = DateField(label=gettext_lazy("Up to and including"))

    def __init__(self, data: Any = None, *, member: Member) -> None:
        super().__init__(data)
        found = people(member)
        if not member.can("seller.assign") and member.seat is not None:
            found = [(uid, name) for uid, name in found if uid == str(member.seat.seat_uid)]
        self.fields["seat"].choices = found  # type: ignore[attr-defined]
        self.member = member

    def clean_seat(self) -> Seat:
        found = seat_named(self.cleaned_data["seat"], self.member)
        if found is None:
            raise forms.ValidationError(_("Choose one of your company who works leads."))
        return found


class AssignForm(forms.Form):
    """To whom a lead goes, or by the rule."""

    seller = forms.ChoiceField(label=gettext_lazy("To whom?"))
    reason = forms.CharField(
        label=gettext_lazy("Why?"), max_length=200, required=False,
        help_text=gettext_lazy("Needed to go against your rule, such as for somebody who is away."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, member: Member) -> None:
        super().__init__(data)
        self.fields["seller"].choices = [(BY_RULE, _("As your rule says")), *people(member)]  # type: ignore[attr-defined]
        self.member = member

    def clean_seller(self) -> Seat | None:
        chosen = self.cleaned_data["seller"]
        if chosen == BY_RULE:
            return None
        found = seat_named(chosen, self.member)
        if found is None:
            raise forms.ValidationError(_("Choose one of your company who works leads."))
        return found


class GiveBackForm(forms.Form):
    code = forms.ChoiceField(label=gettext_lazy("Why?"))
    text = forms.CharField(label=gettext_lazy("More about it"), max_length=200, required=False)

    def __init__(self, data: Any = None, *, lists: AnswerLists) -> None:
        super().__init__(data)
        choices = [("", _("Choose a reason")), *lists.choices(RETURN)]
        self.fields["code"].choices = choices  # type: ignore[attr-defined]
