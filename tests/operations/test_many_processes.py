"""Two web servers and two workers on one database: sessions shared, jobs and deadlines done once, restarts unseen."""

import email
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.cast import PASSWORD
from tests.operations.installation import Installation, Visitor, status_of, wait_for

pytestmark = pytest.mark.long

TOKEN = "figures-for-a-test"
DEADLINES = 40
INVITED = 20

OFFERS = f"""
import django; django.setup()
from datetime import timedelta
from fairway.core import clock
from fairway.core.tenancy.acting import acting_for
from fairway.workflow.models import Deadline
from tests import cast, scene
acme = cast.load()
offers = [scene.offered(acme, f"Company {{number}}") for number in range({DEADLINES})]
with acting_for(acme.operations):
    past = clock.now() - timedelta(minutes=1)
    lapses = Deadline.objects.filter(kind="lapse", subject_id__in=[offer.pk for offer in offers])
    lapses.update(due_at=past, wake_at=past)
"""


@pytest.fixture(scope="module")
def webs(installation: Installation) -> Iterator[list[str]]:
    more = {"FAIRWAY_METRICS_TOKEN": TOKEN, "FAIRWAY_DB_POOL": "4"}
    yield [installation.serve(name, "--processes", "2", "--threads", "2", **more) for name in ("web1", "web2")]
    installation.end()


def test_a_log_in_at_one_server_counts_at_the_other(installation: Installation, webs: list[str]) -> None:
    person = Visitor()
    person.sign_in(webs[0], "admin@acme.example", PASSWORD)
    for url in (*webs, *webs):
        status, page = person.get(f"{url}/acme/console/people/")
        assert (status, "Sign in" in page) == (200, False)
    person.post(f"{webs[1]}/accounts/logout/", {})
    status, page = person.get(f"{webs[0]}/acme/console/people/")
    assert (status, "I do not know my password" in page) == (200, True)


def test_jobs_and_deadlines_are_done_once_by_two_workers(installation: Installation, webs: list[str]) -> None:
    installation.python("-c", OFFERS, DATABASE_URL=installation.web_url)
    lapsed = "SELECT count(*) FROM core_event WHERE subject_type = 'offer' AND verb = 'lapsed'"
    assert installation.query(lapsed) == [(0,)]
    workers = [installation.start(f"worker{n}", "worker", FAIRWAY_LOG_LEVEL="INFO") for n in (1, 2)]
    assert len(workers) == 2
    # Both servers are asked to invite people while the workers run.
    person = Visitor()
    person.sign_in(webs[0], "admin@acme.example", PASSWORD)
    for number in range(INVITED):
        invited = {"name": f"Guest {number}", "email": f"guest{number}@acme.example", "role": "marketer"}
        status, page = person.post(f"{webs[number % 2]}/acme/console/people/invite/", invited)
        assert status == 200, page
    # The deadlines come by the minute.
    wait_for(lambda: installation.query(lapsed)[0][0] >= DEADLINES, "the deadlines")
    waiting = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND scheduled_at IS NULL"
    wait_for(lambda: installation.query(waiting) == [(0,)], "the queue")
    assert installation.query(
        "SELECT count(*), count(DISTINCT subject_id) FROM core_event WHERE subject_type = 'offer' AND verb = 'lapsed'"
    ) == [(DEADLINES, DEADLINES)]
    assert installation.query(
        "SELECT outcome, count(*) FROM workflow_deadline WHERE kind = 'lapse' AND due_at < now() GROUP BY outcome"
    ) == [("fired", DEADLINES)]
    assert installation.query("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'") == [(0,)]
    written = letters(installation.var / "mail")
    for number in range(INVITED):
        assert written[f"guest{number}@acme.example"] == 1, number
    for name in ("worker1", "worker2"):
        assert re.search(r"ended with status: Success", installation.log_of(name)), name


def letters(folder: Path) -> Counter[str]:
    """Address -> mails to it."""
    found: Counter[str] = Counter()
    for path in folder.glob("*.log"):
        for text in re.split(r"^-{79}$", path.read_text(), flags=re.M):
            to = email.message_from_string(text.strip())["To"]
            if to:
                found[re.sub(r".*<(.*)>.*", r"\1", to)] += 1
    return found


