"""Learning the words of a vendor, by a job: new rows every few minutes, everything anew once a night."""

from datetime import datetime

from django.db import connection

from fairway.core.access import Member
from fairway.core.search.functions import bare
from fairway.core.search.kinds import Source, registered
from fairway.core.search.models import SearchMark, SearchWord
from fairway.core.search.words import CLOSE_LEAST, WORD_MOST
from fairway.core.tenancy.acting import acting_for

CHUNK = 20_000
_LEARN = """
WITH few AS (
  SELECT id, fw_words(vendor_id, {text}) AS words FROM {table}
   WHERE vendor_id = %(vendor)s AND id > %(after)s ORDER BY id LIMIT %(most)s
), learned AS (
  INSERT INTO core_searchword (uid, vendor_id, word)
  SELECT gen_random_uuid(), %(vendor)s, w.word FROM (
    SELECT DISTINCT substr(lexeme, strpos(lexeme, ':') + 1) AS word FROM few, unnest(tsvector_to_array(words)) lexeme
  ) w WHERE length(w.word) BETWEEN %(least)s AND %(longest)s AND w.word !~ '^[0-9]+$' ORDER BY w.word
  ON CONFLICT DO NOTHING RETURNING 1)
SELECT (SELECT max(id) FROM few), (SELECT count(*) FROM learned)"""


def learn_words(*, actor: Member, at: datetime, is_anew: bool = False) -> int:
    """Learn the words of rows that came since the last time; `is_anew` forgets and begins again. How many were new.

    Renamed rows are found by their new words at once, and by slips of them after the next night.
    """
    with acting_for(actor):
        if is_anew:
            SearchWord.objects.all().delete()
            SearchMark.objects.all().delete()
        return sum(_learn(actor.vendor_id, source) for kind in registered() for source in kind.sources)


def _learn(vendor_id: int, source: Source) -> int:
    mark, _is_new = SearchMark.objects.get_or_create(vendor_id=vendor_id, table=source.table)
    statement = _LEARN.format(text=bare(source.text), table=source.table)
    new_words = 0
    while True:
        values = {
            "vendor": vendor_id, "after": mark.learned_to, "most": CHUNK, "least": CLOSE_LEAST, "longest": WORD_MOST,
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            last, count = cursor.fetchone()
        if last is None:
            break
        mark.learned_to = last
        new_words += count
    mark.save(update_fields=["learned_to"])
    return new_words
