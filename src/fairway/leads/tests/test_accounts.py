"""Named accounts, trigger levels and the model's chance: kept, asked by rules, said in the explanation."""

import pytest
from tests.api import program_of

from fairway.core.access import Forbidden, system_member
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.told import tell
from fairway.leads.actions.accounts import AccountLine, save_account, save_level, send_accounts
from fairway.leads.actions.offers import decline_offer
from fairway.leads.actions.policies import ensure_policies
from fairway.leads.actions.routing import route_leads
from fairway.leads.models import Lead, LeadScore, NamedAccount, Offer, RoutingDecision, TriggerLevel, WinModel
from fairway.leads.queries.expected import gather
from fairway.leads.queries.replay import replay_many
from fairway.leads.rules.levels import Level, is_above, reached
from fairway.leads.tests.test_routing import AT, captured, profile, publish
from fairway.partners.actions.partners import set_credential

pytestmark = pytest.mark.django_db
IS_NAMED = {"all": [{"field": "lead.is_named_account", "op": "is", "value": True}]}
FIRST = {"all": [*IS_NAMED["all"], {"field": "lead.offers_made", "op": "is", "value": 0}]}
ACCOUNT = {"kind": "account"}


@pytest.fixture
def rules(acme):
    return system_member(acme.acme.pk, "Routing", kind="rule")


def account(cast, partner, name="Nordlicht Logistik GmbH", domain=""):
    return save_account(account=None, name=name, domain=domain, partner=partner, actor=cast.operations, at=AT)


def scored(cast, rules, lead_id, points, **more):
    card, _policy = ensure_policies(actor=rules, at=AT)
    with acting_for(cast.admin):
        LeadScore.objects.update_or_create(
            vendor=cast.acme, lead_id=lead_id, defaults={"card": card, "points": points, "scored_at": AT, **more}
        )


def outcome(cast, lead_id):
    with entering(cast.admin.context):
        decision = RoutingDecision.objects.filter(lead_id=lead_id).order_by("-pk").first()
    return decision.outcome, decision.rule_number, decision.partner_id


def test_a_named_account_goes_to_its_partner_first_and_after_a_decline_to_others(acme, rules):
    profile(acme, acme.beta, lead_capacity=5)
    profile(acme, acme.gamma, lead_capacity=5)
    account(acme, acme.gamma)
    publish(acme, {"when": FIRST, "action": ACCOUNT, "match": []}, {"match": []})
    (lead_id,) = captured(acme, company="Nordlicht-Logistik")
    assert route_leads(lead_ids=[lead_id], actor=rules, at=AT) == {"offered": 1}
    assert outcome(acme, lead_id) == ("offered", 1, acme.gamma.pk)
    assert replay_many(lead_ids=[lead_id], actor=acme.admin)[0].differences == []
    with entering(acme.gamma_seller.context):
        offer = Offer.objects.get()
    decline_offer(offer=offer, actor=acme.gamma_seller, at=AT, quality=["other"])
    route_leads(lead_ids=[lead_id], actor=rules, at=AT)
    assert outcome(acme, lead_id) == ("offered", 2, acme.beta.pk)
    (other,) = captured(acme, company="Somebody else")
    route_leads(lead_ids=[other], actor=rules, at=AT)
    assert outcome(acme, other)[1] == 2


def test_a_domain_says_more_than_a_name_and_the_same_company_again_changes_its_partner(acme):
    account(acme, acme.beta, domain="www.nordlicht.example")
    account(acme, acme.gamma, name="Nordlicht Holding", domain="nordlicht.example")
    with entering(acme.admin.context):
        (kept,) = NamedAccount.objects.all()
    assert (kept.name, kept.domain_key, kept.partner_id) == ("Nordlicht Holding", "nordlicht.example", acme.gamma.pk)


