"""Lists of leads as files: what the page shows, for the one who asks."""

from decimal import Decimal

import pytest

from fairway.core.tenancy.context import entering
from fairway.leads.queries import exports
from fairway.leads.tests.makers import accepted, captured, offered

pytestmark = pytest.mark.django_db


def rows_of(member, export, **parameters):
    with entering(member.context):
        head, *rows = export(member, parameters)
        return [dict(zip(head, row, strict=True)) for row in rows]


def test_a_file_holds_what_the_filters_show_with_amounts_in_whole_units(acme, monkeypatch):
    monkeypatch.setattr(exports, "CHUNK", 2)
    for name in ("One", "Two", "Three", "Four"):
        captured(acme, company=name, amount_minor=123_450)
    accepted(acme, company="Five")
    rows = rows_of(acme.cam, exports.lead_export, state="captured", sort="-points", page="3")
    assert [row["Company"] for row in rows] == ["Four", "Three", "Two", "One"]
    assert {row["Budget"] for row in rows} == {Decimal("1234.50")}
    assert len(rows_of(acme.cam, exports.lead_export)) == 5


def test_a_partners_file_holds_its_own_leads_and_no_scores(acme):
    accepted(acme, company="Ours")
    offered(acme, company="Not yet")
    [row] = rows_of(acme.beta_seller, exports.own_lead_export)
    assert (row["Company"], row["E-mail"]) == ("Ours", "karen@brinkmann.example")
    assert "Points" not in row
    assert rows_of(acme.gamma_seller, exports.own_lead_export) == []


def test_the_lists_have_an_export_button(acme, client_of):
    accepted(acme)
    page = client_of(acme.cam).get("/acme/console/leads/?state=accepted").content.decode()
    assert "/acme/console/exports/start/leads/?state=accepted" in page
    assert (
        "/acme/portal/exports/start/own-leads/"
        in client_of(acme.beta_seller).get("/acme/portal/leads/").content.decode()
    )
