"""Programs that talk to /api/v1, each with a token of one member."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.test import Client

from fairway.core import clock
from fairway.core.access import PERMISSIONS, Member
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.middleware import hash_token
from fairway.core.tenancy.tokens import ApiToken

BASE = "/api/v1/"
# The first words of addresses that are no plural of a model's name.
NOUNS = {
    "imports": "importrun", "duplicates": "duplicatepair", "territories": "territory", "units": "businessunit",
    "business-hours": "placehours", "follow-ups": "followuprule", "pauses": "partnerpause",
    "pools": "leadpool", "pool-leads": "poolentry",
}  # fmt: skip


def noun_of(path: str) -> str:
    """The name of the model whose rows an address below /api/v1/ speaks of, by its first word."""
    word = path.removeprefix("api/v1/").partition("/")[0]
    return NOUNS.get(word) or word.replace("-", "").rstrip("s")


def token_of(member: Member, *scopes: str, **values: Any) -> str:
    """The secret of a new token for the member's seat; without scopes it has all that the role allows."""
    secret = f"fw_{uuid4().hex}"
    with acting_for(member):
        ApiToken.objects.create(
            vendor_id=member.vendor_id, partner_id=member.partner_id, seat_id=member.seat_id, name="Test",
            scopes=list(scopes) or sorted(name for name in PERMISSIONS if member.can(name)),
            token_hash=hash_token(secret), hint=secret[-4:], created_at=clock.now() - timedelta(days=1), **values,
        )  # fmt: skip
    return secret


class Program:
    """A client with one token. Paths are below /api/v1/; a body is sent as JSON unless it is text already."""

    def __init__(self, secret: str) -> None:
        self.client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {secret}"})

    def call(self, method: str, path: str, data: Any = None, **headers: str) -> HttpResponse:
        body = data if isinstance(data, str | bytes) else "" if data is None else json.dumps(data)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kind = named.pop("Content-Type", "application/json" if body else "")
        return self.client.generic(method, BASE + path.lstrip("/"), body, content_type=kind, headers=named)

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.call("GET", path, **headers)

    def post(self, path: str, data: Any = None, **headers: str) -> HttpResponse:
        return self.call("POST", path, data, **headers)

    def patch(self, path: str, data: Any = None, **headers: str) -> HttpResponse:
        return self.call("PATCH", path, data, **headers)


def program_of(member: Member, *scopes: str, **values: Any) -> Program:
    return Program(token_of(member, *scopes, **values))


def problem_of(answer: HttpResponse, status: int) -> dict[str, Any]:
    """The problem that was answered, after a look at its form."""
    assert answer.status_code == status, answer.content[:500]
    assert answer["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["detail"]
    return problem
