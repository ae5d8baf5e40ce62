"""Conditions as programs write them: `{"field": …, "op": …, "value": …}`, or `all`, `any` and `not` of such."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from fairway.core.conditions import Condition, ConditionError, Subject, parse, sentence_text

_CHARACTERS_MOST = 20_000


@extend_schema_field(OpenApiTypes.OBJECT)
class ConditionGiven(serializers.JSONField):
    """A condition about `subject`; {} always holds."""

    def __init__(self, subject: Subject, **kwargs: Any) -> None:
        self.subject = subject
        super().__init__(**kwargs)

    def __deepcopy__(self, memo: Any) -> "ConditionGiven":
        """Serializers copy their fields; the subject is the same one."""
        return type(self)(self.subject, **self._kwargs)  # type: ignore[attr-defined]

    def to_internal_value(self, data: Any) -> Condition:  # type: ignore[override]
        if not isinstance(data, dict) or len(str(data)) > _CHARACTERS_MOST:
            self.fail("invalid")
        try:
            return parse(self.subject, data)
        except ConditionError as error:
            raise ValidationError(str(error)) from None


def in_words(subject: Subject, condition: dict[str, Any]) -> str:
    return str(sentence_text(parse(subject, condition, check_choices=False)))


@extend_schema_field(OpenApiTypes.OBJECT)
class PlainObject(serializers.JSONField):
    """An object that the action reads itself, such as a condition within a rule."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict) or len(str(data)) > _CHARACTERS_MOST:
            self.fail("invalid")
        return data
