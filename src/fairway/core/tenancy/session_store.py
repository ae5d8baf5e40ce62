"""Django's sessions in the database; loading one, which every request does, is a prepared query."""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import DateTimeField, QuerySet, TextField

from fairway.core import clock
from fairway.core.prepared import Given, prepared


@prepared
def _session_of() -> QuerySet[Session, Any]:
    rows = Session.objects.filter(session_key=Given("key", TextField()), expire_date__gt=Given("at", DateTimeField()))
    return rows.values("session_key", "session_data", "expire_date")


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        rows = _session_of(given={"key": self.session_key, "at": clock.now()})[:1]
        if not rows:
            self._session_key = None
            return None
        return Session(**rows[0])
