"""Public forms and the catalogue by programs."""

import pytest
from tests.api import problem_of, program_of
from tests.scene import make_scene

from fairway.core.tenancy.context import entering
from fairway.leads.models import LeadForm

pytestmark = pytest.mark.django_db
GIVEN = {"name": "Warehouse", "slug": "warehouse-wifi", "consent_text": "You may write to me.", "product_line": "scene"}


def forms(acme):
    with entering(acme.admin.context):
        return list(LeadForm.objects.values_list("slug", "is_active"))


def test_a_form_is_added_opened_at_its_address_changed_and_shut(acme, client):
    make_scene(acme)
    program = program_of(acme.marketer)
    answer = program.post("lead-forms", GIVEN)
    made = answer.json()
    assert (answer.status_code, made["product_line"], made["is_active"]) == (201, "scene", True)
    assert made["address"].endswith("/acme/public/f/warehouse-wifi/")
    assert client.get("/acme/public/f/warehouse-wifi/").status_code == 200
    path = f"lead-forms/{made['uid']}"
    changed = program.patch(path, {"is_active": False, "product_line": None}).json()
    assert (changed["name"], changed["is_active"], changed["product_line"]) == ("Warehouse", False, None)
    assert [row["uid"] for row in program.get("lead-forms").json()["items"]] == [made["uid"]]
    problem_of(program_of(acme.zeta_admin).patch(path, {"is_active": True}), 404)
    problem_of(program_of(acme.cam).patch(path, {"is_active": True}), 403)
    assert forms(acme) == [("warehouse-wifi", False)]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"slug": "No Slug"}, "slug"), ({"slug": "taken"}, "slug"), ({"product_line": "moon"}, "product_line")],
)
def test_a_form_that_cannot_be_is_refused_by_its_field(acme, change, field):
    make_scene(acme)
    program = program_of(acme.marketer)
    program.post("lead-forms", {**GIVEN, "slug": "taken"})
    assert field in problem_of(program.post("lead-forms", {**GIVEN, **change}), 422)["errors"]
    assert forms(acme) == [("taken", True)]


def test_the_catalogue_is_listed_for_staff_and_partners(acme):
    make_scene(acme)
    for member in (acme.cam, acme.beta_seller):
        lines = program_of(member).get("product-lines").json()["items"]
        assert [(line["code"], line["name"]) for line in lines] == [("scene", "Scene")]
    assert program_of(acme.cam).get("products?line=scene").json()["items"] == []
    assert program_of(acme.zeta_admin).get("product-lines").json()["items"] == []
