"""The fixed cast of every test, made once by the owner.

Vendor Acme with one person per staff role; its partner Beta (executive, marketer, seller) and Beta's rival Gamma;
another vendor Zeta, which Beta's executive works with too. Who must not see is always there.
"""

from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from fairway.core.access import Member, member_of_seat
from fairway.core.tenancy.context import Context, Surface, entering
from fairway.core.tenancy.lookups import seats_of_user
from fairway.core.tenancy.models import Organization, Partner, Role, Seat, User

PASSWORD = "a long enough password"
# Long before anything a test dates by itself.
MADE_AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@dataclass
class Cast:
    acme: Organization
    zeta: Organization
    beta: Partner
    gamma: Partner
    beta_at_zeta: Partner
    admin: Member
    chief: Member
    cam: Member
    other_cam: Member
    marketer: Member
    operations: Member
    deal_desk: Member
    finance: Member
    beta_executive: Member
    beta_marketer: Member
    beta_seller: Member
    gamma_seller: Member
    zeta_admin: Member
    executive_at_zeta: Member
    users: dict[int, User] = field(default_factory=dict)

    def members(self) -> dict[str, Member]:
        """Every member by name; who belongs to which vendor is in the member's context."""
        found = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: value for name, value in found.items() if isinstance(value, Member)}


def vendor(name: str, slug: str, **extra: Any) -> Organization:
    values = {"country": "US", "time_zone": "America/New_York", "currency": "USD", **extra}
    return Organization.objects.create(name=name, slug=slug, is_vendor=True, **values)


def person(email: str, name: str) -> User:
    user = User.objects.filter(email=email).first()
    return user or User.objects.create_user(email, PASSWORD, name=name)


def seat(of_vendor: Organization, user: User, role: str, partner: Partner | None = None) -> Seat:
    organization = partner.organization if partner else of_vendor
    return Seat.objects.create(
        vendor=of_vendor, user=user, organization=organization, partner=partner, role=role,
        name=user.name, email=user.email, created_at=MADE_AT,
    )  # fmt: skip


def partner(of_vendor: Organization, organization: Organization, **extra: Any) -> Partner:
    values = {"country": "US", "time_zone": "America/New_York", "sort_name": organization.name.lower(), **extra}
    return Partner.objects.create(vendor=of_vendor, organization=organization, name=organization.name, **values)


def member(made: Seat) -> Member:
    seats = tuple(seats_of_user(made.user_id))
    row = next(row for row in seats if row.seat_id == made.pk)
    return member_of_seat(row, user_id=made.user_id, seats=seats)


STAFF = {
    "admin": (Role.ADMIN, "Ada Admin"),
    "chief": (Role.CHIEF, "Chris Chief"),
    "cam": (Role.CAM, "Cam Miller"),
    "other_cam": (Role.CAM, "Otto Kamp"),
    "marketer": (Role.MARKETER, "Mara Market"),
    "operations": (Role.OPERATIONS, "Olga Ops"),
    "deal_desk": (Role.DEAL_DESK, "Dana Desk"),
    "finance": (Role.FINANCE, "Finn Ledger"),
}


PARTNER_PEOPLE = {
    "beta_executive": ("executive@{}beta.example", "Eva Exec", Role.EXECUTIVE),
    "beta_marketer": ("marketer@{}beta.example", "Milo Mark", Role.PARTNER_MARKETER),
    "beta_seller": ("seller@{}beta.example", "Sal Seller", Role.SELLER),
    "gamma_seller": ("seller@{}gamma.example", "Gus Seller", Role.SELLER),
}


def build(prefix: str = "") -> None:
    """Make the cast's rows, as the owner. `prefix` makes another whole cast beside the first, for committed tests."""
    acme, zeta = vendor("Acme Networks", f"{prefix}acme"), vendor("Zeta Storage", f"{prefix}zeta")
    beta = Organization.objects.create(name="Beta Systems", country="US", time_zone="America/New_York")
    gamma = Organization.objects.create(name="Gamma IT", country="US", time_zone="America/Chicago")
    # People come before any context: no tenant role reads or writes log-ins.
    users = {name: person(f"{name}@{prefix}acme.example", full) for name, (_, full) in STAFF.items()}
    users |= {name: person(email.format(prefix), full) for name, (email, full, _) in PARTNER_PEOPLE.items()}
    zoe = person(f"admin@{prefix}zeta.example", "Zoe Admin")
    with entering(Context(Surface.ACTING, vendor_id=acme.pk)):
        staff = {name: seat(acme, users[name], role) for name, (role, _) in STAFF.items()}
        at_beta = partner(acme, beta, cam=staff["cam"], external_id="B-1")
        at_gamma = partner(acme, gamma, cam=staff["other_cam"], external_id="G-1", time_zone="America/Chicago")
        for name, (_, _, role) in PARTNER_PEOPLE.items():
            seat(acme, users[name], role, at_gamma if name == "gamma_seller" else at_beta)
    with entering(Context(Surface.ACTING, vendor_id=zeta.pk)):
        seat(zeta, zoe, Role.ADMIN)
        seat(zeta, users["beta_executive"], Role.EXECUTIVE, partner(zeta, beta, external_id="77"))


def load(prefix: str = "") -> Cast:
    """The cast as it stands in the database at hand."""
    acme, zeta = (Organization.objects.get(slug=f"{prefix}{slug}") for slug in ("acme", "zeta"))
    found: dict[str, Any] = {"acme": acme, "zeta": zeta}
    with entering(Context(Surface.ACTING, vendor_id=acme.pk)):
        found["beta"] = Partner.objects.get(external_id="B-1")
        found["gamma"] = Partner.objects.get(external_id="G-1")
    with entering(Context(Surface.ACTING, vendor_id=zeta.pk)):
        found["beta_at_zeta"] = Partner.objects.get(external_id="77")
    emails = {name: f"{name}@{prefix}acme.example" for name in STAFF}
    emails |= {name: email.format(prefix) for name, (email, _, _) in PARTNER_PEOPLE.items()}
    emails |= {"zeta_admin": f"admin@{prefix}zeta.example", "executive_at_zeta": emails["beta_executive"]}
    users = {}
    for name, email in emails.items():
        user = User.objects.get(email=email)
        seats = tuple(seats_of_user(user.pk))
        slug = f"{prefix}zeta" if name in {"zeta_admin", "executive_at_zeta"} else f"{prefix}acme"
        row = next(row for row in seats if row.vendor_slug == slug)
        found[name] = member_of_seat(row, user_id=user.pk, seats=seats)
        users[user.pk] = user
    return Cast(**found, users=users)
