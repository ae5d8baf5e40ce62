"""Commands that run a program of Fairway against the database: web, worker, shell, django, benches."""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from fairway.config.commands.database import (
    ROOT,
    CommandError,
    database,
    environment_for,
    run_python,
    var_dir,
)

WEB_THREADS = 4
HANDOVER_SECONDS = 15
# The server's own lines in the form of ours.
LOG_CONFIG = Path(__file__).with_name("granian_log.json")


def web_command(
    *, host: str, port: int, processes: int, threads: int = WEB_THREADS, handover_seconds: int = HANDOVER_SECONDS
) -> list[str]:
    """Arguments for our Python that serve the web on host:port.

    At a restart an old process stays for `handover_seconds` beside the new one, which needs that long to begin.
    """
    return [
        *("-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)),
        *("--workers", str(processes), "--blocking-threads", str(threads), "--no-ws"),
        *("--workers-kill-timeout", "30", "--respawn-failed-workers"),
        *("--respawn-interval", str(handover_seconds)),
        *("--log-config", str(LOG_CONFIG)),
        "fairway.config.wsgi:application",
    ]


def worker_command(*, concurrency: int) -> list[str]:
    """Arguments for our Python that run the queue's jobs."""
    return ["-m", "django", "procrastinate", "worker", "--concurrency", str(concurrency)]


def web_environment(url: str) -> dict[str, str]:
    """The environment of a web server that `prepare_web` has prepared."""
    return {
        **environment_for(url, "fairway web"),
        "FAIRWAY_STATIC": "collected",
        "PROMETHEUS_MULTIPROC_DIR": str(_metrics_folder(os.getpid())),
    }


def prepare_web(environment: Mapping[str, str]) -> None:
    """Collect the static files, and make the folder for the processes' figures; those of ended servers go."""
    collect_static(environment)
    for folder in _metrics_folder(0).parent.glob("*"):
        if folder.name == str(os.getpid()) or not _lives(int(folder.name)):
            shutil.rmtree(folder, ignore_errors=True)
    Path(environment["PROMETHEUS_MULTIPROC_DIR"]).mkdir(parents=True)


def collect_static(environment: Mapping[str, str]) -> None:
    """A moment when nothing changed."""
    finished = subprocess.run([sys.executable, "-m", "fairway.core.http.statics"], env=environment, check=False)
    if finished.returncode != 0:
        raise CommandError("The static files cannot be collected; what went wrong is printed above.")


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _metrics_folder(pid: int) -> Path:
    """Of one web server, named by the process that started it."""
    return var_dir() / "metrics" / str(pid)


def serve(options: argparse.Namespace) -> int:
    """SIGTERM lets requests that are under way end; SIGHUP puts new processes in the place of the old ones."""
    with database() as databases:
        command = web_command(
            host=options.host,
            port=options.port,
            processes=options.processes,
            threads=options.threads,
            handover_seconds=options.handover,
        )
        environment = web_environment(databases.web_url)
        prepare_web(environment)
        return run_python(command, environment, before_reload=lambda: collect_static(environment))


def work(options: argparse.Namespace) -> int:
    with database() as databases:
        command = worker_command(concurrency=options.concurrency)
        return run_python(command, environment_for(databases.web_url, "fairway worker"))


def take_mail(options: argparse.Namespace) -> int:
    with database() as databases:
        arguments = ["-m", "django", "mail_in", "--host", options.host, "--port", str(options.port)]
        return run_python(arguments, environment_for(databases.web_url, "fairway mail-in"))


def shell(options: argparse.Namespace) -> int:
    arguments = ["shell"] if options.code is None else ["shell", "-c", options.code]
    return _django(arguments, owner=options.owner)


def manage(options: argparse.Namespace) -> int:
    return _django(options.arguments, owner=options.owner)


def import_file(options: argparse.Namespace) -> int:
    return _django(["import_file", options.kind, *options.arguments], owner=False)


def bench(options: argparse.Namespace) -> int:
    """Run benchmarks/NAME.py, logged in as owner: a bench seeds before it measures."""
    script = ROOT / "benchmarks" / f"{options.name}.py"
    if not options.name.isidentifier() or not script.exists():
        known = ", ".join(sorted(path.stem for path in (ROOT / "benchmarks").glob("[a-z]*.py")))
        raise CommandError(f"There is no bench {options.name}. Known: {known or 'none yet'}.")
    arguments = [*([options.case] if options.case else []), *(["--quick"] if options.quick else [])]
    with database() as databases:
        environment = environment_for(databases.owner_url, "fairway bench")
        environment["FAIRWAY_WEB_DATABASE_URL"] = databases.web_url
        environment["PYTHONPATH"] += os.pathsep + str(ROOT)
        # A fresh clone may measure before it ever served.
        if failed := run_python(["-m", "django", "migrate", "--verbosity", "0"], environment):
            return failed
        return run_python(["-m", f"benchmarks.{options.name}", *arguments], environment)


def _django(arguments: list[str], *, owner: bool) -> int:
    with database() as databases:
        url = databases.owner_url if owner else databases.web_url
        sys.stdout.flush()
        return run_python(["-m", "django", *arguments], environment_for(url, "fairway manage"))
