"""The main job with real files, in a real browser: partners, leads, offers, deals; then sales lines and the review."""

import csv
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.db.models import Sum

from fairway.catalog.models import ProductLine
from fairway.core import clock
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner, Seat
from fairway.deals.models import Conflict, Deal, Protection, Registration
from fairway.leads.actions.forms import save_lead_form
from fairway.leads.models import Lead, LeadPerson, Offer, RoutingPolicy
from fairway.partners.models import Profile
from fairway.sales.models import SalesLine

pytestmark = [pytest.mark.browser, pytest.mark.data]

SAMPLES = Path(settings.SAMPLE_DATA_DIR)
PRIVATE = ("BirthDate", "MaritalStatus", "Gender", "HouseOwnerFlag")
NEW, CHANGED, AS_BEFORE, REFUSED = "New", "Changed", "As before", "Refused"
# In Germany, where the files have resellers and no leads: there is room.
CUSTOMER = "Havelland Cold Storage GmbH"


@pytest.fixture
def console(committed) -> str:
    return f"/{committed.acme.slug}/console/"


def take_in(
    person, console: str, kind: str, file: str, second: str = "", country: str = "", currency: str = ""
) -> dict[str, int]:
    """Import a file by its screens, with the guessed columns, and read the counts of the result."""
    page = look_at(person, console, kind, file, second)
    if country:
        page.locator("[name=default-country]").select_option(country)
    if currency:
        page.locator("[name=default-currency]").fill(currency)
    page.get_by_role("button", name="Start import").click()
    page.wait_for_url(re.compile(r"/imports/[0-9a-f-]{36}/$"))
    person.site.work()
    page.get_by_text("Done", exact=True).first.wait_for()
    names, numbers = page.locator(".fw-strip dt"), page.locator(".fw-strip .fw-figure")
    counts = zip(names.all_inner_texts(), numbers.all_inner_texts(), strict=True)
    return {name: int(number.replace(",", "")) for name, number in counts}


def look_at(person, console: str, kind: str, file: str, second: str = ""):
    page = person.go(console + "imports/new/")
    page.get_by_label("What is in the file?").select_option(label=kind)
    page.locator("#id_file").set_input_files(SAMPLES / file)
    if second:
        page.locator("#id_second").set_input_files(SAMPLES / second)
    page.get_by_role("button", name="Upload and look").click()
    page.wait_for_url("**/columns/")
    return page


def take_in_partners(person, console: str) -> dict[str, int]:
    files = "adventureworks/DimReseller.csv", "adventureworks/DimGeography.csv"
    return take_in(person, console, "Partners", *files)


def only(**given: int) -> dict[str, int]:
    return {NEW: 0, CHANGED: 0, AS_BEFORE: 0, REFUSED: 0} | {key.replace("_", " "): n for key, n in given.items()}


def submit(person, name: str, role: str = "button") -> None:
    with person.page.expect_navigation():
        person.page.get_by_role(role, name=name).first.click()


def test_real_partners_and_leads_become_offers_deals_and_a_registration_won(committed, console, site, browse):
    operations = browse(committed.operations)
    partners_come_in(committed, console, operations)
    leads_come_in(committed, console, browse(committed.marketer))
    site.work()
    change_a_routing_rule(committed, console, operations)
    lead = a_visitor_asks(committed, site, browse())
    offer = the_lead_says_why(committed, console, operations, lead)
    seller = invite_a_seller(console, operations, offer.partner, browse())
    accept_and_work(committed, seller, offer)
    rival = browse(committed.beta_seller)
    desk = browse(committed.deal_desk)
    the_desk_sees_the_conflict(committed, console, rival, desk)
    the_desk_approves_what_is_free(committed, console, rival, desk)
    win(committed, rival)


