"""A vendor's own look: changed, seen where it belongs and nowhere else, and taken back."""

import base64
from email import message_from_bytes

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.api import problem_of, program_of

from fairway.core import clock, jobs
from fairway.core.access import Forbidden
from fairway.core.brand import looks
from fairway.core.brand.actions.looks import Hard, LookChange, change_look, newest, reset_look, return_to_look
from fairway.core.brand.models import Look, LookImage
from fairway.core.brand.tests.test_pictures import picture
from fairway.core.events.models import Event
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tests.telling import tell

WORDS = {
    "program_name": "Summit Partners",
    "accent": "#7a1f5c",
    "header": "#2b1530",
    "reply_to": "channel@acme.example",
}


def dressed(acme, **words: str) -> Look:
    change = LookChange(words={**WORDS, **words}, pictures={"logo": picture(300, 60), "icon": picture(64, 64)})
    return change_look(change=change, actor=acme.admin, at=clock.now())


def present(member) -> Look | None:
    with entering(member.context):
        return newest()


def test_a_look_is_seen_on_the_portal_and_not_at_another_vendor(acme, client_of):
    look = dressed(acme)
    beta = client_of(acme.executive_at_zeta)
    style_url = looks.look_of(look.uid).style_url
    at_zeta = beta.get("/zeta/portal/").content.decode()
    assert "Summit Partners" not in at_zeta
    assert style_url not in at_zeta
    seller = client_of(acme.beta_seller).get("/acme/portal/").content.decode()
    assert "Summit Partners" in seller
    assert f'href="{style_url}"' in seller
    assert "is-coloured" in seller
    console = client_of(acme.cam).get("/acme/console/").content.decode()
    assert style_url in console


def test_the_log_in_on_the_way_to_a_vendor_and_its_public_pages_wear_its_look(acme, client):
    look = dressed(acme)
    style_url = looks.look_of(look.uid).style_url
    assert style_url in client.get("/accounts/login/?next=/acme/portal/").content.decode()
    for path in ("/accounts/login/", "/accounts/login/?next=/zeta/portal/", "/accounts/login/?next=//acme"):
        page = client.get(path).content.decode()
        assert (style_url in page) == path.endswith("//acme")


def test_the_desk_shows_each_vendors_own_mark(acme, client_of):
    look = dressed(acme)
    icon = looks.look_of(look.uid).icon_url
    desk = client_of(acme.beta_executive).get("/desk/").content.decode()
    assert desk.count(icon) == 3  # in the switch, in that of phones, and in the list
    assert "Summit Partners" not in desk
    portal = client_of(acme.beta_executive).get("/acme/portal/").content.decode()
    assert icon in portal


def test_the_style_sheet_and_the_pictures_are_kept_for_ever_and_never_wrong(acme, client):
    value = looks.look_of(dressed(acme).uid)
    sheet = client.get(value.style_url)
    assert sheet.status_code == 200
    assert sheet["Content-Type"] == "text/css; charset=utf-8"
    assert sheet["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "--fw-accent:light-dark(#7a1f5c," in sheet.content.decode()
    assert client.get(value.style_url, headers={"If-None-Match": sheet["ETag"]}).status_code == 304
    assert client.get(value.style_url.replace(value.style_url[-20:-4], "0" * 16)).status_code == 404
    assert value.logo is not None
    image = client.get(value.logo.url)
    assert image["Content-Type"] == "image/png"
    assert image["X-Content-Type-Options"] == "nosniff"
    assert client.get("/look/0198f2aa-0000-7000-8000-000000000001.png").status_code == 404


def test_a_look_costs_a_page_no_question_once_a_process_knows_it(acme, client_of, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    seller = client_of(acme.beta_seller)

    def asked() -> int:
        seller.get("/acme/portal/leads/")
        with CaptureQueriesContext(connection) as captured:
            seller.get("/acme/portal/leads/")
        return len(captured)

    before = asked()
    dressed(acme)
    assert asked() == before


@pytest.mark.parametrize(
    ("field", "colour"), [("accent", "#ffcc00"), ("accent_dark", "#222222"), ("header", "#808080")]
)
def test_a_colour_that_cannot_be_read_is_refused_with_the_nearest_that_can(acme, field, colour):
    with pytest.raises(Hard) as hard:
        change_look(change=LookChange({field: colour}, {}), actor=acme.admin, at=clock.now())
    assert hard.value.field == field
    assert hard.value.nearest in str(hard.value)
    assert present(acme.admin) is None
    change_look(change=LookChange({field: hard.value.nearest}, {}), actor=acme.admin, at=clock.now())
    assert getattr(present(acme.admin), field) == hard.value.nearest


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"accent": "red"}, "accent"),
        ({"header": "#123456}body{display:none}"}, "header"),
        ({"program_name": "x" * 61}, "program_name"),
        ({"reply_to": "nobody"}, "reply_to"),
        ({"reply_to": "a@b.example\nBcc: c@d.example"}, "reply_to"),
    ],
)
def test_wrong_words_are_refused_and_nothing_is_kept(acme, words, field):
    with pytest.raises(Refused) as refused:
        change_look(change=LookChange(words, {}), actor=acme.admin, at=clock.now())
    assert refused.value.field == field
    assert present(acme.admin) is None


def test_a_sender_cannot_write_further_headers(acme):
    look = change_look(
        change=LookChange({"mail_name": "Acme\r\nBcc: x@y.example"}, {}), actor=acme.admin, at=clock.now()
    )
    assert look.mail_name == "Acme Bcc: x@y.example"


