"""The home pages: what waits, by kind, most pressing first."""

from datetime import UTC, datetime

import pytest

from fairway.core.http import todo
from fairway.core.http.home_views import heading

AT = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)


def item(title, **extra):
    return todo.TodoItem(title, "", "today", False, "/x/", "See", **extra)


@pytest.mark.django_db
def test_every_person_sees_the_home_of_the_own_surface_and_not_the_other(acme, client_of):
    assert client_of(acme.cam).get("/acme/console/").status_code == 200
    assert client_of(acme.beta_seller).get("/acme/portal/").status_code == 200
    assert client_of(acme.beta_seller).get("/acme/console/").status_code == 404
    assert client_of(acme.zeta_admin).get("/acme/portal/").status_code == 404


@pytest.mark.django_db
def test_the_home_shows_what_the_providers_gather(acme, client_of, monkeypatch):
    given = [item("Late step", kind="step", sort=-1), item("Second offer", sort=2), item("First offer", sort=1)]
    monkeypatch.setitem(todo._providers, "portal", [lambda member, at: given])
    page = client_of(acme.beta_seller).get("/acme/portal/").content.decode()
    assert "Three things to do today" in page
    places = [page.index(title) for title in ("First offer", "Second offer", "Late step")]
    assert places == sorted(places)


def test_an_unknown_kind_of_todo_is_a_programming_error(monkeypatch):
    monkeypatch.setitem(todo._providers, "portal", [lambda member, at: [item("x", kind="nonsense")]])
    with pytest.raises(ValueError, match="nonsense"):
        todo.gather("portal", None, AT)


def test_small_numbers_are_words():
    assert heading(0) == "Nothing waits for you today"
    assert heading(1) == "One thing to do today"
    assert heading(5) == "Five things to do today"
    assert heading(12) == "12 things to do today"
