import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_the_start_page_leads_to_the_way_in():
    answer = Client().get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/go/")
    assert Client().get("/go/")["Location"] == "/accounts/login/?next=/go/"


def test_one_seat_leads_home_without_a_question(acme, client_of):
    assert client_of(acme.cam).get("/go/")["Location"] == "/acme/console/"
    assert client_of(acme.beta_seller).get("/go/")["Location"] == "/acme/portal/"


def test_a_partner_person_of_several_vendors_starts_at_the_desk(acme, client_of):
    browser = client_of(acme.beta_executive)
    assert browser.get("/go/")["Location"] == "/desk/"
    assert browser.get("/go/?vendor=zeta")["Location"] == "/zeta/portal/"
    assert browser.get("/zeta/")["Location"] == "/zeta/portal/"


def test_a_vendor_without_a_seat_there_does_not_exist(acme, client_of):
    browser = client_of(acme.cam)
    for path in ("/zeta/", "/go/?vendor=zeta", "/zeta/console/", "/acme/portal/", "/nobody/console/"):
        assert browser.get(path).status_code == 404, path


def test_pages_of_a_surface_need_a_vendor_before_them(acme, client_of):
    for path in ("/console/", "/portal/", "/public/"):
        assert client_of(acme.admin).get(path).status_code == 404, path


def test_a_person_with_two_seats_chooses_and_keeps_the_choice(acme, client_of):
    browser = client_of(acme.beta_executive)
    seat = acme.executive_at_zeta.seat
    answer = browser.post(f"/go/{seat.seat_uid}/")
    assert (answer.status_code, answer["Location"]) == (302, "/zeta/portal/")
    assert browser.session["seats"] == {"zeta/portal": str(seat.seat_uid)}


def test_looking_at_a_seat_does_not_take_it_and_nobody_takes_anothers(acme, client_of):
    browser = client_of(acme.cam)
    assert browser.get(f"/go/{acme.cam.seat.seat_uid}/").status_code == 405
    assert browser.post(f"/go/{acme.admin.seat.seat_uid}/").status_code == 404
    assert "seats" not in browser.session


def test_health_asks_no_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_ready_when_every_migration_is_done():
    assert Client().get("/readyz").content == b"ready"


def test_two_seats_behind_one_portal_are_switched(acme, client_of):
    from fairway.core.tenancy.acting import acting_for
    from fairway.core.tenancy.lookups import seats_of_user
    from fairway.core.tenancy.models import Seat

    with acting_for(acme.admin):
        Seat.objects.create(
            vendor=acme.acme, user_id=acme.beta_seller.user_id, organization=acme.acme, partner=acme.gamma,
            role="executive", name="Sal Seller", email="seller@beta.example", created_at=acme.acme.created_at,
        )  # fmt: skip
    browser = client_of(acme.beta_seller)
    choice = browser.get("/go/").content.decode()
    assert "Beta Systems" in choice
    assert "Gamma IT" in choice
    for seat in seats_of_user(acme.beta_seller.user_id):
        browser.post(f"/go/{seat.seat_uid}/")
        page = browser.get("/acme/portal/")
        assert page.wsgi_request.member.partner_id == seat.partner_id
