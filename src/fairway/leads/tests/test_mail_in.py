"""Forwarded mails by real SMTP: taken, refused in words, forgotten; a draft becomes a lead or is dropped."""

import asyncio
import smtplib
import threading

import pytest

from fairway.core import clock
from fairway.core.access import Forbidden
from fairway.core.moves import StateConflict
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.leads import mail_in
from fairway.leads.actions.mail_in import ensure_inbox, keep_letter, renew_inbox, save_inbox
from fairway.leads.mail_in import inbox_of
from fairway.leads.models import Lead, LeadDraft, LeadPerson
from fairway.leads.queries.inboxes import address_of
from fairway.leads.rules.mails import read_letter
from fairway.leads.tests.test_mails import BODY, GMAIL, mail

pytestmark = pytest.mark.django_db


def inbox(cast, **values):
    given = {"is_open": True, "takes_anyone": False, "senders": ["@acme.example"], **values}
    made = ensure_inbox(actor=cast.marketer, at=clock.now())
    save_inbox(inbox=made, actor=cast.marketer, at=clock.now(), **given)
    return made


def drafts(cast):
    with entering(cast.admin.context):
        return list(LeadDraft.objects.order_by("pk"))


def taken(raw, addresses, mail_from="sal@acme.example"):
    """What `take` answers for a mail to these addresses."""
    return mail_in.take(raw, [box for address in addresses if (box := inbox_of(address))], mail_from)


def test_a_forwarded_mail_becomes_one_draft_however_often_it_comes(acme):
    box = inbox(acme)
    address = address_of("acme", box.secret)
    raw = mail(GMAIL + BODY).as_bytes()
    assert [taken(raw, [address])[:3], taken(raw, [address])[:3]] == ["250", "250"]
    (draft,) = drafts(acme)
    assert (draft.state, draft.sender, draft.read["email"]) == ("open", "sal@acme.example", "karen.thiele@halden.de")
    with entering(acme.admin.context):
        assert Lead.objects.count() == 0


@pytest.mark.parametrize(
    "local", ["leads+acme.wrong", "leads+nobody.{}", "leads+zeta.{}", "info", "leads+.{}", "leads+acme"]
)
def test_an_address_that_is_not_quite_right_is_no_mailbox(acme, local):
    box = inbox(acme)
    assert inbox_of(f"{local.format(box.secret)}@localhost") is None
    assert inbox_of(address_of("acme", box.secret).replace("localhost", "else.example")) is None
    assert inbox_of(address_of("acme", box.secret).upper()) is not None


def test_a_new_address_shuts_the_old_and_a_shut_mailbox_takes_nothing(acme):
    box = inbox(acme)
    old = address_of("acme", box.secret)
    renew_inbox(inbox=box, actor=acme.marketer, at=clock.now())
    assert inbox_of(old) is None
    assert inbox_of(address_of("acme", box.secret)) is not None
    save_inbox(inbox=box, is_open=False, takes_anyone=False, senders=[], actor=acme.marketer, at=clock.now())
    assert inbox_of(address_of("acme", box.secret)) is None


def test_only_listed_senders_are_taken_unless_anyone_is(acme):
    box = inbox(acme, senders=["boss@acme.example", "@halden.example"])
    address = address_of("acme", box.secret)
    raw = mail(GMAIL + BODY).as_bytes()
    assert taken(raw, [address]) == mail_in.NOT_LISTED
    assert drafts(acme) == []
    save_inbox(inbox=box, is_open=True, takes_anyone=True, senders=[], actor=acme.marketer, at=clock.now())
    assert taken(raw, [address]) == mail_in.TAKEN


def test_automatic_mails_and_bounces_are_taken_and_forgotten(acme):
    address = address_of("acme", inbox(acme).secret)
    away = mail("I am away.", Auto_Submitted="auto-replied").as_bytes()
    assert taken(away, [address]) == mail_in.FORGOTTEN
    assert taken(mail("x").as_bytes(), [address], mail_from="") == mail_in.FORGOTTEN
    assert drafts(acme) == []


