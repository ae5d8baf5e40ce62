"""What can be done to many partners of the list."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from fairway.core.access import Member
from fairway.core.http import undo
from fairway.core.http.many import Many, register
from fairway.core.lines import Line
from fairway.core.tenancy.models import Partner
from fairway.partners.actions.many import BACK, assign_manager, assign_managers, change_states
from fairway.partners.queries.partners import account_managers


class ManagerForm(forms.Form):
    cam_id = forms.TypedChoiceField(
        label=_("Account manager"), coerce=int, empty_value=None, required=False, choices=[]
    )

    def __init__(self, data: Any = None, *, member: Member) -> None:
        super().__init__(data)
        self.fields["cam_id"].choices = [  # type: ignore[attr-defined]
            ("", _("Nobody")), *((pk, name) for _uid, name, pk in account_managers())
        ]  # fmt: skip


def _partners(uids: Sequence[UUID]) -> list[Partner]:
    return list(Partner.objects.filter(uid__in=uids).order_by("pk"))


def _managers_again(payload: dict[str, Any], actor: Member, at: datetime) -> list[Line]:
    return assign_managers(rows=_partners([UUID(uid) for uid in payload]), cams=payload, actor=actor, at=at)


def _states_again(verb: str, payload: dict[str, Any], actor: Member, at: datetime) -> list[Line]:
    return change_states(rows=_partners([UUID(uid) for uid in payload]), verb=verb, actor=actor, at=at)


MANAGER = Many(
    name="manager",
    label=_("Account manager…"),
    permission="partner.edit",
    rows=_partners,
    act=assign_manager,
    question=_("Give these partners another account manager?"),
    what=_("Their leads, deals and deadlines come to the new one's lists. For a minute you can undo it."),
    button=_("Assign"),
    form=ManagerForm,
    before=lambda partner: partner.cam_id,
    undo="partners.manager",
)
PAUSE = Many(
    name="pause",
    label=_("Pause…"),
    permission="partner.edit",
    rows=_partners,
    act=partial(change_states, verb="pause"),
    question=_("Pause these partners?"),
    what=_("They get no new leads until they are resumed. For a minute you can undo it."),
    button=_("Pause"),
    before=lambda partner: partner.state,
    undo="partners.pause",
)
RESUME = Many(
    name="resume",
    label=_("Resume…"),
    permission="partner.edit",
    rows=_partners,
    act=partial(change_states, verb="resume"),
    question=_("Resume these partners?"),
    what=_("They get new leads again. For a minute you can undo it."),
    button=_("Resume"),
    before=lambda partner: partner.state,
    undo="partners.resume",
)


def register_all() -> None:
    register("partner-list", MANAGER, PAUSE, RESUME)
    undo.register("partners.manager", _managers_again)
    for verb, back in BACK.items():
        undo.register(f"partners.{verb}", partial(_states_again, back))
