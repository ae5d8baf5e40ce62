"""Possible duplicates: proposed after an import, merged with all that points to them, and made two again."""

import pytest
from django.utils import translation
from tests.api import program_of

from fairway.catalog.models import ProductLine
from fairway.connect.actions.duplicates import dismiss_duplicate, merge_duplicate, undo_merge
from fairway.connect.actions.repointing import ONE_BY_ONE, STAYS, pointing_to
from fairway.connect.models import DuplicatePair
from fairway.connect.queries.duplicates import MODELS
from fairway.connect.rules.likeness import PROPOSED, Facts, pairs_of, weigh_companies
from fairway.connect.tests.files import AT, csv_file, run, sample_file
from fairway.core import clock, jobs
from fairway.core.access import Forbidden
from fairway.core.events.models import Event
from fairway.core.moves import StateConflict
from fairway.core.refusals import Refused
from fairway.core.states import TransitionRefused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner, Seat
from fairway.core.told import told_of
from fairway.customers.actions import create_customer
from fairway.customers.queries import listed, resolve
from fairway.deals.models import Deal, Protection
from fairway.leads.actions.capture import PersonValues
from fairway.leads.actions.work import log_touch
from fairway.leads.models import (
    Lead,
    LeadNote,
    LeadPerson,
    Touch,
)
from fairway.leads.queries.answers import AnswerLists
from fairway.leads.tests.makers import captured
from fairway.leads.views.timeline import of_lead
from fairway.partners.models import Profile
from fairway.sales.models import SalesLine

pytestmark = pytest.mark.django_db
HEAD = "Id,Name,City,Country,Website,Phone,Address,Zip\n"


def bring(acme, kind, text, actor=None):
    made = run(actor or acme.operations, kind, csv_file(text))
    jobs.run_pending()
    return made


def proposed(acme):
    with entering(acme.operations.context):
        return list(DuplicatePair.objects.order_by("-likeness", "pk"))


def names(acme):
    found = []
    with entering(acme.operations.context):
        for pair in DuplicatePair.objects.order_by("-likeness", "pk"):
            rows = MODELS[pair.kind].objects.in_bulk([pair.first_id, pair.second_id])
            found.append({str(row) for row in rows.values()})
    return found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller & Söhne GmbH,Kiel,DE,,,,", "Mueller Soehne,Kiel,DE,,,,"),
        ("Nordlicht Systeme,Kiel,DE,,,,", "Nordlicht Sisteme,Kiel,DE,,,,"),
        (
            "Werft Nord,Kiel,DE,www.werft-nord.example.de,,,",
            "WN Gruppe,Kiel,DE,https://shop.werft-nord.example.de/x,,,",
        ),
        ("Werft Nord,Kiel,DE,,+49 431 1234567,,", "Hafen IT,Kiel,DE,,0431/1234567,,"),
        ("Werft Nord,Kiel,DE,,,Hafenstr. 12,24103", "Werft Nord,,DE,,,Hafenstraße 12,24103"),
    ],
    ids=["spelling", "typing", "domain", "phone", "address"],
)
def test_what_is_one_company_in_another_spelling_is_proposed(acme, one, other):
    one, other = one.replace("example.de", "de"), other.replace("example.de", "de")
    bring(acme, "partners", HEAD + f"1,{one}\n2,{other}\n3,Ganz Anders,Bonn,DE,,,,\n")
    pairs = proposed(acme)
    assert len(pairs) == 1
    assert pairs[0].likeness >= PROPOSED
    assert pairs[0].reasons


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Werft,Kiel,DE,firma@gmail.com,,,", "Hafen,Kiel,DE,leute@gmail.com,,,"),
        ("City Bikes 1,Kiel,DE,,,,", "City Bikes 2,Kiel,DE,,,,"),
        ("Bike World,Kiel,DE,,,,", "Bike World,Austin,US,,,,"),
        ("Werft,Kiel,DE,,,Kai 1,24103", "Hafen,Kiel,DE,,,Kai 1,24103"),
        ("001Ec00000GINb1IAH,,US,,,,", "001Ec00000GINb1IAH,,US,,,,"),
    ],
    ids=["free mail", "numbered branches", "another country", "one house", "an id for a name"],
)
def test_what_only_looks_alike_is_not_proposed(acme, one, other):
    bring(acme, "partners", HEAD + f"1,{one}\n2,{other}\n3,Kran,Ulm,DE,,,,\n4,Segel,Bonn,DE,,,,\n")
    assert names(acme) == []


