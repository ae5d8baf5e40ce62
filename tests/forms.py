"""The forms and links of a page, as a browser would find them and as somebody may bend them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Field:
    """One name of a form with the values it may send; `chosen` is what it sends untouched."""

    name: str
    kind: str
    values: list[str] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, Field] = field(default_factory=dict)

    def data(self, **changed: str | list[str]) -> dict[str, str | list[str]]:
        """What it sends when it is filled in plainly: first choices, and something in every text."""
        sent: dict[str, str | list[str]] = {}
        for each in self.fields.values():
            fallback = [value for value in each.values if value][:1] if each.kind in {"select", "radio"} else []
            sent[each.name] = each.chosen or fallback or [PLAIN.get(each.kind, "Swept")]
            if each.kind == "checkbox" and not each.chosen:
                sent[each.name] = each.values[:1]
        return {**sent, **changed}


PLAIN = {
    "number": "3",
    "date": "2027-03-01",
    "email": "swept@swept.example",
    "url": "https://swept.example/",
    "tel": "",
}


class Page(HTMLParser):
    """`Page(html)` has the `forms` of a page and its `links`."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._form: Form | None = None
        self._by_id: dict[str, Form] = {}
        self._field: Field | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
            self._by_id[given.get("id", "")] = self._form
        elif tag == "a":
            self.links.append(given.get("href", ""))
        elif tag in {"input", "select", "textarea", "button"}:
            self._take(tag, given)
        elif tag == "option" and self._field is not None:
            self._field.values.append(given.get("value", ""))
            if "selected" in given:
                self._field.chosen.append(given.get("value", ""))
        for name in ("hx-post", "hx-get", "formaction"):
            if given.get(name):
                of_form = self._form.fields if self._form else {}
                self.forms.append(Form(given[name], "get" if name == "hx-get" else "post", dict(of_form)))

    def _take(self, tag: str, given: dict[str, str]) -> None:
        form = self._by_id.get(given.get("form", "")) or self._form
        name = given.get("name", "")
        if form is None or not name or name == "csrfmiddlewaretoken":
            self._field = None
            return
        kind = given.get("type", "text") if tag == "input" else tag
        taken = form.fields.setdefault(name, Field(name, kind))
        self._field = taken if tag == "select" else None
        if "value" in given and tag != "select":
            taken.values.append(given["value"])
            if kind not in {"radio", "checkbox"} or "checked" in given:
                taken.chosen.append(given["value"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "select":
            self._field = None

    def asked(self) -> Iterator[str]:
        """Names that addresses of this page ask by: fields of its searches and filters, queries of its links."""
        for form in self.forms:
            if form.method == "get":
                yield from form.fields
        for link in self.links:
            yield from (name for name, _value in parse_qsl(urlsplit(link).query, keep_blank_values=True))
