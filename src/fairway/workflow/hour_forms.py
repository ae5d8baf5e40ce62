"""Working hours and days off of a place, as people type them."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from fairway.workflow.models import PlaceHours

DAYS = [
    gettext_lazy("Monday"), gettext_lazy("Tuesday"), gettext_lazy("Wednesday"), gettext_lazy("Thursday"),
    gettext_lazy("Friday"), gettext_lazy("Saturday"), gettext_lazy("Sunday"),
]  # fmt: skip
USUAL = "09:00-17:00"


class HoursForm(forms.Form):
    """Hours are written “09:00-12:30, 13:30-17:00”; days off one a line, “2026-12-24 Christmas Eve”."""

    country = forms.ChoiceField(
        label=gettext_lazy("Country"), required=False,
        choices=lambda: [("", gettext_lazy("All other places")), *countries],
    )  # fmt: skip
    state_code = forms.CharField(
        label=gettext_lazy("State, by its code"), max_length=10, required=False, help_text=gettext_lazy("Such as BY.")
    )
    keeps_holidays = forms.BooleanField(label=gettext_lazy("Rests on public holidays"), required=False, initial=True)
    closed_on = forms.CharField(
        label=gettext_lazy("Further days off"), required=False, max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "2026-12-24 Christmas Eve"}),
        help_text=gettext_lazy("One a line."),
    )  # fmt: skip
    open_on = forms.CharField(
        label=gettext_lazy("Works in spite of a holiday"), required=False, max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "2026-05-01"}), help_text=gettext_lazy("One a line."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, row: PlaceHours | None = None) -> None:
        super().__init__(data, initial=_initial(row))
        kept = row.hours if row else {str(day): [["09:00", "17:00"]] for day in range(5)}
        for day, name in enumerate(DAYS):
            self.fields[f"day_{day}"] = forms.CharField(
                label=name, required=False, max_length=100, initial=_as_text(kept.get(str(day), [])),
                widget=forms.TextInput(attrs={"placeholder": _("closed")}),
            )  # fmt: skip
        if row is not None:
            self.fields["country"].disabled = self.fields["state_code"].disabled = True

    def days(self) -> list[Any]:
        return [self[f"day_{day}"] for day in range(7)]

    def values(self) -> dict[str, Any]:
        """As `actions.hours.save_hours` takes them."""
        given = self.cleaned_data
        return {
            "country": given["country"],
            "state_code": given["state_code"].strip().upper(),
            "hours": {str(day): _as_pairs(given[f"day_{day}"]) for day in range(7) if given[f"day_{day}"].strip()},
            "keeps_holidays": given["keeps_holidays"],
            "closed_on": _as_days(given["closed_on"]),
            "open_on": _as_days(given["open_on"]),
            "version": given["version"],
        }


def _initial(row: PlaceHours | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {
        "country": row.country,
        "state_code": row.state_code,
        "keeps_holidays": row.keeps_holidays,
        "closed_on": "\n".join(f"{day} {name}".strip() for day, name in row.closed_on.items()),
        "open_on": "\n".join(f"{day} {name}".strip() for day, name in row.open_on.items()),
        "version": row.version,
    }


def _as_text(pairs: list[list[str]]) -> str:
    return ", ".join(f"{opens}-{closes}" for opens, closes in pairs)


def _as_pairs(text: str) -> list[list[str]]:
    return [[_clock(edge) for edge in re.split(r"[-–]", part.strip())] for part in text.split(",") if part.strip()]


def _clock(text: str) -> str:
    """“9” and “9:00” are 09:00; what is no time of day stays, to be told so."""
    words = text.strip()
    found = re.fullmatch(r"(\d{1,2})(?::(\d{2}))?", words)
    return f"{int(found[1]):02d}:{found[2] or '00'}" if found else words


def _as_days(text: str) -> dict[str, str]:
    parts = [line.strip().partition(" ") for line in text.splitlines() if line.strip()]
    return {day: name.strip() for day, _space, name in parts}
