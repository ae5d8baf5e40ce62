"""The lists of answers in force for a vendor. One query for all of them."""

from collections.abc import Iterable, Mapping
from functools import cached_property

from django.utils.translation import get_language

from fairway.leads.models import AnswerList
from fairway.leads.rules.answers import DELIVERED, KIND, OUTCOME, QUALITY, Answers, entries_of


class AnswerLists:
    """All lists, read when the first is asked for."""

    @cached_property
    def _lists(self) -> Mapping[str, Answers]:
        kept = dict(AnswerList.objects.order_by("name").values_list("name", "entries"))
        return {name: entries_of(name, kept.get(name)) for name in DELIVERED}

    def read(self) -> "AnswerLists":
        """The same, read now: for those who choose outside of the vendor's context."""
        assert self._lists
        return self

    def __getitem__(self, name: str) -> Answers:
        return self._lists[name]

    @property
    def quality(self) -> Answers:
        return self._lists[QUALITY]

    @property
    def kinds(self) -> Answers:
        return self._lists[KIND]

    @property
    def outcomes(self) -> Answers:
        return self._lists[OUTCOME]

    def choices(self, name: str, use: str = "") -> list[tuple[str, str]]:
        """(code, words) of what may be chosen, in the reader's language."""
        language = get_language() or "en"
        return [(entry.code, entry.text_in(language)) for entry in self._lists[name].open(use)]

    def said(self, name: str, codes: Iterable[str]) -> list[str]:
        """The words of answers, in the reader's language."""
        language = get_language() or "en"
        return [self._lists[name].text_of(code, language) for code in codes]

    def say(self, name: str, code: str) -> str:
        return self.said(name, [code])[0]
