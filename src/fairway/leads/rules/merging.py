"""Whether two leads may become one, and which gives way: decided, refused with what to do first, never guessed. Pure.

The lead that gives way is closed; its history, notes, offers and contacts go to the one that stays. No partner loses
a lead by a merge: who holds one keeps it, and of two that are both held neither gives way.
"""

from dataclasses import dataclass
from typing import Final

from fairway.core.words import Words
from fairway.core.words import said as _

_FREE: Final = frozenset({"captured", "waiting"})


@dataclass(frozen=True, slots=True)
class Side:
    """A lead as it stands: its state, and the partner that has it (0: none)."""

    state: str
    partner_id: int = 0
    is_merged: bool = False


def why_not(stays: Side, gives_way: Side) -> Words | None:
    """Why `gives_way` cannot be merged into `stays`, in words that say what to do; None when it can."""
    if stays.is_merged or gives_way.is_merged:
        return _("One of the two was merged already.")
    if stays.state == "closed":
        return _("The lead you keep is closed. Keep the open one instead.")
    if gives_way.state in _FREE:
        return None
    if gives_way.state == "pooled":
        return _("The other lead is in a pool. Take it out first, or keep that one instead.")
    if gives_way.state == "closed":
        return _("The other lead is closed already. There is nothing to merge.")
    if gives_way.state == "converted":
        return _("The other lead became a deal, and stays with it. Keep that lead instead.")
    if stays.state in _FREE | {"pooled"}:
        return _("The lead that gives way must not be with a partner. It is “%(state)s”; keep this one instead.",
                 state=STATES[gives_way.state])  # fmt: skip
    return _of_two_held(stays, gives_way)


def _of_two_held(stays: Side, gives_way: Side) -> Words | None:
    if gives_way.state == "offered":
        return _("Both are with a partner: one has an open offer. Recall the offer first, or wait for the answer.")
    if stays.state == "offered":
        return _("A partner works the other lead. Keep that one, and recall the open offer first.")
    if stays.partner_id != gives_way.partner_id:
        return _("Two partners work these leads. Take one of them back first; a merge takes no lead from a partner.")
    return None


STATES: Final[dict[str, Words]] = {
    "captured": _("Captured"),
    "waiting": _("Waiting"),
    "offered": _("Offered"),
    "pooled": _("In a pool"),
    "accepted": _("Accepted"),
    "converted": _("Deal"),
    "closed": _("Closed"),
}
