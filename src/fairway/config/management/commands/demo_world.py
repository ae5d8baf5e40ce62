"""Build the demo world. Run by `./fairway demo`, as the owner, on an empty database."""

import json
import subprocess
import sys
from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from fairway.config.demo import finishing, setting_up
from fairway.config.demo.bulk import cast
from fairway.config.demo.bulk.building import Building, is_half_made
from fairway.config.demo.plan import PLANS
from fairway.config.demo.playing import Play
from fairway.config.demo.scales import SCALES, SMALL, Scale
from fairway.config.supervisor import end_with_parent
from fairway.core import clock

YEARS = timedelta(days=730)


class Command(BaseCommand):
    help = "Build the demo world: three vendors, their partners, and two years of work."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-input", action="store_true")
        parser.add_argument("--scale", default=SMALL, choices=[SMALL, *SCALES])
        parser.add_argument("--play", help="only play the years of these vendors (used by the command itself)")

    def handle(self, *args: Any, **options: Any) -> None:
        # The world can be made again: a crash of the machine costs nothing that was promised to anybody.
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = off")
        if options["play"]:
            self._play(options["play"].split(","))
            return
        ends = clock.now().replace(second=0, microsecond=0)
        if options["scale"] == SMALL:
            self._build(ends)
        else:
            self._build_in_bulk(SCALES[options["scale"]], ends)

    def _build_in_bulk(self, scale: Scale, ends: datetime) -> None:
        if setting_up.exists(scale.plans) and not is_half_made():
            raise CommandError("There are vendors of these names already. Run: ./fairway demo --reset")
        building = Building(scale, ends, self._say)
        building.build()
        finishing.tidy()
        self._write_logins(cast.give_passwords(scale, finishing.new_password()))
        building.finish()

    def _build(self, ends: Any) -> None:
        if setting_up.exists(PLANS):
            raise CommandError("There are vendors of these names already. Run: ./fairway demo --reset")
        password = finishing.new_password()
        worlds = [setting_up.set_up(plan, ends - YEARS, ends, password) for plan in PLANS]
        for other in worlds[1:]:
            setting_up.share_partners(worlds[0], other)
        shown = setting_up.seat_partner_people(worlds, password)
        self._say(f"{sum(len(world.partners) for world in worlds)} partners of {len(worlds)} vendors")
        # Two processes for two cores: the large vendor in one, the small ones in the other.
        players = [self._player([PLANS[0].slug], ends), self._player([plan.slug for plan in PLANS[1:]], ends)]
        for player in players:
            if player.wait() != 0:
                raise CommandError("The two years could not be played; the reason is printed above.")
        for world in worlds:
            finishing.sales(world)
        finishing.tidy()
        self._write_logins(finishing.logins(worlds[0], shown, password))

    def _write_logins(self, logins: list[dict[str, Any]]) -> None:
        path = settings.VAR_DIR / "demo" / "logins.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(logins, indent=1) + "\n")
        path.chmod(0o600)

    def _player(self, slugs: list[str], ends: Any) -> subprocess.Popen:
        # The hour the years end at is passed on, so that every process plays the same world.
        command = [sys.executable, "-m", "django", "demo_world", "--play", ",".join([ends.isoformat(), *slugs])]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=end_with_parent)

    def _play(self, words: list[str]) -> None:
        ends = datetime.fromisoformat(words[0])
        for plan in (plan for plan in PLANS if plan.slug in words[1:]):
            play = Play(setting_up.load(plan, ends - YEARS, ends))
            for month, done in play.run():
                self._say(f"{plan.name}: {month:%B %Y}, {done['leads']} leads, {done['deals']} deals")
            self._say(f"{plan.name}: " + ", ".join(f"{count} {name}" for name, count in sorted(play.done.items())))

    def _say(self, text: str) -> None:
        self.stdout.write(f"    {text}")
        self.stdout.flush()
