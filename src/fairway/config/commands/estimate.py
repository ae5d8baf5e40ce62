"""What a world built in bulk will cost, told before it is begun: minutes, by a quick probe, and disk."""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from fairway.config.commands.database import CommandError, Databases, var_dir
from fairway.config.demo.scales import LARGE, Scale

GIGABYTE = 1_000_000_000
# Measured once for the large world: what it and its write-ahead log take, and how long, on a machine on which the
# probe took PROBE_SECONDS. Making indexes needs room for sorting on top.
LARGE_BYTES = 25 * GIGABYTE
SPARE_BYTES = 5 * GIGABYTE
LARGE_SECONDS = 2900.0
PROBE_SECONDS = 2.2
FIXED_SECONDS = 60.0
_PROBE = """
CREATE TEMPORARY TABLE probe ON COMMIT DROP AS
 SELECT n, md5(n::text) AS a, md5((n * 7)::text) AS b, hashint8extended(n, 1) AS c FROM generate_series(1, 300000) AS n;
CREATE INDEX ON probe (a, n); CREATE INDEX ON probe (c);
"""


@dataclass(frozen=True)
class Estimate:
    minutes: int
    bytes: int

    def sentence(self, scale: str) -> str:
        minutes = f"{self.minutes} minutes" if self.minutes > 1 else "a minute"
        return (
            f"The {scale} world takes about {minutes} on this machine and {_gigabytes(self.bytes)} of disk. "
            "Ctrl-C stops it; the next start goes on where it stopped."
        )


def estimate(scale: Scale, probe_seconds: float) -> Estimate:
    """By rule of three from the large world."""
    share = scale.sales_lines / LARGE.sales_lines
    seconds = (FIXED_SECONDS + LARGE_SECONDS * share) * probe_seconds / PROBE_SECONDS
    return Estimate(round(seconds / 60 + 0.5), round(LARGE_BYTES * share + GIGABYTE / 2))


def tell_cost(scale: Scale, databases: Databases) -> None:
    """Print what is coming, or raise CommandError when the disk of the embedded database is too small for it."""
    import psycopg

    with psycopg.connect(databases.owner_url) as connection:
        began = time.monotonic()
        connection.execute(_PROBE)
        cost = estimate(scale, time.monotonic() - began)
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    if databases.embedded:
        require_room(scale, cost, _home(), already=row[0] if row else 0)
    print(cost.sentence(scale.name), flush=True)


def require_room(scale: Scale, cost: Estimate, folder: Path, *, already: int = 0) -> None:
    share = scale.sales_lines / LARGE.sales_lines
    needed = max(0, cost.bytes - already) + round(SPARE_BYTES * share)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise CommandError(
            f"The {scale.name} world needs {_gigabytes(needed)} of disk, and {folder} has {_gigabytes(free)} free. "
            "Make room, or set FAIRWAY_VAR to a folder on a larger disk."
        )


def _home() -> Path:
    from fairway.config.postgres_place import read_place

    place = read_place(var_dir())
    return place.home if place is not None else var_dir()


def _gigabytes(count: int) -> str:
    return f"{count / GIGABYTE:.1f} GB"
