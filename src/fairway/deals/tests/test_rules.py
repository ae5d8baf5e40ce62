from datetime import UTC, datetime, timedelta

import pytest

from fairway.deals.rules.conflicts import Claim, Weight, lines_overlap, scope_key, scopes_overlap, weigh
from fairway.deals.rules.decision import DealPolicy, Facts, extended_until, judge, protected_until
from fairway.deals.rules.states import DEAL, PROTECTION, REGISTRATION

AT = datetime(2026, 3, 4, 15, tzinfo=UTC)
EARLIER, LATER = AT - timedelta(hours=1), AT + timedelta(hours=1)
BETA, GAMMA = 1, 2
WIFI, SWITCHES = 10, 20


def claim(kind="registration", partner=GAMMA, line=WIFI, scope="", since=AT, likeness=1.0, id=5):
    return Claim(kind, partner, line, scope, since, id=id, likeness=likeness)


OWN = claim(partner=BETA, id=3)


@pytest.mark.parametrize(
    ("other", "weight"),
    [
        (claim("protection"), Weight.BLOCKING),
        (claim("protection", scope="house b"), Weight.BLOCKING),
        (claim("protection", line=None), Weight.BLOCKING),
        (claim("protection", line=SWITCHES), None),
        (claim("protection", likeness=0.9), Weight.LOOK),
        (claim("registration", since=EARLIER), Weight.BLOCKING),
        (claim("registration", since=LATER), None),
        (claim("registration", since=AT, id=2), Weight.BLOCKING),
        (claim("registration", since=AT, id=4), None),
        (claim("registration", since=LATER, likeness=0.9), Weight.LOOK),
        (claim("deal"), Weight.LOOK),
        (claim("deal", line=SWITCHES), None),
        (claim("protection", partner=BETA), Weight.OWN),
        (claim("registration", partner=BETA, since=LATER), Weight.OWN),
        (claim("protection", partner=BETA, scope="house b"), None),
        (claim("protection", partner=BETA, likeness=0.9), None),
        (claim("deal", partner=BETA), None),
    ],
)
def test_a_claim_weighs_by_customer_line_scope_and_time(other, weight):
    assert weigh(OWN, other) is weight


def test_two_projects_of_one_customer_are_worth_a_look_and_the_same_project_blocks():
    own = claim(partner=BETA, scope="house b")
    assert weigh(own, claim("protection", scope="house c")) is Weight.LOOK
    assert weigh(own, claim("protection", scope="house b")) is Weight.BLOCKING


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ward Wi-Fi, house B", "ward wi fi  House b", True),
        ("House B", "House C", False),
        ("ÄRZTEHAUS", "ärztehaus", True),
    ],
)
def test_a_project_is_the_same_however_it_is_spelled(one, other, same):
    assert (scope_key("project", one) == scope_key("project", other)) is same
    assert scope_key("customer", one) == ""


def test_overlap_is_mutual():
    for one in (None, WIFI, SWITCHES):
        for other in (None, WIFI, SWITCHES):
            assert lines_overlap(one, other) is lines_overlap(other, one)
    for one in ("", "a", "b"):
        for other in ("", "a", "b"):
            assert scopes_overlap(one, other) is scopes_overlap(other, one)


CLEAR = Facts(
    is_customer_clear=True, conflicts=0, amount_minor=4_999_999, currency="USD", vendor_currency="USD",
    is_partner_active=True,
)  # fmt: skip


def test_a_case_is_clear_only_when_every_check_holds():
    assert judge(CLEAR).is_clear
    changes = [
        {"is_customer_clear": False}, {"conflicts": 1}, {"amount_minor": 5_000_000}, {"amount_minor": None},
        {"currency": "EUR"}, {"is_partner_active": False},
    ]  # fmt: skip
    for change in changes:
        facts = Facts(**{**{name: getattr(CLEAR, name) for name in CLEAR.__slots__}, **change})
        verdict = judge(facts)
        assert not verdict.is_clear
        assert [each["holds"] for each in verdict.reasons].count(False) == 1


def test_an_extension_ends_at_the_most_a_protection_may_last():
    policy = DealPolicy(extensions_most_days=100)
    until = protected_until(AT, 60)
    assert extended_until(AT, until, 40, policy) == AT + timedelta(days=100)
    for days in (41, 0, -1):
        with pytest.raises(ValueError, match=str(days)):
            extended_until(AT, until, days, policy)


def test_every_machine_says_the_same_as_its_drawing():
    assert {verb: REGISTRATION.states_allowing(verb) for verb in REGISTRATION.verbs} == {
        "submit": ("draft", "returned"),
        "withdraw": ("draft", "submitted", "returned"),
        "return": ("submitted",),
        "approve": ("submitted",),
        "reject": ("submitted", "returned"),
        "revoke": ("approved",),
    }
    assert {verb: PROTECTION.states_allowing(verb) for verb in PROTECTION.verbs} == {
        "extend": ("live", "extended"),
        "expire": ("live", "extended"),
        "release": ("live", "extended"),
    }
    open_states = {"qualified", "proposal", "negotiation"}
    for verb in DEAL.verbs:
        assert set(DEAL.states_allowing(verb)) == open_states - {verb.removeprefix("to_")}
