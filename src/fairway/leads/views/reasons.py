"""The lists of reasons on screen: names, what can be chosen, and a vendor's own."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fairway.core import clock
from fairway.core.access import require
from fairway.core.http.parts import Tab
from fairway.core.http.toasts import toast
from fairway.leads.actions.reasons import save_reasons
from fairway.leads.queries.reasons import reasons_of
from fairway.leads.reason_forms import ReasonsForm
from fairway.leads.rules.reasons import KINDS, RECALL
from fairway.leads.views.asked import REFUSALS, member_of, refused_on


def tabs(here: str) -> list[Tab]:
    """The pages about what happens between an offer and its end."""
    return [
        Tab(_("Following up"), reverse("lead-followup"), here == "following"),
        Tab(_("Reasons"), reverse("lead-reasons"), here == "reasons"),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def reasons(request: HttpRequest) -> HttpResponseBase:
    """Both lists; each is saved by its own button."""
    member = member_of(request)
    may_edit = member.can("routing.edit")
    asked = request.POST.get("kind", "") if request.method == "POST" else ""
    forms = {kind: ReasonsForm(request.POST if kind == asked else None, kind=kind, known=reasons_of(kind))
             for kind in KINDS}  # fmt: skip
    if request.method == "POST":
        require(member, "routing.edit")
        form = forms.get(asked) or forms[RECALL]
        if form.is_valid():
            try:
                save_reasons(kind=form.kind, rows=form.changes(), actor=member, at=clock.now())
            except REFUSALS as refused:
                refused_on(form, refused)
            else:
                toast(request, _("Saved. It holds from now on."))
                return redirect("lead-reasons")
    lists = [(kind, words, forms[kind]) for kind, words in KINDS.items()]
    failed = any(form.errors for form in forms.values())
    return _shown(request, {"lists": lists, "may_edit": may_edit, "tabs": tabs("reasons")}, 422 if failed else 200)


def _shown(request: HttpRequest, context: dict, status: int) -> HttpResponse:
    return render(request, "leads/reasons.html", context, status=status)
