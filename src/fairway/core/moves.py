"""Moves of rows along a `Machine`, by compare-and-set: of two who move one row, exactly one succeeds."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Case, F, Model, QuerySet, Value, When
from django.utils.translation import gettext_lazy

from fairway.core.states import Machine
from fairway.core.words import Words
from fairway.core.words import said as _


def state_choices(machine: Machine) -> list[tuple[str, Any]]:
    """The states as choices of a model's field, whose words follow the language of the reader."""
    return [(state, gettext_lazy(str(word))) for state, word in machine.labels.items()]


class StateConflict(Exception):
    """Someone else changed the row first. Nothing was written."""

    def __init__(self, machine: Machine):
        self.machine = machine
        super().__init__(machine.name)

    def __str__(self) -> str:
        return str(self.sentence)

    @property
    def sentence(self) -> Words | str:
        return _(
            "Someone else was first: this %(name)s has changed since you opened it. Reload and look again.",
            name=self.machine.called_words,
        )


def move(target: Model | QuerySet[Any], machine: Machine, verb: str, *, field: str = "status", **changes: Any) -> str:
    """Move one row by `verb`, set `changes` with it, and return the state it came from.

    `target` is an instance, or a queryset of at most one row. An instance must still be in the state, and at
    the `version` where the model has one, that it was read in; afterwards it carries the new values. Raises
    TransitionRefused when its state does not allow the verb and StateConflict when the row is gone or was
    changed meanwhile; both leave row and instance as they were.
    """
    instance = target if isinstance(target, Model) else _only(target)
    if instance is None:
        raise StateConflict(machine)
    came_from = getattr(instance, field)
    values = {field: machine.next(came_from, verb), **changes}
    expected = {"pk": instance.pk, field: came_from}
    has_version = _has_version(type(instance))
    if has_version:
        expected["version"] = instance.version  # type: ignore[attr-defined]
    rows = type(instance)._base_manager.filter(**expected)
    if rows.update(**values, **_bumped(has_version)) != 1:
        raise StateConflict(machine)
    _carry(instance, values, has_version)
    return came_from


def move_many(rows: QuerySet[Any], machine: Machine, verb: str, *, field: str = "status", **changes: Any) -> int:
    """Move, in one statement, every row of the queryset whose state allows the verb.

    Return how many moved.
    """
    sources = machine.states_allowing(verb)
    if not sources:
        raise ValueError(f"Machine {machine.name} knows no verb {verb!r}.")
    following = Case(*(When(**{field: state}, then=Value(machine.next(state, verb))) for state in sources))
    return rows.filter(**{f"{field}__in": sources}).update(
        **{field: following}, **changes, **_bumped(_has_version(rows.model))
    )


def _only(rows: QuerySet[Any]) -> Model | None:
    found = list(rows[:2])
    if len(found) > 1:
        raise ValueError("move() takes one row; use move_many() for several.")
    return found[0] if found else None


def _has_version(model: type[Model]) -> bool:
    try:
        model._meta.get_field("version")
    except FieldDoesNotExist:
        return False
    return True


def _bumped(has_version: bool) -> dict[str, Any]:
    return {"version": F("version") + 1} if has_version else {}


def _carry(instance: Model, values: Mapping[str, Any], has_version: bool) -> None:
    """Give the instance what the row now holds.

    Values that the database works out are read when next asked for.
    """
    for name, value in values.items():
        if hasattr(value, "resolve_expression"):
            instance.__dict__.pop(name, None)
        else:
            setattr(instance, name, value)
    if has_version:
        instance.version += 1  # type: ignore[attr-defined]