@pytest.mark.parametrize(
    ("name", "domain", "said"),
    [(" ", "", "Name a company"), ("Nordlicht", "gmail.com", "names no single company")],
)
def test_an_account_that_names_nobody_is_refused(acme, name, domain, said):
    with pytest.raises(Refused, match=said):
        account(acme, acme.beta, name=name, domain=domain)
    with pytest.raises(Forbidden):
        save_account(account=None, name="X", domain="", partner=acme.beta, actor=acme.cam, at=AT)
    with entering(acme.admin.context):
        assert not NamedAccount.objects.exists()


def test_many_accounts_keep_the_good_lines_and_say_what_is_wrong_with_the_others(acme):
    lines = [
        AccountLine("Nordlicht", "nordlicht.example", acme.beta.name),
        AccountLine("Halden Works", "", "Nobody at all"),
        AccountLine("", "", acme.beta.name),
    ]
    kept, problems = send_accounts(lines=lines, actor=acme.operations, at=AT)
    assert kept == 1
    assert problems == [(2, "No single partner is called “Nobody at all”."), (3, "Name a company, or its domain.")]


LEVELS = [
    Level("", "", "", "", 40), Level("wifi", "", "", "", 60), Level("wifi", "DE", "", "", 70),
    Level("", "DE", "BY", "", 10), Level("", "DE", "", "Fit", 5),
]  # fmt: skip


@pytest.mark.parametrize(
    ("about", "points", "categories", "expected"),
    [
        (("", "US", ""), 40, {}, (True, "40 points, at least 40")),
        (("", "US", ""), 39, {}, (False, "39 points, at least 40")),
        (("wifi", "US", ""), 59, {}, (False, "59 points, at least 60 for wifi")),
        (
            ("wifi", "DE", ""), 70, {"Fit": 9},
            (True, "70 points, at least 70 for wifi DE; 9 points of Fit, at least 5 for DE"),
        ),
        (("wifi", "DE", ""), 70, {}, (False, "70 points, at least 70 for wifi DE; 0 points of Fit, at least 5 for DE")),
        (
            ("cams", "DE", "BY"), 12, {"Fit": 5},
            (True, "12 points, at least 10 for DE-BY; 5 points of Fit, at least 5 for DE"),
        ),
        (("", "US", ""), None, {}, (False, "– points, at least 40")),
    ],
)  # fmt: skip
def test_the_level_that_says_most_about_a_lead_counts(about, points, categories, expected):
    above, because = is_above(LEVELS, *about, points, categories)
    assert (above, tell(because)) == expected


def test_a_lead_without_any_level_is_above_it():
    above, because = is_above([], "", "US", "", None, {})
    assert (above, tell(because)) == (True, "no trigger level is set for it")


def test_a_rule_asks_for_the_level_and_the_explanation_says_it(acme, rules):
    profile(acme, acme.beta, lead_capacity=5)
    save_level(level=None, actor=acme.operations, at=AT, country="US", at_least=60)
    above = {"all": [{"field": "lead.above_trigger", "op": "is", "value": True}]}
    publish(acme, {"when": above, "match": []}, {"action": {"kind": "person"}})
    hot, cold = captured(acme, 2)
    scored(acme, rules, hot, 62)
    scored(acme, rules, cold, 59)
    assert route_leads(lead_ids=[hot, cold], actor=rules, at=AT) == {"offered": 1, "person": 1}
    with entering(acme.admin.context):
        reasons = [tell(each) for each in RoutingDecision.objects.get(lead_id=hot).reasons]
    assert reasons[-1] == "62 points, at least 60 for US"
    assert [one.differences for one in replay_many(lead_ids=[hot, cold], actor=acme.admin)] == [[], []]


def test_levels_that_cannot_be_are_refused_and_the_same_again_changes_the_points(acme):
    save_level(level=None, actor=acme.operations, at=AT, country="US", at_least=60)
    save_level(level=None, actor=acme.operations, at=AT, country="US", at_least=50)
    with pytest.raises(Refused, match="Name the country of the state"):
        save_level(level=None, actor=acme.operations, at=AT, state_code="NY", at_least=1)
    with entering(acme.admin.context):
        assert list(TriggerLevel.objects.values_list("country", "at_least")) == [("US", 50)]


