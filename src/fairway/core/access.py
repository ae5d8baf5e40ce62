"""Who may do what: one table of roles and permissions, and `require` at the head of every action.

Reading is decided by the scope (`core.tenancy`); this table is about verbs. `docs/tenancy.md` prints it, and a test
holds the two together. A rule or a job acts as the role `system`, which has its own short list: nobody has all.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from fairway.core.tenancy.context import Context, Surface
from fairway.core.tenancy.lookups import SeatRow
from fairway.core.words import said

STAFF = frozenset({"admin", "chief", "cam", "marketer", "operations", "deal_desk", "finance"})
PARTNER = frozenset({"executive", "partner_marketer", "seller"})

PERMISSIONS: dict[str, frozenset[str]] = {
    # partners
    "partner.read": STAFF,
    "partner.edit": frozenset({"admin", "chief", "cam", "operations", "system"}),
    "partner.pause": frozenset({"admin", "chief", "cam", "operations", "executive", "system"}),
    "partner.import": frozenset({"admin", "operations", "system"}),
    "program.edit": frozenset({"admin", "chief", "operations", "system"}),
    # catalog and sales
    "catalog.read": STAFF | PARTNER,
    "catalog.edit": frozenset({"admin", "operations", "system"}),
    "sales.read": STAFF,
    "sales.import": frozenset({"admin", "operations", "finance", "system"}),
    # leads
    "lead.read": STAFF,
    "lead.capture": frozenset({"admin", "chief", "cam", "marketer", "operations", "system", "public"}),
    "lead.note": STAFF,
    "lead.form": frozenset({"admin", "marketer", "operations"}),
    "lead.import": frozenset({"admin", "marketer", "operations", "system"}),
    "lead.route": frozenset({"admin", "chief", "cam", "operations", "system"}),
    "lead.assign": frozenset({"admin", "chief", "cam", "operations"}),
    "lead.override": frozenset({"admin", "chief", "cam", "operations"}),
    "lead.recall": frozenset({"admin", "chief", "cam", "operations", "system"}),
    "scoring.edit": frozenset({"admin", "chief", "operations"}),
    "routing.edit": frozenset({"admin", "chief", "operations"}),
    "answers.edit": frozenset({"admin", "chief", "operations"}),
    "tracking.edit": frozenset({"admin", "chief", "operations"}),
    "leadcost.edit": frozenset({"admin", "chief", "marketer", "operations", "finance", "system"}),
    "offer.read": STAFF | PARTNER,
    "offer.answer": frozenset({"executive", "seller"}),
    "lead.work": frozenset({"executive", "seller"}),
    "seller.assign": frozenset({"executive"}),
    # customers and deals
    "customer.read": STAFF,
    "customer.edit": frozenset({"admin", "chief", "cam", "operations", "deal_desk", "system"}),
    "customer.import": frozenset({"admin", "operations", "system"}),
    "deal.read": STAFF | PARTNER,
    "deal.import": frozenset({"admin", "operations", "system"}),
    "deal.work": frozenset({"executive", "seller", "cam", "chief", "admin", "system"}),
    "registration.submit": frozenset({"executive", "seller"}),
    "registration.decide": frozenset({"deal_desk", "chief", "admin", "system"}),
    "dealrules.edit": frozenset({"admin", "chief", "operations"}),
    "protection.release": frozenset({"deal_desk", "chief", "admin", "system"}),
    # numbers
    "review.read": STAFF | PARTNER,
    "report.channel": frozenset({"admin", "chief", "cam", "marketer", "operations", "deal_desk", "finance"}),
    "report.export": STAFF | PARTNER,
    # people and settings
    "people.read": frozenset({"admin", "chief", "cam", "operations", "executive"}),
    "people.invite": frozenset({"admin", "operations", "cam", "executive", "system"}),
    "people.manage": frozenset({"admin"}),
    "cover.set": STAFF,
    "look.edit": frozenset({"admin"}),
    "personal.manage": frozenset({"admin"}),
    "hours.edit": frozenset({"admin", "chief", "operations"}),
    "mail.read": frozenset({"admin", "operations"}),
    "token.manage": frozenset({"admin", "operations", "executive"}),
    "import.read": frozenset({"admin", "marketer", "operations", "finance"}),
    "duplicate.decide": frozenset({"admin", "operations"}),
    "task.read": STAFF | PARTNER,
    "view.save": STAFF | PARTNER,
}


# Who gives rights keeps them: never in a role of the vendor's own.
RESERVED = frozenset({"people.manage", "personal.manage"})
# What these mean hangs on the built-in role (whom one may invite, who is asked to decide): they can be switched off
# in a copy, but not on where the base role lacks them.
OF_BASE_ONLY = frozenset({"people.invite", "registration.decide", "offer.answer", "lead.work", "registration.submit"})


# Work on the whole channel, which limited staff do not do: it would reach beyond what they see, or widen it.
WHOLE_ONLY = frozenset(
    {
        "program.edit",
        "catalog.edit",
        "partner.import",
        "sales.import",
        "lead.import",
        "lead.capture",
        "lead.form",
        "lead.assign",
        "scoring.edit",
        "routing.edit",
        "answers.edit",
        "tracking.edit",
        "leadcost.edit",
        "dealrules.edit",
        "hours.edit",
        "personal.manage",
        "look.edit",
    }
)


# Who decides when the role asked does not in time; and so who may stand in for it.
HIGHER = {
    "cam": "chief",
    "marketer": "chief",
    "operations": "chief",
    "finance": "chief",
    "deal_desk": "chief",
    "chief": "admin",
}


def deciders(role: str) -> tuple[str, ...]:
    """The role asked and those above it, nearest first."""
    chain = [role]
    while (above := HIGHER.get(chain[-1])) is not None:
        chain.append(above)
    return tuple(chain)


SUPPORT = "support"  # a visitor whom the vendor lets in; the rights are those of the visit, none by the role
SUPPORT_READS = frozenset(
    {
        "partner.read",
        "catalog.read",
        "sales.read",
        "lead.read",
        "offer.read",
        "customer.read",
        "deal.read",
        "review.read",
        "report.channel",
        "people.read",
        "mail.read",
        "import.read",
        "task.read",
    }
)
# What stays with the vendor's own people, however far a visitor is let in.
NEVER_SUPPORT = frozenset(
    {
        "people.manage",
        "people.invite",
        "token.manage",
        "registration.decide",
        "protection.release",
        "report.export",
        "cover.set",
        "view.save",
    }
)


def permissions_of_visit(*, may_act: bool) -> frozenset[str]:
    """What a visitor of the support may: look, or with `may_act` what an administrator may, but for a few things."""
    return SUPPORT_READS | (permissions_of("admin") - NEVER_SUPPORT) if may_act else SUPPORT_READS


def may_ever(role: str) -> frozenset[str]:
    """The permissions that a vendor's own edition of a built-in role can have."""
    audience = STAFF if role in STAFF else PARTNER
    own = {name for name, roles in PERMISSIONS.items() if role in roles}
    others = {name for name, roles in PERMISSIONS.items() if roles & audience} - OF_BASE_ONLY
    return frozenset((own | others) - RESERVED)


