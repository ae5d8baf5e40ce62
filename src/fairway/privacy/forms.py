from django import forms
from django.utils.translation import gettext_lazy as _


class ErasureForm(forms.Form):
    reason = forms.CharField(
        label=_("Why?"),
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Such as: asked for by mail on 3 May. It stays with the record; do not name the person."),
    )
    typed = forms.CharField(
        label=_("Type the name to confirm"), max_length=254, widget=forms.TextInput({"autocomplete": "off"})
    )
