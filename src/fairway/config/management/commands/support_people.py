"""Who of the installation's support vendors may let in: `./fairway manage support_people add|remove|list`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fairway.core.tenancy.actions.support_people import add_support_person, remove_support_person
from fairway.core.tenancy.models import User


class Command(BaseCommand):
    help = "Name the people of the installation's support. None of them sees anything until a vendor lets them in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["add", "remove", "list"])
        parser.add_argument("email", nargs="?", default="")
        parser.add_argument("--name", default="")

    def handle(self, *args: Any, verb: str, email: str, name: str, **options: Any) -> None:
        if verb != "list" and not email:
            raise CommandError("Name the e-mail.")
        try:
            if verb == "add":
                add_support_person(email=email, name=name)
            elif verb == "remove":
                remove_support_person(email=email)
        except ValueError as error:
            raise CommandError(str(error)) from None
        for user in User.objects.filter(is_support=True).order_by("email"):
            self.stdout.write(f"{user.email}  {user.name}")
