"""Every page in German: it opens, and nothing of it that has a German translation is said in English."""

import re
from functools import cache
from html import unescape

import pytest
from babel.messages.pofile import read_po
from django.conf import settings

from fairway.core.tenancy.models import User
from tests.test_query_budgets import pages, readers
from tests.test_sweep_urls import SURFACES, known, rows  # noqa: F401 - fixtures

# Shorter texts, and single words, are the same in both languages too often, or parts of names.
LETTERS_LEAST = 12
_UNSEEN = re.compile(r"<(script|style|template|svg|code)\b.*?</\1>|<[^>]+>", re.S)


@cache
def english() -> dict[str, str]:
    """Texts without values that read otherwise in German, by what they are in English."""
    with (settings.LOCALE_PATHS[0] / "de/LC_MESSAGES/django.po").open("rb") as file:
        catalogue = read_po(file, locale="de")
    said = {
        message.id: message.string
        for message in catalogue
        if isinstance(message.id, str) and isinstance(message.string, str) and message.id != message.string
    }
    german = " ".join(said.values())
    return {
        text: other
        for text, other in said.items()
        if len(text) >= LETTERS_LEAST and " " in text and "%" not in text and "\n" not in text and text not in german
    }


def seen(html: str) -> str:
    """What a person reads on a page, one line."""
    return " ".join(unescape(_UNSEEN.sub(" ", html)).split())


def left_in_english(html: str) -> list[str]:
    text = seen(html)
    return [each for each in english() if each in text and re.search(rf"(?<!\w){re.escape(each)}(?!\w)", text)]


def test_english_on_a_page_is_noticed():
    assert left_in_english("<p>Save the look</p>") == ["Save the look"]
    assert left_in_english("<p>Erscheinungsbild speichern</p>") == []


@pytest.mark.parametrize("surface", SURFACES)
def test_no_page_says_in_english_what_it_could_say_in_german(acme, known, client_of, surface):  # noqa: F811
    User.objects.filter(pk__in=[acme.admin.user_id, acme.beta_executive.user_id]).update(language="de")
    client = readers(acme, client_of)[surface]
    found = {}
    count = 0
    for name, path in pages(client, known, surface):
        count += 1
        page = client.get(path).content.decode()
        if left := left_in_english(page):
            found[name] = left
    assert count > 20
    assert found == {}


def test_the_desk_speaks_german(acme, client_of):
    User.objects.filter(pk=acme.beta_executive.user_id).update(language="de")
    client = client_of(acme.beta_executive)
    for path in ("/desk/", "/desk/search/?q=acme", "/accounts/security/", "/accounts/preferences/"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert left_in_english(answer.content.decode()) == [], path
