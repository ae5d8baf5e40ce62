"""OAuth 2 from end to end, and the doors of it that must stay shut."""

import base64
import hashlib
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client
from tests.api import Program

from fairway.core import clock
from fairway.core.events.models import Event
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.actions import oauth
from fairway.core.tenancy.clients import OAuthClient, OAuthGrant
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.tokens import ApiToken

BACK = "https://app.example/back?tenant=1"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
SCOPES = ["lead.read", "lead.capture", "offer.read"]


def made(cast, **values):
    given = {
        "name": "Calendar", "redirect_uris": [BACK], "scopes": SCOPES, "is_public": False, "works_alone": False,
        **values,
    }  # fmt: skip
    return oauth.save_client(**given, actor=cast.admin, at=clock.now())


@pytest.fixture
def app(acme):
    """(client, secret) of a confidential client of Acme."""
    return made(acme)


def query(client, **values):
    asked = {
        "response_type": "code", "client_id": client.client_id, "redirect_uri": BACK, "scope": "lead.read offer.read",
        "state": "xyz", "code_challenge": CHALLENGE, "code_challenge_method": "S256", **values,
    }  # fmt: skip
    return "/oauth/authorize?" + urlencode({name: value for name, value in asked.items() if value is not None})


def come_back(answer):
    """The parameters that the browser is sent back with."""
    assert answer.status_code == 302, answer.content[:300]
    assert answer["Location"].startswith(BACK + "&"), answer["Location"]
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}


def let_in(browser, client, **values):
    answer = browser.post(query(client, **values), {"decision": "allow"})
    return come_back(answer)["code"]


def ask(path, client, secret="", **values):
    """A request of the client itself, with its secret when it has one."""
    data = values if secret else {"client_id": client.client_id, **values}
    headers = {}
    if secret:
        headers["Authorization"] = "Basic " + base64.b64encode(f"{client.client_id}:{secret}".encode()).decode()
    return Client().post(f"/oauth/{path}", data, headers=headers)


def redeem(client, secret, code, **values):
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    return ask("token", client, secret, **{**given, **values})


def refused(answer, error, status=400):
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert "access_token" not in answer.json()


def works(token):
    return Program(token).get("me").status_code == 200


def test_a_person_lets_an_app_in_and_the_app_works_in_that_name(acme, app, client_of):
    client, secret = app
    browser = client_of(acme.cam)
    page = browser.get(query(client))
    assert page.status_code == 200
    assert b"Calendar asks for access" in page.content
    assert "form-action 'self' https://app.example" in page["Content-Security-Policy"]
    told = come_back(browser.post(query(client), {"decision": "allow"}))
    assert told["state"] == "xyz"
    answer = redeem(client, secret, told["code"])
    assert answer.status_code == 200, answer.content
    assert "no-store" in answer["Cache-Control"]
    tokens = answer.json()
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
    assert set(tokens["scope"].split()) == {"lead.read", "offer.read"}
    me = Program(tokens["access_token"]).get("me").json()
    assert (me["seat"]["name"], me["scopes"]) == (acme.cam.name, ["lead.read", "offer.read"])
    assert Program(tokens["access_token"]).get("deals").status_code == 403
    with entering(acme.admin.context):
        verbs = list(Event.objects.filter(subject_type="oauthgrant").values_list("verb", "actor_seat_id"))
    assert verbs == [("granted", acme.cam.seat_id)]


def test_no_secret_is_kept_as_it_is(acme, app, client_of):
    client, secret = app
    code = let_in(client_of(acme.cam), client)
    tokens = redeem(client, secret, code).json()
    with acting_for(acme.admin):
        kept = [str(row.__dict__) for model in (OAuthClient, OAuthGrant, ApiToken) for row in model.objects.all()]
    for value in (secret, code, tokens["access_token"], tokens["refresh_token"]):
        assert value not in " ".join(kept)


def test_a_person_says_no(acme, app, client_of):
    told = come_back(client_of(acme.cam).post(query(app[0]), {"decision": "refuse"}))
    assert (told["error"], told["state"]) == ("access_denied", "xyz")
    with acting_for(acme.admin):
        assert not OAuthGrant.objects.exists()


