"""./fairway upgrade: the steps of an update that touch the database, in order, while web and worker go on."""

import argparse
import subprocess
import sys

from fairway.config.commands import backup
from fairway.config.commands.database import CommandError, database, environment_for, require_roles


def upgrade(options: argparse.Namespace) -> int:
    """New code is in place, old processes still run: their version works with the new tables (docs/operations.md)."""
    with database() as databases:
        require_roles(databases.owner_url)
        environment = environment_for(databases.owner_url, "fairway upgrade")
        pending = _django(["showmigrations", "--plan"], environment)
        names = [line.removeprefix("[ ]").strip() for line in pending.splitlines() if line.startswith("[ ]")]
        if options.backup:
            backup.backup(argparse.Namespace(file=options.backup, overwrite=False))
        # Also without new migrations: rights and functions of the database are brought up to date.
        said = _django(["migrate", "--no-input"], environment)
    print("\n".join(f"  {name}" for name in names) if names else "  no new migrations")
    if "Rights set" in said:
        print("  " + next(line.strip() for line in said.splitlines() if "Rights set" in line))
    print("The database is up to date. Now restart: SIGHUP to every web server, SIGTERM to every worker, one by one.")
    return 0


def _django(arguments: list[str], environment: dict[str, str]) -> str:
    command = [sys.executable, "-m", "django", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise CommandError(
            f"{arguments[0]} failed: {last[0]}\nWhat was applied before stays, and does no harm. Mend it and try again."
        )
    return done.stdout
