from threading import Barrier, Thread

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from fairway.core import jobs
from fairway.core.access import Forbidden
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.actions.invitations import invite
from fairway.core.tenancy.actions.seats import close_seat, open_seat
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Invitation, Seat, User


@pytest.fixture
def at():
    return timezone.now()


def seat_of(member):
    with entering(member.context):
        return Seat.objects.select_related("partner").get(pk=member.seat_id)


def is_active(member):
    with acting_for(member):
        return Seat.objects.get(pk=member.seat_id).is_active


def test_the_list_shows_what_the_reader_looks_after(acme, client_of):
    everyone = client_of(acme.admin).get("/acme/console/people/").content.decode()
    for name in ("Ada Admin", "Cam Miller", "Sal Seller", "Gus Seller"):
        assert name in everyone
    assert "Zoe Admin" not in everyone
    own = client_of(acme.cam).get("/acme/console/people/").content.decode()
    assert "Sal Seller" in own
    assert "Gus Seller" not in own
    team = client_of(acme.beta_executive).get("/acme/portal/people/").content.decode()
    assert "Sal Seller" in team
    for name in ("Gus Seller", "Cam Miller</a>"):
        assert name not in team


def test_who_has_no_right_to_people_is_refused(acme, client_of):
    assert client_of(acme.finance).get("/acme/console/people/").status_code == 403
    assert client_of(acme.beta_seller).get("/acme/portal/people/").status_code == 403


def test_other_vendors_and_partners_people_do_not_exist(acme, client_of):
    zoe = f"/acme/console/people/{acme.zeta_admin.seat.seat_uid}/"
    assert client_of(acme.admin).get(zoe).status_code == 404
    assert client_of(acme.admin).post(f"{zoe}close/").status_code == 404
    assert client_of(acme.zeta_admin).get("/acme/console/people/").status_code == 404
    gus = f"/acme/portal/people/{acme.gamma_seller.seat.seat_uid}/"
    assert client_of(acme.beta_executive).get(gus).status_code == 404
    assert client_of(acme.beta_executive).post(f"{gus}close/").status_code == 404
    assert is_active(acme.zeta_admin)
    assert is_active(acme.gamma_seller)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=sal", {"Sal Seller"}),
        ("q=EXECUTIVE%40beta.example", {"Eva Exec"}),
        ("role=seller", {"Sal Seller", "Gus Seller"}),
        ("role=seller&q=gus", {"Gus Seller"}),
        ("q=nobody", set()),
        ("partner=not-an-id&q=ada", {"Ada Admin"}),
    ],
)
def test_people_are_found_by_name_mail_and_role(acme, client_of, query, found):
    table = client_of(acme.admin).get(f"/acme/console/people/?{query}").context["table"]
    assert {row["name"] for row in table.rows} == found


def test_the_list_asks_the_same_queries_for_many_people(acme, client_of, django_assert_max_num_queries):
    browser = client_of(acme.admin)
    browser.get("/acme/console/people/")
    with django_assert_max_num_queries(16):
        browser.get("/acme/console/people/")


def test_an_administrator_invites_from_the_page(acme, client_of):
    browser = client_of(acme.admin)
    values = {"email": "Nora@Beta.example", "name": "Nora New", "role": "seller", "partner": "beta systems"}
    answer = browser.post("/acme/console/people/invite/", values)
    assert (answer.status_code, answer["Location"]) == (302, "/acme/console/people/")
    page = browser.get("/acme/console/people/").content.decode()
    assert "nora@beta.example" in page
    assert "On its way" in page
    with entering(acme.admin.context):
        invitation = Invitation.objects.get()
    assert (invitation.email, invitation.partner_id) == ("nora@beta.example", acme.beta.pk)
    answer = browser.post(f"/acme/console/invitations/{invitation.uid}/resend/")
    assert answer.status_code == 302
    answer = browser.post(f"/acme/console/invitations/{invitation.uid}/revoke/")
    assert "nora@beta.example" in browser.get("/acme/console/people/").content.decode()  # the toast
    assert "On its way" not in browser.get("/acme/console/people/").content.decode()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"role": "seller", "partner": ""}, "needs a partner"),
        ({"role": "finance", "partner": "B-1"}, "belong to no partner"),
        ({"role": "seller", "partner": "Beta Sistems"}, "Do you mean: Beta Systems?"),
        ({"role": "seller", "partner": "qqqq"}, "No partner has this name or number."),
        ({"role": "seller", "partner": "B-1", "email": "seller@beta.example"}, "has this seat already"),
        ({"role": "king"}, "not one of the available choices"),
    ],
)
def test_a_wrong_invitation_is_refused_in_words(acme, client_of, values, sentence):
    given = {"email": "nora@beta.example", "name": "Nora", "role": "seller", "partner": "B-1", **values}
    answer = client_of(acme.admin).post("/acme/console/people/invite/", given)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    with entering(acme.admin.context):
        assert not Invitation.objects.exists()


