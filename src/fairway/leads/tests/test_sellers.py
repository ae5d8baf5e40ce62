"""A partner hands the leads that it accepted to its sellers: by its rule or by hand, taken, given back, not taken."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError
from django.db.models import F
from tests import cast as casting

from fairway.core import clock
from fairway.core.access import Forbidden
from fairway.core.events.models import Event
from fairway.core.events.record import record_many
from fairway.core.http import undo
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Role, Seat
from fairway.leads.actions.follow_up_rules import save_follow_up
from fairway.leads.actions.offers import accept_offer, offer_lead_to
from fairway.leads.actions.seller_rules import (
    add_absence,
    move_seller_line,
    remove_absence,
    remove_seller_line,
    save_seller_line,
    save_seller_rule,
)
from fairway.leads.actions.sellers import (
    AlreadyAssigned,
    assign_lead,
    assign_leads,
    give_back_assignment,
    take_assignment,
)
from fairway.leads.actions.work import close_lead, recall_lead
from fairway.leads.models import Lead, SellerAssignment, SellerLine
from fairway.leads.tests.makers import captured
from fairway.workflow.actions.deadlines import fire_due
from fairway.workflow.models import Notification

# Wednesday 10:00 in New York, where the cast's vendor and partners are.
AT = datetime(2026, 3, 4, 15, tzinfo=UTC)
DAY = date(2026, 3, 4)


def hours(n, start=AT):
    """`n` hours of one working day later."""
    return start + timedelta(hours=n)


@pytest.fixture
def people(acme):
    """Beta has three sellers: Sal of the cast, Tia and Uwe."""
    users = [casting.person(f"{name.split()[0].lower()}@beta.example", name) for name in ("Tia Turn", "Uwe Umber")]
    with acting_for(acme.admin):
        made = [casting.seat(acme.acme, user, Role.SELLER, acme.beta) for user in users]
        sal = Seat.objects.get(pk=acme.beta_seller.seat_id)
    return [sal, *made]


def rule(cast, way="turn", at=AT, **values):
    return save_seller_rule(values={"way": way, **values}, actor=cast.beta_executive, at=at)


def taken_on(cast, at=AT, by=None, **values):
    """A lead that Beta accepts, as its people read it afterwards."""
    lead = captured(cast, **values)
    offer = offer_lead_to(lead=lead, partner=cast.beta, actor=cast.cam, at=at, reason="Near")
    accept_offer(offer=offer, actor=by or cast.beta_executive, at=at)
    return read(cast, lead)


def read(cast, lead):
    with entering(cast.beta_executive.context):
        return Lead.objects.select_related("seller", "partner").get(pk=lead.pk)


def live(cast, lead):
    with entering(cast.beta_executive.context):
        return SellerAssignment.objects.select_related("seat").get(lead=lead, ended_at=None)


def history(cast, lead):
    with entering(cast.beta_executive.context):
        rows = SellerAssignment.objects.filter(lead=lead).order_by("pk")
        return [(row.state, row.seat_id) for row in rows]


def verbs(cast, lead):
    with entering(cast.admin.context):
        return list(
            Event.objects.filter(subject_type="lead", subject_id=lead.pk, at__gte=AT)
            .order_by("pk").values_list("verb", flat=True)
        )  # fmt: skip


def told(cast, kind):
    with acting_for(cast.admin):
        return list(Notification.objects.filter(kind=kind).order_by("pk").values_list("seat_id", flat=True))


def as_member(seat):
    return casting.member(seat)


def fire(cast, at):
    return fire_due(at, vendor_id=cast.acme.pk)


def test_without_a_rule_who_accepts_works_the_lead(acme):
    lead = taken_on(acme, by=acme.beta_seller)
    assert lead.seller_id == acme.beta_seller.seat_id
    with entering(acme.beta_executive.context):
        assert not SellerAssignment.objects.exists()


def test_leads_go_round_in_fair_turn_and_are_told_to_each(acme, people):
    rule(acme)
    got = [taken_on(acme, hours(n / 10)).seller_id for n in range(4)]
    assert got == [people[0].pk, people[1].pk, people[2].pk, people[0].pk]
    assert told(acme, "lead.assigned") == got


def test_the_least_loaded_is_next_and_nobody_gets_more_than_the_limit(acme, people):
    rule(acme, "least", open_most=1)
    first = [taken_on(acme, hours(n / 10)) for n in range(3)]
    assert {lead.seller_id for lead in first} == {seat.pk for seat in people}
    fourth = taken_on(acme, hours(0.5))
    assert fourth.seller_id is None
    waiting = live(acme, fourth)
    assert (waiting.state, waiting.because, waiting.passed) == ("waiting", "nobody", {"full": 3})
    assert told(acme, "lead.unassigned") == []  # the executive accepted it, and is told by the page
    close_lead(lead=read(acme, first[1]), actor=acme.beta_executive, at=hours(1), reason="no_need")
    assign_lead(lead=read(acme, fourth), seat=None, actor=acme.beta_executive, at=hours(1))
    assert read(acme, fourth).seller_id == first[1].seller_id


def test_by_hand_leads_wait_for_the_executive(acme, people):
    rule(acme, "hand")
    lead = taken_on(acme, by=acme.beta_seller)
    assert lead.seller_id is None
    assert live(acme, lead).because == "hand"
    assert told(acme, "lead.unassigned") == [acme.beta_executive.seat_id]
    assign_lead(lead=lead, seat=people[1], actor=acme.beta_executive, at=AT)
    assert read(acme, lead).seller_id == people[1].pk
    assert history(acme, lead) == [("open", people[1].pk)]


def test_lines_decide_before_the_rule_in_their_order(acme, people):
    rule(acme, "hand")
    exec_ = acme.beta_executive

    def line(name, industry, seats, way="turn"):
        when = {"field": "lead.industry", "op": "in", "value": [industry]}
        values = {"name": name, "when": when, "seats": [seat.pk for seat in seats], "way": way}
        return save_seller_line(line=None, values=values, actor=exec_, at=AT)

    line("All of logistics", "Logistics", [people[2]])
    also = line("Logistics again", "Logistics", [people[0], people[1]])
    assert taken_on(acme).seller_id == people[2].pk
    move_seller_line(line=also, up=True, actor=exec_, at=AT)
    assert [taken_on(acme, hours(n / 10)).seller_id for n in (1, 2)] == [people[0].pk, people[1].pk]
    assert taken_on(acme, industry="Bakery").seller_id is None
    with entering(exec_.context):
        assert list(SellerLine.objects.order_by("place").values_list("name", flat=True)) == [
            "Logistics again", "All of logistics",
        ]  # fmt: skip


def test_who_is_away_or_no_longer_here_is_passed_over(acme, people):
    rule(acme)
    absence = add_absence(seat=people[0], first_on=DAY, last_on=DAY, actor=as_member(people[0]), at=AT)
    with acting_for(acme.admin):
        Seat.objects.filter(pk=people[1].pk).update(is_active=False)
    assert taken_on(acme).seller_id == people[2].pk
    remove_absence(absence=absence, actor=acme.beta_executive, at=AT)
    assert taken_on(acme, hours(1)).seller_id == people[0].pk


def test_a_seller_takes_a_lead_and_nothing_lapses(acme, people):
    rule(acme, answer_hours=4)
    lead = taken_on(acme)
    assignment = live(acme, lead)
    assert assignment.due_at == hours(4)
    with pytest.raises(Refused):
        take_assignment(assignment=assignment, actor=as_member(people[1]), at=hours(1))
    take_assignment(assignment=assignment, actor=acme.beta_seller, at=hours(1))
    assert live(acme, lead).state == "taken"
    assert fire(acme, hours(5)) == 0
    with pytest.raises(Refused):
        take_assignment(assignment=assignment, actor=acme.gamma_seller, at=hours(1))


def test_after_half_the_time_the_seller_is_reminded_and_after_all_of_it_the_next_one_has_it(acme, people):
    rule(acme, answer_hours=4)
    lead = taken_on(acme)
    assert fire(acme, hours(2) - timedelta(minutes=1)) == 0
    assert fire(acme, hours(2)) == 1
    assert told(acme, "lead.assignment_reminded") == [people[0].pk]
    assert fire(acme, hours(4)) == 1
    assert fire(acme, hours(4)) == 0  # run again, it does nothing
    assert history(acme, lead) == [("lapsed", people[0].pk), ("open", people[1].pk)]
    assert told(acme, "lead.unassigned") == [acme.beta_executive.seat_id]
    assert read(acme, lead).seller_id == people[1].pk
    fire(acme, hours(24 + 1))  # each of the others lets it lapse
    fire(acme, hours(2 * 24 + 1))
    for day in range(3, 8):
        fire(acme, hours(24 * day))
    assert history(acme, lead)[:3] == [("lapsed", seat.pk) for seat in people]
    waiting = live(acme, lead)
    assert (waiting.state, waiting.because, waiting.passed) == ("waiting", "lapsed", {"had": 3})
    assert read(acme, lead).seller_id is None


def test_the_partners_time_is_only_ever_shorter_than_the_vendors(acme, people):
    save_follow_up(rule_uid="", values={"seller_hours": 3}, steps=(), actor=acme.operations, at=AT)
    with pytest.raises(Refused) as refusal:
        rule(acme, answer_hours=4)
    assert str(refusal.value) == "Your vendor gives 3 business hours. Write as many or fewer."
    rule(acme, answer_hours=2)
    assert live(acme, taken_on(acme)).due_at == hours(2)
    save_follow_up(rule_uid="", values={"seller_hours": 1}, steps=(), actor=acme.operations, at=AT)
    assert live(acme, taken_on(acme, AT)).due_at == hours(1)


def test_giving_back_needs_a_reason_of_the_list_and_hands_the_lead_on(acme, people):
    rule(acme)
    lead = taken_on(acme)
    given = {"assignment": live(acme, lead), "actor": acme.beta_seller, "at": hours(1)}
    with pytest.raises(Refused):
        give_back_assignment(**given, code="made_up")
    with pytest.raises(Refused):
        give_back_assignment(**given, code="other")
    assert live(acme, lead).state == "open"
    give_back_assignment(**given, code="other", text="It is my cousin’s firm")
    assert history(acme, lead) == [("returned", people[0].pk), ("open", people[1].pk)]
    with entering(acme.beta_executive.context):
        row = SellerAssignment.objects.get(lead=lead, state="returned")
    assert (row.code, row.text) == ("other", "It is my cousin’s firm")
    with pytest.raises(Refused):
        give_back_assignment(**given, code="no_time")


def test_against_the_rule_an_executive_needs_a_reason(acme, people):
    rule(acme, open_most=1)
    lead = taken_on(acme)
    add_absence(seat=people[1], first_on=DAY, last_on=DAY, actor=acme.beta_executive, at=AT)
    other = taken_on(acme, hours(0.1))
    assert other.seller_id == people[2].pk
    for seat, why in ((people[1], "Tia Turn is away."), (people[2], "Uwe Umber has as many open leads")):
        with pytest.raises(Refused) as refusal:
            assign_lead(lead=read(acme, lead), seat=seat, actor=acme.beta_executive, at=hours(1))
        assert why in str(refusal.value)
        assert refusal.value.field == "reason"
    assert read(acme, lead).seller_id == people[0].pk
    take_assignment(assignment=live(acme, lead), actor=acme.beta_seller, at=hours(1))
    with pytest.raises(Refused, match="Sal Seller has taken it"):
        assign_lead(lead=read(acme, lead), seat=people[1], actor=acme.beta_executive, at=hours(1))
    assign_lead(lead=read(acme, lead), seat=people[1], actor=acme.beta_executive, at=hours(1), reason="Knows them")
    now = live(acme, lead)
    assert (now.seat_id, now.state, now.text, now.how) == (people[1].pk, "open", "Knows them", "person")
    assert told(acme, "lead.handed_on") == [people[0].pk]


def test_only_the_own_company_hands_leads_to_its_own_people(acme, people):
    rule(acme, "hand")
    lead = taken_on(acme)
    with acting_for(acme.admin):
        gus = Seat.objects.get(pk=acme.gamma_seller.seat_id)
    with pytest.raises(Refused):
        assign_lead(lead=lead, seat=gus, actor=acme.beta_executive, at=AT)
    for stranger in (acme.beta_seller, acme.gamma_seller, acme.cam):
        with pytest.raises(Forbidden):
            assign_lead(lead=lead, seat=people[0], actor=stranger, at=AT)
        with pytest.raises(Forbidden):
            save_seller_rule(values={"way": "turn"}, actor=stranger, at=AT)
    assert history(acme, lead) == [("waiting", None)]


def test_who_comes_second_is_told(acme, people):
    rule(acme, "hand")
    lead = taken_on(acme)
    stale = read(acme, lead)
    assign_lead(lead=lead, seat=people[0], actor=acme.beta_executive, at=AT)
    with pytest.raises(AlreadyAssigned, match="It has just gone to Sal Seller"):
        assign_lead(lead=stale, seat=people[1], actor=acme.beta_executive, at=AT)
    assert read(acme, lead).seller_id == people[0].pk


def test_no_lead_has_two_sellers_in_the_database_either(acme, people):
    rule(acme)
    lead = taken_on(acme)
    with pytest.raises(IntegrityError, match="sellerassignment_one_live"), acting_for(acme.admin):
        SellerAssignment.objects.create(
            vendor=acme.acme, partner=acme.beta, lead=lead, seat=people[2], state="open", assigned_at=AT
        )


def test_a_lead_taken_back_or_closed_has_nothing_to_take(acme, people):
    rule(acme)
    back, shut = taken_on(acme), taken_on(acme)
    recall_lead(lead=read(acme, back), actor=acme.cam, at=hours(1), reason="Silent", then_route=False)
    close_lead(lead=read(acme, shut), actor=acme.beta_executive, at=hours(1), reason="no_need")
    assert [history(acme, lead)[-1][0] for lead in (back, shut)] == ["ended", "ended"]
    assert fire(acme, hours(24 * 8)) == 0


def test_a_seat_that_ends_between_assignment_and_taking_hands_the_lead_on(acme, people):
    rule(acme, answer_hours=4)
    lead = taken_on(acme)
    with acting_for(acme.admin):
        Seat.objects.filter(pk=people[0].pk).update(is_active=False)
    fire(acme, hours(4))
    assert history(acme, lead) == [("lapsed", people[0].pk), ("open", people[1].pk)]
    with entering(acme.beta_executive.context):
        assert SellerAssignment.objects.get(lead=lead, state="lapsed").code == "seat_ended"


def test_the_timeline_says_who_had_it_and_why_not(acme, people, client_of):
    rule(acme, at=clock.now())
    lead = taken_on(acme, clock.now())
    give_back_assignment(assignment=live(acme, lead), actor=acme.beta_seller, at=clock.now(), code="no_time", text="")
    page = client_of(acme.beta_executive).get(f"/acme/portal/leads/{lead.uid}/").content.decode()
    assert "Sal Seller, by the rule" in page
    assert "by Sal Seller: No time for it" in page
    assert "Tia Turn has not taken it yet" in page
    assert "Given back" in client_of(acme.cam).get(f"/acme/console/leads/{lead.uid}/").content.decode()


# On screen


def test_the_executive_keeps_the_rule_on_its_page(acme, people, client_of):
    client = client_of(acme.beta_executive)
    page = client.get("/acme/portal/leads/sellers/")
    assert "Tia Turn" in page.content.decode()
    form = {"way": "turn", "answer_hours": "4", "open_most": "5", "version": "0"}
    assert client.post("/acme/portal/leads/sellers/", form).status_code == 302
    wrong = client.post("/acme/portal/leads/sellers/", {**form, "answer_hours": "99", "version": "1"})
    assert wrong.status_code == 422
    assert "Your vendor gives 8 business hours" in wrong.content.decode()
    late = client.post("/acme/portal/leads/sellers/", {**form, "version": "0"})
    assert "Somebody else changed this meanwhile" in late.content.decode()
    line = {
        "name": "Logistics", "when-match": "all", "when-0-field": "lead.industry", "when-0-op": "in",
        "when-0-value": "Logistics", "seats": [str(people[2].uid)], "way": "turn",
    }  # fmt: skip
    assert client.post("/acme/portal/leads/sellers/lines/new/", line).status_code == 302
    assert taken_on(acme, clock.now()).seller_id == people[2].pk
    assert "Uwe Umber" in client.get("/acme/portal/leads/sellers/").content.decode()
    assert client_of(acme.beta_seller).get("/acme/portal/leads/sellers/").status_code == 403


def test_a_seller_takes_or_gives_back_on_the_leads_page(acme, people, client_of):
    rule(acme, at=clock.now())
    lead = taken_on(acme, clock.now())
    client, url = client_of(acme.beta_seller), f"/acme/portal/leads/{lead.uid}/"
    assert "Yours to take or give back" in client.get(url).content.decode()
    expected = client.get("/acme/portal/leads/expected/").content.decode()
    assert "Take it or give it back" in expected
    assert client.post(f"{url}taking/").status_code == 302
    assert live(acme, lead).state == "taken"
    assert "Take it or give it back" not in client.get("/acme/portal/leads/expected/").content.decode()
    assert client.post(f"{url}giving-back/", {"code": ""}).status_code == 422
    assert client.post(f"{url}giving-back/", {"code": "no_time"}).status_code == 302
    assert live(acme, lead).seat_id == people[1].pk


def test_leads_are_handed_on_together_and_put_back(acme, people, client_of):
    rule(acme, "hand", at=clock.now())
    first, second = taken_on(acme, clock.now()), taken_on(acme, clock.now())
    assign_lead(lead=first, seat=people[0], actor=acme.beta_executive, at=clock.now())
    client = client_of(acme.beta_executive)
    chosen = {"chosen": [str(first.uid), str(second.uid)], "confirmed": "1", "seller": str(people[1].uid)}
    client.post("/acme/portal/lists/portal-lead-list/assign/", chosen)
    assert [read(acme, lead).seller_id for lead in (first, second)] == [people[1].pk] * 2
    key = next(iter(client.session[undo.KEY]))
    client.post(f"/acme/portal/undo/{key}/")
    assert [read(acme, lead).seller_id for lead in (first, second)] == [people[0].pk, None]
    assert [live(acme, lead).state for lead in (first, second)] == ["open", "waiting"]


def test_what_was_taken_meanwhile_is_not_put_back(acme, people, client_of):
    rule(acme, "hand", at=clock.now())
    lead = taken_on(acme, clock.now())
    client = client_of(acme.beta_executive)
    form = {"chosen": [str(lead.uid)], "confirmed": "1", "seller": str(people[0].uid)}
    client.post("/acme/portal/lists/portal-lead-list/assign/", form)
    take_assignment(assignment=live(acme, lead), actor=acme.beta_seller, at=clock.now())
    key = next(iter(client.session[undo.KEY]))
    client.post(f"/acme/portal/undo/{key}/")
    assert read(acme, lead).seller_id == people[0].pk


def test_work_that_is_handed_over_as_a_whole_goes_on_with_who_took_it(acme, people):
    rule(acme)
    lead, taken = taken_on(acme), taken_on(acme)
    with acting_for(acme.admin):
        seat = Seat.objects.get(pk=taken.seller_id)
    take_assignment(assignment=live(acme, taken), actor=as_member(seat), at=AT)
    for each in (lead, taken):
        with acting_for(acme.admin):
            Lead.objects.filter(pk=each.pk).update(seller=people[2], version=F("version") + 1)
            moved = [(each.pk, acme.beta.pk, {"to": people[2].pk})]
            record_many("seller_changed", Lead, moved, actor=acme.beta_executive, at=hours(1))
    assert [live(acme, each).state for each in (lead, taken)] == ["open", "taken"]
    assert [live(acme, each).seat_id for each in (lead, taken)] == [people[2].pk] * 2
    assert {row[0] for row in history(acme, lead)} == {"replaced", "open"}


def test_who_accepts_a_lead_does_not_count_it_against_the_own_load(acme, people):
    sal, tia, _uwe = people
    rule(acme, "least", open_most=1)
    assert live(acme, taken_on(acme, by=acme.beta_seller)).seat_id == sal.pk
    assert live(acme, taken_on(acme, by=acme.beta_seller)).seat_id == tia.pk


def test_a_line_that_somebody_removed_does_not_come_back(acme, people):
    rule(acme, "hand")
    values = {
        "name": "Kiel",
        "when": {"field": "lead.city", "op": "is", "value": "Kiel"},
        "seats": [people[0].pk],
        "way": "turn",
    }
    line = save_seller_line(line=None, values=values, actor=acme.beta_executive, at=AT)
    remove_seller_line(line=line, actor=acme.beta_executive, at=AT)
    with pytest.raises(Refused, match="removed this line"):
        save_seller_line(line=line, values={"name": "Kiel again"}, actor=acme.beta_executive, at=AT)
    with entering(acme.beta_executive.context):
        assert not SellerLine.objects.exists()


@pytest.mark.parametrize("is_taken", [False, True])
def test_what_was_to_be_taken_when_its_lead_was_merged_away_is_again_when_that_is_undone(acme, people, is_taken):
    rule(acme, "turn")
    lead = taken_on(acme)
    first = live(acme, lead)
    if is_taken:
        take_assignment(assignment=first, actor=as_member(first.seat), at=AT)
    with acting_for(acme.admin):
        record_many("merged_away", Lead, [(lead.pk, acme.beta.pk, {})], actor=acme.admin, at=hours(1))
        assert not SellerAssignment.objects.filter(lead=lead, ended_at=None).exists()
        record_many("unmerged", Lead, [(lead.pk, acme.beta.pk, {})], actor=acme.admin, at=hours(2))
    again = live(acme, lead)
    assert again.pk != first.pk
    assert again.state == ("taken" if is_taken else "open")
    assert (again.due_at is None) == is_taken
    if is_taken:
        assert again.seat_id == first.seat_id


def test_of_many_handed_on_together_another_companys_is_told_and_the_others_go_on(acme, people):
    own = taken_on(acme)
    other = captured(acme)
    offer = offer_lead_to(lead=other, partner=acme.gamma, actor=acme.other_cam, at=AT, reason="Near")
    theirs = accept_offer(offer=offer, actor=acme.gamma_seller, at=AT)
    said = assign_leads(rows=[theirs, own], seller=people[1], actor=acme.beta_executive, at=AT)
    assert [line.is_done for line in said] == [False, True]
    assert "not your company" in said[0].said
    assert live(acme, own).seat_id == people[1].pk
    with entering(acme.admin.context):
        assert not SellerAssignment.objects.filter(lead=other).exists()
