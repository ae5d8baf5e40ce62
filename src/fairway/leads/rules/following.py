"""How offers and accepted leads are followed up: reminders, a chain of people after a lapse, and taking back. Pure.

Hours are business hours: of the partner's place for what a partner is to do, of the vendor's for what staff are to do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from fairway.core.words import Words
from fairway.core.words import said as _

REMINDERS_MOST = 5
STEPS_MOST = 6
HOURS_MOST = 24 * 90
USUAL_SHARE = 2 / 3
WARN_PERCENT = 75
SELLER_HOURS = 8

CAM = "cam"
MANAGER = "manager"
SEAT = "seat"

# To whom a step of the chain goes; a named person is the kind "seat".
RECEIVERS: dict[str, Words] = {
    CAM: _("Account manager"),
    MANAGER: _("Account manager’s manager"),
    "chief": _("Channel chief"),
    "operations": _("Channel operations"),
    "admin": _("Administrator"),
    SEAT: _("A named person"),
}


class FollowUpError(ValueError):
    """A rule of following up that does not work. `field` names what is wrong of it."""

    def __init__(self, field: str, words: Words) -> None:
        super().__init__(str(words))
        self.field, self.words = field, words

    def __str__(self) -> str:
        return str(self.words)


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody is told when nobody acted so many business hours after the step before, or the lapse.

    With `percent`: already while the offer is open, when so many percent of the time to answer are over.
    """

    to: str
    after_hours: float
    seat_id: int | None = None
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What holds for the leads of one routing rule, or of all that no other is for. None of hours: never."""

    remind_shares: tuple[float, ...] = (USUAL_SHARE,)
    steps: tuple[Step, ...] = ()
    untouched_hours: int | None = None
    unmoved_hours: int | None = None
    warn_percent: int = WARN_PERCENT
    seller_hours: int = SELLER_HOURS
    untouched_code: str = "untouched"
    unmoved_code: str = "unmoved"

    @property
    def early(self) -> tuple[Step, ...]:
        """The steps while the offer is still open."""
        return tuple(step for step in self.steps if step.percent is not None)

    @property
    def late(self) -> tuple[Step, ...]:
        """Those after the lapse."""
        return tuple(step for step in self.steps if step.percent is None)

    def hours_of(self, what: str) -> int | None:
        return self.untouched_hours if what == "untouched" else self.unmoved_hours

    def runs_for(self, *, is_touched: bool) -> bool:
        """Whether a clock of this rule takes back a lead that its partner works; then silence is not watched too."""
        return bool(self.unmoved_hours or (self.untouched_hours and not is_touched))

    def code_of(self, what: str) -> str:
        return self.untouched_code if what == "untouched" else self.unmoved_code


USUAL = FollowUp()


def check_percents(percents: Sequence[int]) -> tuple[int, ...]:
    """Shares of a limit in percent, rising. Raises FollowUpError."""
    found = tuple(sorted(set(percents)))
    if any(not 1 <= percent <= 99 for percent in found):
        raise FollowUpError("remind_percents", _("A reminder comes after 1 to 99 percent of the time to answer."))
    if len(found) > REMINDERS_MOST:
        raise FollowUpError("remind_percents", _("At most %(n)d reminders.", n=REMINDERS_MOST))
    return found


def check_steps(steps: Sequence[Step], names: Sequence[str]) -> None:
    """Refuse a chain that comes back to somebody, is too long, or has no order. `names` are the receivers' words."""
    if len(steps) > STEPS_MOST:
        raise FollowUpError("steps", _("A chain has at most %(n)d steps.", n=STEPS_MOST))
    for step in steps:
        if step.to not in RECEIVERS or (step.to == SEAT) != (step.seat_id is not None):
            raise FollowUpError("steps", _("A step goes to one of the list, or to a named person."))
        if not 0 <= step.after_hours <= HOURS_MOST:
            raise FollowUpError("steps", _("Hours lie between 0 and %(n)d.", n=HOURS_MOST))
    seen: dict[tuple[str, int | None], int] = {}
    for place, step in enumerate(steps):
        first = seen.setdefault((step.to, step.seat_id), place)
        if first != place:
            way = " → ".join(names[first : place + 1])
            raise FollowUpError("steps", _("The chain goes in a circle: %(way)s. Name each of them once.", way=way))
    _check_times(steps)


def _check_times(steps: Sequence[Step]) -> None:
    for step in steps:
        if step.percent is not None and not 1 <= step.percent <= 99:
            raise FollowUpError("steps", _("A step before the lapse comes after 1 to 99 percent of the time."))
    for before, after in pairwise(steps):
        if after.percent is not None and (before.percent is None or after.percent <= before.percent):
            raise FollowUpError("steps", _("Steps before the lapse come first, each later than the one before."))
        if after.percent is None and before.percent is None and after.after_hours == 0:
            raise FollowUpError("steps", _("Leave the one before at least some time: more than 0 hours."))
