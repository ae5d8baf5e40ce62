"""The condition builder as a form field: flat rows on the screen, a checked `Condition` in `cleaned_data`."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairway.core.conditions.builder import FormRow, as_form_rows, describe, from_form_rows
from fairway.core.conditions.condition import Condition
from fairway.core.conditions.parse import ConditionError, parse
from fairway.core.conditions.subjects import Subject
from fairway.core.conditions.words import sentence

ROWS_MAX = 50


class ConditionBuilder(forms.Widget):
    """Rows of field, operator and value. The form sends `<name>-match`, `<name>-<n>-field`, `-op` and `-value`."""

    template_name = "components/widgets/conditions.html"
    use_fieldset = True

    def __init__(
        self, subject: Subject, *, intro: Any = "", live: Condition | None = None, at_capture: bool = False
    ) -> None:
        super().__init__()
        self.subject = subject
        self.intro = intro or gettext_lazy("It matches when")
        self.live = live
        self.at_capture = at_capture

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, Any] | None:
        if f"{name}-match" not in data:
            return None
        pattern = re.compile(rf"{re.escape(name)}-(\d{{1,4}})-field")
        places = sorted(int(found[1]) for key in data if (found := pattern.fullmatch(key)))
        rows = [_row(data, f"{name}-{place}") for place in places]
        return from_form_rows(self.subject, data[f"{name}-match"], rows[: ROWS_MAX + 1])

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-match" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        match, rows = self._rows(value)
        _live_match, live_rows = self._rows(self.live)
        context["widget"].update(
            intro=self.intro,
            match=match,
            data_id=f"{context['widget']['attrs'].get('id') or name}-data",
            data={
                **describe(self.subject, at_capture=self.at_capture),
                "name": name,
                "rows": rows,
                "live": live_rows if self.live is not None else None,
                "words": _words(),
            },
        )
        return context

    def _rows(self, value: Any) -> tuple[str, list[dict[str, Any]]]:
        """Rows for the screen, also of a value that did not pass: a person must see what to mend."""
        if isinstance(value, Condition):
            flat = as_form_rows(value)
            if flat is None:
                raise ValueError("A nested condition does not fit the flat builder.")
            return flat[0], [{"field": r.field, "op": r.op, "values": list(r.values)} for r in flat[1]]
        return "all", []

    def format_value(self, value: Any) -> Any:
        return value


class ConditionField(forms.Field):
    """Cleans to a `Condition` on `subject`; no rows mean “always” unless the field is required."""

    default_error_messages = {
        "required": gettext_lazy("Add at least one condition."),
        "many": gettext_lazy("There are too many conditions. Use fewer."),
    }

    def __init__(self, subject: Subject, *, at_capture: bool = False, **kwargs: Any) -> None:
        self.subject = subject
        self.at_capture = at_capture
        builder = {key: kwargs.pop(key) for key in ("intro", "live") if key in kwargs}
        kwargs.setdefault("widget", ConditionBuilder(subject, at_capture=at_capture, **builder))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """JSON from a form or from a row of the database, as a condition where it is one."""
        if isinstance(value, Mapping):
            try:
                return parse(self.subject, value, check_choices=False)
            except ConditionError:
                return None
        return value

    def to_python(self, value: Any) -> Condition:
        if isinstance(value, Condition):
            return value
        if value and len(next(iter(value.values()))) > ROWS_MAX:
            raise ValidationError(self.error_messages["many"], code="many")
        try:
            return parse(self.subject, value, at_capture=self.at_capture)
        except ConditionError as error:
            raise ValidationError(str(error), code="invalid") from error

    def validate(self, value: Condition) -> None:
        if self.required and value.is_always:
            raise ValidationError(self.error_messages["required"], code="required")

    def has_changed(self, initial: Any, data: Any) -> bool:
        shown = self.prepare_value(initial)
        return (shown.as_json() if shown is not None else {"all": []}) != (data or {"all": []})


def _row(data: Any, prefix: str) -> FormRow:
    values = data.getlist(f"{prefix}-value") if hasattr(data, "getlist") else data.get(f"{prefix}-value", [])
    return FormRow(data[f"{prefix}-field"], data.get(f"{prefix}-op", ""), tuple(values))


def _words() -> dict[str, str]:
    return {
        "field": _("What"),
        "op": _("How"),
        "value": _("Value"),
        "choose": _("Choose"),
        "add": _("Add…"),
        "remove": _("Remove this condition"),
        "drop": _("Leave out"),
        "and": _("and"),
        "yes": _("yes"),
        "no": _("no"),
        "was": _("was"),
    }


def tinted(condition: Condition, *, live: Condition | None = None) -> SafeString:
    """The condition as a sentence whose values are tinted; amber where `live` says something else."""
    known = {text for text, is_value in sentence(live) if is_value} if live is not None else None
    return format_html_join(
        "",
        "{}",
        ((_part(text, is_value, known),) for text, is_value in sentence(condition)),
    )


def _part(text: str, is_value: bool, known: set[str] | None) -> SafeString | str:
    if not is_value:
        return text
    changed = " is-changed" if known is not None and text not in known else ""
    return format_html('<span class="fw-value{}">{}</span>', changed, text)
