"""What the tests of this app are made of: a product line, registrations in some state, an accepted lead."""

from datetime import UTC, date, datetime, timedelta

from fairway.catalog.models import ProductLine
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.customers.models import Customer
from fairway.deals.actions.registrations import save_draft, submit_registration
from fairway.deals.models import Conflict, Deal, Protection, Registration
from fairway.leads.actions.capture import LeadValues, PersonValues, capture_lead
from fairway.leads.actions.offers import accept_offer, offer_lead_to
from fairway.workflow.models import Approval

# A Wednesday, ten in the morning in New York.
AT = datetime(2026, 3, 4, 15, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
SMALL, LARGE = 4_200_000, 9_900_000


def line(cast, code="wireless"):
    with acting_for(cast.admin):
        found = ProductLine.objects.filter(code=code).first()
        return found or ProductLine.objects.create(vendor=cast.acme, code=code, name=code.capitalize())


def values(cast, **given):
    return {
        "customer_name": "Weserland Kliniken gGmbH",
        "city": "Bremen",
        "product_line": line(cast),
        "scope": "customer",
        "amount_minor": SMALL,
        "currency": "USD",
        "closes_on": date(2026, 6, 30),
        **given,
    }


def drafted(cast, actor=None, at=AT, **given):
    return save_draft(values=values(cast, **given), actor=actor or cast.beta_seller, at=at)


def sent(cast, actor=None, at=AT, **given):
    actor = actor or cast.beta_seller
    return submit_registration(registration=drafted(cast, actor, at, **given), actor=actor, at=at)


def to_decide(cast, actor=None, at=AT, **given):
    """Sent, and too large for the rule."""
    return sent(cast, actor, at, **{"amount_minor": LARGE, **given})


def fresh(cast, row):
    with entering(cast.admin.context):
        return type(row).objects.get(pk=row.pk)


def protections(cast, **wanted):
    with entering(cast.admin.context):
        return list(Protection.objects.filter(**wanted).select_related("customer").order_by("pk"))


def deals(cast, **wanted):
    with entering(cast.admin.context):
        return list(Deal.objects.filter(**wanted).order_by("pk"))


def conflicts(cast, registration):
    with entering(cast.admin.context):
        rows = Conflict.objects.filter(registration=registration).order_by("pk")
        return [(row.kind, row.blocking, row.other_partner_id) for row in rows]


def customers(cast):
    with entering(cast.admin.context):
        return list(Customer.objects.order_by("pk").values_list("name", flat=True))


def approvals(cast, registration):
    with entering(cast.admin.context):
        rows = Approval.objects.filter(subject_type="registration", subject_id=registration.pk).order_by("pk")
        return list(rows.values_list("state", "automatic"))


def everything(cast):
    """A count of all that a refusal must not have changed."""
    with entering(cast.admin.context):
        models = (Registration, Protection, Deal, Conflict, Customer, Approval)
        return {model.__name__: model.objects.count() for model in models}


def accepted_lead(cast, at=AT, member=None, **given):
    member = member or cast.beta_seller
    partner = cast.beta if member.partner_id == cast.beta.pk else cast.gamma
    lead = capture_lead(
        actor=cast.operations,
        at=at,
        source="form",
        values=LeadValues(
            **{"need": "Wi-Fi for a new warehouse", "company": "Brinkmann Logistics", "city": "Albany", **given}
        ),
        person=PersonValues(first_name="Karen", last_name="Thiele", email="karen@brinkmann-logistics.test"),
    )
    offer = offer_lead_to(lead=lead, partner=partner, actor=cast.cam, at=at)
    return accept_offer(offer=offer, actor=member, at=at)
