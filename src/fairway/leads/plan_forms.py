"""The form of a batch assignment: which leads, and what fairness asks."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairway.core.http.forms import Choices, Segments
from fairway.leads.rules.states import LeadState

SMALL_EMPLOYEES = 50


class PlanForm(forms.Form):
    """`line`, `band`, `source` and `state` choose among the leads that nobody has; without them all are meant."""

    state = forms.ChoiceField(
        label=gettext_lazy("Which leads"), required=False, widget=Segments,
        choices=[
            ("", gettext_lazy("All that nobody has")),
            (LeadState.CAPTURED.value, gettext_lazy("New ones")),
            (LeadState.WAITING.value, gettext_lazy("Those that wait")),
        ],
    )  # fmt: skip
    line = forms.ChoiceField(label=gettext_lazy("Product line"), required=False)
    band = forms.ChoiceField(label=gettext_lazy("Band"), required=False)
    source = forms.ChoiceField(label=gettext_lazy("Source"), required=False)
    most_percent = forms.IntegerField(
        label=gettext_lazy("Greatest share of any one partner, %"), min_value=1, max_value=100, initial=100,
        help_text=gettext_lazy("Of the leads chosen. 100 sets no limit but the partner’s room."),
    )  # fmt: skip
    least_percent = forms.IntegerField(
        label=gettext_lazy("Least share for small partners, %"), min_value=0, max_value=100, initial=0,
        help_text=gettext_lazy("All of them together. 0 asks for nothing."),
    )  # fmt: skip
    small_by = forms.ChoiceField(
        label=gettext_lazy("Small is"), widget=Segments, initial="employees",
        choices=[("employees", gettext_lazy("By employees")), ("tier", gettext_lazy("By tier"))],
    )  # fmt: skip
    employees_most = forms.IntegerField(
        label=gettext_lazy("Employees at most"), min_value=1, max_value=1_000_000, initial=SMALL_EMPLOYEES,
        required=False,
    )  # fmt: skip
    tiers = forms.MultipleChoiceField(label=gettext_lazy("Tiers"), required=False, widget=Choices)

    def __init__(
        self,
        *args: Any,
        lines: list[tuple[str, str]],
        bands: list[str],
        sources: list[str],
        tiers: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._choose("line", [("", _("All lines")), *lines])
        self._choose("band", [("", _("All bands")), *((band, band) for band in bands)])
        self._choose("source", [("", _("All sources")), *((source, source) for source in sources)])
        self._choose("tiers", tiers)

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("least_percent") and not self.errors:
            if said["small_by"] == "employees" and not said.get("employees_most"):
                self.add_error("employees_most", _("Say up to how many employees a partner is small."))
            if said["small_by"] == "tier" and not said.get("tiers"):
                self.add_error("tiers", _("Choose the tiers of small partners."))
        return said

    def favoured(self) -> dict[str, Any]:
        """Who is small, as a condition over partners; nobody where nothing is said."""
        said = self.cleaned_data
        if said["small_by"] == "tier":
            return {"field": "partner.tier", "op": "in", "value": said["tiers"]} if said["tiers"] else {}
        most = said.get("employees_most")
        return {"field": "partner.employees", "op": "at_most", "value": most} if most else {}


def said_before(favoured: dict[str, Any]) -> dict[str, Any]:
    """What the form shows at first: what the vendor's last plan said of small partners."""
    if favoured.get("field") == "partner.tier":
        return {"small_by": "tier", "tiers": favoured["value"]}
    if favoured.get("field") == "partner.employees":
        return {"small_by": "employees", "employees_most": favoured["value"]}
    return {}
