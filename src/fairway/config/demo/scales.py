"""How large a demo world is. The small one is played by the product's actions, the others are built in bulk."""

from dataclasses import dataclass, replace

from fairway.config.demo.names import FAMILY
from fairway.config.demo.plan import BACKUP, NETWORKS, STORAGE, VendorPlan, place

SMALL = "small"
_STAFF = (
    ("admin", 1), ("chief", 1), ("cam", 20), ("marketer", 3), ("operations", 3), ("deal_desk", 4), ("finance", 2),
)  # fmt: skip
_STAFF_NAMES = (
    "Astrid", "Martin", "Tobias", "Ingrid", "Marcus", "Nadia", "Lena", "Anke", "Oskar", "Petra", "Ruth", "Amelie",
    "Bjarne", "Corinna", "Damian", "Edith", "Florian", "Gesa", "Hannes", "Imke", "Jasper", "Katrin", "Lothar",
    "Mirela", "Norbert", "Ottilie", "Pascal", "Roswitha", "Stefan", "Thekla", "Ulrich", "Viola", "Wanda", "Xaver",
)  # fmt: skip
# One account manager has about as many partners as another: the states of the United States in fourteen groups.
_STATES = (
    ("California, North", ["NV", "OR", "HI"]), ("California", ["CA"]), ("Northwest", ["WA", "ID", "MT", "AK", "WY"]),
    ("Southwest", ["AZ", "NM", "UT"]), ("Rockies and Plains", ["CO", "KS", "NE", "ND", "SD", "OK"]),
    ("Texas", ["TX"]), ("Upper Midwest", ["MN", "WI", "IA", "MO"]), ("Great Lakes", ["IL", "IN", "MI"]),
    ("Ohio Valley", ["OH", "KY", "WV", "TN"]), ("Gulf", ["LA", "AR", "AL", "MS"]), ("Florida", ["FL"]),
    ("Southeast", ["GA", "NC", "SC", "VA"]), ("Mid-Atlantic", ["PA", "NJ", "MD", "DE", "DC"]),
    ("New York and New England", ["NY", "CT", "MA", "NH", "VT", "ME", "RI"]),
)  # fmt: skip


@dataclass(frozen=True)
class Scale:
    """Counts of the large vendor; exact, and the other two vendors come on top.

    `people` has its staff in it. The others play `others_days` days by the product's actions.
    """

    name: str
    partners: int
    active: int
    people: int
    leads: int
    deals: int
    sales_lines: int
    others_days: int

    @property
    def plans(self) -> tuple[VendorPlan, ...]:
        return (self.plan, STORAGE, BACKUP)

    @property
    def plan(self) -> VendorPlan:
        return replace(
            NETWORKS,
            partners=self.partners,
            sales_lines=self.sales_lines,
            staff=_staff(),
            territories=_territories(),
        )


def _staff() -> tuple[tuple[str, str], ...]:
    names = iter(f"{given} {FAMILY[number]}" for number, given in enumerate(_STAFF_NAMES))
    return tuple((role, next(names)) for role, count in _STAFF for _ in range(count))


def _territories() -> tuple[tuple[str, dict], ...]:
    american = tuple((f"United States, {name}", place(country=["US"], state=states)) for name, states in _STATES)
    return (
        *american,
        ("Germany, North", place(country=["DE"], state=["HH", "SH", "HB", "NI", "MV", "BE", "BB", "ST"])),
        ("Germany, West", place(country=["DE"], state=["NW", "RP", "SL", "HE"])),
        ("Germany, South and East", place(country=["DE"])),
        ("United Kingdom and Ireland", place(country=["GB", "IE"])),
        ("France", place(country=["FR"])),
        ("Everywhere else", {"all": []}),
    )


LARGE = Scale(
    "large", partners=27_500, active=8_500, people=60_000, leads=1_000_000, deals=250_000, sales_lines=10_000_000,
    others_days=730,
)  # fmt: skip
MEDIUM = Scale(
    "medium", partners=550, active=170, people=1_200, leads=20_000, deals=5_000, sales_lines=200_000, others_days=30
)
SCALES = {scale.name: scale for scale in (MEDIUM, LARGE)}
