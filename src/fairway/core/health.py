"""How the installation is: what `/readyz` asks, and the figures of `/metrics` that only the database knows.

The figures are counts over all vendors and name nobody; the web's log-in may call the function, and see no row.
"""

from functools import cache

from django.db import connection
from django.db.migrations.loader import MigrationLoader

SILENT_AFTER_SECONDS = 60

# (figure, label, value): one row for each value of the label, or one with an empty label.
_FIGURES = """
CREATE OR REPLACE FUNCTION fw_figures() RETURNS TABLE (figure text, label text, value double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  WITH clock AS (
    SELECT statement_timestamp() AS now
  ), due AS (
    SELECT id, scheduled_at FROM procrastinate_jobs, clock
     WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now)
  ), due_since AS (
    SELECT coalesce(scheduled_at, (SELECT max(at) FROM procrastinate_events e
             WHERE e.job_id = first.id AND e.type::text LIKE 'deferred%')) AS since
      FROM (SELECT * FROM due ORDER BY id LIMIT 100) first
  ), late AS (
    SELECT due_at FROM workflow_deadline, clock WHERE settled_at IS NULL AND due_at < now - interval '2 minutes'
  ), waiting AS (
    SELECT created_at FROM workflow_mail WHERE state = 'waiting'
  ), oldest (figure, since) AS (
    SELECT 'jobs_oldest_due_seconds', min(since) FROM due_since
    UNION ALL SELECT 'deadlines_oldest_overdue_seconds', min(due_at) FROM late
    UNION ALL SELECT 'mails_oldest_waiting_seconds', min(created_at) FROM waiting
  )
  SELECT 'jobs', state, count(j.id) FROM unnest(ARRAY['todo', 'doing', 'failed']) AS state
    LEFT JOIN procrastinate_jobs j ON j.status = state::procrastinate_job_status GROUP BY state
  UNION ALL SELECT 'jobs_failed', task_name, count(*) FROM procrastinate_jobs WHERE status = 'failed' GROUP BY task_name
  UNION ALL SELECT 'jobs_due', '', count(*) FROM due
  UNION ALL SELECT 'workers', '', count(*) FROM procrastinate_workers, clock
             WHERE last_heartbeat > now - interval '60 seconds'
  UNION ALL SELECT 'deadlines_overdue', '', count(*) FROM late
  UNION ALL SELECT 'mails_waiting', '', count(*) FROM waiting
  UNION ALL SELECT figure, '', coalesce(extract(epoch FROM now - since), 0) FROM oldest, clock
$$
"""
# Asked by the web's log-in itself, because PostgreSQL shows the state of one's own connections only.
_CONNECTIONS = """
SELECT 'db_connections', state, count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND usename = session_user AND state IS NOT NULL GROUP BY state
"""


def figures() -> list[tuple[str, str, float]]:
    """(figure, label, value) of everything the database counts, in a few milliseconds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT figure, label, value FROM fw_figures()")
        found = list(cursor.fetchall())
        cursor.execute(_CONNECTIONS)
        return found + list(cursor.fetchall())


def synchronise_function() -> None:
    """Create or replace the function; only the web's log-in may call it. Run as the owner."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES)
        cursor.execute("REVOKE ALL ON FUNCTION fw_figures() FROM PUBLIC")
        cursor.execute("GRANT EXECUTE ON FUNCTION fw_figures() TO fw_web")


def missing_migrations() -> list[str]:
    """Migrations of this version that the database lacks. One of a newer version does no harm and is not counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app || '.' || name FROM django_migrations")
        applied = {name for (name,) in cursor.fetchall()}
    return sorted(_known_migrations() - applied)


@cache
def _known_migrations() -> frozenset[str]:
    """Of the files alone, read once; those that a squashed one replaces count through it."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return frozenset(f"{app}.{name}" for app, name in loader.graph.nodes)


def has_live_worker() -> bool:
    """Whether some worker gave a sign of life in the last minute."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM procrastinate_workers"
            " WHERE last_heartbeat > statement_timestamp() - make_interval(secs => %s))",
            [SILENT_AFTER_SECONDS],
        )
        return bool(cursor.fetchone()[0])
