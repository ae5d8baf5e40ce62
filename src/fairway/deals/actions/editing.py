"""Changing columns of a row that somebody else may be changing too: by version, as `move` does for states."""

from collections.abc import Mapping
from typing import Any

from django.db.models import F

from fairway.core.moves import StateConflict
from fairway.core.states import Machine
from fairway.deals.models import Deal, Protection, Registration


def change(
    row: Deal | Registration | Protection, machine: Machine, values: Mapping[str, Any], version: int | None = None
) -> list[str]:
    """Set `values` where the row still has its state and `version`; returns the names of what really changed.

    Raises StateConflict when somebody was faster, and writes nothing when nothing differs.
    """
    if version is not None and version != row.version:
        raise StateConflict(machine)
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not changed:
        return []
    rows = type(row)._base_manager.filter(pk=row.pk, state=row.state, version=row.version)
    if rows.update(**changed, version=F("version") + 1) != 1:
        raise StateConflict(machine)
    for name, value in changed.items():
        setattr(row, name, value)
    row.version += 1
    return sorted(changed)
