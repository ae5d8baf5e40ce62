"""The form of a vendor's look."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fairway.core.brand.actions.looks import COLOURS, PICTURES, WORDS, LookChange
from fairway.core.brand.models import Look
from fairway.core.http.forms import FileDrop

PICTURE_HINT = _("PNG, WebP or SVG, up to 1 MB")


class ColourInput(forms.TextInput):
    """A colour written down, with the browser's picker beside it."""

    template_name = "brand/colour.html"


def _colour(label: Any, help_text: Any) -> forms.CharField:
    widget = ColourInput({"autocomplete": "off", "spellcheck": "false", "maxlength": "7", "placeholder": "#0b6375"})
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=20, widget=widget)


class DomainForm(forms.Form):
    host = forms.CharField(
        label=_("Your domain"), max_length=300, help_text=_("For example partners.acme.example."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )  # fmt: skip


class LookForm(forms.Form):
    program_name = forms.CharField(
        label=_("Name of your programme"), required=False, max_length=60,
        help_text=_("What partners read at the top of every page and in mails. Without it they read Fairway."),
    )  # fmt: skip
    accent = _colour(_("Accent"), _("Links, filled buttons and what is chosen."))
    accent_dark = _colour(
        _("Accent in the dark theme"), _("Without it, your accent is made light enough to be read on dark.")
    )
    header = _colour(_("Header of the portal and of mails"), _("Without it the header stays white, or dark."))
    logo = forms.FileField(
        label=_("Logo"), required=False, widget=FileDrop(hint=PICTURE_HINT),
        help_text=_("On a transparent ground. Writing inside an SVG must be turned into paths."),
    )  # fmt: skip
    without_logo = forms.BooleanField(label=_("Take the logo away"), required=False)
    logo_dark = forms.FileField(
        label=_("Logo on dark grounds"), required=False, widget=FileDrop(hint=PICTURE_HINT),
        help_text=_("For the dark theme and for a dark header."),
    )  # fmt: skip
    without_logo_dark = forms.BooleanField(label=_("Take the logo on dark grounds away"), required=False)
    icon = forms.FileField(
        label=_("Icon"), required=False, widget=FileDrop(hint=PICTURE_HINT),
        help_text=_("Square. In the browser's tab, and beside your name where a partner works with several vendors."),
    )  # fmt: skip
    without_icon = forms.BooleanField(label=_("Take the icon away"), required=False)
    mail_name = forms.CharField(
        label=_("Sender's name of mails"), required=False, max_length=60,
        help_text=_("Without it mails come from your programme's name."),
    )  # fmt: skip
    reply_to = forms.CharField(
        label=_("Answers to mails go to"), required=False, max_length=254, widget=forms.EmailInput,
        help_text=_("An address that somebody of you reads."),
    )  # fmt: skip
    number = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, look: Look | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("number", look.number if look else 0)
        for name in (*WORDS, *COLOURS):
            self.initial.setdefault(name, getattr(look, name) if look else "")
        for name in PICTURES:
            if look is None or getattr(look, f"{name}_id") is None:
                del self.fields[f"without_{name}"]

    @property
    def change(self) -> LookChange:
        values = self.cleaned_data
        return LookChange(
            words={name: values[name] for name in (*WORDS, *COLOURS)},
            pictures={name: values[name].read(1_000_001) for name in PICTURES if values.get(name)},
            without=frozenset(name for name in PICTURES if values.get(f"without_{name}")),
        )
