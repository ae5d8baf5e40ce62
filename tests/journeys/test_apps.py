"""A person lets an app in with a real browser, which holds forms to the policy of their page, redirects included."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from fairway.core import clock
from fairway.core.tenancy.actions.oauth import save_client
from fairway.core.tenancy.tests.test_oauth import BACK, CHALLENGE, SCOPES, redeem

pytestmark = pytest.mark.browser


def test_a_person_lets_an_app_in_and_comes_back_to_it(committed, browse):
    client, secret = save_client(
        name="Calendar", redirect_uris=[BACK], scopes=SCOPES, is_public=False, works_alone=False,
        actor=committed.admin, at=clock.now(),
    )  # fmt: skip
    person = browse(committed.cam)
    person.page.route("https://app.example/**", lambda route: route.fulfill(body="Welcome back"))
    asked = {
        "response_type": "code", "client_id": client.client_id, "redirect_uri": BACK, "scope": " ".join(SCOPES),
        "state": "xyz", "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    }  # fmt: skip
    person.go("/oauth/authorize?" + urlencode(asked))
    person.page.get_by_role("button", name="Let it in").click()
    person.page.wait_for_url("https://app.example/**")
    told = parse_qs(urlsplit(person.page.url).query)
    assert told["state"] == ["xyz"]
    assert redeem(client, secret, told["code"][0]).status_code == 200
    slug = committed.acme.slug
    page = person.go(f"/{slug}/console/apps/")
    page.get_by_role("button", name="Shut out: Calendar").click()
    assert "None. When an app asks you" in page.content()
    admin = browse(committed.admin)
    admin.go(f"/{slug}/console/clients/")