def partners_come_in(committed, console, operations) -> None:
    assert take_in_partners(operations, console) == only(New=701)
    assert take_in_partners(operations, console) == only(**{AS_BEFORE: 701})
    with entering(committed.operations.context):
        profiles = Profile.objects.filter(partner__external_id__regex=r"^\d+$")
        assert profiles.count() == 701
        assert profiles.exclude(latitude=None).count() >= 660
    page = operations.go(console + "partners/?q=A+Bike+Store")
    operations.see("A Bike Store")
    assert page.get_by_text("Seattle").count() >= 1


def leads_come_in(committed, console, marketer) -> None:
    for counts in (only(New=60), only(**{AS_BEFORE: 60})):
        assert take_in(marketer, console, "Leads", "salesforce/Lead.csv") == counts
    page = look_at(marketer, console, "Leads", "adventureworks/ProspectiveBuyer.csv")
    left_out = page.locator("tr", has_text="Left out: may not be used").locator(".is-name").all_inner_texts()
    assert set(PRIVATE) <= set(left_out)
    buyers = "adventureworks/ProspectiveBuyer.csv"
    for counts in (only(New=2059), only(**{AS_BEFORE: 2059})):
        assert take_in(marketer, console, "Leads", buyers, country="US") == counts
    with entering(committed.marketer.context):
        assert Lead.objects.count() == 2119


def change_a_routing_rule(committed, console, operations) -> None:
    """An hour more for the last rule: changed in a draft, and published."""
    page = operations.go(console + "routing/")
    page.locator(".fw-rule-open").last.click()
    page.get_by_label("Answer in, business hours").fill("17")
    submit(operations, "Keep in the draft")
    operations.see("Draft, 1 change")
    page.get_by_role("button", name="Publish…").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    operations.see("Published. New leads go by these rules from now on.")
    with entering(committed.operations.context):
        live = RoutingPolicy.objects.get(state="published")
    assert live.rules[-1]["limit_hours"] == 17


def a_visitor_asks(committed, site, visitor) -> Lead:
    form = save_lead_form(
        form=None, actor=committed.marketer, at=clock.now(), name="Website", slug="contact", headline="Ask us",
        consent_text="You may call me about this.",
    )  # fmt: skip
    page = visitor.go(f"/{committed.acme.slug}/public/f/{form.slug}/")
    page.locator("[name=need]").fill("Cooling for a warehouse")
    page.locator("[name=company]").fill(CUSTOMER)
    page.locator("[name=country]").select_option("DE")
    page.locator("[name=city]").fill("Berlin")
    page.locator("[name=first_name]").fill("Rosa")
    page.locator("[name=last_name]").fill("Lindqvist")
    page.locator("[name=email]").fill("rosa@havelland-cold.example")
    page.locator("[name=consent]").check()
    page.wait_for_timeout(3200)  # nobody writes faster, and the form knows
    submit(visitor, "Send")
    assert "/thanks/" in page.url
    site.work()
    with entering(committed.operations.context):
        return Lead.objects.get(company=CUSTOMER)


def the_lead_says_why(committed, console, operations, lead) -> Offer:
    with entering(committed.operations.context):
        offer = Offer.objects.select_related("partner").get(lead=lead)
    page = operations.go(f"{console}leads/{lead.uid}/")
    operations.see(re.compile(f"Why {offer.partner.name}(, and why not the next.*)?\\?"))
    operations.see("matched:")
    assert page.locator(".fw-why tbody tr").count() >= 2
    assert page.locator(".fw-why .is-chosen").inner_text().find(offer.partner.name) >= 0
    assert page.get_by_text(re.compile(r"Why \d+ points\?")).count() >= 1
    return offer


def invite_a_seller(console, operations, partner: Partner, newcomer):
    """By the product alone: invitation, the link in the mail, a password."""
    page = operations.go(console + "people/invite/")
    page.get_by_label("E-mail").fill("nora@reseller.example")
    page.locator("[name=name]").first.fill("Nora Winter")
    page.get_by_label("Role").select_option("seller")
    page.locator("[name=partner]").fill(partner.external_id)
    submit(operations, "Send the invitation")
    operations.site.work()
    letter = next(each for each in mail.outbox if "nora@reseller.example" in str(each.to))
    link = re.search(r"/invite/\S+", letter.body)
    assert link is not None
    page = newcomer.go(link[0])
    page.locator("[name=password]").fill("wetter-und-wind-77")
    submit(newcomer, "Set the password and start")
    assert page.url.endswith("/portal/")
    return newcomer


