"""The words of everything that can be found, kept aside from the things themselves (ADR 8).

`core_searchtext` has one row for each row of each source. Triggers keep it true: a few rows written at once have
their words in the same moment; the rows of bulk work wait, without words, for the job that also learns the
vocabulary. Changing anything but the text of a thing costs the search nothing. No role may touch the table; only the
functions of `core.search.functions`, which run as the owner, read it.
"""

import re
from typing import Any

from fairway.core.search.kinds import SearchKind, Source, registered
from fairway.core.search.words import CLOSE_LEAST, WORD_MOST

# So many rows of one statement get their words at once.
AT_ONCE = 100
TABLE = """
CREATE TABLE IF NOT EXISTS core_searchtext (
  source text NOT NULL, row_id bigint NOT NULL, vendor_id bigint NOT NULL, words tsvector,
  is_learned boolean NOT NULL DEFAULT false, PRIMARY KEY (source, row_id)
)"""
NEW = "CREATE INDEX IF NOT EXISTS searchtext_new ON core_searchtext (vendor_id, source, row_id) WHERE NOT is_learned"
# The pending list is kept short: every search reads it.
_INDEX = """
CREATE INDEX IF NOT EXISTS {name}_words ON core_searchtext USING gin (words)
 WITH (gin_pending_list_limit = 512) WHERE source = '{name}'"""
_INSERTED = """
CREATE OR REPLACE FUNCTION {name}_made() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  INSERT INTO core_searchtext (source, row_id, vendor_id, words)
  SELECT '{name}', t.id, t.vendor_id, CASE WHEN m.n <= {at_once} THEN fw_words(t.vendor_id, {text}) END
    FROM made t, (SELECT count(*) AS n FROM made) m
  ON CONFLICT (source, row_id) DO UPDATE
    SET vendor_id = excluded.vendor_id, words = excluded.words, is_learned = false;
  RETURN NULL;
END $$"""
_CHANGED = """
CREATE OR REPLACE FUNCTION {name}_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  UPDATE core_searchtext SET words = fw_words(NEW.vendor_id, {new}), is_learned = false
   WHERE source = '{name}' AND row_id = NEW.id;
  RETURN NULL;
END $$"""
_GONE = """
CREATE OR REPLACE FUNCTION {name}_gone() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  DELETE FROM core_searchtext s USING gone t WHERE s.source = '{name}' AND s.row_id = t.id;
  RETURN NULL;
END $$"""
_TRIGGERS = (
    "CREATE OR REPLACE TRIGGER {name}_made AFTER INSERT ON {table} REFERENCING NEW TABLE AS made"
    " FOR EACH STATEMENT EXECUTE FUNCTION {name}_made()",
    "CREATE OR REPLACE TRIGGER {name}_changed AFTER UPDATE OF {columns} ON {table}"
    " FOR EACH ROW WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION {name}_changed()",
    "CREATE OR REPLACE TRIGGER {name}_gone AFTER DELETE ON {table} REFERENCING OLD TABLE AS gone"
    " FOR EACH STATEMENT EXECUTE FUNCTION {name}_gone()",
)
_FORMER_INDEX = "DROP INDEX IF EXISTS {table}_words{number}"
_MISSING = """
INSERT INTO core_searchtext (source, row_id, vendor_id)
SELECT '{name}', t.id, t.vendor_id FROM {table} t
 WHERE NOT EXISTS (SELECT 1 FROM core_searchtext s WHERE s.source = '{name}' AND s.row_id = t.id)
ON CONFLICT DO NOTHING"""
_LEARN_ONE = """
  WITH few AS (
    SELECT row_id FROM core_searchtext s WHERE s.vendor_id = vendor AND s.source = '{name}' AND NOT s.is_learned
     ORDER BY row_id LIMIT most FOR UPDATE SKIP LOCKED
  ), done AS (
    UPDATE core_searchtext s SET words = coalesce(s.words, fw_words(t.vendor_id, {text})), is_learned = true
      FROM few JOIN {table} t ON t.id = few.row_id
     WHERE s.source = '{name}' AND s.row_id = few.row_id RETURNING s.words
  ), said AS (
    INSERT INTO core_searchword (uid, vendor_id, word)
    SELECT gen_random_uuid(), vendor, w.word FROM (
      SELECT DISTINCT substr(lexeme, strpos(lexeme, ':') + 1) AS word FROM done, unnest(tsvector_to_array(words)) lexeme
    ) w WHERE length(w.word) BETWEEN {least} AND {longest} AND w.word !~ '^[0-9]+$' ORDER BY w.word
    ON CONFLICT DO NOTHING RETURNING 1
  ) SELECT looked_at + (SELECT count(*) FROM done), new_words + (SELECT count(*) FROM said) INTO looked_at, new_words;
"""
_LEARN = """
CREATE OR REPLACE FUNCTION fw_learn_words(most int, OUT looked_at bigint, OUT new_words bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  vendor bigint := current_setting('fw.vendor_id')::bigint;
BEGIN
  looked_at := 0;
  new_words := 0;
{parts}
END $$"""
_FORGET = """
CREATE OR REPLACE FUNCTION fw_forget_words() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  WITH vendor AS (
    SELECT current_setting('fw.vendor_id')::bigint AS id
  ), used AS (
    SELECT DISTINCT substr(lexeme, strpos(lexeme, ':') + 1) AS word
      FROM core_searchtext s JOIN vendor ON s.vendor_id = vendor.id, unnest(tsvector_to_array(s.words)) lexeme
  ), gone AS (
    DELETE FROM core_searchword w USING vendor WHERE w.vendor_id = vendor.id
       AND NOT EXISTS (SELECT 1 FROM used WHERE used.word = w.word) RETURNING 1
  ) SELECT count(*) FROM gone
$$"""
_UNLEARNED = """
CREATE OR REPLACE FUNCTION fw_vendors_with_new_words() RETURNS TABLE (vendor_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT o.id FROM core_organization o WHERE o.is_vendor
     AND EXISTS (SELECT 1 FROM core_searchtext s WHERE s.vendor_id = o.id AND NOT s.is_learned)
$$"""
# Function → who may call it.
CALLERS = {
    "fw_learn_words(int)": ("acting",),
    "fw_forget_words()": ("acting",),
    "fw_vendors_with_new_words()": ("web",),
}


