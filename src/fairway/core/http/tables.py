"""Tables: declared by columns, rendered in Python.

A page of 200 rows by 7 columns is 1,400 cells; templates take tens of milliseconds for that, this takes under three.
Every value is escaped unless it brings its own `__html__`.

    class DealTable(Table):
        columns = [
            Column("customer", _("Customer"), kind="name", second="title", url="url", sort=True),
            Column("stage", _("Stage"), kind="state", states=STAGES),
            Column("amount_minor", _("Value"), kind="money", currency="currency", unit="€", total=True, sort=True),
            Column("due_on", _("Due"), kind="date", sort=True, mark=late),
        ]

    DealTable(page, request=request)      # in the template: {{ table }}
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from django.http import HttpRequest, QueryDict
from django.middleware.csrf import get_token
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fairway.core.http import cells
from fairway.core.http.format import HARD_SPACE, money, number
from fairway.core.http.paging import Page, changed_query

ColumnKind = Literal["name", "text", "number", "money", "percent", "date", "datetime", "state", "bar", "link"]
RIGHT = frozenset({"number", "money", "percent", "date", "datetime"})
Text = str | Promise


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `second`, `url`, `currency`, `mark` and `plan` name a key of the row or are functions of the row.

    kind      name (bold, first), text, number, money (minor units), percent, date, datetime, state, bar, link
    states    of a state: value -> (kind of badge, word)
    unit      stands in the head, not in the cells; money with a unit shows no symbol
    sort      True, or the ordering field when it differs from the name
    mark      gives bad, attention, good, late or "" for a cell
    total     True for a sum over the rows shown, or the total itself (over all pages)
    phone     name, amount, state, date, or "" to hide; None lets the table choose
    word      what stands before it on a phone; of numbers below the amount the label, without being said
    """

    name: str
    label: Text
    kind: ColumnKind = "text"
    second: str | Callable[[Any], Any] | None = None
    is_second_below: bool = False
    url: str | Callable[[Any], str] | None = None
    value: Callable[[Any], Any] | None = None
    sort: bool | str = False
    unit: Text = ""
    decimals: int = 0
    currency: str = ""
    states: Mapping[Any, tuple[str, Text]] | None = None
    plan: str | Callable[[Any], float | None] | None = None
    mark: str | Callable[[Any], str] | None = None
    is_strong: bool = False
    total: bool | int | float | str = False
    group: Text = ""
    align: Literal["", "left", "right"] = ""
    phone: str | None = None
    word: Text = ""
    help: Text = ""

    @property
    def is_right(self) -> bool:
        return self.align == "right" or (not self.align and self.kind in RIGHT)

    @property
    def order_field(self) -> str:
        return self.sort if isinstance(self.sort, str) else self.name


@dataclass(frozen=True, slots=True)
class BulkAction:
    """A button for the rows chosen; they are posted to `url` as `chosen` (uid, repeated)."""

    label: Text
    url: str
    is_danger: bool = False


