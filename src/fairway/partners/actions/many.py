"""Many partners at once, line by line."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.lines import Line, line_by_line
from fairway.core.refusals import Refused
from fairway.core.tenancy.models import Partner
from fairway.partners.actions.partners import change_state, edit_partner

BACK = {"pause": "resume", "resume": "pause"}


def assign_manager(*, rows: Iterable[Partner], cam_id: int | None, actor: Member, at: datetime) -> list[Line]:
    """Give each the account manager with this seat; None is nobody."""
    return assign_managers(rows=rows, cams={}, other=cam_id, actor=actor, at=at)


def assign_managers(
    *, rows: Iterable[Partner], cams: Mapping[str, int | None], actor: Member, at: datetime, other: int | None = None
) -> list[Line]:
    """Give each the account manager that `cams` names by the partner's uid, or `other`."""
    require(actor, "partner.edit")

    def assign(partner: Partner) -> None:
        values = {"cam_id": cams.get(str(partner.uid), other)}
        edit_partner(partner=partner, version=partner.version, values=values, actor=actor, at=at)

    return line_by_line(rows, assign)


def change_states(*, rows: Iterable[Partner], verb: str, actor: Member, at: datetime, reason: str = "") -> list[Line]:
    """Pause or resume each."""
    require(actor, "partner.edit")
    if verb not in BACK:
        raise Refused(_("Partners are paused and resumed together; anything else is done on their own pages."))
    return line_by_line(rows, lambda row: change_state(partner=row, verb=verb, actor=actor, at=at, reason=reason))
