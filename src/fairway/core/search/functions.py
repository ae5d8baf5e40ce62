"""The functions of the database that search a kind, made from what the apps registered. Run as the owner.

A word is kept with its vendor before it ("12:nordlicht"): one probe finds it among this vendor's alone, however large
the neighbours are. Only readers' roles may call, and each function reads vendor and partners from the settings of the
context, so that nobody can name another's.
"""

from collections.abc import Iterable

from django.db import connection, transaction

from fairway.core.search.kinds import SearchKind, registered
from fairway.core.search.texts import CALLERS, name_of, synchronise_texts
from fairway.core.search.words import FUNCTION

SIGNATURE = "(tsquery, text[], text[], int)"
_STAFF = "t.vendor_id = vendor"
_PARTNER = "t.vendor_id = ANY (vendors) AND t.{partner} = ANY (partners)"
_FIND = """
CREATE OR REPLACE FUNCTION {function}(asked tsquery, begins text[], keys text[], most int)
RETURNS TABLE (found_id bigint, place int)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 20 SET search_path = public
SET max_parallel_workers_per_gather = 0 SET plan_cache_mode = force_custom_plan SET jit = off
SET enable_seqscan = off AS $$
DECLARE
{variables}
BEGIN
  RETURN QUERY SELECT f.id, min(f.place) FROM (
{parts}
  ) AS f (id, place) GROUP BY f.id ORDER BY 2, 1 DESC LIMIT most;
END $$
"""
_OF_STAFF = "  vendor bigint := current_setting('fw.vendor_id')::bigint;"
_OF_PARTNERS = """  vendors bigint[] := current_setting('fw.vendor_ids')::bigint[];
  partners bigint[] := current_setting('fw.partner_ids')::bigint[];"""
_KEY = """    (SELECT t.{row}::bigint AS id, 1 AS place FROM {table} t
      WHERE {whose} AND {where} AND t.{key} = ANY (keys) AND t.{key} <> '' LIMIT most)"""
_BEGINS = """    (SELECT h.id, 2 FROM unnest(begins) AS b CROSS JOIN LATERAL (
       SELECT t.{row}::bigint AS id FROM {table} t
        WHERE {whose} AND {where} AND t.{begins} >= b AND t.{begins} < b || chr(1114111)
        ORDER BY t.{begins}, t.id LIMIT most) h)"""
# A partner's rows are few, or a common word is among the first of them. Only for what is rare in many the index of
# words is asked. It names the vendor already: adding nothing keeps the planner from reading a whole vendor.
_WORDS = """    (WITH own AS MATERIALIZED (
       SELECT t.id, t.{row}::bigint AS row FROM {table} t WHERE {whose} AND {where} LIMIT {looked_at_own}),
      near AS MATERIALIZED (
       SELECT o.row FROM own o JOIN core_searchtext s ON s.source = '{name}' AND s.row_id = o.id
        WHERE s.words @@ asked LIMIT most * 4),
      others AS MATERIALIZED (
       SELECT t.{row}::bigint AS row FROM core_searchtext s JOIN {table} t ON t.id = s.row_id
        WHERE s.source = '{name}' AND s.words @@ asked AND {whose_words} AND {where}
          AND (SELECT count(*) FROM own) = {looked_at_own} AND (SELECT count(*) FROM near) < most)
      SELECT n.row AS id, 3 AS place FROM near n UNION ALL (SELECT o.row, 3 FROM others o LIMIT most * 4))"""
# For staff the words alone decide: the first few that have them, then their rows, however many others there are. A
# common word is found among the latest rows, and reading where else it occurs is saved: its index answers with all of
# a hundred thousand places or none. `others` is asked without its limit: knowing that, the planner takes every row in
# turn until it has enough, which never comes where the word is common in another kind only.
_WORDS_OF_STAFF = """    (WITH latest AS MATERIALIZED (
       SELECT s.row_id FROM (SELECT s.row_id, s.words FROM core_searchtext s WHERE s.source = '{name}'
         AND s.row_id <= (SELECT max(t.id) FROM {table} t WHERE t.vendor_id = vendor)
         ORDER BY s.row_id DESC LIMIT {looked_at}) s WHERE s.words @@ asked LIMIT most * 8),
      others AS MATERIALIZED (
       SELECT s.row_id FROM core_searchtext s WHERE s.source = '{name}' AND s.words @@ asked
         AND (SELECT count(*) FROM latest) < most)
      SELECT t.{row}::bigint AS id, 3 AS place FROM (
       SELECT l.row_id FROM latest l UNION ALL (SELECT o.row_id FROM others o LIMIT most * 8)) s
      JOIN {table} t ON t.id = s.row_id WHERE {whose} AND {where} LIMIT most * 4)"""