def test_what_is_no_sender_is_refused_and_nothing_kept(acme):
    with pytest.raises(Refused, match="is no address"):
        inbox(acme, senders=["halden"])
    with pytest.raises(Refused, match="List who may send"):
        inbox(acme, senders=[])
    with pytest.raises(Forbidden):
        ensure_inbox(actor=acme.beta_seller, at=clock.now())


class Server:
    """The SMTP server in a thread of its own, on a port of its own."""

    def __enter__(self):
        self.loop = asyncio.new_event_loop()
        self.stop, started = asyncio.Event(), threading.Event()

        async def run():
            made = mail_in.controller("127.0.0.1", 0, self.loop)
            server = await self.loop.create_server(made.factory, host="127.0.0.1", port=0)
            self.port = server.sockets[0].getsockname()[1]
            started.set()
            async with server:
                await self.stop.wait()

        self.thread = threading.Thread(target=self.loop.run_until_complete, args=[run()], daemon=True)
        self.thread.start()
        assert started.wait(10)
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.stop.set)
        self.thread.join(10)
        self.loop.close()


class Kept:
    """Stands where the database would: mailboxes by address, and the mails that came."""

    def __init__(self, monkeypatch):
        self.mails = []
        monkeypatch.setattr(
            mail_in, "_named", lambda address, _peer: ("box",) if "good" in address else mail_in.UNKNOWN
        )
        monkeypatch.setattr(mail_in, "take", self.take)

    def take(self, raw, inboxes, mail_from):
        self.mails.append((len(raw), inboxes, mail_from))
        return mail_in.TAKEN


def test_ten_megabytes_are_refused_by_their_announced_size_and_when_they_come_unannounced(settings, monkeypatch):
    settings.MAIL_IN_MAX_BYTES = 1024**2
    kept = Kept(monkeypatch)
    with Server() as server, smtplib.SMTP("127.0.0.1", server.port, timeout=20) as client:
        client.ehlo()
        code, said = client.mail("sal@acme.example", [f"SIZE={10 * 1024**2}"])
        assert (code, b"size" in said.lower()) == (552, True)
        client.mail("sal@acme.example")
        client.rcpt("good@localhost")
        code, said = client.data(b"x: y\r\n\r\n" + b"a" * 70 + (b"\r\n" + b"a" * 70) * 20_000)
        assert (code, b"too much" in said.lower() or b"exceed" in said.lower()) == (552, True)
        client.rset()
        assert client.sendmail("sal@acme.example", ["good@localhost"], b"From: a@b.example\r\n\r\nshort") == {}
    assert [(inboxes, mail_from) for _size, inboxes, mail_from in kept.mails] == [([("box",)], "sal@acme.example")]


def test_a_mailbox_that_is_not_there_is_refused_before_the_mail_comes(monkeypatch):
    kept = Kept(monkeypatch)
    with Server() as server, smtplib.SMTP("127.0.0.1", server.port, timeout=20) as client:
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.sendmail("sal@acme.example", ["bad@localhost"], b"x")
        refused = client.sendmail("s@acme.example", ["good@localhost", "bad@localhost"], b"From: a@b.example\r\n\r\nx")
        assert list(refused) == ["bad@localhost"]
        client.docmd("MAIL FROM:<s@acme.example>")
        codes = [client.rcpt(f"good{n}@localhost")[0] for n in range(6)]
    assert (codes, len(kept.mails)) == ([250] * 5 + [452], 1)


def draft(cast):
    return keep_letter(letter=read_letter(mail(GMAIL + BODY).as_bytes()), actor=cast.operations, at=clock.now())


