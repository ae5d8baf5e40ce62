"""Forms of leads: what a partner answers and logs, what staff enter, and the public form itself."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries import countries

from fairway.catalog.models import ProductLine
from fairway.core.http.forms import Choices, DateField, MoneyField, Segments
from fairway.leads.models import LeadForm
from fairway.leads.queries.answers import AnswerLists
from fairway.leads.queries.reasons import choices_of
from fairway.leads.rules.answers import AFTER_CONTACT, CLOSE_REASONS, KIND, ON_DECLINE, OUTCOME, QUALITY, STAGES
from fairway.leads.rules.form_stamps import SITES_MOST, origins_of
from fairway.leads.rules.reasons import OVERRIDE, RECALL

LINES = {"rows": 3}
# More than these do not stand side by side on a phone.
SEGMENTS_MOST, SEGMENT_LETTERS = 5, 8
TIMEFRAMES = [
    ("", _("Not known")),
    ("30", _("Within a month")),
    ("90", _("Within three months")),
    ("180", _("Within six months")),
    ("365", _("Within a year")),
]


def _words(table: Any) -> list[tuple[str, Any]]:
    return [(str(key), str(word)) for key, word in table.items()]


class DeclineForm(forms.Form):
    quality = forms.MultipleChoiceField(
        label=_("Why not? Choose all that is true"),
        widget=Choices,
        error_messages={"required": _("Say why: choose at least one reason. It helps us to send you better leads.")},
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=1000, widget=forms.Textarea(attrs=LINES))

    def __init__(self, *args: Any, lists: AnswerLists, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_from(self, "quality", lists.choices(QUALITY, ON_DECLINE))


class RatingForm(forms.Form):
    """How good a lead was, once its partner has spoken with the customer."""

    quality = forms.MultipleChoiceField(
        label=_("What is true of it? Choose all"),
        widget=Choices,
        error_messages={"required": _("Choose what is true of this lead. It helps us to send you better ones.")},
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )  # fmt: skip

    def __init__(self, *args: Any, lists: AnswerLists, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_from(self, "quality", lists.choices(QUALITY, AFTER_CONTACT))


class TouchForm(forms.Form):
    kind = forms.ChoiceField(label=_("How"))
    outcome = forms.ChoiceField(label=_("With what result"))
    note = forms.CharField(label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, lists: AnswerLists, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = lists.choices(KIND)
        if len(kinds) <= SEGMENTS_MOST and all(len(word) <= SEGMENT_LETTERS for _code, word in kinds):
            self.fields["kind"].widget = Segments()
        _choose_from(self, "kind", kinds)
        _choose_from(self, "outcome", lists.choices(OUTCOME))
        self.initial.setdefault("kind", kinds[0][0])


def _choose_from(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    form.fields[name].choices = choices  # type: ignore[attr-defined]


class NextStepForm(forms.Form):
    """What is done next and by when, and how far the lead is."""

    stage = forms.ChoiceField(label=_("Stage"), choices=lambda: _words(STAGES))
    next_step = forms.CharField(label=_("Next step"), max_length=200, required=False)
    next_step_on = DateField(label=pgettext_lazy("a day", "By"), required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        step, on = given.get("next_step"), given.get("next_step_on")
        if step and not on and "next_step_on" not in self.errors:
            self.add_error("next_step_on", _("Say by when."))
        if on and not step and "next_step" not in self.errors:
            self.add_error("next_step", _("Say what happens on this day."))
        return given


class CloseForm(forms.Form):
    reason = forms.ChoiceField(label=_("Why"), choices=lambda: [("", _("Choose a reason")), *_words(CLOSE_REASONS)])
    note = forms.CharField(label=_("Note"), required=False, max_length=1000, widget=forms.Textarea(attrs=LINES))


def recall_choices() -> list[tuple[str, Any]]:
    return [("", _("Choose a reason")), *choices_of(RECALL)]


class RecallForm(forms.Form):
    code = forms.ChoiceField(label=_("Why? The partner reads it"), choices=recall_choices)
    reason = forms.CharField(label=_("More about it"), max_length=200, required=False)
    then = forms.ChoiceField(
        label=_("Then"),
        choices=[("route", _("Offer it to the next partner")), ("keep", _("Keep it here"))],
        widget=Segments,
        initial="route",
    )


class OfferToForm(forms.Form):
    partner = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"required": _("Choose a partner from the list.")}
    )
    limit_hours = forms.TypedChoiceField(
        label=_("Answer within"),
        coerce=int,
        choices=[(4, _("4 business hours")), (8, _("8 business hours")), (16, _("16 business hours"))],
        initial=8,
    )
    code = forms.ChoiceField(
        label=_("Why this partner?"), choices=lambda: [("", _("Choose a reason")), *choices_of(OVERRIDE)],
        required=False, help_text=_("Needed against the rules; it is shown with the decision."),
    )  # fmt: skip
    reason = forms.CharField(label=_("More about it"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("code") and not given.get("reason"):
            self.add_error("reason", self.fields["reason"].error_messages["required"])
        return given


class NoteForm(forms.Form):
    text = forms.CharField(label=_("Note"), max_length=2000, widget=forms.Textarea(attrs=LINES))


class _AboutLead(forms.Form):
    """What a person says about a need and a company, by hand and on the web."""

    company = forms.CharField(label=_("Company"), max_length=200)
    first_name = forms.CharField(label=_("First name"), max_length=100, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=100)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    phone = forms.CharField(label=_("Phone"), max_length=50, required=False)
    job_title = forms.CharField(label=_("Position"), max_length=150, required=False)
    city = forms.CharField(label=_("City"), max_length=100, required=False)
    country = forms.ChoiceField(label=_("Country"), choices=lambda: [("", _("Choose a country")), *countries])
    need = forms.CharField(label=_("What do you need?"), max_length=200)
    description = forms.CharField(
        label=_("More about it"), max_length=4000, required=False, widget=forms.Textarea(attrs=LINES)
    )
    timeframe_days = forms.TypedChoiceField(
        label=_("When do you decide?"), choices=TIMEFRAMES, required=False, coerce=int, empty_value=None
    )

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"]
        if phone and sum(c.isdigit() for c in phone) < 5:
            raise ValidationError(_("Not a phone number. Write +49 40 123456."))
        return phone


class NewLeadForm(_AboutLead):
    """A lead that a person of the vendor enters by hand."""

    source = forms.CharField(label=_("Source"), max_length=60, initial=_("By hand"))
    campaign = forms.CharField(label=_("Campaign"), max_length=200, required=False)
    state_code = forms.CharField(label=pgettext_lazy("part of a country", "State"), max_length=10, required=False)
    postal_code = forms.CharField(label=_("Postal code"), max_length=20, required=False)
    street = forms.CharField(label=_("Street"), max_length=200, required=False)
    product_line = forms.ModelChoiceField(
        label=_("Product line"), queryset=ProductLine.objects.none(), required=False, empty_label=_("Not known")
    )
    industry = forms.CharField(label=_("Industry"), max_length=100, required=False)
    employees = forms.IntegerField(label=_("Employees"), min_value=1, max_value=10_000_000, required=False)
    email = forms.EmailField(label=_("E-mail"), max_length=254, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=100, required=False)
    consent = forms.BooleanField(label=_("The person agreed to be contacted"), required=False)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product_line"].queryset = ProductLine.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["amount"] = MoneyField(label=_("Budget"), currency=currency, required=False)
        self.fields["need"].label = _("What do they need?")
        self.fields["timeframe_days"].label = _("When do they decide?")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("last_name") and not given.get("email") and not given.get("phone"):
            self.add_error("last_name", _("Name a person, or give an e-mail address or a phone number."))
        return given


class PublicLeadForm(_AboutLead):
    """The form on the vendor's public address. `second_topic` stays empty: only programs fill what nobody sees."""

    second_topic = forms.CharField(
        required=False,
        label=_("Leave this empty"),
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    began = forms.CharField(required=False, widget=forms.HiddenInput)
    work = forms.CharField(required=False, widget=forms.HiddenInput)
    consent = forms.BooleanField(
        label=_("I agree"), error_messages={"required": _("We need your agreement to contact you.")}
    )
    AUTOCOMPLETE = {
        "company": "organization",
        "first_name": "given-name",
        "last_name": "family-name",
        "email": "email",
        "phone": "tel",
        "job_title": "organization-title",
        "city": "address-level2",
        "country": "country",
    }

    def __init__(self, *args: Any, form: LeadForm, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["consent"].label = form.consent_text
        for name, value in self.AUTOCOMPLETE.items():
            self.fields[name].widget.attrs["autocomplete"] = value


class InboxForm(forms.Form):
    """Whose forwarded mails are taken."""

    is_open = forms.BooleanField(label=_("Take mails"), required=False)
    takes = forms.ChoiceField(
        label=_("Of whom"),
        choices=[("listed", _("Listed senders")), ("anyone", _("Anyone who knows the address"))],
        widget=Segments,
    )
    senders = forms.CharField(
        label=_("Senders"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5, "placeholder": "@halden.example"}),
        help_text=_("One a line: name@halden.example, or @halden.example for everybody there."),
    )


class LeadFormForm(forms.Form):
    """What staff say about a public form."""

    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("For you: it is the leads' source detail."))
    slug = forms.CharField(
        label=_("Address"),
        max_length=60,
        validators=[RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*$", _("Use small letters, digits and hyphens only."))],
        help_text=_("The last part of the form's address, such as warehouse-wifi."),
    )
    headline = forms.CharField(label=_("Headline"), max_length=200, required=False)
    consent_text = forms.CharField(
        label=_("What the person agrees to"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    product_line = forms.ModelChoiceField(
        label=_("Product line"), queryset=ProductLine.objects.none(), required=False, empty_label=_("None")
    )
    campaign = forms.CharField(label=_("Campaign"), max_length=200, required=False)
    sites = forms.CharField(
        label=_("Sites that may show it"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "https://www.halden.example"}),
        help_text=_("One address a line. On other sites the form stays a link."),
    )
    is_active = forms.BooleanField(label=_("Open to the public"), required=False, initial=True)

    def __init__(self, *args: Any, form: LeadForm | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.form = form
        self.fields["product_line"].queryset = ProductLine.objects.order_by("name")  # type: ignore[attr-defined]

    def clean_sites(self) -> list[str]:
        good, bad = origins_of(self.cleaned_data["sites"].splitlines())
        if bad:
            raise ValidationError(_("This is no address of a site: %(text)s. Write https://www.halden.example.")
                                  % {"text": bad[0][:80]})  # fmt: skip
        if len(good) > SITES_MOST:
            raise ValidationError(_("At most %(n)d sites can show one form.") % {"n": SITES_MOST})
        return good

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"]
        taken = LeadForm.objects.filter(slug=slug).exclude(pk=self.form.pk if self.form else 0)
        if taken.exists():
            raise ValidationError(_("Another form has this address."))
        return slug
