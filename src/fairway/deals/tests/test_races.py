from threading import Barrier, Thread

import pytest
from django.db import connection

from fairway.core.moves import StateConflict
from fairway.core.refusals import Refused
from fairway.core.states import TransitionRefused
from fairway.deals.actions.decisions import approve_registration
from fairway.deals.actions.opening import convert_lead
from fairway.deals.actions.registrations import submit_registration
from fairway.deals.tests.making import (
    LATER,
    accepted_lead,
    approvals,
    customers,
    deals,
    drafted,
    fresh,
    line,
    protections,
    to_decide,
)


def together(*acts):
    """Run the functions at the same moment, each in a thread and transaction of its own."""
    start, said = Barrier(len(acts)), []

    def run(act):
        try:
            start.wait()
            act()
            said.append("done")
        except (Refused, StateConflict, TransitionRefused) as refusal:
            said.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(said)


def test_two_who_approve_one_registration_at_once_give_one_protection(committed):
    registration = to_decide(committed)
    rows = [fresh(committed, registration) for _ in range(2)]
    said = together(
        lambda: approve_registration(registration=rows[0], actor=committed.deal_desk, at=LATER),
        lambda: approve_registration(registration=rows[1], actor=committed.chief, at=LATER),
    )
    assert said.count("done") == 1
    assert [row.state for row in protections(committed)] == ["live"]
    assert len(deals(committed)) == 1
    assert approvals(committed, registration) == [("approved", False)]


def test_two_rivals_who_send_at_once_are_first_and_second(committed):
    line(committed)
    beta = drafted(committed)
    gamma = drafted(committed, committed.gamma_seller)
    said = together(
        lambda: submit_registration(registration=beta, actor=committed.beta_seller, at=LATER),
        lambda: submit_registration(registration=gamma, actor=committed.gamma_seller, at=LATER),
    )
    assert said == ["done", "done"]
    assert sorted(fresh(committed, row).state for row in (beta, gamma)) == ["approved", "submitted"]
    assert len(protections(committed)) == 1
    assert customers(committed) == ["Weserland Kliniken gGmbH"]


@pytest.mark.parametrize("turn", [0, 1])
def test_two_registrations_of_one_key_approved_at_once_give_one_protection(committed, turn):
    first = to_decide(committed)
    second = to_decide(committed, committed.gamma_seller, LATER)
    rows = [first, second] if turn else [second, first]
    said = together(
        *[
            lambda row=row: approve_registration(
                registration=fresh(committed, row), actor=committed.deal_desk, at=LATER
            )
            for row in rows
        ]
    )
    assert said == ["Refused", "done"]
    assert [row.partner_id for row in protections(committed)] == [committed.beta.pk]


def test_a_lead_pressed_twice_at_once_becomes_one_deal(committed):
    lead = accepted_lead(committed)
    said = together(
        lambda: convert_lead(lead=lead, actor=committed.beta_seller, at=LATER),
        lambda: convert_lead(lead=lead, actor=committed.beta_executive, at=LATER),
    )
    assert said == ["done", "done"]
    assert len(deals(committed)) == 1
