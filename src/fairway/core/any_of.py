"""`pk__any=ids`: one of many numbers, given as one array.

`__in` writes a placeholder for each: of four thousand ids making and taking apart the statement costs more than
running it.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import BigAutoField, BigIntegerField, Field, ForeignKey, Lookup


class AnyOf(Lookup):
    """Numbers of a key, or of what a foreign key points to; none finds nothing."""

    lookup_name = "any"
    prepare_rhs = False

    def __init__(self, lhs: Any, rhs: Iterable[int]) -> None:
        super().__init__(lhs, list(rhs))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s::bigint[])", (*params, self.rhs)


def install() -> None:
    kinds: tuple[type[Field], ...] = (BigAutoField, BigIntegerField, ForeignKey)
    for kind in kinds:
        kind.register_lookup(AnyOf)
