"""Whose named account a company is when several could be meant: always the same one, and it says why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.core.access import system_member
from fairway.core.tenancy.context import entering
from fairway.core.told import tell
from fairway.leads.actions.accounts import save_account
from fairway.leads.actions.routing import route_leads
from fairway.leads.models import RoutingDecision
from fairway.leads.rules.named_accounts import Account, Accounts
from fairway.leads.tests.test_routing import AT, captured, profile, publish

NORD_A = Account(1, "Nordlicht", "a.example", "nordlicht", 11)
NORD_B = Account(2, "Nordlicht", "b.example", "nordlicht", 22)
NORD = Account(3, "Nordlicht", "", "nordlicht", 33)


@pytest.mark.parametrize(
    ("accounts", "asked", "partner", "why"),
    [
        ([NORD_A, NORD_B, NORD], ("b.example", "nordlicht"), 22, "by its domain"),
        ([NORD_A, NORD_B, NORD], ("", "nordlicht"), 33, "of 3 so called the one without a domain"),
        ([NORD_A, NORD_B], ("c.example", "nordlicht"), 11, "of 2 so called the one made first"),
        ([NORD_B], ("", "nordlicht"), 22, "by its name"),
    ],
)
def test_which_of_several_counts(accounts, asked, partner, why):
    found, said = Accounts(accounts).of(*asked)
    assert (found.partner_id, str(said).endswith(why)) == (partner, True)


def test_nobodys_company_is_nobodys():
    assert Accounts([NORD_A, NORD]).of("", "") is None
    assert Accounts([NORD_A, NORD]).of("x.example", "other") is None


@given(st.permutations([NORD_A, NORD_B, NORD, Account(4, "X", "", "x", 44)]), st.sampled_from(["", "a.example"]))
def test_the_order_in_which_they_are_read_plays_no_part(listed, domain):
    assert Accounts(listed).of(domain, "nordlicht") == Accounts(sorted(listed)).of(domain, "nordlicht")


def test_the_decision_says_which_account_it_went_by_and_why(acme):
    for partner in (acme.beta, acme.gamma):
        profile(acme, partner, lead_capacity=5)
    for partner, domain in ((acme.gamma, "nordlicht.example"), (acme.beta, "nordlicht-sued.example")):
        save_account(
            account=None, name="Nordlicht GmbH", domain=domain, partner=partner, actor=acme.operations, at=AT
        )  # fmt: skip
    publish(acme, {"action": {"kind": "account"}, "match": []})
    (lead_id,) = captured(acme, company="Nordlicht")
    route_leads(lead_ids=[lead_id], actor=system_member(acme.acme.pk, "Routing", kind="rule"), at=AT)
    with entering(acme.admin.context):
        decision = RoutingDecision.objects.get(lead_id=lead_id)
    assert decision.partner_id == acme.gamma.pk
    assert [tell(each) for each in decision.reasons] == [
        "named account Nordlicht GmbH, by its name: of 2 so called the one made first"
    ]
