"""Which keys a file has said already, on disk: memory stays the same however many rows there are."""

import hashlib
import sqlite3
from collections.abc import Sequence
from types import TracebackType

_CACHE_KB = 4096


class Seen:
    """Keys with the line that said them first. A context manager, which lets the disk go at its end."""

    def __init__(self) -> None:
        # A database without a name lies in a temporary file, which no other process sees.
        self._base = sqlite3.connect("", isolation_level=None)
        for setting in (f"cache_size = -{_CACHE_KB}", "journal_mode = OFF", "synchronous = OFF"):
            self._base.execute(f"PRAGMA {setting}")
        self._base.execute("CREATE TABLE seen (key INTEGER PRIMARY KEY, line INTEGER NOT NULL)")
        self._base.execute("BEGIN")

    def __enter__(self) -> "Seen":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._base.close()

    def first_line(self, key: Sequence[str], line: int) -> int:
        """The line that said the key first: this one, or an earlier."""
        digest = hashlib.blake2b("\x1f".join(key).encode("utf-8", "surrogatepass"), digest_size=8).digest()
        number = int.from_bytes(digest, "big", signed=True)
        if self._base.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (number, line)).rowcount:
            return line
        earlier: int = self._base.execute("SELECT line FROM seen WHERE key = ?", (number,)).fetchone()[0]
        return earlier
