"""What leads cost at scale: `./fairway bench leads CASE`. Each case is a file of benchmarks/_leads with `run(quick)`.

Without a case all run, one after the other. A case prints one JSON line for every figure.
"""

from functools import partial
from importlib import import_module
from pathlib import Path

from benchmarks._harness import main

CASES = sorted(path.stem for path in (Path(__file__).parent / "_leads").glob("[!_]*.py"))


def run(case: str, quick: bool) -> None:
    import_module(f"benchmarks._leads.{case}").run(quick)


if __name__ == "__main__":
    main({case: partial(run, case) for case in CASES})