def test_the_second_import_proposes_against_the_first_and_nothing_twice(acme):
    bring(acme, "partners", HEAD + "1,Werft Nord,Kiel,DE,,,,\n")
    assert proposed(acme) == []
    bring(acme, "partners", HEAD + "7,Werft Nord GmbH,Kiel,DE,,,,\n")
    assert names(acme) == [{"Werft Nord", "Werft Nord GmbH"}]
    bring(acme, "partners", HEAD + "7,Werft Nord GmbH,Kiel,DE,,,,\n8,Kran,Ulm,DE,,,,\n")
    assert len(proposed(acme)) == 1


def two_partners(acme):
    bring(acme, "partners", HEAD + "1,Werft Nord,Kiel,DE,,,,\n7,Werft Nord GmbH,Kiel,DE,,,,\n")
    sales = "Order,Line,Partner,Date,Amount,Currency\nA,1,1,2026-01-05,10,USD\nA,2,7,2026-01-05,7,USD\n"
    run(acme.finance, "sales_lines", csv_file(sales))
    with acting_for(acme.admin):
        loser = Partner.objects.get(external_id="7")
        Partner.objects.create(
            vendor_id=acme.acme.pk, organization_id=loser.organization_id, name="Child", sort_name="child", parent=loser
        )
    return proposed(acme)[0]


def sums(acme):
    with entering(acme.finance.context):
        rows = SalesLine.objects.filter(order_number__in=["A", "B"]).order_by("order_number", "line_number")
        return list(rows.values_list("partner__external_id", flat=True))


def test_a_merge_turns_everything_to_the_winner_and_its_undo_turns_it_back(acme):
    pair = two_partners(acme)
    with entering(acme.operations.context):
        winner, loser = Partner.objects.get(external_id="1"), Partner.objects.get(external_id="7")
    merge_duplicate(pair=pair, winner_id=winner.pk, actor=acme.operations, at=AT)
    assert sums(acme) == ["1", "1"]
    with entering(acme.operations.context):
        assert Partner.objects.get(name="Child").parent_id == winner.pk
        loser.refresh_from_db()
        assert (loser.state, loser.merged_into_id) == ("inactive", winner.pk)
        assert Profile.objects.filter(partner=loser).count() == 1
        merged = Event.objects.filter(subject_type="partner", verb__in=["merged", "merged_away"]).order_by("id")
        assert [(each.verb, each.subject_id) for each in merged] == [("merged", winner.pk), ("merged_away", loser.pk)]
        assert merged[0].data["moved"]["sales.salesline.partner"] == 1
    # What is still sold under the loser's id belongs to the winner.
    run(acme.finance, "sales_lines", csv_file("Order,Line,Partner,Date,Amount,Currency\nB,1,7,2026-02-05,3,USD\n"))
    assert sums(acme) == ["1", "1", "1"]
    pair = proposed(acme)[0]
    undo_merge(pair=pair, actor=acme.operations, at=AT)
    assert sums(acme) == ["1", "7", "1"]
    with entering(acme.operations.context):
        assert Partner.objects.get(name="Child").parent_id == loser.pk
        loser.refresh_from_db()
        assert (loser.state, loser.merged_into_id) == ("active", None)
        pair.refresh_from_db()
        assert (pair.state, pair.winner_id, pair.moved) == ("proposed", None, {})
        assert Event.objects.filter(verb="unmerged").count() == 2


