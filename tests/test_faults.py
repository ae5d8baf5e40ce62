"""A short trial of faults: everything is killed a few times while programs work (`./fairway bench faults` does 200)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
KILLS = 6


@pytest.mark.long
def test_kills_lose_nothing_and_double_nothing(tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FAIRWAY_TEST_")}
    environment |= {
        "FAIRWAY_VAR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "fairway.config.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }
    command = [sys.executable, "-m", "benchmarks.faults", "--kills", str(KILLS)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr[-3000:] + done.stdout[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["figure"], told["n"]) == (0, KILLS)
    assert min(told["detail"]["acknowledged"][name] for name in ("leads", "registered", "imports")) > 0
