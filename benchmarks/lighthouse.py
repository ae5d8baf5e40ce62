"""Lighthouse over the pages of lighthouse_pages.toml: performance, accessibility and best practices, median of five.

Signed in by a session's cookie, against a web process as `serve` starts it, with collected static files. Without more,
a vendor of this run's own; `world` takes the world that lies in this database (FAIRWAY_VAR), as the people of its
logins.json. Lighthouse is installed from its own lock, beside benchmarks/, when it is asked for first.

    ./fairway bench lighthouse seeded --quick         one run of each page
    FAIRWAY_VAR=var/large ./fairway bench lighthouse world
"""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from django.conf import settings

from benchmarks._harness import bench_vendor, main, say
from benchmarks.pages import ROWS_SMALL, seed, server, session_of
from fairway.core.tenancy.context import Context, Surface, entering
from fairway.core.tenancy.models import User
from fairway.leads.models import Lead

PLAN = tomllib.loads((Path(__file__).parent / "lighthouse_pages.toml").read_text())
PACKAGE = Path(__file__).parent / "lighthouse_package"
SECONDS_MOST = 180
TRIES = 3
# Lighthouse lost the browser's recording, whatever the page: such a run says nothing and is made again.
NOT_RECORDED = ("NO_NAVSTART", "NO_FCP", "NO_TRACING_STARTED", "PROTOCOL_TIMEOUT")
SCORES = tuple(PLAN["targets"])


def installed() -> Path:
    """Lighthouse's program, installed from its lock."""
    program = PACKAGE / "node_modules" / ".bin" / "lighthouse"
    if not program.exists():
        npm = shutil.which("npm")
        if npm is None:
            sys.exit("There is no npm on this machine: Lighthouse cannot be installed.")
        subprocess.run([npm, "ci", "--loglevel=error", "--no-progress"], cwd=PACKAGE, check=True)
    return program


def scores_of(program: Path, url: str, session: str, preset: str) -> tuple[dict[str, float], list[str]]:
    """({category: 0…100}, what was found wanting) of one run. Raises when Lighthouse could not open the page."""
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"} if session else {}
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            str(program), url, "--output=json", f"--output-path={report}", "--quiet",
            f"--only-categories={','.join(SCORES)}", f"--extra-headers={json.dumps(headers)}",
            "--chrome-flags=--headless=new --no-sandbox --disable-dev-shm-usage",
            *(["--preset=desktop"] if preset == "desktop" else []),
        ]  # fmt: skip
        chromium = os.environ.get("FAIRWAY_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or ""
        for left in reversed(range(TRIES)):
            ran = subprocess.run(
                command, timeout=SECONDS_MOST, env=os.environ | {"CHROME_PATH": chromium}, stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE, text=True,
            )  # fmt: skip
            if ran.returncode == 0:
                break
            if not left or not any(word in ran.stderr for word in NOT_RECORDED):
                raise RuntimeError(f"{url}: {ran.stderr.strip()}")
        found = json.loads(report.read_text())
    if error := found.get("runtimeError"):
        raise RuntimeError(f"{url}: {error['message']}")
    wrong = [name for name, audit in found["audits"].items() if audit["score"] is not None and audit["score"] < 0.9]
    return {name: 100 * found["categories"][name]["score"] for name in SCORES}, sorted(wrong)


def measured(port: int, slug: str, sessions: dict[str, str], uids: dict[str, str], *, quick: bool) -> None:
    program = installed()
    runs = 1 if quick else PLAN["runs"]
    for page in PLAN["page"]:
        if (page["who"] and page["who"] not in sessions) or ("{lead}" in page["path"] and "lead" not in uids):
            continue
        path = page["path"].format(vendor=slug, **uids)
        found = [
            scores_of(program, f"http://127.0.0.1:{port}{path}", sessions.get(page["who"], ""), page["screen"])
            for _ in range(runs)
        ]
        wanting = sorted({each for _run, wrong in found for each in wrong})
        for name in SCORES:
            target = PLAN["targets"][name]
            score = median(run[name] for run, _wrong in found)
            say(
                f"lighthouse/{page['case']}/{name}", score, "points", floor=target, floor_is="the target", n=runs,
                screen=page["screen"], passes=score >= target, wanting=wanting,
            )  # fmt: skip


def seeded(quick: bool) -> None:
    with bench_vendor() as vendor:
        found = seed(vendor, ROWS_SMALL)
        with _collected(), server() as port:
            measured(port, vendor.slug or "", found.sessions, found.uids, quick=quick)


def world(quick: bool) -> None:
    """The world in this database: its log-ins say who opens the pages; of leads it is the newest that was accepted."""
    path = Path(settings.VAR_DIR) / "demo" / "logins.json"
    if not path.exists():
        sys.exit("There is no world in this data folder. Make one: ./fairway demo")
    roles = {"Partner seller": "seller", "Channel operations": "operations", "Deal desk": "deal_desk"}
    people = {roles[each["role"]]: each["email"] for each in json.loads(path.read_text()) if each["role"] in roles}
    sessions = {role: session_of(User.objects.get(email=email).pk) for role, email in people.items()}
    from fairway.core.tenancy.lookups import seats_of_user

    seats = seats_of_user(User.objects.get(email=people["operations"]).pk)
    with _collected(), server() as port:
        measured(port, seats[0].vendor_slug, sessions, {"lead": _newest_lead(seats[0].vendor_id)}, quick=quick)


def _newest_lead(vendor_id: int) -> str:
    with entering(Context(Surface.ACTING, vendor_id=vendor_id)):
        return str(Lead.objects.filter(state="accepted").order_by("-accepted_at").values_list("uid", flat=True)[0])


class _collected:
    """Static files as in production, for the processes started inside."""

    def __enter__(self) -> None:
        os.environ["FAIRWAY_STATIC"] = "collected"
        subprocess.run([sys.executable, "-m", "fairway.core.http.statics"], check=True)

    def __exit__(self, *_: object) -> None:
        del os.environ["FAIRWAY_STATIC"]


if __name__ == "__main__":
    cases = {"seeded": seeded, "world": world}
    # Both at once would need two worlds.
    main(cases if len(sys.argv) > 1 and sys.argv[1] in cases else {"seeded": seeded})
