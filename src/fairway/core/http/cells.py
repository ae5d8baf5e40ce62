"""Draws table cells: one small function per column, made once, called for every row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from html import escape as _escape
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from fairway.core.http.format import MINUS, NONE, around, currency_digits, day, moment, signed, signs

if TYPE_CHECKING:
    from fairway.core.http.tables import Column

Drawer = Callable[[Any], str]
EMPTY = f'<span class="fw-none">{NONE}</span>'
NUMBERS = frozenset({"number", "money", "percent"})
ATTENTION_SHARE = 75
BAD_SHARE = 50


def escape(value: Any) -> str:
    """HTML of a value; one that carries `__html__` is trusted to be HTML already."""
    trusted = getattr(value, "__html__", None)
    return trusted() if trusted is not None else _escape(str(value))


def is_safe_address(url: str) -> bool:
    """Only addresses that lead to a page or a mail: a value from a file may be anything."""
    return url.startswith(("/", "?", "#", "https://", "http://", "mailto:", "tel:")) and not url.startswith("//")


def getter(name: str) -> Callable[[Any], Any]:
    """Reads `a.b` from mappings or objects; a missing step gives None only where the step before was None."""
    steps = name.split(".")

    def step(value: Any, key: str) -> Any:
        return value[key] if isinstance(value, dict) else getattr(value, key)

    if len(steps) == 1:
        return lambda row: row[name] if isinstance(row, dict) else getattr(row, name)

    def read(row: Any) -> Any:
        for key in steps:
            row = step(row, key)
            if row is None:
                return None
        return row

    return read


def of_row(source: str | Callable[[Any], Any] | None) -> Callable[[Any], Any] | None:
    if source is None or callable(source):
        return source
    return getter(source)


def currency_code(column: Column, row: Any) -> str:
    """The column's currency: an ISO code in capitals is itself, anything else names a key of the row."""
    code = column.currency
    return code if len(code) == 3 and code.isupper() else getter(code)(row)


def plain_money(minor: int, code: str, decimals: int) -> str:
    """Minor units without a symbol: 58,400 or −1,299.00."""
    value = minor / 10 ** currency_digits(code)
    text = signed(f"{value:,.{decimals}f}", signs())
    return MINUS + text[1:] if text[0] == "-" else text


def _text(column: Column) -> Callable[[Any, Any], str]:
    return lambda value, row: escape(value)


def _number(column: Column) -> Callable[[Any, Any], str]:
    places, spoken = f",.{column.decimals}f", signs()

    def draw(value: Any, row: Any) -> str:
        text = signed(format(value, places), spoken)
        return MINUS + text[1:] if text[0] == "-" else text

    return draw


def _percent(column: Column) -> Callable[[Any, Any], str]:
    draw = _number(column)
    return draw if column.unit else lambda value, row: f"{draw(value, row)}&nbsp;%"


def _money(column: Column, *, on_phone: bool = False) -> Callable[[Any, Any], str]:
    """Whole amounts; with a unit in the head the symbol shows only on a phone, where there is no head."""
    fixed = column.currency if len(column.currency) == 3 and column.currency.isupper() else ""
    read = None if fixed else getter(column.currency or "currency")
    symbols: dict[str, tuple[str, str, int]] = {}
    spoken = signs()

    def shown(symbol: str) -> str:
        if not symbol or not column.unit:
            return _escape(symbol)
        return f'<span class="fw-phone-only">{_escape(symbol)}</span>' if on_phone else ""

    def known(code: str) -> tuple[str, str, int]:
        before, after = around(code)
        symbols[code] = shown(before), shown(after), 10 ** currency_digits(code)
        return symbols[code]

    def draw(value: Any, row: Any) -> str:
        code = fixed or read(row)  # type: ignore[misc]
        before, after, scale = symbols.get(code) or known(code)
        amount = signed(f"{abs(value) / scale:,.{column.decimals}f}", spoken)
        return f"{MINUS if value < 0 else ''}{before}{amount}{after}"

    return draw


def _date(column: Column) -> Callable[[Any, Any], str]:
    today = timezone.localdate()
    seen: dict[date, str] = {}

    def draw(value: Any, row: Any) -> str:
        text = seen.get(value)
        if text is None:
            text = seen[value] = _escape(day(value, today=today))
        return text

    return draw


