"""Django's migrate, and after it everything the models declare that migrations do not hold."""

from typing import Any

from django.core.management.commands.migrate import Command as MigrateCommand

from fairway.core.events.partitions import ensure_partitions
from fairway.core.health import synchronise_function as synchronise_health
from fairway.core.search.functions import synchronise_finders
from fairway.core.search.probes import synchronise_functions as synchronise_search
from fairway.core.tenancy.lookups import synchronise_functions
from fairway.core.tenancy.organizations import synchronise_function as synchronise_organizations
from fairway.core.tenancy.policies import synchronise


class Command(MigrateCommand):
    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if options.get("app_label") or options.get("plan") or options.get("check_unapplied"):
            return
        ensure_partitions()
        synchronise_functions()
        synchronise_search()
        synchronise_finders()
        synchronise_organizations()
        synchronise_health()
        changed = synchronise()
        if options["verbosity"] >= 1 and changed:
            self.stdout.write(f"Rights set for {len(changed)} tables.")
