"""Typed values out of the text of a cell, with sentences that say what was found and what is expected."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from babel import Locale
from babel.numbers import list_currencies
from django_countries import countries

from fairway.core.imports import RowIssue
from fairway.core.words import said as _

WHOLE_MAX = 2_000_000_000
# Beyond this an amount is a slip of the pen or of the file, not a sale.
AMOUNT_MAX = Decimal("1000000000000")
_GROUPED_US = re.compile(r"^-?\d{1,3}(,\d{3})+(\.\d+)?$", re.ASCII)
_GROUPED_EU = re.compile(r"^-?\d{1,3}(\.\d{3})+,\d+$", re.ASCII)
_PLAIN_EU = re.compile(r"^-?\d+,\d+$", re.ASCII)
_PLAIN = re.compile(r"^-?\d+(\.\d*)?$|^-?\.\d+$|^-?\d+(\.\d+)?[eE][+-]?\d{1,3}$", re.ASCII)
_DATE_FORMATS = ("%Y%m%d", "%d.%m.%Y", "%m/%d/%Y", "%Y/%m/%d")


class CellError(ValueError):
    """A cell that cannot be read; `str()` is a whole sentence."""


class RowReader:
    """Reads the cells of one row and gathers what is wrong with them, for a target's `parse`.

    `limits` says how long the text of a field may be; others may have 200 characters.
    """

    def __init__(self, values: Mapping[str, str], line: int, limits: Mapping[str, int]) -> None:
        self.values = values
        self.line = line
        self.limits = limits
        self.issues: list[RowIssue] = []

    def read(self, name: str, convert: Callable[[str], Any]) -> Any:
        """The converted cell; None when it is empty, and when it is wrong, which refuses the row."""
        text = self.values.get(name, "")
        if not text:
            return None
        try:
            return convert(text)
        except CellError as error:
            self.refuse(name, error.args[0])
            return None

    def text(self, name: str) -> str:
        """The cell as it is; one that is too long refuses the row."""
        value = self.values.get(name, "")
        if value and len(value) > (most := self.limits.get(name, 200)):
            self.refuse(name, _("This is longer than %(most)d characters.") % {"most": most})
        return value

    def need(self, name: str, message: Any) -> None:
        if not self.values.get(name):
            self.refuse(name, message)

    def refuse(self, name: str, message: Any) -> None:
        self.issues.append(RowIssue(self.line, name, message))

    def warn(self, name: str, message: Any) -> None:
        self.issues.append(RowIssue(self.line, name, message, is_warning=True))

    @property
    def is_refused(self) -> bool:
        return any(not issue.is_warning for issue in self.issues)


def decimal_of(text: str) -> Decimal:
    """A number as files write them: 1234.5, 1,234.50, 1.234,50, -7, (7.00), $ 7. CellError otherwise."""
    bare = text.strip().replace("\u00a0", "").replace(" ", "").lstrip("$€£").strip()
    if bare.startswith("(") and bare.endswith(")"):
        bare = "-" + bare[1:-1]
    if _GROUPED_US.match(bare):
        bare = bare.replace(",", "")
    elif _GROUPED_EU.match(bare):
        bare = bare.replace(".", "").replace(",", ".")
    elif _PLAIN_EU.match(bare):
        bare = bare.replace(",", ".")
    if not _PLAIN.match(bare):
        raise CellError(_("“%(text)s” is not a number. Write it like 1234.56.") % {"text": _short(text)})
    try:
        return Decimal(bare)
    except InvalidOperation:
        raise CellError(_("“%(text)s” is not a number. Write it like 1234.56.") % {"text": _short(text)}) from None


def amount_of(text: str) -> Decimal:
    """An amount with at most four decimals; CellError when it is larger than any sale can be."""
    value = decimal_of(text)
    if abs(value) > AMOUNT_MAX:
        raise CellError(
            _("%(text)s is larger than any amount can be. Check that the right column is read.")
            % {"text": _short(text)}
        )
    rounded = value.quantize(Decimal("0.0001"))
    if rounded != value:
        raise CellError(_("%(text)s has more than four decimals. Round it in the file.") % {"text": _short(text)})
    return rounded


def whole_of(text: str) -> int:
    value = decimal_of(text)
    if value != value.to_integral_value():
        raise CellError(_("“%(text)s” is not a whole number.") % {"text": _short(text)})
    if abs(value) > WHOLE_MAX:
        raise CellError(_("%(text)s is too large.") % {"text": _short(text)})
    return int(value)


def date_of(text: str) -> date:
    """A day: 2013-11-30, also with a time behind it, 20131130, 30.11.2013, 11/30/2013 (month first)."""
    bare = text.strip()
    try:
        if len(bare) >= 10 and bare[4] == "-":
            day = date.fromisoformat(bare[:10])
            if len(bare) > 10 and bare[10] not in "T ":
                raise ValueError
            return _plausible(day, bare)
        for pattern in _DATE_FORMATS:
            try:
                return _plausible(datetime.strptime(bare, pattern).date(), bare)  # noqa: DTZ007
            except ValueError:
                continue
        raise ValueError
    except CellError:
        raise
    except ValueError:
        raise CellError(_("“%(text)s” is not a date. Write it like 2013-11-30.") % {"text": _short(text)}) from None


def _plausible(day: date, text: str) -> date:
    if not 1900 <= day.year <= 2200:
        raise CellError(_("%(text)s lies too far from today. Check the year.") % {"text": _short(text)})
    return day


def bool_of(text: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "y": True, "0": False, "false": False, "no": False, "n": False}
    try:
        return known[text.strip().lower()]
    except KeyError:
        raise CellError(_("“%(text)s” is neither yes nor no.") % {"text": _short(text)}) from None


@cache
def _country_names() -> dict[str, str]:
    names = {str(name).casefold(): code for code, name in countries}
    names |= {name.casefold(): code for code, name in Locale("en").territories.items() if len(code) == 2}
    names |= {code.casefold(): code for code, _name in countries}
    names |= {countries.alpha3(code).casefold(): code for code, _name in countries}
    return names | {
        "usa": "US", "u.s.a.": "US", "u.s.": "US", "united states of america": "US", "uk": "GB",
        "great britain": "GB", "england": "GB", "deutschland": "DE",
    }  # fmt: skip


def country_of(text: str) -> str:
    """ISO code of two letters, from a code of two or three letters or an English name."""
    try:
        return _country_names()[text.strip().casefold()]
    except KeyError:
        raise CellError(
            _("There is no country “%(text)s”. Write its code of two letters, like US.") % {"text": _short(text)}
        ) from None


@cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


def currency_of(text: str) -> str:
    code = text.strip().upper()
    if code not in _currencies():
        raise CellError(
            _("There is no currency “%(text)s”. Write its code of three letters, like USD.") % {"text": _short(text)}
        )
    return code


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
