"""The pages of partners, territories and programmes."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner
from fairway.partners.actions.importing import import_partners
from fairway.partners.models import Program, Territory, Tier
from fairway.partners.rules.rows import PartnerRow

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def bring(acme, n, start=0):
    rows = [
        PartnerRow(i, f"N-{i}", f"Nord {i:04}", country="US", city="Bothell", state_code="WA")
        for i in range(start, start + n)
    ]
    import_partners(rows, actor=acme.operations, at=AT)


def test_the_list_asks_as_many_questions_for_few_as_for_many(acme, client_of):
    client = client_of(acme.chief)
    counts = []
    for start, n in ((0, 3), (3, 300)):
        bring(acme, n, start)
        client.get("/acme/console/partners/")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get("/acme/console/partners/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 30


def test_an_account_manager_sees_the_own_partners_first_and_may_look_at_all(acme, client_of):
    client = client_of(acme.cam)
    own = client.get("/acme/console/partners/").content.decode()
    assert "Beta Systems" in own
    assert "Gamma IT" not in own
    everyone = client.get("/acme/console/partners/?cam=all").content.decode()
    assert "Gamma IT" in everyone


@pytest.mark.parametrize("query", ["q=nord+00", "q=N-1", "q=nrod+0001"])
def test_a_partner_is_found_by_the_beginning_of_its_name_its_number_and_a_slip_of_the_pen(acme, client_of, query):
    bring(acme, 3)
    page = client_of(acme.chief).get(f"/acme/console/partners/?{query}").content.decode()
    assert "Nord 0001" in page
    assert "Gamma IT" not in page


def test_partners_of_an_unknown_place_are_listed(acme, client_of):
    bring(acme, 1)
    import_partners(
        [PartnerRow(9, "X-1", "Nirgendwo AG", country="DE", city="Nirgendwo")], actor=acme.operations, at=AT
    )
    page = client_of(acme.chief).get("/acme/console/partners/?place=unknown").content.decode()
    assert "Nirgendwo AG" in page
    assert "Nord 0000" not in page


def test_filters_that_make_no_sense_show_nobody(acme, client_of):
    client = client_of(acme.chief)
    for query in ("tier=x", "territory=1", "cam=zz", "state=odd", "kind=odd"):
        assert "Beta Systems" not in client.get(f"/acme/console/partners/?{query}").content.decode(), query
    for query in ("sort=-vendor", "page=-3"):
        assert "Beta Systems" in client.get(f"/acme/console/partners/?{query}").content.decode(), query


def test_a_partner_is_added_edited_and_paused_on_screen(acme, client_of):
    client = client_of(acme.operations)
    answer = client.post("/acme/console/partners/new/", {"name": "Werft <b>Nord", "city": "Hamburg", "country": "DE"})
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "Werft &lt;b&gt;Nord" in page
    assert "Hamburg" in page
    edit = answer["Location"] + "edit/"
    assert client.get(edit).status_code == 200
    values = {"name": "Werft Nord", "city": "Bremen", "country": "DE", "version": "1"}
    assert client.post(edit, values).status_code == 302
    stale = client.post(edit, values)
    assert stale.status_code == 400
    assert "Someone else changed this partner" in stale.content.decode()
    assert client.post(answer["Location"] + "state/", {"verb": "pause"}).status_code == 302
    with entering(acme.chief.context):
        partner = Partner.objects.get(name="Werft Nord")
    assert (partner.state, partner.version) == ("paused", 3)


def test_tier_capacity_and_credentials_are_set_on_the_partners_page(acme, client_of):
    client = client_of(acme.operations)
    assert client.post("/acme/console/programs/new/", {"name": "Crew", "is_default": "on"}).status_code == 302
    with entering(acme.chief.context):
        program = Program.objects.get()
    tier = {"name": "Gold", "code": "gold", "rank": "2"}
    assert client.post(f"/acme/console/programs/{program.uid}/tiers/new/", tier).status_code == 302
    assert client.post(f"/acme/console/programs/{program.uid}/tiers/new/", tier).status_code == 400
    with entering(acme.chief.context):
        gold = Tier.objects.get()
    base = f"/acme/console/partners/{acme.beta.uid}/"
    client.post(base + "tier/", {"tier": str(gold.uid), "reason": "Grew"})
    client.post(base + "capacity/", {"lead_capacity": "4", "accepts_leads": "on"})
    client.post(base + "credentials/", {"code": "wifi", "name": "Wireless expert", "issued_on": "2026-01-01"})
    page = client.get(base).content.decode()
    for words in ("Gold", "Wireless expert", "Grew", "Eva Exec"):
        assert words in page
    assert "Gold" in client.get("/acme/console/programs/").content.decode()
    assert "Beta Systems" in client.get(f"/acme/console/partners/?tier={gold.uid}").content.decode()


def test_a_territory_is_cut_by_conditions_on_screen(acme, client_of):
    bring(acme, 2)
    client = client_of(acme.operations)
    form = {
        "name": "West", "order": "1", "cam": "", "condition-match": "all", "condition-0-field": "place.state",
        "condition-0-op": "in", "condition-0-value": ["WA", "OR"],
    }  # fmt: skip
    assert client.get("/acme/console/territories/new/").status_code == 200
    assert client.post("/acme/console/territories/new/", form).status_code == 302
    page = client.get("/acme/console/territories/").content.decode()
    assert "West" in page
    assert "WA" in page
    with entering(acme.chief.context):
        row = Territory.objects.get()
        assert row.condition == {"all": [{"field": "place.state", "op": "in", "value": ["WA", "OR"]}]}
    assert client.get(f"/acme/console/territories/{row.uid}/").status_code == 200
    assert client.post(f"/acme/console/territories/{row.uid}/removal/").status_code == 302
    assert "West" not in client.get("/acme/console/partners/").content.decode()


def test_those_who_may_not_edit_see_no_buttons_and_are_refused(acme, client_of):
    client = client_of(acme.marketer)
    base = f"/acme/console/partners/{acme.beta.uid}/"
    page = client.get(base).content.decode()
    assert "Beta Systems" in page
    assert "edit/" not in page
    assert client.get(base + "edit/").status_code == 403
    assert client.post(base + "state/", {"verb": "end"}).status_code == 403
    assert client.get("/acme/console/territories/new/").status_code == 403
    with entering(acme.chief.context):
        assert Partner.objects.get(pk=acme.beta.pk).state == "active"


def test_a_partner_of_another_vendor_is_not_there(acme, client_of):
    assert client_of(acme.chief).get(f"/acme/console/partners/{acme.beta_at_zeta.uid}/").status_code == 404
