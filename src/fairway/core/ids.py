"""UUIDv7: ids that sort by time, which a client may make as well (RFC 9562 §5.7)."""

import os
import time
import uuid
from datetime import UTC, datetime

import numpy as np


def uuid7() -> uuid.UUID:
    """One id of the present millisecond."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (1 << 48) - 1) << 80 | int.from_bytes(os.urandom(10), "big")
    return uuid.UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)


def made_at(uid: uuid.UUID) -> datetime:
    """The moment in a UUIDv7; of another kind of uid the beginning of time, which is earlier than anything."""
    milliseconds = uid.int >> 80 if uid.version == 7 else 0
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def uuid7_many(count: int) -> list[str]:
    """`count` ids as text, in ascending order; for bulk writes, where one call an id costs too much."""
    start = time.time_ns() // 1_000_000
    random = np.frombuffer(os.urandom(10 * count), dtype=np.uint8).reshape(count, 10)
    raw = np.empty((count, 16), dtype=np.uint8)
    raw[:, :6] = np.frombuffer(start.to_bytes(6, "big"), dtype=np.uint8)
    raw[:, 6:] = random
    # The first 24 random bits give way to a counter, so that ids of one batch keep their order.
    counter = np.arange(count, dtype=np.uint32)
    raw[:, 6] = 0x70 | (counter >> 20 & 0x0F).astype(np.uint8)
    raw[:, 7] = (counter >> 12 & 0xFF).astype(np.uint8)
    raw[:, 8] = 0x80 | (counter >> 6 & 0x3F).astype(np.uint8)
    raw[:, 9] = (counter & 0x3F).astype(np.uint8) << 2 | (raw[:, 9] & 0x03)
    text = raw.tobytes().hex()
    return [
        f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"
        for h in (text[i : i + 32] for i in range(0, 32 * count, 32))
    ]
