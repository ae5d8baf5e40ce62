"""Who of a partner's people gets a lead that it accepted: fair turn or least loaded, without those who cannot. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fairway.core.words import Words
from fairway.core.words import said as _
from fairway.leads.rules.following import HOURS_MOST

ACCEPTER, HAND, TURN, LEAST = "accepter", "hand", "turn", "least"
LINES_MOST = 50
SEATS_MOST = 100
OPEN_MOST = 1000
REMIND_SHARE = 0.5

WAYS: dict[str, Words] = {
    ACCEPTER: _("Who accepted the lead works it"),
    HAND: _("You assign by hand"),
    TURN: _("In fair turn: who waited longest is next"),
    LEAST: _("Least loaded: who has the fewest open leads"),
}
LINE_WAYS: dict[str, Words] = {way: WAYS[way] for way in (TURN, LEAST)}

# Why a lead waits with the executive.
BY_HAND, NOBODY, GIVEN_BACK, LAPSED, SEAT_ENDED, TAKEN_BACK = (
    "hand", "nobody", "given_back", "lapsed", "seat_ended", "taken_back"
)  # fmt: skip
BECAUSE: dict[str, Words] = {
    BY_HAND: _("You assign by hand."),
    NOBODY: _("No seller is free."),
    GIVEN_BACK: _("It was given back."),
    LAPSED: _("It was not taken in time."),
    SEAT_ENDED: _("Its seller no longer works here."),
    TAKEN_BACK: _("It was taken from its seller."),
}
# Why sellers were passed over.
AWAY, FULL, HAD, GONE = "away", "full", "had", "gone"
PASSED: dict[str, Words] = {
    AWAY: _("away: %(n)d"),
    FULL: _("at the limit: %(n)d"),
    HAD: _("had it before: %(n)d"),
    GONE: _("no longer here: %(n)d"),
}


class SellerRuleError(ValueError):
    """A rule that cannot be. `field` names what is wrong of it."""

    def __init__(self, field: str, words: Words) -> None:
        super().__init__(str(words))
        self.field, self.words = field, words


@dataclass(frozen=True, slots=True)
class Seller:
    """One of a partner's people, as the choice sees them. `last_at` is when a lead was last handed to them."""

    seat_id: int
    open_leads: int = 0
    last_at: datetime | None = None
    is_away: bool = False
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """Whom the rule chose, or nobody; and how many were passed over for which reason."""

    seat_id: int | None
    passed: Mapping[str, int]


def why_not(seller: Seller, *, most: int | None, had: Collection[int] = ()) -> str:
    """Why a seller gets no further lead, of PASSED; empty for one who does."""
    if not seller.is_active:
        return GONE
    if seller.is_away:
        return AWAY
    if most is not None and seller.open_leads >= most:
        return FULL
    return HAD if seller.seat_id in had else ""


def choose(way: str, sellers: Iterable[Seller], *, most: int | None, had: Collection[int] = ()) -> Choice:
    """The next of these people by `way`, without those who cannot and those in `had`. The same facts, the same one."""
    free, passed = [], dict[str, int]()
    for seller in sellers:
        reason = why_not(seller, most=most, had=had)
        if reason:
            passed[reason] = passed.get(reason, 0) + 1
        else:
            free.append(seller)
    if not free:
        return Choice(None, passed)
    first = min(free, key=_by_load if way == LEAST else _by_turn)
    return Choice(first.seat_id, passed)


def _by_turn(seller: Seller) -> tuple[float, int]:
    """Who never had one comes before all."""
    return (seller.last_at.timestamp() if seller.last_at else float("-inf"), seller.seat_id)


def _by_load(seller: Seller) -> tuple[int, float, int]:
    return (seller.open_leads, *_by_turn(seller))


def hours_to_take(vendors: int, own: int | None) -> int:
    """Business hours to take or give back: the partner's own limit is only ever the shorter one."""
    return vendors if own is None else min(vendors, own)


def check(way: str, answer_hours: int | None, open_most: int | None, longest: int) -> None:
    """Raise SellerRuleError for a rule that cannot be; `longest` is what the vendor allows."""
    if way not in WAYS:
        raise SellerRuleError("way", _("Choose one of the ways."))
    if answer_hours is not None and not 1 <= answer_hours <= HOURS_MOST:
        raise SellerRuleError("answer_hours", _("Hours lie between 1 and %(n)d.", n=HOURS_MOST))
    if answer_hours is not None and answer_hours > longest:
        raise SellerRuleError(
            "answer_hours", _("Your vendor gives %(n)d business hours. Write as many or fewer.", n=longest)
        )
    if open_most is not None and not 1 <= open_most <= OPEN_MOST:
        raise SellerRuleError("open_most", _("Write a number from 1 to %(n)d.", n=OPEN_MOST))
