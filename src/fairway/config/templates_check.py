"""Compile every template, so that a typing error in one is found without opening its page."""

import sys
from collections.abc import Iterator
from pathlib import Path

import django
from django.template import TemplateSyntaxError, engines
from django.template.backends.django import DjangoTemplates
from django.template.utils import get_app_template_dirs


def main() -> int:
    django.setup()
    broken = list(broken_templates())
    for line in broken:
        print(line, file=sys.stderr)
    return 1 if broken else 0


def broken_templates() -> Iterator[str]:
    """One line for each of our templates that does not compile."""
    engine = engines["django"]
    assert isinstance(engine, DjangoTemplates)
    package = Path(__file__).resolve().parent.parent
    folders = [*map(Path, engine.engine.dirs), *get_app_template_dirs("templates")]
    for folder in folders:
        if not folder.is_relative_to(package):
            continue
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            try:
                engine.get_template(str(path.relative_to(folder)))
            except (TemplateSyntaxError, UnicodeDecodeError) as error:
                yield f"{path}: {error}"


if __name__ == "__main__":
    sys.exit(main())
