"""Every language is whole, and every sentence is marked for translation.

A catalogue that lacks something is mended by `./fairway messages`, which adds the new messages to the files under
src/fairway/locale; then write their translations.
"""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.conf import settings
from django.template.base import Lexer, TokenType
from django.utils.translation import gettext, ngettext, override

from fairway.config.messages import catalogues, of_template, problems, read, said_by_machines, said_in, template_of
from fairway.core import languages
from fairway.leads.views.briefs import place

PACKAGE = Path(settings.PACKAGE_DIR)
LOCALE = PACKAGE / "locale"


@pytest.fixture(scope="module")
def template() -> Catalog:
    return template_of([*said_in(PACKAGE), *said_by_machines()])


@pytest.mark.parametrize("path", catalogues(LOCALE), ids=lambda path: path.parent.parent.name)
def test_a_catalogue_lacks_nothing_and_keeps_every_place(path, template):
    found = problems(read(path), template)
    if found:
        pytest.fail("\n".join([f"Run ./fairway messages, then translate in {path}:", *found]), pytrace=False)


def test_a_missing_unsure_or_maimed_translation_is_noticed():
    template, catalogue = Catalog(), Catalog(locale="de")
    for text in ("Nobody", "%(n)d rows of <b>%(all)s</b>", "Keep", "Close"):
        template.add(text)
    catalogue.add("%(n)d rows of <b>%(all)s</b>", "%(n)d Zeilen von %(alle)s")
    catalogue.add("Keep", "Behalten", flags=["fuzzy"])
    catalogue.add("Close", "Schließen")
    template.add(("%(n)d day", "%(n)d days"))
    catalogue.add(("%(n)d day", "%(n)d days"), ("ein Tag", "Tage"))
    assert problems(catalogue, template) == [
        "missing: 'Nobody'",
        "other places (%(all)s %(alle)s): '%(n)d rows of <b>%(all)s</b>'",
        "other tags: '%(n)d rows of <b>%(all)s</b>'",
        "unsure: 'Keep'",
        "other places (%(n)d): '%(n)d day'",
        "other places (%(n)d): '%(n)d day'",
    ]


def test_templates_give_up_all_forms_of_their_messages():
    source = """{% translate "One" %} {{ x|default:_("Two") }} {% translate 'Three' context "verb" as t %}
    {% blocktranslate count n=rows %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}
    {% blocktranslate trimmed with a=b %}
      Four %
      {{ a }}{% endblocktranslate %}"""
    assert list(of_template(source)) == [
        ("One", None),
        ("Two", None),
        ("Three", "verb"),
        (("%(n)s row", "%(n)s rows"), None),
        ("Four %% %(a)s", None),
    ]


def test_one_more_catalogue_is_one_more_language(tmp_path):
    path = tmp_path / "fr" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Yes"\nmsgstr "Oui"\n')
    assert languages.discovered(tmp_path) == [("en", "English"), ("fr", "Français")]
    assert languages.compile_stale(tmp_path) == [path.with_suffix(".mo")]
    assert languages.compile_stale(tmp_path) == []
    with path.with_suffix(".mo").open("rb") as file:
        from gettext import GNUTranslations

        assert GNUTranslations(file).gettext("Yes") == "Oui"


def test_german_is_spoken():
    assert ("de", "Deutsch") in settings.LANGUAGES
    with override("de"):
        assert gettext("Sign in") == "Anmelden"
        assert [ngettext("in %(n)d day", "in %(n)d days", n) % {"n": n} for n in (1, 2)] == ["in 1 Tag", "in 2 Tagen"]


def test_countries_have_german_names_too():
    with override("de"):
        assert place({"city": "Basel", "country": "CH"}) == "Basel, Schweiz"
    with override("en"):
        assert place({"city": "Basel", "country": "CH"}) == "Basel, Switzerland"


# ── what nobody marked ──

ATTRIBUTE = re.compile(
    r'\b(?:title|aria-label|placeholder|alt|data-(?:saved|failed|nothing))="([^"]*[A-Za-z]{2}[^"]*)"'
)
# Names of the product, and what an attribute with a tag in it leaves behind.
NOT_SENTENCES = {"Fairway", "is-full", "is-wide", "Fairway   ·"}


