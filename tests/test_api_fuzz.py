"""Requests made from the schema never break anything, and every answer is one that the schema declares."""

import pytest
from schemathesis.generation import GenerationMode

from fairway.core.tenancy.acting import acting_for
from tests.api import noun_of, token_of
from tests.fuzz import fuzz, operations
from tests.rows import make_rows
from tests.scene import make_scene

OPERATIONS = {operation.label: operation for operation in operations()}
WHO = ("admin", "beta_executive")


@pytest.fixture
def uids(acme) -> dict[str, list[str]]:
    """uids of rows, by the model's name: those of the scene, else one of every table."""
    with acting_for(acme.admin):
        rows = {str(model._meta.model_name): [str(row.uid)] for model, row in make_rows(acme).items()}
    return rows | {noun_of(word): found for word, found in make_scene(acme).items()}


def of(label: str, uids: dict[str, list[str]]) -> list[str]:
    return uids.get(noun_of(label.partition("/")[2]), [])


def trouble(acme, uids, mode: GenerationMode, examples: int, labels, people=WHO) -> dict[str, int]:
    """Fuzz these operations as these people, staff and a partner; how many answers were good, by operation."""
    good: dict[str, int] = {}
    for who in people:
        secret = token_of(getattr(acme, who))
        for label in labels:
            answered = fuzz(OPERATIONS[label], secret=secret, uids=of(label, uids), mode=mode, examples=examples)
            good[label] = good.get(label, 0) + answered
    return good


def test_a_few_requests_to_every_operation(acme, uids):
    good = trouble(acme, uids, GenerationMode.POSITIVE, 2, OPERATIONS, ["admin"])
    assert sum(map(bool, good.values())) > len(good) / 3
    trouble(acme, uids, GenerationMode.NEGATIVE, 1, OPERATIONS, ["beta_executive"])


@pytest.mark.wide
@pytest.mark.parametrize("label", OPERATIONS)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_many_requests_to_one_operation(acme, uids, label, mode):
    trouble(acme, uids, mode, 25, [label])
