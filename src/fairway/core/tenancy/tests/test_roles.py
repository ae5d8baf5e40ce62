"""Roles of the vendor's own: their limits, that they hold at once, and that somebody can always give rights."""

import pytest
from tests import cast

from fairway.core import clock
from fairway.core.access import (
    OF_BASE_ONLY,
    PARTNER,
    PERMISSIONS,
    RESERVED,
    STAFF,
    Forbidden,
    may_ever,
    permissions_of,
)
from fairway.core.events.models import Event
from fairway.core.refusals import Refused
from fairway.core.rights import WORDS
from fairway.core.tenancy.actions.roles import change_own_role, copy_role, retire_role
from fairway.core.tenancy.actions.seats import change_role, close_seat
from fairway.core.tenancy.actions.tokens import create_token
from fairway.core.tenancy.context import Context, Surface, entering
from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.roles import CustomRole


def seat_of(member) -> Seat:
    with entering(Context(Surface.CONSOLE, vendor_id=member.vendor_id)):
        return Seat.objects.select_related("custom_role", "partner").get(pk=member.seat_id)


def again(member):
    """The member as the next request sees it."""
    return cast.member(seat_of(member))


def edition(acme, base: str, permissions, person=None) -> CustomRole:
    """An own role of these permissions, given to the person."""
    role = copy_role(base=base, name=f"Own {base}", actor=acme.admin, at=clock.now())
    role = change_own_role(role=role, name=role.name, permissions=permissions, actor=acme.admin, at=clock.now())
    if person:
        change_role(seat=seat_of(person), role=base, custom_role=role, actor=acme.admin, at=clock.now())
    return role


def verbs(acme, subject: str) -> list[str]:
    with entering(acme.admin.context):
        return list(Event.objects.filter(subject_type=subject).order_by("at", "id").values_list("verb", flat=True))


def test_every_permission_has_words():
    assert set(WORDS) == set(PERMISSIONS)


@pytest.mark.parametrize("base", sorted(STAFF | PARTNER))
def test_an_edition_can_have_what_its_side_of_the_house_has_and_nothing_that_gives_rights(base):
    limits = may_ever(base)
    assert not limits & RESERVED
    assert permissions_of(base) - RESERVED <= limits
    assert set(limits & OF_BASE_ONLY) <= permissions_of(base)
    others = PARTNER if base in STAFF else STAFF
    assert not {name for name in limits if PERMISSIONS[name] <= others | {"system", "public"}}


@pytest.mark.parametrize("base", sorted(STAFF | PARTNER))
def test_the_matrix_holds_for_editions_too(acme, base):
    """Each permission alone, switched on: the member may exactly that, and only when the limits allow it."""
    names = {"executive": "beta_executive", "partner_marketer": "beta_marketer", "seller": "beta_seller"}
    person = acme.members()[names.get(base, base)]
    row = person.seat
    for permission in PERMISSIONS:
        alone = permissions_of(base, [permission])
        assert alone == (frozenset({permission}) if permission in may_ever(base) else frozenset()), permission
    assert row.permissions is None
    assert {name for name in PERMISSIONS if person.can(name)} == permissions_of(base)


def test_a_copy_begins_as_its_base_and_is_an_event(acme):
    role = copy_role(base="admin", name="  Office   lead ", actor=acme.admin, at=clock.now())
    assert role.name == "Office lead"
    assert set(role.permissions) == permissions_of("admin") - RESERVED
    assert verbs(acme, "customrole") == ["created"]


def test_what_is_switched_off_is_refused_with_the_next_click(acme, client_of):
    client = client_of(acme.marketer)
    assert client.get("/acme/console/leads/").status_code == 200
    role = edition(acme, "marketer", permissions_of("marketer") - {"lead.read"}, acme.marketer)
    assert client.get("/acme/console/leads/").status_code == 403
    assert client.get("/acme/console/partners/").status_code == 200
    change_own_role(
        role=role, name=role.name, permissions={*role.permissions, "lead.read"}, actor=acme.admin, at=clock.now()
    )
    assert client.get("/acme/console/leads/").status_code == 200
    assert "Own marketer" in client.get("/acme/console/").content.decode()


def test_what_is_switched_on_works_at_once(acme, client_of):
    assert client_of(acme.finance).get("/acme/console/mails/").status_code == 403
    edition(acme, "finance", permissions_of("finance") | {"mail.read"}, acme.finance)
    assert client_of(acme.finance).get("/acme/console/mails/").status_code == 200


def test_partner_people_have_editions_too(acme, client_of):
    edition(acme, "seller", permissions_of("seller") - {"deal.read"}, acme.beta_seller)
    assert client_of(acme.beta_seller).get("/acme/portal/deals/").status_code == 403
    assert client_of(acme.gamma_seller).get("/acme/portal/deals/").status_code == 200
    assert not again(acme.beta_seller).can("deal.read")


@pytest.mark.parametrize(
    ("base", "permission"),
    [("cam", "people.manage"), ("cam", "registration.decide"), ("seller", "lead.read"), ("cam", "lead.work")],
)
def test_nothing_beyond_the_limits_can_be_switched_on(acme, base, permission):
    role = copy_role(base=base, name="Mine", actor=acme.admin, at=clock.now())
    with pytest.raises(Refused, match="can never have"):
        change_own_role(role=role, name="Mine", permissions=[permission], actor=acme.admin, at=clock.now())
    with entering(acme.admin.context):
        assert CustomRole.objects.get(pk=role.pk).permissions == role.permissions
    assert verbs(acme, "customrole") == ["created"]


