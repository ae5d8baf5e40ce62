"""Drop folders on screen: which there are, what came of them, and one set up or changed."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from fairway.connect.actions.drops import delete_drop_folder, save_drop_folder
from fairway.connect.forms import EVERY_WORDS, DropForm, kinds_for
from fairway.connect.models import DropFolder
from fairway.connect.queries.runs import visible_drops
from fairway.connect.views.tables import kind_in_words
from fairway.core import clock
from fairway.core.access import Forbidden, Member, require
from fairway.core.http.paging import paginate
from fairway.core.http.tables import Column, Table
from fairway.core.http.toasts import toast
from fairway.core.refusals import Refused

STATES: dict[str, tuple[str, Any]] = {
    "looking": ("good", gettext_lazy("Looks for files")),
    "new": ("open", gettext_lazy("Not looked yet")),
    "needs": ("attention", gettext_lazy("Needs you")),
    "off": ("neutral", gettext_lazy("Off")),
    "stopped": ("bad", gettext_lazy("Stopped")),
}


def state_of(folder: DropFolder) -> str:
    if not folder.is_active:
        return "stopped" if folder.problem else "off"
    if folder.problem:
        return "needs"
    return "looking" if folder.looked_at else "new"


class DropTable(Table):
    name = "drops"
    columns = [
        Column("name", gettext_lazy("Name"), kind="name", url=lambda row: reverse("dropfolder-detail", args=[row.uid])),
        Column("kind", gettext_lazy("What"), value=lambda row: kind_in_words(row.kind)),
        Column("state", gettext_lazy("State"), kind="state", states=STATES, value=state_of),
        Column("every", gettext_lazy("Looks"), value=lambda row: EVERY_WORDS.get(row.every_minutes, "")),
        Column("looked_at", gettext_lazy("Last look"), kind="datetime"),
        Column("came", gettext_lazy("Last file"), value=lambda row: row.came_in.file_name if row.came_in else ""),
        Column("by", gettext_lazy("As"), value=lambda row: row.seat.name),
    ]
    empty = (
        gettext_lazy("No drop folders"),
        gettext_lazy("A drop folder imports the files that another program puts there."),
    )


def _member(request: HttpRequest) -> Member:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "import.read")
    return member


@require_safe
def drop_list(request: HttpRequest) -> HttpResponse:
    rows = visible_drops(_member(request)).select_related("seat", "came_in").order_by("name", "pk")
    table = DropTable(paginate(rows, request), request=request)
    return render(request, "connect/drop_list.html", {"table": table})


def drop_new(request: HttpRequest) -> HttpResponse:
    return _edited(request, None)


def drop_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    folder = get_object_or_404(visible_drops(_member(request)).select_related("seat", "came_in"), uid=uid)
    return _edited(request, folder)


def _edited(request: HttpRequest, folder: DropFolder | None) -> HttpResponse:
    member = _member(request)
    form = DropForm(request.POST or None, kinds=kinds_for(member), initial=_initial(folder) if folder else None)
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_drop_folder(folder=folder, actor=member, at=clock.now(), **form.cleaned_data)
        except (Refused, Forbidden) as error:
            field = getattr(error, "field", None)
            form.add_error(field if field in form.fields else None, str(error))
        else:
            toast(request, _("Kept. It imports as you."))
            return redirect("dropfolder-detail", uid=saved.uid)
    context: dict[str, Any] = {"form": form, "folder": folder}
    if folder is not None:
        context |= {"pill": STATES[state_of(folder)], "path": f"{settings.MEDIA_ROOT}/{folder.path}"}
    return render(request, "connect/drop_detail.html", context, status=400 if form.errors else 200)


def _initial(folder: DropFolder) -> dict[str, Any]:
    return {
        "name": folder.name, "kind": folder.kind, "every_minutes": folder.every_minutes, "is_active": folder.is_active,
        "defaults": "\n".join(f"{name}={value}" for name, value in folder.defaults.items()),
    }  # fmt: skip


@require_POST
def drop_delete(request: HttpRequest, uid: UUID) -> HttpResponse:
    folder = get_object_or_404(visible_drops(_member(request)), uid=uid)
    delete_drop_folder(folder=folder, actor=request.member, at=clock.now())  # type: ignore[attr-defined]
    toast(request, _("Nobody looks there any more. Files that lie there stay."))
    return redirect("dropfolder-list")
