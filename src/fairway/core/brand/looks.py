"""A vendor's look as pages and mails use it. A look never changes, so each process keeps what it read of one.

Which look is in force comes with what is asked anyway: with the seats of a member, or with the vendor's front.
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any
from uuid import UUID

from fairway.core.brand import colours
from fairway.core.brand.lookups import look_row

KEPT_MOST = 500
LOGO_HEIGHT = 26  # CSS pixels, in every header
LOGO_WIDTH_MOST = 168


@dataclass(frozen=True, slots=True)
class Picture:
    """A logo, with the room it takes on a page."""

    url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class LookValue:
    """Hashable, for the shell. Without a look of its own everything is empty, and Fairway's own is shown."""

    vendor_id: int = 0
    program_name: str = ""
    accent: str = ""
    accent_dark: str = ""
    header: str = ""
    mail_name: str = ""
    reply_to: str = ""
    logo: Picture | None = None
    logo_dark: Picture | None = None
    icon_url: str = ""
    style_url: str = ""
    logo_uid: UUID | None = None
    logo_dark_uid: UUID | None = None

    @property
    def for_header(self) -> Picture | None:
        """The logo that reads on the coloured header."""
        if self.header and colours.text_on(self.header) == colours.WHITE:
            return self.logo_dark or self.logo
        return self.logo

    @property
    def sheet(self) -> str:
        return colours.style_sheet(self.accent, self.accent_dark, self.header)


PLAIN = LookValue()
_kept: OrderedDict[UUID, LookValue] = OrderedDict()
_lock = Lock()


def look_of(uid: UUID | None) -> LookValue:
    """What the look says; the plain one for None. Asks the database once a process and look."""
    if uid is None:
        return PLAIN
    with _lock:
        if uid in _kept:
            _kept.move_to_end(uid)
            return _kept[uid]
    row = look_row(uid)
    if row is None:
        return PLAIN
    value = _value(uid, row)
    with _lock:
        _kept[uid] = value
        while len(_kept) > KEPT_MOST:
            _kept.popitem(last=False)
    return value


def fitted(width: int, height: int) -> tuple[int, int]:
    """The size a logo is shown at: as high as the header's line, unless it is very wide."""
    scale = min(LOGO_HEIGHT / height, LOGO_WIDTH_MOST / width)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _picture(row: dict[str, Any], name: str) -> Picture | None:
    uid = row[f"{name}_uid"]
    return Picture(image_url(uid), *fitted(row[f"{name}_width"], row[f"{name}_height"])) if uid else None


def image_url(uid: UUID) -> str:
    return f"/look/{uid}.png"


def _value(uid: UUID, row: dict[str, Any]) -> LookValue:
    words = {
        name: row[name]
        for name in ("vendor_id", "program_name", "accent", "accent_dark", "header", "mail_name", "reply_to")
    }
    sheet = colours.style_sheet(row["accent"], row["accent_dark"], row["header"])
    return LookValue(
        **words,
        logo=_picture(row, "logo"),
        logo_dark=_picture(row, "logo_dark"),
        icon_url=image_url(row["icon_uid"]) if row["icon_uid"] else "",
        style_url=f"/look/{uid}/{digest(sheet)}.css" if sheet else "",
        logo_uid=row["logo_uid"],
        logo_dark_uid=row["logo_dark_uid"],
    )


def digest(sheet: str) -> str:
    return hashlib.sha256(sheet.encode()).hexdigest()[:16]
