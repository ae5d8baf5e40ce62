"""Pools through pages and API: what a partner takes, what it is told, and what staff change."""

import pytest
from tests.api import problem_of, program_of

from fairway.core.access import system_member
from fairway.core.tenancy.context import entering
from fairway.leads.actions.pools import save_pool
from fairway.leads.actions.routing import route_leads
from fairway.leads.models import Lead, LeadPool, PoolEntry
from fairway.leads.tests import makers
from fairway.leads.tests.test_pools import AT, a_pool, of_beta, pooled, to_pool
from fairway.leads.tests.test_routing import profile

pytestmark = pytest.mark.django_db


@pytest.fixture
def rules(acme):
    return system_member(acme.acme.pk, "Routing", kind="rule")


def text_of(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def uids(cast):
    with entering(cast.admin.context):
        return [str(uid) for uid in PoolEntry.objects.order_by("pk").values_list("uid", flat=True)]


def state_of(cast):
    with entering(cast.admin.context):
        return sorted(Lead.objects.values_list("state", flat=True))


def a_person_in_a_pool(cast, rules, **pool):
    for partner in (cast.beta, cast.gamma):
        profile(cast, partner, lead_capacity=3)
    to_pool(cast, a_pool(cast, **pool))
    lead = makers.captured(cast)
    assert route_leads(lead_ids=[lead.pk], actor=rules, at=AT) == {"pool": 1}
    return uids(cast)[0]


def test_the_pool_shows_briefs_and_nowhere_the_person(acme, client_of, rules):
    uid = a_person_in_a_pool(acme, rules)
    client = client_of(acme.beta_seller)
    for path in ("leads/pool/", f"leads/pool/{uid}/"):
        page = text_of(client.get(f"/acme/portal/{path}"))
        assert "Wi-Fi for a new warehouse" in page
        assert not [secret for secret in makers.SECRETS if secret in page], path
    assert "Take it" in text_of(client.get("/acme/portal/leads/pool/"))


def test_one_post_takes_a_lead_and_the_next_is_told_and_goes_on(acme, client_of, rules):
    uid = a_person_in_a_pool(acme, rules)
    beta, gamma = client_of(acme.beta_seller), client_of(acme.gamma_seller)
    answer = beta.post(f"/acme/portal/leads/pool/{uid}/claim/", follow=True)
    assert "The lead is yours" in text_of(answer)
    assert "Thielemann" in text_of(answer)
    late = gamma.post(f"/acme/portal/leads/pool/{uid}/claim/?line=x", follow=True)
    page = text_of(late)
    assert late.request["PATH_INFO"].endswith("/portal/leads/pool/")
    assert "Already taken: another partner was faster." in page
    assert "No leads in the pool now" in page
    assert "no longer free" in text_of(gamma.get(f"/acme/portal/leads/pool/{uid}/"))
    assert state_of(acme) == ["accepted"]


def test_who_does_not_see_a_lead_gets_404_and_takes_nothing(acme, client_of, rules):
    uid = a_person_in_a_pool(acme, rules, who=of_beta(acme))
    for member in (acme.gamma_seller, acme.admin):
        client = client_of(member)
        assert client.get(f"/acme/portal/leads/pool/{uid}/").status_code == 404
        assert client.post(f"/acme/portal/leads/pool/{uid}/claim/").status_code == 404
    assert client_of(acme.beta_marketer).post(f"/acme/portal/leads/pool/{uid}/claim/").status_code == 403
    assert client_of(acme.beta_seller).get(f"/acme/portal/leads/pool/{uid}/claim/").status_code == 405
    assert state_of(acme) == ["pooled"]


def test_filters_narrow_the_pool_and_say_when_nothing_is_left(acme, client_of, rules):
    profile(acme, acme.gamma, lead_capacity=5)
    pooled(acme, rules, a_pool(acme), 2, amount_minor=2_000_000, currency="USD", state_code="NY")
    client = client_of(acme.beta_seller)
    for query, count in (
        ("", 2), ("amount=middle", 2), ("amount=large", 0), ("region=US", 2), ("region=US-NY", 2), ("region=DE", 0),
        ("line=nonsense", 2), ("amount=nonsense", 2),
    ):  # fmt: skip
        page = text_of(client.get(f"/acme/portal/leads/pool/?{query}"))
        assert page.count("Take it") == count, query
    assert "No lead in the pool matches" in text_of(client.get("/acme/portal/leads/pool/?amount=large"))


def test_a_partner_without_room_reads_on_and_is_told_why_it_takes_nothing(acme, client_of, rules):
    uid = a_person_in_a_pool(acme, rules)
    profile(acme, acme.beta, lead_capacity=0)
    client = client_of(acme.beta_seller)
    page = text_of(client.get("/acme/portal/leads/pool/"))
    assert "No more for now." in page
    assert "Take it" not in page
    assert "See it" in page
    answer = client.post(f"/acme/portal/leads/pool/{uid}/claim/", follow=True)
    assert "your limit is 0" in text_of(answer)
    assert state_of(acme) == ["pooled"]


def test_staff_make_a_pool_change_it_and_see_what_lies_in_it(acme, client_of, rules):
    client = client_of(acme.operations)
    given = {"name": "Nord", "widen_after_hours": "4", "open_most": "2", "is_open": "on"}
    assert client.post("/acme/console/pools/new/", given).status_code == 302
    with entering(acme.admin.context):
        pool = LeadPool.objects.get()
    assert (pool.name, pool.who, pool.widen_after_hours, pool.open_most, pool.is_open) == ("Nord", {}, 4.0, 2, True)
    page = text_of(client.post("/acme/console/pools/new/", given), 422)
    assert "Another pool has this name." in page
    pooled(acme, rules, pool, 2)
    assert "Nord" in text_of(client.get("/acme/console/pools/"))
    page = text_of(client.get(f"/acme/console/pools/leads/?pool={pool.uid}"))
    assert page.count("Need ") >= 2
    text_of(client.get(f"/acme/console/pools/{pool.uid}/"))
    changed = client.post(f"/acme/console/pools/{pool.uid}/", {**given, "name": "Nordost", "is_open": ""})
    assert changed.status_code == 302
    with entering(acme.admin.context):
        pool.refresh_from_db()
    assert (pool.name, pool.is_open, pool.version) == ("Nordost", False, 2)
    assert client_of(acme.cam).post("/acme/console/pools/new/", given).status_code == 403


def test_staff_take_leads_out_one_by_one_and_many_at_once(acme, client_of, rules):
    lead_ids = pooled(acme, rules, a_pool(acme), 3)
    client, found = client_of(acme.cam), uids(acme)
    with entering(acme.admin.context):
        lead = Lead.objects.get(pk=lead_ids[0])
    text_of(client.post(f"/acme/console/leads/{lead.uid}/leaving/", {"reason": ""}), 422)
    assert client.post(f"/acme/console/leads/{lead.uid}/leaving/", {"reason": "Mine"}).status_code == 302
    verb = "/acme/console/lists/poolentry-list/leave/"
    text_of(client.post(verb, {"chosen": found[1:]}))
    client.post(verb, {"chosen": found[1:], "confirmed": "1", "reason": "Too large"})
    assert state_of(acme) == ["waiting"] * 3
    page = text_of(client.get("/acme/console/pools/leads/?state=left"))
    assert page.count("Taken out") >= 3


def test_who_took_a_lead_stands_in_the_list_of_staff_and_on_the_lead(acme, client_of, rules):
    uid = a_person_in_a_pool(acme, rules)
    client = client_of(acme.cam)
    with entering(acme.admin.context):
        lead = Lead.objects.get()
    assert "In the pool Open market since" in text_of(client.get(f"/acme/console/leads/{lead.uid}/"))
    client_of(acme.beta_seller).post(f"/acme/portal/leads/pool/{uid}/claim/")
    assert acme.beta.name in text_of(client.get("/acme/console/pools/leads/?state=taken"))
    assert "Taken from the pool" in text_of(client.get(f"/acme/console/leads/{lead.uid}/"))


def test_a_rule_is_given_a_pool_on_its_screen(acme, client_of):
    pool = a_pool(acme)
    client = client_of(acme.operations)
    client.post("/acme/console/routing/rules/")
    page = client.get("/acme/console/routing/")
    uid = text_of(page).rsplit('id="rule-', 1)[1].split('"')[0]
    rule = {
        "action": "pool", "match": ["country"], "limit_hours": "8", "partners_at_most": "3", "distance": "0",
        "record": "0", "room": "0", "turn": "0",
    }  # fmt: skip
    assert "Choose a pool." in text_of(client.post(f"/acme/console/routing/rules/{uid}/", rule), 400)
    assert client.post(f"/acme/console/routing/rules/{uid}/", {**rule, "pool": str(pool.uid)}).status_code == 302
    page = text_of(client.get("/acme/console/routing/"))
    assert "go into the pool" in page
    assert "Open market" in page


def test_programs_read_the_pool_take_from_it_and_are_told_when_too_late(acme, rules):
    uid = a_person_in_a_pool(acme, rules)
    beta, gamma = program_of(acme.beta_seller), program_of(acme.gamma_seller)
    listed = beta.get("pool-leads")
    (told,) = listed.json()["items"]
    assert (told["uid"], told["state"], told["pool"], told["lead"]) == (uid, "open", None, None)
    assert not [secret for secret in makers.SECRETS if secret.encode() in listed.content]
    assert beta.get("pool-leads?country=DE").json()["items"] == []
    answer = beta.post(f"pool-leads/{uid}/claim").json()
    assert (answer["state"], answer["lead"] is not None) == ("claimed", True)
    late = gamma.post(f"pool-leads/{uid}/claim")
    assert problem_of(late, 409)["detail"] == "Already taken: another partner was faster."
    assert gamma.get(f"pool-leads/{uid}").json()["lead"] is None


def test_programs_of_staff_make_change_and_empty_pools(acme, rules):
    staff = program_of(acme.operations)
    made = staff.post("pools", {"name": "Nord", "who": {}, "open_most": 3})
    assert made.status_code == 201
    uid = made.json()["uid"]
    assert staff.patch(f"pools/{uid}", {"widen_after_hours": 4}).json()["widen_after_hours"] == 4.0
    assert staff.patch(f"pools/{uid}", {"who": {"field": "partner.moon", "op": "is", "value": 1}}).status_code == 422
    assert program_of(acme.cam).post("pools", {"name": "Süd"}).status_code == 403
    assert program_of(acme.beta_seller).get("pools").status_code == 403
    with entering(acme.admin.context):
        pool = LeadPool.objects.get()
    pooled(acme, rules, pool)
    (entry,) = staff.get(f"pool-leads?pool={uid}").json()["items"]
    assert entry["pool"] == uid
    out = staff.post(f"pool-leads/{entry['uid']}/removal", {"reason": "Too large"})
    assert out.json()["state"] == "left"
    assert program_of(acme.beta_seller).post(f"pool-leads/{entry['uid']}/removal", {"reason": "x"}).status_code == 403
    rule = {
        "name": "", "when": {}, "limit_hours": 8, "partners_at_most": 3,
        "action": {"kind": "pool", "pool": "0198f2aa-0000-7000-8000-00000000000f"},
    }  # fmt: skip
    refused = staff.patch("routing", {"rules": [rule]})
    assert refused.status_code == 422
    assert "There is no such pool." in refused.content.decode()
    rule["action"]["pool"] = uid
    assert staff.patch("routing", {"rules": [rule]}).status_code == 200


def test_a_changed_limit_counts_at_once_for_what_lies_in_the_pool(acme, rules):
    pool = a_pool(acme)
    pooled(acme, rules, pool, 2)
    save_pool(pool=pool, actor=acme.operations, at=AT, day_most=1)
    with entering(acme.beta_seller.context):
        assert set(PoolEntry.objects.values_list("day_most", flat=True)) == {1}
