"""Every machine: each state with each verb either moves on or is refused with a sentence."""

import importlib
import pkgutil

import pytest

import fairway
from fairway.core.states import TransitionRefused, all_machines

for _found in pkgutil.walk_packages(fairway.__path__, "fairway."):
    if _found.name.endswith(".rules.states"):
        importlib.import_module(_found.name)

PAIRS = [(machine, state, verb) for machine in all_machines() for state in machine.states for verb in machine.verbs]


def test_the_machines_of_the_house_are_known():
    assert {"deal", "lead", "offer", "protection", "registration"} <= {machine.name for machine in all_machines()}


@pytest.mark.parametrize(("machine", "state", "verb"), PAIRS, ids=lambda part: getattr(part, "name", str(part)))
def test_each_state_with_each_verb_moves_on_or_is_refused(machine, state, verb):
    if machine.allows(state, verb):
        assert machine.next(state, verb) in machine.states
        assert verb in machine.verbs_from(state)
        assert state in machine.states_allowing(verb)
        assert not machine.is_final(state)
        return
    assert verb not in machine.verbs_from(state)
    assert state not in machine.states_allowing(verb)
    with pytest.raises(TransitionRefused) as refusal:
        machine.next(state, verb)
    assert machine.label(state) in str(refusal.value)
    assert machine.label(verb) in str(refusal.value)


@pytest.mark.parametrize("machine", all_machines(), ids=lambda machine: machine.name)
def test_each_machine_can_be_drawn_and_named(machine):
    drawn = machine.diagram()
    assert all(f"{state} --> {to}: {verb}" in drawn for (state, verb), to in machine.transitions.items())
    assert all(str(label) for _state, label in machine.choices)
    assert [state for state, _label in machine.choices] == list(machine.states)