def test_nobody_gives_more_than_the_own_role_may(acme, app, client_of):
    """A seller may not read the vendor's leads."""
    client, secret = app
    tokens = redeem(client, secret, let_in(client_of(acme.beta_seller), client)).json()
    assert tokens["scope"] == "offer.read"
    assert Program(tokens["access_token"]).get("leads").status_code == 403


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", BACK + "x", BACK.replace("https", "http"), "https://app.example/back", BACK + "#", None,
     "javascript:alert(1)", "//app.example/back?tenant=1", BACK.upper()],
)  # fmt: skip
def test_only_an_address_written_down_letter_by_letter_is_led_to(acme, app, client_of, address):
    for method in ("get", "post"):
        answer = getattr(client_of(acme.cam), method)(query(app[0], redirect_uri=address), {"decision": "allow"})
        if method == "get":
            answer = client_of(acme.cam).get(query(app[0], redirect_uri=address))
        assert answer.status_code == 400
        assert "Location" not in answer
    with acting_for(acme.admin):
        assert not OAuthGrant.objects.exists()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": "lead.read deal.read"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
def test_a_weaker_request_is_sent_back(acme, app, client_of, change, error):
    for answer in (
        client_of(acme.cam).get(query(app[0], **change)),
        client_of(acme.cam).post(query(app[0], **change), {"decision": "allow"}),
    ):
        assert come_back(answer)["error"] == error
    with acting_for(acme.admin):
        assert not OAuthGrant.objects.exists()


def test_a_code_needs_its_verifier_its_address_and_its_client(acme, app, client_of):
    client, secret = app
    other, other_secret = made(acme, name="Other")
    foreign, foreign_secret = oauth.save_client(
        name="Foreign", redirect_uris=[BACK], scopes=SCOPES, is_public=False, works_alone=False,
        actor=acme.zeta_admin, at=clock.now(),
    )  # fmt: skip
    code = let_in(client_of(acme.cam), client)
    refused(redeem(client, secret, code, code_verifier="w" * 64), "invalid_grant")
    refused(ask("token", client, secret, grant_type="authorization_code", code=code, redirect_uri=BACK),
            "invalid_request")  # fmt: skip
    refused(redeem(client, secret, code, redirect_uri="https://app.example/"), "invalid_grant")
    refused(redeem(other, other_secret, code), "invalid_grant")
    refused(redeem(foreign, foreign_secret, code), "invalid_grant")
    refused(redeem(client, "fwc_wrong", code), "invalid_client", 401)
    refused(redeem(client, "", code), "invalid_client", 401)
    refused(redeem(client, secret, "made-up"), "invalid_grant")
    assert redeem(client, secret, code).status_code == 200


def test_a_code_used_twice_ends_what_came_of_it(acme, app, client_of):
    client, secret = app
    code = let_in(client_of(acme.cam), client)
    token = redeem(client, secret, code).json()["access_token"]
    assert works(token)
    refused(redeem(client, secret, code), "invalid_grant")
    assert not works(token)


def test_a_code_runs_out(acme, app, client_of, monkeypatch):
    client, secret = app
    code = let_in(client_of(acme.cam), client)
    later = clock.now() + oauth.CODE_FOR + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    refused(redeem(client, secret, code), "invalid_grant")


def renew(client, secret, token, **values):
    return ask("token", client, secret, grant_type="refresh_token", refresh_token=token, **values)


