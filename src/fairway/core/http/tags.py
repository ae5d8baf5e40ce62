"""`{% load fairway %}`: icons, badges, numbers, and every component of the design system."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from secrets import token_hex
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fairway.core.conditions.condition import Condition
from fairway.core.http import assets, cells, format
from fairway.core.http.charts import Chart
from fairway.core.http.conditions import tinted
from fairway.core.http.icons import NAMES, MissingIcon
from fairway.core.http.icons import STATIC_PATH as ICONS_PATH
from fairway.core.http.nav import NavLink, Shell
from fairway.core.http.parts import (
    BoardColumn,
    Crumb,
    Fact,
    Figure,
    Happening,
    Peers,
    Reason,
    Step,
    Sum,
    Tab,
    TodoGroup,
)
from fairway.core.http.tables import Table
from fairway.core.http.toasts import UNDO
from fairway.core.told import told_of

register = template.Library()
_ICONS = frozenset(NAMES)


# Icons, state, numbers


@cache
def _icon(name: str, label: str, css: str, kind: str) -> SafeString:
    if name not in _ICONS:
        raise MissingIcon(f"{name!r} is not in the reviewed list of icons (core/http/icons.py).")
    about = format_html(' role="img" aria-label="{}"', label) if label else mark_safe(' aria-hidden="true"')
    tone = format_html(' data-kind="{}"', kind) if kind else ""
    classes = f"fw-icon {css}".strip()
    return format_html('<svg class="{}"{}{}><use href="{}#{}"/></svg>', classes, tone, about, static(ICONS_PATH), name)


@register.simple_tag
def icon(name: str, label: str = "", css: str = "", kind: str = "") -> SafeString:
    """An icon; with `label` it speaks, without it is decoration."""
    return _icon(name, str(label), css, kind)


@register.simple_tag
def badge(kind: str, word: Any) -> SafeString:
    """Dot and word, for lists."""
    return format_html('<span class="fw-badge" data-kind="{}">{}</span>', kind, word)


@register.simple_tag
def pill(kind: str, word: Any) -> SafeString:
    """Tinted, once a page, beside the title."""
    return format_html('<span class="fw-pill" data-kind="{}">{}</span>', kind, word)


@register.filter
def money(minor: int | None, currency: str) -> str:
    """Whole units: €58,400."""
    return format.money(minor, currency, cents=False)


@register.filter
def money_cents(minor: int | None, currency: str) -> str:
    """With cents, where money moves: €58,400.00."""
    return format.money(minor, currency)


@register.filter
def told(row: Any, name: str) -> str:
    """A sentence that the system wrote, in the reader's language: {{ lead|told:"waiting_because" }}."""
    return told_of(row, name)


@register.filter
def number(value: Any, decimals: int = 0) -> str:
    return format.number(value, decimals)


@register.filter
def percent(value: Any, decimals: int = 0) -> str:
    return format.percent(value, decimals)


@register.filter
def day(value: date | datetime | None) -> str:
    return format.day(value)


@register.filter
def moment(value: datetime | None) -> str:
    return format.moment(value)


@register.filter
def long_day(value: date | datetime | None) -> str:
    return format.long_day(value)


@register.filter
def whole_day(value: date | datetime | None) -> str:
    return format.whole_day(value)


@register.filter
def long_moment(value: datetime | None) -> str:
    return format.long_moment(value)


@register.filter
def weekday(value: date | datetime | None) -> str:
    return format.weekday(value)


@register.filter
def distance(value: date | None) -> str:
    return format.distance(value)


@register.filter
def initials(value: str) -> str:
    return format.initials(value)


@register.simple_tag
def bar(share: float, plan: float | None = None, kind: str = "", wide: bool = False, label: str = "") -> SafeString:
    """A small bar; `share` and the tick `plan` in percent of the width."""
    return mark_safe(cells.bar(share, plan=plan, kind=kind, css="is-wide" if wide else "", label=label))


# Parts of a page