def permissions_of(role: str, own_edition: Iterable[str] | None = None) -> frozenset[str]:
    """What a role may: the built-in one, or the vendor's own edition of it, which never exceeds its limits."""
    if own_edition is None:
        return frozenset(name for name, roles in PERMISSIONS.items() if role in roles)
    return frozenset(own_edition) & may_ever(role)


class Forbidden(PermissionDenied):
    """The member lacks the permission; the text says which role has it."""


@dataclass(frozen=True, slots=True)
class Member:
    """The named actor of every change, and the reader behind every page.

    A person in a seat, or (`kind`) a rule, a job, a visitor of a public form. `context` is what the member reads.
    """

    name: str
    role: str
    context: Context
    kind: str = "person"
    seat: SeatRow | None = None
    seats: tuple[SeatRow, ...] = ()
    user_id: int = 0
    language: str = "en"
    time_zone: str = "UTC"
    scopes: frozenset[str] | None = field(default=None)
    permissions: frozenset[str] | None = field(default=None)  # of the vendor's own role; None: the built-in role's

    @property
    def seat_id(self) -> int | None:
        return self.context.seat_id or None

    @property
    def vendor_id(self) -> int:
        return self.context.vendor_id

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF or self.is_support

    @property
    def is_support(self) -> bool:
        return self.role == SUPPORT

    @property
    def may_only_look(self) -> bool:
        """A visitor of the support who was not let in to work."""
        return self.is_support and not (self.seat is not None and self.seat.support_may_act)

    @property
    def partner_id(self) -> int | None:
        return self.seat.partner_id if self.seat else None

    @property
    def answers_for(self) -> tuple[int, ...]:
        """The own seat, and those of colleagues who are away and for whom this person stands in."""
        return (self.context.seat_id, *(self.seat.stands_in_for if self.seat else ()))

    @property
    def zone(self) -> str:
        """Where this person's day begins: the own time zone when one was chosen, else the place of the seat."""
        if self.time_zone != "UTC" or self.seat is None:
            return self.time_zone
        return self.seat.partner_time_zone

    def can(self, permission: str) -> bool:
        """Whether role (and, for a token, scopes) allow it. An unknown name is a programming error: KeyError."""
        allowed = self.role in PERMISSIONS[permission] if self.permissions is None else permission in self.permissions
        return allowed and (self.scopes is None or permission in self.scopes)


