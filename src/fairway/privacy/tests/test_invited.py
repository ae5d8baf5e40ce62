"""Invitations are of the person too: in the file of their data, and taken back with an erasure."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from fairway.core.jobs import run_pending
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.actions.invitations import accept_as_new, invite
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Invitation, User
from fairway.privacy.actions.exports import ask_for_data_of, export_path
from fairway.privacy.models import PersonalExport
from fairway.privacy.queries.traces import traces
from fairway.privacy.queries.whose import whose_row
from fairway.privacy.tests.making import AT, EMAIL, jörg
from fairway.privacy.tests.test_erasing import erase
from fairway.privacy.tests.test_exports import content


@pytest.fixture(autouse=True)
def _now(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(AT, tick=False):
        yield


def invited(acme, email=EMAIL, name="Jörg Müller"):
    return invite(email=email, name=name, role="seller", partner=acme.beta, actor=acme.beta_executive, at=AT)


def test_an_open_invitation_is_in_the_file_of_the_persons_data(acme):
    made = jörg(acme)
    invited(acme)
    invited(acme, "other@beta.example", "Otto Other")
    with entering(acme.admin.context):
        ask_for_data_of(row=made.person, actor=acme.admin, at=AT)
    run_pending()
    with acting_for(acme.admin):
        data, page = content(export_path(PersonalExport.objects.get()))
    (row,) = data["data"]["Invitation"]
    assert (row["email"], row["name"]) == (EMAIL, "Jörg Müller")
    assert "Otto Other" not in page


def test_an_erasure_takes_open_invitations_back_and_nobody_can_use_them(acme):
    made = jörg(acme)
    theirs, used = invited(acme), invited(acme, "other@beta.example", "Otto Other")
    with acting_for(acme.admin):
        past = Invitation.objects.create(
            vendor=acme.acme, email=EMAIL, name="Jörg Müller", role="cam", token_hash="x", created_at=AT,
            accepted_at=AT, expires_at=AT + timedelta(days=1),
        )  # fmt: skip
    erasure = erase(acme, made.person)
    assert erasure.state == "done"
    assert EMAIL not in [letter.to[0] for letter in mail.outbox]
    with acting_for(acme.admin):
        kept = Invitation.objects.get(pk=theirs.pk)
        assert (kept.name, kept.revoked_at) == (erasure.placeholder, AT)
        assert kept.email.endswith("@erased.invalid")
        assert Invitation.objects.get(pk=past.pk).revoked_at is None
        assert Invitation.objects.get(pk=used.pk).revoked_at is None
    with pytest.raises(Refused):
        accept_as_new(invitation=kept, name="Someone", password="correct horse battery 9", at=AT)
    assert not User.objects.filter(email=kept.email).exists()


def test_what_an_erasure_would_do_is_counted_in_a_few_statements(acme, django_assert_max_num_queries):
    made = jörg(acme)
    invited(acme)
    with entering(acme.admin.context):
        whose = whose_row(made.person)
        with django_assert_max_num_queries(6):
            counted = traces(whose)
    assert counted["LeadNote"] == 1
    assert counted["Lead"] == 1
    assert "Invitation" not in counted
