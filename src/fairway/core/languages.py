"""Which languages there are: one for each catalogue under `locale/`, and English, which the messages are written in.

Settings import this module, so it needs the standard library only until there is something to compile.
"""

import os
import re
import tempfile
from pathlib import Path

SOURCE = "en"
CATALOGUE = Path("LC_MESSAGES") / "django.po"
_CODE = re.compile(r"[a-z]{2,3}(_[A-Z][A-Za-z]{1,3})?")
# Of German no "Deutsch (Deutschland)": the name a language has in itself, as its speakers look for it.
_NAMES = {SOURCE: "English", "de": "Deutsch", "fr": "Français", "es": "Español", "it": "Italiano", "nl": "Nederlands"}


def discovered(folder: Path) -> list[tuple[str, str]]:
    """(code, own name) of every language with a catalogue in the folder, English first."""
    found = sorted(path.name for path in folder.glob("*") if (path / CATALOGUE).exists() and _CODE.fullmatch(path.name))
    codes = [SOURCE, *(code.replace("_", "-").lower() for code in found if code != SOURCE)]
    return [(code, own_name(code)) for code in codes]


def own_name(code: str) -> str:
    """What speakers of the language call it: de is Deutsch, pt-br is Português (Brasil)."""
    if code in _NAMES:
        return _NAMES[code]
    from babel import Locale, UnknownLocaleError

    try:
        name = Locale.parse(code, sep="-").get_display_name()
    except (UnknownLocaleError, ValueError):
        return code
    return name[:1].upper() + name[1:] if name else code


def compile_stale(folder: Path) -> list[Path]:
    """Compile every catalogue that is newer than its compiled form; the files written.

    A folder that may not be written is left as it is: an installed package brings its compiled catalogues along.
    """
    stale = [path for path in sorted(folder.glob(f"*/{CATALOGUE}")) if _is_stale(path)]
    if not stale:
        return []
    return [written for path in stale if os.access(path.parent, os.W_OK) for written in [compiled(path)]]


def _is_stale(path: Path) -> bool:
    try:
        return path.with_suffix(".mo").stat().st_mtime < path.stat().st_mtime
    except FileNotFoundError:
        return True


def compiled(path: Path) -> Path:
    """Write the .mo beside a .po, whole or not at all: several processes may start at once."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    target = path.with_suffix(".mo")
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".django-", suffix=".mo", delete=False) as whole:
        write_mo(whole, catalogue)
    os.chmod(whole.name, 0o644)
    os.replace(whole.name, target)
    return target
