"""The mappings that are remembered: listed, renamed, corrected, forgotten."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fairway.connect.actions.mappings import change_mapping, forget_mapping
from fairway.connect.forms import MappingForm, NameForm, initial_mapping
from fairway.connect.models import SavedMapping
from fairway.connect.queries.runs import visible_mappings
from fairway.connect.views.tables import MappingTable, kind_in_words
from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http.paging import paginate
from fairway.core.http.toasts import toast
from fairway.core.imports import target
from fairway.core.refusals import Refused


def _saved(request: HttpRequest, uid: UUID) -> SavedMapping:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "import.read")
    return get_object_or_404(visible_mappings(member), uid=uid)


@require_safe
def mapping_list(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "import.read")
    rows = visible_mappings(member).order_by("-used_at", "-pk")
    table = MappingTable(paginate(rows, request), request=request)
    return render(request, "connect/mapping_list.html", {"table": table})


def mapping_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    saved = _saved(request, uid)
    wanted = target(saved.kind)
    problems: list[str] = []
    name_form = NameForm(request.POST or None, initial={"name": saved.name})
    form = MappingForm(
        request.POST or None, columns=saved.columns, wanted=wanted, has_defaults=False,
        initial=initial_mapping(saved.columns, saved.mapping, {}),
    )  # fmt: skip
    if request.method == "POST" and name_form.is_valid():
        try:
            problems = change_mapping(
                saved=saved, name=name_form.cleaned_data["name"], choices=form.choices_made(),
                actor=request.member, at=clock.now(),  # type: ignore[attr-defined]
            )  # fmt: skip
        except Refused as error:
            problems = [str(error)]
        if not problems:
            toast(request, _("Kept. The next file with these columns is read so."))
            return redirect("savedmapping-detail", uid=uid)
    columns = [(column, form[f"column-{place}"]) for place, column in enumerate(saved.columns)]
    context = {
        "saved": saved, "kind": kind_in_words(saved.kind), "name_form": name_form, "columns": columns,
        "problems": problems,
    }  # fmt: skip
    is_wrong = problems or name_form.errors
    return render(request, "connect/mapping_detail.html", context, status=400 if is_wrong else 200)


@require_POST
def mapping_forget(request: HttpRequest, uid: UUID) -> HttpResponse:
    forget_mapping(saved=_saved(request, uid), actor=request.member, at=clock.now())  # type: ignore[attr-defined]
    toast(request, _("Forgotten. Files with these columns are guessed again."))
    return redirect("savedmapping-list")
