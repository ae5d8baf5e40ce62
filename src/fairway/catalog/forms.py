"""What is asked of a business unit."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fairway.catalog.models import BusinessUnit, ProductLine
from fairway.core.http.forms import Choices


class UnitForm(forms.ModelForm):
    lines = forms.ModelMultipleChoiceField(
        label=_("It sells"),
        queryset=ProductLine.objects.none(),
        required=False,
        to_field_name="uid",
        widget=Choices,
        help_text=_("A line of another unit moves here. A line of no unit is seen by everybody."),
    )

    class Meta:
        model = BusinessUnit
        fields = ("name", "code", "description")
        help_texts = {"code": _("Short, for files and programs, such as “networks”.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = self.fields["lines"]
        lines.queryset = ProductLine.objects.select_related("unit").order_by("name")  # type: ignore[attr-defined]
        lines.label_from_instance = self._label  # type: ignore[attr-defined]
        if self.instance.pk:
            self.initial["lines"] = [line.uid for line in lines.queryset if line.unit_id == self.instance.pk]  # type: ignore[attr-defined]

    def _label(self, line: ProductLine) -> str:
        elsewhere = line.unit and line.unit_id != self.instance.pk
        return _("%(line)s, now of %(unit)s") % {"line": line.name, "unit": line.unit} if elsewhere else line.name

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "code", "description", "lines")}
