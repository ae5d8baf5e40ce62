"""An operations person changes how leads are routed, sees first what would differ, and publishes it."""

import pytest

from fairway.core import clock
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.leads.actions.capture import LeadValues, Origin, PersonValues, capture_many
from fairway.leads.models import Offer, RoutingPolicy
from fairway.leads.tests.test_routing import profile

pytestmark = pytest.mark.browser


@pytest.fixture
def operator(committed, browse, site):
    """Ten leads have come in and gone to partners by the rules a vendor begins with."""
    profile(committed, committed.beta, lead_capacity=40, state_code="NY")
    profile(committed, committed.gamma, lead_capacity=20, state_code="IL")
    bring(committed, 10)
    site.work()
    return browse(committed.operations)


def bring(cast, count):
    rows = [
        (LeadValues(need=f"Wi-Fi for hall {n}", country="US", employees=50 * n), PersonValues()) for n in range(count)
    ]
    with acting_for(cast.operations):
        made = capture_many(rows, origin=Origin("form"), actor=cast.operations, at=clock.now())
    return [one.lead_id for one in made]


def test_a_rule_is_edited_tried_and_published_and_the_next_leads_go_by_it(committed, operator, site):
    page, slug = operator.page, committed.acme.slug
    operator.go(f"/{slug}/console/routing/")
    page.get_by_role("button", name="Rule N").click()
    operator.see("Then it goes to")
    open_rule = page.locator("li.is-open")
    choose_condition(open_rule, "Employees", "is at least", "200")
    open_rule.get_by_text("Named partner", exact=True).click()
    open_rule.get_by_label("The named partner").fill("Gamma IT")
    open_rule.locator("[name=name]").fill("Larger customers")
    open_rule.get_by_role("button", name="Keep in the draft").click()
    operator.see("Kept in the draft.")
    operator.see("Draft, 1 change")
    assert page.locator(".fw-value.is-changed").all_inner_texts() == ["200", "Gamma IT"]

    page.get_by_role("link", name="Run").click()
    operator.see("of the last 10 leads would go elsewhere.")
    page.get_by_role("button", name="Publish…").click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    operator.see("Published.")
    with entering(committed.admin.context):
        live = RoutingPolicy.objects.get(state="published")
    assert (live.rules[-2]["name"], live.rules[-2]["action"]["kind"]) == ("Larger customers", "named")

    ids = bring(committed, 5)
    site.work()
    with entering(committed.admin.context):
        offer = Offer.objects.select_related("lead").get(lead_id=ids[4])
    assert offer.partner_id == committed.gamma.pk
    operator.go(f"/{slug}/console/leads/{offer.lead.uid}/")
    operator.see("Leads where Employees is at least")
    assert operator.problems == []


def choose_condition(rule, field: str, how: str, value: str) -> None:
    """Fill the first row of the first builder."""
    row = rule.locator(".fw-cond").first.locator(".fw-cond-row").first
    row.locator("[data-cond-field]").select_option(label=field)
    row.locator("[data-cond-op]").select_option(label=how)
    row.locator(".fw-cond-value input").fill(value)


def test_points_are_changed_on_the_card(committed, operator):
    page, slug = operator.page, committed.acme.slug
    operator.go(f"/{slug}/console/scoring/")
    page.get_by_role("link", name="Size fits").click()
    rule = page.locator("li.is-open")
    rule.get_by_label("Points").fill("35")
    rule.get_by_role("button", name="Keep in the draft").click()
    operator.see("Draft, 1 change")
    page.get_by_role("button", name="Run").click()
    operator.see("of the last 10 leads would change their band.")
    page.get_by_role("button", name="Discard").click()
    operator.see("Draft thrown away.")
    assert "+20" in page.locator("ol.fw-rules").inner_text()
    assert operator.problems == []
