"""A small piece of work that a browser does before a public form is sent: free for one person, dear for a million.

The browser looks for a number that makes the hash of the form's stamp and the number begin with BITS zero bits:
about thirty thousand hashes, which a phone does while somebody writes. To check it costs one.
"""

import hashlib

BITS = 15


def is_done(stamp: str, answer: str) -> bool:
    """Whether `answer` is the number asked for of this stamp."""
    if not stamp or not answer.isascii() or not answer.isdigit() or len(answer) > 12:
        return False
    digest = hashlib.sha256(f"{stamp}:{answer}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> (32 - BITS) == 0


def do(stamp: str) -> str:
    """Find the number, as a browser would: for tests and programs of one's own."""
    number = 0
    while not is_done(stamp, str(number)):
        number += 1
    return str(number)
