"""A partner as a file or a form gives it, and what an import changes in one that is known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """One partner of a file. Empty text, None and () mean "not said": what is known stays.

    `annual_sales` is in the vendor's currency, in whole units. `tier` is a tier's code or name; `cam_email`
    an account manager's e-mail.
    """

    line: int
    external_id: str
    name: str
    country: str = ""
    state_code: str = ""
    state_name: str = ""
    city: str = ""
    postal_code: str = ""
    address: str = ""
    phone: str = ""
    website: str = ""
    kinds: tuple[str, ...] = ()
    verticals: tuple[str, ...] = ()
    product_lines: tuple[str, ...] = ()
    employees: int | None = None
    annual_sales: Decimal | None = None
    opened_year: int | None = None
    tier: str = ""
    cam_email: str = ""


RELATION_FIELDS = ("name", "country")
PROFILE_FIELDS = (
    "kinds", "verticals", "product_lines", "employees", "annual_sales_minor", "opened_year", "phone", "website",
    "address", "city", "state_code", "state_name", "postal_code",
)  # fmt: skip
PLACE_FIELDS = frozenset({"country", "city", "state_code", "state_name"})


@dataclass(slots=True)
class Merged:
    """The values a partner has after an import, and the names of those that differ from before."""

    values: dict[str, Any]
    changed: list[str] = field(default_factory=list)

    @property
    def is_elsewhere(self) -> bool:
        """Whether the partner moved, so that coordinates and territory must be found again."""
        return not PLACE_FIELDS.isdisjoint(self.changed)


def merged(known: Mapping[str, Any], row: PartnerRow, decimals: int) -> Merged:
    """`known` with what the row says laid over it; amounts become minor units of a currency with `decimals`."""
    result = Merged({})
    for name in (*RELATION_FIELDS, *PROFILE_FIELDS):
        before = known.get(name)
        said = _minor(row.annual_sales, decimals) if name == "annual_sales_minor" else getattr(row, name)
        said = list(said) if isinstance(said, tuple) else said
        now = before if said in ("", None, []) else said
        result.values[name] = now
        if now != before:
            result.changed.append(name)
    return result


def _minor(amount: Decimal | None, decimals: int) -> int | None:
    return None if amount is None else int(amount.scaleb(decimals).to_integral_value(ROUND_HALF_EVEN))
