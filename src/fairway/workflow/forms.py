from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fairway.workflow.queries.choices import Chosen, kinds_for
from fairway.workflow.rules.digests import DAYS
from fairway.workflow.rules.notices import NOUNS, WAYS


class ChoicesForm(forms.Form):
    """One field for each kind of notice, by noun, and when the digest comes."""

    digest_days = forms.ChoiceField(label=_("The digest comes"), choices=lambda: list(DAYS.items()))
    digest_time = forms.TimeField(label=_("at"), widget=forms.TimeInput({"type": "time"}, format="%H:%M"))

    def __init__(self, data: Any, *, role: str, chosen: Chosen) -> None:
        time = f"{chosen.digest_minute // 60:02}:{chosen.digest_minute % 60:02}"
        super().__init__(data, initial={"digest_days": chosen.digest_days, "digest_time": time})
        self.always = [str(kind.label) for kind in kinds_for(role) if kind.is_always]
        self.kinds = [kind for kind in kinds_for(role) if not kind.is_always]
        for kind in self.kinds:
            self.fields[kind.name] = forms.ChoiceField(
                label=str(kind.label), choices=list(WAYS.items()), initial=chosen.ways[kind.name]
            )

    def groups(self) -> list[dict[str, Any]]:
        return [
            {"label": str(label), "fields": found}
            for noun, label in NOUNS.items()
            if (found := [self[kind.name] for kind in self.kinds if kind.noun == noun])
        ]

    def choices(self) -> dict[str, Any]:
        """What `choose` takes."""
        given = self.cleaned_data
        return {
            "ways": {kind.name: given[kind.name] for kind in self.kinds},
            "digest_days": given["digest_days"],
            "digest_minute": given["digest_time"].hour * 60 + given["digest_time"].minute,
        }