def test_people_who_have_a_seat_at_both_keep_both(acme):
    pair = two_partners(acme)
    with acting_for(acme.admin):
        seat = Seat.objects.get(pk=acme.beta_seller.seat_id)
        both = [
            Seat.objects.create(
                vendor_id=acme.acme.pk, partner_id=partner_id, user_id=seat.user_id, role="seller", name="S",
                organization_id=seat.organization_id, email="s@beta.example",
            )
            for partner_id in (pair.first_id, pair.second_id)
        ]  # fmt: skip
    merge_duplicate(pair=pair, winner_id=pair.first_id, actor=acme.operations, at=AT)
    with entering(acme.operations.context):
        kept = (
            Seat.objects.filter(pk__in=[each.pk for each in both]).order_by("pk").values_list("partner_id", flat=True)
        )
        assert list(kept) == [pair.first_id, pair.second_id]
        assert "core.seat.partner" in DuplicatePair.objects.get().stayed


def test_only_those_with_the_right_decide_and_a_refusal_changes_nothing(acme, client_of):
    pair = two_partners(acme)
    page = f"/acme/console/duplicates/{pair.uid}/"
    for member in (acme.cam, acme.marketer, acme.finance, acme.zeta_admin, acme.beta_executive):
        assert client_of(member).get(page).status_code in {403, 404}
        assert client_of(member).post(page + "merge/", {"keep": "first"}).status_code in {403, 404}
    with pytest.raises(Forbidden):
        merge_duplicate(pair=pair, winner_id=pair.first_id, actor=acme.cam, at=AT)
    with pytest.raises(Refused):
        merge_duplicate(pair=pair, winner_id=acme.beta.pk, actor=acme.operations, at=AT)
    assert sums(acme) == ["1", "7"]
    assert proposed(acme)[0].version == 1


def test_of_two_who_decide_one_is_first(acme):
    pair, again = two_partners(acme), proposed(acme)[0]
    merge_duplicate(pair=pair, winner_id=pair.first_id, actor=acme.operations, at=AT)
    with pytest.raises((StateConflict, Refused)):
        merge_duplicate(pair=again, winner_id=pair.second_id, actor=acme.admin, at=AT)
    with pytest.raises(StateConflict):
        dismiss_duplicate(pair=again, actor=acme.admin, at=AT)
    assert sums(acme) == ["1", "1"]
    with pytest.raises(TransitionRefused):
        dismiss_duplicate(pair=proposed(acme)[0], actor=acme.admin, at=AT)


def test_the_page_shows_both_side_by_side_and_decides(acme, client_of):
    pair = two_partners(acme)
    client = client_of(acme.operations)
    page = f"/acme/console/duplicates/{pair.uid}/"
    assert "Werft Nord GmbH" in client.get("/acme/console/duplicates/").content.decode()
    text = client.get(page).content.decode()
    assert "the same name, the same city" in text
    assert text.index("Merge, keep Werft Nord (older)") < text.index("Merge, keep Werft Nord GmbH (newer)")
    client.post(page + "dismissal/")
    assert "Werft Nord GmbH" not in client.get("/acme/console/duplicates/").content.decode()
    assert "Decide again" in client.get(page).content.decode()
    client.post(page + "reopening/")
    client.post(page + "merge/", {"keep": "nonsense"})
    assert "Choose one of the two." in client.get(page).content.decode()
    client.post(page + "merge/", {"keep": "second"})
    assert "Undo the merge" in client.get(page).content.decode()
    assert sums(acme) == ["7", "7"]
    with entering(acme.operations.context):
        winner = Partner.objects.get(external_id="7")
    assert "with another, by" in client.get(f"/acme/console/partners/{winner.uid}/").content.decode()
    client.post(page + "undoing/")
    assert sums(acme) == ["1", "7"]


def customer(acme, name, **values):
    return create_customer(values={"name": name, **values}, actor=acme.admin, at=AT)


def pair_of(acme, kind, first, second):
    with acting_for(acme.operations):
        return DuplicatePair.objects.create(
            vendor_id=acme.acme.pk, kind=kind, first_id=first.pk, second_id=second.pk, likeness=0.9, found_at=AT
        )


