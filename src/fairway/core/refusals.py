"""`Refused`: what an action raises when the request itself cannot be done. Nothing was written."""

from typing import Any


class Refused(Exception):
    """`str()` is a sentence for the person who tried: what is wrong, and how to mend it.

    `field` names the form field it belongs to, when there is one.
    """

    def __init__(self, sentence: Any, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field

    def __str__(self) -> str:
        return str(self.args[0])
