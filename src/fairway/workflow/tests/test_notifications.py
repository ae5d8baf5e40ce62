from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from fairway.core import jobs
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import Context, Surface, entering
from fairway.core.tenancy.models import Seat
from fairway.core.words import Words
from fairway.workflow.actions import notifications
from fairway.workflow.actions.notifications import MailRefused, Note, mark_read, notify_many, send_mails
from fairway.workflow.actions.notifications import notify as notify_of
from fairway.workflow.models import Mail, Notification
from fairway.workflow.queries.notifications import unread_by_vendor, unread_count
from fairway.workflow.queries.people import seats_for
from fairway.workflow.rules import notices


@pytest.fixture(autouse=True)
def _a_kind():
    before = notices.kinds()
    notices.register(notices.Kind("test", "leads", Words("Test"), notices.Form("%(title)s", ("%(body)s",))))
    yield
    notices._kinds.clear()
    notices.register(*before.values())


def notify(seats, title, body="", path="", **how):
    notify_of(seats, "test", {"title": title, "body": body}, path, **how)


@pytest.fixture
def at():
    return timezone.now()


def mails(cast):
    with entering(cast.admin.context):
        return list(Mail.objects.order_by("to_email"))


def told(member):
    with entering(member.context):
        return [note.title for note in Notification.objects.order_by("pk")]


def test_each_person_reads_only_the_own_lines(acme, at):
    with acting_for(acme.cam):
        notify([acme.beta_seller.seat_id, acme.cam.seat_id], "A new lead", "Acme offers it.", "x/", at=at)
    assert told(acme.beta_seller) == told(acme.cam) == ["A new lead"]
    for other in (acme.beta_executive, acme.gamma_seller, acme.admin, acme.zeta_admin):
        assert told(other) == []


def test_many_are_told_in_a_fixed_number_of_queries(acme, at, django_assert_num_queries):
    seats = [acme.cam.seat_id, acme.chief.seat_id, acme.beta_seller.seat_id, acme.gamma_seller.seat_id]
    with acting_for(acme.cam):
        with django_assert_num_queries(4):
            notify_many([Note(seat, {"title": f"For {seat}", "body": ""}) for seat in seats[:1]], "test", at=at)
        with django_assert_num_queries(4):
            notify_many([Note(seat, {"title": f"For {seat}", "body": ""}) for seat in seats], "test", at=at)
    assert told(acme.gamma_seller) == [f"For {acme.gamma_seller.seat_id}"]


def test_a_mail_goes_out_with_an_absolute_link_and_once(acme, at, settings):
    settings.BASE_URL = "https://fairway.example"
    with acting_for(acme.cam):
        notify([acme.beta_seller.seat_id], "A lead <b>waits</b>", "Until Friday.", "portal/offers/1/", at=at)
    assert mail.outbox == []
    jobs.run_pending()
    [sent] = mail.outbox
    assert sent.to == ["Sal Seller <seller@beta.example>"]
    assert "https://fairway.example/acme/portal/offers/1/" in sent.body
    assert "&lt;b&gt;waits" in sent.alternatives[0].content
    [row] = mails(acme)
    assert (row.state, row.attempts, row.error) == ("sent", 1, "")
    send_mails(vendor_id=acme.acme.pk, mail_ids=[row.pk], at=at)
    assert len(mail.outbox) == 1


def test_a_refusing_server_is_seen_and_tried_again(acme, at, monkeypatch):
    with acting_for(acme.cam):
        notify([acme.beta_seller.seat_id, acme.cam.seat_id], "News", at=at)
    real = notifications.mail.send

    def refuse_one(letter):
        if letter.to_email == "seller@beta.example":
            raise ConnectionRefusedError("no server")
        real(letter)

    monkeypatch.setattr(notifications.mail, "send", refuse_one)
    ids = [row.pk for row in mails(acme)]
    with pytest.raises(MailRefused):
        send_mails(vendor_id=acme.acme.pk, mail_ids=ids, at=at)
    assert [(row.state, row.error) for row in mails(acme)] == [
        ("sent", ""),
        ("waiting", "ConnectionRefusedError: no server"),
    ]
    monkeypatch.setattr(notifications.mail, "send", real)
    send_mails(vendor_id=acme.acme.pk, mail_ids=ids, at=at)
    assert [row.state for row in mails(acme)] == ["sent", "sent"]
    assert len(mail.outbox) == 2


def test_a_mail_that_never_goes_ends_as_failed(acme, at, monkeypatch):
    def refuse(letter):
        raise OSError("no")

    monkeypatch.setattr(notifications.mail, "send", refuse)
    with acting_for(acme.cam):
        notify([acme.cam.seat_id], "News", at=at)
    ids = [row.pk for row in mails(acme)]
    for _ in range(notifications.ATTEMPTS_MOST - 1):
        with pytest.raises(MailRefused):
            send_mails(vendor_id=acme.acme.pk, mail_ids=ids, at=at)
    send_mails(vendor_id=acme.acme.pk, mail_ids=ids, at=at)
    assert [(row.state, row.attempts) for row in mails(acme)] == [("failed", notifications.ATTEMPTS_MOST)]


def test_history_told_later_writes_no_mail(acme, at):
    with acting_for(acme.cam):
        notify([acme.cam.seat_id], "Long ago", at=at - timedelta(days=400))
        notify([acme.cam.seat_id], "Only in the bell", at=at, by_mail=False)
    assert told(acme.cam) == ["Long ago", "Only in the bell"]
    assert mails(acme) == []


def test_people_of_other_vendors_and_with_closed_seats_are_not_told(acme, at):
    with acting_for(acme.cam):
        Seat.objects.filter(pk=acme.other_cam.seat_id).update(is_active=False)
        notify([acme.zeta_admin.seat_id, acme.other_cam.seat_id], "News", at=at)
    assert told(acme.zeta_admin) == told(acme.other_cam) == []
    assert mails(acme) == []