def test_a_person_completes_a_draft_beside_its_mail_and_it_is_a_lead_with_its_source(acme, client_of):
    made, browser = draft(acme), client_of(acme.marketer)
    path = f"/acme/console/lead-drafts/{made.uid}/"
    page = browser.get(path)
    assert "14,000 square metres" in page.content.decode()
    first = {name: value for name, value in page.context["form"].initial.items() if value}
    assert first["company"] == "Halden Werke GmbH"
    answer = browser.post(path, {**first, "need": "Wi-Fi for 14,000 square metres"})
    with entering(acme.admin.context):
        lead = Lead.objects.get()
        assert answer.url == f"/acme/console/leads/{lead.uid}/"
        assert (lead.source, lead.source_detail, lead.country) == ("e-mail", "sal@acme.example", "DE")
        assert LeadPerson.objects.get().email == "karen.thiele@halden.de"
        made = LeadDraft.objects.get()
    assert (made.state, made.lead_id) == ("completed", lead.pk)
    assert browser.post(path, {**first, "need": "again"}).status_code == 422
    assert browser.get("/acme/console/lead-drafts/?state=completed").content.decode().count("Wi-Fi for a warehouse")


def test_of_two_who_decide_the_second_is_told_and_no_second_lead_is_made(acme):
    from fairway.leads.actions.capture import LeadValues, Origin, PersonValues
    from fairway.leads.actions.mail_in import complete_draft, drop_draft

    made = draft(acme)
    with entering(acme.admin.context):
        same = LeadDraft.objects.get()
    drop_draft(draft=made, actor=acme.marketer, at=clock.now())
    with pytest.raises(StateConflict):
        complete_draft(
            draft=same, values=LeadValues(need="x"), person=PersonValues(), origin=Origin("e-mail"),
            actor=acme.marketer, at=clock.now(),
        )  # fmt: skip
    with entering(acme.admin.context):
        assert Lead.objects.count() == 0


def test_the_mail_is_shown_as_text_and_never_as_a_page(acme, client_of):
    letter = read_letter(mail("<script>alert(1)</script> <img src=x onerror=alert(2)>").as_bytes())
    made = keep_letter(letter=letter, actor=acme.operations, at=clock.now())
    page = client_of(acme.marketer).get(f"/acme/console/lead-drafts/{made.uid}/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_a_dropped_draft_can_be_taken_up_again(acme, client_of):
    made, browser = draft(acme), client_of(acme.marketer)
    browser.post(f"/acme/console/lead-drafts/{made.uid}/dropping/")
    assert [each.state for each in drafts(acme)] == ["dropped"]
    browser.post(f"/acme/console/lead-drafts/{made.uid}/reopening/")
    assert [(each.state, each.decided_at) for each in drafts(acme)] == [("open", None)]


def test_the_page_of_the_address_is_for_those_who_make_forms(acme, client_of):
    browser = client_of(acme.marketer)
    path = "/acme/console/lead-drafts/address/"
    assert "leads+acme" not in browser.get(path).content.decode()
    assert browser.post(path, {"takes": "listed", "is_open": "on", "senders": "halden"}).status_code == 422
    browser.post(path, {"takes": "listed", "is_open": "on", "senders": "@acme.example"})
    page = browser.get(path).content.decode()
    assert "leads+acme." in page
    browser.post(f"{path}renewal/")
    assert "leads+acme." in browser.get(path).content.decode() != page
    assert client_of(acme.cam).get(path).status_code == 403
    assert client_of(acme.finance).get("/acme/console/lead-drafts/").status_code == 403


def test_two_vendors_may_keep_the_same_mail(acme):
    letter = read_letter(mail(GMAIL + BODY).as_bytes())
    assert keep_letter(letter=letter, actor=acme.operations, at=clock.now()) is not None
    assert keep_letter(letter=letter, actor=acme.operations, at=clock.now()) is None
    assert keep_letter(letter=letter, actor=acme.zeta_admin, at=clock.now()) is not None
    with acting_for(acme.operations):
        assert LeadDraft.objects.count() == 1
