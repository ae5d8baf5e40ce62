"""The API's quick way of telling rows gives what the serializers of the schema give, for every operation."""

import json
from typing import Any

import pytest
from rest_framework.renderers import JSONRenderer

from fairway.core.http.api import operations
from fairway.core.http.api.telling import told
from tests.api import program_of
from tests.cast import Cast
from tests.test_sweep_api import uids, visits  # noqa: F401 - the fixture is used by name


def plain(value: Any) -> Any:
    """As a program reads it."""
    return json.loads(JSONRenderer().render(value))


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Kind → rows told while the test runs; each was told by the serializer too, and alike."""
    counts: dict[str, int] = {}

    def both(kind: Any, rows: Any, member: Any = None) -> list[dict[str, Any]]:
        rows = list(rows)
        quick = told(kind, rows, member)
        # Not asserted here: an operation answers a fault of ours with 500, and the test would go on.
        if plain(quick) != plain(kind(rows, many=True, context={"member": member}).data):
            counts[f"{kind.__name__} differs"] = 1
        counts[kind.__name__] = counts.get(kind.__name__, 0) + len(rows)
        return quick

    monkeypatch.setattr(operations, "told", both)
    monkeypatch.setattr(operations, "told_one", lambda kind, row, member=None: both(kind, [row], member)[0])
    return counts


@pytest.mark.parametrize("name", ["admin", "beta_executive"])
def test_every_answer_is_what_its_schema_says(
    acme: Cast,
    uids: dict[str, list[str]],  # noqa: F811
    compared: dict[str, int],
    name: str,
) -> None:
    program = program_of(acme.members()[name])
    answered = {
        operation.name for _said, operation, status, _text in visits(program, uids, str(acme.beta.uid)) if status < 300
    }
    assert len(answered) >= 10
    for kind in ("LeadTold", "OfferTold", "RegistrationTold", "DealTold", "MeTold"):
        assert compared.get(kind, 0) > 0, kind