def test_the_seats_behind_roles_partners_and_account_managers(acme):
    with acting_for(acme.admin):
        assert seats_for(roles=["chief"]) == [acme.chief.seat_id]
        assert seats_for(roles=["seller"], partner_id=acme.beta.pk) == [acme.beta_seller.seat_id]
        everyone = [acme.beta_executive, acme.beta_marketer, acme.beta_seller]
        assert set(seats_for(partner_id=acme.beta.pk)) == {member.seat_id for member in everyone}
        assert seats_for(cam_of_partner=acme.beta.pk) == [acme.cam.seat_id]
        assert seats_for(roles=["cam"], cam_of_partner=acme.beta.pk).count(acme.cam.seat_id) == 1
        assert seats_for() == []
        Seat.objects.filter(pk=acme.cam.seat_id).update(is_active=False)
        assert seats_for(cam_of_partner=acme.beta.pk) == [acme.chief.seat_id]


def test_reading_is_for_the_own_lines_only(acme, at):
    with acting_for(acme.cam):
        notify([acme.cam.seat_id, acme.chief.seat_id], "News", at=at)
    with entering(acme.chief.context):
        other = Notification.objects.get()
    assert mark_read(actor=acme.cam, at=at, notification=other) == 0
    assert mark_read(actor=acme.cam, at=at) == 1
    with entering(acme.chief.context):
        assert unread_count(acme.chief).answer == 1


def test_the_bell_on_the_console(acme, at, client_of):
    with acting_for(acme.chief):
        notify([acme.cam.seat_id], "Decide about Beta", "It waits.", "console/things/1/", at=at)
        notify([acme.admin.seat_id], "Not for Cam", at=at)
    browser = client_of(acme.cam)
    page = browser.get("/acme/console/notifications/").content.decode()
    assert "Decide about Beta" in page
    assert "1 is new" in page
    assert "Not for Cam" not in page
    with entering(acme.cam.context):
        note = Notification.objects.get()
    address = f"/acme/console/notifications/{note.uid}/"
    assert browser.get(address).status_code == 405
    assert client_of(acme.chief).post(address).status_code == 404
    answer = browser.post(address)
    assert (answer.status_code, answer["Location"]) == (302, "/acme/console/things/1/")
    assert "Nothing new." in browser.get("/acme/console/notifications/").content.decode()


def test_the_bell_in_the_portal_and_all_read(acme, at, client_of):
    with acting_for(acme.cam):
        for number in range(3):
            notify([acme.beta_seller.seat_id], f"Line {number}", at=at)
    browser = client_of(acme.beta_seller)
    page = browser.get("/acme/portal/notifications/").content.decode()
    assert "3 are new" in page
    assert page.index("Line 2") < page.index("Line 0")
    assert 'href="/acme/portal/notifications/"' in page
    answer = browser.post("/acme/portal/notifications/read/")
    assert answer["Location"] == "/acme/portal/notifications/"
    with entering(acme.beta_seller.context):
        assert unread_count(acme.beta_seller).answer == 0


def test_older_lines_come_by_htmx(acme, at, client_of):
    with acting_for(acme.cam):
        for number in range(51):
            notify([acme.cam.seat_id], f"Line {number:02}", at=at + timedelta(seconds=number), by_mail=False)
    browser = client_of(acme.cam)
    first = browser.get("/acme/console/notifications/")
    assert "Line 00" not in first.content.decode()
    address = f"/acme/console/notifications/{first.context['page'].next_query}"
    rest = browser.get(address, headers={"HX-Request": "true"})
    assert "Line 00" in rest.content.decode()
    assert "<html" not in rest.content.decode()


def test_the_desk_counts_what_came_to_all_own_seats_and_nothing_else(acme, at):
    with acting_for(acme.cam):
        notify([acme.beta_executive.seat_id, acme.beta_seller.seat_id], "At Acme", at=at)
    with acting_for(acme.zeta_admin):
        notify([acme.executive_at_zeta.seat_id], "At Zeta", at=at)
    for own in (acme.beta_executive, acme.executive_at_zeta):
        desk = Context(
            Surface.DESK,
            partner_ids=(acme.beta.pk, acme.beta_at_zeta.pk),
            seat_id=own.seat_id,
            vendor_ids=(acme.acme.pk, acme.zeta.pk),
        )
        with entering(desk):
            member = type(own)(name=own.name, role=own.role, context=desk, seat=own.seat)
            assert unread_by_vendor(member) == {acme.acme.pk: 1, acme.zeta.pk: 1}


def test_the_desk_shows_no_staff_of_a_vendor_without_relation(acme):
    desk = Context(
        Surface.DESK, partner_ids=(acme.gamma.pk,), seat_id=acme.gamma_seller.seat_id, vendor_ids=(acme.acme.pk,)
    )
    with entering(desk):
        assert set(Seat.objects.values_list("vendor_id", flat=True)) == {acme.acme.pk}
        assert not Seat.objects.filter(email="admin@zeta.example").exists()


def test_the_desk_lists_own_vendors_with_what_waits(acme, client_of, at):
    with acting_for(acme.zeta_admin):
        notify([acme.executive_at_zeta.seat_id], "News", at=at)
    page = client_of(acme.beta_executive).get("/desk/").content.decode()
    assert "Acme Networks" in page
    assert "Zeta Storage" in page
    assert "1 thing waits for you" in page
    assert 'href="/zeta/portal/notifications/"' in page
    alone = client_of(acme.gamma_seller).get("/desk/").content.decode()
    assert "Zeta Storage" not in alone
    assert client_of(acme.admin).get("/desk/").status_code == 404