def member_of_seat(seat: SeatRow, *, user_id: int = 0, seats: tuple[SeatRow, ...] = (), **extra: object) -> Member:
    """The member who sits in `seat`, reading through the console or one vendor's portal."""
    context = Context(
        surface=Surface(seat.surface),
        vendor_id=seat.vendor_id,
        partner_ids=seat.partner_ids,
        organization_id=seat.organization_id,
        seat_id=seat.seat_id,
        territory_ids=seat.territory_ids,
        unit_ids=seat.unit_ids,
    )
    return Member(
        name=seat.name,
        role=seat.role,
        context=context,
        seat=seat,
        seats=seats,
        user_id=user_id,
        permissions=_permissions_in(seat),
        **extra,  # type: ignore[arg-type]
    )


def _permissions_in(seat: SeatRow) -> frozenset[str] | None:
    """None where the built-in role says it all."""
    if seat.role == SUPPORT:
        allowed = permissions_of_visit(may_act=seat.support_may_act)
        return allowed - WHOLE_ONLY if seat.is_limited else allowed
    if seat.is_limited:
        return permissions_of(seat.role, seat.permissions) - WHOLE_ONLY
    return None if seat.permissions is None else permissions_of(seat.role, seat.permissions)


# What rules, jobs and visitors are called, as it is kept in the log; people are in it by their seats.
SYSTEM_NAMES = {
    words.template: words
    for words in (
        said("A visitor"), said("Batch assignment"), said("Command line"), said("Duplicates"), said("ERP feed"),
        said("Handing on"), said("Import"), said("Learning"), said("Mail"), said("Pools"), said("Ranks of partners"),
        said("Routing"), said("Scoring"), said("Scoring and routing"), said("Set-up"), said("Shares of leads"),
        said("Silent leads"), said("Sources of leads"), said("the rule for clear cases"), said("Time limits"),
        said("Your rule"),
    )
}  # fmt: skip


def name_of_system(name: str) -> str:
    """The name of a rule or a job out of the log, in the language in force."""
    return str(SYSTEM_NAMES.get(name, name))


def system_member(vendor_id: int, name: str, *, kind: str = "job") -> Member:
    """A rule or a job of one vendor, by the name the event log shows."""
    return Member(name=name, role="system", kind=kind, context=Context(Surface.ACTING, vendor_id=vendor_id))


def public_member(vendor_id: int, name: str = "") -> Member:
    """A visitor of one vendor's public pages."""
    return Member(
        name=name or "A visitor",
        role="public",
        kind="public",
        context=Context(Surface.PUBLIC, vendor_id=vendor_id),
    )


def require(actor: Member, permission: str) -> None:
    """Raise Forbidden unless the actor has the permission. The object itself is found through the actor's scope."""
    if not actor.can(permission):
        raise Forbidden(
            _("Your role does not allow this (%(permission)s). Ask your administrator.") % {"permission": permission}
        )