def test_a_row_that_says_more_than_the_limits_gives_no_more(acme):
    """The limits hold where a right is asked for, whatever stands in the table."""
    assert "people.manage" not in permissions_of("cam", ["people.manage", "lead.read"])
    assert permissions_of("cam", ["people.manage", "lead.read"]) == {"lead.read"}


def test_only_administrators_edit_roles(acme, client_of):
    with pytest.raises(Forbidden):
        copy_role(base="cam", name="Mine", actor=acme.chief, at=clock.now())
    for path in ("roles/", "people/signing-in/"):
        assert client_of(acme.operations).get(f"/acme/console/{path}").status_code == 403
    with entering(acme.admin.context):
        assert not CustomRole.objects.exists()


def test_of_two_who_edit_the_second_is_told(acme):
    role = copy_role(base="cam", name="Mine", actor=acme.admin, at=clock.now())
    change_own_role(role=role, name="First", permissions=["lead.read"], actor=acme.admin, at=clock.now())
    with pytest.raises(Refused, match="meanwhile"):
        change_own_role(role=role, name="Second", permissions=[], actor=acme.admin, at=clock.now())


@pytest.mark.parametrize("name", ["", "   ", "Deal desk"])
def test_an_edition_needs_a_name_of_its_own(acme, name):
    with pytest.raises(Refused):
        copy_role(base="cam", name=name, actor=acme.admin, at=clock.now())


def test_two_editions_cannot_share_a_name_until_one_is_retired(acme):
    first = copy_role(base="cam", name="Field", actor=acme.admin, at=clock.now())
    with pytest.raises(Refused, match="has this name"):
        copy_role(base="chief", name="Field", actor=acme.admin, at=clock.now())
    retire_role(role=first, actor=acme.admin, at=clock.now())
    copy_role(base="chief", name="Field", actor=acme.admin, at=clock.now())
    assert verbs(acme, "customrole") == ["created", "retired", "created"]


def test_a_role_that_somebody_has_cannot_be_retired(acme):
    role = edition(acme, "cam", ["lead.read"], acme.cam)
    with pytest.raises(Refused, match="Cam Miller"):
        retire_role(role=role, actor=acme.admin, at=clock.now())
    assert again(acme.cam).permissions == {"lead.read"}


def test_the_last_administrator_can_be_neither_closed_nor_given_another_role(acme):
    chief = seat_of(acme.chief)
    change_role(seat=chief, role="admin", custom_role=None, actor=acme.admin, at=clock.now())
    second = again(acme.chief)
    own = copy_role(base="admin", name="Almost", actor=second, at=clock.now())
    # Two administrators: the first may become an edition, the second is then the last.
    change_role(seat=seat_of(acme.admin), role="admin", custom_role=own, actor=second, at=clock.now())
    almost = again(acme.admin)
    assert not almost.can("people.manage")
    for refused in (
        lambda: close_seat(seat=seat_of(acme.chief), actor=almost, at=clock.now()),
        lambda: change_role(seat=seat_of(acme.chief), role="chief", custom_role=None, actor=second, at=clock.now()),
    ):
        with pytest.raises((Refused, Forbidden)):
            refused()
    assert again(acme.chief).can("people.manage")


def test_a_role_of_the_other_side_of_the_house_cannot_be_given(acme):
    for person, role in ((acme.cam, "seller"), (acme.beta_seller, "cam")):
        with pytest.raises(Refused, match="other side"):
            change_role(seat=seat_of(person), role=role, custom_role=None, actor=acme.admin, at=clock.now())
    assert seat_of(acme.cam).role == "cam"


def test_a_key_for_programs_has_no_more_than_the_edition_of_its_seat(acme):
    edition(acme, "operations", {"token.manage", "lead.read"}, acme.operations)
    person, seat = again(acme.operations), seat_of(acme.operations)
    with pytest.raises(Refused, match="may not"):
        create_token(seat=seat, name="Key", scopes=["sales.import"], actor=person, at=clock.now())
    create_token(seat=seat, name="Key", scopes=["lead.read"], actor=person, at=clock.now())


def test_the_screens_copy_change_give_and_retire(acme, client_of):
    client = client_of(acme.admin)
    matrix = client.get("/acme/console/roles/").content.decode()
    assert "Route and offer leads" in matrix
    assert "Channel account manager" in matrix
    assert "Accept and decline offers" in client.get("/acme/console/roles/?side=partner").content.decode()
    made = client.post("/acme/console/roles/copy/", {"base": "cam", "name": "Field force"})
    page = made["Location"]
    values = {"name": "Field force", "version": "1", "permissions": ["lead.read", "people.manage"]}
    assert client.post(page, values).status_code == 422
    assert client.post(page, {**values, "permissions": ["lead.read"]}).status_code == 302
    with entering(acme.admin.context):
        role = CustomRole.objects.get()
    assert role.permissions == ["lead.read"]
    uid = seat_of(acme.cam).uid
    assert client.post(f"/acme/console/people/{uid}/role/", {"role": str(role.uid)}).status_code == 302
    assert seat_of(acme.cam).custom_role == role
    assert "Field force" in client.get(f"/acme/console/people/{uid}/").content.decode()
    assert client.post(f"{page}retirement/").status_code == 302
    assert client.get(page).status_code == 200, "somebody has it, so it stays"
    assert client.post(f"/acme/console/people/{uid}/role/", {"role": "cam"}).status_code == 302
    assert client.post(f"{page}retirement/").status_code == 302
    assert client.get(page).status_code == 404
    assert verbs(acme, "seat") == ["role_changed", "role_changed"]


def test_an_address_that_only_takes_forms_says_so_to_who_goes_there(acme, client_of):
    answer = client_of(acme.admin).get("/acme/console/roles/copy/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "This address only takes what a form sends." in answer.content.decode()