def test_a_merged_customer_leads_to_the_winner_with_its_deals_and_keys(acme):
    one, other = customer(acme, "Halden Werke", city="Kiel"), customer(acme, "Haldener Werk AG", city="Kiel")
    with acting_for(acme.admin):
        deal = Deal.objects.create(
            vendor_id=acme.acme.pk, partner=acme.beta, customer=other, customer_name="H", title="D", origin="partner",
            created_at=AT, stage_since=AT,
        )  # fmt: skip
    pair = pair_of(acme, "customers", one, other)
    merge_duplicate(pair=pair, winner_id=one.pk, actor=acme.operations, at=AT)
    with acting_for(acme.operations):
        deal.refresh_from_db()
        assert deal.customer_id == one.pk
        assert list(listed().filter(pk__in=[one.pk, other.pk])) == [one]
        found = resolve({"name": "Haldener Werk AG", "city": "Kiel"})
        assert (found.customer, found.customer.name) == (one, "Halden Werke")
    undo_merge(pair=pair, actor=acme.operations, at=AT)
    with acting_for(acme.operations):
        deal.refresh_from_db()
        assert deal.customer_id == other.pk
        assert resolve({"name": "Haldener Werk AG", "city": "Kiel"}).customer == other


def test_two_live_protections_of_one_line_stop_the_merge_whole(acme):
    one, other = customer(acme, "Halden Werke"), customer(acme, "Haldener Werk AG")
    with acting_for(acme.admin):
        line = ProductLine.objects.create(vendor_id=acme.acme.pk, code="x", name="X")
        for each, partner in ((one, acme.beta), (other, acme.gamma)):
            Protection.objects.create(
                vendor_id=acme.acme.pk, partner=partner, customer=each, product_line=line, starts_at=AT,
                protected_until=clock.now(),
            )  # fmt: skip
    pair = pair_of(acme, "customers", one, other)
    with pytest.raises(Refused, match="End one of them first"):
        merge_duplicate(pair=pair, winner_id=one.pk, actor=acme.operations, at=AT)
    with acting_for(acme.operations):
        pair.refresh_from_db()
        other.refresh_from_db()
        assert (pair.state, other.merged_into_id) == ("proposed", None)
        assert Protection.objects.filter(customer=other).count() == 1


LEADS = "Id,Subject,Email,Company,City\n1,Network,lee@halden.de,Halden,Kiel\n"
LEADS += "2,Network again,LEE+x@halden.de,Halden AG,Kiel\n"


def test_two_leads_of_one_person_are_proposed_merged_and_made_two_again(acme):
    bring(acme, "leads", LEADS, acme.marketer)
    pair = proposed(acme)[0]
    assert (pair.kind, pair.likeness > 0.99, pair.run_id is not None) == ("leads", True, True)
    assert pair.why == "the same e-mail, the same website, the same company, the same city"
    with acting_for(acme.marketer):
        Lead.objects.filter(pk__in=[pair.first_id, pair.second_id]).update(state="captured")
        note = LeadNote.objects.create(vendor_id=acme.acme.pk, lead_id=pair.second_id, text="n", noted_at=AT)
    merge_duplicate(pair=pair, winner_id=pair.first_id, actor=acme.operations, at=AT)
    with entering(acme.operations.context):
        loser = Lead.objects.get(pk=pair.second_id)
        note.refresh_from_db()
        assert (loser.state, loser.close_reason, note.lead_id) == ("closed", "duplicate", pair.first_id)
        assert loser.people.count() == 1
    undo_merge(pair=pair, actor=acme.operations, at=AT)
    with entering(acme.operations.context):
        loser.refresh_from_db()
        note.refresh_from_db()
        assert (loser.state, loser.closed_at, loser.close_reason) == ("captured", None, "")
        assert note.lead_id == pair.second_id


