"""The condition builder as a form field: groups and rows on the screen, a checked `Condition` in `cleaned_data`."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairway.core.conditions.builder import FormGroup, FormRow, as_form, describe, from_form
from fairway.core.conditions.condition import Condition
from fairway.core.conditions.parse import DEPTH_MAX, ConditionError, parse
from fairway.core.conditions.subjects import Subject
from fairway.core.conditions.words import sentence

ROWS_MAX = 200
PLACES_MAX = 2_000
GROUPS_DEEP = 4


class ConditionBuilder(forms.Widget):
    """Groups of rows of field, operator and value, and groups within groups.

    The form sends `<name>-match` for the outermost group. Its parts are numbered in their order: a row sends
    `<name>-<n>-field`, `-op` and `-value`; a group sends `<name>-<n>-match`, and its parts begin with `<name>-<n>-`.
    """

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

    def value_from_datadict(self, data: Any, files: Any, name: str) -> FormGroup | None:
        return _sent(data, name)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-match" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        shown = _shown(value)
        context["widget"].update(
            intro=self.intro,
            matches=_matches(),
            match=shown.match,
            data_id=f"{context['widget']['attrs'].get('id') or name}-data",
            data={
                **describe(self.subject, at_capture=self.at_capture),
                "name": name,
                "root": _group_data(shown),
                "live": _group_data(as_form(self.live)) if self.live is not None else None,
                "deepest": GROUPS_DEEP,
                "words": _words(),
            },
        )
        return context

    def format_value(self, value: Any) -> Any:
        return value


def _shown(value: Any) -> FormGroup:
    """What the screen shows, also of a value that did not pass: a person must see what to mend."""
    if isinstance(value, FormGroup):
        return value
    return as_form(value) if isinstance(value, Condition) else FormGroup("all")


def _group_data(group: FormGroup) -> dict[str, Any]:
    return {"match": group.match, "parts": [_part_data(part) for part in group.parts]}


def _part_data(part: FormRow | FormGroup) -> dict[str, Any]:
    if isinstance(part, FormGroup):
        return _group_data(part)
    return {"field": part.field, "op": part.op, "values": list(part.values)}


def _sent(data: Any, name: str) -> FormGroup | None:
    """The groups and rows that a form sent, in the order of their numbers; None when the builder was not in it."""
    if f"{name}-match" not in data:
        return None
    pattern = re.compile(rf"{re.escape(name)}-((?:\d{{1,4}}-){{1,{DEPTH_MAX + 1}}})(field|match)")
    found = [match for key in data if (match := pattern.fullmatch(key))][:PLACES_MAX]
    children: dict[tuple[int, ...], list[tuple[tuple[int, ...], bool]]] = {}
    for match in found:
        place = tuple(map(int, match[1].rstrip("-").split("-")))
        children.setdefault(place[:-1], []).append((place, match[2] == "match"))

    def group(place: tuple[int, ...]) -> FormGroup:
        prefix = "-".join([name, *map(str, place)])
        parts = sorted(children.get(place, []))
        return FormGroup(
            data[f"{prefix}-match"],
            tuple(group(part) if is_group else _row(data, name, part) for part, is_group in parts),
        )

    return group(())


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
        """JSON from a row of the database as a condition where it is one; what a form sent stays as it was typed."""
        if isinstance(value, Mapping):
            try:
                return parse(self.subject, value, check_choices=False)
            except ConditionError:
                return None
        return value

    def to_python(self, value: Any) -> Condition:
        if isinstance(value, Condition):
            return value
        if isinstance(value, FormGroup) and value.rows > ROWS_MAX:
            raise ValidationError(self.error_messages["many"], code="many")
        try:
            said = from_form(self.subject, value) if isinstance(value, FormGroup) else value
            return parse(self.subject, said, at_capture=self.at_capture)
        except ConditionError as error:
            raise ValidationError(str(error), code="invalid") from error

    def validate(self, value: Condition) -> None:
        if self.required and value.is_always:
            raise ValidationError(self.error_messages["required"], code="required")

    def has_changed(self, initial: Any, data: Any) -> bool:
        shown = self.prepare_value(initial)
        before = shown.as_json() if shown is not None else {"all": []}
        try:
            return parse(self.subject, from_form(self.subject, data) if data else None).as_json() != before
        except ConditionError:
            return True


def _row(data: Any, name: str, place: tuple[int, ...]) -> FormRow:
    prefix = "-".join([name, *map(str, place)])
    values = data.getlist(f"{prefix}-value") if hasattr(data, "getlist") else data.get(f"{prefix}-value", [])
    return FormRow(data[f"{prefix}-field"], data.get(f"{prefix}-op", ""), tuple(values))


def _matches() -> list[tuple[str, str]]:
    """What a group asks of its parts, as its menu says it: “all of these are true”."""
    return [("all", _("all")), ("any", _("any")), ("none", _("none")), ("not_all", _("not all"))]


def _words() -> dict[str, str]:
    return {
        "field": _("What"),
        "op": _("How"),
        "value": _("Value"),
        "choose": _("Choose"),
        "add": _("Add…"),
        "remove": _("Remove this condition"),
        "remove_group": _("Remove this group"),
        "up": _("Move up"),
        "down": _("Move down"),
        "group": _("Group"),
        "moved": _("Moved."),
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