def test_only_the_administrator_changes_the_look(acme, client_of):
    for member in (acme.chief, acme.cam, acme.beta_executive):
        with pytest.raises(Forbidden):
            change_look(change=LookChange({"accent": "#000000"}, {}), actor=member, at=clock.now())
    assert client_of(acme.chief).get("/acme/console/look/").status_code == 403
    assert present(acme.admin) is None


def test_of_two_who_change_at_once_the_second_is_told(acme):
    dressed(acme)
    change = LookChange({"accent": "#004400"}, {})
    change_look(change=change, actor=acme.admin, at=clock.now(), number=1)
    with pytest.raises(Refused, match="Somebody else"):
        change_look(change=change, actor=acme.admin, at=clock.now(), number=1)


def test_a_former_look_comes_back_and_a_reset_keeps_it(acme):
    first = dressed(acme)
    change_look(change=LookChange({"accent": "#004400"}, {}, frozenset({"logo"})), actor=acme.admin, at=clock.now())
    assert present(acme.admin).logo is None
    reset_look(actor=acme.admin, at=clock.now())
    assert present(acme.admin).accent == present(acme.admin).program_name == ""
    with entering(acme.admin.context):
        first = Look.objects.get(pk=first.pk)
    return_to_look(look=first, actor=acme.admin, at=clock.now())
    again = present(acme.admin)
    assert (again.number, again.accent, again.logo_id) == (4, "#7a1f5c", first.logo_id)
    with acting_for(acme.admin):
        verbs = Event.objects.filter(subject_type="look").order_by("id").values_list("verb", flat=True)
        assert list(verbs) == ["changed", "changed", "reset", "returned"]


def test_the_page_saves_what_was_written_and_says_what_is_wrong(acme, client_of):
    admin = client_of(acme.admin)
    page = admin.get("/acme/console/look/")
    assert page.status_code == 200
    logo = SimpleUploadedFile("logo.gif", picture(300, 60))  # the name says nothing
    done = admin.post("/acme/console/look/", {**WORDS, "number": 0, "logo": logo})
    assert done.status_code == 302
    assert present(acme.admin).logo.height == 60
    wrong = admin.post("/acme/console/look/", {**WORDS, "accent": "#ffcc00", "number": 1})
    assert wrong.status_code == 422
    assert "4.5 to 1" in wrong.content.decode()
    assert present(acme.admin).number == 1
    bad = SimpleUploadedFile("logo.png", b"GIF89a")
    assert admin.post("/acme/console/look/", {**WORDS, "number": 1, "logo": bad}).status_code == 422


def test_the_trial_shows_the_nearest_colour_and_keeps_nothing(acme, client_of):
    admin = client_of(acme.admin)
    tried = admin.post("/acme/console/look/trial/", {"accent": "#ffcc00", "program_name": "New"}).content.decode()
    assert 'data-take-colour="#' in tried
    assert "New" in tried
    sheet = admin.get("/acme/console/look/trial.css?accent=%230b6375&header=%23}x{").content.decode()
    assert sheet.startswith(".fw-look-trial{--fw-accent:light-dark(#0b6375,")
    assert "header" not in sheet
    assert present(acme.admin) is None


def test_a_mail_wears_the_vendors_look(acme):
    dressed(acme, mail_name="Acme Channel")
    tell(acme.admin, acme.beta_seller, "portal/")
    sent = mail.outbox[-1]
    assert sent.from_email.startswith("Acme Channel <")
    assert sent.reply_to == ["channel@acme.example"]
    whole = message_from_bytes(sent.message().as_bytes())
    kinds = [part.get_content_type() for part in whole.walk()]
    assert kinds == ["multipart/related", "multipart/alternative", "text/plain", "text/html", "image/png"]
    html = sent.alternatives[0][0]
    assert 'src="cid:logo"' in html
    assert "#7a1f5c" in html
    assert "Open in Summit Partners" in html


def test_a_vendor_without_a_look_writes_as_before(acme):
    tell(acme.admin, acme.beta_seller, "portal/")
    sent = mail.outbox[-1]
    assert sent.from_email == "Fairway <fairway@localhost>"
    assert not sent.attachments
    assert "Open in Fairway" in sent.alternatives[0][0]


def test_the_sample_mail_goes_to_who_asked(acme, client_of):
    dressed(acme)
    client_of(acme.admin).post("/acme/console/look/letter/")
    jobs.run_pending()
    assert mail.outbox[-1].to == [f"{acme.admin.name} <{acme.admin.seat.email}>"]


def test_programs_read_and_change_the_look(acme):
    program = program_of(acme.admin)
    assert program.get("look").json()["version"] == 0
    answer = program.patch(
        "look", {"accent": "#7a1f5c", "logo": base64.b64encode(picture(90, 30)).decode()}, If_Match='"0"'
    )
    told = answer.json()
    assert answer.status_code == 200, answer.content
    assert (told["version"], told["accent"], told["program_name"]) == (1, "#7a1f5c", "")
    assert told["logo_path"].startswith("/look/")
    refused = problem_of(program.patch("look", {"accent": "#ffcc00"}), 422)
    assert "4.5 to 1" in refused["errors"]["accent"][0]
    problem_of(program.patch("look", {"logo": "%%%"}), 422)
    problem_of(program.patch("look", {"accent": "#000000"}, If_Match='"0"'), 412)
    problem_of(program_of(acme.chief).get("look"), 403)
    assert program.patch("look", {"logo": None}).json()["logo_path"] == ""
    with acting_for(acme.admin):
        assert LookImage.objects.count() == 1
