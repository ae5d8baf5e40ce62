"""The rules of following up on screen: for which leads there are some, and one of them."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairway.core import clock
from fairway.core.access import require
from fairway.core.http.tables import Column, Table
from fairway.core.http.toasts import toast
from fairway.leads.actions.escalating import take_escalation
from fairway.leads.actions.follow_up_rules import remove_follow_up, save_follow_up
from fairway.leads.following_forms import FollowUpForm
from fairway.leads.models import EscalationStep, FollowUpRule
from fairway.leads.queries.policies import routing_rule_names
from fairway.leads.rules.following import RECEIVERS
from fairway.leads.views.asked import REFUSALS, done, lead_of, member_of, refused_on
from fairway.leads.views.reasons import tabs


class FollowUpTable(Table):
    name = "follow-up"
    columns = [
        Column("leads", gettext_lazy("Leads"), kind="name", url="url"),
        Column("reminders", gettext_lazy("Reminders"), phone=""),
        Column("chain", gettext_lazy("After a lapse")),
        Column("taking_back", gettext_lazy("Taken back")),
    ]
    empty = (
        gettext_lazy("All leads go by what is usual"),
        gettext_lazy("One reminder after two thirds of the time; a lapse is told to the account manager."),
    )


def rule_choices() -> list[tuple[str, str]]:
    return [("", _("All other leads")), *routing_rule_names().items()]


@require_safe
def rule_list(request: HttpRequest) -> HttpResponse:
    names = dict(rule_choices())
    chains: dict[int, list[str]] = {}
    for step in EscalationStep.objects.select_related("seat").order_by("rule_id", "place"):
        who = step.seat.name if step.seat else str(RECEIVERS[step.to])
        chains.setdefault(step.rule_id, []).append(
            f"{who} ({f'{step.percent} %' if step.percent else f'{step.after_hours} h'})"
        )
    may_edit = member_of(request).can("routing.edit")
    rows = [
        {
            "leads": names.get(row.rule_uid, _("A rule that is no more")),
            "reminders": ", ".join(f"{percent} %" for percent in row.remind_percents) or _("none"),
            "chain": " → ".join(chains.get(row.pk, [])) or _("the account manager is told"),
            "taking_back": taking_back(row),
            "url": reverse("lead-followup-edit", args=[row.uid]) if may_edit else "",
        }
        for row in FollowUpRule.objects.order_by("rule_uid")
    ]
    context = {"table": FollowUpTable(rows), "may_edit": may_edit, "tabs": tabs("following")}
    return render(request, "leads/following.html", context)


def taking_back(row: FollowUpRule) -> str:
    """“without contact after 16 h, at the same stage after 80 h”."""
    said = []
    if n := row.untouched_hours:
        said.append(ngettext("without contact after %(n)d hour", "without contact after %(n)d hours", n) % {"n": n})
    if n := row.unmoved_hours:
        words = ngettext("at the same stage after %(n)d hour", "at the same stage after %(n)d hours", n)
        said.append(words % {"n": n})
    return ", ".join(said) or _("by hand only")


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, uid: UUID | None = None) -> HttpResponse:
    member = member_of(request)
    require(member, "routing.edit")
    row = get_object_or_404(FollowUpRule, uid=uid) if uid else None
    choices = rule_choices()
    if row and row.rule_uid not in dict(choices):
        choices.append((row.rule_uid, _("A rule that is no more")))
    form = FollowUpForm(request.POST or None, rules=choices, row=row)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            save_follow_up(
                rule_uid=given["rule_uid"], values=form.values(), steps=form.chain(), actor=member, at=clock.now(),
                version=given["version"],
            )  # fmt: skip
        except REFUSALS as refused:
            refused_on(form, refused)
        else:
            toast(request, _("Saved. It holds from now on."))
            return redirect("lead-followup")
    context = {"form": form, "row": row, "name": dict(choices).get(row.rule_uid, "") if row else ""}
    return render(request, "leads/following_edit.html", context, status=422 if form.is_bound else 200)


@require_POST
def removal(request: HttpRequest, uid: UUID) -> HttpResponse:
    row = get_object_or_404(FollowUpRule, uid=uid)
    return done(
        request, lambda: remove_follow_up(row=row, actor=member_of(request), at=clock.now()), _("Removed."),
        reverse("lead-followup"),
    )  # fmt: skip


@require_POST
def taking(request: HttpRequest, uid: UUID) -> HttpResponse:
    """“I look after it.”"""
    lead = lead_of(uid)
    return done(
        request, lambda: take_escalation(lead=lead, actor=member_of(request), at=clock.now()),
        _("Nobody else is told. It is yours to look after."), reverse("lead-detail", args=[lead.uid]),
    )  # fmt: skip
