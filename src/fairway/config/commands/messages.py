"""`./fairway messages`: bring the catalogues up to date, compile them, and say what they lack."""

import argparse
from pathlib import Path

from babel.messages.catalog import Catalog

from fairway.config.commands.database import CommandError
from fairway.config.messages import (
    PACKAGE,
    catalogues,
    problems,
    read,
    said_by_machines,
    said_in,
    template_of,
    updated,
    write,
)
from fairway.core.languages import CATALOGUE, compiled

SHOWN = 40


def messages(options: argparse.Namespace) -> int:
    import django

    django.setup()
    folder = PACKAGE / "locale"
    template = template_of([*said_in(PACKAGE), *said_by_machines()])
    paths = [folder / code / CATALOGUE for code in options.languages] or catalogues(folder)
    if not paths:
        raise CommandError("There is no catalogue yet. Name a language: ./fairway messages fr")
    return max(_one(path, template, only_check=options.check) for path in paths)


def _one(path: Path, template: Catalog, *, only_check: bool) -> int:
    code = path.parent.parent.name
    if only_check:
        if not path.exists():
            raise CommandError(f"There is no catalogue {path}.")
        catalogue = read(path)
    else:
        try:
            catalogue = updated(path, template)
        except ValueError as error:
            raise CommandError(f"“{code}” is not the code of a language: {error}.") from None
        write(path, catalogue)
        compiled(path)
    found = problems(catalogue, template)
    print(f"{code}: {len(catalogue)} messages, {len(found)} to mend")
    for sentence in found[:SHOWN]:
        print(f"  {sentence}")
    if len(found) > SHOWN:
        print(f"  … and {len(found) - SHOWN} more")
    return 1 if found else 0
