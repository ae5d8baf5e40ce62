"""Django's migrate, and after it everything the models declare that migrations do not hold."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as MigrateCommand
from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable

from fairway.core.brand.lookups import synchronise_functions as synchronise_looks
from fairway.core.events.partitions import ensure_partitions
from fairway.core.health import synchronise_function as synchronise_health
from fairway.core.search.functions import synchronise_finders
from fairway.core.search.probes import synchronise_functions as synchronise_search
from fairway.core.tenancy.lookups import synchronise_functions
from fairway.core.tenancy.organizations import synchronise_function as synchronise_organizations
from fairway.core.tenancy.policies import synchronise

# A change of a table waits so long for those who use it, and everybody else waits behind it meanwhile.
LOCK_SECONDS = 20


class Command(MigrateCommand):
    def handle(self, *args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{LOCK_SECONDS}s"])
        try:
            super().handle(*args, **options)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            raise CommandError(
                f"A table was in use for more than {LOCK_SECONDS} s, so its change was taken back. Try again; what was "
                "applied before stays."
            ) from error
        if options.get("app_label") or options.get("plan") or options.get("check_unapplied"):
            return
        ensure_partitions()
        synchronise_functions()
        synchronise_looks()
        synchronise_search()
        synchronise_finders()
        synchronise_organizations()
        synchronise_health()
        changed = synchronise()
        if options["verbosity"] >= 1 and changed:
            self.stdout.write(f"Rights set for {len(changed)} tables.")
