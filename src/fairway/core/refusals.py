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

    @property
    def sentence(self) -> Any:
        """As it was raised: Words, where it may be kept (`core.told.keep`)."""
        return self.args[0]

    def __str__(self) -> str:
        return str(self.args[0])


def sentence_of(error: Exception) -> Any:
    """What an error says, as it was raised: Words, where it may be kept (`core.told.keep`)."""
    return getattr(error, "sentence", None) or str(error)


def no_room(error: OSError) -> Any:
    """A sentence for people when the disk is full, or a quota is used up; nothing for any other error."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _("There is no room left to store files. Nothing was kept. Tell your administrator.")
    return ""