def name_of(kind: SearchKind, number: int) -> str:
    """The source's name in the table of words, and the beginning of its trigger's and index's."""
    return f"fw_text_{kind.name}_{number}"


def _values(kind: SearchKind, source: Source, number: int) -> dict[str, Any]:
    return {
        "name": name_of(kind, number),
        "table": source.table,
        "number": number or "",
        "text": source.text,
        "new": re.sub(r"\bt\.", "NEW.", source.text),
        "old": re.sub(r"\bt\.", "OLD.", source.text),
        "columns": ", ".join(dict.fromkeys(re.findall(r"\bt\.(\w+)", source.text))),
        "at_once": AT_ONCE,
        "least": CLOSE_LEAST,
        "longest": WORD_MOST,
    }


def synchronise_texts(cursor: Any) -> None:
    """The table, its triggers on every source, and a row for whatever has none. As the owner."""
    cursor.execute(TABLE)
    cursor.execute(NEW)
    parts = []
    for kind in registered():
        for number, source in enumerate(kind.sources):
            values = _values(kind, source, number)
            for statement in (_FORMER_INDEX, _INDEX, _INSERTED, _CHANGED, _GONE, *_TRIGGERS, _MISSING):
                cursor.execute(statement.format(**values))
            for suffix in ("made", "changed", "gone"):
                cursor.execute(f"REVOKE ALL ON FUNCTION {values['name']}_{suffix}() FROM PUBLIC")
            parts.append(_LEARN_ONE.format(**values))
    cursor.execute(_LEARN.format(parts="".join(parts)))
    cursor.execute(_FORGET)
    cursor.execute(_UNLEARNED)
