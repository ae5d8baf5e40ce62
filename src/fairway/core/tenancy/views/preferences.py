"""Language and time of one's own log-in: how Fairway speaks, and writes numbers, money, dates and hours."""

from datetime import datetime
from functools import cache
from typing import cast
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from fairway.core import clock
from fairway.core.http.format import long_moment, money, number
from fairway.core.http.toasts import toast
from fairway.core.tenancy.actions.preferences import choose_language_and_time
from fairway.core.tenancy.models import User

REGIONS = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
OF_THE_SEAT = "UTC"  # what Member.zone reads as: nobody has chosen, the place of the seat counts


@cache
def _zones() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(available_timezones()) if name.startswith(REGIONS)]


class LanguageForm(forms.Form):
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=lambda: settings.LANGUAGES,
        help_text=gettext_lazy("Also for numbers, money and dates. Files for programs are written the same for all."),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=lambda: [(OF_THE_SEAT, _("That of your company")), *_zones()],
    )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    form = LanguageForm(request.POST or None, initial={"language": user.language, "time_zone": user.time_zone})
    if request.method == "POST" and form.is_valid():
        choose_language_and_time(user=user, **form.cleaned_data)
        with override(user.language):
            toast(request, _("Saved. It holds from now on."))
        return HttpResponseRedirect(reverse("preferences"))
    examples = _examples(clock.now(), user.time_zone)
    return render(request, "account/preferences.html", {"form": form, "examples": examples})


def _examples(now: datetime, zone: str) -> list[str]:
    """How the reader's choice writes an amount, a number and this moment."""
    with timezone.override(ZoneInfo(zone)):
        return [money(1_234_50, "EUR"), number(58_400.5, 1), long_moment(now)]
