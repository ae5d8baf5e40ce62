"""Handing over when somebody leaves: what is open goes to others, the seat closes, and it can be taken back."""

import pytest
from tests import cast
from tests.api import token_of
from tests.scene import registered, submitted

from fairway.catalog.models import ProductLine
from fairway.connect.models import DropFolder
from fairway.core import clock
from fairway.core.access import Forbidden
from fairway.core.events.models import Event
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.actions.handovers import hand_over, undo_handover
from fairway.core.tenancy.actions.seats import close_seat
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.covers import Cover
from fairway.core.tenancy.handovers import Handover
from fairway.core.tenancy.models import Partner
from fairway.core.tenancy.tests.test_covers import cover, seat_of
from fairway.core.tenancy.tokens import ApiToken
from fairway.deals.actions.decisions import approve_registration
from fairway.deals.actions.rules import save_deal_rules
from fairway.deals.models import Deal, DealRules, Registration
from fairway.deals.rules.decision import FurtherStep
from fairway.deals.tests.test_deal_rules import DEFAULTS
from fairway.partners.models import Territory
from fairway.workflow.actions.deadlines import fire_due
from fairway.workflow.models import Approval
from fairway.workflow.queries.approvals import waiting_for


def given(acme, leaver, close=True, actor=None, **takers):
    chosen = {name: [seat_of(who) for who in people] for name, people in takers.items()}
    return hand_over(seat=seat_of(leaver), takers=chosen, close=close, actor=actor or acme.admin, at=clock.now())


def is_open(member) -> bool:
    return seat_of(member).is_active


@pytest.fixture
def named(acme) -> Registration:
    """A registration that waits for finance by name, by a rule that names finance."""
    with acting_for(acme.admin):
        line = ProductLine.objects.create(vendor=acme.acme, code="hand", name="Hand")
    step = FurtherStep("finance", 0, 8, acme.finance.seat_id)
    save_deal_rules(numbers=DEFAULTS, steps=[step], version=0, actor=acme.chief, at=clock.now())
    registration = submitted(acme, registered(acme, line, "Havelwerft", 9_900_000))
    submitted(acme, registered(acme, line, "Weserland", 9_900_000))
    approve_registration(registration=registration, actor=acme.deal_desk, at=clock.now(), customer="new")
    return registration


def test_a_seat_with_open_work_is_not_closed_and_the_page_offers_the_handover(acme, client_of):
    with pytest.raises(Refused, match=r"Cam Miller still has work here: Partners to look after \(1\)"):
        close_seat(seat=seat_of(acme.cam), actor=acme.admin, at=clock.now())
    uid = seat_of(acme.cam).uid
    answer = client_of(acme.admin).post(f"/acme/console/people/{uid}/close/")
    assert answer["Location"] == f"/acme/console/people/{uid}/handover/"
    page = client_of(acme.admin).get(answer["Location"]).content.decode()
    assert "Partners to look after (1)" in page
    assert is_open(acme.cam)


def test_all_that_an_account_manager_has_goes_over_and_the_seat_closes(acme, client_of):
    token_of(acme.cam)
    with acting_for(acme.admin):
        Territory.objects.create(vendor=acme.acme, name="North", cam_id=acme.cam.seat_id)
    with pytest.raises(Refused, match="Territories"):
        given(acme, acme.cam, partners=[acme.other_cam])
    done = given(acme, acme.cam, partners=[acme.other_cam], territories=[acme.chief])
    with entering(acme.admin.context):
        assert Partner.objects.get(pk=acme.beta.pk).cam_id == acme.other_cam.seat_id
        assert Territory.objects.get().cam_id == acme.chief.seat_id
        assert ApiToken.objects.filter(seat_id=acme.cam.seat_id, revoked_at=None).count() == 0
        verbs = list(Event.objects.order_by("at", "id").values_list("subject_type", "verb"))
    assert ("partner", "cam_changed") in verbs
    assert ("territory", "cam_changed") in verbs
    assert ("seat", "handed_over") in verbs
    assert ("seat", "closed") in verbs
    assert not is_open(acme.cam)
    assert client_of(acme.cam).get("/acme/console/").status_code == 404
    assert undo_handover(handover=done, actor=acme.admin, at=clock.now()) == 2
    assert is_open(acme.cam)
    with entering(acme.admin.context):
        assert Partner.objects.get(pk=acme.beta.pk).cam_id == acme.cam.seat_id
    with pytest.raises(Refused, match="taken back already"):
        undo_handover(handover=done, actor=acme.admin, at=clock.now())


def test_many_partners_are_dealt_out_evenly(acme):
    with acting_for(acme.admin):
        for number in range(5):
            cast.partner(acme.acme, acme.beta.organization, cam=seat_of(acme.cam), external_id=f"N-{number}")
    given(acme, acme.cam, partners=[acme.other_cam, acme.chief])
    with entering(acme.admin.context):
        counts = [Partner.objects.filter(cam_id=m.seat_id).count() for m in (acme.other_cam, acme.chief, acme.cam)]
    assert counts == [4, 3, 0], "three and three, and the one that was there"


