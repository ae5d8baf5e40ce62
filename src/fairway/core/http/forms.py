"""Form fields and widgets of the house, and the renderer that lays every field out the same way.

`{{ form }}` draws all fields; `{{ form.name.as_field_group }}` draws one: label above, help or error below.
"""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairway.core.http.format import currency_digits, currency_symbol, group_and_point, signed, signs

AMOUNT_MAX_DIGITS = 15


class FairwayRenderer(TemplatesSetting):
    """Our templates for forms and fields; widgets fall back to Django's own."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"


class MoneyInput(forms.TextInput):
    template_name = "components/widgets/money.html"

    def __init__(self, currency: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})
        self.currency = currency

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["symbol"] = currency_symbol(self.currency).strip()
        return context

    def format_value(self, value: Any) -> str | None:
        if not isinstance(value, int):
            return super().format_value(value)
        digits = currency_digits(self.currency)
        amount = Decimal(value).scaleb(-digits)
        return signed(f"{amount:,.{0 if amount == amount.to_integral_value() else digits}f}", signs())


class MoneyField(forms.Field):
    """An amount a person writes, with the signs of the own language; cleaned to integer minor units of `currency`.

    58,400 in English is 58.400 in German. What another language would read otherwise (58.400 in English) is refused
    with a sentence that says how to write it, never guessed.
    """

    default_error_messages = {
        "invalid": gettext_lazy("Not an amount. Write 58,400 or 58,400.50."),
        "negative": gettext_lazy("The amount must be more than zero."),
        "large": gettext_lazy("This amount is too large."),
    }

    def __init__(self, *, currency: str = "EUR", allow_negative: bool = False, **kwargs: Any) -> None:
        self.currency = currency
        self.allow_negative = allow_negative
        kwargs.setdefault("widget", MoneyInput(currency))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        text = str(value or "").strip().replace("−", "-")
        if not text:
            return None
        digits = currency_digits(self.currency)
        text = re.sub(rf"[\s\u00a0{re.escape(currency_symbol(self.currency).strip())}]", "", text)
        group, point = (re.escape(sign) for sign in group_and_point())
        whole, rest = rf"-?(\d{{1,3}}({group}\d{{3}})+|\d+)", rf"({point}\d{{1,{digits}}})?" if digits else ""
        if not re.fullmatch(whole + rest, text, re.ASCII):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        try:
            minor = int(_plain(text).scaleb(digits))
        except InvalidOperation as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        if len(str(abs(minor))) > AMOUNT_MAX_DIGITS:
            raise ValidationError(self.error_messages["large"], code="large")
        if minor < 0 and not self.allow_negative:
            raise ValidationError(self.error_messages["negative"], code="negative")
        return minor

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(data) != initial
        except ValidationError:
            return True


def _plain(text: str) -> Decimal:
    """The number of a text whose signs are those of the language in force."""
    group, point = group_and_point()
    return Decimal(text.replace(group, "").replace(point, "."))


class DateInput(forms.DateInput):
    """The browser's own date picker; takes and gives ISO dates."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DateField(forms.DateField):
    widget = DateInput


class Segments(forms.RadioSelect):
    """Two to four choices side by side, one of them chosen."""

    template_name = "components/widgets/segments.html"


class Choices(forms.CheckboxSelectMultiple):
    template_name = "components/widgets/choices.html"


class FileDrop(forms.FileInput):
    """A place to drop a file or to choose one; `hint` says what it takes."""

    template_name = "components/widgets/file_drop.html"

    def __init__(self, hint: str | Promise = "", attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.hint = hint

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["hint"] = self.hint
        return context


class SearchInput(forms.TextInput):
    """A text field with a magnifier, for fields that look things up while a person types."""

    template_name = "components/widgets/search.html"
    input_type = "search"


def file_too_large(size_limit_bytes: int) -> str:
    return _("The file is larger than %(n)d MB.") % {"n": size_limit_bytes // 1_000_000}
