"""Things to do to many rows of a list: chosen there, asked for once more where it cannot be undone, told line by line.

many.register("lead-list", Many("recall", _("Take back…"), "lead.recall", rows=chosen, act=recall_many, …))
LeadTable(page, request=request, bulk=many.buttons(request, "lead-list"))
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http import undo
from fairway.core.http.tables import BulkAction
from fairway.core.http.toasts import toast
from fairway.core.lines import ROWS_MOST, Line, name_of

Text = str | Promise
CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Many:
    """One verb for many rows.

    rows       (uids) -> rows, found in the member's own scope
    act        the action: (rows=, actor=, at=, **what the form cleaned) -> lines
    question   the heading of the page that asks once more, `what` the sentence below it
    form       asked on that page: (data, member=) -> form
    before     what undoing needs of a row, kept before the action; without it the page asks first
    """

    name: str
    label: Text
    permission: str
    rows: Callable[[Sequence[UUID]], Iterable[Any]]
    act: Callable[..., list[Line]]
    question: Text
    what: Text
    button: Text
    form: Callable[..., forms.Form] | None = None
    before: Callable[[Any], Any] | None = None
    undo: str = ""
    is_danger: bool = False


_verbs: dict[str, dict[str, Many]] = {}


def register(list_name: str, *verbs: Many) -> None:
    _verbs.setdefault(list_name, {}).update({verb.name: verb for verb in verbs})


def buttons(request: HttpRequest, list_name: str) -> list[BulkAction]:
    """The buttons of a list for this member, in the order they were registered."""
    member: Member = request.member  # type: ignore[attr-defined]
    query = request.GET.urlencode()
    return [
        BulkAction(
            verb.label,
            f"{reverse(_page(member), args=[list_name, verb.name])}{'?' + query if query else ''}",
            verb.is_danger,
        )
        for verb in _verbs.get(list_name, {}).values()
        if member.can(verb.permission)
    ]


def _page(member: Member) -> str:
    return "many" if member.is_staff else "portal-many"


@require_POST
def many(request: HttpRequest, list_name: str, verb_name: str) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    verb = _verbs.get(list_name, {}).get(verb_name)
    if verb is None or list_name.startswith("portal-") == member.is_staff:
        raise Http404
    require(member, verb.permission)
    query = request.GET.urlencode()
    back = f"{reverse(list_name)}{'?' + query if query else ''}"
    rows = list(verb.rows(_uids(request)))
    if not rows:
        toast(request, _("Choose rows first: tick them in the list."), kind="attention")
        return HttpResponseRedirect(back)
    is_confirmed = CONFIRMED in request.POST
    form = verb.form(request.POST if is_confirmed else None, member=member) if verb.form else None
    if not is_confirmed or (form is not None and not form.is_valid()):
        context = {
            "verb": verb,
            "rows": [(row.uid, name_of(row)) for row in rows],
            "form": form,
            "back": back,
            "base": _base(member),
        }
        return render(request, "components/many_ask.html", context, status=422 if is_confirmed else 200)
    return _done(request, verb, rows, form.cleaned_data if form else {}, back)


def _done(request: HttpRequest, verb: Many, rows: list[Any], given: dict[str, Any], back: str) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    before = {str(row.uid): verb.before(row) for row in rows} if verb.before else {}
    lines = verb.act(rows=rows, actor=member, at=clock.now(), **given)
    done = [line for line in lines if line.is_done]
    kept = {str(line.uid): before[str(line.uid)] for line in done} if before else {}
    undo_url = undo.offered(request, verb.undo, kept, back=back) if kept else ""
    if len(done) == len(lines):
        said = ngettext("Done for %(n)d row.", "Done for %(n)d rows.", len(done)) % {"n": len(done)}
        toast(request, said, undo_url=undo_url)
        return HttpResponseRedirect(back)
    context = {
        "verb": verb, "refused": [line for line in lines if not line.is_done], "done": done, "back": back,
        "undo_url": undo_url, "base": _base(member),
    }  # fmt: skip
    return render(request, "components/many_told.html", context)


def _uids(request: HttpRequest) -> list[UUID]:
    found = []
    for text in request.POST.getlist("chosen")[:ROWS_MOST]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _base(member: Member) -> str:
    return "console.html" if member.is_staff else "portal.html"
