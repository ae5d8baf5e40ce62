"""Why a lead is taken back, and why it is offered against the rules: lists to choose from, and a text beside. Pure.

A vendor may rename and hide what is built in, and add its own (`models.LeadReason`). "other" stays: it is for
what nothing else fits, and then the text is asked for.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from fairway.core.words import Row, Words
from fairway.core.words import said as _

RECALL = "recall"
OVERRIDE = "override"
OTHER = "other"
REASONS_MOST = 40
NAME_MOST = 100
TEXT_MOST = 200

KINDS: dict[str, Words] = {
    RECALL: _("Taking leads back"),
    OVERRIDE: _("Offering against the rules"),
}

BUILT_IN: dict[str, dict[str, Words]] = {
    RECALL: {
        "untouched": _("Not contacted in time"),
        "unmoved": _("No progress in time"),
        "silent": _("Nothing heard of it for too long"),
        "customer_asked": _("The customer asked for it"),
        "wrong_partner": _("It was with the wrong partner"),
        "elsewhere": _("Offered to another partner"),
        "partner_paused": _("The partner is paused"),
        "partner_left": _("The partnership ends"),
        OTHER: _("Something else"),
    },
    OVERRIDE: {
        "customer_asked": _("The customer asked for this partner"),
        "knows_customer": _("This partner knows the customer"),
        "knows_field": _("This partner knows the field"),
        "correction": _("The rules got it wrong"),
        "agreed": _("Agreed with the partner"),
        OTHER: _("Something else"),
    },
}


class Reason(NamedTuple):
    """One choice of a list. `name` is in the vendor's words, or translated where it has none."""

    code: str
    name: str
    is_built_in: bool
    is_active: bool
    # The name as it is kept: Words where the vendor has none of its own.
    words: Words | str = ""


class Given(NamedTuple):
    """A reason as it was given: its code on the list, its name, and what was written beside it, or says the system."""

    code: str
    name: Words | str
    text: Words | str

    @property
    def said(self) -> Words | Row | str:
        """What the partner reads: “Not contacted in time. We called twice”, or the text alone."""
        if not self.text:
            return self.name
        if self.code == OTHER:
            return self.text
        name = self.name.rstrip(".") if isinstance(self.name, str) else self.name
        return Row((name, self.text), ". ")


def in_order(kind: str, own: Iterable[tuple[str, str, bool]]) -> list[Reason]:
    """The whole list of a kind: the built-in ones in the vendor's words, then its own, "other" last.

    `own` are the vendor's rows as (code, name, is active), in order.
    """
    kept = {code: (name, is_active) for code, name, is_active in own}
    built_in = BUILT_IN[kind]
    found = []
    for code in [
        *(code for code in built_in if code != OTHER),
        *(code for code in kept if code not in built_in),
        OTHER,
    ]:
        name, is_active = kept.get(code, ("", True))
        words = name or built_in.get(code, code)
        found.append(Reason(code, str(words), code in built_in, is_active or code == OTHER, words))
    return found


def code_of(name: str, taken: Iterable[str]) -> str:
    """A code for a new reason, made of its name and of none that is taken."""
    base = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:30] or "reason"
    used, code, number = set(taken), base, 2
    while code in used:
        code, number = f"{base}_{number}", number + 1
    return code
