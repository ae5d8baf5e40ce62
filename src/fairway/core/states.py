"""States as one table per status: (from, verb) -> to. Pure; `core.moves` applies it to rows.

Buttons, API, the diagram in the docs and the exhaustive test read the same table.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from fairway.core.words import Row, Words
from fairway.core.words import said as _

_machines: dict[str, "Machine"] = {}


class TransitionRefused(Exception):
    """The state does not allow the verb. `str()` is a sentence for the person who tried."""

    def __init__(self, machine: "Machine", state: str, verb: str):
        self.machine, self.state, self.verb = machine, state, verb
        super().__init__(machine.name, state, verb)

    def __str__(self) -> str:
        return str(self.sentence)

    @property
    def sentence(self) -> Words:
        machine = self.machine
        able = Row(tuple(machine.words(verb) for verb in machine.verbs_from(self.state)), ", ")
        now = {"verb": machine.words(self.verb), "name": machine.called_words, "state": machine.words(self.state)}
        if able:
            return _(
                "“%(verb)s” is not possible: this %(name)s is “%(state)s”. Possible now: %(able)s.", **now, able=able
            )
        return _("“%(verb)s” is not possible: this %(name)s is “%(state)s”, which is final.", **now)


class Machine:
    """The states of one status and the verbs that lead from one to the next.

    `transitions` maps (from, verb) to the next state. `labels` names every state for people, and may name
    verbs; `title` is what a row is called in sentences. Raises ValueError at definition when the table has a
    hole: a state without label, one that is never reached, one that ends without being in `final`, or a final
    one that goes on.
    """

    def __init__(
        self,
        name: str,
        *,
        transitions: Mapping[tuple[str, str], str],
        initial: str,
        labels: Mapping[str, Any],
        final: Iterable[str],
        title: Any = "",
    ):
        self.name = name
        self.title = title or name.replace("_", " ")
        self.initial = initial
        self.final = frozenset(final)
        self.transitions = MappingProxyType(dict(transitions))
        self.labels = MappingProxyType(dict(labels))
        self.verbs = tuple(dict.fromkeys(verb for _state, verb in self.transitions))
        reached = [initial, *(to for to in self.transitions.values())]
        self.states = tuple(dict.fromkeys([*reached, *(state for state, _verb in self.transitions)]))
        if problem := self._problem():
            raise ValueError(f"Machine {name}: {problem}")
        if name in _machines:
            raise ValueError(f"Machine {name} is defined twice.")
        _machines[name] = self

    def __repr__(self) -> str:
        return f"<Machine {self.name}: {len(self.states)} states, {len(self.verbs)} verbs>"

    def allows(self, state: str, verb: str) -> bool:
        return (state, verb) in self.transitions

    def next(self, state: str, verb: str) -> str:
        """The state after the verb. Raises TransitionRefused, and ValueError for unknown names."""
        if state not in self.states or verb not in self.verbs:
            raise ValueError(f"Machine {self.name} knows no state {state!r} or no verb {verb!r}.")
        try:
            return self.transitions[state, verb]
        except KeyError:
            raise TransitionRefused(self, state, verb) from None

    def verbs_from(self, state: str) -> tuple[str, ...]:
        return tuple(verb for verb in self.verbs if (state, verb) in self.transitions)

    def states_allowing(self, verb: str) -> tuple[str, ...]:
        return tuple(state for state in self.states if (state, verb) in self.transitions)

    def is_final(self, state: str) -> bool:
        return state in self.final

    def label(self, state_or_verb: str) -> str:
        """The name for people of a state or verb, translated."""
        return str(self.words(state_or_verb))

    def words(self, state_or_verb: str) -> Any:
        """The same, to be translated when it is said."""
        label = self._label(state_or_verb)
        return Words(label) if isinstance(label, str) else label

    def _label(self, state_or_verb: str) -> Any:
        return self.labels.get(state_or_verb) or state_or_verb.replace("_", " ").capitalize()

    @property
    def called(self) -> str:
        """What a row is called in sentences, translated."""
        return str(self.called_words)

    @property
    def called_words(self) -> Any:
        return Words(self.title) if isinstance(self.title, str) else self.title

    @property
    def templates(self) -> list[str]:
        """Everything the machine says, for the catalogues: names of rows, states and verbs that are not marked."""
        said = [self.title, *(self._label(each) for each in (*self.states, *self.verbs))]
        return [each for each in dict.fromkeys(said) if isinstance(each, str)]

    @property
    def choices(self) -> list[tuple[str, Any]]:
        """(state, label) pairs in the order of the table, for model fields and forms."""
        return [(state, self.labels[state]) for state in self.states]

    def diagram(self) -> str:
        """The table as a mermaid state diagram."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        lines += [f"    {state} --> {to}: {verb}" for (state, verb), to in self.transitions.items()]
        lines += [f"    {state} --> [*]" for state in self.states if state in self.final]
        return "\n".join(lines) + "\n"

    def _problem(self) -> str | None:
        starting = {state for state, _verb in self.transitions}
        checks = {
            "states without a label": set(self.states) - set(self.labels),
            "labels of nothing": set(self.labels) - set(self.states) - set(self.verbs),
            "states never reached": set(self.states) - self._reached(),
            "states that end without being final": set(self.states) - starting - self.final,
            "final states that go on or are unknown": (self.final & starting) | (self.final - set(self.states)),
            "names that are not lower-case words": {
                name for name in (*self.states, *self.verbs) if not (name.isidentifier() and name.islower())
            },
        }
        for what, found in checks.items():
            if found:
                return f"{what}: {', '.join(sorted(found))}."
        return None

    def _reached(self) -> set[str]:
        reached, waiting = {self.initial}, [self.initial]
        while waiting:
            here = waiting.pop()
            ahead = {to for (state, _verb), to in self.transitions.items() if state == here} - reached
            reached |= ahead
            waiting += ahead
        return reached


def all_machines() -> tuple[Machine, ...]:
    """Every machine that has been defined, by name."""
    return tuple(machine for _name, machine in sorted(_machines.items()))
