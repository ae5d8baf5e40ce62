import re

import pytest
from django.core import mail
from django.test import Client
from tests.api import program_of

from fairway.core import clock, jobs
from fairway.core.access import system_member
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.workflow.actions.choices import choose
from fairway.workflow.actions.notifications import notify
from fairway.workflow.models import Mail, NoticeChoices, Notification
from fairway.workflow.queries.choices import chosen_by, kinds_for

SETTINGS = "/acme/portal/notifications/settings/"


def chosen(member):
    with entering(member.context):
        return chosen_by(member)


def tell(acme, member):
    with acting_for(system_member(acme.acme.pk, "test")):
        notify([member.seat_id], "protection.expired", {"customer": "Grün"}, "portal/protections/", at=clock.now())


def test_the_page_shows_what_holds_and_keeps_what_is_chosen(acme, client_of):
    browser = client_of(acme.beta_seller)
    page = browser.get(SETTINGS).content.decode()
    assert "A lead is offered" in page
    assert "A partner wins a deal" not in page
    assert "cannot be switched off" in page
    sent = {kind.name: "bell" for kind in kinds_for("seller")} | {"digest_days": "weekly", "digest_time": "06:15"}
    assert browser.post(SETTINGS, sent).status_code == 302
    found = chosen(acme.beta_seller)
    assert set(found.ways.values()) == {"bell"}
    assert (found.digest_days, found.digest_minute, found.version) == ("weekly", 375, 1)
    assert chosen(acme.gamma_seller).ways == {kind.name: kind.way for kind in kinds_for("seller")}
    assert browser.post(SETTINGS, sent).status_code == 302
    assert chosen(acme.beta_seller).version == 1


def test_a_wrong_choice_is_said_and_nothing_is_kept(acme, client_of):
    browser = client_of(acme.beta_seller)
    sent = {kind.name: "bell" for kind in kinds_for("seller")}
    for wrong in ({"digest_days": "never"}, {"digest_time": "25:00"}, {"offer.offered": "pigeon"}):
        answer = browser.post(SETTINGS, sent | {"digest_days": "daily", "digest_time": "06:15"} | wrong)
        assert answer.status_code == 422
    for ways in ({"deal.won": "mail"}, {"no.such": "bell"}, {"offer.offered": "pigeon"}):
        with entering(acme.beta_seller.context), pytest.raises(Refused):
            choose(ways={"offer.offered": "bell", **ways}, actor=acme.beta_seller, at=clock.now())
    with acting_for(acme.admin):
        assert not NoticeChoices.objects.exists()


def test_nobody_reads_the_choices_of_another(acme):
    with entering(acme.beta_seller.context):
        choose(ways={"offer.offered": "off"}, actor=acme.beta_seller, at=clock.now())
    for other in (acme.beta_executive, acme.gamma_seller, acme.admin, acme.zeta_admin):
        with entering(other.context):
            assert not NoticeChoices.objects.exists()


def the_mail(acme, member):
    tell(acme, member)
    jobs.run_pending()
    return mail.outbox[-1]


def test_the_link_in_a_mail_shows_first_and_ends_by_post_without_a_log_in(acme, settings):
    settings.BASE_URL = "https://fairway.example"
    sent = the_mail(acme, acme.beta_seller)
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.fullmatch(
        r"<https://fairway\.example(/acme/public/mails/[^>]+/)>", sent.extra_headers["List-Unsubscribe"]
    )
    path = link[1]
    visitor = Client(enforce_csrf_checks=True)
    page = visitor.get(path)
    assert (page.status_code, "A protection ends" in page.content.decode()) == (200, True)
    assert chosen(acme.beta_seller).ways["protection.expired"] == "mail"
    for _twice in range(2):
        answer = visitor.post(path, {"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, "No more of these mails" in answer.content.decode()) == (200, True)
    found = chosen(acme.beta_seller)
    assert found.ways["protection.expired"] == "bell"
    assert found.ways["offer.offered"] == "mail"
    assert chosen(acme.gamma_seller).ways["protection.expired"] == "mail"
    tell(acme, acme.beta_seller)
    with acting_for(acme.admin):
        assert Mail.objects.count() == 1
        assert Notification.objects.filter(seat_id=acme.beta_seller.seat_id).count() == 2


def test_a_made_up_link_or_one_of_another_vendor_ends_nothing(acme, settings):
    sent = the_mail(acme, acme.beta_seller)
    path = re.search(r"/acme/public/mails/[^>]+/", sent.extra_headers["List-Unsubscribe"])[0]
    for wrong in (path.replace("/acme/", "/zeta/"), path[:-4] + "xxx/", "/acme/public/mails/a:b:c/"):
        assert Client().post(wrong).status_code == 404
    assert chosen(acme.beta_seller).ways["protection.expired"] == "mail"


def test_a_program_reads_and_changes_the_own_settings(acme):
    browser = program_of(acme.beta_seller)
    told = browser.get("me/notices").json()
    assert {
        "kind": "offer.offered",
        "noun": "leads",
        "title": "A lead is offered",
        "way": "mail",
        "is_always": False,
    } in told["kinds"]
    changed = browser.patch("me/notices", {"ways": {"offer.offered": "digest"}, "digest_minute": 60})
    assert (changed.status_code, changed.json()["digest_minute"]) == (200, 60)
    assert chosen(acme.beta_seller).ways["offer.offered"] == "digest"
    for wrong in ({"ways": {"deal.won": "mail"}}, {"ways": {"offer.offered": "x"}}, {"digest_minute": 1440}):
        assert browser.patch("me/notices", wrong).status_code == 422
    assert chosen(acme.beta_seller).version == 1
