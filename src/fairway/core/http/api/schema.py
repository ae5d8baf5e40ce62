"""OpenAPI, generated from the operations: each says what it takes, gives, and how it can fail."""

from functools import cache
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import get_script_prefix, set_script_prefix
from django.utils import translation
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, OpenApiTypes
from rest_framework import serializers

from fairway.core.http.api.fields import Input, Output
from fairway.core.http.api.operations import Operation, Resource, operation_of
from fairway.core.http.api.problems import MEDIA_TYPE, Problem
from fairway.core.rights import WORDS

DONE = {200: "Done.", 201: "Made.", 202: "Taken on; a job works at it."}
PROBLEMS = {
    400: "The body is not JSON, or not an object that can be read.",
    401: "No token, or one that is unknown, expired or revoked.",
    403: "The role or the scopes of the token lack the permission.",
    404: "There is nothing at this address, or not for this token.",
    409: "Somebody was first, or the state does not allow it. Nothing was changed.",
    412: "`If-Match` names another version than the present one. Nothing was changed.",
    413: "The body is too large.",
    415: "The body is not `application/json`.",
    422: "Some values cannot be used; `errors` says which and why. Nothing was changed.",
    429: "Too many requests of this token; `Retry-After` says how many seconds to wait.",
    500: "Something broke on our side. Nothing was changed.",
    503: "The database does not answer. Try again soon.",
}
ALWAYS = {401, 429, 500, 503}
WITH_BODY = {400, 413, 415, 422}


def problems_of(operation: Operation, method: str, has_path: bool) -> list[int]:
    """The statuses at which this operation can fail."""
    found = set(ALWAYS)
    if operation.permissions:
        found.add(403)
    if has_path or operation.can_miss:
        found.add(404)
    if operation.takes:
        found |= WITH_BODY
    if operation.asks or operation.can_refuse:
        found.add(422)
    if method == "POST":
        found |= {409, 413, 422}  # an idempotency key in use, too large a body to remember, a key used otherwise
    if method == "PATCH" or operation.is_guarded:
        found |= {409, 412}
    return sorted(found)


class OperationSchema(AutoSchema):
    """Reads what `operation` declared; nothing is guessed from the view."""

    @property
    def operation(self) -> Operation:
        found = operation_of(self.view, self.method)
        assert found is not None, f"{self.method} {self.path} is no operation"
        return found

    def get_operation_id(self) -> str:
        return self.operation.name

    def get_summary(self) -> str:
        return str(self.operation.summary)

    def get_description(self) -> str:  # type: ignore[override]
        needs = " or ".join(f"`{name}`" for name in self.operation.permissions)
        return " ".join(filter(None, [str(self.operation.help), f"Scope: {needs}." if needs else ""]))

    def get_tags(self) -> list[str]:
        return [cast(Resource, self.view).tag]

    def get_auth(self) -> list[dict[str, Any]]:
        return [{"bearer": []}, *({"oauth2": [name]} for name in self.operation.permissions)]

    def get_request_serializer(self) -> Any:
        return self.operation.takes

    def get_response_serializers(self) -> Any:
        operation = self.operation
        given: Any = _page(operation) if operation.is_list else operation.gives
        answers: dict[Any, Any] = {code: OpenApiResponse(given, DONE[code]) for code in operation.statuses}
        for code in problems_of(operation, self.method, "{" in self.path):
            answers[code, MEDIA_TYPE] = OpenApiResponse(Problem, PROBLEMS[code])
        return answers

    def get_override_parameters(self) -> list[Any]:
        operation = self.operation
        found: list[Any] = []
        if operation.asks:
            found.append(operation.asks)
        if operation.has_version:
            found.append(_header("ETag", "The version, for `If-Match`.", list(operation.statuses)))
        if self.method == "PATCH" or operation.is_guarded:
            text = "The `ETag` that was read. Without it the change is made whatever the version."
            found.append(OpenApiParameter("If-Match", str, "header", description=text, pattern='^(\\*|"[0-9]+")$'))
        if self.method == "POST":
            text = "The same key with the same request within a day gets the same answer, and changes nothing more."
            found.append(OpenApiParameter("Idempotency-Key", str, "header", description=text, pattern="^[!-~]{1,100}$"))
            told = "`true` when this answer was given before."
            found.append(_header("Idempotent-Replay", told, list(operation.statuses)))
        return found

    def get_serializer_name(self, serializer: serializers.Serializer, direction: str) -> str:
        name = type(serializer).__name__
        return name.removesuffix("Told").removesuffix("Given")

    def _map_basic_serializer(self, serializer: Any, direction: str) -> dict[str, Any]:
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)
        if isinstance(serializer, Input):
            schema["additionalProperties"] = False
        if isinstance(serializer, Output) and "required" in schema:
            schema["required"] = [name for name in schema["required"] if name not in serializer.staff_only]
        if not type(serializer).__dict__.get("__doc__"):
            schema.pop("description", None)
        return schema


def _header(name: str, text: str, statuses: list[int]) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, "header", description=text, response=statuses)


@cache
def _page_class(gives: type[serializers.Serializer]) -> type[serializers.Serializer]:
    fields = {
        "items": gives(many=True),
        "next_cursor": serializers.CharField(allow_null=True, help_text="Null on the last page."),
    }
    return type(f"{gives.__name__.removesuffix('Told')}Page", (serializers.Serializer,), fields)


def _page(operation: Operation) -> type[serializers.Serializer]:
    assert issubclass(operation.gives, serializers.Serializer)
    return _page_class(operation.gives)


@cache
def document() -> dict[str, Any]:
    """The whole schema, in English; made once a process."""
    prefix = get_script_prefix()
    set_script_prefix("/")
    try:
        with translation.override("en"):
            made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    finally:
        set_script_prefix(prefix)
    made["components"]["securitySchemes"]["oauth2"] = _oauth2()
    return made


def _oauth2() -> dict[str, Any]:
    with translation.override("en"):
        scopes = {name: str(words) for name, words in sorted(WORDS.items())}
    token = {"tokenUrl": "/oauth/token", "scopes": scopes}
    return {
        "type": "oauth2",
        "description": "Apps that people let in. PKCE (S256) is needed; `/.well-known/oauth-authorization-server`.",
        "flows": {
            "authorizationCode": {"authorizationUrl": "/oauth/authorize", "refreshUrl": "/oauth/token", **token},
            "clientCredentials": token,
        },
    }


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """The schema, for everybody: it says nothing of any vendor."""
    return JsonResponse(document(), headers={"Cache-Control": "max-age=300"})