def test_decisions_steps_to_come_and_rules_that_name_the_person_go_over(acme, named):
    with pytest.raises(
        Refused, match=r"Decisions asked of the person \(2\), Steps of the rules for registrations \(1\)"
    ):
        close_seat(seat=seat_of(acme.finance), actor=acme.admin, at=clock.now())
    done = given(acme, acme.finance, approvals=[acme.operations], rules=[acme.marketer])
    with entering(acme.operations.context):
        assert [row.subject_id for row in waiting_for(acme.operations)] == [named.pk]
        asked = Approval.objects.get(subject_id=named.pk, state="waiting")
        other = Approval.objects.get(approver_role="deal_desk", state="waiting")
        steps = DealRules.objects.get().steps
    assert (asked.approver_role, asked.approver_id) == ("operations", acme.operations.seat_id)
    assert other.next_steps[0]["seat_id"] == acme.operations.seat_id
    assert (steps[0]["role"], steps[0]["seat_id"]) == ("marketer", acme.marketer.seat_id)
    approve_registration(registration=named, actor=acme.operations, at=clock.now())
    undo_handover(handover=done, actor=acme.admin, at=clock.now())
    with entering(acme.admin.context):
        assert DealRules.objects.get().steps[0]["seat_id"] == acme.finance.seat_id
        assert Approval.objects.get(pk=other.pk).next_steps[0]["seat_id"] == acme.finance.seat_id
        assert Approval.objects.get(pk=asked.pk).approver_id == acme.operations.seat_id, "decided: it stays"


def test_who_leaves_while_a_decision_is_overdue_hands_it_on_and_those_above_keep_it(acme, named):
    with entering(acme.admin.context):
        due_at = Approval.objects.get(subject_id=named.pk, state="waiting").due_at
    fire_due(due_at)
    given(acme, acme.finance, approvals=[acme.operations], rules=[acme.operations])
    for who in (acme.operations, acme.chief):
        with entering(who.context):
            assert named.pk in [row.subject_id for row in waiting_for(who)]


def test_who_cannot_take_something_is_refused_and_nothing_has_moved(acme):
    with acting_for(acme.admin):
        DropFolder.objects.create(
            vendor=acme.acme, name="ERP", kind="partners", path="x", seat_id=acme.operations.seat_id,
            created_at=clock.now(),
        )  # fmt: skip
    with pytest.raises(Refused, match="Finn Ledger has a role that cannot take over"):
        given(acme, acme.operations, folders=[acme.finance])
    with pytest.raises(Refused, match="no other open seat here"):
        given(acme, acme.cam, partners=[acme.beta_executive])
    with pytest.raises(Refused, match="no other open seat here"):
        given(acme, acme.cam, partners=[acme.cam])
    with pytest.raises(Forbidden):
        given(acme, acme.chief, actor=acme.finance)
    with pytest.raises(Refused, match="own seat"):
        given(acme, acme.admin)
    with entering(acme.admin.context):
        assert not Handover.objects.exists()
        assert DropFolder.objects.get().seat_id == acme.operations.seat_id
    given(acme, acme.operations, folders=[acme.admin])
    assert not is_open(acme.operations)


def test_a_deputy_who_leaves_gives_the_days_to_another_who_can(acme):
    cover(acme.cam, acme.other_cam)
    cover(acme.chief, acme.admin, first=5, last=6)
    with pytest.raises(Refused, match="stand in for themselves"):
        given(acme, acme.other_cam, partners=[acme.chief], covers=[acme.cam])
    given(acme, acme.other_cam, partners=[acme.chief], covers=[acme.chief])
    with entering(acme.admin.context):
        assert Cover.objects.get(seat_id=acme.cam.seat_id).deputy_id == acme.chief.seat_id


def test_a_partners_executive_hands_a_sellers_work_to_a_colleague_and_closes_the_seat(acme, client_of):
    with acting_for(acme.admin):
        line = ProductLine.objects.create(vendor=acme.acme, code="hand", name="Hand")
    draft = registered(acme, line, "Draft GmbH")
    registration = submitted(acme, registered(acme, line, "Havelwerft", 100_00))
    seller, executive = seat_of(acme.beta_seller), seat_of(acme.beta_executive)
    with entering(acme.admin.context):
        assert Deal.objects.get(registration=registration).seller_id == seller.pk
    browser, page = client_of(acme.beta_executive), f"/acme/portal/people/{seller.uid}/handover/"
    shown = browser.get(page).content.decode()
    assert "Deals with their next steps (1)" in shown
    assert "Gus Seller" not in shown
    assert browser.post(page, {"deals_0": str(executive.uid), "close": "on"}).status_code == 422, "a draft is left"
    assert is_open(acme.beta_seller)
    values = {"deals_0": str(executive.uid), "registrations_0": str(executive.uid), "close": "on"}
    assert browser.post(page, {**values, "deals_0": str(seat_of(acme.gamma_seller).uid)}).status_code == 422
    assert browser.post(page, values).status_code == 302
    with entering(acme.admin.context):
        assert Deal.objects.get(registration=registration).seller_id == executive.pk
        assert Registration.objects.get(pk=draft.pk).created_by_id == executive.pk
        uid = Handover.objects.get().uid
    assert not is_open(acme.beta_seller)
    assert client_of(acme.gamma_seller).post(f"/acme/portal/handovers/{uid}/undoing/").status_code in {403, 404}
    assert browser.post(f"/acme/portal/handovers/{uid}/undoing/").status_code == 302
    assert is_open(acme.beta_seller)
    with entering(acme.admin.context):
        assert Deal.objects.get(registration=registration).seller_id == seller.pk


def test_an_executive_reaches_no_seat_of_another_partner_and_nobody_of_the_staff(acme, client_of):
    browser = client_of(acme.beta_executive)
    for who in (acme.gamma_seller, acme.cam, acme.zeta_admin):
        assert browser.get(f"/acme/portal/people/{seat_of(who).uid}/handover/").status_code == 404
    assert (
        client_of(acme.beta_seller).get(f"/acme/portal/people/{seat_of(acme.beta_seller).uid}/handover/").status_code
        == 403
    )
