"""Sweeps over every template: nothing inline, and no words that cannot be translated."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = sorted(Path(settings.PACKAGE_DIR).rglob("templates/**/*.html"))
NAMES = [str(path.relative_to(settings.PACKAGE_DIR)) for path in TEMPLATES]

TRANSLATED = re.compile(r"\{%\s*blocktranslate.*?endblocktranslate\s*%\}", re.S)
# This block is a class name, not language.
CLASS_BLOCK = re.compile(r"\{%\s*block width\s*%\}[^{]*\{%\s*endblock\s*%\}")
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.S)
SPOKEN = ("title", "alt", "placeholder", "aria-label", "content", "label", "value")
# A word of two letters or more; what stands in kbd, code and svg is not language.
WORD = re.compile(r"[^\W\d_]{2,}")
UNSPOKEN_TAGS = frozenset({"kbd", "code", "svg", "script", "style"})
SAME_EVERYWHERE = frozenset({"Fairway", "UTF-8"})
# Arguments of our tags that people read, written as bare strings instead of _("…").
BARE_ARGUMENT = re.compile(r"""\{%[^%]*?\b(?:title|label|note|link|text|left)="[^"]*[^\W\d_]{2}""")
BARE_WORD = re.compile(r"""\{%\s*(?:badge|pill|empty|crumbs|stepper|progress|value)\s+(?:"[a-z]+"\s+)?"[^"]*[A-Z]""")


class Words(HTMLParser):
    """Collects text that people read."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag not in {"meta", "link", "input", "button", "br", "hr", "img", "use", "rect", "path"}:
            self.inside.append(tag)
        for name in SPOKEN:
            is_typed = name == "value" and values.get("type") not in {"submit", "button"}
            if not is_typed and not (name == "content" and values.get("name") != "description"):
                self._take(values.get(name) or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not UNSPOKEN_TAGS & set(self.inside):
            self._take(data)

    def _take(self, text: str) -> None:
        self.found += [word for word in WORD.findall(text) if word not in SAME_EVERYWHERE]


def bare_words(source: str) -> list[str]:
    source = CLASS_BLOCK.sub("", TRANSLATED.sub("", source))
    words = Words()
    words.feed(TAG.sub("", source))
    return words.found + BARE_ARGUMENT.findall(source) + BARE_WORD.findall(source)


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_no_words_outside_translation(path: Path) -> None:
    assert bare_words(path.read_text("utf-8")) == []


# A mail, and a file that is taken away, carry their style with them; no page's policy applies there.
PAGES = [path for path in TEMPLATES if path.parent.name not in {"mail", "files"}]


@pytest.mark.parametrize("path", PAGES, ids=[str(path.relative_to(settings.PACKAGE_DIR)) for path in PAGES])
def test_nothing_inline(path: Path) -> None:
    source = path.read_text("utf-8")
    assert re.findall(r"<[^>]*\sstyle\s*=", source) == []
    assert re.findall(r"<[^>]*\son[a-z]+\s*=", source) == []
    assert re.findall(r"<style\b|javascript:", source) == []
    assert re.findall(r"<script(?![^>]*\ssrc=)", source) == []
    assert "hx-on" not in source


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>{% translate 'Hello there' %}</p>", []),
        ("<p>{% blocktranslate with n=n %}Hello {{ n }}{% endblocktranslate %}</p>", []),
        ("<p>Hello</p>", ["Hello"]),
        ('<img alt="A boat" src="x">', ["boat"]),
        ("<kbd>esc</kbd><code>uid</code>", []),
        ('{% section title=_("Brief") %}', []),
        ('{% section title="Brief" %}', ['{% section title="Brief']),
        ('{% pill "good" "Won" %}', ['{% pill "good" "W']),
        ('{% pill "good" _("Won") %}', []),
    ],
)
def test_the_sweep_finds_what_it_should(source: str, found: list[str]) -> None:
    assert bare_words(source) == found
