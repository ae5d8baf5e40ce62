"""Forms of the import: the upload, how a file is read, which column fills what."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from fairway.core.access import Member
from fairway.core.http.forms import FileDrop
from fairway.core.imports import Target, TargetField, targets

ENCODINGS = [
    ("utf-8", "UTF-8"),
    ("utf-8-sig", gettext_lazy("UTF-8 with a mark")),
    ("utf-16", "UTF-16"),
    ("cp1252", gettext_lazy("Western (Windows 1252)")),
    ("cp1250", gettext_lazy("Central European (Windows 1250)")),
    ("cp1251", gettext_lazy("Cyrillic (Windows 1251)")),
    ("mac_roman", gettext_lazy("Western (Mac)")),
    ("shift_jis", gettext_lazy("Japanese (Shift JIS)")),
    ("gb18030", gettext_lazy("Chinese (GB 18030)")),
]
SEPARATORS = [
    (",", gettext_lazy("Comma")),
    (";", gettext_lazy("Semicolon")),
    ("\t", gettext_lazy("Tab")),
    ("|", gettext_lazy("Bar")),
]
TAB = "tab"  # a select cannot send a tab as it is


def kinds_for(member: Member) -> list[Target[Any]]:
    """What this member may import."""
    return [each for each in targets().values() if member.can(each.permission)]


class UploadForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("What is in the file?"))
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=FileDrop(hint=gettext_lazy("CSV, also packed as .gz, or Excel (.xlsx), up to 500 MB")),
        error_messages={"empty": gettext_lazy("The file is empty.")},
    )
    second = forms.FileField(
        label=gettext_lazy("A second file to join"),
        required=False,
        widget=FileDrop(hint=gettext_lazy("Adds columns by a key both files have, such as places by a place number")),
        error_messages={"empty": gettext_lazy("The file is empty.")},
    )

    def __init__(self, *args: Any, kinds: Sequence[Target[Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(each.kind, each.label) for each in kinds]  # type: ignore[attr-defined]


class ReadingForm(forms.Form):
    """How the file is read, when the guess is wrong."""

    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"))
    encoding = forms.ChoiceField(label=gettext_lazy("Letters"))
    separator = forms.ChoiceField(label=gettext_lazy("Cells are parted by"))
    on = forms.ChoiceField(label=gettext_lazy("Key in the first file"), required=False)
    key = forms.ChoiceField(label=gettext_lazy("Key in the second file"), required=False)
    second = forms.FileField(
        label=gettext_lazy("A second file to join"),
        required=False,
        widget=FileDrop(hint=gettext_lazy("Adds columns by a key both files have")),
    )

    def __init__(self, *args: Any, reading: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if reading.get("sheet"):
            del self.fields["encoding"], self.fields["separator"]
            self._choose("sheet", [(name, name) for name in reading["sheets"]], reading["sheet"])
        else:
            del self.fields["sheet"]
            self._choose_letters(reading)
        join = reading.get("join")
        if join:
            self._choose("on", [(name, name) for name in reading["columns"]], join["on"])
            self._choose("key", [(name, name) for name in join["reading"]["columns"]], join["key"])
        else:
            del self.fields["on"], self.fields["key"]

    def _choose_letters(self, reading: dict[str, Any]) -> None:
        encodings = list(ENCODINGS)
        if reading["encoding"] not in dict(encodings):
            encodings.append((reading["encoding"], reading["encoding"]))
        separators = [(TAB if char == "\t" else char, label) for char, label in SEPARATORS]
        if _sent(reading["separator"]) not in dict(separators):
            separators.append((reading["separator"], reading["separator"]))
        self._choose("encoding", encodings, reading["encoding"])
        self._choose("separator", separators, _sent(reading["separator"]))

    def _choose(self, name: str, choices: list[tuple[str, Any]], initial: str) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.fields[name].initial = initial

    def corrected(self) -> dict[str, Any]:
        cleaned = dict(self.cleaned_data)
        if cleaned.get("separator") == TAB:
            cleaned["separator"] = "\t"
        return {name: value for name, value in cleaned.items() if value}


def _sent(separator: str) -> str:
    return TAB if separator == "\t" else separator


def default_field(field: TargetField) -> forms.Field:
    """The form field for one value of all rows."""
    common: dict[str, Any] = {"label": field.label, "required": False, "help_text": field.help}
    if field.type == "country":
        choices = [("", _("From the file only")), *((code, str(name)) for code, name in countries)]
        return forms.ChoiceField(choices=choices, **common)
    if field.choices:
        return forms.ChoiceField(choices=[("", _("From the file only")), *field.choices], **common)
    if field.type == "bool":
        return forms.ChoiceField(choices=[("", _("From the file only")), ("yes", _("Yes")), ("no", _("No"))], **common)
    return forms.CharField(max_length=200, **common)


class MappingForm(forms.Form):
    """One choice for every column, and the values for all rows. Column names are data, so fields go by place."""

    def __init__(
        self, *args: Any, columns: Sequence[str], wanted: Target[Any], has_defaults: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.columns = columns
        choices = [("", _("Leave out"))]
        choices += [(field.name, _marked(field)) for field in wanted.fields if not field.forbidden_reason]
        for place, column in enumerate(columns):
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=column,
                choices=choices,
                required=False,
                widget=forms.Select({"class": "fw-input", "aria-label": column}),
            )
        for field in wanted.fields:
            if field.default_for_all and has_defaults:
                self.fields[f"default-{field.name}"] = default_field(field)

    def choices_made(self) -> dict[str, str]:
        """Column → field; the raw choice, because the action checks it again."""
        return {column: self.data.get(f"column-{place}", "") for place, column in enumerate(self.columns)}

    def defaults_given(self) -> dict[str, str]:
        start = "default-"
        return {name.removeprefix(start): self.data.get(name, "") for name in self.fields if name.startswith(start)}

    @property
    def default_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("default-")]


EVERY_WORDS = {
    5: gettext_lazy("every 5 minutes"), 15: gettext_lazy("every 15 minutes"), 60: gettext_lazy("every hour"),
    360: gettext_lazy("every 6 hours"), 1440: gettext_lazy("every day"),
}  # fmt: skip


class DropForm(forms.Form):
    """A drop folder. Values for all rows come as “field=value”, one a line."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    kind = forms.ChoiceField(label=gettext_lazy("What is in the files?"))
    every_minutes = forms.TypedChoiceField(
        label=gettext_lazy("Look"), coerce=int, choices=list(EVERY_WORDS.items()), initial=15
    )
    defaults = forms.CharField(
        label=gettext_lazy("For all rows"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("One value a line, such as currency=USD. It stands where a row has none of its own."),
    )
    is_active = forms.BooleanField(label=gettext_lazy("Look for files"), required=False, initial=True)

    def __init__(self, *args: Any, kinds: Sequence[Target[Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(each.kind, each.label) for each in kinds]  # type: ignore[attr-defined]

    def clean_defaults(self) -> dict[str, str]:
        pairs = [line.partition("=") for line in self.cleaned_data["defaults"].splitlines() if line.strip()]
        if any(not sign or not name.strip() for name, sign, _value in pairs):
            raise forms.ValidationError(_("Write it as field=value, one a line."))
        return {name.strip(): value.strip() for name, _sign, value in pairs}


class NameForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)


def _marked(field: TargetField) -> str:
    return _("%(label)s (needed)") % {"label": field.label} if field.required else str(field.label)


def initial_mapping(columns: Sequence[str], mapping: dict[str, str], defaults: dict[str, str]) -> dict[str, str]:
    by_column = {column: field for field, column in mapping.items()}
    chosen = {f"column-{place}": by_column.get(column, "") for place, column in enumerate(columns)}
    return chosen | {f"default-{name}": value for name, value in defaults.items()}