def a_model(cast, state):
    with acting_for(cast.admin):
        return WinModel.objects.create(vendor=cast.acme, number=1, state=state, trained_at=AT)


def test_the_chance_of_the_model_in_use_is_asked_and_weighs_in_batches(acme, rules):
    profile(acme, acme.beta, lead_capacity=5)
    model = a_model(acme, "in_use")
    likely = {"all": [{"field": "lead.chance", "op": "at_least", "value": 30}]}
    policy = publish(acme, {"when": likely, "match": []}, {"action": {"kind": "person"}})
    good, bad = captured(acme, 2, amount_minor=1_000_00, currency="USD")
    scored(acme, rules, good, 10, chance=0.31, chance_by=model)
    scored(acme, rules, bad, 90, chance=0.02, chance_by=model)
    with acting_for(acme.admin):
        gathered = gather([good], policy, AT, "USD")
    assert round(float(gathered.batch.worth[0])) == 31_000
    assert route_leads(lead_ids=[good, bad], actor=rules, at=AT) == {"offered": 1, "person": 1}
    assert outcome(acme, good)[0] == "offered"


def test_a_chance_of_a_model_that_is_no_longer_in_use_counts_for_nothing(acme, rules):
    profile(acme, acme.beta, lead_capacity=5)
    model = a_model(acme, "retired")
    likely = {"all": [{"field": "lead.chance", "op": "at_least", "value": 30}]}
    publish(acme, {"when": likely, "match": []}, {"action": {"kind": "person"}})
    (lead_id,) = captured(acme)
    scored(acme, rules, lead_id, 10, chance=0.9, chance_by=model)
    assert route_leads(lead_ids=[lead_id], actor=rules, at=AT) == {"person": 1}


def test_pages_keep_change_and_remove_accounts_and_levels(acme, client_of):
    client = client_of(acme.operations)
    given = {"name": "Nordlicht", "domain": "nordlicht.example", "partner": acme.beta.name}
    assert client.post("/acme/console/routing/accounts/new/", given).status_code == 302
    assert client.post("/acme/console/routing/accounts/new/", {**given, "partner": "Nobody"}).status_code == 422
    assert b"Nordlicht" in client.get("/acme/console/routing/accounts/?q=nordlicht.example").content
    assert b"Nordlicht" not in client.get("/acme/console/routing/accounts/?q=other").content
    lines = f"Halden; ; {acme.gamma.name}\nBroken line"
    assert client.post("/acme/console/routing/accounts/lines/", {"lines": lines}).status_code == 422
    assert client.post("/acme/console/routing/accounts/lines/", {"lines": lines.splitlines()[0]}).status_code == 302
    with entering(acme.admin.context):
        uid = NamedAccount.objects.get(name="Halden").uid
    assert client.post(f"/acme/console/routing/accounts/{uid}/removal/").status_code == 302
    assert client.post("/acme/console/routing/levels/new/", {"country": "US", "at_least": "60"}).status_code == 302
    assert client.post("/acme/console/routing/levels/new/", {"country": "US"}).status_code == 422
    assert b"60" in client.get("/acme/console/routing/levels/").content
    with entering(acme.admin.context):
        level = TriggerLevel.objects.get()
        assert NamedAccount.objects.count() == 1
    assert client.post(f"/acme/console/routing/levels/{level.uid}/removal/").status_code == 302
    assert client_of(acme.cam).post("/acme/console/routing/accounts/new/", given).status_code == 403


def test_programs_keep_list_and_remove_accounts_and_levels(acme):
    staff = program_of(acme.operations)
    kept = staff.post("named-accounts", {"name": "Nordlicht", "partner": acme.beta.name})
    assert kept.status_code == 201
    sent = staff.post("named-accounts/bulk", {"lines": [{"name": "Halden", "partner": "Nobody"}]}).json()
    assert (sent["kept"], sent["problems"][0]["line"]) == (0, 1)
    (told,) = staff.get("named-accounts").json()["items"]
    assert (told["name"], told["partner"]) == ("Nordlicht", str(acme.beta.uid))
    assert staff.post(f"named-accounts/{told['uid']}/removal").status_code == 200
    level = staff.post("trigger-levels", {"country": "US", "at_least": 60}).json()
    assert staff.post(f"trigger-levels/{level['uid']}/removal").status_code == 200
    assert staff.get("trigger-levels").json()["items"] == []
    assert program_of(acme.beta_seller).get("named-accounts").status_code == 403
    with entering(acme.admin.context):
        assert not Lead.objects.exists()


