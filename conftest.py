"""Tests run as the web does: as fw_web, with row security on. The test database is made by the owner first."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import clear_script_prefix
from tests import cast, database

from fairway.config.settings import database_from_url
from fairway.core.brand import fronts
from fairway.core.tenancy.models import User

pytest_plugins = ["tests.browser"]


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: Any
) -> Iterator[None]:
    """A database migrated by the owner, with the cast in it; the connection is then handed to fw_web."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "")
    owner = {key: connection.settings_dict[key] for key in database.KEYS}
    owner_url = os.environ["FAIRWAY_TEST_OWNER_URL"]
    web = database_from_url(os.environ["FAIRWAY_TEST_WEB_URL"])
    # Several runs may share the cluster, so a worker's name alone would not do.
    name = f"fairway_test_{os.getpid()}{worker}"
    with django_db_blocker.unblock():
        database.make_copy(owner_url, name)
        cast.build()
        connection.close()
        connection.settings_dict.update({key: web[key] for key in owner})
        settings.DATABASES["default"].update({key: web[key] for key in owner})
    yield
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict.update(owner)
        database.drop_copy(owner_url, name)


@pytest.fixture(autouse=True)
def _fresh_fronts() -> None:
    """What a process keeps of looks and domains is not from another test."""
    fronts.forget()


@pytest.fixture
def acme(db: None) -> cast.Cast:
    """The cast: vendor Acme and its people, Beta, Gamma, and vendor Zeta."""
    return cast.load()


@pytest.fixture
def client_of(db: None) -> Any:
    """`client_of(member)` is a browser in which that person has logged in."""

    def logged_in(member: Any) -> Client:
        client = Client()
        client.force_login(User.objects.get(pk=member.user_id))
        return client

    return logged_in


@contextmanager
def as_owner() -> Iterator[None]:
    """Log in as the owner for a block, outside any transaction."""
    web = {key: connection.settings_dict[key] for key in ("USER", "PASSWORD", "HOST", "PORT")}
    owner = database_from_url(os.environ["FAIRWAY_TEST_OWNER_URL"])
    connection.close()
    connection.settings_dict.update({key: owner[key] for key in web})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(web)


@contextmanager
def own_cast(blocker: Any) -> Iterator[cast.Cast]:
    """Real transactions, and a whole cast of its own whose rows stay; what was left to be done is forgotten."""
    with blocker.unblock():
        prefix = f"own{uuid4().hex[:8]}-"
        with as_owner():
            cast.build(prefix)
        made = cast.load(prefix)
        yield made
        with as_owner(), connection.cursor() as cursor:
            # Else the next test finds jobs, mails and deadlines that it did not make.
            cursor.execute("UPDATE procrastinate_periodic_defers SET job_id = NULL")
            cursor.execute("DELETE FROM procrastinate_jobs")
            cursor.execute("DELETE FROM core_ratecount")
            for table in ("workflow_mail", "workflow_deadline"):
                cursor.execute(f"DELETE FROM {table} WHERE vendor_id = ANY (%s)", [[made.acme.pk, made.zeta.pk]])
        connection.close()


@pytest.fixture
def committed(django_db_blocker: Any, django_db_setup: None) -> Iterator[cast.Cast]:
    """For races, faults and browsers: `own_cast` for one test."""
    with own_cast(django_db_blocker) as made:
        yield made


@pytest.fixture(scope="module")
def committed_once(django_db_blocker: Any, django_db_setup: None) -> Iterator[cast.Cast]:
    """`own_cast` for all tests of a module, which name it `committed` for themselves."""
    with own_cast(django_db_blocker) as made:
        yield made


@pytest.fixture(autouse=True)
def _no_address_of_an_earlier_test() -> None:
    """A request leaves its vendor's prefix on the thread; a later test that makes addresses must not find it."""
    clear_script_prefix()
