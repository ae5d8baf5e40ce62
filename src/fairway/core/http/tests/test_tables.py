"""Tables: what a person may not break, and what a reader may ask."""

import html
import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
import time_machine
from django.http import QueryDict
from django.test import RequestFactory
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from fairway.core.http.paging import Page, changed_query
from fairway.core.http.tables import BulkAction, Column, Filter, Table

STATES = {"won": ("good", "Won"), "lost": ("bad", "Lost")}


class Deals(Table):
    name = "deals"
    default_sort = "due_on"
    columns = [
        Column("customer", "Customer", kind="name", second="title", url="url", sort=True),
        Column("stage", "Stage", kind="state", states=STATES),
        Column("amount_minor", "Value", kind="money", currency="EUR", unit="€", total=True, sort="amount"),
        Column("share", "Share", kind="bar", plan=lambda row: 80),
        Column("due_on", "Due", kind="date", sort=True, mark=lambda row: "late" if row["is_late"] else ""),
    ]
    filters = [Filter("stage", "All stages", [("won", "Won")])]
    empty = ("No deals yet", "Accept a lead.")


def row(**changes: Any) -> dict[str, Any]:
    usual = {"uid": "u1", "customer": "Harmsen", "title": "Wi-Fi", "url": "/d/1/", "stage": "won"}
    numbers = {"amount_minor": 5_840_000, "share": 40, "due_on": date(2026, 11, 16), "is_late": False}
    return {**usual, **numbers, **changes}


