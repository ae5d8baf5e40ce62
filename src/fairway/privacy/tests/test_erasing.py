"""An erased person is found nowhere; counts, sums, events and decisions stay what they were."""

import pytest
import time_machine
from conftest import as_owner
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.db import connection

from fairway.connect.actions.runs import start_import
from fairway.connect.actions.uploads import upload_import
from fairway.connect.models import ImportIssue, ImportRun
from fairway.core.access import Forbidden, system_member
from fairway.core.events.models import Event
from fairway.core.events.record import record
from fairway.core.jobs import run_pending
from fairway.core.personal.models import ErasedPerson
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Seat, User
from fairway.deals.models import Deal
from fairway.leads.actions.offers import accept_offer, offer_lead_to
from fairway.leads.models import Lead, LeadNote, LeadPerson, RoutingDecision
from fairway.privacy.actions.erasing import allow_again, ask_erasure, carry_out
from fairway.privacy.actions.exports import ask_for_data_of, export_path
from fairway.privacy.models import Erasure, PersonalExport
from fairway.privacy.rules.needles import needles
from fairway.privacy.tests.making import AT, EMAIL, PHONE, a_lead, a_person, jörg
from fairway.workflow.actions.notifications import notify
from fairway.workflow.models import Mail, Notification


@pytest.fixture(autouse=True)
def _now(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(AT, tick=False):
        yield


def found_anywhere(*texts):
    """ "table.column: rows" of every text and JSON column of the database that holds one of the texts, as the owner."""
    pattern = "|".join(texts)
    found = []
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN information_schema.tables t"
            " ON t.table_name = c.table_name AND t.table_schema = c.table_schema AND t.table_type = 'BASE TABLE'"
            " WHERE c.table_schema = 'public' AND (c.udt_name IN ('tsvector', 'citext')"
            " OR c.data_type IN ('text', 'character varying', 'jsonb', 'json', 'ARRAY'))"
        )
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE "{column}"::text ~* %s', [pattern])
            if count := cursor.fetchone()[0]:
                found.append(f"{table}.{column}: {count}")
    return found


def erase(acme, row, typed="Jörg Müller", reason="Asked for it by mail."):
    with entering(acme.admin.context):
        erasure = ask_erasure(row=row, reason=reason, typed=typed, actor=acme.admin, at=AT)
    run_pending()
    with acting_for(acme.admin):
        return Erasure.objects.get(pk=erasure.pk)


COUNTED = (LeadPerson, LeadNote, Notification, Mail, Seat)


def books(acme):
    """What an erasure must leave as it is."""
    with acting_for(acme.admin):
        return {
            "leads": list(Lead.objects.order_by("pk").values_list("pk", "state", "amount_minor", "company")),
            "deals": list(Deal.objects.order_by("pk").values_list("pk", "state", "amount_minor", "currency")),
            "decisions": list(RoutingDecision.objects.order_by("pk").values_list("outcome", "candidates", "excluded")),
            "events": list(
                Event.objects.exclude(subject_type="erasure").order_by("at", "id")
                .values_list("id", "at", "subject_type", "subject_id", "verb", "actor_seat_id")
            ),
            "rows": {model.__name__: model.objects.count() for model in COUNTED},
        }  # fmt: skip


def test_nothing_of_the_person_is_left_and_the_books_are_whole(committed):
    acme = committed
    made = jörg(acme)
    offer = offer_lead_to(lead=lead_of(acme, made.leads[0]), partner=acme.beta, actor=acme.cam, at=AT)
    accept_offer(offer=offer, actor=acme.beta_seller, at=AT)
    with acting_for(acme.admin):
        notify([acme.cam.seat_id], "registration.returned", {"customer": "K", "question": f"Wer ist {EMAIL}?"}, at=AT)
        record(
            "noted", made.contact, actor=acme.admin, at=AT, reason=f"Anruf von Jörg Müller, {PHONE}", tel=49305551234
        )
    run_pending()
    before = books(acme)
    assert len(found_anywhere("joerg.mueller@kunde-halle", r"5551234", "Jörg\\s+Müller")) >= 8
    erasure = erase(acme, made.person)
    assert (erasure.state, erasure.error, erasure.found) == ("done", "", {})
    assert found_anywhere("mueller@kunde-halle", r"555[- ]?1234", "J(ö|oe)rg\\s+M(ü|ue)ller") == []
    assert books(acme) == before
    with acting_for(acme.admin):
        assert {p.last_name for p in LeadPerson.objects.all()} == {erasure.placeholder}
        text = LeadNote.objects.get().text
        assert text == (
            f"Rief an: {erasure.placeholder} ({erasure.placeholder}), Tel. {erasure.placeholder}."
            f" {erasure.placeholder} will Preise."
        )
        assert Lead.objects.get(pk=made.leads[0]).extra == {"from": erasure.placeholder, "tel": erasure.placeholder}
        events = Event.objects.filter(subject_type="erasure").order_by("at", "id").values_list("verb", flat=True)
        assert list(events) == ["asked", "carried_out"]
    assert erasure.counts["LeadPerson"] == 2
    assert erasure.kept["leads"] == 2