def accept_and_work(committed, seller, offer: Offer) -> None:
    page = seller.page
    seller.see("Cooling for a warehouse")
    page.get_by_text("Cooling for a warehouse").first.click()
    page.wait_for_url("**/portal/offers/**")
    assert "Lindqvist" not in page.content()
    submit(seller, "Accept lead")
    seller.see("Rosa Lindqvist")
    page.get_by_label("Note").first.fill("Wants two halls at four degrees.")
    submit(seller, "Keep the contact")
    seller.see("Wants two halls at four degrees.")
    page.get_by_label("Next step").fill("Measure the halls")
    page.get_by_label("By").first.fill((clock.now() + timedelta(days=7)).date().isoformat())
    submit(seller, "Keep the next step")
    submit(seller, "Make it a deal")
    page.wait_for_url("**/portal/deals/**")
    seller.see("Wants two halls at four degrees.")
    with entering(committed.admin.context):
        deal = Deal.objects.select_related("protection", "lead").get(lead__company=CUSTOMER)
        assert (deal.origin, deal.partner_id, deal.protection.state) == ("vendor", offer.partner_id, "live")
        assert (deal.lead.state, deal.lead.touches) == ("converted", 1)
        assert LeadPerson.objects.get(lead=deal.lead).partner_id == offer.partner_id


def register(committed, rival, customer: str) -> Registration:
    with acting_for(committed.admin):
        ProductLine.objects.get_or_create(vendor=committed.acme, code="cooling", defaults={"name": "Cooling"})
    page = rival.go(f"/{committed.acme.slug}/portal/registrations/new/")
    page.get_by_label("Customer").first.fill(customer)
    page.get_by_label("City").fill("Berlin")
    page.get_by_label("Product line").select_option(label="Cooling")
    page.get_by_text("Whole customer").click()
    page.get_by_label("Expected value").fill("98000")
    page.get_by_label("Closes in").select_option(index=3)
    submit(rival, "Send registration")
    rival.see("Your place is held.")
    with entering(committed.beta_seller.context):
        return Registration.objects.get(customer_name=customer)


def the_desk_sees_the_conflict(committed, console, rival, desk) -> None:
    """A rival registers the protected customer under another spelling: found, and not to be approved."""
    registration = register(committed, rival, "HAVELLAND Cold Storage")
    with entering(committed.deal_desk.context):
        protection = Protection.objects.select_related("partner").get()
        assert Conflict.objects.filter(registration=registration, blocking=True).count() >= 1
    holder = protection.partner.name
    page = desk.go(f"{console}registrations/{registration.uid}/")
    desk.see("Who else has a claim?")
    assert page.get_by_text(holder).count() >= 1
    desk.see("What blocks has to end, or be decided")
    page.get_by_role("button", name="Reject…").click()
    page.locator("dialog[open] select").first.select_option(index=1)
    page.locator("dialog[open] textarea").first.fill("Another partner has it, from a lead of ours.")
    with page.expect_navigation():
        page.locator("dialog[open] button.is-danger").click()
    rival.go(f"/{committed.acme.slug}/portal/registrations/{registration.uid}/")
    rival.see("Another partner has it, from a lead of ours.")
    assert holder not in rival.page.content()


def the_desk_approves_what_is_free(committed, console, rival, desk) -> None:
    registration = register(committed, rival, "Olympia Harbour Clinics")
    page = desk.go(f"{console}registrations/{registration.uid}/")
    desk.see("Nobody. No protection, registration or open deal of another partner meets this one.")
    page.get_by_role("button", name=re.compile("^Approve")).first.click()
    submit(desk, "Approve and protect")
    with entering(committed.deal_desk.context):
        registration.refresh_from_db()
        assert registration.state == "approved"
        assert Protection.objects.get(registration=registration).partner_id == committed.beta.pk


