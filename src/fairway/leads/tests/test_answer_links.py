"""Answering an offer by the link in its mail: two taps, and everything that must not work."""

import logging
import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client

from fairway.core import clock, jobs
from fairway.core.events.models import Event
from fairway.core.logs import JsonFormatter
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner, PartnerState, Seat
from fairway.leads.actions.offers import accept_offer, decline_offer, offer_lead_to, recall_offer, remind_offer
from fairway.leads.models import Lead, LeadPerson, Offer
from fairway.leads.queries.answer_links import answer_path
from fairway.leads.tests.makers import SECRETS, offered
from fairway.workflow.models import Mail, Notification

pytestmark = pytest.mark.django_db


def link_of(cast, offer, member=None):
    seat = (member or cast.beta_seller).seat
    return answer_path("acme", offer.uid, seat.seat_uid, seat.email)


def fresh(cast, offer):
    with entering(cast.admin.context):
        return Offer.objects.select_related("lead").get(pk=offer.pk)


def nothing_happened(cast, offer, state="open"):
    kept = fresh(cast, offer)
    with entering(cast.admin.context):
        answers = Event.objects.filter(subject_type="offer", verb__in=["accepted", "declined", "opened"]).count()
    return (kept.state, kept.opened_at, answers) == (state, None, 0)


def page_of(answer, status):
    assert answer.status_code == status
    text = answer.content.decode()
    assert not [secret for secret in SECRETS if secret in text]
    return text


def test_the_mail_carries_a_link_of_its_reader_and_two_taps_accept(acme, settings):
    settings.BASE_URL = "https://fairway.example"
    offer = offered(acme)
    jobs.run_pending()
    sent = {each.to[0].rpartition("<")[2].strip(">"): each for each in mail.outbox}
    letter = sent["seller@beta.example"]
    link = re.search(r"https://fairway\.example(/acme/public/offers/[\w:-]+/)", letter.body)[1]
    assert link in letter.alternatives[0].content
    assert link not in sent["executive@beta.example"].body
    assert f"https://fairway.example/acme/portal/offers/{offer.uid}/" in letter.body
    visitor = Client(enforce_csrf_checks=True)
    first = visitor.get(link)
    page = page_of(first, 200)
    assert "Wi-Fi for a new warehouse" in page
    assert "Logistics, 220 people" in page
    assert page.count("fw-btn is-primary") == 1
    assert nothing_happened(acme, offer)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    answer = visitor.post(link, {"csrfmiddlewaretoken": token}, headers={"origin": "http://testserver"})
    assert (answer.status_code, answer.url) == (302, link)
    kept = fresh(acme, offer)
    assert (kept.state, kept.answered_by_id, kept.lead.seller_id) == (
        "accepted", acme.beta_seller.seat_id, acme.beta_seller.seat_id,
    )  # fmt: skip
    done = page_of(visitor.get(link), 200)
    assert "The lead is yours" in done
    assert f"next=%2Facme%2Fportal%2Fleads%2F{kept.lead.uid}%2F" in done
    with entering(acme.admin.context):
        event = Event.objects.get(subject_type="offer", verb="accepted")
    assert (event.actor_seat_id, event.data["by_mail"]) == (acme.beta_seller.seat_id, True)


def test_a_scanner_that_opens_the_link_by_any_harmless_method_changes_nothing(acme):
    offer = offered(acme)
    link = link_of(acme, offer)
    for _again in range(3):
        Client().get(link)
        Client().head(link)
        Client().get(f"{link}decline/")
        Client().options(link)
    assert nothing_happened(acme, offer)
    with acting_for(acme.admin):
        assert LeadPerson.objects.get(lead_id=offer.lead_id).partner_id is None


def test_a_post_without_the_token_of_the_page_is_refused(acme):
    offer = offered(acme)
    for path in (link_of(acme, offer), f"{link_of(acme, offer)}decline/"):
        assert Client(enforce_csrf_checks=True).post(path, {"quality": ["no_capacity"]}).status_code == 403
    assert nothing_happened(acme, offer)


def test_declining_by_the_link_takes_a_reason_from_the_list(acme):
    offer = offered(acme)
    link = link_of(acme, offer)
    page = page_of(Client().post(f"{link}decline/", {"note": "Full until May"}), 422)
    assert "choose at least one reason" in page
    assert "Full until May" in page
    assert nothing_happened(acme, offer)
    answer = Client().post(f"{link}decline/", {"quality": ["no_capacity"], "note": "Full until May"})
    assert answer.url == link
    kept = fresh(acme, offer)
    assert (kept.state, kept.quality, kept.answer_note) == ("declined", ["no_capacity"], "Full until May")
    assert kept.answered_by_id == acme.beta_seller.seat_id
    assert "Declined" in page_of(Client().get(link), 200)