def test_tries_to_sign_in_are_counted_over_both_servers(webs: list[str]) -> None:
    """Ten wrong passwords for one address, from the two servers in turn; then neither takes another."""
    tried = []
    for number in range(12):
        person, url = Visitor(), webs[number % 2]
        person.get(f"{url}/accounts/login/")
        wrong = {"login": "guessed@acme.example", "password": f"wrong-{number}"}
        tried.append(person.post(f"{url}/accounts/login/", wrong)[0])
    assert tried == [200] * 10 + [429] * 2


def test_the_figures_of_all_processes_of_a_server_are_added_up(installation: Installation, webs: list[str]) -> None:
    import urllib.request

    def counted() -> float:
        asked = urllib.request.Request(f"{webs[0]}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        with urllib.request.urlopen(asked) as answer:
            text = answer.read().decode()
        assert "fairway_db_pool{" in text
        found = re.search(r'^fairway_requests_total\{method="GET",route="healthz",status="200"\} (.+)$', text, re.M)
        return float(found[1]) if found else 0

    before = counted()
    for _ in range(40):
        assert status_of(f"{webs[0]}/healthz") == 200
    assert {counted() for _ in range(8)} == {before + 40}
    folders = list((installation.var / "metrics").iterdir())
    assert len(folders) == 2
    assert all(len(list(folder.glob("counter_*.db"))) == 2 for folder in folders)


def test_a_restart_is_not_seen_by_those_who_use_it(installation: Installation) -> None:
    """SIGHUP: new processes take the place of the old ones, and every request of a visitor is answered.

    A connection that is opened in the moment in which a process ends may be closed without an answer. Proxies and
    browsers ask again then, and so does this visitor, once.
    """
    url = installation.serve("web3", "--processes", "1", "--handover", "40")
    server = installation.running["web3"]
    before = set(children_of(server.pid))
    answers: list[int] = []
    ended = threading.Event()

    def keep_asking() -> None:
        while not ended.is_set():
            address = f"{url}/accounts/login/"
            answers.append(status_of(address) or status_of(address))

    visitors = [threading.Thread(target=keep_asking) for _ in range(2)]
    for visitor in visitors:
        visitor.start()
    server.send_signal(signal.SIGHUP)
    # The master of the server stays, and what watches over its shared memory.
    wait_for(lambda: len(set(children_of(server.pid)) & before) < len(before), "a new process")
    time.sleep(3)
    ended.set()
    for visitor in visitors:
        visitor.join()
    assert len(answers) > 5
    assert set(answers) == {200}
    assert "Stopped old worker-1" in installation.log_of("web3")


def test_a_request_under_way_is_answered_before_the_server_ends(installation: Installation, webs: list[str]) -> None:
    server = installation.running["web2"]
    with psycopg.connect(installation.owner_url) as holder:
        # The page waits for this lock.
        holder.execute("LOCK TABLE django_session IN ACCESS EXCLUSIVE MODE")
        answers: list[int] = []
        person = Visitor()
        person.cookies.set_cookie(_session_cookie())
        asking = threading.Thread(target=lambda: answers.append(person.get(f"{webs[1]}/accounts/login/")[0]))
        asking.start()
        waiting = (
            "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            " WHERE NOT granted AND datname = current_database() AND relation = 'django_session'::regclass"
        )
        wait_for(lambda: installation.query(waiting)[0][0] > 0, "the page to wait")
        server.terminate()
        time.sleep(1.5)
        holder.rollback()
    asking.join(30)
    assert server.wait(60) is not None
    assert answers == [200]
    assert status_of(f"{webs[1]}/healthz") == 0


def _session_cookie():
    from http.cookiejar import Cookie

    return Cookie(
        0, "sessionid", "0" * 32, None, False, "127.0.0.1", True, False, "/", True, False, None, False, None, None, {}
    )


def children_of(pid: int) -> list[int]:
    """Processes below this one, at any depth."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            child = int(path.parent.name)
            found += [child, *children_of(child)]
    return found
