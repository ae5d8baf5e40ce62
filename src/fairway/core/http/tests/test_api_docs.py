"""The page about the API in a real browser: complete, without a word from elsewhere, under the strict policy."""

import pytest

from fairway.core.http.api.docs import components, groups
from fairway.core.http.api.schema import document
from fairway.core.http.tests.test_style_page import address, axe, opened  # noqa: F401


def test_the_page_shows_every_operation_and_object(client):
    answer = client.get("/api/v1/docs/")
    assert answer.status_code == 200
    page = answer.content.decode()
    for methods in document()["paths"].values():
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in page
    for name in document()["components"]["schemas"]:
        assert f'id="object-{name}"' in page


def test_every_link_to_an_object_leads_somewhere():
    schema = document()
    names = {each.name for each in components(schema)}
    fields = [field for each in components(schema) for field in each.fields]
    for group in groups(schema):
        for operation in group.operations:
            assert {answer.link for answer in operation.answers} <= names, operation.id
            fields += [*operation.parameters, *operation.body]
    assert {field.link for field in fields} - {""} <= names
    assert all(field.kind or field.link for field in fields)


@pytest.mark.browser
@pytest.mark.wide
@pytest.mark.parametrize("width", [1280, 375])
def test_the_page_is_clean_in_a_browser(chromium, address, width):  # noqa: F811
    page, said = opened(chromium, f"{address}/api/v1/docs/", width=width)
    page.locator("#begin a[href='#object-Problem']").click()
    page.locator("#object-Problem").wait_for(timeout=3000)
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert axe(page) == []
    assert said == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.context.close()