def holds(cast, partner, code):
    set_credential(
        partner=partner, code=code, name=code.title(), issued_on=AT.date(), expires_on=None, actor=cast.admin, at=AT
    )  # fmt: skip


ABOVE = {"all": [{"field": "lead.above_trigger", "op": "is", "value": True}]}


def test_partners_that_hold_a_credential_go_by_its_level(acme, rules):
    for partner in (acme.beta, acme.gamma):
        profile(acme, partner, lead_capacity=5)
    holds(acme, acme.beta, "security")
    for values in ({"at_least": 60}, {"at_least": 30, "credential": "security"}):
        save_level(level=None, actor=acme.operations, at=AT, **values)
    publish(acme, {"when": ABOVE, "match": []}, {"action": {"kind": "person"}})
    warm, cold = captured(acme, 2)
    scored(acme, rules, warm, 45)
    scored(acme, rules, cold, 20)
    assert route_leads(lead_ids=[warm, cold], actor=rules, at=AT) == {"offered": 1, "person": 1}
    assert outcome(acme, warm) == ("offered", 1, acme.beta.pk)
    with entering(acme.admin.context):
        decision = RoutingDecision.objects.get(lead_id=warm)
    assert decision.excluded == {"below_level": 1}
    assert tell(decision.reasons[-1]) == "45 points, at least 60; partners with security: 45 points, at least 30"
    assert [one.differences for one in replay_many(lead_ids=[warm, cold], actor=acme.admin)] == [[], []]


SKILLED = [Level("", "", "", "", 60), Level("", "", "", "", 30, "a"), Level("wifi", "", "", "", 90, "b")]


@pytest.mark.parametrize(
    ("line", "points", "expected"),
    [
        ("", 45, (True, (("", False), ("a", True)))),
        ("wifi", 61, (True, (("", True), ("a", True), ("b", False)))),
        ("wifi", 20, (False, (("", False), ("a", False), ("b", False)))),
    ],
)
def test_a_lead_reaches_levels_for_some_partners_and_not_for_others(line, points, expected):
    found = reached(SKILLED, line, "US", "", points, {})
    assert (found.is_above, found.by_credential) == expected


@pytest.mark.parametrize(("points", "expected"), [(45, True), (29, False)])
def test_a_level_for_a_credential_stands_in_place_of_a_general_one_that_says_more_about_the_lead(points, expected):
    levels = [Level("P1", "DE", "", "", 60), Level("", "", "", "", 30, "gold")]
    found = reached(levels, "P1", "DE", "", points, {})
    assert (found.is_above, found.by_credential) == (expected, (("", False), ("gold", expected)))


def test_a_level_for_a_credential_that_nobody_holds_is_refused_and_another_stands_beside_the_general_one(
    acme, client_of
):
    with pytest.raises(Refused, match="No partner holds “magic”"):
        save_level(level=None, actor=acme.operations, at=AT, at_least=1, credential="magic")
    holds(acme, acme.gamma, "security")
    client = client_of(acme.operations)
    given = {"country": "US", "at_least": "60"}
    assert client.post("/acme/console/routing/levels/new/", given).status_code == 302
    assert client.post("/acme/console/routing/levels/new/", {**given, "credential": "magic"}).status_code == 422
    skilled = {**given, "at_least": "30", "credential": "security"}
    assert client.post("/acme/console/routing/levels/new/", skilled).status_code == 302
    page = client.get("/acme/console/routing/levels/").content.decode()
    assert "Security" in page
    told = program_of(acme.operations).get("trigger-levels").json()["items"]
    assert {(one["credential"], one["at_least"]) for one in told} == {("", 60), ("security", 30)}
