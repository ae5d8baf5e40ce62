"""Amounts: integer minor units and an ISO currency, read, written, split and exchanged exactly.

Pure. Whoever rounds says how (`Rounding`); nothing here uses floats.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import lru_cache

from babel import Locale
from babel.numbers import NumberPattern, get_currency_precision, get_currency_symbol, list_currencies

from fairway.core.words import Words
from fairway.core.words import said as _

# More than any channel turns over, and less than a database integer or 15 digits can hold.
AMOUNT_MINOR_MAX = 10**15 - 1


class AmountError(ValueError):
    """A text or value that is no amount. `str()` is a sentence that says how to write it."""

    def __init__(self, words: Words):
        self.words = words
        super().__init__(words.template)

    def __str__(self) -> str:
        return str(self.words)


class Rounding(Enum):
    """How a fraction of a minor unit becomes a whole one."""

    HALF_UP = "half up"  # the half goes away from zero, as invoices do
    HALF_EVEN = "half even"  # the half goes to the even neighbour, so that many halves cancel out
    DOWN = "down"  # towards zero
    UP = "up"  # away from zero


@lru_cache(maxsize=512)
def minor_digits(currency: str) -> int:
    """How many digits the currency has after the point: EUR 2, JPY 0, KWD 3. Raises AmountError when unknown."""
    if currency not in list_currencies():
        raise AmountError(_("“%(code)s” is not a currency. Write its code of three letters, like EUR.", code=currency))
    return get_currency_precision(currency)


def rounded(value: Fraction | Decimal, rounding: Rounding) -> int:
    """The whole number that the rounding makes of an exact value."""
    exact = Fraction(value)
    sign = -1 if exact < 0 else 1
    whole, rest = divmod(abs(exact), 1)
    half = Fraction(1, 2)
    goes_up = {
        Rounding.HALF_UP: rest >= half,
        Rounding.HALF_EVEN: rest > half or (rest == half and whole % 2 == 1),
        Rounding.DOWN: False,
        Rounding.UP: rest > 0,
    }[rounding]
    return sign * (whole + goes_up)


def to_minor(amount: Decimal, currency: str, rounding: Rounding | None = None) -> int:
    """Minor units of an amount in whole units. Raises AmountError when it is too large, or does not fit exactly and
    no rounding is named."""
    exact = Fraction(amount) * 10 ** minor_digits(currency)
    if exact.denominator != 1 and rounding is None:
        digits = minor_digits(currency)
        raise AmountError(
            _("%(amount)s %(code)s has more than %(digits)s decimals.", amount=amount, code=currency, digits=digits)
        )
    minor = rounded(exact, rounding or Rounding.DOWN)
    if abs(minor) > AMOUNT_MINOR_MAX:
        raise AmountError(_("%(amount)s %(code)s is larger than any amount can be.", amount=amount, code=currency))
    return minor


def to_major(amount_minor: int, currency: str) -> Decimal:
    """The amount in whole units, exactly: (5840050, "EUR") is Decimal("58400.50")."""
    return Decimal(amount_minor).scaleb(-minor_digits(currency))


# ── reading ──

_SIGNS = re.compile(r"^([-−–+]?)(.*?)([-−–]?)$", re.DOTALL)
_SYMBOL = r"[A-Z]{3}|[$€£¥₹₩₺]|kr|zł|Fr\.?"
_AROUND = re.compile(rf"^(?:{_SYMBOL})?\s*(.*?)\s*(?:{_SYMBOL}|,-)?$", re.DOTALL)
_DIGITS = re.compile(r"\d+", re.ASCII)
# Thousands in threes with one sign throughout; with commas also as in India, in twos above the first three.
_THOUSANDS = re.compile(r"\d{1,3}([.,' ])\d{3}(?:\1\d{3})*|\d{1,2}(?:,\d{2})*,\d{3}", re.ASCII)


def parse_amount(text: str, decimal_sign: str | None = None) -> Decimal:
    """A number as people and files write it: 58,400.50 · 58.400,50 · 58 400 · 58'400.50 · -5 · (5) · 5- · € 5.

    `decimal_sign` ("." or ",") decides what one sign followed by three digits is; without it that is a thousand, so
    files should first ask `decimal_sign_of`. Raises AmountError with a sentence.
    """
    if decimal_sign not in {None, ".", ","}:
        raise ValueError("The decimal sign is a point or a comma.")
    bare = re.sub(r"[\s\u00a0\u202f]+", " ", text.replace("’", "'")).strip()
    negative = bare.startswith("(") and bare.endswith(")")
    bare = bare[1:-1].strip() if negative else bare
    negative, bare = _unsigned(bare, negative)
    number = _number(bare, decimal_sign) if len(bare) <= 40 else None
    if number is None:
        raise AmountError(
            _("“%(text)s” is not an amount. Write 58,400 or 58,400.50.", text=text.strip()[:40] or text[:40])
        )
    return -number if negative and number else number


def decimal_sign_of(samples: Sequence[str]) -> str | None:
    """The sign that stands before decimals in these texts, "." or ","; None when they leave it open or disagree."""
    signs = {sign for text in samples if (sign := _certain_sign(text))}
    return signs.pop() if len(signs) == 1 else None


def _unsigned(bare: str, negative: bool) -> tuple[bool, str]:
    """Take sign and currency off, in whichever order they stand."""
    for _round in range(2):
        if match := _SIGNS.match(bare):
            before, bare, after = match.groups()
            if (negative and (before or after)) or (before and after):
                return negative, "?"
            negative = negative or before in {"-", "−", "–"} or bool(after)
            bare = bare.strip()
        if match := _AROUND.match(bare):
            bare = match.group(1)
    return negative, bare


def _number(bare: str, decimal_sign: str | None) -> Decimal | None:
    if _DIGITS.fullmatch(bare):
        return Decimal(bare)
    whole, sign, fraction = _parted(bare, decimal_sign)
    if sign and not (_DIGITS.fullmatch(fraction) or (fraction == "" and whole)):
        return None
    if whole == "" and fraction:
        return Decimal(f"0.{fraction}")
    if not _DIGITS.fullmatch(whole) and not (_THOUSANDS.fullmatch(whole) and (not sign or sign not in whole)):
        return None
    digits = re.sub(r"\D", "", whole)
    return Decimal(f"{digits}.{fraction}" if fraction else digits)


def _parted(bare: str, decimal_sign: str | None) -> tuple[str, str, str]:
    """(whole part, decimal sign, decimals); the last sign is the decimal one unless it can only part thousands."""
    sign = max(".,", key=bare.rfind) if re.search(r"[.,]", bare) else ""
    if not sign or (decimal_sign and sign != decimal_sign):
        return bare, "", ""
    whole, _sign, fraction = bare.rpartition(sign)
    only_thousands = sign in whole or (
        not decimal_sign and len(fraction) == 3 and re.fullmatch(r"[1-9]\d{0,2}", whole, re.ASCII)
    )
    return (bare, "", "") if only_thousands else (whole, sign, fraction)


def _certain_sign(text: str) -> str | None:
    signs = re.findall(r"[.,]", text)
    if len(set(signs)) == 2:
        return str(signs[-1])
    if len(signs) != 1:
        return {".": ",", ",": "."}[signs[0]] if signs else None
    whole, fraction = (re.sub(r"\D", "", part) for part in text.split(signs[0]))
    could_part_thousands = len(fraction) == 3 and 1 <= len(whole) <= 3 and whole != "0"
    return None if could_part_thousands else str(signs[0])


# ── writing ──


@dataclass(frozen=True, slots=True)
class _Pattern:
    before: str
    after: str
    minus: tuple[str, str]
    digits: int
    group: str
    point: str
    grouping: tuple[int, int]


def format_amount(amount_minor: int, currency: str, *, short: bool = False, locale: str = "en") -> str:
    """As the locale writes it: “€58,400.50”, in German “58.400,50 €”; short “€58.4K”. Quick enough for any list."""
    pattern = _pattern(currency, locale)
    if not short:
        text = _grouped(abs(amount_minor), pattern.digits, pattern)
    elif abs(amount_minor) >= 10_000 * 10**pattern.digits:
        return _short(amount_minor, currency, locale, pattern)
    else:
        text = _grouped(rounded(Fraction(abs(amount_minor), 10**pattern.digits), Rounding.HALF_UP), 0, pattern)
    return _signed(text, amount_minor < 0, pattern)


def _grouped(value: int, digits: int, pattern: _Pattern) -> str:
    whole, fraction = divmod(value, 10**digits)
    if pattern.grouping == (3, 3):
        text = f"{whole:,}".replace(",", pattern.group)
    else:
        text = _by_groups(str(whole), pattern)
    return f"{text}{pattern.point}{fraction:0{digits}}" if digits else text


def _by_groups(digits: str, pattern: _Pattern) -> str:
    first, later = pattern.grouping
    parts, rest = [digits[-first:]], digits[:-first]
    while rest:
        parts.insert(0, rest[-later:])
        rest = rest[:-later]
    return pattern.group.join(parts)


def _signed(text: str, negative: bool, pattern: _Pattern) -> str:
    before, after = pattern.minus if negative else (pattern.before, pattern.after)
    return f"{before}{text}{after}"


@lru_cache(maxsize=2048)
def _pattern(currency: str, locale: str) -> _Pattern:
    return _made(Locale.parse(locale, sep="-" if "-" in locale else "_"), currency, None)


def _made(locale: Locale, currency: str, pattern: NumberPattern | None) -> _Pattern:
    pattern = pattern or locale.currency_formats["standard"]
    symbol = get_currency_symbol(currency, locale)
    symbols = locale.number_symbols["latn"]
    (before, minus_before), (after, minus_after) = (
        tuple(part.replace("¤", symbol).replace("'", "") for part in side) for side in (pattern.prefix, pattern.suffix)
    )
    return _Pattern(
        before,
        after,
        (minus_before, minus_after),
        minor_digits(currency),
        symbols["group"],
        symbols["decimal"],
        pattern.grouping,
    )


def _short(amount_minor: int, currency: str, locale: str, plain: _Pattern) -> str:
    """Three digits that count: 36.2M, 362M; where the locale has no such word, the amount without decimals."""
    value = Fraction(abs(amount_minor), 10**plain.digits)
    for magnitude in range(len(str(int(value))), 3, -1):
        compact = _compact(currency, locale, magnitude - 1)
        if compact is None:
            continue
        pattern, divisor = compact
        tenths = rounded(value * 10 / divisor, Rounding.HALF_UP)
        digits = 1 if tenths < 1000 and tenths % 10 else 0
        text = _grouped(tenths if digits else rounded(value / divisor, Rounding.HALF_UP), digits, pattern)
        return _signed(text, amount_minor < 0, pattern)
    return _signed(_grouped(rounded(value, Rounding.HALF_UP), 0, plain), amount_minor < 0, plain)


@lru_cache(maxsize=4096)
def _compact(currency: str, locale: str, power: int) -> tuple[_Pattern, int] | None:
    """The locale's pattern for 10^power and what one of its units is worth, or None when it has none."""
    parsed = Locale.parse(locale, sep="-" if "-" in locale else "_")
    found = parsed.compact_currency_formats["short"]["other"].get(str(10 ** min(power, 14)))
    if found is None or not re.search(r"[^0\s\u00a0]", found.pattern):
        return None
    made = _made(parsed, currency, found)
    plain = _pattern(currency, locale)
    zeros = found.pattern.count("0")
    minus = (plain.minus[0].replace(plain.before, "") + made.before, made.after)
    compact = _Pattern(made.before, made.after, minus, made.digits, plain.group, plain.point, plain.grouping)
    return compact, 10 ** (min(power, 14) - zeros + 1)


