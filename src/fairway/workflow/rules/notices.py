"""What people are told of, in words: one table of kinds, each said by the room it belongs to.

    register(Kind("deal.won", "deals", _("A deal is won"), Form(_("%(partner)s won: %(customer)s"), "%(amount)s")))

A notice is kept as its kind and its values and is put into words when somebody reads it, in that person's language,
time zone and forms (`workflow.queries.notices`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fairway.core import told as keeping
from fairway.core.told import amount as amount
from fairway.core.words import ManyWords, Words
from fairway.core.words import said as _

Said = Words | ManyWords

# The ways a person may be told; each includes those before it but for the digest, which is a mail later.
OFF, BELL, DIGEST, MAIL = "off", "bell", "digest", "mail"
WAYS = {
    MAIL: _("At once by mail, and in the bell"),
    DIGEST: _("In the digest, and in the bell"),
    BELL: _("In the bell only"),
    OFF: _("Not at all"),
}
NOUNS = {
    "leads": _("Leads and offers"),
    "deals": _("Deals and registrations"),
    "approvals": _("Decisions"),
    "partners": _("Partners"),
    "imports": _("Imports"),
    "privacy": _("Personal data"),
}


@dataclass(frozen=True, slots=True)
class Form:
    """A title and the lines below it. A line that is a text of its own values, such as "%(note)s", needs no words."""

    title: Said | str
    lines: tuple[Said | str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notice: what it is called in the settings, what it says, and how people hear of it by default.

    `forms` are further ways of saying it, by name. `by_role` is the default of a role where it differs from `way`.
    `is_for`: "staff", "partner" or "" for both. With `is_always` nobody chooses: it comes by mail and in the bell.
    """

    name: str
    noun: str
    label: Words
    form: Form
    forms: Mapping[str, Form] = field(default_factory=dict)
    way: str = MAIL
    by_role: Mapping[str, str] = field(default_factory=dict)
    is_for: str = ""
    is_always: bool = False

    def default_for(self, role: str) -> str:
        return self.by_role.get(role, self.way)


_kinds: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    for kind in kinds:
        if kind.noun not in NOUNS or {kind.way, *kind.by_role.values()} - set(WAYS):
            raise ValueError(f"{kind.name} names an unknown noun or way")
        if kind.is_always and {kind.way, *kind.by_role.values()} != {MAIL}:
            raise ValueError(f"{kind.name} always comes by mail")
        _kinds[kind.name] = kind


def kinds() -> dict[str, Kind]:
    return dict(_kinds)


def kind_named(name: str) -> Kind | None:
    return _kinds.get(name)


def form_of(name: str, form: str = "") -> Form | None:
    """None for a kind or form that is no longer said."""
    kind = _kinds.get(name)
    if kind is None:
        return None
    return kind.forms.get(form) if form else kind.form


def role_named(role: str, name: str = "") -> dict[str, Any]:
    """What a role is called, or a person in it, among the values of a notice."""
    return {"is": "role", "role": role, "name": name}


def packed(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as JSON keeps them: words and moments stay what they are until somebody reads them."""
    return {name: keeping.packed(value) for name, value in values.items()}
