"""Letters of many alphabets as plain Latin ones, so that spellings of one name meet."""

import re
import unicodedata

_SPELLED = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa", "œ": "oe", "þ": "th"}
)
_FILED = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "å": "a", "œ": "oe", "þ": "th"})
_PLAIN = str.maketrans({"ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ŋ": "n", "ŧ": "t", "ĸ": "k"})
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "i",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
    "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu",
    "я": "ya", "і": "i", "ї": "i", "є": "e", "ґ": "g", "ў": "u", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c",
    "ђ": "dj", "џ": "dz",
}  # fmt: skip
_GREEK = {
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l",
    "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f",
    "χ": "ch", "ψ": "ps", "ω": "o",
}  # fmt: skip
_OTHER = str.maketrans(_CYRILLIC | _GREEK)
_APOSTROPHES = dict.fromkeys(map(ord, "'’`´"))
_NOT_WORD = re.compile(r"[\W_]+")


def latin(text: str, *, spelled: bool = True) -> str:
    """Lower-case Latin letters: ä becomes ae (with `spelled=False` a), é e, Ж zh. Other scripts stay."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    folded = folded.translate(_SPELLED if spelled else _FILED).translate(_PLAIN).translate(_OTHER)
    parts = unicodedata.normalize("NFKD", folded)
    bare = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return unicodedata.normalize("NFKC", bare.translate(_OTHER))


def words(text: str, *, spelled: bool = True) -> list[str]:
    """The words of a text in Latin letters, punctuation apart; apostrophes join (o'neil is oneil)."""
    return _NOT_WORD.sub(" ", latin(text, spelled=spelled).translate(_APOSTROPHES)).split()
