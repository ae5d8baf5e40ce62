"""What can be exported: one registry, filled by the apps that know their rows; jobs write the files (`insight`).

An app registers, in AppConfig.ready():

    exports.register(ExportKind("leads", _("Leads"), "lead.read", lead_rows))

`rows(member, parameters)` yields the head and then one list of plain values per row, reading in the member's own
context. Parameters are those of the list's address, so that the file holds what the page showed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from fairway.core.access import Member

Rows = Callable[[Member, Mapping[str, str]], Iterator[list[Any]]]


@dataclass(frozen=True, slots=True)
class ExportKind:
    name: str
    title: str | Promise
    permission: str
    rows: Rows
    titled: Callable[[Member, Mapping[str, str]], str] | None = None

    def title_for(self, member: Member, parameters: Mapping[str, str]) -> str:
        """What the list of exports calls the file: of which rows, where the kind alone does not say it."""
        return self.titled(member, parameters) if self.titled else str(self.title)


_kinds: dict[str, ExportKind] = {}


def register(*kinds: ExportKind) -> None:
    for kind in kinds:
        _kinds[kind.name] = kind


def kind_named(name: str) -> ExportKind | None:
    return _kinds.get(name)
