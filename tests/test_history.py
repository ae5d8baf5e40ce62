"""Timelines open no more months of the log than a thing has lived in, and miss nothing."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext

from fairway.core.events.reading import begun
from fairway.core.events.record import record
from fairway.core.http.happenings import happened
from fairway.core.ids import made_at, uuid7
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.leads.models import Lead
from tests.cast import Cast

LONG_AGO = datetime(2025, 2, 3, tzinfo=UTC)


def test_a_uid_says_when_it_was_made():
    assert abs(datetime.now(UTC) - made_at(uuid7())) < timedelta(seconds=5)
    # The example of RFC 9562, appendix A.6.
    assert made_at(UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")) == datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    assert made_at(uuid4()) == datetime(1970, 1, 1, tzinfo=UTC)


def test_what_came_with_a_history_begins_with_it_and_what_is_dated_ahead_with_its_making(acme: Cast):
    old = Lead(vendor=acme.acme, title="Old", captured_at=LONG_AGO)
    assert begun(old) == LONG_AGO
    ahead = Lead(vendor=acme.acme, title="Ahead", captured_at=datetime.now(UTC) + timedelta(days=90))
    assert begun(ahead) == made_at(ahead.uid)
    assert begun(ahead, old) == LONG_AGO


def test_a_timeline_has_its_first_event_and_asks_no_month_before_it(acme: Cast):
    with acting_for(acme.operations):
        lead = Lead.objects.create(vendor=acme.acme, title="Old", captured_at=LONG_AGO)
        record("captured", lead, actor=acme.operations, at=LONG_AGO, source="fair")
        record("noted", lead, actor=acme.operations, at=datetime(2026, 3, 1, tzinfo=UTC), text="x")
    with entering(acme.operations.context):
        events = happened({"lead": [lead.pk]}, since=begun(lead))
        assert [event.name for event in events] == ["lead.noted", "lead.captured"]
        with CaptureQueriesContext(connection) as asked, connection.cursor() as cursor:
            happened({"lead": [lead.pk]}, since=begun(lead))
            cursor.execute("EXPLAIN " + asked.captured_queries[0]["sql"])
            plan = " ".join(row[0] for row in cursor.fetchall())
    assert "core_event_2025_02" in plan
    assert "core_event_2025_01" not in plan
