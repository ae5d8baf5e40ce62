"""What became of leads, what they cost and brought; service levels of partners. Figures lead to their rows."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from fairway.core import clock
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.deals.actions.deals import win_deal
from fairway.deals.actions.opening import convert_lead
from fairway.insight.models import KeptFigures
from fairway.insight.queries import leads, service
from fairway.insight.queries.kept import named
from fairway.insight.queries.leads import asked_of, ratios
from fairway.insight.views.leads import export_report, export_rows
from fairway.leads.actions.offers import decline_offer, lapse_offer
from fairway.leads.actions.ratings import rate_lead
from fairway.leads.actions.sources import CostRow, import_costs
from fairway.leads.actions.work import log_touch
from fairway.leads.models import Lead, Offer
from fairway.leads.tests.makers import accepted, captured, offered


@pytest.fixture
def year(acme):
    """Four leads of one source: captured alone; declined; accepted and contacted; accepted, rated and won."""
    captured(acme, company="One")
    decline_offer(offer=offered(acme, company="Two"), actor=acme.beta_seller, at=clock.now(), quality=["no_budget"])
    won, worked = accepted(acme, company="Four"), accepted(acme, company="Three")
    for lead in (worked, won):
        log_touch(subject=lead, actor=acme.beta_seller, at=clock.now(), kind="call", outcome="reached")
    rate_lead(lead=won, actor=acme.beta_seller, at=clock.now(), quality=["good_fit"])
    deal = convert_lead(lead=won, actor=acme.beta_seller, at=clock.now())
    win_deal(deal=deal, actor=acme.beta_seller, at=clock.now(), amount_minor=5_000_000)
    month = clock.today().replace(day=1)
    rows = [CostRow(1, "web form", "", month, Decimal(400)), CostRow(2, "web form", "Spring", month, Decimal(100))]
    import_costs(rows, actor=acme.marketer, at=clock.now())
    return deal


def asked(by="source", **more):
    return asked_of({"by": by, **more}, clock.today())


def told(member, of):
    with entering(member.context):
        return {row[0]: leads.expanded(row) for row in leads.report(member, of).of}


def behind(member, of, what, group=None):
    with entering(member.context):
        return list(leads.rows_behind(member, of, what, group))


def test_a_source_tells_how_far_its_leads_came_and_what_they_cost_and_brought(acme, year):
    row = told(acme.marketer, asked())["web form"]
    counts = {key: row[key] for key in ("leads", "offered", "accepted", "declined", "touched", "deals", "won")}
    assert counts == {"leads": 4, "offered": 3, "accepted": 2, "declined": 1, "touched": 2, "deals": 1, "won": 1}
    assert (row["good"], row["bad"], row["touches"], row["cost_minor"]) == (1, 1, 1.0, 50_000)
    assert (row["won_minor"], row["pipeline_minor"], row["lifetime_minor"]) == (5_000_000, None, 5_000_000)
    assert ratios(row) == {
        "won_percent": 50.0, "good_percent": 50.0, "per_lead": 12_500, "per_accepted": 25_000, "per_won": 50_000,
    }  # fmt: skip


def test_every_figure_leads_to_as_many_rows_as_it_says(acme, year):
    for by in leads.AXES:
        of = asked(by)
        for group, row in told(acme.admin, of).items():
            counts = {what: row["offers" if what == "offered" else what] for what in leads.WHAT}
            assert {what: len(behind(acme.admin, of, what, group)) for what in leads.WHAT} == counts


def test_filters_narrow_the_leads(acme, year):
    assert told(acme.admin, asked(source="fair")) == {}
    assert told(acme.admin, asked("partner", partner=str(acme.gamma.uid))) == {}
    (row,) = told(acme.admin, asked("campaign", partner=str(acme.beta.uid))).values()
    assert (row["leads"], row["accepted"], row["cost_minor"]) == (3, 2, None)
    before = {"from": "2020-01-01", "to": "2020-12-31"}
    assert told(acme.admin, asked(**before)) == {}


def test_an_account_manager_sees_the_leads_of_the_own_partners(acme, year):
    assert told(acme.cam, asked())["web form"]["leads"] == 3
    assert {row["cost_minor"] for row in told(acme.other_cam, asked()).values()} <= {50_000}
    assert sum(row["leads"] for row in told(acme.other_cam, asked()).values()) == 0


def test_lifetime_value_counts_a_customer_once_and_nothing_of_before(acme, year):
    with acting_for(acme.admin):
        Lead.objects.update(captured_at=clock.now() + timedelta(minutes=1))
    of = leads.Asked("source", clock.today() - timedelta(days=5), clock.today() + timedelta(days=2))
    assert told(acme.admin, of)["web form"]["lifetime_minor"] is None


def test_addresses_that_cannot_be_meant_ask_for_the_last_twelve_months():
    today = date(2026, 3, 31)
    rolling = leads.rolling(today)
    assert (rolling.start, rolling.until) == (date(2025, 4, 1), date(2026, 4, 1))
    for params in ({"from": "soon"}, {"from": "2026-03-02", "to": "2026-03-01"}, {"by": "weather"}, {"partner": "x"}):
        assert asked_of(params, today) == rolling
    assert leads.Asked.of(rolling.kept) == rolling


def test_the_page_shows_the_figures_and_their_rows(acme, year, client_of):
    client = client_of(acme.marketer)
    page = client.get("/acme/console/lead-report/").content.decode()
    assert "web form" in page
    assert "$500" in page
    rows = client.get("/acme/console/lead-report/rows/?what=won&group=web+form").content.decode()
    assert "Four" in rows
    assert client.get("/acme/console/lead-report/rows/?what=weather").status_code == 404
    empty = client.get("/acme/console/lead-report/?from=2020-01-01&to=2020-02-01").content.decode()
    assert "No leads in this time" in empty
    assert client_of(acme.beta_seller).get("/acme/console/lead-report/").status_code in {403, 404}


def test_figures_that_take_long_are_kept_for_the_same_question_alone(acme, year, client_of, settings):
    settings.FIGURES_KEPT_FROM_MS = 0
    client = client_of(acme.marketer)
    client.get("/acme/console/lead-report/?by=line")
    client.get("/acme/console/lead-report/?by=line")
    of = asked("line")
    with entering(acme.admin.context):
        rows = list(KeptFigures.objects.values_list("name", "asked"))
    assert rows == [(named("leads", of.kept), of.kept)]
    page = client.get("/acme/console/lead-report/?by=line").content.decode()
    assert "Figures of" in page


def test_the_report_and_its_rows_are_exported(acme, year):
    with entering(acme.marketer.context):
        head, row = export_report(acme.marketer, {"by": "source"})
        assert dict(zip(head, row, strict=True))["per_won"] == 50_000
        rows = list(export_rows(acme.marketer, {"what": "won"}))
        assert [line[3] for line in rows] == ["company", "Four"]
        with pytest.raises(Refused):
            list(export_rows(acme.marketer, {"what": "weather"}))


# Service levels


def levels(member, by="partner"):
    with entering(member.context):
        of = service.Asked.lately(clock.today(), by)
        return {row[1]: service.expanded(row) for row in service.levels(member, of).of}


def test_service_levels_by_partner_and_account_manager_are_the_same_figures(acme, year):
    offer = offered(acme, company="Five")
    lapse_offer(offer=offer, actor=acme.operations, at=clock.now())
    row = levels(acme.chief)["Beta Systems"]
    assert (row["ended"], row["answered"], row["answer"]) == (4, 3, 75.0)
    assert (row["due"], row["touched"], row["spoken"], row["rated"], row["feedback"]) == (2, 2, 2, 1, 50.0)
    own = levels(acme.beta_executive)
    assert own["Beta Systems"] == row
    by_cam = levels(acme.chief, "cam")["Cam Miller"]
    assert {key: by_cam[key] for key in service.KEYS[2:]} == {key: row[key] for key in service.KEYS[2:]}
    assert levels(acme.other_cam) == {}
    assert levels(acme.gamma_seller) == {}


def test_a_first_contact_is_late_after_its_hours_and_not_counted_before(acme):
    lead = accepted(acme)
    assert levels(acme.chief)["Beta Systems"]["due"] == 0
    with acting_for(acme.admin):
        Lead.objects.filter(pk=lead.pk).update(touch_due_at=datetime(2026, 1, 1, tzinfo=UTC))
    row = levels(acme.chief)["Beta Systems"]
    assert (row["due"], row["touched"], row["touch"]) == (1, 0, 0.0)


def test_an_answer_after_the_limit_is_late(acme):
    lead = accepted(acme)
    with acting_for(acme.admin):
        Offer.objects.filter(lead=lead).update(lapses_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert levels(acme.chief)["Beta Systems"]["answer"] == 0.0


def test_a_partner_reads_its_own_levels_in_the_portal_and_its_rows(acme, year, client_of):
    client = client_of(acme.beta_executive)
    page = client.get("/acme/portal/service-levels/").content.decode()
    assert "100" in page
    assert "By account manager" not in page
    rows = client.get("/acme/portal/service-levels/rows/?what=ended").content.decode()
    assert "Wi-Fi for a new warehouse" in rows
    rival = client_of(acme.gamma_seller).get("/acme/portal/service-levels/rows/?what=ended").content.decode()
    assert "Wi-Fi" not in rival
    staff = client_of(acme.chief)
    for by in service.AXES:
        assert "Beta Systems" in staff.get(f"/acme/console/service-levels/?by={by}").content.decode() or by == "cam"
    for what in service.WHAT:
        assert staff.get(f"/acme/console/service-levels/rows/?what={what}&group={acme.beta.uid}").status_code == 200