def lead_of(acme, pk):
    with entering(acme.admin.context):
        return Lead.objects.get(pk=pk)


def test_others_keep_what_is_theirs(acme):
    made = jörg(acme)
    other = a_lead(acme.operations, a_person("Jörgen", "Müllerson", f"x{EMAIL}", PHONE))
    at_zeta = a_lead(acme.zeta_admin, a_person())
    erase(acme, made.person)
    with acting_for(acme.admin):
        kept = LeadPerson.objects.get(lead=other)
        assert (kept.first_name, kept.email, kept.phone) == ("Jörgen", f"x{EMAIL}", PHONE)
    with acting_for(acme.zeta_admin):
        theirs = LeadPerson.objects.get(lead=at_zeta)
        assert (theirs.last_name, theirs.email, theirs.phone) == ("Müller", EMAIL, PHONE)


def test_doing_it_twice_or_after_a_broken_worker_changes_nothing_more(acme):
    made = jörg(acme)
    erasure = erase(acme, made.person)
    before = books(acme)
    with acting_for(acme.admin):
        Erasure.objects.filter(pk=erasure.pk).update(state="running")
    carry_out(erasure_id=erasure.pk, actor=system_member(acme.acme.pk, "Erasure"), at=AT)
    carry_out(erasure_id=erasure.pk, actor=system_member(acme.acme.pk, "Erasure"), at=AT)
    assert books(acme) == before


def test_without_reason_name_or_right_nobody_is_erased(acme):
    made = jörg(acme)
    before = books(acme)
    wrong = [{"typed": "Jörg"}, {"reason": "  "}, {"typed": ""}]
    for values in wrong:
        given = {"reason": "Asked for it.", "typed": "Jörg Müller"} | values
        with entering(acme.admin.context), pytest.raises(Refused):
            ask_erasure(row=made.person, **given, actor=acme.admin, at=AT)
    for member in (acme.operations, acme.chief):
        with entering(member.context), pytest.raises(Forbidden):
            ask_erasure(row=made.person, reason="Asked for it.", typed="Jörg Müller", actor=member, at=AT)
    run_pending()
    assert books(acme) == before
    with acting_for(acme.admin):
        assert not Erasure.objects.exists()
        assert not ErasedPerson.objects.exists()


def seat_row(acme, member):
    with entering(acme.admin.context):
        return Seat.objects.get(pk=member.seat_id)


def test_who_left_is_erased_with_log_in_and_notices_and_who_has_a_seat_is_not(acme, client_of):
    client_of(acme.cam)
    with acting_for(acme.admin):
        notify([acme.cam.seat_id], "offer.lapsed", {"partner": "Beta", "title": "Wi-Fi"}, at=AT)
    row = seat_row(acme, acme.cam)
    email, name, user_id = row.email, row.name, row.user_id
    for other in (acme.cam, acme.admin):
        with entering(acme.admin.context), pytest.raises(Refused):
            ask_erasure(row=seat_row(acme, other), reason="Left.", typed=other.name, actor=acme.admin, at=AT)
    with acting_for(acme.admin):
        Seat.objects.filter(pk=row.pk).update(is_active=False)
    sessions = Session.objects.count()
    erasure = erase(acme, row, typed=name)
    assert erasure.state == "done", erasure.error
    user = User.objects.get(pk=user_id)
    assert (user.name, user.is_active, user.has_usable_password()) == (erasure.placeholder, False, False)
    assert user.email.endswith("@erased.invalid")
    assert Session.objects.count() <= sessions
    assert not User.objects.filter(email=email).exists()
    with acting_for(acme.admin):
        assert Seat.objects.get(pk=row.pk).name == erasure.placeholder
        told = Notification.objects.get(seat_id=row.pk)
        assert (told.title, told.body, told.values) == ("", "", None)


