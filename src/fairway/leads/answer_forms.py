"""Forms of the lists of answers, and of silence and targets."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fairway.core.http.forms import Choices, Segments
from fairway.leads.queries.tracking import NUMBERS
from fairway.leads.rules.answers import (
    AFTER_CONTACT,
    ON_DECLINE,
    OUTCOME,
    QUALITY,
    REACHES,
    TEXT_MOST,
    USES,
    Answers,
    Entry,
)
from fairway.leads.rules.tracking import DAYS_MOST, HOURS_MOST, Days, TrackingPolicy

CODE = r"^[a-z0-9]+(_[a-z0-9]+)*$"
GRADES = [("1", _("Good lead")), ("0", _("Neither")), ("-1", _("Bad lead"))]
USE_WORDS = {
    ON_DECLINE: _("When an offer is declined"),
    AFTER_CONTACT: _("After the first contact"),
    REACHES: _("The customer was reached"),
}


class AnswerForm(forms.Form):
    """One answer of a list: its words by language, its place, and what it means."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, answers: Answers, entry: Entry | None, version: int) -> None:
        self.answers, self.entry = answers, entry
        super().__init__(data, initial=self._initial(version))
        if entry is None:
            self.fields["code"] = forms.CharField(
                label=_("Code"), max_length=40,
                validators=[RegexValidator(CODE, _("Use small letters, digits and underscores."))],
                help_text=_("For programs. It never changes."),
            )  # fmt: skip
        for code, name in settings.LANGUAGES:
            self.fields[f"words_{code}"] = forms.CharField(label=name, max_length=TEXT_MOST, required=False)
        if answers.name == QUALITY:
            self.fields["grade"] = forms.TypedChoiceField(
                label=_("What it says of the lead"), choices=GRADES, coerce=int, widget=Segments
            )
        if USES[answers.name]:
            uses = [(use, USE_WORDS[use]) for use in USES[answers.name]]
            label = _("It means") if answers.name == OUTCOME else _("Asked")
            self.fields["uses"] = forms.MultipleChoiceField(label=label, choices=uses, required=False, widget=Choices)
        self.fields["place"] = forms.IntegerField(
            label=_("Place in the list"), min_value=1, max_value=len(answers.entries) + (entry is None)
        )
        if entry is not None:
            self.fields["retired"] = forms.BooleanField(
                label=_("Retired"), required=False,
                help_text=_("No longer asked. What was answered before keeps its words."),
            )  # fmt: skip

    def _initial(self, version: int) -> dict[str, Any]:
        entry = self.entry
        if entry is None:
            return {"version": version, "grade": "0", "place": len(self.answers.entries) + 1}
        return {
            "version": version, "grade": str(entry.grade), "uses": sorted(entry.uses), "retired": entry.is_retired,
            "place": self.answers.entries.index(entry) + 1,
            **{f"words_{code}": entry.words.get(code, "") for code, _name in settings.LANGUAGES},
        }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.entry is None and not self._words(given):
            self.add_error(f"words_{settings.LANGUAGES[0][0]}", _("Write it in at least one language."))
        if self.entry is None and any(entry.code == given.get("code") for entry in self.answers.entries):
            self.add_error("code", _("Another answer has this code."))
        return given

    def _words(self, given: Mapping[str, Any]) -> dict[str, str]:
        named = {code: str(given.get(f"words_{code}") or "").strip() for code, _name in settings.LANGUAGES}
        return {code: text for code, text in named.items() if text}

    @property
    def entries(self) -> Sequence[Entry]:
        """The whole list with this answer as it was filled in."""
        given = self.cleaned_data
        base = self.entry or Entry(given["code"])
        mine = replace(
            base, words=self._words(given), grade=given.get("grade", 0), uses=frozenset(given.get("uses", ())),
            is_retired=given.get("retired", False),
        )  # fmt: skip
        others = [entry for entry in self.answers.entries if entry.code != mine.code]
        at = given["place"] - 1
        return [*others[:at], mine, *others[at:]]


class TrackingForm(forms.Form):
    """Silence, by business days, and the targets that partners are measured by."""

    silence_is_on = forms.BooleanField(label=_("Watch for silent leads"), required=False)
    nudge_days = forms.IntegerField(label=_("Tell the seller after, business days"), min_value=1, max_value=DAYS_MOST)
    executive_days = forms.IntegerField(
        label=_("Tell its executive after, business days"), min_value=1, max_value=DAYS_MOST
    )
    recall_days = forms.IntegerField(
        label=_("Take the lead back after, business days"), min_value=0, max_value=DAYS_MOST,
        help_text=_("0: never. Both were told before."),
    )  # fmt: skip
    touch_hours = forms.IntegerField(
        label=_("First contact within, business hours"), min_value=1, max_value=HOURS_MOST
    )  # fmt: skip
    answer_percent = forms.IntegerField(label=_("Offers answered in time, %"), min_value=0, max_value=100)
    touch_percent = forms.IntegerField(label=_("First contacts in time, %"), min_value=0, max_value=100)
    feedback_percent = forms.IntegerField(label=_("Leads rated after contact, %"), min_value=0, max_value=100)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, policy: TrackingPolicy, version: int, bands: Sequence[str]) -> None:
        initial = {name: getattr(policy, name) for name in (*NUMBERS, "silence_is_on")} | {"version": version}
        own = dict(policy.bands)
        self.bands = list(dict.fromkeys([*bands, *own]))
        for number, band in enumerate(self.bands):
            if days := own.get(band):
                initial[f"band_{number}"] = f"{days.nudge}, {days.executive}, {days.recall}"
        super().__init__(data, initial=initial)
        for number, band in enumerate(self.bands):
            self.fields[f"band_{number}"] = forms.CharField(
                label=_now("Days for the band %(band)s") % {"band": band}, required=False, max_length=20,
                help_text=_("Seller, executive, back: such as 2, 4, 5. Empty: as above."),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self.own_bands: list[tuple[str, Days]] = []
        for number, band in enumerate(self.bands):
            text = (given.get(f"band_{number}") or "").strip()
            if not text:
                continue
            days = _three(text)
            if days is None:
                self.add_error(f"band_{number}", _("Write three numbers of days: 2, 4, 5."))
            elif problem := days.problem:
                self.add_error(f"band_{number}", str(problem))
            else:
                self.own_bands.append((band, days))
        return given

    @property
    def policy(self) -> TrackingPolicy:
        numbers = {name: self.cleaned_data[name] for name in (*NUMBERS, "silence_is_on")}
        return TrackingPolicy(**numbers, bands=tuple(self.own_bands))


def _three(text: str) -> Days | None:
    parts = [part.strip() for part in text.replace(";", ",").split(",")]
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        return None
    return Days(*map(int, parts))
