"""Forms of pools: a pool itself, and taking leads out."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairway.core.access import Member
from fairway.core.http.conditions import ConditionField
from fairway.leads.conditions import VendorSubjects
from fairway.leads.models import LeadPool
from fairway.leads.rules.pools import HOURS_MOST, LIMIT_MOST


class LeaveForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why? Your colleagues read it"), max_length=200)

    def __init__(self, data: Any = None, *, member: Member | None = None) -> None:
        super().__init__(data)


class PoolForm(forms.Form):
    """Who sees a pool, for how long alone, and how many leads one partner may take."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    widen_after_hours = forms.FloatField(
        label=gettext_lazy("Widen after, business hours"), min_value=0.25, max_value=HOURS_MOST, required=False,
        help_text=gettext_lazy("Empty is never."),
    )  # fmt: skip
    keeps_match = forms.BooleanField(
        label=gettext_lazy("What lead and partner share by the rule still counts then"), required=False
    )
    gives_up_after_hours = forms.FloatField(
        label=gettext_lazy("A person decides after, business hours"), min_value=0.25, max_value=HOURS_MOST,
        required=False, help_text=gettext_lazy("Of your place. Empty is never."),
    )  # fmt: skip
    open_most = forms.IntegerField(
        label=gettext_lazy("Open leads of one partner, at most"), min_value=1, max_value=LIMIT_MOST, required=False,
        help_text=gettext_lazy("Taken here and still worked. Its own limit counts as well."),
    )  # fmt: skip
    day_most = forms.IntegerField(
        label=gettext_lazy("Taken by one partner a day, at most"), min_value=1, max_value=LIMIT_MOST, required=False
    )
    is_open = forms.BooleanField(
        label=gettext_lazy("Open"), required=False,
        help_text=gettext_lazy("A shut pool takes no new leads. What lies in it stays."),
    )  # fmt: skip

    def __init__(self, *args: Any, subjects: VendorSubjects, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, intro in (
            ("who", _("Who sees it"), _("A partner sees its leads when")),
            ("wider", _("Who sees it after widening"), _("Then a partner sees them when")),
        ):
            self.fields[name] = ConditionField(subjects.partner, label=label, intro=intro, required=False)

    def as_values(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        for name in ("who", "wider"):
            said[name] = {} if said[name].is_always else said[name].as_json()
        return said


def pool_initial(pool: LeadPool | None) -> dict[str, Any]:
    """What the form shows of a pool, or of a new one."""
    if pool is None:
        return {"is_open": True, "open_most": 5, "who": {"all": []}, "wider": {"all": []}, "widen_after_hours": "16"}
    first = {name: getattr(pool, name) for name in ("name", "keeps_match", "open_most", "day_most", "is_open")}
    for name in ("widen_after_hours", "gives_up_after_hours"):
        hours = getattr(pool, name)
        first[name] = "" if hours is None else f"{hours:g}"
    return first | {"who": pool.who or {"all": []}, "wider": pool.wider or {"all": []}}
