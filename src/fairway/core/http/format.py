"""Numbers, money, dates and time left, written the way their reader writes them.

A real minus (−), a hard space before %, the year only when it is another one, and a distance for dates near today.
Signs and forms follow the language in force; what a language wants is looked up once and kept.
"""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache

from babel import Locale
from babel.numbers import get_currency_precision, get_currency_symbol
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

NONE = "–"
HARD_SPACE = "\u00a0"
MINUS = "−"
DAYS_NEAR = 14


@cache
def currency_digits(currency: str) -> int:
    """Decimal digits of a currency's minor unit: EUR 2, JPY 0."""
    return get_currency_precision(currency)


@cache
def currency_symbol(currency: str) -> str:
    """€, $, or the ISO code with a hard space."""
    symbol = get_currency_symbol(currency, locale="en")
    return symbol if len(symbol) == 1 else symbol + HARD_SPACE


Signs = dict[int, str] | None


@cache
def _signs(language: str | None) -> Signs:
    """What `str.translate` needs to turn 1,234.50 into the language's own; None where it is that already."""
    symbols = _locale(language).number_symbols["latn"]
    signs = {",": symbols["group"], ".": symbols["decimal"]}
    return None if signs == {",": ",", ".": "."} else str.maketrans(signs)


@cache
def _locale(language: str | None) -> Locale:
    return Locale.parse(language or "en", sep="-")


def signs() -> Signs:
    """The signs of the language in force, for those who write many numbers: see `signed`."""
    return _signs(get_language())


def signed(text: str, signs: Signs) -> str:
    """A number written as 1,234.50, with the signs of the reader."""
    return text if signs is None else text.translate(signs)


def group_and_point() -> tuple[str, str]:
    """The signs between thousands and before decimals: "," and "." in English, "." and "," in German."""
    found = signs()
    return (",", ".") if found is None else (found[ord(",")], found[ord(".")])


@cache
def _around(currency: str, language: str | None) -> tuple[str, str]:
    """What stands before and after an amount: ("€", "") in English, ("", " €") in German."""
    symbol = currency_symbol(currency)
    pattern = _locale(language).currency_formats["standard"]
    if "¤" in pattern.suffix[0]:
        return "", f"{HARD_SPACE}{symbol.strip()}"
    return symbol, ""


def around(currency: str) -> tuple[str, str]:
    """What stands before and after an amount of the currency in the language in force."""
    return _around(currency, get_language())


def number(value: int | float | Decimal | None, decimals: int = 0) -> str:
    """1,234.50 with `decimals` places; None is an en dash."""
    if value is None:
        return NONE
    text = signed(f"{value:,.{decimals}f}", signs())
    return MINUS + text[1:] if text[0] == "-" and text.strip("-0.,’ \u00a0\u202f") else text.lstrip("-")


def money(minor: int | None, currency: str, *, cents: bool = True) -> str:
    """Minor units as €1,234.50; without `cents` rounded to whole units (half away from zero)."""
    if minor is None:
        return NONE
    digits = currency_digits(currency)
    amount = Decimal(abs(minor)).scaleb(-digits)
    if not cents:
        amount, digits = amount.quantize(Decimal(1), ROUND_HALF_UP), 0
    sign = MINUS if minor < 0 and amount else ""
    before, after = around(currency)
    return f"{sign}{before}{signed(f'{amount:,.{digits}f}', signs())}{after}"


def percent(value: int | float | Decimal | None, decimals: int = 0) -> str:
    """A value already in percent: 67 becomes “67 %”."""
    return NONE if value is None else f"{number(value, decimals)}{HARD_SPACE}%"


def day(value: date | datetime | None, *, today: date | None = None) -> str:
    """16 Nov, or 14 Feb 2027 when the year is another one. An instant counts in the current time zone."""
    if value is None:
        return NONE
    if isinstance(value, datetime):
        value = timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    year = (today or timezone.localdate()).year
    return _written(value, "short" if value.year == year else "short with year", get_language())


def long_day(value: date | datetime | None) -> str:
    """16 November 2026. An instant counts in the current time zone."""
    return _in_form(value, "long")


def whole_day(value: date | datetime | None) -> str:
    """Monday 16 November 2026."""
    return _in_form(value, "whole")


def long_moment(value: datetime | None) -> str:
    """Mon 16 November, 17:48, in the current time zone."""
    return NONE if value is None else date_format(timezone.localtime(value), _form("moment"))


def weekday(value: date | datetime | None) -> str:
    """Mon."""
    return _in_form(value, "weekday")


def _in_form(value: date | datetime | None, form: str) -> str:
    if value is None:
        return NONE
    if isinstance(value, datetime):
        value = timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return _written(value, form, get_language())


@lru_cache(maxsize=4096)
def _written(value: date, form: str, language: str | None) -> str:
    """A list shows the same few hundred days again and again; writing one takes longer than drawing its row."""
    return date_format(value, _form(form))


def _form(name: str) -> str:
    """How the language in force writes dates, in the letters of Django's `date`."""
    return {
        "short": pgettext("form of a date", "j M"),
        "short with year": pgettext("form of a date", "j M Y"),
        "long": pgettext("form of a date", "j F Y"),
        "whole": pgettext("form of a date", "l j F Y"),
        "moment": pgettext("form of a date", "D j F, H:i"),
        "weekday": pgettext("form of a date", "D"),
    }[name]


def moment(value: datetime | None, *, now: datetime | None = None) -> str:
    """today 10:00, yesterday 16:02, 13 Nov 17:48, 13 Nov 2025 17:48, in the current time zone."""
    if value is None:
        return NONE
    local = timezone.localtime(value)
    today = timezone.localtime(now or timezone.now()).date()
    clock = f"{local:%H:%M}"
    days = (today - local.date()).days
    if days == 0:
        return _("today %(time)s") % {"time": clock}
    if days == 1:
        return _("yesterday %(time)s") % {"time": clock}
    if days == -1:
        return _("tomorrow %(time)s") % {"time": clock}
    return f"{day(local, today=today)} {clock}"


def distance(value: date | None, *, today: date | None = None) -> str:
    """“1 day late”, “today”, “in 3 days”; empty when further than two weeks away."""
    if value is None:
        return ""
    days = (value - (today or timezone.localdate())).days
    if days == 0:
        return _("today")
    if -DAYS_NEAR <= days < 0:
        return _late(-days)
    if 0 < days <= DAYS_NEAR:
        return ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days}
    return ""


def due_words(value: date, *, today: date) -> str:
    """When something is due: “Today”, “In 3 days”, a day further off; what is late in days, however late."""
    if value < today:
        return _late((today - value).days)
    return capfirst(distance(value, today=today)) or day(value, today=today)


def _late(days: int) -> str:
    return ngettext("%(n)d day late", "%(n)d days late", days) % {"n": days}


def duration(value: timedelta) -> str:
    """2 h 10 min, 3 days, 45 min: two parts at most."""
    minutes = max(0, int(value.total_seconds() // 60))
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days >= 2 or (days and not hours):
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    hours += days * 24
    if not hours:
        return _("%(n)d min") % {"n": minutes}
    text = _("%(n)d h") % {"n": hours}
    return f"{text} {_('%(n)d min') % {'n': minutes}}" if minutes else text


def initials(name: str) -> str:
    """MF for Mira Feldkamp, H for Halden."""
    words = [word for word in name.split() if word[:1].isalnum()]
    picked = words[:1] + words[-1:] if len(words) > 1 else words
    return "".join(word[0] for word in picked).upper() or "?"
