"""`pk__any=ids`, `mark__any=marks`: one of many numbers or texts, given as one array.

`__in` writes a placeholder for each: of four thousand ids making and taking apart the statement costs more than
running it.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import BigAutoField, BigIntegerField, CharField, Field, ForeignKey, Lookup


class AnyOf(Lookup):
    """Numbers of a key or of what a foreign key points to, or short texts; none finds nothing."""

    lookup_name = "any"
    prepare_rhs = False

    def __init__(self, lhs: Any, rhs: Iterable[int] | Iterable[str]) -> None:
        super().__init__(lhs, list(rhs))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, params = self.process_lhs(compiler, connection)
        kind = "text" if isinstance(self.lhs.output_field, CharField) else "bigint"
        return f"{left} = ANY(%s::{kind}[])", (*params, self.rhs)


def install() -> None:
    kinds: tuple[type[Field], ...] = (BigAutoField, BigIntegerField, ForeignKey, CharField)
    for kind in kinds:
        kind.register_lookup(AnyOf)