@dataclass(frozen=True, slots=True)
class RowAction:
    """A verb of one row: a button at its end, and a key while the row has the focus.

    `url` is a page that asks; where the page has a dialog by this name, that asks in place: its form is pointed to
    the row's `url`, its `data-about` says which row, and the row that follows is sent as `next`.
    """

    label: Text
    url: Callable[[Any], str]
    key: str
    dialog: str = ""
    is_danger: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice above a table: `?name=value`. Without choices it is a search field; `has_slash` gives it the key /."""

    name: str
    label: Text
    choices: Sequence[tuple[Any, Text]] = ()
    has_slash: bool = False


class Table:
    """Rows with a head, an optional total, and ways to sort, choose and page."""

    columns: ClassVar[Sequence[Column]] = ()
    default_sort: ClassVar[str] = ""
    filters: ClassVar[Sequence[Filter]] = ()
    empty: ClassVar[tuple[Text, Text]] = ("", "")
    caption: ClassVar[Text] = ""
    name: ClassVar[str] = "table"
    row_actions: Sequence[RowAction] = ()
    here: str = ""  # the uid of the row to begin at

    def __init__(
        self,
        rows: Page | Iterable[Any],
        *,
        request: HttpRequest | None = None,
        bulk: Sequence[BulkAction] = (),
        export_url: str = "",
        total_label: str = "",
        filters: Sequence[Filter] | None = None,
        columns: Sequence[Column] | None = None,
    ) -> None:
        self.page = rows if isinstance(rows, Page) else None
        self.rows = list(rows.rows if isinstance(rows, Page) else rows)
        self.request = request
        self.params = request.GET if request is not None else QueryDict()
        self.bulk = list(bulk)
        self.export_url = export_url
        self.total_label = total_label
        self.shown_filters = list(self.filters if filters is None else filters)
        self.all_columns = list(self.columns if columns is None else columns)
        self.shown_columns = self._chosen_columns()

    def _chosen_columns(self) -> list[Column]:
        """Those that `?cols=` names, the first always; all where it names none."""
        wanted = set(self.params.getlist("cols"))
        shown = [column for column in self.all_columns[1:] if column.name in wanted] if wanted else []
        return [self.all_columns[0], *shown] if shown else self.all_columns

    @classmethod
    def order_by(cls, params: QueryDict) -> list[str]:
        """Ordering fields for the query: what the reader asked for when it may be sorted, else the default."""
        asked = params.get("sort", "")
        for column in cls.columns:
            if column.sort and column.name == asked.lstrip("-"):
                sign = "-" if asked.startswith("-") else ""
                return [f"{sign}{column.order_field}", f"{sign}pk"]
        return [cls.default_sort, "pk"] if cls.default_sort else ["pk"]

    @property
    def is_filtered(self) -> bool:
        return any(self.params.get(each.name) for each in self.shown_filters)

    def __str__(self) -> SafeString:
        return self.html()

    def __html__(self) -> SafeString:
        return self.html()

    def html(self) -> SafeString:
        """The whole table with its foot, or the empty state."""
        if not self.rows:
            return mark_safe(f'<div id="{self.name}">{self._empty()}</div>')
        caption = f'<caption class="fw-hidden">{escape(self.caption)}</caption>' if self.caption else ""
        table = (
            f'<div class="fw-table-scroll"><table class="fw-table" data-phone data-rows>{caption}'
            f"{self._head()}<tbody>{self.body()}</tbody>{self._total()}</table></div>"
        )
        if self.bulk and self.request is not None:
            table = self._bulk_form(table)
        return mark_safe(f'<div id="{self.name}" data-table>{table}{self._foot()}</div>')

    def body(self) -> SafeString:
        """The rows alone; a partial update asks for these."""
        draw = [cells.drawer(column, slot) for column, slot in zip(self.shown_columns, self._slots(), strict=True)]
        if self.row_actions:
            draw.append(self._row_verbs())
        picks = self._picker() if self.bulk else None
        out = []
        for row in self.rows:
            inner = "".join([each(row) for each in draw])
            out.append(f"<tr{self._place(row)}>{picks(row) if picks else ''}{inner}</tr>")
        return mark_safe("".join(out))

    def _place(self, row: Any) -> str:
        """Only rows with verbs are named: thousands of others stay short."""
        if not self.row_actions:
            return ""
        uid = str(cells.getter("uid")(row))
        return f' data-row="{uid}" tabindex="-1"{" data-here" if uid == self.here else ""}'

    def _row_verbs(self) -> Callable[[Any], str]:
        name = cells.getter(self.shown_columns[0].name)

        def verb(action: RowAction, row: Any) -> str:
            dialog = f' data-dialog="{action.dialog}"' if action.dialog else ""
            return (
                f'<a class="fw-btn{" is-danger" if action.is_danger else ""}" href="{escape(action.url(row))}"{dialog}'
                f' data-row-key="{action.key}" aria-keyshortcuts="{action.key}">{escape(action.label)}'
                f'<span class="fw-hidden"> {escape(name(row))}</span> <kbd aria-hidden="true">{action.key}</kbd></a>'
            )

        return lambda row: f'<td class="is-verbs">{"".join(verb(action, row) for action in self.row_actions)}</td>'

    def _slots(self) -> list[str]:
        """Where each column stands on a phone: the first name, amount, state and date win."""
        wanted = {"name": ("name", "link"), "amount": ("money", "number", "percent"), "state": ("state", "text")}
        wanted["date"] = ("date", "datetime")
        taken = {column.phone for column in self.shown_columns if column.phone}
        slots = []
        for column in self.shown_columns:
            slot = column.phone
            if slot is None:
                slot = next((s for s, kinds in wanted.items() if column.kind in kinds and s not in taken), "")
                taken.add(slot)
            slots.append(slot)
        return slots

    def _picker(self) -> Callable[[Any], str]:
        uid = cells.getter("uid")
        name = cells.getter(self.shown_columns[0].name)
        label = escape(_("Choose"))

        def pick(row: Any) -> str:
            return (
                f'<td class="is-pick"><input type="checkbox" class="fw-pick" name="chosen" value="{escape(uid(row))}"'
                f' aria-label="{label} {escape(name(row))}"></td>'
            )

        return pick

    def _head(self) -> str:
        pick = ""
        if self.bulk:
            pick = (
                '<th scope="col" class="is-pick"><input type="checkbox" data-pick-all '
                f'aria-label="{escape(_("Choose all"))}"></th>'
            )
        line = "".join(self._head_cell(column) for column in self.shown_columns)
        if self.row_actions:
            line += f'<th scope="col"><span class="fw-hidden">{escape(_("What to do"))}</span></th>'
        return f"<thead>{self._groups()}<tr>{pick}{line}</tr></thead>"

    def _groups(self) -> str:
        if not any(column.group for column in self.shown_columns):
            return ""
        out = ["<td></td>"] if self.bulk else []
        runs: list[list[Any]] = []
        for column in self.shown_columns:
            if runs and column.group and runs[-1][0] == column.group:
                runs[-1][1] += 1
            else:
                runs.append([column.group, 1])
        for label, span in runs:
            head = f'<th scope="colgroup" colspan="{span}" class="fw-group"><span>{escape(label)}</span></th>'
            out.append(head if label else f'<td colspan="{span}"></td>')
        return f"<tr>{''.join(out)}</tr>"

    def _head_cell(self, column: Column) -> str:
        unit = str(column.unit).replace(" ", HARD_SPACE)
        label = f"{column.label}, {unit}" if unit else str(column.label)
        text = escape(label)
        side = ' class="is-right"' if column.is_right else ""
        title = f' title="{escape(column.help)}"' if column.help else ""
        if not text:
            return f"<td{side}></td>"
        if not column.sort or self.request is None:
            return f'<th scope="col"{side}{title}>{text}</th>'
        asked = self.params.get("sort") or self.default_sort
        is_sorted = asked.lstrip("-") in (column.name, column.order_field)
        is_down = is_sorted and asked.startswith("-")
        to = column.name if not is_sorted or is_down else f"-{column.name}"
        state = f' aria-sort="{"descending" if is_down else "ascending"}"' if is_sorted else ""
        href = escape(changed_query(self.params, sort=to, page=None, after=None))
        return f'<th scope="col"{side}{state}{title}><a href="{href}" data-swap="{self.name}">{text}</a></th>'

    def _total(self) -> str:
        if not any(column.total is not False for column in self.shown_columns):
            return ""
        out = ['<td class="is-pick"></td>'] if self.bulk else []
        for column, slot in zip(self.shown_columns, self._slots(), strict=True):
            place = f' data-slot="{slot}"' if slot in ("name", "amount") else ""
            side = ' class="is-right"' if column.is_right else ""
            out.append(f"<td{side}{place}>{escape(self._total_text(column))}</td>")
        return f"<tfoot><tr>{''.join(out)}</tr></tfoot>"

    def _total_text(self, column: Column) -> str:
        if column is self.shown_columns[0]:
            rows = len(self.rows)
            return self.total_label or ngettext("%(n)d row", "%(n)d rows", rows) % {"n": rows}
        if column.total is False:
            return ""
        if isinstance(column.total, str):
            return column.total
        value: Any = column.total
        if value is True:
            get = column.value or cells.getter(column.name)
            value = sum(each for row in self.rows if (each := get(row)) is not None)
        if column.kind != "money":
            return number(value, column.decimals)
        code = cells.currency_code(column, self.rows[0])
        return cells.plain_money(value, code, column.decimals) if column.unit else money(value, code)

    def _empty(self) -> str:
        title, text = self.empty
        if self.is_filtered:
            title, text = _("Nothing matches"), _("No row has all that you asked for.")
            way_on = f'<a class="fw-btn" href="?">{escape(_("Show all"))}</a>'
        else:
            title, way_on = title or _("Nothing here yet"), ""
        return f'<div class="fw-empty"><h3>{escape(title)}</h3><p>{escape(text)}</p>{way_on}</div>'

    def _bulk_form(self, table: str) -> str:
        assert self.request is not None
        token = escape(get_token(self.request))
        buttons = "".join(
            f'<button class="fw-btn{" is-danger" if each.is_danger else ""}" formaction="{escape(each.url)}">'
            f"{escape(each.label)}</button>"
            for each in self.bulk
        )
        return (
            f'<form method="post" data-bulk><input type="hidden" name="csrfmiddlewaretoken" value="{token}">{table}'
            f'<div class="fw-bulk" hidden><span><b data-chosen-count>0</b> {escape(_("chosen"))}</span>{buttons}</div>'
            "</form>"
        )

    def _foot(self) -> str:
        parts = []
        if self.page is not None and (words := self._page_words()):
            parts.append(f"<span>{escape(words)}</span>")
        if self.export_url:
            parts.append(self._export_form())
        if self.page is not None and (self.page.next_query or self.page.previous_query):
            parts.append(self._page_links())
        return f'<div class="fw-table-foot">{"".join(parts)}</div>' if parts else ""

    def _page_words(self) -> str:
        assert self.page is not None
        if self.page.count is None or self.page.count <= len(self.rows):
            return ""
        many = _("more than %(n)s") if self.page.is_capped else "%(n)s"
        count = many % {"n": number(self.page.count)}
        return _("%(first)s to %(last)s of %(count)s") % {
            "first": number(self.page.first),
            "last": number(self.page.last),
            "count": count,
        }

    def _page_links(self) -> str:
        assert self.page is not None
        links = []
        for query, label, rel in (
            (self.page.previous_query, _("Previous"), "prev"),
            (self.page.next_query, _("Next"), "next"),
        ):
            if query:
                links.append(
                    f'<a class="fw-btn" rel="{rel}" href="{escape(query)}" data-swap="{self.name}">{escape(label)}</a>'
                )
        return f'<nav aria-label="{escape(_("Pages"))}">{"".join(links)}</nav>'

    def _export_form(self) -> str:
        if self.request is None:
            return ""
        token = escape(get_token(self.request))
        query = escape(changed_query(self.params, page=None, after=None))
        return (
            f'<form method="post" action="{escape(self.export_url)}{query}">'
            f'<input type="hidden" name="csrfmiddlewaretoken" value="{token}">'
            f'<button class="fw-btn-text">{escape(_("Export"))}</button></form>'
        )
