"""Typed values in and out. What comes in is taken as its type says, never guessed: "7" is no number."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal as Exact
from typing import Any, ClassVar, cast
from uuid import UUID

from babel.numbers import get_currency_precision
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from fairway.core.access import Member
from fairway.core.cells import CellError, currency_of
from fairway.core.told import told_of

WHOLE_MOST = 2**53 - 1  # what every JSON reader holds exactly
_NAME_SHOWN = 60


class Text(serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class KeptSentence(serializers.CharField):
    """A text that the system wrote (`core.told`), in the language that the program asks for."""

    def get_attribute(self, instance: Any) -> str:
        return self.told(instance)

    def told(self, row: Any, member: Member | None = None) -> str:
        """As `api.telling` asks for it."""
        return told_of(row, self.source or "")


class Slug(Text):
    """Letters, digits, hyphens and underscores."""

    def __init__(self, **kwargs: Any) -> None:
        shape = RegexValidator(r"^[-a-zA-Z0-9_]+$", gettext_lazy("Use letters, digits, hyphens and underscores."))
        super().__init__(validators=[shape], **kwargs)


class Email(serializers.EmailField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Whole(serializers.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": WHOLE_MOST, **kwargs})

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class Number(serializers.FloatField):
    """A number as JSON writes it, with or without decimals."""

    def to_internal_value(self, data: Any) -> float:
        if not isinstance(data, int | float) or isinstance(data, bool):
            self.fail("invalid")
        return float(super().to_internal_value(data))


class QueryWhole(serializers.IntegerField):
    """A whole number in an address, where everything is text."""


class Flag(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Choice(serializers.ChoiceField):
    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            raise ValidationError(_("This is not one of the choices."), code="invalid_choice")
        return super().to_internal_value(data)


class Day(serializers.DateField):
    """2026-11-30."""

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or len(value) != 10:
            self.fail("invalid", format="YYYY-MM-DD")
        day: date = super().to_internal_value(value)
        if not 1900 <= day.year <= 2200:
            raise ValidationError(_("This lies too far from today. Check the year."))
        return day


class Instant(serializers.DateTimeField):
    """RFC 3339; always told in UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **kwargs)

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str):
            self.fail("invalid", format="2026-11-30T09:00:00Z")
        instant: datetime = super().to_internal_value(value)
        if not 1900 <= instant.year <= 2200:
            raise ValidationError(_("This lies too far from today. Check the year."))
        return instant


class Decimal(serializers.DecimalField):
    """An exact number as text, "1234.5600": JSON's own numbers are not exact. At most a million millions."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=16, decimal_places=4, **kwargs)

    def to_internal_value(self, data: Any) -> Exact:
        if not isinstance(data, str):
            raise ValidationError(_('Write it as text, like "1234.56".'))
        value: Exact = super().to_internal_value(data)
        return value


class Country(Text):
    """ISO 3166, two capital letters."""

    def __init__(self, **kwargs: Any) -> None:
        shape = RegexValidator(r"^[A-Z]{2}$", gettext_lazy("Write a code of two capital letters, like US."))
        super().__init__(max_length=2, validators=[shape], **kwargs)

    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data)
        if code not in countries:
            raise ValidationError(_("There is no country with this code."))
        return code


class Currency(Text):
    """ISO 4217, three capital letters."""

    def __init__(self, **kwargs: Any) -> None:
        shape = RegexValidator(r"^[A-Z]{3}$", gettext_lazy("Write a code of three capital letters, like USD."))
        super().__init__(max_length=3, validators=[shape], **kwargs)

    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data)
        try:
            if currency_of(code) == code:
                return code
        except CellError:
            pass
        raise ValidationError(_("There is no currency with this code."))


class Input(serializers.Serializer):
    """A body or a query. A name that it does not have is refused, so that no slip of the pen goes unnoticed."""

    def to_internal_value(self, data: Any) -> Any:
        errors: dict[str, Any] = {}
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields]
            errors = {_shown(name): [_("There is no such field.")] for name in unknown[:20]}
        try:
            values = super().to_internal_value(data)
        except ValidationError as error:
            raise ValidationError({**errors, **cast(dict[str, Any], error.detail)}) from None
        if errors:
            raise ValidationError(errors)
        return values


class Output(serializers.Serializer):
    """A row as the API tells it. Fields in `staff_only` are left out for partner people."""

    staff_only: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def gathered(cls, rows: Sequence[Any]) -> Sequence[Any]:
        """The rows of a page with what is told of them beside their columns, read for all of them at once."""
        return rows

    @property
    def member(self) -> Member:
        member: Member = self.context["member"]
        return member

    @property
    def _readable_fields(self) -> Any:
        hidden = () if self.member.is_staff else self.staff_only
        return (field for name, field in self.fields.items() if not field.write_only and name not in hidden)


class Money(Input):
    """An amount in minor units (cents) of a currency."""

    amount_minor = Whole()
    currency = Currency()


class MoneyTold(serializers.Serializer):
    """An amount in minor units (cents) of a currency."""

    amount_minor = serializers.IntegerField()
    currency = serializers.CharField(max_length=3)


@extend_schema_field(MoneyTold(allow_null=True))
class Amount(serializers.Field):
    """The columns `amount_minor` and `currency` of a row (or others that are named), as Money or null."""

    def __init__(self, minor: str = "amount_minor", currency: str = "currency", **kwargs: Any) -> None:
        self.minor, self.currency = minor, currency
        super().__init__(source="*", read_only=True, **kwargs)

    def to_representation(self, row: Any) -> dict[str, Any] | None:
        return self.told(row, self.context["member"])

    def told(self, row: Any, member: Member) -> dict[str, Any] | None:
        amount = _column(row, self.minor)
        if amount is None:
            return None
        currency = _column(row, self.currency) or (member.seat.vendor_currency if member.seat else "")
        return {"amount_minor": amount, "currency": currency}


def _column(row: Any, name: str) -> Any:
    return row.get(name) if isinstance(row, dict) else getattr(row, name, None)


def decimals_of(currency: str) -> int:
    return get_currency_precision(currency)


def as_uid(text: str) -> UUID | None:
    """The uid that a text is; None for any other text."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _shown(name: Any) -> str:
    return str(name)[:_NAME_SHOWN]
