import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from fairway.core import jobs
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.insight.models import Export
from fairway.leads.models import Lead, Offer
from fairway.sales.models import SalesLine

AS_OF = "2026-10-31"


@pytest.fixture
def lines(acme):
    with acting_for(acme.admin):
        for number, (partner, amount) in enumerate([(acme.beta, "1234.5678"), (acme.gamma, "-5"), (acme.beta, "1")]):
            SalesLine.objects.create(
                vendor=acme.acme, partner=partner, order_number=f"=SO{number}", line_number="1",
                ordered_on=date(2026, 9, 3), quantity=1, amount=Decimal(amount), currency="USD",
                imported_at=datetime(2026, 9, 4, tzinfo=UTC),
            )  # fmt: skip


def test_the_chief_sees_the_channel_and_every_review(acme, client_of, lines):
    client = client_of(acme.chief)
    page = client.get(f"/acme/console/channel/?as_of={AS_OF}")
    assert page.status_code == 200
    assert "$1,230.57" in page.content.decode()
    assert "2 partners sold" in page.content.decode()
    for partner in (acme.beta, acme.gamma):
        assert client.get(f"/acme/console/reviews/{partner.uid}/?as_of={AS_OF}").status_code == 200


def test_a_cam_sees_the_reviews_of_the_own_partners_only(acme, client_of, lines):
    client = client_of(acme.cam)
    assert "$1,235.57" in client.get(f"/acme/console/reviews/{acme.beta.uid}/?as_of={AS_OF}").content.decode()
    assert client.get(f"/acme/console/reviews/{acme.gamma.uid}/").status_code == 404
    assert "Gamma IT" not in client.get(f"/acme/console/reviews/?as_of={AS_OF}").content.decode()
    rows = client.get(
        f"/acme/console/reviews/rows/?what=revenue&from=2026-09-01&to=2026-09-30&partner={acme.gamma.uid}"
    )
    assert rows.status_code == 404


def test_a_partner_sees_the_own_year_and_the_rows_behind_it(acme, client_of, lines):
    client = client_of(acme.beta_executive)
    assert "$1,235.57" in client.get(f"/acme/portal/review/?as_of={AS_OF}").content.decode()
    rows = client.get("/acme/portal/review/rows/?what=revenue&from=2026-09-01&to=2026-09-30").content.decode()
    assert "1,234.57" in rows
    assert "SO1" not in rows
    assert client.get(f"/acme/console/reviews/{acme.beta.uid}/").status_code == 404


@pytest.mark.parametrize(
    "query", ["what=nothing", "what=revenue&from=x&to=y", "what=revenue&from=2026-02-01&to=2026-01-01"]
)
def test_an_address_that_names_no_rows_is_not_found(acme, client_of, query):
    assert client_of(acme.chief).get(f"/acme/console/reviews/rows/?{query}").status_code == 404


@pytest.mark.parametrize("as_of", ["", "tomorrow", "2999-01-01", "0001-01-01"])
def test_an_unreadable_as_of_date_shows_today(acme, client_of, as_of):
    assert client_of(acme.chief).get(f"/acme/console/channel/?as_of={as_of}").status_code == 200


def test_an_export_is_written_by_a_job_as_its_reader_sees_it(acme, client_of, lines):
    client = client_of(acme.beta_seller)
    start = "/acme/portal/exports/start/review-rows/?what=revenue&from=2026-09-01&to=2026-09-30"
    assert client.get(start).status_code == 405
    assert client.post(start).status_code == 302
    jobs.run_pending()
    with entering(acme.beta_seller.context):
        export = Export.objects.get()
    answer = client.get(f"/acme/portal/exports/{export.uid}/file/")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["amount"] for row in rows] == ["1.0000", "1234.5678"]
    assert [row["order"] for row in rows] == ["'=SO2", "'=SO0"]
    assert export.rows == 2
    for other in (acme.gamma_seller, acme.beta_executive):
        assert client_of(other).get(f"/acme/portal/exports/{export.uid}/file/").status_code == 404


def test_an_export_that_cannot_be_written_says_why(acme, client_of):
    client = client_of(acme.chief)
    assert client.post("/acme/console/exports/start/review-rows/?what=nonsense").status_code == 302
    jobs.run_pending()
    with entering(acme.chief.context):
        export = Export.objects.get()
    assert (export.state, export.rows) == ("failed", 0)
    assert "open the list again" in export.error
    assert client.post("/acme/console/exports/start/unknown/").status_code == 404


def test_the_channel_shows_partners_with_offers_and_no_revenue(acme, client_of):
    with acting_for(acme.admin):
        lead = Lead.objects.create(vendor=acme.acme, title="Wi-Fi", captured_at=datetime(2026, 9, 1, tzinfo=UTC))
        Offer.objects.create(
            vendor=acme.acme, partner=acme.beta, lead=lead, title="Wi-Fi",
            offered_at=datetime(2026, 9, 1, tzinfo=UTC), lapses_at=datetime(2026, 9, 2, tzinfo=UTC),
        )  # fmt: skip
    for axis in ("partner", "tier", "territory"):
        page = client_of(acme.chief).get(f"/acme/console/channel/?as_of={AS_OF}&by={axis}")
        assert page.status_code == 200, axis
