"""Sentences that are kept: once in the database, and said in the language of who reads them."""

import json
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.utils import translation
from django.utils.translation import gettext_lazy, pgettext_lazy

from fairway.core.conditions import Field, InWords, Subject, check, parse
from fairway.core.conditions.subjects import _registry
from fairway.core.conditions.words import sentence_text
from fairway.core.told import Kept, Stored, columns, in_event, keep, packed, tell, told, told_of, written_out
from fairway.core.words import Row, said, said_many

UNMATCHED = said("No rule matches this lead.")
HOURS = said("No contact within %(n)s business hours.", n=16)
LEADS = Subject.of(
    "leads",
    "Lead",
    [
        Field("lead.country", gettext_lazy("Country"), "country"),
        Field("lead.state", pgettext_lazy("part of a country", "State"), "text"),
        Field("lead.amount", gettext_lazy("Budget"), "money", currency="EUR"),
        Field("lead.employees", gettext_lazy("Employees"), "number"),
        Field("lead.seen_on", gettext_lazy("Captured"), "date"),
        Field("lead.consent", gettext_lazy("Agreed to be contacted"), "bool"),
        Field("lead.kind", gettext_lazy("Type"), "choice", choices=[("a", gettext_lazy("Phone")), ("b", "Own")]),
        Field("lead.tags", gettext_lazy("Certificates"), "set", choices=[("x", "Wireless"), ("y", "Security")]),
    ],
)
VALUES = {
    "lead.country": "DE", "lead.state": "BY", "lead.amount": 123_456_00, "lead.employees": 1234,
    "lead.seen_on": date(2026, 3, 4), "lead.consent": True, "lead.kind": "a", "lead.tags": {"x", "y"},
}  # fmt: skip
ASKED = [
    {"field": "lead.country", "op": "in", "value": ["AT", "DE"]},
    {"field": "lead.country", "op": "is_not", "value": "DE"},
    {"field": "lead.state", "op": "starts_with", "value": "B"},
    {"field": "lead.amount", "op": "between", "value": [100, 999_999_99]},
    {"field": "lead.employees", "op": "at_least", "value": 5000.5},
    {"field": "lead.seen_on", "op": "at_most", "value": "2026-01-05"},
    {"field": "lead.consent", "op": "is", "value": True},
    {"field": "lead.kind", "op": "is", "value": "b"},
    {"field": "lead.tags", "op": "includes_all", "value": ["x", "y"]},
    {"field": "lead.tags", "op": "is_empty"},
    {"not": {"field": "lead.kind", "op": "in", "value": ["a"]}},
]


def through_json(value):
    return json.loads(json.dumps(value))


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("values", [VALUES, {}])
def test_what_a_condition_found_is_told_as_it_would_be_found_in_every_language(asked, values):
    reason = check(parse(LEADS, asked), values).reasons[0]
    with translation.override("de"):
        kept = through_json(packed(reason))
    for language in ("en", "de"):
        with translation.override(language):
            assert tell(kept) == str(reason)


@pytest.mark.parametrize("asked", [*ASKED, {"any": [ASKED[0], {"all": ASKED[2:5]}]}, {"all": []}])
def test_a_kept_condition_is_told_as_it_would_be_said_in_every_language(asked):
    words = InWords(parse(LEADS, asked))
    kept = through_json(packed(words))
    for language in ("en", "de"):
        with translation.override(language):
            assert tell(kept) == str(words)


def test_a_sentence_is_kept_the_same_whoever_causes_it():
    with translation.override("de"):
        in_german = columns(because=HOURS)
    assert in_german == columns(because=HOURS)
    assert in_german == {
        "because": "No contact within 16 business hours.",
        "because_words": {"is": "words", "text": "No contact within %(n)s business hours.", "values": {"n": 16}},
    }
    assert told_of(in_german, "because") == "No contact within 16 business hours."
    with translation.override("de"):
        assert told_of(through_json(in_german), "because") == "Kein Kontakt innerhalb von 16 Geschäftsstunden."


