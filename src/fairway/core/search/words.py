"""Words: how a text is cut into those that are kept and asked for, here and in the database alike."""

import re
import string

from rapidfuzz.distance import OSA

_ACCENTED = "àáâãäåāăąçćčĉďđèéêëēĕėęěĝğģĥìíîïĩīĭįıĵķĺļľłñńņňòóôõöøōŏőŕŗřśŝşšșţťțùúûüũūŭůűųŵýÿŷźżž"
_PLAIN = "aaaaaaaaaccccddeeeeeeeeeggghiiiiiiiiijkllllnnnnooooooooorrrssssstttuuuuuuuuuuwyyyzzz"
# Everything that parts words. Letters of other alphabets stay as they are.
_PARTING = string.punctuation + "\t\n\r\u00a0–—’‘“”„«»…·•"
ASKED_MOST = 8
WORD_MOST = 60
PREFIX_LEAST = 3
CLOSE_LEAST = 4
_FOLDED = str.maketrans(_ACCENTED + _PARTING, _PLAIN + " " * len(_PARTING)) | {ord("ß"): "ss", ord("æ"): "ae"}

# The same in the database. In plpgsql: its cost, which an inlined function would lose, tells the planner never to
# work out the words of a whole table.
_FROM = (_ACCENTED + _PARTING).replace("'", "''")
_TO = _PLAIN + " " * len(_PARTING)
FUNCTION = f"""
CREATE OR REPLACE FUNCTION fw_words(vendor bigint, written text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 5000 AS $$
BEGIN
  RETURN array_to_tsvector(array_remove(string_to_array(
    vendor || ':' || replace(
      translate(replace(replace(lower(written), 'ß', 'ss'), 'æ', 'ae'), '{_FROM}', '{_TO}'),
      ' ', ' ' || vendor || ':'),
    ' '), vendor || ':'));
END $$
"""


def folded(text: str) -> str:
    return text.lower().translate(_FOLDED)


def words_of(text: str) -> list[str]:
    """The distinct words of what somebody typed, at most ASKED_MOST."""
    return list(dict.fromkeys(word[:WORD_MOST] for word in folded(text).split()))[:ASKED_MOST]


def digits_of(text: str) -> str:
    """A telephone number or another number as digits alone; empty when it holds letters or is short."""
    bare = re.sub(r"[\s()+./-]", "", text)
    return bare if bare.isascii() and bare.isdigit() and len(bare) >= 6 else ""


def is_close(asked: str, known: str) -> bool:
    """Whether `known` may be what was meant: one slip in a short word, two in a longer one, also at its beginning."""
    slips = 1 if len(asked) < 7 else 2
    return (
        min(OSA.distance(asked, known[: len(asked) + extra], score_cutoff=slips) for extra in (-1, 0, 1, len(known)))
        <= slips
    )


def term(vendor_id: int, word: str, *, is_beginning: bool) -> str:
    """One word as PostgreSQL's tsquery spells it."""
    quoted = word.replace("\\", "").replace("'", "")
    return f"'{vendor_id}:{quoted}'" + (":*" if is_beginning else "")
