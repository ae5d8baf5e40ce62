"""One box over everything: what somebody typed, found among all that the member may read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from fairway.core.access import Member
from fairway.core.search.kinds import Hit, SearchKind, address, for_member, registered
from fairway.core.search.words import CLOSE_LEAST, PREFIX_LEAST, digits_of, folded, is_close, term, words_of
from fairway.core.tenancy.context import Context, Surface, current

TEXT_MOST = 200
CLOSE_MOST = 4
# With fewer hits than this, words that are spelled alike are tried too.
FEW = 3
# Staff of some territories: so many are looked through for those they may read.
LOOKED_THROUGH = 200


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one kind, the best first; `has_more` says that there are others."""

    kind: SearchKind
    hits: Sequence[Hit]
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    text: str
    groups: Sequence[Group]
    is_forgiving: bool = False

    @property
    def count(self) -> int:
        return sum(len(group.hits) for group in self.groups)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is handed to the functions of the database."""

    query: str
    begins: list[str]
    keys: list[str]
    most: int


def _forgives(text: str) -> bool:
    """An address or a number is right or wrong; words may be nearly right."""
    return "@" not in text and not digits_of(text)


def find(text: str, member: Member, *, kind: str = "", most: int = 0) -> Found:
    """What `text` may mean, by kind; `kind` names one alone, `most` hits of each (each kind's own number by default).

    Two statements and one for each kind that has hits; two more where little is found as it is spelled.
    """
    text = text.replace("\x00", "").strip()[:TEXT_MOST]
    kinds = [each for each in for_member(member, member.context.surface.value) if kind in ("", each.name)]
    words = words_of(text)
    if not words or not kinds:
        return Found(text, [])
    vendors = _vendors(member.context)
    literal = [[(word, len(word) >= PREFIX_LEAST)] for word in words]
    places = _places(kinds, text, _query(literal, vendors, digits_of(text)), member.context, most)
    is_forgiving = False
    few = sum(map(len, places.values())) < FEW
    if few and _forgives(text) and (alike := _alike(words, vendors)):
        forgiving = [[*terms, *((known, False) for known in alike.get(terms[0][0], ()))] for terms in literal]
        more = _places(kinds, "", _query(forgiving, vendors, ""), member.context, most)
        is_forgiving = any(set(more[name]) - set(places[name]) for name in more)
        places = {name: [*ids, *(pk for pk in more[name] if pk not in ids)] for name, ids in places.items()}
    groups = [group for each in kinds if (group := _group(each, places[each.name], member, most)) is not None]
    return Found(text, groups, is_forgiving)


def ids_of(name: str, text: str, *, most: int = 200) -> list[int]:
    """The ids of one kind that a text finds in the context in force, best first: for the filter of a list."""
    context = current()
    kinds = [kind for kind in registered() if kind.name == name]
    text = text.replace("\x00", "").strip()[:TEXT_MOST]
    words = words_of(text)
    if not words or not kinds:
        return []
    vendors = _vendors(context)
    literal = [[(word, len(word) >= PREFIX_LEAST)] for word in words]
    found = _places(kinds, text, _query(literal, vendors, digits_of(text)), context, most)[name]
    if len(found) >= FEW or not _forgives(text) or not (alike := _alike(words, vendors)):
        return found
    forgiving = [[*terms, *((known, False) for known in alike.get(terms[0][0], ()))] for terms in literal]
    more = _places(kinds, "", _query(forgiving, vendors, ""), context, most)[name]
    return [*found, *(pk for pk in more if pk not in found)]


def _vendors(context: Context) -> tuple[int, ...]:
    return context.vendor_ids if context.surface is Surface.DESK else (context.vendor_id,)


def _query(words: Sequence[Sequence[tuple[str, bool]]], vendors: Sequence[int], digits: str) -> str:
    """Every word, or one spelled like it, in one row of one vendor; or the digits as one number."""
    queries = []
    for vendor in vendors:
        parts = [" | ".join(term(vendor, word, is_beginning=begins) for word, begins in terms) for terms in words]
        queries.append(" & ".join(f"({part})" for part in parts))
        if digits:
            queries.append(term(vendor, digits, is_beginning=True))
    return " | ".join(f"({query})" for query in queries)


def _places(kinds: Sequence[SearchKind], text: str, query: str, context: Context, most: int) -> dict[str, list[int]]:
    """Kind → ids, best first. One statement."""
    own = "" if context.surface in (Surface.CONSOLE, Surface.ACTING) else "own_"
    statements: list[str] = []
    values: list[Any] = []
    for kind in kinds:
        statements.append(
            f"SELECT '{kind.name}', found_id, place FROM fw_find_{own}{kind.name}(%s::tsquery, %s, %s, %s)"
        )
        count = LOOKED_THROUGH if context.is_limited else (most or kind.shown) + 1
        values += [query, _begins(text), _keys(kind, text), count]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(statements), values)
        rows = cursor.fetchall()
    found: dict[str, list[int]] = {kind.name: [] for kind in kinds}
    for name, pk, _place in sorted(rows, key=lambda row: (row[2], -row[1])):
        found[name].append(pk)
    return found


def _begins(text: str) -> list[str]:
    start = " ".join(folded(text).split())
    return [start] if len(start) >= 2 else []


def _keys(kind: SearchKind, text: str) -> list[str]:
    if not text:
        return []
    made = [text, text.lower(), *(key for keyed in kind.keyed if (key := keyed(text)))]
    return list(dict.fromkeys(made))


def _alike(words: Sequence[str], vendors: Sequence[int]) -> dict[str, list[str]]:
    """Word asked → words that occur and may have been meant, the likest first."""
    asked = [word for word in words if len(word) >= CLOSE_LEAST and word.isalpha()]
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT word_asked, word_known FROM fw_close_words(%s, %s)", [list(vendors), asked])
        rows = cursor.fetchall()
    found: dict[str, list[str]] = {}
    for word, known in rows:
        if known != word and is_close(word, known) and len(found.setdefault(word, [])) < CLOSE_MOST:
            found[word].append(known)
    return {word: known for word, known in found.items() if known}


def _group(kind: SearchKind, ids: Sequence[int], member: Member, most: int) -> Group | None:
    if member.context.is_limited:  # what they may not read must not be counted either
        readable = {hit.pk for hit in kind.tell(ids)}
        ids = [pk for pk in ids if pk in readable]
    shown = ids[: most or kind.shown]
    if not shown:
        return None
    told = {hit.pk: hit for hit in kind.tell(shown)}
    hits = [_addressed(told[pk], kind, member) for pk in shown if pk in told]
    return Group(kind, hits, len(ids) > len(shown)) if hits else None


def _addressed(hit: Hit, kind: SearchKind, member: Member) -> Hit:
    surface = member.seat.surface if member.seat else ""
    seats = (*member.seats, member.seat) if member.seat else member.seats
    seat = next((seat for seat in seats if seat.vendor_id == hit.vendor_id), None)
    page = kind.pages.get(surface, "")
    if seat is None or not page:
        return hit
    at_desk = member.context.surface is Surface.DESK
    return replace(hit, url=address(seat.vendor_slug, page, hit.uid), vendor_name=seat.vendor_name if at_desk else "")