def win(committed, rival) -> None:
    page = rival.page
    with entering(committed.beta_seller.context):
        deal = Deal.objects.get(customer_name="Olympia Harbour Clinics")
    rival.go(f"/{committed.acme.slug}/portal/deals/{deal.uid}/")
    submit(rival, "Move to")
    submit(rival, "Move to")
    page.get_by_role("button", name=re.compile("^Won")).first.click()
    submit(rival, "Mark as won")
    with entering(committed.beta_seller.context):
        deal.refresh_from_db()
    assert (deal.state, deal.amount_minor) == ("won", 9_800_000)


def test_real_sales_lines_become_the_review_of_twelve_months(committed, console, site, browse, tmp_path):
    operations = browse(committed.operations)
    assert take_in_partners(operations, console) == only(New=701)
    products = "adventureworks/DimProduct.csv", "adventureworks/DimProductSubcategory.csv"
    assert take_in(operations, console, "Products", *products) == only(New=606)
    finance = browse(committed.finance)
    lines = "adventureworks/FactResellerSales.csv.gz"
    assert take_in(finance, console, "Sales lines", lines, currency="USD") == only(New=60_855)
    with entering(committed.chief.context):
        total = SalesLine.objects.aggregate(total=Sum("amount"))["total"]
        assert total.quantize(Decimal("0.01")) == Decimal("80450596.98")
        reseller = Partner.objects.get(external_id="599")
    chief = browse(committed.chief)
    chief.go(console + "channel/?as_of=2013-11-30")
    chief.see("36,240,484.70")
    chief.see("493 partners sold")
    page = chief.go(f"{console}reviews/{reseller.uid}/?as_of=2013-11-30")
    chief.see("534,956.28")
    page.get_by_role("link", name="Jun 2013").click()
    page.wait_for_url("**/reviews/rows/**")
    behind = page.url.replace(site.url, "")
    assert total_of_export(chief, console, behind, tmp_path) == month_of(committed, reseller)
    whole = re.sub(r"from=[\d-]+", "from=2012-12-01", re.sub(r"to=[\d-]+", "to=2013-11-30", behind))
    assert total_of_export(chief, console, whole, tmp_path) == Decimal("534956.28")
    own_view(committed, console, browse)


def month_of(committed, reseller) -> Decimal:
    with entering(committed.chief.context):
        lines = SalesLine.objects.filter(partner=reseller, ordered_on__year=2013, ordered_on__month=6)
        return lines.aggregate(total=Sum("amount"))["total"].quantize(Decimal("0.01"))


def total_of_export(chief, console: str, path: str, folder: Path) -> Decimal:
    """Order the rows of this page as a file, let the job write it, download it and add it up."""
    page = chief.go(path)
    submit(chief, "Export")
    assert page.url.endswith("/exports/")
    chief.site.work()
    chief.go(console + "exports/")
    with page.expect_download() as waiting:
        page.locator("main tbody tr a").first.click()
    waiting.value.save_as(folder / "rows.csv")
    with (folder / "rows.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 1
    amount = next(name for name in rows[0] if name.lower() == "amount")
    return sum((Decimal(row[amount]) for row in rows), Decimal(0)).quantize(Decimal("0.01"))


def own_view(committed, console, browse) -> None:
    """A partner sees its own year, a CAM the own partners', and neither the channel's."""
    executive = browse(committed.beta_executive)
    page = executive.go(f"/{committed.acme.slug}/portal/review/?as_of=2013-11-30")
    assert "Beta Systems" in page.get_by_role("heading", level=1).inner_text()
    assert "36,240,484.70" not in page.content()
    cam = browse(committed.cam)
    page = cam.go(console + "channel/?as_of=2013-11-30")
    assert page.get_by_role("heading", level=1).inner_text() == "Your partners' twelve months"
    assert "36,240,484.70" not in page.content()
    with entering(committed.admin.context):
        assert Seat.objects.filter(pk=committed.cam.seat_id, is_active=True).exists()
