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
from fairway.core.tenancy.models import User

PLAN = tomllib.loads((Path(__file__).parent / "lighthouse_pages.toml").read_text())
PACKAGE = Path(__file__).parent / "lighthouse_package"
SECONDS_MOST = 180
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
        subprocess.run(
            command, check=True, timeout=SECONDS_MOST, env=os.environ | {"CHROME_PATH": chromium},
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
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
    """The world in this database: its log-ins say who opens the pages; pages of one row are left out."""
    path = Path(settings.VAR_DIR) / "demo" / "logins.json"
    if not path.exists():
        sys.exit("There is no world in this data folder. Make one: ./fairway demo")
    roles = {"Partner seller": "seller", "Channel operations": "operations", "Deal desk": "deal_desk"}
    people = {roles[each["role"]]: each["email"] for each in json.loads(path.read_text()) if each["role"] in roles}
    sessions = {role: session_of(User.objects.get(email=email).pk) for role, email in people.items()}
    from fairway.core.tenancy.lookups import seats_of_user

    seats = seats_of_user(User.objects.get(email=people["operations"]).pk)
    with _collected(), server() as port:
        measured(port, seats[0].vendor_slug, sessions, {}, quick=quick)


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