LOOKED_AT, LOOKED_AT_OWN = 1_500, 500
_CLOSE = """
CREATE OR REPLACE FUNCTION fw_close_words(vendors bigint[], asked text[])
RETURNS TABLE (word_asked text, word_known text)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 40 SET search_path = public
SET max_parallel_workers_per_gather = 0 SET jit = off AS $$
DECLARE
  one text;
BEGIN
  FOREACH one IN ARRAY asked LOOP
    -- A slip costs a short word a larger share of its letters.
    PERFORM set_config('pg_trgm.similarity_threshold', CASE WHEN length(one) < 7 THEN '0.3' ELSE '0.42' END, true);
    RETURN QUERY SELECT one, w.word::text FROM core_searchword w
     WHERE w.word % one AND w.vendor_id + 0 = ANY (vendors)
       AND w.vendor_id + 0 = ANY (current_setting('fw.vendor_ids')::bigint[])
     ORDER BY similarity(w.word, one) DESC, w.word LIMIT 12;
  END LOOP;
END $$
"""


def synchronise_finders() -> None:
    """Create the words function, the table of words with its triggers, and the functions of every kind."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FUNCTION)
        synchronise_texts(cursor)
        for caller, allowed in CALLERS.items():
            _allow(cursor, caller, allowed)
        for kind in registered():
            for function, roles, statement in finders(kind):
                cursor.execute(statement)
                _allow(cursor, f"{function}{SIGNATURE}", roles)
        cursor.execute(_CLOSE)
        _allow(cursor, "fw_close_words(bigint[], text[])", ("console", "acting", "portal", "desk"))


def _allow(cursor: object, function: str, roles: Iterable[str]) -> None:
    execute = cursor.execute  # type: ignore[attr-defined]
    roles = [*roles, "limited"] if "console" in roles else roles
    execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    execute(f"GRANT EXECUTE ON FUNCTION {function} TO {', '.join('fw_' + role for role in roles)}")


def finders(kind: SearchKind) -> Iterable[tuple[str, tuple[str, ...], str]]:
    """(name, roles, statement) of the kind's functions: for staff, and for partner people where they may look."""
    if "console" in kind.permissions:
        function = f"fw_find_{kind.name}"
        yield function, ("console", "acting"), _statement(function, _OF_STAFF, _parts(kind, for_staff=True))
    if "portal" in kind.permissions:
        function = f"fw_find_own_{kind.name}"
        yield function, ("portal", "desk"), _statement(function, _OF_PARTNERS, _parts(kind, for_staff=False))


def _statement(function: str, variables: str, parts: list[str]) -> str:
    return _FIND.format(function=function, variables=variables, parts="\n    UNION ALL\n".join(parts))


def _parts(kind: SearchKind, *, for_staff: bool) -> list[str]:
    found = []
    for number, source in enumerate(kind.sources):
        if not for_staff and not source.partner:
            continue
        whose = _STAFF if for_staff else _PARTNER.format(partner=source.partner)
        where = source.staff_where if for_staff else "true"
        values = {
            "table": source.table, "row": source.row, "where": where, "whose": whose,
            "looked_at": LOOKED_AT, "looked_at_own": LOOKED_AT_OWN,
        }  # fmt: skip
        values["whose_words"] = whose.replace("t.vendor_id", "t.vendor_id + 0")
        found += [_KEY.format(key=key, **values) for key in source.keys]
        if source.begins and for_staff:
            # One partner's rows lie scattered in the order of names: words alone find them faster.
            found.append(_BEGINS.format(begins=source.begins, **values))
        found.append((_WORDS_OF_STAFF if for_staff else _WORDS).format(name=name_of(kind, number), **values))
    return found
