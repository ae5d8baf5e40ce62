"""What people may answer: measures of lead quality, kinds and results of contacts, reasons to close a lead, its steps.

Quality, kinds, results and why sellers give leads back are lists that a vendor edits; what stands here is delivered.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from fairway.core.words import Words
from fairway.core.words import said as _

ENTRIES_MOST = 60
TEXT_MOST = 100
QUALITY, KIND, OUTCOME, RETURN = "quality", "touch_kind", "touch_outcome", "seller_return"
ON_DECLINE, AFTER_CONTACT, REACHES = "decline", "contact", "reached"
USES: dict[str, tuple[str, ...]] = {QUALITY: (ON_DECLINE, AFTER_CONTACT), KIND: (), OUTCOME: (REACHES,), RETURN: ()}
_CODE = re.compile(r"^[a-z0-9]+(_[a-z0-9]+)*$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer of a list. `words` are the vendor's own, by language; without any the delivered ones are said.

    grade   of a quality: −1 says a bad lead, 1 a good one, 0 neither
    uses    of a quality: asked on declining, after the first contact; of a result: somebody was reached
    """

    code: str
    delivered: Words | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    grade: int = 0
    uses: frozenset[str] = frozenset()
    is_retired: bool = False

    def text_in(self, language: str) -> str:
        if not self.words:
            return str(self.delivered or self.code)
        short = language.partition("-")[0]
        return self.words.get(language) or self.words.get(short) or next(iter(self.words.values()))

    @property
    def kept(self) -> dict[str, Any]:
        return {
            "code": self.code, "words": dict(self.words), "grade": self.grade, "uses": sorted(self.uses),
            "retired": self.is_retired,
        }  # fmt: skip


def _entry(code: str, words: Words, grade: int = 0, *uses: str) -> Entry:
    return Entry(code, words, {}, grade, frozenset(uses))


_BOTH = (ON_DECLINE, AFTER_CONTACT)

DELIVERED: dict[str, tuple[Entry, ...]] = {
    QUALITY: (
        _entry("good_fit", _("Good fit"), 1, AFTER_CONTACT),
        _entry("reached", _("Reached the right person"), 1, AFTER_CONTACT),
        _entry("wrong_person", _("Wrong person"), -1, AFTER_CONTACT),
        _entry("wrong_territory", _("Outside our territory"), 0, *_BOTH),
        _entry("no_budget", _("No budget"), -1, *_BOTH),
        _entry("already_bought", _("Already bought"), -1, *_BOTH),
        _entry("bad_contact_data", _("Contact data is wrong or missing"), -1, *_BOTH),
        _entry("not_our_field", _("Not our field"), 0, ON_DECLINE),
        _entry("no_capacity", _("No capacity at the moment"), 0, ON_DECLINE),
        _entry("duplicate", _("We have this lead already"), -1, *_BOTH),
        _entry("competitor_customer", _("Committed to a competitor"), -1, *_BOTH),
        _entry("existing_customer", _("Already our customer"), 0, *_BOTH),
        _entry("too_small", _("Too small for us"), 0, ON_DECLINE),
        _entry("too_early", _("Too early, no project yet"), 0, *_BOTH),
        _entry("other", _("Something else"), 0, *_BOTH),
    ),
    KIND: (
        _entry("call", _("Call")),
        _entry("email", _("E-mail")),
        _entry("meeting", _("Meeting")),
        _entry("demo", _("Demo")),
        _entry("other", _("Other")),
    ),
    OUTCOME: (
        _entry("reached", _("Reached"), 0, REACHES),
        _entry("not_reached", _("Not reached")),
        _entry("interested", _("Interested"), 0, REACHES),
        _entry("next_step", _("Next step agreed"), 0, REACHES),
        _entry("not_now", _("Not now"), 0, REACHES),
        _entry("no_need", _("No need"), 0, REACHES),
    ),
    RETURN: (
        _entry("no_time", _("No time for it")),
        _entry("not_my_field", _("Not my field")),
        _entry("not_my_region", _("Not my region")),
        _entry("knows_colleague", _("A colleague knows the customer")),
        _entry("away", _("I am away")),
        _entry("other", _("Something else")),
    ),
}