class Cells(HTMLParser):
    """The text of every cell, and every tag with its attributes."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@given(st.text(), st.text(), st.text(), st.text())
def test_no_text_of_a_row_can_become_markup(customer: str, title: str, url: str, stage: str) -> None:
    source = Deals([row(customer=customer, title=title, url=url, stage=stage)]).body()
    plain = Cells(Deals([row()]).body())
    seen = Cells(source)
    assert {tag for tag, _attrs in seen.tags} <= {tag for tag, _attrs in plain.tags} | {"b", "span"}
    assert {name for _tag, attrs in seen.tags for name in attrs} <= {
        name for _tag, attrs in plain.tags for name in attrs
    }
    if customer.strip() and not set(customer) & {"\r", "\0"}:
        assert customer in html.unescape(source)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "//evil.example/", "data:text/html,x", " /x", "JavaScript:x"])
def test_an_address_that_is_none_becomes_plain_text(url: str) -> None:
    assert "<a " not in Deals([row(url=url)]).body()


def test_html_that_is_marked_safe_is_kept() -> None:
    assert "<i>x</i>" in Deals([row(customer=mark_safe("<i>x</i>"))]).body()


@time_machine.travel("2026-11-17 12:00", tick=False)
def test_a_row_reads_as_the_columns_say() -> None:
    assert Deals([row()]).body() == (
        '<tr><td class="is-name" data-slot="name"><a href="/d/1/">Harmsen</a> <small>Wi-Fi</small></td>'
        '<td data-slot="state"><span class="fw-badge" data-kind="good">Won</span></td>'
        '<td class="is-right" data-slot="amount"><span class="fw-phone-only">€</span>58,400</td>'
        '<td class="is-bar"><svg class="fw-bar" data-kind="attention" aria-hidden="true">'
        '<rect class="fw-bar-track" y="3" width="100%" height="6" rx="2"/>'
        '<rect class="fw-bar-fill" y="3" width="40%" height="6" rx="2"/>'
        '<rect class="fw-bar-tick" x="80%" y="0" width="2" height="12"/></svg></td>'
        '<td class="is-right" data-slot="date">16 Nov</td></tr>'
    )


def test_nothing_is_a_grey_dash_and_a_negative_amount_has_a_real_minus() -> None:
    source = Deals([row(amount_minor=None), row(amount_minor=-129_900)]).body()
    assert '<td class="is-right" data-slot="amount"><span class="fw-none">–</span></td>' in source
    assert '<td class="is-right" data-slot="amount">−<span class="fw-phone-only">€</span>1,299</td>' in source


def test_a_mark_colours_its_cell_only() -> None:
    source = Deals([row(is_late=True)]).body()
    assert source.count("data-mark") == 1
    assert 'data-slot="date" data-mark="late"' in source


def test_the_total_adds_the_rows_shown() -> None:
    source = Deals([row(), row(amount_minor=100), row(amount_minor=None)]).html()
    assert '<tfoot><tr><td data-slot="name">3 rows</td>' in source
    assert '<td class="is-right" data-slot="amount">58,401</td>' in source


def test_a_head_that_sorts_turns_round_and_forgets_the_page() -> None:
    request = RequestFactory().get("/", {"sort": "customer", "page": "3", "stage": "won"})
    source = Deals([row()], request=request).html()
    assert 'aria-sort="ascending"><a href="?stage=won&amp;sort=-customer"' in source
    assert '<a href="?stage=won&amp;sort=due_on"' in source


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        ("", ["due_on", "pk"]),
        ("sort=customer", ["customer", "pk"]),
        ("sort=-amount_minor", ["-amount", "-pk"]),
        ("sort=stage", ["due_on", "pk"]),
        ("sort=password", ["due_on", "pk"]),
    ],
)
def test_only_sortable_columns_reach_the_query(asked: str, fields: list[str]) -> None:
    assert Deals.order_by(QueryDict(asked)) == fields


def test_an_empty_table_says_why_and_an_empty_search_offers_all() -> None:
    assert "No deals yet" in Deals([]).html()
    filtered = Deals([], request=RequestFactory().get("/", {"stage": "won"})).html()
    assert "Nothing matches" in filtered
    assert 'href="?"' in filtered


def test_pages_say_where_they_are() -> None:
    page = Page([row()] * 50, number=2, size=50, count=10_000, is_capped=True, next_query="?page=3", previous_query="?")
    source = Deals(page, request=RequestFactory().get("/")).html()
    assert "51 to 100 of more than 10,000" in source
    assert re.findall(r'rel="(\w+)"', source) == ["prev", "next"]


def test_bulk_actions_post_the_chosen_rows_with_a_token() -> None:
    request = RequestFactory().get("/")
    source = Deals([row()], request=request, bulk=[BulkAction("Approve", "/approve/")]).html()
    assert '<form method="post" data-bulk><input type="hidden" name="csrfmiddlewaretoken"' in source
    assert 'name="chosen" value="u1" aria-label="Choose Harmsen"' in source
    assert 'formaction="/approve/"' in source


def test_rows_may_be_objects_and_columns_may_read_through_them() -> None:
    class Partner:
        name = "Beta"

    class Lead:
        title = "Wi-Fi"
        partner: Partner | None = Partner()

    class Leads(Table):
        columns = [Column("title", "Lead", kind="name"), Column("partner.name", "Partner")]

    other = Lead()
    other.partner = None
    source = Leads([Lead(), other]).body()
    assert '<td data-slot="state">Beta</td>' in source
    assert '<td data-slot="state"><span class="fw-none">–</span></td>' in source


def test_a_column_that_does_not_exist_is_an_error_and_no_empty_cell() -> None:
    with pytest.raises(KeyError):
        Table([row()], columns=[Column("nothing", "X")]).body()


def test_changing_a_query_keeps_the_rest() -> None:
    assert changed_query(QueryDict("a=1&a=2&b=3&c="), b=None, d=4) == "?a=1&a=2&d=4"


def test_a_number_below_the_amount_says_on_a_phone_what_it_counts():
    columns = [
        Column("name", "Partner", kind="name"),
        Column("won", "Won", kind="number", phone="amount"),
        Column("lost", "Lost", kind="number", phone="state"),
        Column("share", "%", kind="number", phone="date", word="Share & more"),
        Column("day", "Day", kind="text", phone=""),
    ]
    source = str(Table([{"name": "Beta", "won": 3, "lost": 4, "share": 43, "day": "Monday"}], columns=columns))
    assert '<td class="is-right" data-slot="amount">3</td>' in source
    assert '<td class="is-right" data-slot="state" data-word="Lost">4</td>' in source
    assert '<td class="is-right" data-slot="date" data-word="Share &amp; more">43</td>' in source
