"""Personal data for the administrator: find a person, see what is known, have it written or erased."""

from typing import Any, cast
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http.toasts import toast
from fairway.core.personal.declared import personal_models
from fairway.core.personal.models import ErasedPerson
from fairway.core.refusals import Refused
from fairway.core.tenancy.scope import TenantModel
from fairway.privacy.actions.erasing import allow_again, ask_erasure
from fairway.privacy.actions.exports import ask_for_data_of
from fairway.privacy.forms import ErasureForm
from fairway.privacy.models import Erasure, WorkState
from fairway.privacy.queries.kept import kept_counts, told_kept
from fairway.privacy.queries.known import belonging
from fairway.privacy.queries.titles import title_of
from fairway.privacy.queries.traces import traces
from fairway.privacy.queries.whose import Whose, candidates, person_models, whose_row
from fairway.privacy.views.own import files_of

SHOWN = 50
TONES = {WorkState.DONE: "good", WorkState.FAILED: "bad"}


def _member(request: HttpRequest) -> Member:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "personal.manage")
    return member


def _row(uid: UUID) -> TenantModel:
    """One of the rows about a person, in whichever table."""
    found = (model.objects.filter(uid=uid).first() for model in person_models())  # type: ignore[attr-defined]
    row = next(filter(None, found), None)
    if row is None:
        raise Http404
    return cast(TenantModel, row)


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    member = _member(request)
    text = request.GET.get("q", "").strip()[:254]
    names = {model._meta.model_name: title_of(model.__name__) for model in person_models()}
    found = [
        {"who": each, "places": [names[place] for place in each.places],
         "url": reverse("personal-person", args=[each.uid])}
        for each in candidates(text)[:SHOWN]
    ]  # fmt: skip
    erasures = [
        {"row": row, "state": row.get_state_display(), "tone": TONES.get(WorkState(row.state), "open"),
         "url": reverse("erasure-detail", args=[row.uid])}
        for row in Erasure.objects.order_by("-asked_at", "-pk")[:SHOWN]
    ]  # fmt: skip
    context = {"q": text, "found": found, "erasures": erasures, "files": files_of(member, is_own=False)}
    return render(request, "privacy/people.html", context)


def _told(whose: Whose) -> list[dict[str, Any]]:
    """What is known, by table."""
    counted = [(model, belonging(model, whose)) for model in personal_models() if model.__name__ in _SHOWN_TABLES]
    rows = [(model, found.count()) for model, found in counted if found is not None]
    return [{"label": title_of(model.__name__), "count": count} for model, count in rows if count]


_SHOWN_TABLES = frozenset(
    {"Seat", "Invitation", "Contact", "CustomerContact", "LeadPerson", "Lead", "LeadNote", "Notification", "Mail",
     "SavedView", "ApiToken"}
)  # fmt: skip


@require_safe
def person(request: HttpRequest, uid: UUID) -> HttpResponse:
    _member(request)
    row = _row(uid)
    whose = whose_row(row)
    context = {
        "whose": whose,
        "told": _told(whose),
        "write_url": reverse("personal-request", args=[uid]),
        "erase_url": reverse("erasure-new", args=[uid]),
    }
    return render(request, "privacy/person.html", context)


@require_POST
def write(request: HttpRequest, uid: UUID) -> HttpResponse:
    member = _member(request)
    try:
        ask_for_data_of(row=_row(uid), actor=member, at=clock.now())
    except Refused as refused:
        toast(request, str(refused), kind="bad")
    else:
        toast(request, _("The file is being written. You are told when it is there."))
    return HttpResponseRedirect(reverse("personal-list"))


@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What would go and what stays; with a reason and the name typed once more it is done."""
    member = _member(request)
    row = _row(uid)
    form = ErasureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            erasure = ask_erasure(row=row, **form.cleaned_data, actor=member, at=clock.now())
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            toast(request, _("The erasure is being carried out."))
            return HttpResponseRedirect(reverse("erasure-detail", args=[erasure.uid]))
    whose = whose_row(row)
    named = traces(whose)
    context = {
        "form": form,
        "whose": whose,
        "told": _told(whose),
        "named": [{"label": title_of(name), "count": count} for name, count in named.items()],
        "kept": told_kept(kept_counts(whose)),
        "person_url": reverse("personal-person", args=[uid]),
    }
    return render(request, "privacy/erase.html", context, status=422 if form.errors else 200)


@require_safe
def erasure(request: HttpRequest, uid: UUID) -> HttpResponse:
    _member(request)
    row = get_object_or_404(Erasure.objects.select_related("asked_by"), uid=uid)
    is_marked = ErasedPerson.objects.filter(placeholder=row.placeholder, allowed_at=None).exists()
    context = {
        "row": row,
        "state": row.get_state_display(),
        "tone": TONES.get(WorkState(row.state), "open"),
        "counts": [{"label": _file_title(name), "count": count} for name, count in sorted(row.counts.items())],
        "kept": told_kept(row.kept),
        "allow_url": reverse("erasure-allow", args=[row.uid]) if is_marked else "",
    }
    return render(request, "privacy/erasure.html", context)


def _file_title(name: str) -> str:
    files = {
        "ImportFile": _("Uploaded files"),
        "ExportFile": _("Files of exports"),
        "PersonalFile": _("Files with personal data"),
    }
    return files.get(name) or title_of(name)


@require_POST
def allow(request: HttpRequest, uid: UUID) -> HttpResponse:
    member = _member(request)
    row = get_object_or_404(Erasure, uid=uid)
    try:
        allow_again(erasure=row, actor=member, at=clock.now())
    except Refused as refused:
        toast(request, str(refused), kind="bad")
    else:
        toast(request, _("Lists may bring this person in again."))
    return HttpResponseRedirect(reverse("erasure-detail", args=[row.uid]))
