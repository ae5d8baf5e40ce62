"""Forms of named accounts and trigger levels."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from fairway.catalog.models import ProductLine
from fairway.core.tenancy.models import Partner
from fairway.leads.actions.accounts import LINES_MOST, AccountLine
from fairway.leads.queries.accounts import partner_named
from fairway.leads.rules.levels import POINTS_MOST
from fairway.partners.queries.credentials import credential_kinds


class AccountForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Company"), max_length=200)
    domain = forms.CharField(
        label=gettext_lazy("Its domain"), max_length=200, required=False,
        help_text=gettext_lazy("Such as nordlicht.example. With it, other spellings of the name do not matter."),
    )  # fmt: skip
    partner = forms.CharField(label=gettext_lazy("Partner, by name or external id"), max_length=200)

    def clean_partner(self) -> Partner:
        found = partner_named(self.cleaned_data["partner"])
        if found is None:
            raise forms.ValidationError(_("No single partner is called so. Write the whole name, or the external id."))
        return found


class AccountLinesForm(forms.Form):
    """Many accounts, pasted."""

    lines = forms.CharField(
        label=gettext_lazy("One account a line: company; domain; partner"),
        widget=forms.Textarea(attrs={"rows": 8, "placeholder": "Nordlicht Logistik; nordlicht.example; Reed Digital"}),
        max_length=2_000_000,
        help_text=gettext_lazy("The domain may be empty. A company that is there already changes its partner."),
    )

    def clean_lines(self) -> list[AccountLine]:
        said = [line for line in self.cleaned_data["lines"].splitlines() if line.strip()]
        if len(said) > LINES_MOST:
            raise forms.ValidationError(_("At most %(n)d lines at once.") % {"n": LINES_MOST})
        made = []
        for number, line in enumerate(said, start=1):
            parts = [part.strip() for part in line.replace("\t", ";").split(";")]
            if len(parts) != 3:
                raise forms.ValidationError(_("Line %(n)d has not three parts with ; between them.") % {"n": number})
            made.append(AccountLine(*parts))
        return made


class LevelForm(forms.Form):
    product_line = forms.ModelChoiceField(
        label=gettext_lazy("Product line"), queryset=ProductLine.objects.none(), required=False,
        empty_label=gettext_lazy("All lines"),
    )  # fmt: skip
    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    state_code = forms.CharField(label=gettext_lazy("State, by its code"), max_length=10, required=False)
    category = forms.CharField(
        label=gettext_lazy("Skill: a category of the score cards"), max_length=30, required=False,
        help_text=gettext_lazy("Empty is the whole score."),
    )  # fmt: skip
    credential = forms.ChoiceField(
        label=gettext_lazy("For partners with the certificate"), required=False,
        help_text=gettext_lazy("For them this level stands in place of the one for all; who holds several goes by the "
                               "lowest."),
    )  # fmt: skip
    at_least = forms.IntegerField(
        label=gettext_lazy("From points"), min_value=-POINTS_MOST, max_value=POINTS_MOST
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product_line"].queryset = ProductLine.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["country"].choices = [("", _("All countries")), *countries]  # type: ignore[attr-defined]
        kinds = [("", _("All partners")), *credential_kinds()]
        kept = self.initial.get("credential")
        if kept and kept not in dict(kinds):
            kinds.append((kept, kept))
        self.fields["credential"].choices = kinds  # type: ignore[attr-defined]
