"""A vendor's own edition of a list of answers."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.leads.models import AnswerList
from fairway.leads.rules.answers import DELIVERED, Answers, Entry, entries_of, problem_of


def save_answers(
    *, name: str, entries: Sequence[Entry], version: int, actor: Member, at: datetime
) -> AnswerList:  # fmt: skip
    """Keep a whole list in its order; `version` is that of the row the person saw (0: none yet).

    What was answered before keeps its codes and grades. Raises Refused for a list that cannot be, and when somebody
    was faster.
    """
    require(actor, "answers.edit")
    if name not in DELIVERED:
        raise Refused(_("There is no such list of answers."))
    new = Answers(name, tuple(entries))
    with acting_for(actor):
        row = AnswerList.objects.select_for_update().filter(name=name).first()
        before = entries_of(name, row.entries if row else None)
        if (row.version if row else 0) != version:
            raise _meanwhile()
        if problem := problem_of(new, before):
            raise Refused(problem)
        values = {"entries": [entry.kept for entry in new.entries], "changed_at": at}
        row = _kept(row, name, values, actor)
        told = [entry.code for entry in new.entries if entry not in before.entries]
        record("changed", row, actor=actor, at=at, list=name, changed=told)
    return row


def _kept(row: AnswerList | None, name: str, values: dict[str, object], actor: Member) -> AnswerList:
    if row is None:
        try:
            with transaction.atomic():
                return AnswerList.objects.create(vendor_id=actor.vendor_id, name=name, **values)
        except IntegrityError:
            raise _meanwhile() from None
    AnswerList.objects.filter(pk=row.pk).update(**values, version=row.version + 1)
    return AnswerList.objects.get(pk=row.pk)


def _meanwhile() -> Refused:
    return Refused(_("Somebody changed the list meanwhile. Look at it again."))
