from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fairway.core.conditions.subjects import Subject
from fairway.core.conditions.tree import Node, Normal, leaves, normal
from fairway.core.conditions.values import as_json


@dataclass(frozen=True)
class Condition:
    """A checked condition on one subject. Made by `parse`; never changes."""

    subject: Subject
    root: Node

    @cached_property
    def normal(self) -> Normal:
        return normal(self.root)

    @property
    def field_names(self) -> frozenset[str]:
        return frozenset(leaf.field.name for leaf in leaves(self.root))

    @property
    def is_always(self) -> bool:
        """True when it asks nothing, so that everything satisfies it."""
        return not any(leaves(self.root)) and self.as_json() == {"all": []}

    def as_json(self) -> dict[str, Any]:
        """The JSON that `parse` reads back to an equal condition."""
        return as_json(self.root)
