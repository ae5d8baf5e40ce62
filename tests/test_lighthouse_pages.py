"""The pages that Lighthouse is to look at are pages."""

import tomllib
from pathlib import Path

import pytest
from django.urls import Resolver404, resolve

PLAN = tomllib.loads((Path(__file__).parent.parent / "benchmarks" / "lighthouse_pages.toml").read_text())


@pytest.mark.parametrize("page", PLAN["page"], ids=lambda page: page["case"])
def test_each_page_of_the_plan_is_an_address_of_the_product(page):
    path = page["path"].replace("{vendor}/", "").replace("{lead}", "0198f2aa-0000-7000-8000-000000000001")
    try:
        resolve(path)
    except Resolver404:
        pytest.fail(f"{page['case']}: there is no {path}")
    assert page["screen"] in {"phone", "desktop"}


def test_the_targets_are_those_that_were_promised():
    assert PLAN["targets"] == {"performance": 90, "accessibility": 95, "best-practices": 95}
    assert PLAN["runs"] == 5
