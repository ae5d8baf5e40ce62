"""Forms of a scoring rule, the bands and a routing rule."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairway.core.conditions import Condition
from fairway.core.http.conditions import ConditionField
from fairway.core.http.forms import Choices, DateField, Segments
from fairway.core.tenancy.models import Partner, PartnerState
from fairway.customers.rules.match_keys import sort_name
from fairway.leads.conditions import VendorSubjects
from fairway.leads.rules.pasted import TEXT_MOST
from fairway.leads.rules.routing import ACTIONS, KM_MOST, MATCHES, PARTNERS_MOST, PARTS, STRATEGIES
from fairway.leads.rules.scoring import CATEGORIES_MOST, HALF_LIFE_MOST, POINTS_MOST, TOTAL_MOST

BANDS_MOST = 6


class ScoreRuleForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    points = forms.IntegerField(label=gettext_lazy("Points"), min_value=-POINTS_MOST, max_value=POINTS_MOST)

    def __init__(
        self, *args: Any, subjects: VendorSubjects, live: Condition | None = None, categories: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        if categories:
            choices = [("", _("none")), *((name, name) for name in categories)]
            self.fields["category"] = forms.ChoiceField(label=_("Category"), choices=choices, required=False)
        self.fields["when"] = ConditionField(
            subjects.lead, at_capture=True, label=_("Condition"), intro=_("A lead gets the points when"), live=live
        )

    def clean_points(self) -> int:
        points: int = self.cleaned_data["points"]
        if not points:
            raise forms.ValidationError(_("Give points above or below zero."))
        return points

    def as_rule(self) -> dict[str, Any]:
        said = self.cleaned_data
        rule = {"name": said["name"], "points": said["points"], "when": said["when"].as_json()}
        return {**rule, "category": said["category"]} if said.get("category") else rule


class BandForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Band"), max_length=30, required=False)
    at_least = forms.IntegerField(
        label=gettext_lazy("From points"), required=False, min_value=-100_000, max_value=100_000
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("name") and said.get("at_least") is None and not self.errors:
            self.add_error("at_least", _("Say from how many points."))
        return said


class CategoryForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Category"), max_length=30, required=False)
    cap = forms.IntegerField(label=gettext_lazy("At most, points"), required=False, min_value=1, max_value=TOTAL_MOST)
    half_life_days = forms.IntegerField(
        label=gettext_lazy("Halves every, days"), required=False, min_value=1, max_value=HALF_LIFE_MOST
    )

    def as_category(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "cap", "half_life_days")}


CategoryFormSet = forms.formset_factory(CategoryForm, extra=1, max_num=CATEGORIES_MOST, validate_max=True)


class CapForm(forms.Form):
    most = forms.IntegerField(
        label=gettext_lazy("Points of the whole card, at most"), required=False, min_value=1, max_value=TOTAL_MOST,
        help_text=gettext_lazy("Empty is without a limit."),
    )  # fmt: skip


class ScopeForm(forms.Form):
    """For which leads a card is."""

    name = forms.CharField(label=gettext_lazy("Name of the card"), max_length=60)
    place = forms.IntegerField(
        label=gettext_lazy("Order"), min_value=0, max_value=10_000, initial=10,
        help_text=gettext_lazy("Cards are asked in this order; the first that fits scores the lead."),
    )  # fmt: skip

    def __init__(self, *args: Any, subjects: VendorSubjects, live: Condition | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["applies_to"] = ConditionField(
            subjects.lead, at_capture=True, label=_("Which leads"), intro=_("The card is for a lead when"), live=live
        )


class PublishForm(forms.Form):
    effective_on = DateField(
        label=gettext_lazy("In force from"), required=False, help_text=gettext_lazy("Empty is now.")
    )


class TrialForm(forms.Form):
    """What the test bench scores: a lead of the latest, or what was pasted."""

    lead = forms.ChoiceField(label=gettext_lazy("A lead"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Or fields of a lead"), required=False, max_length=TEXT_MOST, widget=forms.Textarea,
        help_text=gettext_lazy("JSON, or lines such as “Country: DE”. Amounts in whole units."),
    )  # fmt: skip
    age_days = forms.IntegerField(
        label=gettext_lazy("Age in days"), required=False, min_value=0, max_value=3_650,
        help_text=gettext_lazy("Empty is its age today; pasted fields are new."),
    )  # fmt: skip
    which = forms.ChoiceField(
        label=gettext_lazy("By"), widget=Segments, initial="draft",
        choices=[("draft", gettext_lazy("the draft")), ("live", gettext_lazy("what is live"))],
    )  # fmt: skip

    def __init__(self, *args: Any, leads: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead"].choices = [("", _("none")), *leads]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not said.get("lead") and not (said.get("text") or "").strip() and "lead" not in self.errors:
            self.add_error("text", _("Choose a lead or paste some fields."))
        return said


BandFormSet = forms.formset_factory(BandForm, extra=1, max_num=BANDS_MOST, validate_max=True)


class RoutingRuleForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, required=False)
    match = forms.MultipleChoiceField(
        label=gettext_lazy("Lead and partner share"),
        choices=[(name, str(words).capitalize()) for name, words in MATCHES.items()],
        widget=Choices,
        required=False,
    )
    action = forms.ChoiceField(label=gettext_lazy("Then it goes to"), choices=list(ACTIONS.items()), widget=Segments)
    partner = forms.CharField(
        label=gettext_lazy("The named partner"), required=False, max_length=200,
        help_text=gettext_lazy("Its name or external id. Only for a named partner."),
    )  # fmt: skip
    pool = forms.ChoiceField(
        label=gettext_lazy("The pool"), required=False,
        help_text=gettext_lazy("Only for a lead pool. Who sees it is said there, and by what lead and partner share."),
    )  # fmt: skip
    distance = forms.IntegerField(label=gettext_lazy("Distance"), min_value=0, max_value=100)
    record = forms.IntegerField(label=gettext_lazy("Record"), min_value=0, max_value=100)
    room = forms.IntegerField(label=gettext_lazy("Room"), min_value=0, max_value=100)
    turn = forms.IntegerField(label=gettext_lazy("Turn"), min_value=0, max_value=100)
    wins = forms.IntegerField(label=gettext_lazy("Wins"), min_value=0, max_value=100, required=False)
    strategy = forms.ChoiceField(
        label=gettext_lazy("The best is found by"), choices=list(STRATEGIES.items()), required=False,
        help_text=gettext_lazy("The weights below count for the weighted fit alone."),
    )  # fmt: skip
    max_km = forms.IntegerField(
        label=gettext_lazy("At most, km"), min_value=1, max_value=KM_MOST, required=False,
        help_text=gettext_lazy("Empty is as far as need be."),
    )  # fmt: skip
    limit_hours = forms.FloatField(label=gettext_lazy("Answer in, business hours"), min_value=0.25, max_value=1440)
    partners_at_most = forms.IntegerField(
        label=gettext_lazy("Partners at most, then the account manager"), min_value=1, max_value=PARTNERS_MOST
    )

    def __init__(
        self, *args: Any, subjects: VendorSubjects, live: tuple[Condition, Condition] | None = None,
        pools: Mapping[str, str] | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["pool"].choices = [("", _("none")), *(pools or {}).items()]  # type: ignore[attr-defined]
        when, who = live or (None, None)
        self.fields["when"] = ConditionField(
            subjects.lead, label=_("Leads"), intro=_("A lead matches when"), required=False, live=when
        )
        self.fields["who"] = ConditionField(
            subjects.partner, label=_("Partners who may get it"), intro=_("A partner may get it when"),
            required=False, live=who,
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("action") == "named":
            self._find_partner(said)
        if said.get("action") == "pool":
            self._check_pool(said)
        weighs = said.get("action") == "best" and said.get("strategy") in {"", "weighted"}
        if weighs and not any(said.get(part) for part in PARTS):
            self.add_error("distance", _("Give at least one part a weight above 0."))
        return said

    def _check_pool(self, said: dict[str, Any]) -> None:
        if not said.get("pool") and "pool" not in self.errors:
            self.add_error("pool", _("Choose a pool. You make one under Pools."))
        if said.get("who") is not None and not said["who"].is_always:
            self.add_error("who", _("Who sees a lead is said by its pool. Leave the partners empty here."))

    def _find_partner(self, said: dict[str, Any]) -> None:
        text = (said.get("partner") or "").strip()
        active = Partner.objects.filter(state=PartnerState.ACTIVE)
        found = list(active.filter(external_id=text)[:2]) or list(active.filter(sort_name=sort_name(text))[:2])
        if not text or not found:
            self.add_error("partner", _("No active partner has this name or external id."))
        elif len(found) > 1:
            self.add_error("partner", _("Several partners are called so. Write the external id."))
        else:
            said["partner_uid"] = str(found[0].uid)

    def as_rule(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "name": said["name"],
            "when": said["when"].as_json() if not said["when"].is_always else {},
            "who": said["who"].as_json() if not said["who"].is_always else {},
            "match": said["match"],
            "action": self._action(),
            "limit_hours": said["limit_hours"],
            "partners_at_most": said["partners_at_most"],
        }

    def _action(self) -> dict[str, Any]:
        said = self.cleaned_data
        if said["action"] in {"person", "known", "account"}:
            return {"kind": said["action"]}
        if said["action"] == "named":
            return {"kind": "named", "partner": said["partner_uid"]}
        if said["action"] == "pool":
            return {"kind": "pool", "pool": said["pool"]}
        weights = {part: said[part] for part in PARTS if said.get(part)}
        made = {"kind": "best", "weights": weights, "max_km": said["max_km"]}
        return made | ({"strategy": said["strategy"]} if said["strategy"] not in {"", "weighted"} else {})


def routing_initial(rule: dict[str, Any], partner_names: dict[str, str]) -> dict[str, Any]:
    """What the form shows of a stored rule."""
    action = rule.get("action", {})
    return {
        "name": rule.get("name", ""),
        "when": rule.get("when") or {"all": []},
        "who": rule.get("who") or {"all": []},
        "match": rule.get("match", []),
        "action": action.get("kind", "best"),
        "partner": partner_names.get(action.get("partner", ""), ""),
        "pool": action.get("pool", ""),
        **{part: action.get("weights", {}).get(part, 0) for part in PARTS},
        "strategy": action.get("strategy", "weighted"),
        "max_km": action.get("max_km"),
        "limit_hours": f"{rule.get('limit_hours', 8):g}",
        "partners_at_most": rule.get("partners_at_most", 3),
    }