def test_a_lead_that_is_with_a_partner_does_not_give_way(acme):
    bring(acme, "leads", LEADS, acme.marketer)
    pair = proposed(acme)[0]
    with acting_for(acme.marketer):
        Lead.objects.filter(pk=pair.second_id).update(state="offered")
    with pytest.raises(Refused, match="must not be with a partner"):
        merge_duplicate(pair=pair, winner_id=pair.first_id, actor=acme.operations, at=AT)


def two_leads(acme, at=AT):
    """Two captured leads of one person, and the pair that the capture proposed."""
    given = {"need": "Wi-Fi", "company": "Halden", "city": "Kiel"}
    for _n in range(2):
        captured(acme, person=PersonValues(last_name="Lee", email="lee@halden.example"), **given)
    (pair,) = proposed(acme)
    return pair


def lead_of(acme, pk):
    with entering(acme.admin.context):
        return Lead.objects.get(pk=pk)


def test_a_capture_alone_proposes_and_asks_twice_for_nothing(acme):
    pair = two_leads(acme)
    assert (pair.state, pair.run_id) == ("proposed", None)
    dismiss_duplicate(pair=pair, actor=acme.operations, at=AT)
    captured(acme, person=PersonValues(email="someone@else.example"))
    assert [each.state for each in proposed(acme)] == ["dismissed"]


def test_a_merge_keeps_both_histories_and_its_undoing_parts_them(acme):
    pair = two_leads(acme)
    stays, goes = lead_of(acme, pair.first_id), lead_of(acme, pair.second_id)
    for lead in (stays, goes):
        with acting_for(acme.admin):
            Lead.objects.filter(pk=lead.pk).update(state="accepted", partner_id=acme.beta.pk)
        log_touch(
            subject=lead_of(acme, lead.pk), actor=acme.beta_seller, at=clock.now(), kind="call", outcome="reached",
        )  # fmt: skip
    merge_duplicate(pair=pair, winner_id=stays.pk, actor=acme.operations, at=clock.now())
    with entering(acme.admin.context):
        kept, gone = Lead.objects.get(pk=stays.pk), Lead.objects.get(pk=goes.pk)
        assert (gone.state, gone.close_reason, gone.merged_into_id) == ("closed", "duplicate", stays.pk)
        assert (kept.touches, kept.first_touch_at < kept.last_touch_at) == (2, True)
        assert Touch.objects.filter(subject_type="lead", subject_id=stays.pk).count() == 2
        events, _told = of_lead(kept, AnswerLists())
        assert [event.name for event in events].count("lead.captured") == 2
        assert LeadPerson.objects.filter(lead=goes).count() == 1
    undo_merge(pair=pair, actor=acme.operations, at=clock.now())
    kept, gone = lead_of(acme, stays.pk), lead_of(acme, goes.pk)
    assert (kept.touches, gone.touches, gone.state, gone.merged_into_id) == (1, 1, "accepted", None)
    assert kept.first_touch_at == kept.last_touch_at
    with entering(acme.admin.context):
        assert len([event for event in of_lead(kept, AnswerLists())[0] if event.name == "lead.captured"]) == 1


def test_a_new_lead_like_a_merged_one_is_compared_with_the_one_that_goes_on(acme):
    pair = two_leads(acme)
    merge_duplicate(pair=pair, winner_id=pair.second_id, actor=acme.operations, at=AT)
    again = captured(acme, person=PersonValues(last_name="Lee", email="lee@halden.example"), company="", city="")
    assert again.extra["possible_duplicate_of"] == str(lead_of(acme, pair.second_id).uid)


