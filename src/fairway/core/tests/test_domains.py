"""A vendor's own domain: proven before it is served, and nobody else's."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from fairway.core import clock, jobs
from fairway.core.access import Forbidden
from fairway.core.brand import fronts
from fairway.core.brand.actions import domains
from fairway.core.brand.models import OwnDomain
from fairway.core.brand.resolving import Unreachable
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import User
from fairway.core.tests.telling import tell

HOST = "partners.acme.example"


class Names:
    """Name servers of a test: what stands in them, by name; None for one that does not answer."""

    records: dict[str, list[str] | None] = {}

    def texts(self, name: str) -> list[str]:
        found = self.records.get(name, [])
        if found is None:
            raise Unreachable("no answer")
        return found


@pytest.fixture(autouse=True)
def names(settings):
    settings.DOMAIN_RESOLVER = f"{__name__}.Names"
    Names.records = {}
    return Names.records


def asked_for(member, host: str = HOST) -> OwnDomain:
    return domains.ask_for_domain(host=host, actor=member, at=clock.now())


def written(names, domain: OwnDomain) -> None:
    names.setdefault(f"_fairway.{domain.host}", []).append(f"fairway-proof={domain.token}")


def proven(names, member, host: str = HOST) -> OwnDomain:
    domain = asked_for(member, host)
    written(names, domain)
    checked(member)
    return present(member)


def checked(member, **more) -> OwnDomain:
    domains.check_domain(vendor_id=member.vendor_id, at=more.pop("at", clock.now()), **more)
    fronts.forget()
    return present(member)


def present(member) -> OwnDomain:
    with entering(member.context):
        return OwnDomain.objects.get()


def at_host(member=None, host: str = HOST) -> Client:
    client = Client(headers={"Host": host})
    if member is not None:
        client.force_login(User.objects.get(pk=member.user_id))
    return client


def test_a_foreign_host_is_refused(acme):
    assert at_host(acme.beta_seller, "elsewhere.example").get("/acme/portal/").status_code == 400
    assert at_host(None, "elsewhere.example").get("/accounts/login/").status_code == 400


def test_an_unproven_domain_is_refused_as_any_foreign_host(acme, names):
    asked_for(acme.admin)
    fronts.forget()
    assert at_host(acme.beta_seller).get("/portal/").status_code == 400
    assert checked(acme.admin).said == "missing"
    assert at_host(acme.beta_seller).get("/portal/").status_code == 400


def test_a_proven_domain_leads_to_the_vendors_portal_without_its_short_name(acme, names):
    assert proven(names, acme.admin).proven_at is not None
    seller = at_host(acme.beta_seller)
    assert seller.get("/")["Location"] == "/portal/"
    page = seller.get("/portal/")
    assert page.status_code == 200
    text = page.content.decode()
    assert 'href="/portal/leads/"' in text
    assert "/acme/portal/" not in text
    assert seller.get("/portal/leads/").status_code == 200
    assert seller.get("/acme/portal/leads/?q=x")["Location"] == "/portal/leads/?q=x"
    assert seller.post("/acme/portal/leads/").status_code == 307


def test_log_in_leads_back_to_the_own_domain(acme, names):
    proven(names, acme.admin)
    assert at_host().get("/portal/leads/")["Location"] == "/accounts/login/?next=/portal/leads/"
    assert at_host().get("/accounts/login/").status_code == 200
    assert at_host(acme.beta_seller).get("/go/")["Location"] == "/acme/portal/"  # and from there to /portal/


@pytest.mark.parametrize("path", ["/zeta/portal/", "/zeta/public/f/x/", "/zeta/console/", "/api/v1/me", "/style/",
                                  "/metrics", "/own-domain", "/nothing/"])  # fmt: skip
def test_nothing_of_another_vendor_is_at_a_vendors_domain(acme, names, path):
    proven(names, acme.admin)
    assert at_host(acme.executive_at_zeta).get(path).status_code == 404


def test_a_look_of_another_vendor_is_not_at_a_vendors_domain(acme, names, client):
    from fairway.core.brand.actions.looks import LookChange, change_look
    from fairway.core.brand.looks import look_of
    from fairway.core.brand.tests.test_pictures import picture

    proven(names, acme.admin)
    look = change_look(
        change=LookChange({"accent": "#004400"}, {"icon": picture(64, 64)}), actor=acme.zeta_admin, at=clock.now()
    )
    value = look_of(look.uid)
    for url in (value.style_url, value.icon_url):
        assert client.get(url).status_code == 200
        assert at_host().get(url).status_code == 404


def test_console_and_desk_stay_at_the_installations_address(acme, names, settings):
    proven(names, acme.admin)
    base = settings.BASE_URL
    assert at_host(acme.cam).get("/console/leads/")["Location"] == f"{base}/acme/console/leads/"
    assert at_host(acme.cam).get("/acme/console/leads/")["Location"] == f"{base}/acme/console/leads/"
    assert at_host(acme.beta_seller).get("/desk/")["Location"] == f"{base}/desk/"


def test_a_partner_of_two_vendors_finds_the_other_at_the_installations_address(acme, names, settings):
    proven(names, acme.admin)
    page = at_host(acme.beta_executive).get("/portal/").content.decode()
    assert f'href="{settings.BASE_URL}/desk/"' in page
    assert 'href="/zeta/' not in page


def test_doors_are_counted_at_the_own_domain_too(acme, names):
    from fairway.core.http.limits import doors

    proven(names, acme.admin)
    executive = at_host(acme.beta_executive)
    invite = next(door for door in doors() if door.name == "invite")
    assert executive.get("/portal/people/invite/").status_code == 200
    for _ in range(invite.most + 1):
        answer = executive.post("/portal/people/invite/", {})
    assert answer.status_code == 429


def test_mails_lead_to_the_own_domain(acme, names, settings):
    proven(names, acme.admin)
    tell(acme.admin, acme.beta_seller, "portal/leads/")
    tell(acme.admin, acme.cam, "console/leads/")
    told = {message.to[0].partition(" <")[0]: message.body for message in mail.outbox}
    assert f"http://{HOST}:8000/portal/leads/" in told[acme.beta_seller.name]
    assert f"{settings.BASE_URL}/acme/console/leads/" in told[acme.cam.name]


def test_a_forgotten_password_is_set_anew_where_it_was_forgotten(acme, names):
    proven(names, acme.admin)
    at_host().post("/accounts/password/reset/", {"email": acme.beta_seller.seat.email})
    jobs.run_pending()
    assert f"http://{HOST}:8000/accounts/password/reset/key/" in mail.outbox[-1].body


def test_a_domain_that_one_vendor_has_is_not_given_to_another(acme, names):
    proven(names, acme.admin)
    second = asked_for(acme.zeta_admin)
    written(names, second)
    assert checked(acme.zeta_admin).said == "taken"
    assert present(acme.zeta_admin).proven_at is None
    jobs.run_pending()  # the first one's proof is looked at again, and holds
    assert present(acme.admin).proven_at is not None
    assert fronts.fronts().by_host[HOST].slug == "acme"


def test_a_token_of_one_vendor_proves_nothing_for_another(acme, names):
    written(names, asked_for(acme.admin))
    asked_for(acme.zeta_admin)
    assert checked(acme.zeta_admin).said == "other"


def test_a_domain_that_changed_hands_goes_to_who_proves_it(acme, names):
    first = proven(names, acme.admin)
    second = asked_for(acme.zeta_admin)
    names[f"_fairway.{HOST}"] = [f"fairway-proof={second.token}"]
    assert checked(acme.zeta_admin).said == "taken"
    jobs.run_pending()
    assert present(acme.admin).proven_at is None  # contested, so without grace
    assert checked(acme.zeta_admin).said == "proven"
    assert fronts.fronts().by_host[HOST].slug == "zeta"
    assert first.token != second.token


def test_a_dangling_domain_is_served_for_a_week_and_then_no_more(acme, names):
    proven(names, acme.admin)
    names.clear()
    now = clock.now()
    assert checked(acme.admin, at=now).failing_from == now
    assert at_host().get("/accounts/login/").status_code == 200
    assert checked(acme.admin, at=now + timedelta(days=6)).proven_at is not None
    assert checked(acme.admin, at=now + timedelta(days=7)).proven_at is None
    assert at_host().get("/accounts/login/").status_code == 400


def test_name_servers_that_do_not_answer_change_nothing(acme, names, client_of):
    proven(names, acme.admin)
    names[f"_fairway.{HOST}"] = None
    kept = checked(acme.admin)
    assert (kept.said, kept.failing_from) == ("unreachable", None)
    assert kept.proven_at is not None
    page = client_of(acme.admin).get("/acme/console/look/domain/").content.decode()
    assert "could not be asked" in page


@pytest.mark.parametrize(
    ("host", "kept"),
    [("https://Partners.Acme.example/x", HOST), ("partners.acme.example.", HOST),
     ("pärtner.example", "xn--prtner-bua.example")],
)  # fmt: skip
def test_a_domain_is_kept_in_one_form(acme, host, kept):
    assert domains.checked_host(host) == kept


@pytest.mark.parametrize(
    "host", ["", "acme", "127.0.0.1", "localhost", "http://[::1]/", "a b.example", "x.example:80", "testserver",
             "-a.example", "a..example", "x" * 300 + ".example"]
)  # fmt: skip
def test_what_is_no_domain_of_a_vendor_is_refused(acme, host):
    with pytest.raises(Refused):
        domains.checked_host(host)


def test_giving_up_and_changing_end_it_at_once(acme, names):
    proven(names, acme.admin)
    asked_for(acme.admin, "other.acme.example")
    fronts.forget()
    assert at_host().get("/accounts/login/").status_code == 400
    domains.give_up_domain(domain=present(acme.admin), actor=acme.admin, at=clock.now())
    with entering(acme.admin.context):
        assert not OwnDomain.objects.exists()


def test_only_the_administrator_has_a_say(acme, client_of):
    with pytest.raises(Forbidden):
        asked_for(acme.chief)
    assert client_of(acme.chief).get("/acme/console/look/domain/").status_code == 403


def test_the_page_asks_by_a_job_and_shows_what_came_of_it(acme, names, client_of):
    admin = client_of(acme.admin)
    assert admin.post("/acme/console/look/domain/", {"host": "nonsense"}).status_code == 422
    admin.post("/acme/console/look/domain/", {"host": HOST})
    domain = present(acme.admin)
    assert f"fairway-proof={domain.token}" in admin.get("/acme/console/look/domain/").content.decode()
    written(names, domain)
    admin.post("/acme/console/look/domain/check/")
    assert "are being asked" in admin.get("/acme/console/look/domain/state/").content.decode()
    jobs.run_pending()
    assert f"//{HOST}" in admin.get("/acme/console/look/domain/").content.decode()


def test_a_proxy_may_ask_for_which_names_it_gets_certificates(acme, names, client):
    asked_for(acme.admin)
    assert client.get(f"/own-domain?domain={HOST}").status_code == 404
    proven(names, acme.admin)
    assert client.get(f"/own-domain?domain={HOST}").status_code == 200


def test_many_strange_hosts_ask_the_database_once(acme, django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        for number in range(30):
            assert at_host(None, f"h{number}.example").get("/accounts/login/").status_code == 400


def test_another_process_shuts_a_domain_after_the_seconds_it_keeps_them(acme, names, settings):
    proven(names, acme.admin)
    assert at_host().get("/accounts/login/").status_code == 200
    with acting_for(acme.admin):
        OwnDomain.objects.update(proven_at=None)  # as another process did
    assert at_host().get("/accounts/login/").status_code == 200
    settings.FRONTS_KEPT_SECONDS = 0
    assert at_host().get("/accounts/login/").status_code == 400


def test_passkeys_of_elsewhere_are_explained(acme, names, settings):
    proven(names, acme.admin)
    page = at_host().get("/accounts/login/").content.decode()
    assert f"{settings.BASE_URL}/accounts/login/" in page
    assert "address where it was added" in page
