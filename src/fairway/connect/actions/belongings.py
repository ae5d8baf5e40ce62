"""Drop folders whose files come in as one person."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from fairway.connect.models import DropFolder
from fairway.core.tenancy.handing import Kind, register
from fairway.core.tenancy.models import Role


def _folders(seat_id: int) -> QuerySet[Any]:
    return DropFolder.objects.filter(seat_id=seat_id, is_active=True)


def register_kinds() -> None:
    """Administrators and operations may send in whatever kind a folder has."""
    register(
        Kind(
            "folders", gettext_lazy("Folders that are imported by themselves"), DropFolder, _folders, "seat",
            "owner_changed", roles=frozenset({Role.ADMIN, Role.OPERATIONS}),
        )
    )  # fmt: skip
