"""The API's own schema as a source of requests: good ones and bad ones, and what every answer must be like."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from fairway.config.wsgi import application
from fairway.core.http.api.schema import document

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@cache
def loaded() -> Any:
    schema = schemathesis.openapi.from_dict(document())
    schema.app = application
    return schema


def operations() -> Iterator[Any]:
    for result in loaded().get_all_operations():
        yield result.ok()


@contextmanager
def connection_kept() -> Iterator[None]:
    """A request over WSGI closes old connections at both ends; here it is the test's own."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def must_be_refused(case: Any) -> bool:
    """Whether body or query break the schema. A line of a bulk request that cannot be used is refused in its line."""
    if "bulk" in case.path:
        return False
    parts = case.meta.components.items()
    return any(part.mode.is_negative for place, part in parts if place in {"body", "query"})


def fuzz(operation: Any, *, secret: str, uids: list[str], mode: GenerationMode, examples: int) -> int:
    """Send `examples` requests made from the schema, each undone afterwards; returns how many were answered well.

    Addresses name a row that is there twice out of three times. The requests are the same in every run.
    """
    chance = random.Random(operation.label)
    good = 0

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=examples, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def run(case: Any) -> None:
        nonlocal good
        if uids and "uid" in (case.path_parameters or {}) and chance.random() < 0.67:
            case.path_parameters["uid"] = chance.choice(uids)
        with transaction.atomic(), connection_kept():
            response = case.call(headers={"Authorization": f"Bearer {secret}", "Accept-Encoding": "identity"})
            transaction.set_rollback(True)
        # 412 refuses as well (a wrong If-Match is looked at before the body), but the check's own list lacks it.
        is_wrong = must_be_refused(case) and response.status_code != 412
        checks = [*CHECKS, negative_data_rejection] if is_wrong else CHECKS
        case.validate_response(response, checks=checks)
        good += response.status_code < 300

    run()
    return good