def _datetime(column: Column) -> Callable[[Any, Any], str]:
    """As `moment`, with the words for each day made once."""
    now, zone = timezone.now(), timezone.get_current_timezone()
    seen: dict[date, str] = {}

    def draw(value: datetime, row: Any) -> str:
        local = value.astimezone(zone)
        day_of = local.date()
        words = seen.get(day_of)
        if words is None:
            words = seen[day_of] = _escape(moment(value, now=now)).replace(f"{local:%H:%M}", "{}")
        return words.format(f"{local.hour:02}:{local.minute:02}")

    return draw


def _state(column: Column) -> Callable[[Any, Any], str]:
    known = {
        value: f'<span class="fw-badge" data-kind="{_escape(kind)}">{_escape(str(word))}</span>'
        for value, (kind, word) in (column.states or {}).items()
    }
    return lambda value, row: known[value] if value in known else f'<span class="fw-badge">{escape(value)}</span>'


def bar(share: float, *, plan: float | None = None, kind: str = "", css: str = "", label: str = "") -> str:
    """A small bar: `share` and `plan` in percent of the full width; the kind follows share ÷ plan when not given."""
    if not kind:
        goal = plan or 100
        reached = 100 * share / goal if goal else 100
        kind = "bad" if reached < BAD_SHARE else "attention" if reached < ATTENTION_SHARE else "accent"
    width = min(100.0, max(0.0, float(share)))
    tick = f'<rect class="fw-bar-tick" x="{plan:.4g}%" y="0" width="2" height="12"/>' if plan is not None else ""
    about = f'role="img" aria-label="{_escape(label)}"' if label else 'aria-hidden="true"'
    return (
        f'<svg class="fw-bar{" " + css if css else ""}" data-kind="{_escape(kind)}" {about}>'
        f'<rect class="fw-bar-track" y="3" width="100%" height="6" rx="2"/>'
        f'<rect class="fw-bar-fill" y="3" width="{width:.4g}%" height="6" rx="2"/>{tick}</svg>'
    )


def _bar(column: Column) -> Callable[[Any, Any], str]:
    plan = of_row(column.plan)
    return lambda value, row: bar(value, plan=plan(row) if plan else None)


DRAW: dict[str, Callable[[Column], Callable[[Any, Any], str]]] = {
    "name": _text,
    "text": _text,
    "link": _text,
    "number": _number,
    "money": _money,
    "percent": _percent,
    "date": _date,
    "datetime": _datetime,
    "state": _state,
    "bar": _bar,
}


def _linked(column: Column, draw: Callable[[Any, Any], str]) -> Callable[[Any, Any], str]:
    """Wrap in a link, and add the second fact."""
    url, second = of_row(column.url), of_row(column.second)
    is_name = column.kind == "name"
    small = '<small class="is-below">' if column.is_second_below else " <small>"

    def whole(value: Any, row: Any) -> str:
        text = draw(value, row)
        href = url(row) if url else ""
        if href and is_safe_address(str(href)):
            text = f'<a href="{_escape(str(href))}">{text}</a>'
        elif is_name:
            text = f"<b>{text}</b>"
        fact = second(row) if second else None
        return f"{text}{small}{escape(fact)}</small>" if fact not in (None, "") else text

    return whole if url or second or is_name else draw


def drawer(column: Column, slot: str) -> Drawer:
    """The function that draws a whole <td> of `column`; `slot` is its place on a phone, or empty."""
    read = column.value or getter(column.name)
    is_phone_money = column.kind == "money" and slot == "amount"
    draw = _linked(column, _money(column, on_phone=True) if is_phone_money else DRAW[column.kind](column))
    mark = of_row(column.mark)
    classes = [name for name, on in (("is-right", column.is_right), ("is-strong", column.is_strong)) if on]
    classes += [f"is-{column.kind}"] if column.kind in ("name", "bar") else []
    start = f'<td class="{" ".join(classes)}"' if classes else "<td"
    start += f' data-slot="{slot}"' if slot else ""
    # On a phone there is no head: a number below the others says what it counts.
    word = column.word or (column.label if slot in ("state", "date") and column.kind in NUMBERS else "")
    start += f' data-word="{escape(word)}"' if slot and word else ""

    def plain(row: Any) -> str:
        value = read(row)
        return f"{start}>{EMPTY if value is None or value == '' else draw(value, row)}</td>"

    if mark is None:
        return plain

    def marked(row: Any) -> str:
        value = read(row)
        kind = mark(row)
        text = EMPTY if value is None or value == "" else draw(value, row)
        return f'{start} data-mark="{_escape(kind)}">{text}</td>' if kind else f"{start}>{text}</td>"

    return marked