def test_a_refresh_token_is_used_once_and_a_second_use_ends_all(acme, app, client_of):
    client, secret = app
    first = redeem(client, secret, let_in(client_of(acme.cam), client)).json()
    second = renew(client, secret, first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert works(second["access_token"])
    refused(renew(client, secret, first["refresh_token"]), "invalid_grant")
    assert not works(second["access_token"])
    refused(renew(client, secret, second["refresh_token"]), "invalid_grant")


def test_a_refresh_gives_less_when_less_is_asked_and_never_more(acme, app, client_of):
    client, secret = app
    first = redeem(client, secret, let_in(client_of(acme.cam), client)).json()
    refused(renew(client, secret, first["refresh_token"], scope="lead.read lead.capture"), "invalid_scope")
    assert renew(client, secret, first["refresh_token"], scope="lead.read").json()["scope"] == "lead.read"


def test_a_refresh_token_of_another_client_is_nothing(acme, app, client_of):
    client, secret = app
    other, other_secret = made(acme, name="Other")
    first = redeem(client, secret, let_in(client_of(acme.cam), client)).json()
    refused(renew(other, other_secret, first["refresh_token"]), "invalid_grant")
    assert renew(client, secret, first["refresh_token"]).status_code == 200


def test_a_public_app_has_no_secret_and_needs_pkce(acme, client_of):
    client, secret = made(acme, is_public=True)
    assert secret == ""
    tokens = redeem(client, "", let_in(client_of(acme.cam), client)).json()
    assert works(tokens["access_token"])
    assert works(renew(client, "", tokens["refresh_token"]).json()["access_token"])
    refused(ask("token", client, "", grant_type="client_credentials"), "invalid_client", 401)


def test_an_app_works_by_itself_where_that_was_allowed(acme, app):
    client, secret = made(acme, name="Shop", redirect_uris=[], works_alone=True)
    tokens = ask("token", client, secret, grant_type="client_credentials", scope="lead.capture").json()
    assert "refresh_token" not in tokens
    assert Program(tokens["access_token"]).post("leads", {"need": "Wi-Fi"}).status_code == 201
    assert Program(tokens["access_token"]).get("leads").status_code == 403
    refused(ask("token", client, secret, grant_type="client_credentials", scope="deal.read"), "invalid_scope")
    refused(ask("token", *app, grant_type="client_credentials"), "unauthorized_client")
    refused(ask("token", client, secret, grant_type="password", username="a", password="b"), "unsupported_grant_type")


def test_tokens_end_with_the_seat_the_app_and_the_persons_word(acme, app, client_of):
    client, secret = app
    browser = client_of(acme.cam)
    tokens = [redeem(client, secret, let_in(browser, client)).json() for _ in range(2)]
    assert b"Calendar" in browser.get("/acme/console/apps/").content
    with acting_for(acme.admin):
        grants = list(OAuthGrant.objects.order_by("pk"))
    assert client_of(acme.other_cam).post(f"/acme/console/apps/{grants[0].uid}/revoke/").status_code == 404
    assert browser.post(f"/acme/console/apps/{grants[0].uid}/revoke/").status_code == 302
    assert [works(each["access_token"]) for each in tokens] == [False, True]
    refused(renew(client, secret, tokens[0]["refresh_token"]), "invalid_grant")
    with acting_for(acme.admin):
        Seat.objects.filter(pk=acme.cam.seat_id).update(is_active=False)
    assert not works(tokens[1]["access_token"])
    refused(renew(client, secret, tokens[1]["refresh_token"]), "invalid_grant")


def test_an_app_that_was_shut_out_is_gone(acme, app, client_of):
    client, secret = app
    tokens = redeem(client, secret, let_in(client_of(acme.cam), client)).json()
    assert client_of(acme.admin).post(f"/acme/console/clients/{client.uid}/retire/").status_code == 302
    assert not works(tokens["access_token"])
    assert renew(client, secret, tokens["refresh_token"]).json()["error"] == "invalid_client"
    assert client_of(acme.cam).get(query(client)).status_code == 400


def test_a_token_is_given_back_by_its_own_client_alone(acme, app, client_of):
    client, secret = app
    other = made(acme, name="Other")
    tokens = redeem(client, secret, let_in(client_of(acme.cam), client)).json()
    assert ask("revoke", *other, token=tokens["access_token"]).status_code == 200
    assert works(tokens["access_token"])
    refused(ask("revoke", client, "fwc_wrong", token=tokens["access_token"]), "invalid_client", 401)
    assert ask("revoke", client, secret, token=tokens["refresh_token"]).status_code == 200
    assert not works(tokens["access_token"])


def test_a_client_asks_about_its_own_tokens(acme, app, client_of):
    client, secret = app
    tokens = redeem(client, secret, let_in(client_of(acme.cam), client)).json()
    for name in ("access_token", "refresh_token"):
        told = ask("introspect", client, secret, token=tokens[name]).json()
        assert (told["active"], set(told["scope"].split())) == (True, {"lead.read", "offer.read"})
    assert ask("introspect", *made(acme, name="Other"), token=tokens["access_token"]).json() == {"active": False}
    ask("revoke", client, secret, token=tokens["access_token"])
    assert ask("introspect", client, secret, token=tokens["access_token"]).json() == {"active": False}


def test_a_person_of_another_vendor_cannot_let_it_in(acme, app, client_of):
    answer = client_of(acme.zeta_admin).post(query(app[0]), {"decision": "allow"})
    assert answer.status_code == 403
    with acting_for(acme.admin):
        assert not OAuthGrant.objects.exists()


def test_who_is_not_signed_in_is_asked_to_and_comes_back(acme, app, client):
    answer = client.get(query(app[0]))
    assert answer["Location"].startswith("/accounts/login/?next=/oauth/authorize")


def test_consent_is_never_given_without_the_page(acme, app, client_of):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client_of(acme.cam).cookies
    assert strict.post(query(app[0]), {"decision": "allow"}).status_code == 403
    with acting_for(acme.admin):
        assert not OAuthGrant.objects.exists()


@pytest.mark.parametrize(
    "address",
    ["http://app.example/back", "https://app.example/#part", "https://*.example/back", "javascript:alert(1)",
     "https:/back", "app:/back", "https://user:pw@app.example/", "https://app.example/ back", "data:text/html,x"],
)  # fmt: skip
def test_an_address_that_leads_nowhere_safe_is_refused(acme, address):
    with pytest.raises(Refused, match="cannot be used"):
        made(acme, redirect_uris=[address])
    with acting_for(acme.admin):
        assert not OAuthClient.objects.exists()


@pytest.mark.parametrize("address", ["http://127.0.0.1:8765/back", "http://[::1]/", "com.example.app:/back"])
def test_addresses_of_apps_on_ones_own_machine_are_taken(acme, address):
    assert made(acme, redirect_uris=[address], is_public=True)[0].redirect_uris == [address]


def test_the_administrator_adds_an_app_and_sees_its_secret_once(acme, client_of):
    browser = client_of(acme.admin)
    values = {"name": "Shop", "redirect_uris": BACK, "scopes": ["lead.capture"]}
    page = browser.post("/acme/console/clients/", values).content.decode()
    secret = re.search(r"fwc_[\w-]+", page).group()
    assert secret not in browser.get("/acme/console/clients/").content.decode()
    assert browser.post("/acme/console/clients/", {**values, "redirect_uris": "http://x.example"}).status_code == 422
    assert client_of(acme.operations).get("/acme/console/clients/").status_code == 403
    with acting_for(acme.admin):
        assert OAuthClient.objects.count() == 1


def test_the_metadata_names_the_doors(client):
    told = client.get("/.well-known/oauth-authorization-server").json()
    assert told["code_challenge_methods_supported"] == ["S256"]
    for name in ("authorization", "token", "revocation", "introspection"):
        assert urlsplit(told[f"{name}_endpoint"]).path.startswith("/oauth/")


def test_of_two_who_redeem_a_code_at_once_neither_is_left_with_a_token(acme, app):
    """Both looked before either wrote: the second finds it used up, and that ends the grant."""
    client, _secret = app
    oauth.grant(
        client=client, scopes=["lead.read"], code="once", code_challenge=CHALLENGE, redirect_uri=BACK, actor=acme.cam,
        at=clock.now(),
    )  # fmt: skip
    first, second = (oauth.grant_of_code(client=client, code="once", at=clock.now()) for _ in range(2))
    issued = oauth.issue(client=client, given=first, used=None, scopes=["lead.read"], at=clock.now())
    assert issued is not None
    assert oauth.issue(client=client, given=second, used=None, scopes=["lead.read"], at=clock.now()) is None
    assert not works(issued.access)


def test_a_refresh_that_comes_just_behind_the_persons_word_gives_nothing(acme, app, client_of):
    client, secret = app
    first = redeem(client, secret, let_in(client_of(acme.beta_seller), client)).json()
    used = oauth.refresh_of(client=client, token=first["refresh_token"], at=clock.now())
    oauth.revoke_grant(given=used.grant, actor=acme.beta_seller, at=clock.now())
    given = OAuthGrant(pk=used.grant.pk, vendor_id=used.vendor_id, seat_id=used.grant.seat_id)
    assert oauth.issue(client=client, given=given, used=used, scopes=["lead.read"], at=clock.now()) is None
    with acting_for(acme.admin):
        assert not ApiToken.objects.filter(client=client, revoked_at=None).exists()


def changed(acme, client, **values):
    given = {"name": "Calendar", "redirect_uris": [BACK], "scopes": SCOPES, **values}
    return oauth.edit_client(client=client, **given, actor=acme.admin, at=clock.now())


def test_what_an_app_may_no_longer_ask_for_is_taken_from_its_tokens_at_once(acme, app, client_of):
    client, secret = app
    told = redeem(client, secret, let_in(client_of(acme.cam), client)).json()
    program = Program(told["access_token"])
    assert program.get("/leads").status_code == 200
    changed(acme, client, scopes=["offer.read"], name="Diary")
    assert program.get("/leads").status_code == 403
    assert program.get("/offers").status_code == 200
    renewed = ask("token", client, secret, grant_type="refresh_token", refresh_token=told["refresh_token"])
    assert (renewed.status_code, renewed.json()["scope"]) == (200, "offer.read")
    with entering(acme.admin.context):
        grant = OAuthGrant.objects.get()
        event = Event.objects.get(subject_type="oauthclient", verb="changed")
    assert (grant.client_name, grant.scopes) == ("Diary", ["offer.read"])
    assert (event.data["scopes"], event.data["before"]) == (["offer.read"], sorted(SCOPES))
    changed(acme, client, scopes=["deal.read"])
    assert program.get("/offers").status_code == 401
    with entering(acme.admin.context):
        assert OAuthGrant.objects.get().revoked_at is not None


def test_more_scopes_are_nobodys_until_people_are_asked_again(acme, app, client_of):
    client, secret = app
    browser = client_of(acme.cam)
    program = Program(redeem(client, secret, let_in(browser, client)).json()["access_token"])
    changed(acme, client, scopes=[*SCOPES, "deal.read"])
    assert program.get("/deals").status_code == 403
    again = redeem(client, secret, let_in(browser, client, scope="deal.read")).json()
    assert Program(again["access_token"]).get("/deals").status_code == 200


def test_a_code_on_its_way_to_an_address_that_is_gone_is_void(acme, app, client_of):
    client, secret = app
    code = let_in(client_of(acme.cam), client)
    changed(acme, client, redirect_uris=["https://app.example/other"])
    refused(redeem(client, secret, code), "invalid_grant")
    assert client_of(acme.cam).get(query(client)).status_code == 400
    for wrong, field in (({"redirect_uris": []}, "redirect_uris"), ({"scopes": []}, "scopes")):
        with pytest.raises(Refused) as error:
            changed(acme, client, **wrong)
        assert error.value.field == field


@pytest.mark.parametrize(("grace", "old_works"), [(0, False), (24, True)])
def test_a_new_secret_ends_the_old_one_at_once_or_after_a_while(acme, app, client_of, grace, old_works):
    client, old = app
    codes = [let_in(client_of(acme.cam), client) for _number in range(3)]
    new = oauth.change_secret(client=client, grace_hours=grace, actor=acme.admin, at=clock.now())
    assert new != old
    assert redeem(client, new, codes[0]).status_code == 200
    assert (redeem(client, old, codes[1]).status_code == 200) is old_works
    with acting_for(acme.admin):
        OAuthClient.objects.filter(pk=client.pk, old_secret_until__isnull=False).update(old_secret_until=clock.now())
    refused(redeem(client, old, codes[2]), "invalid_client", 401)
    with entering(acme.admin.context):
        assert Event.objects.get(subject_type="oauthclient", verb="secret_changed").data == {"grace_hours": grace}


def test_an_administrator_edits_an_app_on_its_page(acme, app, client_of):
    client, old = app
    browser, page = client_of(acme.admin), f"/acme/console/clients/{client.uid}/"
    values = {"name": "Diary", "redirect_uris": BACK, "scopes": ["lead.read"]}
    assert browser.post(page, {**values, "redirect_uris": "http://else.example"}).status_code == 422
    assert browser.post(page, {**values, "scopes": []}).status_code == 422
    assert browser.post(page, values).status_code == 302
    with entering(acme.admin.context):
        kept = OAuthClient.objects.get()
    assert (kept.name, kept.scopes) == ("Diary", ["lead.read"])
    assert browser.post(f"{page}secret/", {"grace_hours": "99"}).status_code == 422
    shown = browser.post(f"{page}secret/", {"grace_hours": "24"}).content.decode()
    (secret,) = re.findall(r"fwc_[\w-]+", shown)
    assert secret != old
    assert secret not in browser.get(page).content.decode()
    assert client_of(acme.chief).get(page).status_code == 403
    assert client_of(acme.zeta_admin).get(f"/zeta/console/clients/{client.uid}/").status_code == 404


def test_an_app_without_a_secret_gets_none(acme):
    client, _none = made(acme, is_public=True)
    with pytest.raises(Refused, match="no secret"):
        oauth.change_secret(client=client, grace_hours=0, actor=acme.admin, at=clock.now())
