"""./fairway build: one wheel with everything the web needs, so that a server needs neither npm nor the sources."""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from fairway.config.commands.database import ROOT, CommandError, environment_for

# What setuptools reads, beside src.
NAMES = ("pyproject.toml", "README.md", "LICENSE", "requirements")


def build(options: argparse.Namespace) -> int:
    """In a copy of the sources, whose package gets the collected static files."""
    if not (ROOT / "pyproject.toml").exists():
        raise CommandError("There are no sources here: this Fairway was installed from a wheel.")
    output = Path(options.output).resolve()
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fairway-build-") as folder:
        copy = Path(folder)
        shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        for name in NAMES:
            source = ROOT / name
            shutil.copytree(source, copy / name) if source.is_dir() else shutil.copy(source, copy / name)
        _collect_into(copy)
        _run(
            [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(output), str(copy)], None
        )
    made = max(output.glob("fairway-*.whl"), key=lambda path: path.stat().st_mtime)
    print(f"{made}: {made.stat().st_size / 1024**2:.1f} MB. Install it with requirements/base.txt.")
    return 0


def _collect_into(copy: Path) -> None:
    """Collect with the copy's own package, from the installed front-end packages of this machine."""
    (copy / "src" / "fairway" / "collected").mkdir()
    environment = environment_for("postgresql://nobody@127.0.0.1/none", "fairway build")
    environment |= {"PYTHONPATH": str(copy / "src"), "FAIRWAY_STATIC": "collected", "FAIRWAY_VAR": str(copy / "var")}
    environment.setdefault("FAIRWAY_NODE_MODULES", str(ROOT / "node_modules"))
    _run([sys.executable, "-m", "fairway.core.http.statics", "--anew"], environment)


def _run(command: list[str], environment: dict[str, str] | None) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CommandError(f"The wheel cannot be built.\n{done.stdout}{done.stderr}".strip())
