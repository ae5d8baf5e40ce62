"""The schema as a page that people read, drawn by us, in our own design and without a script to load.

Of the usual viewers Redoc breaks under our content security policy. Swagger UI runs under it, but is 1.5 MB of another
design.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fairway.core.http.api.schema import document

_KINDS = {
    "integer": "whole number", "number": "number", "boolean": "true or false", "object": "object",
    "date": "day, 2026-11-30", "date-time": "instant, 2026-11-30T09:00:00Z", "uuid": "uid", "email": "e-mail",
    "decimal": "number as text",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldShown:
    """`name` is the path of a field, `link` the component it consists of, "" for a plain value."""

    name: str
    kind: str
    text: str
    is_required: bool
    link: str = ""


@dataclass(frozen=True, slots=True)
class AnswerShown:
    status: str
    text: str
    link: str


@dataclass(frozen=True, slots=True)
class OperationShown:
    id: str
    method: str
    path: str
    summary: str
    text: str
    parameters: list[FieldShown]
    body: list[FieldShown]
    answers: list[AnswerShown]


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    operations: list[OperationShown]


@dataclass(frozen=True, slots=True)
class ComponentShown:
    name: str
    text: str
    fields: list[FieldShown]


def groups(schema: Mapping[str, Any]) -> list[Group]:
    """The operations by tag, in the order of the addresses."""
    found: dict[str, list[OperationShown]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            found.setdefault(operation["tags"][0], []).append(_operation(path, method, operation))
    return [Group(name, operations) for name, operations in sorted(found.items())]


def components(schema: Mapping[str, Any]) -> list[ComponentShown]:
    """What operations take and give, by name."""
    named = schema["components"]["schemas"].items()
    return [ComponentShown(name, each.get("description", ""), list(_fields(each))) for name, each in named]


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> OperationShown:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return OperationShown(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        text=operation.get("description", ""),
        parameters=[_parameter(each) for each in operation.get("parameters", [])],
        body=list(_body(content.get("schema", {}))),
        answers=[_answer(status, each) for status, each in operation["responses"].items()],
    )


def _parameter(parameter: Mapping[str, Any]) -> FieldShown:
    where = {"path": _("in the address"), "query": _("in the query"), "header": _("header")}[parameter["in"]]
    schema = parameter["schema"]
    kind = f"{where}, {_kind(schema)}"
    text = "" if "enum" in schema else parameter.get("description", "")
    return FieldShown(parameter["name"], kind, text, parameter.get("required", False))


def _answer(status: str, answer: Mapping[str, Any]) -> AnswerShown:
    schema = next(iter(answer["content"].values()))["schema"]
    return AnswerShown(status, answer["description"], _name(schema))


def _body(schema: Mapping[str, Any]) -> Iterator[FieldShown]:
    name = _name(schema)
    yield from _fields(document()["components"]["schemas"][name]) if name else ()


def _fields(schema: Mapping[str, Any]) -> Iterator[FieldShown]:
    required = schema.get("required", [])
    for name, each in schema.get("properties", {}).items():
        text = "" if "enum" in each else each.get("description", "")
        yield FieldShown(name, _kind(each), text, name in required, _name(each))


def _name(schema: Mapping[str, Any]) -> str:
    """The component that a value, or each value of a list, consists of."""
    if "allOf" in schema:
        return _name(schema["allOf"][0])
    if "items" in schema:
        return _name(schema["items"])
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _kind(schema: Mapping[str, Any]) -> str:
    if schema.get("type") == "array":
        inner = _kind(schema["items"])
        return _("list of: %(kind)s") % {"kind": inner} if inner else _("list of")
    if _name(schema):
        return ""
    if "enum" in schema:
        return _("one of: %(choices)s") % {"choices": ", ".join(str(each) for each in schema["enum"] if each)}
    kind = str(schema.get("type", "object"))
    word = _KINDS.get(schema.get("format", ""), _KINDS.get(kind, ""))
    if word:
        return word
    if most := schema.get("maxLength"):
        return _("text, at most %(most)d characters") % {"most": most}
    return _("text")


@lru_cache(maxsize=16)
def _shown(_language: str | None) -> tuple[list[Group], SafeString]:
    """The groups, and all operations and objects as HTML, in the language in force: the same until the next release."""
    schema = document()
    listed = groups(schema)
    html = render_to_string("api/docs_operations.html", {"groups": listed, "components": components(schema)})
    return listed, html


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    listed, operations = _shown(get_language())
    base = request.build_absolute_uri("/api/v1")
    return render(request, "api/docs.html", {"groups": listed, "operations": operations, "base": base})
