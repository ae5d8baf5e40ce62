"""What the three demo vendors are: their people, lines, tiers, territories, and how much happens there."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Line:
    code: str
    name: str
    needs: tuple[str, ...]
    price_low: int
    price_high: int


@dataclass(frozen=True)
class Unit:
    """A business unit with the codes of its lines, and who of the staff sees only what it sells."""

    code: str
    name: str
    description: str
    lines: tuple[str, ...]
    limited: tuple[str, ...] = ()


@dataclass(frozen=True)
class VendorPlan:
    """`leads_a_month` and `registrations_a_month` are of the last month; two years ago it was about half."""

    name: str
    slug: str
    country: str
    time_zone: str
    currency: str
    partners: int
    shared_partners: int
    leads_a_month: int
    registrations_a_month: int
    sales_lines: int
    lines: tuple[Line, ...]
    territories: tuple[tuple[str, dict], ...]
    countries: tuple[tuple[str, float], ...]
    staff: tuple[tuple[str, str], ...]
    seed: int
    units: tuple[Unit, ...] = ()
    campaigns: tuple[str, ...] = field(default=("Autumn guide", "Spring webinar", "Partner locator", "Trade fair"))

    @property
    def host(self) -> str:
        return f"{self.slug}.example"


def place(**wanted: list[str]) -> dict:
    return {"all": [{"field": f"place.{name}", "op": "in", "value": value} for name, value in wanted.items()]}


WEST = ["CA", "WA", "OR", "NV", "AZ", "UT", "CO", "ID", "NM", "HI", "AK", "MT", "WY"]
CENTRAL = ["TX", "IL", "OH", "MI", "MN", "MO", "WI", "IN", "OK", "KS", "IA", "NE", "LA", "AR", "ND", "SD", "KY", "TN"]

NETWORKS = VendorPlan(
    name="Halvorsen Networks",
    slug="halvorsen",
    country="US",
    time_zone="America/New_York",
    currency="USD",
    partners=300,
    shared_partners=0,
    leads_a_month=36,
    registrations_a_month=16,
    sales_lines=24_000,
    lines=(
        Line("wireless", "Wireless", ("Wi-Fi for a new warehouse", "Wi-Fi for the head office",
                                      "Outdoor Wi-Fi for a yard", "Guest Wi-Fi for all sites"), 4_000, 90_000),
        Line("switching", "Switching", ("Campus switches, two buildings", "Core switch replacement",
                                        "Switches for a production hall"), 6_000, 140_000),
        Line("security", "Security", ("Firewall replacement at three sites", "Zero-trust access for 200 people",
                                      "Firewall for a new data room"), 8_000, 180_000),
        Line("telephony", "Cloud telephony", ("Move 120 phones to the cloud", "Contact center for the service desk"),
             3_000, 60_000),
    ),
    units=(
        Unit("networking", "Networking", "Switches and Wi-Fi", ("wireless", "switching")),
        Unit("security", "Security", "Firewalls and safe access", ("security",), ("Petra Weller",)),
    ),
    territories=(
        ("United States, West", place(country=["US"], state=WEST)),
        ("United States, Central", place(country=["US"], state=CENTRAL)),
        ("United States, East", place(country=["US"])),
        ("Germany, Austria, Switzerland", place(country=["DE", "AT", "CH"])),
        ("United Kingdom and Ireland", place(country=["GB", "IE"])),
        ("Everywhere else", {"all": []}),
    ),
    countries=(("US", 0.62), ("DE", 0.2), ("GB", 0.12), ("FR", 0.06)),
    staff=(
        ("admin", "Astrid Falk"), ("chief", "Martin Rowan"), ("cam", "Tobias Quist"), ("cam", "Ingrid Sauer"),
        ("cam", "Marcus Talbot"), ("cam", "Nadia Varga"), ("marketer", "Lena Prager"), ("operations", "Anke Jessen"),
        ("deal_desk", "Oskar Lindqvist"), ("deal_desk", "Petra Weller"), ("finance", "Ruth Denholm"),
    ),
    seed=11,
)  # fmt: skip
STORAGE = VendorPlan(
    name="Kestrel Storage",
    slug="kestrel",
    country="DE",
    time_zone="Europe/Berlin",
    currency="EUR",
    partners=60,
    shared_partners=24,
    leads_a_month=9,
    registrations_a_month=3,
    sales_lines=4_000,
    lines=(
        Line("arrays", "Storage arrays", ("Storage for a new data room", "Array replacement, 80 TB"), 9_000, 220_000),
        Line("archive", "Archive", ("Ten-year archive for invoices", "Video archive for three sites"), 4_000, 70_000),
    ),
    territories=(
        ("North", place(country=["DE"], state=["HH", "SH", "HB", "NI", "MV"])),
        ("Everywhere else", {"all": []}),
    ),
    countries=(("DE", 0.7), ("GB", 0.3)),
    staff=(("admin", "Jonas Ekberg"), ("chief", "Karin Dorn"), ("cam", "Leo Brandt"), ("operations", "Iris Kovar"),
           ("deal_desk", "Paul Ebert")),
    seed=22,
)  # fmt: skip
BACKUP = VendorPlan(
    name="Brightwater Backup",
    slug="brightwater",
    country="GB",
    time_zone="Europe/London",
    currency="GBP",
    partners=40,
    shared_partners=20,
    leads_a_month=7,
    registrations_a_month=3,
    sales_lines=2_500,
    lines=(Line("backup", "Backup", ("Backup for 40 servers", "Ransomware-proof backup", "Cloud backup for 300 people"),
                2_000, 50_000),),
    territories=(("Everywhere", {"all": []}),),
    countries=(("GB", 0.6), ("US", 0.4)),
    staff=(("admin", "Olivia Marsh"), ("chief", "Hugo Garner"), ("cam", "Tara Hollis"), ("operations", "Nils Olsen"),
           ("deal_desk", "Emma Yardley")),
    seed=33,
)  # fmt: skip
PLANS = (NETWORKS, STORAGE, BACKUP)
TIERS = (("member", "Member", 1), ("silver", "Silver", 2), ("gold", "Gold", 3))
PARTNER_KINDS = ("reseller", "var", "msp", "si")
# How much happens in a month, against the average: quiet summers, busy year ends.
SEASON = (0.85, 0.95, 1.1, 1.05, 1.05, 1.0, 0.75, 0.7, 1.15, 1.2, 1.2, 1.0)
