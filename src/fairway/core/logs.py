"""Logs: one JSON object a line, with the request's id, and without names, addresses or secrets of people.

What may be personal comes into a log by paths, by messages of the database ("Key (email)=(…) already exists") and by
the arguments of jobs. A request is therefore named by the pattern of its address, the details that PostgreSQL adds
are cut, and e-mail addresses are struck out wherever they stand.

The logging of every process is made of this, before Django is: nothing of Django is imported here.
"""

import json
import logging
import re
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

# The name of the request, or of the job, that is being worked on; events carry it too.
request_id: ContextVar[str] = ContextVar("fairway_request_id", default="")
EXTRAS = ("method", "route", "status", "ms", "vendor")

_EMAIL = re.compile(r"[\w.+%'-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")
# PostgreSQL tells the values of a row in these lines, which follow the message.
_DETAIL = re.compile(r"^(DETAIL|CONTEXT|HINT|LINE \d+):.*$|Failing row contains.*$", re.M)
_KEY_VALUES = re.compile(r"\(([\w, ]+)\)=\(.*\)")


def without_people(text: str) -> str:
    """The text without e-mail addresses and without values of rows."""
    text = _DETAIL.sub(lambda match: f"{match[1]}: [left out]" if match[1] else "[left out]", text)
    return _EMAIL.sub("[e-mail]", _KEY_VALUES.sub(r"(\1)=([left out])", text))


def route_of(request: Any) -> str:
    """The pattern of a request's address: `console/leads/<uuid:uid>/`, `start`, or `none` when it has none."""
    match = getattr(request, "resolver_match", None)
    return (match.route or "start") if match is not None else "none"


class _Clean(logging.Formatter):
    """Shared by both forms: the message and the trace, cleaned."""

    def said(self, record: logging.LogRecord) -> str:
        path = getattr(getattr(record, "request", None), "path", None)
        if path and isinstance(record.args, tuple):
            # "Not Found: /path", "Forbidden (reason): /path": the path may hold a token or a name.
            route = route_of(record.request)  # type: ignore[attr-defined]
            return without_people(str(record.msg) % tuple(route if part == path else part for part in record.args))
        return without_people(record.getMessage())

    def trace(self, record: logging.LogRecord) -> str:
        if not record.exc_info:
            return ""
        return without_people("".join(traceback.format_exception(*record.exc_info)).rstrip())


class JsonFormatter(_Clean):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.said(record),
        }
        if name := request_id.get():
            line["request_id"] = name
        line |= {key: getattr(record, key) for key in EXTRAS if hasattr(record, key)}
        if trace := self.trace(record):
            line["trace"] = trace
        return json.dumps(line, ensure_ascii=False, default=str)


class TextFormatter(_Clean):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(sep=" ", timespec="milliseconds")
        name = f" [{request_id.get()}]" if request_id.get() else ""
        lines = [f"{at} {record.levelname} {record.name}{name} {self.said(record)}", self.trace(record)]
        return "\n".join(line for line in lines if line)
