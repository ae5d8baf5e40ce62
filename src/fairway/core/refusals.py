"""`Refused`: what an action raises when the request itself cannot be done. Nothing was written."""

import errno
from typing import Any

from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """`str()` is a sentence for the person who tried: what is wrong, and how to mend it.

    `field` names the form field it belongs to, when there is one.
    """

    def __init__(self, sentence: Any, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field

    def __str__(self) -> str:
        return str(self.args[0])


def no_room(error: OSError) -> Any:
    """A sentence for people when the disk is full, or a quota is used up; nothing for any other error."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _("There is no room left to store files. Nothing was kept. Tell your administrator.")
    return ""
