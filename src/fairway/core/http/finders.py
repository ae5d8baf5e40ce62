"""Serves the few installed front-end files that pages use, and the icon sprite made from them."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Warning
from django.core.files.storage import FileSystemStorage

from fairway.core.http import icons
from fairway.core.http.assets import VENDOR_FILES


def _storage(folder: Path, prefix: str) -> FileSystemStorage:
    storage = FileSystemStorage(location=folder)
    storage.prefix = prefix  # type: ignore[attr-defined]
    return storage


class VendorFinder(BaseFinder):
    """Finds `vendor/<part>/<file>` in node_modules and `fairway/icons.svg` in the data folder."""

    @cached_property
    def _files(self) -> dict[str, tuple[str, FileSystemStorage]]:
        """Path under /static/ -> (path inside its storage, storage)."""
        found = {}
        for part, (folder, patterns) in VENDOR_FILES.items():
            root = Path(settings.NODE_MODULES) / folder
            storage = _storage(root, f"vendor/{part}")
            for pattern in patterns:
                for file in sorted(root.glob(pattern)):
                    name = file.relative_to(root).as_posix()
                    found[f"vendor/{part}/{name}"] = (name, storage)
        sprite = icons.sprite()
        if sprite is not None:
            found[icons.STATIC_PATH] = (sprite.name, _storage(sprite.parent, "fairway"))
        return found

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        if (Path(settings.PACKAGE_DIR) / "collected").exists():
            return []  # they came with the installed package
        missing = [part for part in VENDOR_FILES if not any(p.startswith(f"vendor/{part}/") for p in self._files)]
        if not missing:
            return []
        text = f"The front-end packages are not installed: {', '.join(missing)}."
        return [Warning(text, hint="Run `./fairway demo` or `npm ci`.", id="fairway.W001")]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = self._files.get(path)
        if found is None:
            return []
        name, storage = found
        return [storage.path(name)] if find_all else storage.path(name)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        yield from self._files.values()
