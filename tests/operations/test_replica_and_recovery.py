"""The embedded cluster's programs as an operator would use them: a streaming replica, and a moment in the past."""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from fairway.config import embedded
from fairway.config.postgres_place import Place, read_place
from fairway.config.postgres_programs import Programs, account_of
from tests.cast import PASSWORD
from tests.operations.installation import Installation, Visitor, fenced, free_port, on_database, wait_for

pytestmark = pytest.mark.long


class Cluster:
    """A primary of its own, whose settings a test may change, and copies of it."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.addresses = embedded.ensure_running(var, durable=False)
        self.copies: list[Path] = []

    @property
    def place(self) -> Place:
        found = read_place(self.var)
        assert found is not None
        return found

    @property
    def programs(self) -> Programs:
        return Programs.for_home(self.place.home)

    def run(self, *command: str) -> str:
        """One of PostgreSQL's programs, as the account that runs the cluster."""
        done = self.programs.run(list(command), account_of(self.place.data))
        assert done.returncode == 0, done.output
        return done.output

    def give(self, path: Path) -> None:
        """To the account that runs the cluster."""
        if account := account_of(self.place.data):
            os.chown(path, account.uid, account.gid)

    def as_superuser(self, *statements: str) -> None:
        with psycopg.connect(self.addresses.superuser_url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def base_backup(self, name: str, *arguments: str) -> Path:
        """A copy of the cluster's folder beside it, taken while it runs."""
        target = self.place.cluster / name
        url = on_database(self.addresses.superuser_url, "postgres")
        self.run("pg_basebackup", f"--dbname={url}", f"--pgdata={target}", "--checkpoint=fast", *arguments)
        self.copies.append(target)
        return target

    def start_copy(self, folder: Path) -> int:
        port = free_port()
        self.run(
            "pg_ctl", "start", "--wait", "--timeout=120", f"--pgdata={folder}", f"--log={folder}.log",
            f"--options=-p {port} -h 127.0.0.1 -k {self.place.socket_dir}",
        )  # fmt: skip
        return port

    def stop_copy(self, folder: Path) -> None:
        self.programs.run(
            ["pg_ctl", "stop", "--mode=fast", "--wait", f"--pgdata={folder}"], account_of(self.place.data)
        )

    def url_of_copy(self, url: str, port: int) -> str:
        return re.sub(r":\d+/", f":{port}/", url)

    def end(self) -> None:
        for folder in self.copies:
            self.stop_copy(folder)
        embedded.destroy(self.var)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path / "primary")
    try:
        yield made
    finally:
        made.end()


@pytest.fixture
def installation(cluster: Cluster, tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path, cluster.addresses.web_url, cluster.addresses.owner_url)
    made.run("migrate")
    made.python(
        "-c", "import django; django.setup(); from tests import cast; cast.build()", DATABASE_URL=made.owner_url
    )
    yield made
    made.end()


def scans(cluster: Cluster, port: int) -> int:
    """How often tenant tables of reviews were looked into at a server."""
    with psycopg.connect(cluster.url_of_copy(cluster.addresses.owner_url, port)) as connection:
        row = connection.execute(
            "SELECT sum(coalesce(seq_scan, 0) + coalesce(idx_scan, 0)) FROM pg_stat_user_tables"
            " WHERE relname IN ('sales_salesline', 'leads_offer', 'deals_deal')"
        ).fetchone()
    assert row is not None
    return int(row[0] or 0)


