"""The catalogues: what the product says, found in its own sources, and what each language still lacks.

Babel reads and writes the files, so Debian's gettext is not needed. Templates go through Django's own lexer.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from fairway.core.languages import CATALOGUE, SOURCE

KEYWORDS: dict[str, tuple | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "said": None,
    "said_many": (1, 2),
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# What a template says to its reader and to the machine.
PLACES = re.compile(r"%\((\w+)\)[#0\- +]*\d*(?:\.\d+)?([diouxXeEfFgGcrsa])|%([sd])|(\{\w*\})")
PACKAGE = Path(__file__).resolve().parents[1]
_CALL = re.compile(r"\b(npgettext|ngettext|pgettext|gettext|_)\(")
_STRING = re.compile(r"""\s*u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*""", re.DOTALL)
_HOW_MANY = {"_": 1, "gettext": 1, "ngettext": 2, "pgettext": 2, "npgettext": 3}
_LEFT_OUT = {"tests", "migrations", "node_modules"}
# The day of the last change would differ in every branch and says nothing that the history does not.
_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
HEADER = """\
# Fairway in {language}. Write the translation into msgstr; leave %(names)s, {{names}} and tags as they are.
# `./fairway messages` brings this file up to date and says what it lacks. docs/languages.md has the glossary."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message and the file that says it."""

    id: str | tuple[str, str]
    context: str | None
    path: str


def said_in(package: Path) -> list[Said]:
    """Every message of the package's Python files and templates, in the order of the files."""
    found: list[Said] = []
    for path in sorted(package.rglob("*")):
        inside = path.relative_to(package)
        if path.suffix not in {".py", ".html", ".txt"} or _LEFT_OUT & set(inside.parts):
            continue
        where = inside.as_posix()
        if path.suffix == ".py":
            found += [Said(message, context, where) for message, context in _of_python(path)]
        elif "templates" in inside.parts:
            found += [Said(message, context, where) for message, context in of_template(path.read_text())]
    return found


def said_by_machines() -> list[Said]:
    """The words of every state and verb, which stand in tables and not in calls. Needs the apps to be loaded."""
    from fairway.core.states import all_machines

    for path in PACKAGE.glob("*/rules/states.py"):
        import_module(f"fairway.{path.parts[-3]}.rules.states")
    return [Said(text, None, "core/states.py") for machine in all_machines() for text in machine.templates]


def _of_python(path: Path) -> Iterator[tuple[str | tuple[str, str], str | None]]:
    for _line, message, _comments, context in extract_from_file("python", str(path), keywords=KEYWORDS):
        yield (message[0], message[1]) if isinstance(message, tuple) else message, context


def of_template(source: str) -> Iterator[tuple[str | tuple[str, str], str | None]]:
    """(message, or singular and plural; context) of a template, as Django's lexer turns it into calls."""
    import ast

    from django.utils.translation.template import templatize

    text = templatize(source)
    for call in _CALL.finditer(text):
        strings: list[str] = []
        at = call.end()
        while len(strings) < _HOW_MANY[call[1]] and (string := _STRING.match(text, at)):
            strings.append(str(ast.literal_eval(string[1])))
            at = string.end()
            if text[at : at + 1] == ",":
                at += 1
        if len(strings) < _HOW_MANY[call[1]]:
            continue
        context = strings.pop(0) if "pgettext" in call[1] else None
        yield (strings[0], strings[1]) if len(strings) == 2 else strings[0], context


def template_of(said: list[Said]) -> Catalog:
    """A catalogue without translations."""
    catalogue = Catalog(project="Fairway", charset="utf-8")
    for each in said:
        if each.id and each.id != ("", ""):
            catalogue.add(each.id, context=each.context, locations=[(each.path, 0)])
    return catalogue


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def write(path: Path, catalogue: Catalog) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=120, sort_output=True, include_lineno=False, omit_header=False)


def updated(path: Path, template: Catalog) -> Catalog:
    """The catalogue with every message of the template, and no others; translations stay."""
    code = path.parent.parent.name
    catalogue = read(path) if path.exists() else Catalog(locale=code, project="Fairway", charset="utf-8")
    catalogue.fuzzy = False
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    if catalogue.locale is None:
        catalogue.locale = code
    language = catalogue.locale.english_name if catalogue.locale else code
    catalogue.header_comment = HEADER.format(language=language)
    catalogue.creation_date = catalogue.revision_date = _SOME_DAY
    return catalogue


# ── what is wrong with a catalogue ──


def problems(catalogue: Catalog, template: Catalog) -> list[str]:
    """Sentences: messages that are missing or unsure, or lose a place of the original."""
    known = {_key(message): message for message in catalogue if message.id}
    wanted = {_key(message): message for message in template if message.id}
    found = [f"missing: {_shown(message)}" for key, message in wanted.items() if not _is_translated(known.get(key))]
    for message in known.values():
        if message.fuzzy:
            found.append(f"unsure: {_shown(message)}")
        elif _is_translated(message):
            found += [f"{fault}: {_shown(message)}" for fault in lost(message)]
    return found


def _key(message: Message) -> tuple[str, str | None]:
    return (message.id if isinstance(message.id, str) else message.id[0]), message.context


def _shown(message: Message) -> str:
    return repr(message.id if isinstance(message.id, str) else message.id[0])


def _is_translated(message: Message | None) -> bool:
    if message is None:
        return False
    return all(message.string) if isinstance(message.string, tuple | list) else bool(message.string)


def lost(message: Message) -> list[str]:
    """Places and tags that original and translation do not share."""
    originals = [message.id] if isinstance(message.id, str) else list(message.id)
    strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
    # A singular may leave the number out: “one day”.
    allowed = set().union(*(_places(text) for text in originals))
    needed = set.intersection(*(_places(text) for text in originals))
    faults = []
    for text in strings:
        places = _places(text)
        if places - allowed or needed - places:
            faults.append(f"other places ({' '.join(sorted(places ^ allowed))})")
        if originals[0][:1] == "\n" != text[:1] == "\n":
            faults.append("the line break at its beginning")
    if _tags(originals[-1]) != _tags(strings[-1]):
        faults.append("other tags")
    return faults


def _places(text: str) -> set[str]:
    return {match[0] for match in PLACES.finditer(text.replace("%%", ""))}


def _tags(text: str) -> list[str]:
    return sorted(re.findall(r"</?[a-z]+", text))


def catalogues(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob(f"*/{CATALOGUE}")) if path.parent.parent.name != SOURCE]