@pytest.mark.parametrize(
    ("stays", "goes", "said"),
    [
        (("captured", None), ("offered", "beta"), "must not be with a partner"),
        (("offered", "beta"), ("offered", "gamma"), "Recall the offer first"),
        (("accepted", "beta"), ("accepted", "gamma"), "Two partners work these leads"),
        (("offered", "beta"), ("accepted", "beta"), "A partner works the other lead"),
        (("accepted", "beta"), ("converted", "beta"), "became a deal"),
        (("closed", None), ("captured", None), "The lead you keep is closed"),
    ],
)
def test_no_merge_takes_a_lead_or_an_open_offer_from_a_partner(acme, stays, goes, said):
    pair = two_leads(acme)
    for pk, (state, partner) in ((pair.first_id, stays), (pair.second_id, goes)):
        with acting_for(acme.admin):
            Lead.objects.filter(pk=pk).update(state=state, partner=getattr(acme, partner) if partner else None)
    with pytest.raises(Refused, match=said):
        merge_duplicate(pair=pair, winner_id=pair.first_id, actor=acme.operations, at=AT)
    assert (lead_of(acme, pair.second_id).state, lead_of(acme, pair.second_id).merged_into_id) == (goes[0], None)
    assert proposed(acme)[0].state == "proposed"


def test_two_leads_side_by_side_from_the_page_of_one_and_on_to_the_next(acme, client_of):
    pair = two_leads(acme)
    browser = client_of(acme.operations)
    page = browser.get(f"/acme/console/leads/{lead_of(acme, pair.second_id).uid}/").content.decode()
    there = f"/acme/console/duplicates/leads/{lead_of(acme, pair.second_id).uid}/"
    assert there in page
    shown = browser.get(there, follow=True)
    assert "the same e-mail" in shown.content.decode()
    answer = browser.post(f"/acme/console/duplicates/{pair.uid}/merge/", {"keep": "first"}, follow=True)
    assert "Merged. It can be undone on this page." in answer.content.decode()
    gone = browser.get(f"/acme/console/leads/{lead_of(acme, pair.second_id).uid}/").content.decode()
    assert "Merged into another lead" in gone
    assert client_of(acme.marketer).get(there).status_code == 403


@pytest.mark.data
def test_a_list_with_one_company_id_and_example_addresses_proposes_nothing(acme):
    run(acme.marketer, "leads", sample_file("salesforce/Lead.csv"))
    jobs.run_pending()
    assert proposed(acme) == []


@pytest.mark.data
def test_of_701_real_partners_only_a_few_are_proposed(acme):
    resellers = sample_file("adventureworks/DimReseller.csv")
    run(acme.operations, "partners", resellers, sample_file("adventureworks/DimGeography.csv"))
    jobs.run_pending()
    assert len(proposed(acme)) < 40


def test_every_key_to_a_mergeable_record_is_known_by_its_label():
    """A label that is misspelt in the lists would silently mean nothing."""
    labels = {label for model in MODELS.values() for label, _model, _column in pointing_to(model)}
    assert labels >= STAYS | ONE_BY_ONE
    assert {"sales.salesline.partner", "deals.deal.customer", "deals.deal.lead", "core.seat.partner"} <= labels


def test_a_key_that_many_share_tells_nothing():
    many = [Facts(n, str(n), f"Name {n}x", phone_key="+49431", city="Kiel") for n in range(20)]
    keys = [lambda each: each.phone_key]
    assert pairs_of(many, many, keys=keys, weigh=weigh_companies) == []
    assert len(pairs_of(many[:3], many[:3], keys=keys, weigh=weigh_companies)) == 3


@pytest.fixture
def beta_and_gamma(acme) -> DuplicatePair:
    with acting_for(acme.operations):
        return DuplicatePair.objects.create(
            vendor=acme.acme, kind="partners", first_id=acme.gamma.pk, second_id=acme.beta.pk, likeness=0.9, found_at=AT
        )


def seats_of(acme, partner):
    with entering(acme.admin.context):
        return set(Seat.objects.filter(partner=partner, is_active=True).values_list("uid", flat=True))


