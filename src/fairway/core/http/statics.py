"""Static files for production: collected once, named by their content, compressed, and the style sheets joined.

`./fairway serve` and `demo` collect into STATIC_ROOT before they start and set FAIRWAY_STATIC=collected; without it
(tests, a developer's `manage runserver`) every file is served from where it lies.
"""

import json
import os
import re
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path, PurePosixPath
from posixpath import relpath
from typing import Any

from django.contrib.staticfiles.finders import get_finders
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

from fairway.core.http.assets import JOINED_STYLESHEET, STYLESHEETS

STAMP = "collected.json"
# Apps whose files no page of ours asks for.
UNUSED = ("rest_framework",)
_URL = re.compile(r"""url\(\s*(["']?)(?!data:|/|https?:|#)([^"')]+)\1\s*\)""")


class CollectedStorage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage, which also writes one style sheet out of those that every page has."""

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if not dry_run and all(path in paths for path in STYLESHEETS):
            if self.exists(JOINED_STYLESHEET):
                self.delete(JOINED_STYLESHEET)
            self._save(JOINED_STYLESHEET, ContentFile(self._joined(paths)))
            paths = {**paths, JOINED_STYLESHEET: (self, JOINED_STYLESHEET)}
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def _joined(self, paths: dict[str, Any]) -> bytes:
        sheets = []
        for path in STYLESHEETS:
            storage, name = paths[path]
            with storage.open(name) as file:
                sheets.append(moved(file.read().decode(), path, JOINED_STYLESHEET))
        return "\n".join(sheets).encode()


def moved(sheet: str, path: str, target: str) -> str:
    """The style sheet with its relative addresses rewritten for another place."""
    here, there = PurePosixPath(path).parent, PurePosixPath(target).parent

    def rewritten(match: re.Match[str]) -> str:
        return f'url("{relpath(str(here / match[2]), str(there))}")'

    return _URL.sub(rewritten, sheet)


def fingerprint() -> str:
    """Changes with every file that would be collected, and with the versions of what collects them."""
    from importlib.metadata import version

    digest = sha256(f"{version('whitenoise')} {version('django')} {version('brotli')}".encode())
    digest.update(Path(__file__).read_bytes())
    found = {path: storage.path(path_in) for finder in get_finders() for path, path_in, storage in _listed(finder)}
    for path, real in sorted(found.items()):
        digest.update(f"\0{path}\0".encode() + Path(real).read_bytes())
    return digest.hexdigest()


def _listed(finder: Any) -> Iterator[tuple[str, str, Any]]:
    for name, storage in finder.list(list(UNUSED)):
        prefix = getattr(storage, "prefix", None)
        yield (f"{prefix}/{name}" if prefix else name), name, storage


def collect(*, anew: bool = False) -> bool:
    """Bring STATIC_ROOT up to date; False when it was. Files of earlier versions stay, for pages still open.

    What came with an installed package is complete, and collected only when that package is built (`anew`).
    """
    from django.conf import settings
    from django.core.management import call_command

    if Path(settings.STATIC_ROOT).parent == settings.PACKAGE_DIR and not anew:
        return False
    stamp = Path(settings.STATIC_ROOT) / STAMP
    wanted = fingerprint()
    try:
        if json.loads(stamp.read_text())["fingerprint"] == wanted:
            return False
    except (FileNotFoundError, ValueError, KeyError):
        pass
    call_command("collectstatic", verbosity=0, interactive=False, ignore_patterns=list(UNUSED))
    stamp.write_text(json.dumps({"fingerprint": wanted}) + "\n")
    return True


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fairway.config.settings")
    os.environ["FAIRWAY_STATIC"] = "collected"
    django.setup()
    collect(anew="--anew" in sys.argv)
    sys.exit(0)
