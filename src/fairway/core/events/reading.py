"""Reading the log of one thing without opening every month of it."""

from datetime import UTC, datetime

from django.db import models

from fairway.core.ids import made_at


def begun(*subjects: models.Model) -> datetime:
    """An instant no later than the first event of these rows.

    The earliest of all that a row says of time and of the moment in its uid: nothing happens to what is not there,
    and a row that came with a history of its own says so.
    """
    known = [made_at(row.uid) for row in subjects if hasattr(row, "uid")]
    for row in subjects:
        for column in row._meta.concrete_fields:
            value = row.__dict__.get(column.attname)
            if isinstance(column, models.DateTimeField) and value is not None:
                known.append(value)
    return min(known, default=datetime(1970, 1, 1, tzinfo=UTC))
