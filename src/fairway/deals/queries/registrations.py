"""Registrations for lists and pages, in the context of whoever looks."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from fairway.core.access import Member
from fairway.core.http.format import number
from fairway.core.prepared import Wanted, prepared
from fairway.core.search.find import ids_of
from fairway.core.tenancy.context import current
from fairway.customers.models import Customer
from fairway.customers.queries import Resolution, resolve
from fairway.deals.models import Conflict, Deal, Protection, Registration
from fairway.deals.queries.conflicts import Finding, find_conflicts
from fairway.partners.queries.partners import ids_named
from fairway.workflow.queries.approvals import waiting_for

WAITING = ("submitted", "returned")
COUNT_CAP = 1_000  # a badge in the navigation says no more


def named(registration: Registration) -> dict[str, str]:
    """The customer as the partner named it."""
    return {
        "name": registration.customer_name,
        "domain": registration.customer_domain,
        "city": registration.city,
        "postal_code": registration.postal_code,
        "country": registration.country,
    }


def of_partner() -> QuerySet[Registration]:
    """For the portal: what the vendor resolved is not read with it."""
    return Registration.objects.select_related("product_line", "created_by").defer("customer")


@prepared
def _in_state(state: str) -> QuerySet[Registration, dict]:
    return Registration.objects.filter(state=state).values("id")


def count_in(state: str) -> Wanted[int]:
    """Registrations in a state, counted as far as a badge says."""
    return _in_state(state).counted(COUNT_CAP)


def by_uid(uid: UUID) -> Registration | None:
    return of_partner().filter(uid=uid).first()


def for_console(
    state: str = "", *, cams: Collection[int] | None = None, text: str = "", partner_name: str = ""
) -> QuerySet:
    """For staff, with how many claims were found against each; without `state` those that wait for a decision."""
    rows = Registration.objects.exclude(state="draft").select_related("partner__cam", "product_line", "customer")
    if state != "all":
        rows = rows.filter(state=state or "submitted")
    if cams:
        rows = rows.filter(partner__cam_id__in=cams)
    if text.strip():
        rows = rows.filter(pk__in=ids_of("registrations", text))
    if partner_name.strip():
        rows = rows.filter(partner__in=ids_named(partner_name))
    # As subqueries: counted for the rows of the page, not for all.
    found = Conflict.objects.filter(registration=OuterRef("pk")).order_by()
    count = found.values("registration").annotate(n=Count("pk")).values("n")
    blocking = found.filter(blocking=True)
    return rows.annotate(conflict_count=Coalesce(Subquery(count), 0), is_blocked=Exists(blocking)).order_by(
        F("due_at").asc(nulls_last=True), "-submitted_at", "pk"
    )


def staff_registrations() -> QuerySet[Registration]:
    """One registration for staff, never a draft: that is the partner's own."""
    return Registration.objects.exclude(state="draft").select_related(
        "partner__cam", "product_line", "customer", "created_by"
    )


def weighed_now(registration: Registration, customer: Customer | None = None) -> tuple[Resolution, list[Finding]]:
    """Who it could be and who else claims it, as of now; for staff."""
    found = resolve(named(registration))
    return found, find_conflicts(registration, found, customer or registration.customer)


def protection_of(registration: Registration) -> Protection | None:
    return Protection.objects.filter(registration=registration).order_by("-starts_at").first()


def deal_of(registration: Registration) -> Deal | None:
    return Deal.objects.filter(registration=registration).first()


def counts_by_state(states: Sequence[str]) -> dict[str, str]:
    """How many of the vendor's registrations are in each state, “1,000+” where counting stopped. One statement."""
    one = "(SELECT count(*) FROM (SELECT FROM deals_registration WHERE vendor_id = %s AND state = %s LIMIT %s) AS few)"
    asked = [value for state in states for value in (current().vendor_id, state, COUNT_CAP)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join([one] * len(states)), asked)
        counts = cursor.fetchone()
    return {
        state: f"{number(count)}+" if count >= COUNT_CAP else number(count)
        for state, count in zip(states, counts, strict=True)
    }


def to_decide(member: Member, most: int) -> list[tuple[Registration, datetime]]:
    """Registrations the member is asked to decide, with when it was asked; most pressing first. Two queries."""
    asked = list(waiting_for(member).filter(subject_type="registration")[:most])
    rows = staff_registrations().in_bulk([approval.subject_id for approval in asked])
    return [(rows[each.subject_id], each.requested_at) for each in asked if each.subject_id in rows]


def may_decide(member: Member, registration: Registration) -> bool:
    """Whether the role decides registrations, or this one waits for the member by name."""
    if member.can("registration.decide"):
        return True
    asked = waiting_for(member).filter(subject_type="registration", subject_id=registration.pk)
    return member.is_staff and asked.exists()