@register.inclusion_tag("components/crumbs.html")
def crumbs(*items: Any) -> dict[str, Any]:
    """`{% crumbs "Leads" leads_url "Brinkmann" %}`: words, each link followed by its address; the last has none."""
    if len(items) == 1 and not isinstance(items[0], str):
        return {"crumbs": items[0]}
    pairs = list(items)
    links = [Crumb(str(pairs[i]), str(pairs[i + 1])) for i in range(0, len(pairs) - 1, 2)]
    return {"crumbs": [*links, Crumb(str(pairs[-1]))] if len(pairs) % 2 else links}


@register.inclusion_tag("components/strip.html")
def strip(figures: Sequence[Figure]) -> dict[str, Any]:
    return {"figures": figures}


@register.inclusion_tag("components/facts.html")
def facts(items: Sequence[Fact | tuple[str, Any]]) -> dict[str, Any]:
    return {"facts": [item if isinstance(item, Fact) else Fact(*item) for item in items]}


@register.inclusion_tag("components/sums.html")
def sums(items: Sequence[Sum | tuple[str, Any]]) -> dict[str, Any]:
    return {"sums": [item if isinstance(item, Sum) else Sum(*item) for item in items]}


@register.inclusion_tag("components/timeline.html")
def timeline(items: Sequence[Happening]) -> dict[str, Any]:
    return {"items": items}


@register.inclusion_tag("components/stepper.html")
def stepper(steps: Sequence[Step], note: str = "") -> dict[str, Any]:
    return {"steps": steps, "note": note}


@register.inclusion_tag("components/reasons.html")
def reasons(items: Sequence[Reason], total: Any = None, note: str = "") -> dict[str, Any]:
    return {"reasons": items, "total": total, "note": note}


