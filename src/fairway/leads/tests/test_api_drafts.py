"""Leads by mail, and whose customer a lead is, by programs."""

import pytest
from tests.api import problem_of, program_of

from fairway.core import clock
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.customers.models import Customer
from fairway.leads.actions.mail_in import keep_letter
from fairway.leads.models import CustomerMatch, Lead, LeadDraft, LeadInbox
from fairway.leads.rules.mails import Letter, Read
from fairway.leads.tests.makers import captured

pytestmark = pytest.mark.django_db


def draft(cast, key="a"):
    read = Read(need="Wi-Fi for a hall", company="Halden Werke GmbH", email="k@halden.example", last_name="Thiele")
    letter = Letter(key, "sal@acme.example", "Wi-Fi for a hall", "We need Wi-Fi.", 1, False, read)
    return keep_letter(letter=letter, actor=cast.operations, at=clock.now())


def states(cast):
    with entering(cast.admin.context):
        return list(LeadDraft.objects.order_by("pk").values_list("state", flat=True)), Lead.objects.count()


def test_a_mail_is_read_completed_once_and_then_a_lead_with_its_source(acme):
    made, program = draft(acme), program_of(acme.marketer)
    listed = program.get("lead-drafts?state=open").json()["items"]
    assert [row["uid"] for row in listed] == [str(made.uid)]
    assert program.get(f"lead-drafts/{made.uid}").json()["read"]["company"] == "Halden Werke GmbH"
    body = {"need": "Wi-Fi for a hall", "company": "Halden Werke GmbH", "person": {"email": "k@halden.example"}}
    answer = program.post(f"lead-drafts/{made.uid}/completion", body)
    assert answer.status_code == 201
    assert (answer.json()["source"], answer.json()["person"]["email"]) == ("e-mail", "k@halden.example")
    told = program.get(f"lead-drafts/{made.uid}").json()
    assert (told["state"], told["lead"]) == ("completed", answer.json()["uid"])
    problem_of(program.post(f"lead-drafts/{made.uid}/completion", body), 409)
    assert states(acme) == (["completed"], 1)


def test_a_mail_is_dropped_and_taken_up_again(acme):
    made, program = draft(acme), program_of(acme.marketer)
    assert program.post(f"lead-drafts/{made.uid}/dropping").json()["state"] == "dropped"
    problem_of(program.post(f"lead-drafts/{made.uid}/completion", {"need": "x"}), 409)
    again = program.post(f"lead-drafts/{made.uid}/reopening").json()
    assert (again["state"], again["decided_at"]) == ("open", None)
    assert program.get("lead-drafts?state=dropped").json()["items"] == []
    assert states(acme) == (["open"], 0)


def test_nobody_else_reads_or_decides_a_mail(acme):
    made = draft(acme)
    for member, status in ((acme.zeta_admin, 404), (acme.finance, 403), (acme.beta_executive, 403)):
        program = program_of(member)
        for path in (f"lead-drafts/{made.uid}/dropping", f"lead-drafts/{made.uid}/completion"):
            problem_of(program.post(path, {"need": "x"} if path.endswith("completion") else None), status)
        problem_of(program.get(f"lead-drafts/{made.uid}"), status)
    assert states(acme) == (["open"], 0)


def test_a_body_without_a_need_completes_nothing(acme):
    made = draft(acme)
    problem_of(program_of(acme.marketer).post(f"lead-drafts/{made.uid}/completion", {"city": "Bremen"}), 422)
    problem_of(
        program_of(acme.marketer).post(f"lead-drafts/{made.uid}/completion", {"need": "x", "product_line": "moon"}), 422
    )  # fmt: skip
    assert states(acme) == (["open"], 0)


def test_the_mailbox_is_made_changed_and_renewed(acme):
    program = program_of(acme.operations)
    problem_of(program.get("lead-inbox"), 404)
    problem_of(program.post("lead-inbox/renewal"), 404)
    problem_of(program.patch("lead-inbox", {"is_open": True, "senders": ["halden"]}), 422)
    problem_of(program.patch("lead-inbox", {"is_open": True}), 422)
    with entering(acme.admin.context):
        assert not LeadInbox.objects.exists()
    made = program.patch("lead-inbox", {"is_open": True, "senders": ["@halden.example"]})
    assert made.json()["address"].startswith("leads+acme.")
    assert (made.json()["is_open"], made.json()["senders"]) == (True, ["@halden.example"])
    problem_of(program.patch("lead-inbox", {"is_open": False}, If_Match='"1"'), 412)
    shut = program.patch("lead-inbox", {"is_open": False}, If_Match=made["ETag"]).json()
    assert (shut["is_open"], shut["senders"]) == (False, ["@halden.example"])
    assert program.post("lead-inbox/renewal").json()["address"] != made.json()["address"]
    for member in (acme.cam, acme.finance, acme.beta_executive):
        problem_of(program_of(member).get("lead-inbox"), 403)
        problem_of(program_of(member).post("lead-inbox/renewal"), 403)
    problem_of(program_of(acme.zeta_admin).get("lead-inbox"), 404)


def test_a_program_says_whether_a_lead_is_of_the_customer(acme):
    lead, program = captured(acme), program_of(acme.cam)
    problem_of(program.post(f"leads/{lead.uid}/customer", {"is_customer": True}), 404)
    with acting_for(acme.admin):
        customer = Customer.objects.create(vendor=acme.acme, name="Brinkmann Logistics", created_at=clock.now())
        CustomerMatch.objects.create(vendor=acme.acme, lead=lead, customer=customer, likeness=0.8, found_at=clock.now())
    told = program.post(f"leads/{lead.uid}/customer", {"is_customer": False}).json()
    assert (told["customer"]["uid"], told["customer"]["state"]) == (str(customer.uid), "no")
    assert program.post(f"leads/{lead.uid}/customer", {"is_customer": True}).json()["customer"]["state"] == "yes"
    problem_of(program.post(f"leads/{lead.uid}/customer", {}), 422)
    problem_of(program_of(acme.beta_executive).post(f"leads/{lead.uid}/customer", {"is_customer": True}), 403)
    problem_of(program_of(acme.zeta_admin).post(f"leads/{lead.uid}/customer", {"is_customer": True}), 404)