def altered(link):
    """The same link with each of its parts bent."""
    yield link[:-4] + ("aaa/" if not link.endswith("aaa/") else "bbb/")
    yield link.replace("/offers/", "/offers/x")
    body, time, mark = link.split("/")[4].split(":")
    yield f"/acme/public/offers/{body}:{time}x:{mark}/"
    yield f"/acme/public/offers/{body}x:{time}:{mark}/"
    yield f"/acme/public/offers/{body}/"
    yield "/acme/public/offers/a:b:c/"
    yield "/acme/public/offers/%00/"


def test_forged_and_altered_links_and_those_of_another_vendor_are_one_page(acme):
    offer = offered(acme)
    link = link_of(acme, offer)
    wrong = [*altered(link), link.replace("/acme/", "/zeta/")]
    wrong.append(answer_path("zeta", offer.uid, acme.beta_seller.seat.seat_uid, "seller@beta.example"))
    pages = set()
    for path in wrong:
        for answer in (Client().get(path), Client().post(path), Client().post(f"{path}decline/", {"quality": ["x"]})):
            text = page_of(answer, 404 if path != wrong[-1] else 403)
            assert "Wi-Fi" not in text
            pages.add(re.search(r"<h1>(.*?)</h1>", text)[1])
    assert pages == {"This link is not one of ours", "This link is no longer good"}
    assert nothing_happened(acme, offer)


def test_a_link_for_an_offer_of_a_rival_or_one_that_never_was_tells_nothing_apart(acme):
    theirs, ours = offered(acme, acme.gamma), offered(acme)
    seat = acme.beta_seller.seat
    never = answer_path("acme", acme.beta_seller.seat.seat_uid, seat.seat_uid, seat.email)
    pages = {
        Client().get(path).content.decode()
        for path in (answer_path("acme", theirs.uid, seat.seat_uid, seat.email), never)
    }
    assert len({re.sub(r'data-csrf="[^"]*"', "", page) for page in pages}) == 1
    Client().post(answer_path("acme", theirs.uid, seat.seat_uid, seat.email))
    assert fresh(acme, theirs).state == fresh(acme, ours).state == "open"


def test_the_link_ends_with_the_time_to_answer_although_nobody_has_looked_yet(acme):
    offer = offered(acme)
    link = link_of(acme, offer)
    with time_machine.travel(fresh(acme, offer).lapses_at + timedelta(seconds=1), tick=False):
        assert "The time to answer is over" in page_of(Client().get(link), 410)
        assert Client().post(link).status_code == 410
        assert Client().post(f"{link}decline/", {"quality": ["no_capacity"]}).status_code == 410
    assert nothing_happened(acme, offer)


def test_a_used_link_says_who_answered_and_does_nothing_more(acme):
    offer = offered(acme)
    accept_offer(offer=offer, actor=acme.beta_executive, at=clock.now())
    link = link_of(acme, offer)
    assert "Eva Exec accepted it" in page_of(Client().get(link), 200)
    Client().post(link)
    Client().post(f"{link}decline/", {"quality": ["no_capacity"]})
    kept = fresh(acme, offer)
    assert (kept.state, kept.answered_by_id) == ("accepted", acme.beta_executive.seat_id)
    other = offered(acme)
    decline_offer(offer=other, actor=acme.beta_seller, at=clock.now(), quality=["no_capacity"])
    Client().post(link_of(acme, other))
    assert fresh(acme, other).state == "declined"


def test_an_old_link_does_not_answer_the_same_lead_offered_anew(acme):
    offer = offered(acme)
    old = link_of(acme, offer)
    decline_offer(offer=offer, actor=acme.beta_seller, at=clock.now(), quality=["no_capacity"])
    with entering(acme.cam.context):
        lead = Lead.objects.get(pk=offer.lead_id)
    again = offer_lead_to(lead=lead, partner=acme.beta, actor=acme.cam, at=clock.now(), reason="They have time now")
    Client().post(old)
    assert fresh(acme, again).state == "open"
    assert Client().post(link_of(acme, again)).status_code == 302
    assert fresh(acme, again).state == "accepted"


def test_an_offer_taken_back_says_why(acme):
    offer = offered(acme)
    recall_offer(offer=fresh(acme, offer), actor=acme.cam, at=clock.now(), reason="The customer called us")
    page = page_of(Client().get(link_of(acme, offer)), 410)
    assert "This offer was taken back" in page
    assert "The customer called us" in page
    assert Client().post(link_of(acme, offer)).status_code == 410