# ── splitting and exchanging ──


def split(amount_minor: int, weights: Sequence[int | Decimal | Fraction]) -> list[int]:
    """Parts in the proportion of the weights, by largest remainder: they sum exactly to the amount.

    Of equal remainders the earlier part gets the unit. Raises ValueError for negative weights or none above zero.
    """
    exact = [Fraction(weight) for weight in weights]
    total = sum(exact)
    if total <= 0 or any(weight < 0 for weight in exact):
        raise ValueError("Weights are not negative, and at least one is above zero.")
    sign = -1 if amount_minor < 0 else 1
    shares = [abs(amount_minor) * weight / total for weight in exact]
    parts = [int(share) for share in shares]
    by_remainder = sorted(range(len(parts)), key=lambda i: parts[i] - shares[i])
    for i in by_remainder[: abs(amount_minor) - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]


def exchange(amount_minor: int, *, source: str, target: str, rate: Decimal, rounding: Rounding) -> int:
    """Minor units of `target` for an amount in `source`; `rate` is how much of `target` one whole `source` buys."""
    if rate <= 0:
        raise ValueError("A rate is above zero.")
    shift = Fraction(10) ** (minor_digits(target) - minor_digits(source))
    return rounded(amount_minor * Fraction(rate) * shift, rounding)
