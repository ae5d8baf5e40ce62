from collections.abc import Iterator
from typing import Any

import pytest

from tests.operations.installation import Installation, made


@pytest.fixture(scope="module")
def installation(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """A database of its own with the cast in it, for all tests of a module."""
    with django_db_blocker.unblock(), made(tmp_path_factory.mktemp("installation")) as installation:
        installation.python(
            "-c", "import django; django.setup(); from tests import cast; cast.build()",
            DATABASE_URL=installation.owner_url,
        )  # fmt: skip
        yield installation
