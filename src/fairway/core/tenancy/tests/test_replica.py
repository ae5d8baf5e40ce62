"""Reading from a replica: the same role and settings, back to the primary for everything else."""

import logging
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, router
from psycopg.errors import QueryCanceled

from fairway.core.tenancy import replica
from fairway.core.tenancy.context import entering, reading_alias
from fairway.core.tenancy.models import Partner, Seat, User


@pytest.fixture
def copy(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A second connection to the test's database stands for the replica."""
    entry = {**connection.settings_dict}
    monkeypatch.setitem(connections.databases, replica.REPLICA, entry)
    monkeypatch.setattr(replica, "_left_alone_until", 0.0)
    monkeypatch.setitem(settings.DATABASES, replica.REPLICA, entry)
    yield
    connections[replica.REPLICA].close()
    del connections[replica.REPLICA]


def who(alias: str) -> tuple[str, str]:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('fw.vendor_id')")
        return cursor.fetchone()


def test_a_report_is_read_there_in_the_members_context(committed: Any, copy: None) -> None:
    with entering(committed.cam.context):
        seen = replica.from_replica(committed.cam.context, lambda: (who("replica"), router.db_for_read(Partner)))
        assert seen == (("fw_console", str(committed.acme.pk)), "replica")
        assert router.db_for_read(Partner) == "default"
    assert who("replica")[0] == "fw_web"


def test_only_tenant_rows_are_read_there_and_nothing_is_written(committed: Any, copy: None) -> None:
    with entering(committed.cam.context), replica.reading_replica(committed.cam.context):
        assert (router.db_for_read(Seat), router.db_for_read(User)) == ("replica", "default")
        assert (router.db_for_write(Seat), router.db_for_write(User)) == ("default", "default")
    assert replica.Router().allow_migrate("replica", "core") is False


def test_a_context_within_goes_back_to_the_primary_which_alone_knows_it(committed: Any, copy: None) -> None:
    with entering(committed.cam.context), replica.reading_replica(committed.cam.context):
        with entering(committed.beta_seller.context):
            assert router.db_for_read(Partner) == "default"
        assert router.db_for_read(Partner) == "replica"


def test_without_a_replica_nothing_changes(committed: Any) -> None:
    assert not replica.is_used()
    assert replica.from_replica(committed.cam.context, lambda: reading_alias.get()) == ""


def test_a_replica_that_fails_costs_one_line_and_the_primary_answers(
    committed: Any, copy: None, caplog: pytest.LogCaptureFixture
) -> None:
    read_from: list[str] = []

    @replica.reads_replica
    def view(request: Any) -> str:
        read_from.append(reading_alias.get())
        if reading_alias.get():
            raise OperationalError("terminating connection due to administrator command\nDETAIL: more")
        return "the page"

    caplog.set_level(logging.WARNING, "fairway.replica")
    request = SimpleNamespace(member=committed.cam)
    with entering(committed.cam.context):
        assert [view(request), view(request)] == ["the page", "the page"]
    assert read_from == ["replica", "", ""]  # then it is left alone
    assert [record.getMessage() for record in caplog.records] == [
        "the replica is not read for 30 s, the primary is read instead: "
        "terminating connection due to administrator command"
    ]


def test_a_replica_that_is_behind_is_not_read(committed: Any, copy: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replica, "_BEHIND", "SELECT 100 > %s")
    with (
        pytest.raises(replica.ReplicaAway, match="more than 60 s behind"),
        replica.reading_replica(committed.cam.context),
    ):
        pytest.fail("it was read")
    assert reading_alias.get() == ""


def test_a_statement_that_takes_too_long_is_not_the_replicas_fault(committed: Any, copy: None) -> None:
    def slow() -> None:
        with connections["replica"].cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")

    with entering(committed.cam.context), pytest.raises(OperationalError) as raised:
        replica.from_replica(committed.cam.context, slow, limit_ms=50)
    assert isinstance(raised.value.__cause__, QueryCanceled)
    assert replica.is_used()


def test_what_breaks_in_a_view_breaks_as_it_would_at_the_primary(committed: Any, copy: None) -> None:
    def broken() -> None:
        raise ValueError("ours")

    with entering(committed.cam.context), pytest.raises(ValueError, match="ours"):
        replica.from_replica(committed.cam.context, broken)
    assert replica.is_used()
