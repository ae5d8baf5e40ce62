"""What can be done to many deals and registrations of a list."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from fairway.core.access import Member
from fairway.core.http import undo
from fairway.core.http.many import Many, register
from fairway.core.lines import Line
from fairway.deals.actions.many import approve_registrations, move_deals, put_back
from fairway.deals.models import Deal, Registration
from fairway.deals.queries.registrations import staff_registrations
from fairway.deals.rules.states import DEAL, OPEN_STAGES


class StageForm(forms.Form):
    to = forms.ChoiceField(label=_("Stage"), choices=[(stage, DEAL.label(stage)) for stage in OPEN_STAGES])

    def __init__(self, data: Any = None, *, member: Member) -> None:
        super().__init__(data)


class NoteForm(forms.Form):
    note = forms.CharField(label=_("Note to the partners"), required=False, max_length=500, widget=forms.Textarea)

    def __init__(self, data: Any = None, *, member: Member) -> None:
        super().__init__(data)


def _deals(uids: Sequence[UUID]) -> list[Deal]:
    return list(Deal.objects.filter(uid__in=uids).order_by("pk"))


def _registrations(uids: Sequence[UUID]) -> list[Registration]:
    return list(staff_registrations().filter(uid__in=uids).order_by("pk"))


def _stages_again(payload: dict[str, Any], actor: Member, at: datetime) -> list[Line]:
    return put_back(rows=_deals([UUID(uid) for uid in payload]), stages=payload, actor=actor, at=at)


STAGE = Many(
    name="stage",
    label=_("Move to stage…"),
    permission="deal.work",
    rows=_deals,
    act=move_deals,
    question=_("Move these deals to another stage?"),
    what=_("Deals that are won or lost stay as they are. For a minute you can undo it."),
    button=_("Move"),
    form=StageForm,
    before=lambda deal: deal.state,
    undo="deals.stage",
)
APPROVE = Many(
    name="approve",
    label=_("Approve…"),
    permission="registration.decide",
    rows=_registrations,
    act=approve_registrations,
    question=_("Approve these registrations?"),
    what=_(
        "Each that nothing stands against gets its protection and its deal, and the partner is told. The others stay "
        "and say why. An approval is taken back only by revoking it."
    ),
    button=_("Approve"),
    form=NoteForm,
)


def register_all() -> None:
    register("deal-list", STAGE)
    register("portal-deal-list", STAGE)
    register("registration-list", APPROVE)
    undo.register("deals.stage", _stages_again)
