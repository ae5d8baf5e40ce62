import re
from datetime import timedelta

import pytest
from django.utils import timezone

from fairway.core.access import Forbidden
from fairway.core.refusals import Refused
from fairway.core.tenancy.actions.tokens import create_token, revoke_token
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.middleware import member_of_token
from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.tokens import ApiToken


@pytest.fixture
def at():
    return timezone.now()


def seat_of(member):
    with entering(member.context):
        return Seat.objects.select_related("partner").get(pk=member.seat_id)


def made(actor, at, seat=None, **extra):
    values = {"name": "Web shop", "scopes": ["lead.read"], **extra}
    return create_token(seat=seat or seat_of(actor), actor=actor, at=at, **values)


def count(cast):
    with entering(cast.admin.context):
        return ApiToken.objects.count()


def test_a_key_speaks_for_its_seat_within_its_scopes(acme, at):
    token, secret = made(acme.admin, at)
    member = member_of_token(secret)
    assert (member.seat_id, member.vendor_id, member.kind) == (acme.admin.seat_id, acme.acme.pk, "token")
    assert member.can("lead.read")
    assert not member.can("lead.capture")
    assert secret not in token.token_hash
    assert secret.endswith(token.hint)


def test_an_expired_revoked_or_unknown_key_speaks_for_nobody(acme, at):
    _expired, secret = made(acme.admin, at - timedelta(days=2), expires_at=at - timedelta(days=1))
    assert member_of_token(secret) is None
    token, secret = made(acme.admin, at, expires_at=at + timedelta(days=1))
    assert member_of_token(secret) is not None
    revoke_token(token=token, actor=acme.admin, at=at)
    assert member_of_token(secret) is None
    assert member_of_token("fw_nonsense") is None


@pytest.mark.parametrize(
    ("who", "whose"),
    [("operations", "admin"), ("beta_executive", "gamma_seller"), ("beta_executive", "cam"), ("beta_seller", None),
     ("chief", None), ("zeta_admin", "admin")],
)  # fmt: skip
def test_nobody_makes_a_key_that_reaches_higher_or_elsewhere(acme, at, who, whose):
    actor = getattr(acme, who)
    with pytest.raises((Forbidden, RuntimeError)):
        made(actor, at, seat=seat_of(getattr(acme, whose or who)))
    assert count(acme) == 0


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        ({"scopes": []}, "Choose what"),
        ({"scopes": ["registration.submit"]}, "may not: registration.submit"),
        ({"scopes": ["no.such"]}, "may not: no.such"),
    ],
)
def test_a_key_without_a_use_or_beyond_its_seat_is_refused(acme, at, extra, sentence):
    with pytest.raises(Refused, match=sentence):
        made(acme.admin, at, **extra)
    assert count(acme) == 0


def test_a_key_is_made_shown_once_and_revoked_on_the_page(acme, client_of):
    browser = client_of(acme.beta_executive)
    page = browser.post("/acme/portal/keys/", {"name": "Our CRM", "scopes": ["offer.read"]}).content.decode()
    secret = re.search(r"<code>(fw_[\w-]+)</code>", page)[1]
    assert member_of_token(secret).seat_id == acme.beta_executive.seat_id
    page = browser.get("/acme/portal/keys/").content.decode()
    assert "Our CRM" in page
    assert secret not in page
    with entering(acme.beta_executive.context):
        token = ApiToken.objects.get()
    address = f"keys/{token.uid}/revoke/"
    assert client_of(acme.gamma_seller).post(f"/acme/portal/{address}").status_code in {403, 404}
    assert client_of(acme.zeta_admin).post(f"/zeta/console/{address}").status_code == 404
    assert member_of_token(secret) is not None
    assert browser.post(f"/acme/portal/{address}").status_code == 302
    assert member_of_token(secret) is None


def test_the_page_offers_only_what_the_seat_may(acme, client_of):
    browser = client_of(acme.admin)
    page = browser.get("/acme/console/keys/").content.decode()
    assert "Send in sales lines" in page
    assert "Accept and decline offers" not in page
    answer = browser.post("/acme/console/keys/", {"name": "X", "scopes": ["offer.answer"]})
    assert answer.status_code == 422
    assert count(acme) == 0
    assert client_of(acme.chief).get("/acme/console/keys/").status_code == 403


def test_a_past_last_day_is_refused(acme, client_of):
    values = {"name": "X", "scopes": ["lead.read"], "expires_on": "2020-01-01"}
    answer = client_of(acme.admin).post("/acme/console/keys/", values)
    assert answer.status_code == 422
    assert "must lie ahead" in answer.content.decode()
    assert count(acme) == 0


def test_a_partners_executive_makes_a_key_in_the_portal(acme, client_of):
    client = client_of(acme.beta_executive)
    scope = client.get("/acme/portal/keys/").context["form"].fields["scopes"].choices[0][0]
    assert client.post("/acme/portal/keys/", {"name": "Our system", "scopes": [scope]}).status_code in {200, 302}
    with entering(acme.beta_executive.context):
        assert [token.name for token in ApiToken.objects.all()] == ["Our system"]