def test_sentences_stand_in_sentences_with_days_amounts_and_words_of_a_context():
    at = datetime(2026, 3, 4, 15, tzinfo=UTC)
    sentence = Row(
        (
            said("%(partner)s would be worth %(worth)s, but has no room.", partner="Beta",
                 worth={"is": "money", "minor": 580_000_00, "currency": "EUR"}),
            said("Nobody is eligible: %(why)s", why=Stored("No rule matches this lead.", packed(UNMATCHED))),
            said_many("%(n)d lead waits for your decision", "%(n)d leads wait for your decision", n=2),
            said("for %(day)s, by %(actor)s", day=written_out(at), actor=pgettext_lazy("part of a country", "State")),
        ),
        " ",
    )  # fmt: skip
    kept = keep(sentence)
    assert kept == (
        "Beta would be worth €580,000, but has no room. Nobody is eligible: No rule matches this lead."
        " 2 leads wait for your decision for 4 March 2026, by State"
    )
    with translation.override("de"):
        german = told(kept, through_json(kept.words))
    assert "580.000\xa0€" in german
    assert "Keine Regel" in german
    assert "4. März 2026" in german
    assert "Bundesland" in german


def test_what_people_typed_and_what_was_kept_before_stays_as_it_is():
    assert columns(note="  Ruft zurück") == {"note": "  Ruft zurück", "note_words": None}
    assert in_event(reason="Typed") == {"reason": "Typed"}
    assert keep(Kept("x")).words is None
    with translation.override("de"):
        assert told("No rule matches this lead.") == "No rule matches this lead."
        assert told("Somebody wrote over it", packed(UNMATCHED)) == "Somebody wrote over it"
        assert told("No rule matches this lead.", {"is": "words", "text": "%(gone)s lead"}) == (
            "No rule matches this lead."
        )
        assert told("", packed(UNMATCHED)) == ""
        assert tell("Typed") == "Typed"


@pytest.mark.parametrize("written", [2026, 2025, 2027])
def test_a_sentence_with_a_day_is_told_in_every_language_in_whatever_year_it_is_read(written):
    with time_machine.travel(datetime(written, 12, 31, 15, tzinfo=UTC)):
        kept = columns(text=said("Protection of %(partner)s until %(until)s", partner="B", until=date(2026, 3, 4)))
    assert kept["text"] == "Protection of B until 4 March 2026"
    with time_machine.travel(datetime(written + 1, 1, 1, 15, tzinfo=UTC)), translation.override("de"):
        assert told_of(through_json(kept), "text").endswith(" 4. März 2026")


def test_a_text_cut_to_its_column_is_still_told():
    cut = columns(because=HOURS, most=12)
    assert cut["because"] == "No contact w"
    with translation.override("de"):
        assert told_of(cut, "because").startswith("Kein Kontakt innerhalb von 16")


def test_of_a_registered_field_only_the_name_is_kept_and_one_that_is_gone_is_still_told(monkeypatch):
    field = Field("thing.size", gettext_lazy("Employees"), "number")
    things = Subject.of("things", "Thing", [field])
    monkeypatch.setitem(_registry, "things", things)
    asked = {"field": "thing.size", "op": "at_least", "value": 5}
    reason = check(parse(things, asked), {"thing.size": 7}).reasons[0]
    kept = through_json(packed(reason))
    assert kept == {"is": "found", "of": "thing.size", "op": "at_least", "found": 7, "wanted": 5}
    words = through_json(packed(InWords(parse(things, asked))))
    assert words["fields"] == ["thing.size"]
    with translation.override("de"):
        assert tell(kept) == str(reason) == "Mitarbeitende ist 7"
        assert tell(words) == sentence_text(parse(things, asked))
    monkeypatch.delitem(_registry, "things")
    assert (tell(kept), tell(words)) == ("thing.size: 7", "thing.size")
