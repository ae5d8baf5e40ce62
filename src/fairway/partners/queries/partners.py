"""Partners as lists and pages show them. Every query runs in the context in force."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from fairway.core.names import prefix_range
from fairway.core.search import similar
from fairway.core.search.find import ids_of
from fairway.core.tenancy.models import Partner, PartnerState, Seat
from fairway.partners.models import Contact, Credential, Enrollment, PartnerKind, Profile, Program, Territory, Tier

NOBODY = "none"
_OF_PROFILE = ("city", "state_code", "kinds", "lead_capacity", "accepts_leads", "latitude", "employees")
KIND_WORDS: dict[str, Any] = dict(PartnerKind.choices)


def listed_partners(filters: Mapping[str, str], *, own_cams: Collection[int] = ()) -> QuerySet[Any, dict[str, Any]]:
    """Partners with place, tier, territory and account manager, as mappings; filters by name as the list's address.

    `own_cams` narrows to the partners of these account managers unless `cam` says otherwise.
    """
    rows = _by_words(Partner.objects.all(), filters.get("q", ""))
    if state := filters.get("state"):
        rows = rows.filter(state=state)
    else:
        rows = rows.exclude(state=PartnerState.INACTIVE)
    if territory := filters.get("territory"):
        wanted = {"isnull": True} if territory == NOBODY else {"uid": _uid(territory)}
        rows = rows.filter(**{f"profiles__territory__{name}": value for name, value in wanted.items()})
    if kind := filters.get("kind"):
        rows = rows.filter(profiles__kinds__overlap=[kind])
    if filters.get("place") == "unknown":
        rows = rows.filter(profiles__latitude=None)
    rows = _by_cam(_in_tier(rows, filters.get("tier", "")), filters.get("cam", ""), own_cams)
    return rows.annotate(
        **{name: F(f"profiles__{name}") for name in _OF_PROFILE},
        territory_name=F("profiles__territory__name"), cam_name=F("cam__name"),
    ).values(
        "id", "uid", "name", "sort_name", "state", "country", "external_id", "territory_name", "cam_name", *_OF_PROFILE
    )  # fmt: skip


def _in_tier(rows: QuerySet[Partner], tier: str) -> QuerySet[Partner]:
    present = Enrollment.objects.filter(until_on=None)
    if tier == NOBODY:
        return rows.exclude(pk__in=present.values("partner_id"))
    return rows.filter(pk__in=present.filter(tier__uid=_uid(tier)).values("partner_id")) if tier else rows


def _uid(text: str) -> UUID:
    """The uid in an address; for anything else the nil one, which no row has (None would find rows without)."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def _by_words(rows: QuerySet[Partner], words: str) -> QuerySet[Partner]:
    """Names that begin so, the external id, and names that are like it."""
    words = words.strip()[:100]
    if not words:
        return rows
    start, before = prefix_range(words)
    like = [pk for pk, _likeness in similar("partners", start, least=0.35, most=50)]
    return rows.filter(Q(sort_name__gte=start, sort_name__lt=before) | Q(external_id=words) | Q(pk__in=like))


def ids_named(words: str) -> list[int]:
    """Partners that a person may mean by a name or a number, the likest first."""
    return ids_of("partners", words, most=50)


def _by_cam(rows: QuerySet[Partner], cam: str, own_cams: Collection[int]) -> QuerySet[Partner]:
    if cam == NOBODY:
        return rows.filter(cam=None)
    if cam and cam != "all":
        return rows.filter(cam__uid=_uid(cam))
    if own_cams and cam != "all":
        return rows.filter(cam_id__in=own_cams)
    return rows


def tiers_of(partner_ids: list[int]) -> dict[int, str]:
    """Partner id → the name of its present tier (the default programme's first)."""
    rows = (
        Enrollment.objects.filter(partner_id__in=partner_ids, until_on=None)
        .order_by("program__is_default", "-program_id")
        .values_list("partner_id", "tier__name")
    )
    return dict(rows)


def account_managers() -> list[tuple[str, str, int]]:
    """(uid, name, id) of the staff who may look after partners, by name."""
    rows = account_manager_seats().order_by("name").values_list("uid", "name", "id")
    return [(str(uid), name, pk) for uid, name, pk in rows]


def account_manager_seats() -> QuerySet[Seat]:
    return Seat.objects.filter(partner=None, is_active=True, role__in=("cam", "chief", "admin", "operations"))


def territory_choices() -> list[tuple[str, str]]:
    rows = Territory.objects.order_by("order", "name").values_list("uid", "name")
    return [(str(uid), name) for uid, name in rows]


def tier_choices() -> list[tuple[str, str]]:
    """(uid, name) of all tiers, best first; with the programme's name when there are several programmes."""
    rows = list(
        Tier.objects.order_by("-program__is_default", "program_id", "-rank").values_list(
            "uid", "name", "program__name", "program_id"
        )
    )
    several = len({program_id for *_rest, program_id in rows}) > 1
    return [(str(uid), f"{program}: {name}" if several else name) for uid, name, program, _id in rows]


@dataclass(frozen=True, slots=True)
class PartnerFile:
    """All that one page says of a partner."""

    partner: Partner
    profile: Profile
    enrollments: list[Enrollment]
    credentials: list[Credential]
    contacts: list[Contact]
    seats: list[Seat]

    @property
    def current(self) -> list[Enrollment]:
        return [row for row in self.enrollments if row.until_on is None]


def partner_file(partner: Partner) -> PartnerFile:
    """Six queries, however much there is."""
    profile = Profile.objects.select_related("territory").filter(partner=partner).first()
    return PartnerFile(
        partner=partner,
        profile=profile or Profile(partner=partner, vendor_id=partner.vendor_id),
        enrollments=list(
            Enrollment.objects.filter(partner=partner).select_related("tier", "program").order_by("-since_on", "-id")
        ),
        credentials=list(Credential.objects.filter(partner=partner).order_by("name")),
        contacts=list(Contact.objects.filter(partner=partner, seat=None).order_by("name")[:50]),
        seats=list(Seat.objects.filter(partner=partner, is_active=True).order_by("role", "name")[:50]),
    )


def programs_with_tiers() -> list[tuple[Program, list[tuple[Tier, int]]]]:
    """Programmes, each with its tiers from the best and how many partners are in each. Three queries."""
    tiers: dict[int, list[Tier]] = {}
    for tier in Tier.objects.order_by("-rank", "name"):
        tiers.setdefault(tier.program_id, []).append(tier)
    counts: dict[int, int] = {}
    for tier_id in Enrollment.objects.filter(until_on=None).values_list("tier_id", flat=True):
        counts[tier_id] = counts.get(tier_id, 0) + 1
    programs = Program.objects.order_by("-is_default", "name")
    return [(program, [(tier, counts.get(tier.pk, 0)) for tier in tiers.get(program.pk, [])]) for program in programs]
