from django import forms
from django.utils.translation import gettext_lazy as _

from fairway.core.http.forms import DateField


class PauseForm(forms.Form):
    """From which day to which a partner takes no leads, and why."""

    first_on = DateField(label=_("From"), required=False, help_text=_("Empty: from now on."))
    last_on = DateField(label=_("Up to and including"), required=False, help_text=_("Empty: until somebody ends it."))
    reason = forms.CharField(label=_("Why?"), max_length=200)


class EndForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
