"""The lists of answers on a screen: what partners are asked, in which order and words."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from fairway.core import clock
from fairway.core.access import require
from fairway.core.http.parts import Tab
from fairway.core.http.tables import Column, Table
from fairway.core.http.toasts import toast
from fairway.leads.actions.answers import save_answers
from fairway.leads.answer_forms import GRADES, USE_WORDS, AnswerForm
from fairway.leads.models import AnswerList
from fairway.leads.queries.answers import AnswerLists
from fairway.leads.rules.answers import DELIVERED, KIND, OUTCOME, QUALITY, RETURN
from fairway.leads.views.asked import REFUSALS, member_of, refused_on

TITLES: dict[str, Any] = {
    QUALITY: gettext_lazy("What partners say of a lead"),
    KIND: gettext_lazy("Kinds of contact"),
    OUTCOME: gettext_lazy("Results of a contact"),
    RETURN: gettext_lazy("Why a seller gives a lead back"),
}
STATES = {
    False: ("good", gettext_lazy("In use")),
    True: ("neutral", pgettext_lazy("an answer", "Retired")),
}
GRADE_STATES = {
    1: ("good", GRADES[0][1]),
    0: ("neutral", GRADES[1][1]),
    -1: ("bad", GRADES[2][1]),
}


def tabs(request: HttpRequest, here: str) -> list[Tab]:
    """The parts of the area “Lead quality”."""
    member = member_of(request)
    shown = []
    if member.can("answers.edit"):
        shown.append(Tab(_("Answers"), reverse("answer-list"), here == "answers"))
    if member.can("tracking.edit"):
        shown.append(Tab(_("Silence and targets"), reverse("tracking-rules"), here == "tracking"))
    if member.can("leadcost.edit"):
        shown.append(Tab(_("Costs"), reverse("sourcecost-list"), here == "costs"))
    return shown


class AnswerTable(Table):
    name = "answers"
    caption = gettext_lazy("Answers")
    columns = [
        Column("words", gettext_lazy("Answer"), kind="name", url="url", second="code"),
        Column("uses", gettext_lazy("Asked"), phone=""),
        Column("grade", gettext_lazy("Says"), kind="state", states=GRADE_STATES, phone="amount"),
        Column("retired", gettext_lazy("State"), kind="state", states=STATES, phone="state"),
    ]


@require_safe
def answer_list(request: HttpRequest) -> HttpResponse:
    """All lists, each in its order."""
    require(member_of(request), "answers.edit")
    lists = AnswerLists()
    sections = [
        {"title": title, "table": _table(lists, name), "new_url": _address(name)} for name, title in TITLES.items()
    ]
    return render(request, "leads/answer_list.html", {"sections": sections, "tabs": tabs(request, "answers")})


def _address(name: str, code: str = "") -> str:
    return f"{reverse('answer-edit')}?{urlencode({'list': name, 'code': code} if code else {'list': name})}"


def _table(lists: AnswerLists, name: str) -> Table:
    rows = [
        {
            "words": lists.say(name, entry.code), "code": entry.code, "grade": entry.grade,
            "uses": ", ".join(str(USE_WORDS[use]) for use in sorted(entry.uses, reverse=True)),
            "retired": entry.is_retired, "url": _address(name, entry.code),
        }
        for entry in lists[name].entries
    ]  # fmt: skip
    hidden = {QUALITY: set(), KIND: {"uses", "grade"}, OUTCOME: {"grade"}, RETURN: {"uses", "grade"}}[name]
    columns = [column for column in AnswerTable.columns if column.name not in hidden]
    if name == OUTCOME:
        columns[1] = replace(columns[1], label=_("It means"))
    return AnswerTable(rows, columns=columns)


@require_http_methods(["GET", "HEAD", "POST"])
def answer_edit(request: HttpRequest) -> HttpResponse:
    """One answer of a list: made, reworded, moved, retired. Without a code a new one."""
    member = member_of(request)
    require(member, "answers.edit")
    name, code = request.GET.get("list", QUALITY), request.GET.get("code", "")
    if name not in DELIVERED:
        raise Http404
    row, answers = AnswerList.objects.filter(name=name).first(), AnswerLists()[name]
    entry = next((each for each in answers.entries if each.code == code), None)
    if code and entry is None:
        raise Http404
    form = AnswerForm(request.POST or None, answers=answers, entry=entry, version=row.version if row else 0)
    if form.is_valid():
        try:
            save_answers(
                name=name, entries=form.entries, version=form.cleaned_data["version"], actor=member, at=clock.now()
            )
        except REFUSALS as refused:
            refused_on(form, refused)
        else:
            toast(request, _("Saved. It is asked like this from now on."))
            return redirect("answer-list")
    said = AnswerLists().say(name, code) if entry else _("New answer")
    context = {"form": form, "heading": said, "list": TITLES[name], "is_delivered": entry and not entry.words}
    return render(request, "leads/answer_edit.html", context, status=422 if form.is_bound else 200)