def test_a_person_of_two_vendors_keeps_log_in_and_the_other_vendors_rows(acme):
    row = seat_row(acme, acme.beta_executive)
    with acting_for(acme.admin):
        Seat.objects.filter(pk=row.pk).update(is_active=False)
    erasure = erase(acme, row, typed=row.name)
    assert erasure.state == "done"
    user = User.objects.get(pk=row.user_id)
    assert (user.email, user.is_active) == (row.email, True)
    with acting_for(acme.zeta_admin):
        assert Seat.objects.filter(email=row.email).count() == 1
    with acting_for(acme.admin):
        assert not Seat.objects.filter(email=row.email).exists()


def an_import(acme, text, kind="leads"):
    with entering(acme.operations.context):
        run = upload_import(
            kind=kind, file=ContentFile(text.encode(), name="people.csv"), file_name="people.csv",
            actor=acme.operations, at=AT,
        )  # fmt: skip
        start_import(run=run, actor=acme.operations, at=AT)
    run_pending()
    with acting_for(acme.admin):
        return ImportRun.objects.get(pk=run.pk)


ROWS = (
    f"Id,Need,First name,Last name,E-mail,Country\n1,Wi-Fi,Jörg,Müller,{EMAIL},DE\n2,Switches,Eva,Lang,eva@lang.de,XX\n"
)


TWICE = f"Id,Need,First name,Last name,E-mail\n1,Fans,Eva,Lang,eva@lang.de\n1,Wi-Fi,Jörg,Müller,{EMAIL}\n"


def test_uploads_refused_rows_and_exports_that_name_the_person_go(acme, settings):
    run = an_import(acme, TWICE)
    with acting_for(acme.admin):
        assert EMAIL in str(list(ImportIssue.objects.values_list("values", flat=True)))
    made = jörg(acme)
    with entering(acme.admin.context):
        export = ask_for_data_of(row=made.person, actor=acme.admin, at=AT)
    run_pending()
    assert export_path(export).exists()
    erasure = erase(acme, made.person)
    assert erasure.state == "done", erasure.error
    assert not export_path(export).exists()
    with acting_for(acme.admin):
        assert not [issue for issue in ImportIssue.objects.all() if EMAIL in str(issue.values)]
        assert PersonalExport.objects.get().found == {}
    for path in settings.MEDIA_ROOT.rglob("*"):
        assert not path.is_file() or EMAIL.encode() not in path.read_bytes(), path
    with acting_for(acme.admin):
        assert ImportRun.objects.get(pk=run.pk).rows_read == 2


def test_a_list_does_not_bring_an_erased_person_in_again_unless_allowed(acme):
    made = jörg(acme)
    erasure = erase(acme, made.person)
    run = an_import(acme, ROWS.replace(",XX", ",DE"))
    with acting_for(acme.admin):
        issue = ImportIssue.objects.get(run=run)
        assert (run.rows_created, run.rows_refused, issue.line) == (1, 1, 2)
        assert issue.message.startswith("This person was erased on 4 March 2026")
        assert EMAIL not in str(issue.values)
        assert not LeadPerson.objects.filter(email=EMAIL).exists()
    with entering(acme.admin.context):
        allow_again(erasure=erasure, actor=acme.admin, at=AT)
        with pytest.raises(Refused):
            allow_again(erasure=erasure, actor=acme.admin, at=AT)
    assert an_import(acme, ROWS.replace(",XX", ",DE")).rows_created == 1
    with acting_for(acme.admin):
        assert LeadPerson.objects.filter(email=EMAIL).count() == 1


def test_needles_take_whole_addresses_and_names_only():
    found = needles(["ann@x.de"], ["+49 (30) 55 51-234", "12"], ["Ann Lee", "Cher"])
    text = "Ann Lee, joann@x.de, ann@x.de.example, ANN@X.DE. Lee, Ann; Annie Lee; Cher; 4930 5551234, 49305551234567"
    assert found.out_of(text, "*", with_names=True) == (
        "*, joann@x.de, ann@x.de.example, *. *; Annie Lee; Cher; *, 49305551234567"
    )
    assert found.out_of("Ann Lee", "*", with_names=False) == "Ann Lee"
    assert found.out_of({"ann@x.de": [49305551234, 4, None, True]}, "*", with_names=False) == {
        "*": ["*", 4, None, True]
    }
    assert not needles([], ["12"], ["Cher"]).all
