"""Kill −9 of web, worker and database, again and again, while people and programs work; then count what was lost.

Everything runs as in production, in a data folder of its own: the HTTP server, the worker, an embedded database that
is safe against crashes. Programs send leads, accept offers, register and approve through real HTTP, files are
imported. Every answer that was given is noted. Afterwards every one must still be true, and nothing done twice.
Every start after a kill must be clean.
"""

import argparse
import json
import os
import platform
import sys
from importlib import import_module
from pathlib import Path

KILLS, QUICK = 200, 10


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("case", nargs="?", choices=["kills"])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--kills", type=int)
    parser.add_argument("--seed", type=int, default=20)
    options = parser.parse_args()
    kills = options.kills or (QUICK if options.quick else KILLS)

    from benchmarks._faults.place import place_of_its_own

    var = Path(os.environ.get("FAIRWAY_VAR", "var")).resolve() / "faults"
    with place_of_its_own(var) as place:
        import_module("benchmarks._harness")  # Django starts here, with the place's addresses
        from benchmarks._faults.trial import run

        told = run(place, kills=kills, seed=options.seed)
    bad = len(told.losses) + len(told.doubles) + len(told.unclean)
    for name in ("losses", "doubles", "unclean"):
        for said in getattr(told, name)[:20]:
            print(f"{name}: {said}", file=sys.stderr)
    detail = {
        "losses": len(told.losses), "doubles": len(told.doubles), "unclean_starts": len(told.unclean),
        "killed": told.killed, "acknowledged": told.acknowledged, "asked_again": told.asked_again,
        "put_back": told.put_back, "seconds": round(told.seconds), "seed": options.seed,
        "cores": os.cpu_count(), "python": platform.python_version(),
    }  # fmt: skip
    line = {
        "case": "kills", "figure": bad, "unit": "losses, doubles and unclean starts", "floor": 0, "floor_is": "none",
        "ratio": None if bad else 1.0, "n": sum(told.killed.values()), "detail": detail,
    }  # fmt: skip
    print(json.dumps(line), flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
