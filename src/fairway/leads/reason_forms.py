"""A list of reasons as one form: a row each, and one empty row."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fairway.leads.rules.reasons import NAME_MOST, OTHER, Reason

NEW = "+"


class ReasonsForm(forms.Form):
    """Fields are named by the place in the list, because codes are no names of fields."""

    def __init__(self, data: Any = None, *, kind: str, known: Sequence[Reason]) -> None:
        super().__init__(data, auto_id=f"{kind}_%s")
        self.kind, self.known = kind, list(known)
        for number, reason in enumerate(self.known):
            self.fields[f"name_{number}"] = forms.CharField(
                label=reason.name, max_length=NAME_MOST, required=not reason.is_built_in, initial=reason.name,
                widget=forms.TextInput(attrs={"class": "fw-input", "aria-label": reason.name}),
            )  # fmt: skip
            self.fields[f"on_{number}"] = forms.BooleanField(
                label=_("Can be chosen"), required=False, initial=reason.is_active, disabled=reason.code == OTHER
            )
        self.fields["new"] = forms.CharField(label=_("Add a reason"), max_length=NAME_MOST, required=False)

    def rows(self) -> Iterator[tuple[Any, Any]]:
        """(name, whether it can be chosen) as bound fields, for the page."""
        for number in range(len(self.known)):
            yield self[f"name_{number}"], self[f"on_{number}"]

    def changes(self) -> list[dict[str, Any]]:
        """What differs, as `actions.reasons.save_reason` takes it."""
        given, found = self.cleaned_data, []
        for number, reason in enumerate(self.known):
            name, is_active = given[f"name_{number}"].strip(), given[f"on_{number}"]
            if (name, is_active) != (reason.name, reason.is_active):
                found.append({"code": reason.code, "name": name, "is_active": is_active})
        if given["new"].strip():
            found.append({"name": given["new"]})
        return found
