"""What stands in a cell of a workbook, as the text a person sees in it: days, times, whole numbers, codes."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache

# Number formats without a code of their own that show days or times (ECMA-376, 18.8.30).
_DATE_IDS = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_TIME_IDS = frozenset([18, 19, 20, 21, 32, 33, 45, 46, 47])
_QUOTED = re.compile(r'"[^"]*"|\\.|\[(?!(?:h+|m+|s+)\])[^\]]*\]|_.', re.IGNORECASE)
_ZEROS = re.compile(r"0{2,15}")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SERIAL_MAX = 2_958_466  # the first day of the year 10000
_DIGITS = 15  # what a spreadsheet keeps of a number and shows


def format_of(number_id: int, code: str) -> str:
    """What a number format shows: "day", "time", "zeros:5" (filled up to five digits), or "" for plain numbers."""
    if not code:
        if number_id in _TIME_IDS:
            return "time"
        return "day" if number_id in _DATE_IDS else ""
    first = _QUOTED.sub("", code.split(";")[0]).lower()
    if _ZEROS.fullmatch(first):
        return f"zeros:{len(first)}"
    if "general" in first or not re.search(r"[dmyhs]", first):
        return ""
    return "day" if re.search(r"[dy]", first) or not re.search(r"[hs\[]", first) else "time"


def number_text(text: str, shown: str, *, is_1904: bool) -> str:
    """The number of a cell as its format shows it; text that is no number stays as it is."""
    try:
        value = float(text)
    except ValueError:
        return text
    if shown in ("day", "time"):
        return moment_text(value, shown, is_1904=is_1904)
    plain = plain_number(value)
    return plain.zfill(int(shown[6:])) if shown and plain.isdigit() else plain


def plain_number(value: float) -> str:
    """Without “.0”, without an exponent, and without the noise behind the fifteenth digit."""
    if value != value or abs(value) >= 1e300:
        return str(value)
    if value == int(value) and abs(value) < 10**_DIGITS:
        return str(int(value))
    text = f"{value:.{_DIGITS}g}"
    if "e" not in text:
        return text
    return f"{Decimal(text):f}"


def moment_text(serial: float, shown: str, *, is_1904: bool) -> str:
    """A day number as ISO text: the day, with its time where it has one; under one day, the time alone."""
    if not 0 <= serial < _SERIAL_MAX:
        return plain_number(serial)
    if shown == "time" and serial < 1 and not is_1904:
        return _clock(timedelta(days=serial))
    # Day 60 of the older count is a 29 February 1900 that never was; days before it count from one later.
    begin = datetime(1904, 1, 1) if is_1904 else datetime(1899, 12, 31 if serial < 60 else 30)  # noqa: DTZ001
    moment = begin + timedelta(seconds=round(serial * 86_400))
    return moment.isoformat() if serial != int(serial) else moment.date().isoformat()


def _clock(elapsed: timedelta) -> str:
    seconds = round(elapsed.total_seconds())
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def unescaped(text: str) -> str:
    """Characters that a workbook writes as _x000D_."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def place_of(reference: str) -> int | None:
    """The column of a reference such as “BC12”, counted from 0; None when it is none."""
    return _place(reference.rstrip("0123456789"))


@lru_cache(maxsize=2000)
def _place(letters: str) -> int | None:
    place = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            return None
        place = place * 26 + ord(letter) - 64
        if place > 16_384:
            return None
    return place - 1 if place else None


def letters_of(place: int) -> str:
    """The letters of a column, counted from 0: 0 is A, 27 is AB."""
    letters, rest = "", place + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(65 + letter) + letters
    return letters
