"""Forms about partners, territories and programmes."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from fairway.core.http.conditions import ConditionField
from fairway.core.http.forms import Choices, DateField, MoneyField
from fairway.core.tenancy.models import Partner
from fairway.partners.models import PartnerKind, Profile
from fairway.partners.subjects import PLACES

_LIST_MAX = 20
_PART_MAX = 60


class ListField(forms.CharField):
    """Words parted by commas; cleaned to a list."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        parts = [part.strip() for part in (super().clean(value) or "").split(",") if part.strip()]
        if len(parts) > _LIST_MAX or any(len(part) > _PART_MAX for part in parts):
            raise ValidationError(
                _("At most %(n)d entries of at most %(m)d characters.") % {"n": _LIST_MAX, "m": _PART_MAX}
            )
        return list(dict.fromkeys(parts))


def _country_choices() -> list[tuple[str, str]]:
    return [("", _("Unknown")), *((code, str(name)) for code, name in countries)]


class PartnerForm(forms.Form):
    """What is known of a partner. `version` guards against two editors."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    external_id = forms.CharField(
        label=gettext_lazy("External id"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Your own number of the partner. Imports find the partner by it."),
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Type"), choices=PartnerKind.choices, widget=Choices, required=False
    )
    cam = forms.ChoiceField(label=gettext_lazy("Account manager"), required=False)
    address = forms.CharField(label=gettext_lazy("Address"), max_length=300, required=False)
    postal_code = forms.CharField(label=gettext_lazy("Postal code"), max_length=20, required=False)
    city = forms.CharField(label=gettext_lazy("City"), max_length=100, required=False)
    state_code = forms.CharField(
        label=gettext_lazy("State code"), max_length=10, required=False, help_text=gettext_lazy("Such as WA or BY.")
    )
    country = forms.ChoiceField(label=gettext_lazy("Country"), choices=_country_choices, required=False)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=50, required=False)
    website = forms.CharField(label=gettext_lazy("Website"), max_length=200, required=False)
    employees = forms.IntegerField(label=gettext_lazy("Employees"), min_value=0, max_value=10_000_000, required=False)
    opened_year = forms.IntegerField(label=gettext_lazy("Year opened"), min_value=1500, max_value=2100, required=False)
    annual_sales_minor = MoneyField(label=gettext_lazy("Annual sales"), required=False)
    product_lines = ListField(
        label=gettext_lazy("Product lines"), required=False, help_text=gettext_lazy("Parted by commas.")
    )
    verticals = ListField(label=gettext_lazy("Industries"), required=False, help_text=gettext_lazy("Parted by commas."))

    def __init__(self, *args: Any, currency: str, cams: list[tuple[str, str, int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cam_ids = {uid: pk for uid, _name, pk in cams}
        self.fields["cam"].choices = [("", _("Nobody"))] + [(uid, name) for uid, name, _pk in cams]  # type: ignore[attr-defined]
        self.fields["annual_sales_minor"] = MoneyField(
            label=gettext_lazy("Annual sales"), currency=currency, required=False
        )

    def values(self) -> dict[str, Any]:
        """The values as actions take them."""
        cleaned = dict(self.cleaned_data)
        cleaned.pop("version", None)
        uid = cleaned.pop("cam")
        return {**cleaned, "cam_id": self.cam_ids.get(uid)}


def initial_of(partner: Partner, profile: Profile, cams: list[tuple[str, str, int]]) -> dict[str, Any]:
    names = [name for name in PartnerForm.base_fields if hasattr(profile, name)]
    cam = next((uid for uid, _name, pk in cams if pk == partner.cam_id), "")
    return {
        "version": partner.version, "name": partner.name, "external_id": partner.external_id, "cam": cam,
        "country": partner.country, **{name: getattr(profile, name) for name in names},
    }  # fmt: skip


class CapacityForm(forms.Form):
    lead_capacity = forms.IntegerField(label=gettext_lazy("Open leads at most"), min_value=0, max_value=1000)
    accepts_leads = forms.BooleanField(label=gettext_lazy("Takes leads"), required=False)


class TierForm(forms.Form):
    """Which tier a partner is in, and why."""

    tier = forms.ChoiceField(label=gettext_lazy("Tier"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, required=False)

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tier"].choices = choices  # type: ignore[attr-defined]


class ContactForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=150)
    title = forms.CharField(label=gettext_lazy("Position"), max_length=150, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254, required=False)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=50, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "asked_for" in self.data:
            self.ask_again()

    def ask_again(self) -> None:
        """The person was erased: whoever enters them has to say that they wish it."""
        self.fields["asked_for"] = forms.BooleanField(
            label=gettext_lazy("The person asked for it since"), required=False
        )


class CredentialForm(forms.Form):
    code = forms.SlugField(
        label=gettext_lazy("Code"), max_length=60, help_text=gettext_lazy("The word that conditions use.")
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    issued_on = DateField(label=gettext_lazy("Given on"))
    expires_on = DateField(label=gettext_lazy("Ends on"), required=False)


class TerritoryForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    order = forms.IntegerField(
        label=gettext_lazy("Order"),
        min_value=0,
        max_value=10_000,
        initial=0,
        help_text=gettext_lazy("Territories are asked in this order; the first that matches takes the partner."),
    )
    cam = forms.ChoiceField(label=gettext_lazy("Account manager"), required=False)
    condition = ConditionField(
        PLACES, label=gettext_lazy("Which places"), intro=gettext_lazy("A partner belongs here when")
    )

    def __init__(self, *args: Any, cams: list[tuple[str, str, int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cam_ids = {uid: pk for uid, _name, pk in cams}
        self.fields["cam"].choices = [("", _("Nobody"))] + [(uid, name) for uid, name, _pk in cams]  # type: ignore[attr-defined]

    def values(self) -> Mapping[str, Any]:
        cleaned = self.cleaned_data
        return {
            "name": cleaned["name"], "order": cleaned["order"], "condition": cleaned["condition"],
            "cam_id": self.cam_ids.get(cleaned["cam"]),
        }  # fmt: skip


class ProgramForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    is_default = forms.BooleanField(
        label=gettext_lazy("The default programme"),
        required=False,
        help_text=gettext_lazy("Tiers named in imported files are looked up here."),
    )


class ProgramTierForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    code = forms.SlugField(
        label=gettext_lazy("Code"), max_length=30, help_text=gettext_lazy("The word that conditions use.")
    )
    rank = forms.IntegerField(
        label=gettext_lazy("Rank"), min_value=0, max_value=1000, help_text=gettext_lazy("A higher rank is better.")
    )