def unmarked(source: str) -> list[str]:
    """Words of a template that stand outside of all translating tags."""
    kept, is_inside = [], False
    for token in Lexer(source).tokenize():
        if token.token_type == TokenType.BLOCK:
            name = token.split_contents()[0]
            is_inside = name == "blocktranslate" or (is_inside and name != "endblocktranslate")
        kept.append(token.contents if token.token_type == TokenType.TEXT and not is_inside else "\0")
    html = re.sub(r"<(script|style|svg|code|kbd)\b.*?</\1>", " ", "".join(kept), flags=re.DOTALL)
    found = [match[1] for tag in re.findall(r"<[^>]*>", html) for match in ATTRIBUTE.finditer(tag)]
    found += [line.replace("\0", " ").strip() for line in re.sub(r"<[^>]*>", "\n", html).split("\n")]
    return [text for text in found if re.search(r"[A-Za-z]{2}", re.sub(r"&\w+;", "", text))]


def test_no_words_stand_bare_in_a_template():
    found = {
        str(path.relative_to(PACKAGE)): words
        for path in sorted(PACKAGE.rglob("templates/**/*"))
        if path.suffix in {".html", ".txt"} and (words := set(unmarked(path.read_text())) - NOT_SENTENCES)
    }
    assert found == {}


def test_bare_words_of_a_template_are_noticed():
    source = '{% translate "Fine" %}<b>Not fine</b><a title="Nor this">{{ x }}</a>{# but this #}'
    assert unmarked(source) == ["Nor this", "Not fine"]


MARKING = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext", "pgettext_lazy", "said", "said_many",
           "ngettext_lazy"}  # fmt: skip
# What developers and operators read, in English: errors of programming, logs, the command line.
FOR_DEVELOPERS = {
    "ValueError", "TypeError", "RuntimeError", "AssertionError", "LookupError", "KeyError", "MissingIcon",
    "NotImplementedError", "ImproperlyConfigured", "NoContext", "print", "info", "warning", "error", "exception",
}  # fmt: skip
# Fields of the API and figures for operators are described in English alone; the samples are the style page's.
ENGLISH_ALONE = re.compile(
    r"(^|/)(api|tests|migrations|commands|demo|management|geo)(/|\.py$)|^config/"
    r"|^core/http/(samples|metrics|finders|icons)\.py|rules/(defaults|states)\.py$"
)
SENTENCE = re.compile(r"[A-Z“][\w’'“”-]*(?: [\w’'“”%(),:;–-]+)+[.?:…]")
STATEMENT = re.compile(r"(SELECT|INSERT|UPDATE|DELETE|REVOKE|GRANT|CREATE|ALTER|DROP|WITH)\b")


class Unmarked(ast.NodeVisitor):
    """Gathers whole sentences that are no argument of a marking function, and no docstring."""

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name not in MARKING | FOR_DEVELOPERS:
            self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._look(node, "".join(part.value if isinstance(part, ast.Constant) else "X" for part in node.values))

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._look(node, node.value)

    def _look(self, node: ast.expr, text: str) -> None:
        if SENTENCE.fullmatch(text.strip()) and not STATEMENT.match(text):
            self.found.append((node.lineno, text))


def sentences_of(source: str) -> list[tuple[int, str]]:
    finder = Unmarked()
    finder.visit(ast.parse(source))
    return finder.found


# Sentences in code that no person of a vendor or partner reads; each with its reader.
REVIEWED = {
    "X has no seat at vendor X.": "a programmer, who gave an action the wrong member",
    "X rows are not for the X.": "a programmer, whose model is asked on the wrong surface",
    "X of X mails wait for another attempt.": "the log of the queue",
    "The database does not answer. Try again soon.": "a program, by the API",
    "Its short name in addresses.": "a program, by the API",
}


def test_no_sentence_stands_bare_in_the_code():
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        name = str(path.relative_to(PACKAGE))
        if not ENGLISH_ALONE.search(name):
            found += [f"{name}:{n}: {text}" for n, text in sentences_of(path.read_text()) if text not in REVIEWED]
    assert found == []


def test_bare_sentences_of_code_are_noticed():
    source = (
        'def f():\n    "Not this one."\n    toast(request, _("Saved well."))\n    toast(request, "Gone for good.")\n'
    )
    assert sentences_of(source) == [(4, "Gone for good.")]
