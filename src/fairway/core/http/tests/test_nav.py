"""Navigation: by surface, by right, and one entry at a time is the active one."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import set_script_prefix

from fairway.core.http import nav
from fairway.core.http.nav import NavItem, NavSection, sections_for, shell_for, surface_of


@dataclass
class Seated:
    rights: frozenset[str]
    seat: Any = None

    def can(self, permission: str) -> bool:
        return permission in self.rights


@pytest.fixture
def items(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    set_script_prefix("/")  # a test before may have asked for a vendor's page
    settings.ROOT_URLCONF = "fairway.core.http.tests.sample_urls"
    monkeypatch.setattr(nav, "_items", [])
    nav.register(
        NavItem("console", "sales", "Deals", "deals", "briefcase", permission="deals.see", order=20),
        NavItem("console", "sales", "Leads", "leads", "target", permission="leads.see", order=10, count=lambda _: 41),
        NavItem("console", "", "Home", "home", "home", count=lambda _: 0),
        NavItem("portal", "", "Offers", "offers", "target", is_main=True),
    )


def asked(path: str, *rights: str) -> HttpRequest:
    request = RequestFactory().get(path)
    request.member = Seated(frozenset(rights))  # type: ignore[attr-defined]
    return request


def shown(sections: list[NavSection]) -> list[tuple[str, list[str]]]:
    return [(section.label, [link.label for link in section.items]) for section in sections]


def test_a_member_sees_the_entries_of_the_own_rights_in_order(items: None) -> None:
    both = sections_for(asked("/console/", "deals.see", "leads.see"), "console")
    assert shown(both) == [("", ["Home"]), ("Sales", ["Leads", "Deals"])]
    one = sections_for(asked("/console/", "deals.see"), "console")
    assert shown(one) == [("", ["Home"]), ("Sales", ["Deals"])]


def test_nobody_sees_entries_that_need_a_right(items: None) -> None:
    request = RequestFactory().get("/console/")
    request.member = None  # type: ignore[attr-defined]
    assert shown(sections_for(request, "console")) == [("", ["Home"])]


def test_the_longest_matching_address_is_active(items: None) -> None:
    sections = sections_for(asked("/console/leads/0190/", "leads.see"), "console")
    assert [link.label for section in sections for link in section.items if link.is_active] == ["Leads"]


def test_counts_of_nothing_are_not_shown(items: None) -> None:
    links = [link for s in sections_for(asked("/console/", "leads.see"), "console") for link in s.items]
    assert {link.label: link.count for link in links} == {"Home": None, "Leads": 41}


@pytest.mark.parametrize(
    ("path", "surface"), [("/console/x/", "console"), ("/portal/", "portal"), ("/desk/", "desk"), ("/style/", "public")]
)
def test_the_surface_comes_from_the_address(path: str, surface: str) -> None:
    assert surface_of(RequestFactory().get(path)) == surface


def test_a_section_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="no section"):
        nav.register(NavItem("console", "attic", "X", "x", "home"))


def test_the_theme_is_one_of_two_or_the_device_decides(items: None) -> None:
    request = asked("/portal/")
    assert shell_for(request).theme == ""
    request.COOKIES["fw_theme"] = "dark"
    assert shell_for(request).theme == "dark"
    request.COOKIES["fw_theme"] = '"><script>'
    assert shell_for(request).theme == ""
    assert shell_for(request).base == "portal.html"
