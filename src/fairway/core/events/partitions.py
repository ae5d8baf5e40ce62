"""Monthly partitions of the event log, made ahead of time by `migrate` and by a periodic job."""

from datetime import date

from django.db import connection

from fairway.core import clock

MONTHS_BACK = 36
MONTHS_AHEAD = 6


def month_after(day: date, months: int) -> date:
    """The first day of the month `months` after that of `day`."""
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def ensure_partitions() -> int:
    """Make the partitions that are missing; returns how many. Rows outside all of them go to a default one."""
    made = 0
    today = clock.today()
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname LIKE 'core\\_event\\_%%' AND relkind = 'r'")
        present = {name for (name,) in cursor.fetchall()}
        if "core_event_rest" not in present:
            cursor.execute("CREATE TABLE core_event_rest PARTITION OF core_event DEFAULT")
        for offset in range(-MONTHS_BACK, MONTHS_AHEAD + 1):
            start, end = month_after(today, offset), month_after(today, offset + 1)
            name = f"core_event_{start:%Y_%m}"
            if name in present:
                continue
            cursor.execute(f"CREATE TABLE {name} PARTITION OF core_event FOR VALUES FROM ('{start}') TO ('{end}')")
            made += 1
    return made
