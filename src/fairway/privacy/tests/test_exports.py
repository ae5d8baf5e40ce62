"""A person's own data as a file: all of it, of this vendor alone, for the one who asked, for some days."""

import json
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.core import mail

from fairway.core.access import Forbidden
from fairway.core.events.models import Event
from fairway.core.jobs import run_pending
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.privacy.actions.exports import ask_for_data_of, ask_for_own_data, clear_exports, export_path
from fairway.privacy.models import PersonalExport
from fairway.privacy.tests.making import AT, EMAIL, jörg
from fairway.workflow.actions.notifications import notify


@pytest.fixture(autouse=True)
def _now(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(AT, tick=False):
        yield


def content(path):
    with zipfile.ZipFile(path) as packed:
        assert sorted(packed.namelist()) == ["data.json", "index.html"]
        return json.loads(packed.read("data.json")), packed.read("index.html").decode()


def test_a_person_gets_the_own_data_of_this_vendor_alone(acme, client_of):
    for actor, member, title in (
        (acme.admin, acme.beta_executive, "At Acme"), (acme.zeta_admin, acme.executive_at_zeta, "At Zeta"),
    ):  # fmt: skip
        with acting_for(actor):
            notify([member.seat_id], "offer.recalled", {"title": title, "reason": "R <b>"}, at=AT)
    browser = client_of(acme.beta_executive)
    assert browser.get("/acme/portal/personal/own/").status_code == 200
    assert browser.post("/acme/portal/personal/own/file/").status_code == 302
    run_pending()
    with entering(acme.beta_executive.context):
        export = PersonalExport.objects.get()
    assert (export.state, export.is_own) == ("done", True)
    data, page = content(export_path(export))
    assert data["emails"] == [acme.beta_executive.seat.email]
    assert data["data"]["User"][0]["email"] == acme.beta_executive.seat.email
    assert data["data"]["Notification"][0]["title"] == "Offer taken back: At Acme"
    assert "Zeta" not in json.dumps(data) + page
    assert "R &lt;b&gt;" in page
    answer = browser.get(f"/acme/portal/personal/files/{export.uid}/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert zipfile.is_zipfile(BytesIO(b"".join(answer.streaming_content)))
    assert "A file with personal data is ready" in mail.outbox[-1].subject
    with acting_for(acme.admin):
        verbs = Event.objects.filter(subject_type="personalexport").order_by("at", "id").values_list("verb", flat=True)
        assert list(verbs) == ["requested", "finished", "fetched"]
        assert PersonalExport.objects.get().fetches == 1


def test_nobody_else_fetches_the_file_and_nobody_after_its_time(acme, client_of):
    with entering(acme.beta_seller.context):
        export = ask_for_own_data(actor=acme.beta_seller, at=AT)
    run_pending()
    for other in (acme.beta_executive, acme.gamma_seller):
        assert client_of(other).get(f"/acme/portal/personal/files/{export.uid}/").status_code == 404
    assert client_of(acme.admin).get(f"/acme/console/personal/files/{export.uid}/").status_code == 404
    with time_machine.travel(AT + timedelta(days=15), tick=False):
        assert client_of(acme.beta_seller).get(f"/acme/portal/personal/files/{export.uid}/").status_code == 404
        from fairway.core.access import system_member

        assert clear_exports(actor=system_member(acme.acme.pk, "t"), at=AT + timedelta(days=15)) == 1
    assert not export_path(export).exists()
    with acting_for(acme.admin):
        kept = PersonalExport.objects.get()
        assert (kept.found, kept.whose) == ({}, "")


def test_the_administrator_gets_what_is_known_of_a_lead_person(acme, client_of):
    made = jörg(acme)
    browser = client_of(acme.admin)
    for text in (EMAIL.upper(), "jörg müller"):
        page = browser.get("/acme/console/personal/", {"q": text}).content.decode()
        assert page.count("Jörg Müller") >= 1
        assert EMAIL in page.lower()
    address = f"/acme/console/personal/people/{made.person.uid}/"
    assert "Persons behind leads: <b>2</b>" in browser.get(address).content.decode()
    assert browser.post(f"{address}file/").status_code == 302
    run_pending()
    with entering(acme.admin.context):
        data, _page = content(export_path(PersonalExport.objects.get()))
    assert [len(data["data"][name]) for name in ("LeadPerson", "CustomerContact", "Lead", "LeadNote")] == [2, 1, 2, 1]
    assert "User" not in data["data"]


def test_only_an_administrator_asks_for_others(acme, client_of):
    made = jörg(acme)
    for member in (acme.operations, acme.chief, acme.cam):
        browser = client_of(member)
        assert browser.get("/acme/console/personal/").status_code == 403
        assert browser.get(f"/acme/console/personal/people/{made.person.uid}/erasure/").status_code == 403
        with entering(member.context), pytest.raises(Forbidden):
            ask_for_data_of(row=made.person, actor=member, at=AT)
    assert client_of(acme.zeta_admin).get(f"/zeta/console/personal/people/{made.person.uid}/").status_code == 404
    with acting_for(acme.admin):
        assert not PersonalExport.objects.exists()


def test_the_page_of_an_erasure_shows_first_and_erases_after_the_name_was_typed(acme, client_of):
    made = jörg(acme)
    browser = client_of(acme.admin)
    address = f"/acme/console/personal/people/{made.person.uid}/erasure/"
    page = browser.get(address).content.decode()
    assert "Erase Jörg Müller?" in page
    assert "the books" in page or "figures" in page
    assert browser.post(address, {"reason": "Asked for it.", "typed": "Jorg"}).status_code == 422
    answer = browser.post(address, {"reason": "Asked for it.", "typed": "jörg müller"})
    assert answer.status_code == 302
    run_pending()
    detail = browser.get(answer["Location"]).content.decode()
    assert "Erased person" in detail
    assert "Jörg" not in detail
    assert browser.get(address).content.decode().count("Jörg") == 0
    assert browser.post(f"{answer['Location']}allowance/").status_code == 302