def test_reports_are_read_from_a_streaming_replica_in_the_same_context(
    cluster: Cluster, installation: Installation
) -> None:
    replica = cluster.base_backup("replica", "--write-recovery-conf", "--wal-method=stream")
    port = cluster.start_copy(replica)
    primary_port = cluster.place.port
    url = installation.serve(
        "web", "--processes", "1",
        DATABASE_REPLICA_URL=cluster.url_of_copy(cluster.addresses.web_url, port), FAIRWAY_REPLICA_LAG_SECONDS="3600",
    )  # fmt: skip
    person = Visitor()
    person.sign_in(url, "chief@acme.example", PASSWORD)

    # A change at the primary is seen in the report, so the stream runs; and the rows are the vendor's own.
    installation.query("UPDATE core_partner SET name = 'Renamed Just Now' WHERE external_id = 'B-1'")
    wait_for(lambda: "Renamed Just Now" in person.get(f"{url}/acme/console/reviews/")[1], "the change in the report")
    zeta = installation.query("SELECT name FROM core_partner WHERE external_id = '77'")[0][0]
    status, page = person.get(f"{url}/acme/console/reviews/")
    assert (status, page.count("Renamed Just Now") > 0, zeta in page) == (200, True, False)

    before_primary, before_replica = scans(cluster, primary_port), scans(cluster, port)
    for _ in range(5):
        assert person.get(f"{url}/acme/console/channel/")[0] == 200

    def counted() -> bool:  # PostgreSQL tells its statistics with a delay
        return scans(cluster, port) > before_replica

    wait_for(counted, "scans at the replica")
    time.sleep(1)
    # On a busy machine one reading may fall back; the reports are the replica's work all the same.
    assert scans(cluster, primary_port) - before_primary < scans(cluster, port) - before_replica
    assert "the replica is not read" not in installation.log_of("web")

    # Gone: pages answer as before, and the log says so once.
    cluster.stop_copy(replica)
    for _ in range(3):
        assert person.get(f"{url}/acme/console/channel/")[0] == 200
    said = [line for line in installation.log_of("web").splitlines() if "the replica is not read for 30 s" in line]
    assert len(said) == 1
    wait_for(lambda: scans(cluster, primary_port) > before_primary, "scans at the primary")


def test_a_moment_in_the_past_is_recovered_from_a_base_backup_and_the_log_after_it(
    cluster: Cluster, installation: Installation
) -> None:
    kept = cluster.place.cluster / "wal"
    kept.mkdir()
    cluster.give(kept)
    section = "Any moment of the past"
    cluster.as_superuser(*(line.rstrip(";").replace("/archive/", f"{kept}/") for line in fenced("sql", section)))
    embedded.stop(cluster.var)
    embedded.ensure_running(cluster.var, durable=False)
    base = cluster.base_backup("base", "--wal-method=none")

    # A day's work, the moment before the accident, and the accident.
    installation.query("UPDATE core_organization SET name = 'Worked all day' WHERE slug = 'acme'")
    moment = installation.query("SELECT clock_timestamp()::text")[0][0]
    time.sleep(1.1)
    installation.query("UPDATE core_organization SET name = 'Destroyed'")
    piece = installation.query("SELECT pg_walfile_name(pg_current_wal_lsn())")[0][0]
    cluster.as_superuser("SELECT pg_switch_wal()")
    wait_for(lambda: (kept / piece).exists(), "the archive")
    with (base / "postgresql.auto.conf").open("a") as file:
        for line in fenced("ini", section):
            line = re.sub(r"(recovery_target_time = ).*", rf"\g<1>'{moment}'", line)
            file.write(line.replace("/archive/", f"{kept}/") + "\n")
    signal = base / "recovery.signal"
    signal.touch()
    cluster.give(signal)
    port = cluster.start_copy(base)
    recovered = Installation(
        cluster.var, cluster.url_of_copy(cluster.addresses.web_url, port),
        cluster.url_of_copy(cluster.addresses.owner_url, port),
    )  # fmt: skip
    wait_for(lambda: recovered.query("SELECT pg_is_in_recovery()") == [(False,)], "the end of the recovery")
    assert recovered.query("SELECT name FROM core_organization WHERE slug = 'acme'") == [("Worked all day",)]
    assert recovered.query("SELECT count(*) FROM core_organization WHERE name = 'Destroyed'") == [(0,)]
    assert installation.query("SELECT DISTINCT name FROM core_organization") == [("Destroyed",)]
    assert recovered.query("SELECT relrowsecurity FROM pg_class WHERE relname = 'leads_lead'") == [(True,)]
