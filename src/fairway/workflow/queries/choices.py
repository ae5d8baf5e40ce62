"""How people want to hear of things: their choices over the defaults of their role."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fairway.core.access import PARTNER, Member
from fairway.workflow.models import NoticeChoices
from fairway.workflow.rules.digests import DIGEST_MINUTE
from fairway.workflow.rules.notices import NOUNS, Kind, kinds


@dataclass(frozen=True, slots=True)
class Chosen:
    """What holds for one person: kind → way for every kind that is for the role, and when the digest comes.

    `minute` counts from midnight of the person's time zone.
    """

    ways: dict[str, str] = field(default_factory=dict)
    digest_days: str = "weekdays"
    digest_minute: int = DIGEST_MINUTE
    version: int = 0


def kinds_for(role: str) -> list[Kind]:
    """The kinds that people of this role can hear of, in the order of the nouns."""
    side = "partner" if role in PARTNER else "staff"
    order = list(NOUNS)
    found = [kind for kind in kinds().values() if kind.is_for in ("", side)]
    return sorted(found, key=lambda kind: order.index(kind.noun))


def way_of(kind: Kind, own: Mapping[str, str], role: str) -> str:
    """How somebody of this role hears of a kind, by the own choices; always by mail where nobody may choose."""
    return kind.way if kind.is_always else own.get(kind.name, kind.default_for(role))


def chosen_by(member: Member) -> Chosen:
    """The member's own choices at this vendor."""
    row = NoticeChoices.objects.filter(seat_id=member.seat_id).first()
    own = row.choices if row else {}
    ways = {kind.name: way_of(kind, own, member.role) for kind in kinds_for(member.role)}
    if row is None:
        return Chosen(ways)
    return Chosen(ways, row.digest_days, row.digest_minute, row.version)
