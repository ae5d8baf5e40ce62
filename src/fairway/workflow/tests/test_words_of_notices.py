"""Every kind of notice in every language, for whoever reads it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.utils.translation import override

from fairway.config.messages import catalogues, read
from fairway.core import clock, jobs
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.actions.preferences import choose_language_and_time
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import User
from fairway.core.words import ManyWords, Words, said
from fairway.workflow.actions.notifications import notify
from fairway.workflow.models import Mail, Notification
from fairway.workflow.queries.notices import Reader, as_read_by, in_words
from fairway.workflow.rules.notices import NOUNS, WAYS, amount, kinds, packed, role_named

AT = datetime(2026, 11, 16, 17, 30, tzinfo=UTC)
VALUES = packed(
    {
        "title": "Wi-Fi für die Halle", "partner": "Beta", "customer": "Grün GmbH", "place": "Köln", "until": AT,
        "note": "Gern", "question": "Wann?", "reason": said("Price"), "amount": amount(58_400_00, "EUR"), "n": 2,
        "why": "Zwei passen.", "role": role_named("deal_desk"), "file": "a.csv", "new": 1, "changed": 2, "refused": 3,
        "error": "Halt.", "folder": "Messe", "problem": "Leer.",
        "name": "Ann", "by": "Otto", "seller": "Sal", "deputy": "Eva", "first": AT.date(), "last": AT.date(),
        "source": "Messe", "said": "Budget", "since": AT.date(), "next": AT.date(),
    }
)  # fmt: skip
FORMS = [(name, form) for name, kind in kinds().items() for form in ("", *kind.forms)]


def german(messages):
    (path,) = [path for path in catalogues(Path(settings.PACKAGE_DIR) / "locale") if path.parts[-3] == "de"]
    catalogue = read(path)
    return {text: catalogue.get(text) for text in messages}


def test_every_word_of_every_kind_is_said_in_german():
    said_of_kinds = [
        each
        for kind in kinds().values()
        for each in (kind.label, *[s for f in (kind.form, *kind.forms.values()) for s in (f.title, *f.lines)])
    ]
    templates = [each.template for each in [*said_of_kinds, *WAYS.values(), *NOUNS.values()] if isinstance(each, Words)]
    templates += [(each.singular, each.plural) for each in said_of_kinds if isinstance(each, ManyWords)]
    missing = [text for text, found in german(templates).items() if found is None or not found.string or found.fuzzy]
    assert missing == []
    assert len(templates) > 40


@pytest.mark.parametrize(("kind", "form"), FORMS)
def test_a_kind_is_said_in_the_language_of_its_reader(kind, form):
    values = {**VALUES, **({"form": form} if form else {})}
    with as_read_by(Reader("en", "UTC")):
        english = in_words(kind, values)
    with as_read_by(Reader("de", "Europe/Berlin")):
        spoken = in_words(kind, values)
    assert english is not None
    assert spoken is not None
    assert english != spoken
    for text in (*english, *spoken):
        assert "%(" not in text
        assert "{" not in text


def test_moments_amounts_and_roles_are_written_as_the_reader_writes_them():
    with as_read_by(Reader("de", "Europe/Berlin")):
        assert in_words("offer.offered", VALUES) == (
            "Neuer Lead angeboten: Wi-Fi für die Halle", "Köln. Bitte antworten Sie bis Mo, 16. November, 18:30.",
        )  # fmt: skip
        assert in_words("deal.won", VALUES) == ("Beta hat gewonnen: Grün GmbH", "58.400\u00a0€")
        assert "Preis" in in_words("registration.rejected", VALUES)[1]
    with as_read_by(Reader("en", "America/New_York")):
        assert in_words("offer.offered", VALUES)[1] == "Köln. Please answer by Mon 16 November, 12:30."
        assert in_words("approval.escalated", VALUES)[1].startswith("Nobody of Deal desk")
        assert in_words("lead.person", {**VALUES, "n": 1})[0] == "1 lead waits for your decision"


def tell(acme):
    with acting_for(acme.cam):
        values = {"title": "Wi-Fi", "place": said("Place not known"), "until": AT, "reason": ""}
        notify([acme.beta_seller.seat_id], "offer.offered", values, "portal/offers/1/", at=clock.now())


def speak(member, language, zone="UTC"):
    choose_language_and_time(user=User.objects.get(pk=member.user_id), language=language, time_zone=zone)


def test_the_bell_shows_old_notices_in_the_language_chosen_now(acme, client_of):
    tell(acme)
    browser = client_of(acme.beta_seller)
    assert "New lead offered: Wi-Fi" in browser.get("/acme/portal/notifications/").content.decode()
    speak(acme.beta_seller, "de", "Europe/Berlin")
    page = client_of(acme.beta_seller).get("/acme/portal/notifications/").content.decode()
    assert "Neuer Lead angeboten: Wi-Fi" in page
    assert "18:30" in page
    assert "New lead offered" not in page


def test_a_mail_is_written_in_the_language_of_whoever_gets_it_not_of_whoever_acts(acme):
    speak(acme.beta_seller, "de", "Europe/Berlin")
    with override("en"):
        tell(acme)
        jobs.run_pending()
    [sent] = mail.outbox
    assert sent.subject == "Neuer Lead angeboten: Wi-Fi"
    assert "Ort nicht bekannt. Bitte antworten Sie bis Mo, 16. November, 18:30." in sent.body
    assert "In Fairway öffnen" in sent.body
    assert '<html lang="de">' in sent.alternatives[0].content
    with entering(acme.admin.context):
        assert Mail.objects.get().subject == sent.subject


def test_a_kind_that_is_no_longer_said_is_shown_as_it_was_kept(acme, client_of):
    tell(acme)
    with acting_for(acme.admin):
        Notification.objects.update(kind="of.before")
    assert "New lead offered: Wi-Fi" in client_of(acme.beta_seller).get("/acme/portal/notifications/").content.decode()


def test_an_unknown_kind_form_or_value_is_refused_and_nobody_is_told(acme):
    with acting_for(acme.cam):
        for kind, form, values in (("no.such", "", {}), ("offer.lapsed", "odd", VALUES), ("offer.lapsed", "", {})):
            with pytest.raises(KeyError):
                notify([acme.cam.seat_id], kind, values, at=AT, form=form)
        assert not Notification.objects.exists()