def change(cast, model, pk, **values):
    with acting_for(cast.admin):
        model.objects.filter(pk=pk).update(**values)


def test_nobody_whose_access_ended_answers_by_an_old_mail(acme):
    offer = offered(acme)
    link = link_of(acme, offer)
    change(acme, Seat, acme.beta_seller.seat_id, email="new@beta.example")
    assert "no longer good" in page_of(Client().get(link), 403)
    change(acme, Seat, acme.beta_seller.seat_id, email="seller@beta.example")
    assert Client().get(link).status_code == 200
    change(acme, Seat, acme.beta_seller.seat_id, is_active=False)
    page = page_of(Client().get(link), 403)
    assert "no longer good" in page
    assert "Wi-Fi" not in page
    assert Client().post(link).status_code == 403
    assert nothing_happened(acme, offer)


def test_a_company_that_left_answers_nothing(acme):
    offer = offered(acme)
    change(acme, Partner, acme.beta.pk, state=PartnerState.INACTIVE)
    page = page_of(Client().get(link_of(acme, offer)), 403)
    assert "takes no leads here any more" in page
    assert "Wi-Fi" not in page
    assert Client().post(link_of(acme, offer)).status_code == 403
    assert nothing_happened(acme, offer)


def test_who_is_signed_in_as_somebody_else_is_told_and_answers_nothing(acme, client_of):
    offer = offered(acme)
    link = link_of(acme, offer)
    for member in (acme.gamma_seller, acme.beta_executive):
        browser = client_of(member)
        assert "sent to somebody else" in page_of(browser.get(link), 403)
        assert browser.post(link).status_code == 403
    assert nothing_happened(acme, offer)
    assert client_of(acme.beta_seller).post(link).status_code == 302


def test_a_role_that_answers_no_offers_is_told(acme):
    offer = offered(acme)
    link = link_of(acme, offer, acme.beta_marketer)
    assert "Your role answers no offers" in page_of(Client().get(link), 403)
    assert Client().post(link).status_code == 403
    assert nothing_happened(acme, offer)


def test_a_mailbox_does_not_stand_for_a_second_factor(acme):
    from allauth.mfa.models import Authenticator

    offer = offered(acme)
    link = link_of(acme, offer)
    Authenticator.objects.create(user_id=acme.beta_seller.user_id, type=Authenticator.Type.TOTP, data={"secret": "x"})
    page = page_of(Client().get(link), 200)
    assert "Sign in to answer" in page
    assert f"next=%2Facme%2Fportal%2Foffers%2F{offer.uid}%2F" in page
    assert "Accept lead" not in page
    assert page_of(Client().post(link), 200)
    Client().post(f"{link}decline/", {"quality": ["no_capacity"]})
    assert nothing_happened(acme, offer)


def test_guessing_links_is_counted_by_address(acme):
    visitor = Client(REMOTE_ADDR="203.0.113.9")
    answers = [visitor.get("/acme/public/offers/a:b:c/").status_code for _try in range(62)]
    assert answers[:60] == [404] * 60
    assert answers[60:] == [429, 429]


def test_the_address_is_told_to_nobody_and_kept_nowhere(acme, caplog):
    offer = offered(acme)
    remind_offer(offer=fresh(acme, offer), actor=acme.cam, at=clock.now())
    jobs.run_pending()
    found = re.findall(r"/acme/public/offers/([\w:-]+)/", "".join(each.body for each in mail.outbox))
    assert len(found) == 4
    with acting_for(acme.admin):
        kept = [str(row) for model in (Mail, Notification, Event) for row in model.objects.values()]
    assert not [row for row in kept if "public/offers" in row]
    with caplog.at_level(logging.DEBUG):
        answers = [Client().get(f"/acme/public/offers/{token}/") for token in found]
        answers += [Client().get(f"/acme/public/offers/{found[0]}x/"), Client().post("/acme/public/offers/a:b:c/")]

    said = "\n".join(
        JsonFormatter().format(each) for each in caplog.records if each.name.startswith(("django.request", "fairway"))
    )
    assert not [token for token in found if token in said]
    for answer in answers:
        assert answer["Referrer-Policy"] == "strict-origin"
        assert "no-store" in answer["Cache-Control"]
        assert "noindex" in answer["X-Robots-Tag"]


def test_an_acceptance_at_once_by_link_and_in_the_portal_has_one_owner(acme, client_of):
    offer = offered(acme)
    link = link_of(acme, offer)
    assert client_of(acme.beta_executive).post(f"/acme/portal/offers/{offer.uid}/acceptance/").status_code == 302
    assert Client().post(link).status_code == 200
    assert fresh(acme, offer).answered_by_id == acme.beta_executive.seat_id
