"""Every icon a template or an entry names is in the reviewed list, and in the installed set."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import Context, Template

from fairway.core.http import icons, nav

TEMPLATES = sorted(Path(settings.PACKAGE_DIR).rglob("templates/**/*.html"))
IN_TEMPLATES = re.compile(r"""\{%\s*icon\s+"([^"]+)"|\bicon="([^"]+)\"""")


def test_templates_name_known_icons_only() -> None:
    named = {
        (path.name, one or two) for path in TEMPLATES for one, two in IN_TEMPLATES.findall(path.read_text("utf-8"))
    }
    assert len(named) > 20
    assert {(file, name) for file, name in named if name not in icons.NAMES} == set()


def test_entries_name_known_icons_only() -> None:
    assert [item for item in nav.registered() if item.icon not in icons.NAMES] == []


def test_the_list_is_sorted_and_says_nothing_twice() -> None:
    assert list(icons.NAMES) == sorted(set(icons.NAMES))


def test_the_sprite_holds_every_icon_of_the_list() -> None:
    found = finders.find(icons.STATIC_PATH)
    assert isinstance(found, str)
    assert re.findall(r'<symbol id="([^"]+)"', Path(found).read_text("utf-8")) == list(icons.NAMES)


def test_an_icon_that_tabler_lacks_stops_the_build(tmp_path: Path) -> None:
    with pytest.raises(icons.MissingIcon):
        icons.build(tmp_path, tmp_path / "icons.svg")
    assert list(tmp_path.iterdir()) == []


def test_an_icon_speaks_only_with_a_label() -> None:
    template = Template('{% load fairway %}{% icon "x" %}{% icon "x" label=label %}')
    source = template.render(Context({"label": "Cl<ose"}))
    assert source == (
        '<svg class="fw-icon" aria-hidden="true"><use href="/static/fairway/icons.svg#x"/></svg>'
        '<svg class="fw-icon" role="img" aria-label="Cl&lt;ose"><use href="/static/fairway/icons.svg#x"/></svg>'
    )


def test_an_icon_outside_the_list_is_an_error() -> None:
    with pytest.raises(icons.MissingIcon):
        Template('{% load fairway %}{% icon "unheard-of" %}').render(Context())
