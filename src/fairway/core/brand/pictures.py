"""Pictures of a look: what may come in, and how it is kept (ADR 14).

The type is read from the content, never from the name. Nothing that was uploaded is served: every picture is drawn
anew as a PNG by `drawing`, in a process with little memory and time.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairway.core.brand import drawing
from fairway.core.refusals import Refused

BYTES_MOST = 1_000_000
SECONDS_MOST = 12
DRAWING = Path(drawing.__file__)


@dataclass(frozen=True, slots=True)
class Room:
    """The largest size a kind of picture is kept at, three times what a page shows, for sharp screens."""

    width: int
    height: int
    is_square: bool = False


ROOMS = {"logo": Room(504, 96), "logo_dark": Room(504, 96), "icon": Room(192, 192, is_square=True)}

_SAID: dict[int, Any] = {
    drawing.UNREADABLE: gettext_lazy("This picture cannot be read. Send a PNG, WebP or SVG file that opens elsewhere."),
    drawing.TOO_MANY_PIXELS: gettext_lazy(
        "This picture is too large to draw. Make it smaller: 2000 pixels across are more than enough."
    ),
    drawing.TOO_SMALL: gettext_lazy("This picture is too small. It needs 16 pixels in each direction at the least."),
    drawing.NAMES_OTHERS: gettext_lazy(
        "This SVG takes parts from elsewhere. Export it again with all pictures embedded."
    ),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    png: bytes
    width: int
    height: int


def kind_of(data: bytes) -> str:
    """ "png", "webp" or "svg" by the first bytes; "" for anything else."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    head = data[:4000].lower()
    return "svg" if drawing.is_svg(data) and b"<svg" in head and b"<html" not in head else ""


def draw(data: bytes, field: str) -> Drawn:
    """The picture as it is kept. Refused, with the field's name, when it is none or too large."""
    if len(data) > BYTES_MOST:
        raise Refused(_("The file is larger than %(n)d MB.") % {"n": BYTES_MOST // 1_000_000}, field=field)
    kind = kind_of(data)
    if not kind:
        raise Refused(_("Send a PNG, WebP or SVG file. This one is something else, whatever its name."), field=field)
    if kind == "svg" and b"<!entity" in data.lower():
        raise Refused(_("This SVG declares entities, which no logo needs. Export it anew without them."), field=field)
    room = ROOMS[field]
    arguments = [str(room.width), str(room.height), str(int(room.is_square))]
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(DRAWING), *arguments],
            input=data, capture_output=True, timeout=SECONDS_MOST, check=False, env={"LC_ALL": "C.UTF-8"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Refused(str(_SAID[drawing.TOO_MANY_PIXELS]), field=field) from None
    if done.returncode != 0:
        # Killed by its own limits, or it said why.
        reason = done.returncode if done.returncode in _SAID else drawing.TOO_MANY_PIXELS
        raise Refused(str(_SAID[reason]), field=field)
    return Drawn(done.stdout, *drawing.size_of_png(done.stdout))
