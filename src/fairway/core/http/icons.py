"""One SVG sprite of the reviewed icons, made from the installed Tabler set: `python -m fairway.core.http.icons`."""

import os
import re
import sys
from hashlib import sha256
from pathlib import Path

STATIC_PATH = "fairway/icons.svg"

# Reviewed list: an icon is added here when a page needs it. Names are Tabler's (outline).
_LIST = """
activity adjustments-horizontal alert-circle alert-triangle arrow-down arrow-down-right arrow-left arrow-right
arrow-up arrow-up-right arrows-split award bell books briefcase building building-store bulb calendar
calendar-due cash certificate chart-bar chart-dots chart-histogram chart-line check checkbox chevron-down
chevron-left chevron-right chevron-up circle-check circle-x clipboard-check clock cloud-check coins columns-3
copy database database-off device-desktop dots download external-link eye file file-export file-spreadsheet
file-text file-upload filter flag gift git-branch grip-vertical hand-stop help history home inbox info-circle
key keyboard layout-kanban layout-list link list list-check lock login logout mail map-pin menu-2 message
messages minus moon note package pencil phone phone-call player-pause plug plus point receipt receipt-euro
refresh report-analytics rosette route school scoreboard search selector send server settings shield
shield-check speakerphone star sun switch-horizontal table table-import tag target target-arrow template
ticket trash trophy upload user user-check user-plus user-search users users-group webhook world writing x
"""
NAMES = tuple(_LIST.split())


class MissingIcon(LookupError):
    """An icon that is not in the reviewed list, or not in the installed set."""


def _symbol(folder: Path, name: str) -> str:
    path = folder / f"{name}.svg"
    if not path.exists():
        raise MissingIcon(f"There is no Tabler outline icon {name!r}.")
    inner = re.search(r"<svg[^>]*>(.*)</svg>", path.read_text(encoding="utf-8"), re.S)
    assert inner, name
    shapes = [line.strip() for line in inner[1].splitlines() if line.strip() and "M0 0h24v24H0z" not in line]
    return f'<symbol id="{name}" viewBox="0 0 24 24">{"".join(shapes)}</symbol>'


def build(folder: Path, target: Path) -> Path:
    """Write the sprite of NAMES from Tabler's `folder` to `target`; another process never sees half a file."""
    body = "".join(_symbol(folder, name) for name in NAMES)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(f".{os.getpid()}.part")
    part.write_text(f'<svg xmlns="http://www.w3.org/2000/svg">{body}</svg>\n', encoding="utf-8")
    part.replace(target)
    return target


def sprite() -> Path | None:
    """The sprite's file, made when the list is new; None while the packages are not installed."""
    from django.conf import settings

    folder = Path(settings.NODE_MODULES) / "@tabler/icons/icons/outline"
    stamp = sha256(" ".join(NAMES).encode()).hexdigest()[:12]
    target = Path(settings.VAR_DIR) / "icons" / stamp / "icons.svg"
    if not folder.is_dir():
        return target if target.exists() else None
    return target if target.exists() else build(folder, target)


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fairway.config.settings")
    django.setup()
    sys.exit(0 if sprite() else "The front-end packages are not installed.")
