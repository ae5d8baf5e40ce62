"""Tests run as the web does: as fw_web, with row security on. The test database is made by the owner first."""

import os
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: Any
) -> Iterator[None]:
    """Migrate as the owner, then hand the connection to fw_web for every test."""
    from django.conf import settings
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    from fairway.config.settings import database_from_url

    worker = getattr(request.config, "workerinput", {}).get("workerid", "")
    owner = {key: connection.settings_dict[key] for key in ("USER", "PASSWORD", "HOST", "PORT")}
    web = database_from_url(os.environ["FAIRWAY_TEST_WEB_URL"])
    with django_db_blocker.unblock():
        name = f"fairway_test_{worker or os.getpid()}"
        connection.settings_dict["TEST"]["NAME"] = name
        made = setup_databases(verbosity=0, interactive=False, serialized_aliases=[])
        with connection.cursor() as cursor:
            cursor.execute("GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO fw_web")
        connection.close()
        connection.settings_dict.update({key: web[key] for key in owner})
        settings.DATABASES["default"].update({key: web[key] for key in owner})
    yield
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict.update(owner)
        teardown_databases(made, verbosity=0)
