"""Mails with what became of them, for those who run the place."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http.paging import paginate_by_key
from fairway.core.http.tables import Column, Filter, Table
from fairway.core.http.toasts import toast
from fairway.core.refusals import Refused
from fairway.workflow.actions.notifications import retry_mail
from fairway.workflow.models import Mail, MailState
from fairway.workflow.queries.mails import failing_deadlines, mails

DEADLINES_SHOWN = 50
STATES = {
    MailState.WAITING.value: ("open", MailState.WAITING.label),
    MailState.SENT.value: ("good", MailState.SENT.label),
    MailState.FAILED.value: ("bad", MailState.FAILED.label),
}


class MailTable(Table):
    name = "mails"
    columns: ClassVar[Sequence[Column]] = [
        Column("subject", gettext_lazy("Subject"), kind="name", second="to_email", is_second_below=True),
        Column("state", gettext_lazy("State"), kind="state", states=STATES),
        Column("error", gettext_lazy("What the server said")),
        Column("attempts", gettext_lazy("Attempts"), kind="number"),
        Column("created_at", gettext_lazy("Written"), kind="datetime"),
        Column("sent_at", gettext_lazy("Sent"), kind="datetime"),
    ]
    filters = [Filter("state", gettext_lazy("All states"), MailState.choices)]
    empty = (gettext_lazy("No mails"), gettext_lazy("What Fairway writes to people stands here."))


@require_safe
def mail_list(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "mail.read")
    page = paginate_by_key(mails(request.GET.get("state", "")), request, field="created_at")
    table = MailTable(replace(page, rows=[_row(mail) for mail in page.rows]), request=request)
    context = {
        "table": table,
        "given_up": [
            {"mail": mail, "retry_url": reverse("mail-retry", args=[mail.uid])}
            for mail in page.rows
            if mail.state == MailState.FAILED
        ],
        "deadlines": failing_deadlines()[:DEADLINES_SHOWN],
    }
    return render(request, "workflow/mails.html", context)


def _row(mail: Mail) -> dict[str, Any]:
    return {
        "uid": mail.uid,
        "subject": mail.subject,
        "to_email": mail.to_email,
        "state": mail.state,
        "error": mail.error[:120],
        "attempts": mail.attempts,
        "created_at": mail.created_at,
        "sent_at": mail.sent_at,
    }


@require_POST
def retry(request: HttpRequest, uid: UUID) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "mail.read")
    mail = get_object_or_404(mails(), uid=uid)
    try:
        retry_mail(found=mail, actor=member, at=clock.now())
    except Refused as refused:
        toast(request, str(refused), kind="bad")
    else:
        toast(request, _("It is tried again."))
    return HttpResponseRedirect(reverse("mail-list"))