def test_people_who_log_in_move_with_their_partner_only_when_it_was_agreed_and_come_back(acme, beta_and_gamma):
    pair, of_beta, of_gamma = beta_and_gamma, seats_of(acme, acme.beta), seats_of(acme, acme.gamma)
    assert len(of_beta) == 3
    for agreed in ((), list(of_beta)[:2]):
        with pytest.raises(Refused, match="with a log-in move") as error:
            merge_duplicate(pair=pair, winner_id=acme.gamma.pk, people=agreed, actor=acme.operations, at=AT)
        assert error.value.field == "people"
    assert (seats_of(acme, acme.beta), seats_of(acme, acme.gamma)) == (of_beta, of_gamma)
    with entering(acme.admin.context):
        assert Partner.objects.get(pk=acme.beta.pk).merged_into is None
    merge_duplicate(pair=pair, winner_id=acme.gamma.pk, people=of_beta, actor=acme.operations, at=AT)
    assert seats_of(acme, acme.gamma) == of_beta | of_gamma
    undo_merge(pair=pair, actor=acme.operations, at=AT)
    assert (seats_of(acme, acme.beta), seats_of(acme, acme.gamma)) == (of_beta, of_gamma)


def test_the_page_shows_who_moves_and_what_they_see_before_it_merges(acme, beta_and_gamma, client_of):
    client, page = client_of(acme.operations), f"/acme/console/duplicates/{beta_and_gamma.uid}/"
    shown = client.get(page).content.decode()
    assert "If you keep Gamma IT, 3 people with a log-in move there:" in shown
    assert "If you keep Beta Systems, 1 person with a log-in moves there:" in shown
    assert acme.beta_seller.seat.email in shown
    people = [str(uid) for uid in seats_of(acme, acme.beta)]
    for given in ({"keep": "first"}, {"keep": "first", "people": people}, {"keep": "first", "agreed": "1"}):
        client.post(f"{page}merge/", given)
        with entering(acme.admin.context):
            assert DuplicatePair.objects.get(pk=beta_and_gamma.pk).state == "proposed"
    client.post(f"{page}merge/", {"keep": "first", "people": people, "agreed": "1"})
    with entering(acme.admin.context):
        assert DuplicatePair.objects.get(pk=beta_and_gamma.pk).state == "merged"


def test_a_program_names_the_seats_that_move(acme, beta_and_gamma):
    program, path = program_of(acme.operations), f"duplicates/{beta_and_gamma.uid}/merge"
    assert program.post(path, {"keep": "first"}).status_code in {409, 422}
    assert len(seats_of(acme, acme.beta)) == 3
    people = [str(uid) for uid in seats_of(acme, acme.beta)]
    assert program.post(path, {"keep": "first", "people": people}).status_code == 200
    assert seats_of(acme, acme.beta) == set()


def test_a_partner_that_gives_way_and_comes_back_says_so_in_its_state(acme):
    pair = two_partners(acme)
    with entering(acme.operations.context):
        winner, loser = Partner.objects.get(external_id="1"), Partner.objects.get(external_id="7")
    merge_duplicate(pair=pair, winner_id=winner.pk, actor=acme.operations, at=AT)
    undo_merge(pair=proposed(acme)[0], actor=acme.operations, at=AT)
    with entering(acme.operations.context):
        told = Event.objects.filter(subject_type="partner", verb="state_changed").order_by("id")
        assert [(each.subject_id, each.data["before"], each.data["state"]) for each in told] == [
            (loser.pk, "active", "inactive"), (loser.pk, "inactive", "active"),
        ]  # fmt: skip


def test_whom_a_partner_was_merged_into_is_for_staff_alone_and_in_their_language(acme):
    pair = two_partners(acme)
    with entering(acme.operations.context):
        winner = Partner.objects.get(external_id="1")
    with translation.override("de"):
        merge_duplicate(pair=pair, winner_id=winner.pk, actor=acme.operations, at=AT)
    undo_merge(pair=proposed(acme)[0], actor=acme.operations, at=AT)
    with entering(acme.operations.context):
        told = list(Event.objects.filter(subject_type="partner", verb="state_changed").order_by("id"))
        assert {each.audience for each in told} == {"internal"}
        assert [each.data["reason"] for each in told] == [f"Merged into {winner.name}.", "The merge was undone."]
        with translation.override("de"):
            assert [told_of(each.data, "reason") for each in told] == [
                f"Zusammengeführt mit {winner.name}.", "Die Zusammenführung wurde zurückgenommen.",
            ]  # fmt: skip
