"""Support access: only while a vendor lets somebody in, seen by all, written down, and over by itself."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import resolve
from tests import cast
from tests.rows import make_rows
from tests.test_sweep_urls import filled, of_surface
from tests.world import text_of

from fairway.core import clock
from fairway.core.access import NEVER_SUPPORT, PERMISSIONS, Forbidden, permissions_of_visit
from fairway.core.events.models import Event
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.actions.seats import change_role, open_seat
from fairway.core.tenancy.actions.support import end_support, grant_support
from fairway.core.tenancy.actions.support_people import add_support_person, remove_support_person
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.lookups import seats_of_user
from fairway.core.tenancy.models import Partner, Seat, User
from fairway.core.tenancy.support import SupportGrant, SupportPage
from fairway.workflow.actions.choices import choose, end_mails
from fairway.workflow.actions.deadlines import fire_due
from fairway.workflow.models import Mail, NoticeChoices
from fairway.workflow.queries.choices import chosen_by
from fairway.workflow.queries.unsubscribing import Unsubscribing

EMAIL = "sam@support.example"


@pytest.fixture
def sam(acme) -> User:
    return add_support_person(email=EMAIL, name="Sam Help")


def let_in(acme, *, may_act=False, hours=4, actor=None, reason="Ticket 12") -> SupportGrant:
    return grant_support(
        email=EMAIL, reason=reason, hours=hours, may_act=may_act, actor=actor or acme.admin, at=clock.now()
    )  # fmt: skip


def visitor(acme, sam):
    """Sam as the next request sees him; None outside."""
    seats = seats_of_user(sam.pk)
    if not seats:
        return None
    with entering(acme.admin.context):
        seat = Seat.objects.get(pk=seats[0].seat_id)
    return cast.member(seat)


def events(acme, subject="supportgrant"):
    with entering(acme.admin.context):
        return list(Event.objects.filter(subject_type=subject).order_by("at", "id").values_list("verb", flat=True))


def signed_in(client, sam):
    client.force_login(sam)
    return client


def test_nobody_of_the_support_sees_anything_until_let_in_and_nothing_after(acme, sam, client):
    browser = signed_in(client, sam)
    assert seats_of_user(sam.pk) == []
    assert browser.get("/acme/console/partners/").status_code == 404
    grant = let_in(acme)
    assert "Beta Systems" in browser.get("/acme/console/partners/").content.decode()
    assert browser.get("/zeta/console/").status_code == 404
    assert browser.get("/acme/portal/").status_code == 404
    end_support(grant=grant, actor=acme.admin, at=clock.now())
    assert browser.get("/acme/console/partners/").status_code == 404
    assert seats_of_user(sam.pk) == []


def test_a_visit_ends_by_itself_even_before_the_deadline_is_written_down(acme, sam, client):
    grant = let_in(acme, hours=1)
    with acting_for(acme.admin):
        past = clock.now() - timedelta(seconds=1)
        SupportGrant.objects.filter(pk=grant.pk).update(starts_at=past - timedelta(hours=1), ends_until=past)
    assert seats_of_user(sam.pk) == []
    assert signed_in(client, sam).get("/acme/console/").status_code == 404
    fire_due(grant.ends_until)
    assert events(acme) == ["granted", "ended"]
    with entering(acme.admin.context):
        assert not Seat.objects.get(role="support").is_active
    let_in(acme)
    assert len(seats_of_user(sam.pk)) == 1


def test_who_is_taken_from_the_support_is_out_of_every_visit(acme, sam):
    let_in(acme)
    remove_support_person(email=EMAIL)
    assert seats_of_user(sam.pk) == []
    with pytest.raises(Refused, match="No support person"):
        let_in(acme)
    with pytest.raises(ValueError, match="seats of its own"):
        add_support_person(email=acme.beta_seller.seat.email)


def test_the_raw_database_shows_a_visitor_one_vendor_and_nothing_to_write(acme, sam):
    let_in(acme)
    member = visitor(acme, sam)
    with entering(member.context), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_partner WHERE vendor_id = %s", [acme.acme.pk])
        assert cursor.fetchone() == (2,)
        cursor.execute("SELECT count(*) FROM core_partner WHERE vendor_id <> %s", [acme.acme.pk])
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM workflow_notification")
        assert cursor.fetchone() == (0,), "the notices of others are not the visitor's"


@pytest.mark.parametrize("may_act", [False, pytest.param(True, marks=pytest.mark.wide)])
def test_no_page_breaks_for_a_visitor_or_shows_another_vendors_and_who_only_looks_changes_nothing(
    acme, sam, client, may_act
):
    with acting_for(acme.admin):
        rows = make_rows(acme)
    let_in(acme, may_act=may_act)
    browser = signed_in(client, sam)
    uids = [rows[Partner].uid, *(row.uid for row in rows.values())][:2]
    with entering(acme.admin.context):
        before = Event.objects.exclude(subject_type__in=["supportgrant", "seat"]).count()
    seen = set()
    for name, route in of_surface("console"):
        for uid in uids if "<uuid:" in route else uids[:1]:
            with transaction.atomic():
                shown = browser.get(filled(route, uid))
                assert shown.status_code < 500, name
                assert "Zeta Storage" not in text_of(shown), name
                sent = browser.post(filled(route, uid))
                assert sent.status_code < 500, name
                if not may_act:
                    assert sent.status_code in {403, 404, 405}, name
                if shown.status_code == 200:
                    seen.add(name)
                if may_act:
                    transaction.set_rollback(True)
    assert {"home", "partner-list", "lead-list", "deal-list", "registration-list", "person-list"} <= seen
    assert not {"token-list", "supportgrant-list", "role-list", "person-invite", "cover-list"} & seen
    with entering(acme.admin.context):
        assert Event.objects.exclude(subject_type__in=["supportgrant", "seat"]).count() == before


def test_every_page_says_so_and_coming_in_and_all_that_is_sent_is_written_down(acme, sam, client):
    grant = let_in(acme, may_act=True)
    browser = signed_in(client, sam)
    for path in ("", "partners/", "leads/", "deals/"):
        assert "You visit Acme Networks for support until" in browser.get(f"/acme/console/{path}").content.decode()
    assert events(acme) == ["granted", "entered"]
    browser.post(f"/acme/console/partners/{acme.beta.uid}/capacity/", {"lead_capacity": "7"})
    assert events(acme) == ["granted", "entered", "sent"]
    with entering(acme.admin.context):
        done = Event.objects.get(subject_type="partner", verb="capacity_set")
        sent = Event.objects.get(verb="sent")
        name = Seat.objects.get(pk=done.actor_seat_id).name
    assert done.data["support"] is True
    assert name == "Sam Help (support)"
    assert (sent.data["page"], sent.data["method"], sent.subject_id) == ("partner-capacity", "POST", grant.pk)


def test_who_only_looks_is_refused_and_the_try_is_written_down(acme, sam, client):
    let_in(acme)
    answer = signed_in(client, sam).post(f"/acme/console/partners/{acme.beta.uid}/capacity/", {"lead_capacity": "7"})
    assert answer.status_code == 403
    assert events(acme) == ["granted", "entered", "sent"]
    assert events(acme, "partner") == []


def test_administrators_are_told_by_mail_when_somebody_is_let_in_and_comes_in(acme, sam, client):
    let_in(acme)
    signed_in(client, sam).get("/acme/console/")
    with entering(acme.admin.context):
        told = list(Mail.objects.order_by("id").values_list("to_email", "subject"))
    assert told == [
        (acme.admin.seat.email, "Sam Help (support) was let in for support"),
        (acme.admin.seat.email, "Sam Help (support) has come in for support"),
    ]


def test_only_administrators_let_in_for_a_time_with_a_reason_and_once(acme, sam):
    for who in (acme.chief, acme.operations, acme.beta_executive):
        with pytest.raises(Forbidden):
            let_in(acme, actor=who)
    for wrong, why in (({"hours": 0}, "7 days"), ({"hours": 169}, "7 days"), ({"reason": " "}, "Say why")):
        with pytest.raises(Refused, match=why):
            let_in(acme, **wrong)
    let_in(acme)
    with pytest.raises(Refused, match="let in already"):
        let_in(acme)
    assert events(acme) == ["granted"]


def test_a_visitor_gives_and_keeps_no_rights(acme, sam):
    grant = let_in(acme, may_act=True)
    member = visitor(acme, sam)
    assert not any(member.can(name) for name in NEVER_SUPPORT)
    assert permissions_of_visit(may_act=False) <= permissions_of_visit(may_act=True) <= set(PERMISSIONS)
    with pytest.raises(Forbidden):
        let_in(acme, actor=member)
    seat = grant.seat
    with pytest.raises(Refused, match="no role to change"):
        change_role(seat=seat, role="admin", custom_role=None, actor=acme.admin, at=clock.now())
    end_support(grant=grant, actor=acme.admin, at=clock.now())
    with pytest.raises(Forbidden):
        open_seat(seat=seat, actor=acme.admin, at=clock.now())


def test_an_administrator_lets_in_and_ends_on_the_page(acme, sam, client_of):
    browser, page = client_of(acme.admin), "/acme/console/support/"
    values = {"email": EMAIL, "reason": "Ticket 12", "hours": "4", "way": "look"}
    assert browser.post(page, {**values, "email": "no@x.example"}).status_code == 422
    assert browser.post(page, {**values, "hours": "9999"}).status_code == 422
    assert events(acme) == []
    assert browser.post(page, values).status_code == 302
    assert "Sam Help (support)" in browser.get(page).content.decode()
    with entering(acme.admin.context):
        uid = SupportGrant.objects.get().uid
    assert client_of(acme.chief).post(f"{page}{uid}/end/").status_code == 403
    assert client_of(acme.zeta_admin).post(f"/zeta/console/support/{uid}/end/").status_code == 404
    assert browser.post(f"{page}{uid}/end/").status_code == 302
    assert events(acme) == ["granted", "ended"]
    assert resolve("/console/support/").url_name == "supportgrant-list"


def test_each_page_opened_is_kept_without_what_was_asked_there(acme, sam, client, client_of):
    grant = let_in(acme)
    browser = signed_in(client, sam)
    browser.get("/acme/console/partners/?q=secret&token=abc")
    browser.get(f"/acme/console/partners/{acme.beta.uid}/")
    browser.get("/acme/console/token/")
    with entering(acme.admin.context):
        kept = list(SupportPage.objects.order_by("id").values_list("path", "status"))
        assert SupportGrant.objects.get().pages_opened == 3
    assert kept == [
        ("/acme/console/partners/", 200), (f"/acme/console/partners/{acme.beta.uid}/", 200),
        ("/acme/console/token/", 404),
    ]  # fmt: skip
    page = f"/acme/console/support/{grant.uid}/"
    shown = client_of(acme.admin).get(page).content.decode()
    assert f"/acme/console/partners/{acme.beta.uid}/" in shown
    assert "secret" not in shown
    assert client_of(acme.chief).get(page).status_code == 403
    assert browser.get(page).status_code == 403
    assert client_of(acme.zeta_admin).get(f"/zeta/console/support/{grant.uid}/").status_code == 404


def test_pages_beyond_the_first_ones_of_a_visit_are_counted(acme, sam, client, client_of, monkeypatch):
    monkeypatch.setattr("fairway.core.tenancy.actions.support.PAGES_MOST", 2)
    monkeypatch.setattr("fairway.core.tenancy.views.support.PAGES_MOST", 2)
    grant = let_in(acme)
    for _number in range(5):
        signed_in(client, sam).get("/acme/console/partners/")
    with entering(acme.admin.context):
        assert SupportPage.objects.count() == 2
        assert SupportGrant.objects.get().pages_opened == 5
    shown = client_of(acme.admin).get(f"/acme/console/support/{grant.uid}/").content.decode()
    assert "The first 2 pages are listed; 3 more were opened." in shown


def test_no_administrator_silences_what_tells_of_a_visit(acme, sam, client_of):
    with acting_for(acme.admin):  # chosen before it came always
        NoticeChoices.objects.create(vendor=acme.acme, seat_id=acme.admin.seat_id, choices={"support": "off"})
    with pytest.raises(Refused, match="always comes by mail"):
        choose(ways={"support": "off"}, actor=acme.admin, at=clock.now())
    with entering(acme.admin.context):
        assert chosen_by(acme.admin).ways["support"] == "mail"
        seat = Seat.objects.get(pk=acme.admin.seat_id)
    end_mails(vendor_id=acme.acme.pk, asked=Unsubscribing(seat.uid, "support"), at=clock.now())
    let_in(acme)
    with entering(acme.admin.context):
        assert list(Mail.objects.values_list("to_email", "kind")) == [(seat.email, "support")]
    shown = client_of(acme.admin).get("/acme/console/notifications/settings/").content.decode()
    assert 'name="support"' not in shown
    assert "Support is let in" in shown