def test_an_executive_invites_into_the_own_company_whatever_is_posted(acme, client_of):
    values = {"email": "nora@beta.example", "name": "Nora", "role": "seller", "partner": "G-1"}
    answer = client_of(acme.beta_executive).post("/acme/portal/people/invite/", values)
    assert answer["Location"] == "/acme/portal/people/"
    with entering(acme.admin.context):
        assert Invitation.objects.get().partner_id == acme.beta.pk


def test_an_account_manager_cannot_touch_a_colleagues_invitation(acme, client_of, at):
    made = invite(
        email="n@gamma.example", name="N", role="seller", partner=acme.gamma, actor=acme.other_cam, at=at
    )  # fmt: skip
    browser = client_of(acme.cam)
    assert "n@gamma.example" not in browser.get("/acme/console/people/").content.decode()
    assert browser.post(f"/acme/console/invitations/{made.uid}/revoke/").status_code == 404
    with entering(acme.admin.context):
        assert Invitation.objects.get().revoked_at is None


def test_a_closed_seat_ends_the_session_at_the_next_request(acme, client_of, at):
    browser = client_of(acme.beta_seller)
    assert browser.get("/acme/portal/").status_code == 200
    answer = client_of(acme.beta_executive).post(f"/acme/portal/people/{acme.beta_seller.seat.seat_uid}/close/")
    assert answer.status_code == 302
    assert browser.get("/acme/portal/").status_code == 404
    assert "nobody has given you a seat" in browser.get("/go/").content.decode()
    open_seat(seat=seat_of(acme.beta_seller), actor=acme.beta_executive, at=at)
    assert browser.get("/acme/portal/").status_code == 200


def test_nobody_closes_the_own_seat_or_the_last_administrator(acme, at):
    with pytest.raises(Refused, match="your own"):
        close_seat(seat=seat_of(acme.admin), actor=acme.admin, at=at)
    with pytest.raises(Forbidden):
        close_seat(seat=seat_of(acme.admin), actor=acme.operations, at=at)
    with pytest.raises(Forbidden):
        close_seat(seat=seat_of(acme.chief), actor=acme.cam, at=at)
    with pytest.raises(Forbidden):
        close_seat(seat=seat_of(acme.gamma_seller), actor=acme.beta_executive, at=at)
    for member in (acme.admin, acme.chief, acme.gamma_seller):
        assert is_active(member)


@pytest.mark.race
def test_two_administrators_cannot_close_each_other(committed, at):
    with acting_for(committed.admin):
        Seat.objects.filter(pk=committed.chief.seat_id).update(role="admin")
    from tests.cast import member_of_seat

    from fairway.core.tenancy.lookups import seats_of_user

    row = next(row for row in seats_of_user(committed.chief.user_id) if row.seat_id == committed.chief.seat_id)
    second = member_of_seat(row, user_id=committed.chief.user_id)
    pairs = [(committed.admin, seat_of(second)), (second, seat_of(committed.admin))]
    start, results = Barrier(2), []

    def work(actor, seat):
        try:
            start.wait()
            close_seat(seat=seat, actor=actor, at=at)
            results.append("closed")
        except Refused:
            results.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=work, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["closed", "refused"]


def test_a_forgotten_password_is_reset_by_mail(acme):
    browser = Client()
    answer = browser.post("/accounts/password/reset/", {"email": "Seller@Beta.example"})
    assert answer.status_code == 302
    assert mail.outbox == []
    jobs.run_pending()
    [sent] = mail.outbox
    path = next(line for line in sent.body.splitlines() if "/accounts/" in line).split("8000", 1)[1]
    page = browser.get(path, follow=True)
    new = "another long password"
    answer = browser.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert answer.status_code == 302
    assert User.objects.get(email="seller@beta.example").check_password(new)
    assert "password" not in Client().get(path, follow=True).context.get("form", {})


def test_asking_for_a_reset_does_not_tell_who_has_a_log_in(acme):
    answers = [
        Client().post("/accounts/password/reset/", {"email": f"{name}@beta.example"}) for name in ("seller", "x")
    ]
    assert answers[0].status_code == answers[1].status_code == 302
    assert answers[0]["Location"] == answers[1]["Location"]
    jobs.run_pending()
    assert len(mail.outbox) == 1


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(acme):
    pages = []
    for email in ("seller@beta.example", "x@beta.example"):
        answer = Client().post("/accounts/login/", {"login": email, "password": "wrong password here"})
        assert answer.status_code == 200
        pages.append(list(answer.context["form"].non_field_errors()))
    assert pages[0] == pages[1]
    assert pages[0] == ["E-mail and password do not fit together. Check both, or reset the password."]


def test_signing_up_by_oneself_is_not_possible(db):
    Client().post("/accounts/signup/", {"email": "me@x.example", "password1": "a long enough password"})
    assert not User.objects.filter(email="me@x.example").exists()