@dataclass(frozen=True, slots=True)
class Answers:
    """A list in force: what may be chosen now, and the words of what was chosen at any time."""

    name: str
    entries: tuple[Entry, ...]

    def open(self, use: str = "") -> list[Entry]:
        """What may be chosen, for one use or any."""
        return [entry for entry in self.entries if not entry.is_retired and (not use or use in entry.uses)]

    def find(self, code: str) -> Entry | None:
        known = (*self.entries, *DELIVERED[self.name])
        return next((entry for entry in known if entry.code == code), None)

    def text_of(self, code: str, language: str) -> str:
        """The words of an answer, retired or not; the code itself when nobody knows it any more."""
        entry = self.find(code)
        return entry.text_in(language) if entry else code

    def unknown(self, codes: Iterable[str], use: str = "") -> list[str]:
        return sorted(set(codes) - {entry.code for entry in self.open(use)})

    def grade(self, codes: Iterable[str]) -> int:
        """One grade of several answers: what speaks against a lead weighs more than what speaks for it."""
        grades = {entry.grade for code in codes if (entry := self.find(code))}
        return -1 if -1 in grades else max(grades, default=0)


def entries_of(name: str, kept: Sequence[Mapping[str, Any]] | None) -> Answers:
    """The list in force: a vendor's own as it is kept, else the delivered one."""
    if kept is None:
        return Answers(name, DELIVERED[name])
    delivered = {entry.code: entry.delivered for entry in DELIVERED[name]}
    return Answers(
        name,
        tuple(
            Entry(
                str(row["code"]), delivered.get(row["code"]), dict(row.get("words", {})), int(row.get("grade", 0)),
                frozenset(row.get("uses", ())) & frozenset(USES[name]), bool(row.get("retired")),
            )
            for row in kept
        ),
    )  # fmt: skip


def problem_of(new: Answers, before: Answers) -> Words | None:
    """What is wrong with an edited list; None when it may be kept."""
    codes = [entry.code for entry in new.entries]
    if len(codes) > ENTRIES_MOST:
        return _("A list holds at most %(most)d answers.", most=ENTRIES_MOST)
    if len(set(codes)) != len(codes):
        return _("A code stands in the list twice.")
    if gone := sorted({entry.code for entry in before.entries} - set(codes)):
        return _("An answer is retired, not deleted: %(codes)s is missing.", codes=", ".join(gone))
    for entry in new.entries:
        if problem := _problem_of_entry(entry):
            return problem
    for use in (ON_DECLINE, AFTER_CONTACT) if new.name == QUALITY else ("",):
        if not new.open(use):
            return _("At least one answer must be left to choose.")
    return None


def _problem_of_entry(entry: Entry) -> Words | None:
    if not _CODE.match(entry.code) or len(entry.code) > 40:
        return _("A code has small letters, digits and underscores, at most 40: %(code)s.", code=entry.code[:60])
    if not entry.words and entry.delivered is None:
        return _("Write the words of %(code)s in at least one language.", code=entry.code)
    if any(not text.strip() or len(text) > TEXT_MOST for text in entry.words.values()):
        return _("The words of an answer have 1 to 100 letters.")
    if entry.grade not in (-1, 0, 1):
        return _("A grade is -1, 0 or 1.")
    return None


CLOSE_REASONS: dict[str, Words] = {
    "no_need": _("No need"),
    "no_budget": _("No budget"),
    "not_reached": _("Not reached after several attempts"),
    "bought_elsewhere": _("Bought elsewhere"),
    "bad_contact_data": _("Contact data is wrong"),
    "duplicate": _("Duplicate of another lead"),
    "not_a_lead": _("Not a lead"),
    "other": _("Something else"),
}


class LeadStage(StrEnum):
    """How far an accepted lead is, before it becomes a deal."""

    NEW = "new"
    CONTACTED = "contacted"
    MEETING = "meeting"
    QUALIFIED = "qualified"


STAGES: dict[str, Words] = {
    LeadStage.NEW: _("Not contacted"),
    LeadStage.CONTACTED: _("Contacted"),
    LeadStage.MEETING: _("Meeting held"),
    LeadStage.QUALIFIED: _("Qualified"),
}