@register.inclusion_tag("components/todos.html", takes_context=True)
def todos(context: template.Context, groups: Sequence[TodoGroup]) -> dict[str, Any]:
    """Things to do; the first one of all carries the page's filled button."""
    first = next((todo for group in groups for todo in group.items), None)
    return {"groups": groups, "first": first, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("components/due.html")
def due(text: str, note: str = "", kind: str = "neutral", share: float | None = None) -> dict[str, Any]:
    """Time left in words, its end below, and a bar between when `share` is known."""
    return {"text": text, "note": note, "kind": kind, "share": share}


@register.simple_block_tag
def countdown(content: str, left: str, share: float, kind: str = "") -> SafeString:
    """The one large countdown of a page; the words beside it stand between the tags."""
    kind = kind or ("attention" if share < 100 / 3 else "accent")
    picture = mark_safe(cells.bar(share, kind=kind, css="is-wide"))
    return format_html(
        '<div class="fw-countdown" data-kind="{}"><div><b class="fw-left">{}</b>{}</div><p>{}</p></div>',
        kind,
        left,
        picture,
        content,
    )


@register.inclusion_tag("components/tabs.html")
def tabs(items: Sequence[Tab], label: str = "") -> dict[str, Any]:
    return {"tabs": items, "label": label}


@register.inclusion_tag("components/empty.html")
def empty(title: str, text: str = "", url: str = "", label: str = "") -> dict[str, Any]:
    return {"title": title, "text": text, "url": url, "label": label}


@register.inclusion_tag("components/peers.html")
def peers(items: Sequence[Peers], own_name: str) -> dict[str, Any]:
    return {"lines": items, "own_name": own_name}


@register.inclusion_tag("components/filterbar.html", takes_context=True)
def filterbar(context: template.Context, table: Table) -> dict[str, Any]:
    """The filters of a table; a choice is applied at once, without JavaScript by its button."""
    names = {each.name for each in table.shown_filters} | {"page", "after"}
    kept = [(name, value) for name, values in table.params.lists() if name not in names for value in values]
    shown = [
        (each, [(str(value), label) for value, label in each.choices], table.params.get(each.name, ""))
        for each in table.shown_filters
    ]
    return {"filters": shown, "kept": kept, "table": table, **_views_of(context, table)}


def _views_of(context: template.Context, table: Table) -> dict[str, Any]:
    """What the menu of saved views shows, on a list that has them."""
    request = context.get("request")
    menu = getattr(request, "list_views", None)
    if menu is None or request is None:
        return {"menu": None}
    prefix = "" if request.member.is_staff else "portal-"
    shown = {column.name for column in table.shown_columns}
    kept = [(name, value) for name, values in table.params.lists() if name not in ("cols", "page") for value in values]
    return {
        "menu": menu,
        "columns": [(column, column.name in shown) for column in table.all_columns[1:] if column.label],
        "address": kept,
        "default_name": f"{prefix}savedview-default",
        "remove_name": f"{prefix}savedview-remove",
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("components/board.html", takes_context=True)
def board(context: template.Context, columns: Sequence[BoardColumn], label: str = "") -> dict[str, Any]:
    """Cards in columns. Dragging posts `to=<column>` to a card's `move_url`; so does the choice on the card."""
    return {"columns": columns, "label": label, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("components/chart.html", takes_context=True)
def chart(context: template.Context, chart: Chart) -> dict[str, Any]:
    """A question, its answer, the picture, and the same numbers as a table."""
    assert context.render_context is not None
    root: dict[Any, Any] = context.render_context.dicts[0]
    root["fairway_charts"] = count = root.get("fairway_charts", 0) + 1
    series = [{"label": str(each.label), "values": list(each.values)} for each in chart.series]
    return {"chart": chart, "id": f"chart-{count}", "data": {"option": chart.option, "series": series}}


@register.inclusion_tag("components/progress.html")
def progress(label: str, done: int, total: int, url: str = "", note: str = "") -> dict[str, Any]:
    """A bar for long work. While it runs, `url` is asked every second and answers with this same part."""
    share = min(100, 100 * done / total) if total else 0
    return {"label": label, "done": done, "total": total, "share": share, "note": note, "url": url}


@register.simple_block_tag
def section(
    content: str, title: str = "", note: str = "", url: str = "", link: str = "", first: bool = False, id: str = ""
) -> SafeString:
    """A part of a page under a hairline: `{% section "Brief" %}…{% endsection %}`."""
    css = "fw-section is-first" if first else "fw-section"
    parts = []
    if title:
        parts.append(format_html("<h2>{}</h2>", title))
    if note:
        parts.append(format_html("<p>{}</p>", note))
    if url:
        parts.append(format_html('<a class="fw-push" href="{}">{}</a>', url, link))
    head = format_html("<header>{}</header>", mark_safe("".join(parts))) if parts else ""
    where = format_html(' id="{}"', id) if id else ""
    return format_html('<section class="{}"{}>{}{}</section>', css, where, head, content)


@register.simple_block_tag
def menu(content: str, label: str, icon: str = "", css: str = "", button: str = "fw-btn") -> SafeString:
    """A button with a menu of links and small forms; with `icon` the label is for those who cannot see it."""
    face = (
        format_html("{}", _icon(icon, "", "", ""))
        if icon
        else format_html("{}{}", label, _icon("chevron-down", "", "", ""))
    )
    about = format_html(' aria-label="{}"', label) if icon else ""
    return format_html(
        '<details class="fw-menu {}" data-menu><summary class="{}"{}>{}</summary>'
        '<div class="fw-menu-sheet">{}</div></details>',
        css,
        f"{button} is-icon" if icon else button,
        about,
        face,
        content,
    )


@register.simple_block_tag
def dialog(content: str, id: str, title: str, wide: bool = False) -> SafeString:
    """A dialog; a button with `data-dialog="<id>"` opens it."""
    return format_html(
        '<dialog class="fw-dialog{}" id="{}" aria-labelledby="{}-title"><header><h2 id="{}-title">{}</h2>'
        '<form method="dialog"><button class="fw-dialog-close" aria-label="{}">{}</button></form></header>'
        '<div class="fw-dialog-body">{}</div></dialog>',
        " is-wide" if wide else "",
        id,
        id,
        id,
        title,
        _("Close"),
        _icon("x", "", "", ""),
        content,
    )


@register.simple_block_tag
def callout(content: str, kind: str = "neutral", icon: str = "info-circle") -> SafeString:
    """A quiet note that belongs to the page, with an icon."""
    return format_html(
        '<div class="fw-callout" data-kind="{}">{}<div>{}</div></div>', kind, _icon(icon, "", "", ""), content
    )


@register.simple_tag
def value(text: Any, changed: bool = False) -> SafeString:
    """A value inside a sentence, tinted."""
    return format_html('<span class="fw-value{}">{}</span>', " is-changed" if changed else "", text)


@register.simple_tag
def sentence(condition: Condition, live: Condition | None = None) -> SafeString:
    """A condition in words with its values tinted; amber where the draft differs from `live`."""
    return tinted(condition, live=live)


# The shell


@cache
def _files(paths: tuple[str, ...], form: str) -> SafeString:
    return mark_safe("".join(form.format(escape(static(path))) for path in paths))


@register.simple_tag
def stylesheets() -> SafeString:
    sheets = (assets.JOINED_STYLESHEET,) if settings.STATIC_IS_COLLECTED else assets.STYLESHEETS
    return _files(sheets, '<link rel="stylesheet" href="{}">')


@register.simple_tag
def scripts() -> SafeString:
    return _files(assets.SCRIPTS, '<script type="module" src="{}"></script>')


@cache
def _page_end(language: str) -> SafeString:
    return render_to_string("components/page_end.html")


@register.simple_tag
def page_end() -> SafeString:
    """The list of keys and the pattern of a toast: the same on every page of one language."""
    return _page_end(get_language() or "")


# Stands for the reader's CSRF token in parts that are kept; no text of a person can hold it.
_TOKEN = f"csrf-{token_hex(16)}"


@lru_cache(maxsize=1024)
def _shell_part(path: str, shell: Shell, language: str) -> str:
    return render_to_string(path, {"shell": shell, "csrf_token": _TOKEN})


@register.simple_tag(takes_context=True)
def shell_part(context: template.Context, path: str) -> SafeString:
    """A part of the frame around the page, drawn once for each value of the shell: it may use nothing else."""
    html = _shell_part(path, context["shell"].itself, get_language() or "")
    return mark_safe(html.replace(_TOKEN, str(context.get("csrf_token") or "")))


@register.simple_tag
def nav_links(links: Sequence[NavLink]) -> SafeString:
    """The entries of the sidebar; drawn here because it is on every page."""
    return mark_safe("".join([_nav_link(link) for link in links]))


def _nav_link(link: NavLink) -> str:
    here = ' aria-current="page"' if link.is_active else ""
    count = f'<span class="fw-count">{link.count}</span>' if link.count else ""
    return (
        f'<li><a href="{cells.escape(link.url)}"{here}>{_icon(link.icon, "", "", "")}'
        f"{cells.escape(link.label)}{count}</a></li>"
    )


@register.simple_tag
def htmx_config() -> SafeString:
    return format_html('<meta name="htmx-config" content="{}">', assets.HTMX_CONFIG)


@register.filter
def undo_url(tags: str) -> str:
    """The address to post to for undo, of a message's extra tags; empty when there is none."""
    return next((part.removeprefix(UNDO) for part in (tags or "").split() if part.startswith(UNDO)), "")


@register.simple_tag(takes_context=True)
def script_once(context: template.Context, *paths: str) -> SafeString:
    """Script files this page needs beyond the common ones, each only once a page."""
    assert context.render_context is not None
    root: dict[Any, Any] = context.render_context.dicts[0]
    seen = root.setdefault("fairway_scripts", set())
    wanted = [path for path in paths if path not in seen]
    seen.update(wanted)
    return mark_safe("".join(f'<script defer src="{escape(static(path))}"></script>' for path in wanted))


@register.filter
def plain(number: float) -> str:
    """A number as SVG and HTML attributes want it, whatever the language."""
    return f"{float(number):.4g}"
