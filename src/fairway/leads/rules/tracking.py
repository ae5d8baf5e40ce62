"""How long an accepted lead may be silent, what happens then, and what partners are measured by. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from fairway.core.words import Words
from fairway.core.words import said as _

DAYS_MOST = 250
HOURS_MOST = 400
DAY_MINUTES = 8 * 60  # a business day is eight business hours


class SilenceStep(IntEnum):
    """How far a silent lead has come: what was done last."""

    NONE = 0
    SELLER_TOLD = 1
    EXECUTIVE_TOLD = 2


@dataclass(frozen=True, slots=True)
class Days:
    """Business days without a contact after which the seller, then its executive is told, and the lead taken back.

    `recall` of zero: never.
    """

    nudge: int
    executive: int
    recall: int

    def after(self, step: SilenceStep) -> int | None:
        """The day on which what follows this step happens; None when nothing does."""
        return {SilenceStep.NONE: self.nudge, SilenceStep.SELLER_TOLD: self.executive}.get(step, self.recall or None)

    @property
    def problem(self) -> Words | None:
        if not 1 <= self.nudge <= DAYS_MOST or self.executive > DAYS_MOST or self.recall > DAYS_MOST:
            return _("Write days from 1 to 250.")
        if self.executive <= self.nudge:
            return _("The executive is told after the seller: write more days.")
        if self.recall and self.recall <= self.executive:
            return _("A lead is taken back after both were told: write more days, or 0 for never.")
        return None


@dataclass(frozen=True, slots=True)
class TrackingPolicy:
    """The rules in force; the values here are those delivered."""

    silence_is_on: bool = False
    nudge_days: int = 5
    executive_days: int = 8
    recall_days: int = 10
    bands: tuple[tuple[str, Days], ...] = ()
    touch_hours: int = 8
    answer_percent: int = 90
    touch_percent: int = 80
    feedback_percent: int = 70

    def days_for(self, band: str) -> Days:
        return dict(self.bands).get(band, Days(self.nudge_days, self.executive_days, self.recall_days))

    def targets(self) -> dict[str, int]:
        return {"answer": self.answer_percent, "touch": self.touch_percent, "feedback": self.feedback_percent}

    def problems(self) -> Iterable[tuple[str, Words]]:
        """(field, sentence) of all that cannot be."""
        if problem := self.days_for("").problem if "" not in dict(self.bands) else None:
            yield "nudge_days", problem
        for _band, days in self.bands:
            if problem := days.problem:
                yield "bands", problem
        if len({band for band, _days in self.bands}) != len(self.bands):
            yield "bands", _("A band stands here twice.")
        if not 1 <= self.touch_hours <= HOURS_MOST:
            yield "touch_hours", _("Write hours from 1 to 400.")
        for name in ("answer_percent", "touch_percent", "feedback_percent"):
            if not 0 <= getattr(self, name) <= 100:
                yield name, _("Write a share from 0 to 100 %.")


def bands_of(kept: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, Days], ...]:
    return tuple(
        (str(row["band"]), Days(int(row["nudge_days"]), int(row["executive_days"]), int(row["recall_days"])))
        for row in kept
    )


def kept_bands(bands: Iterable[tuple[str, Days]]) -> list[dict[str, Any]]:
    return [
        {"band": band, "nudge_days": days.nudge, "executive_days": days.executive, "recall_days": days.recall}
        for band, days in bands
    ]


@dataclass(frozen=True, slots=True)
class GoodShare:
    """How many of a source's rated leads were good, as a share drawn towards the channel's for small samples."""

    good: int
    rated: int
    of_all: float = field(default=0.5)
    weight: int = 20

    @property
    def percent(self) -> float:
        return 100 * (self.good + self.weight * self.of_all) / (self.rated + self.weight)
