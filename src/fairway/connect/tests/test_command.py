"""The command line imports by the same actions."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner
from fairway.partners.models import Profile

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "partners.csv"
    path.write_text("Nr,Firm,Place\n1,Werft Nord,7\n2,,8\n")
    return path


def command(*arguments, **options):
    out = StringIO()
    call_command("import_file", *map(str, arguments), stdout=out, **options)
    return out.getvalue()


def test_a_file_is_imported_with_columns_said_and_a_second_file(acme, file, tmp_path):
    places = tmp_path / "places.csv"
    places.write_text("No,City\n7,Kiel\n8,Bonn\n")
    said = ["--map", "external_id=Nr", "--map", "name=Firm", "--default", "country=DE"]
    out = command("partners", file, "--vendor", "acme", "--join", places, "--on", "Place=No", *said)
    assert "line 3: Firm: The name is missing." in out
    assert "2 rows read: 1 new, 0 changed, 0 as before, 1 refused." in out
    with entering(acme.chief.context):
        profile = Profile.objects.select_related("partner").get(partner__external_id="1")
    assert (profile.city, profile.partner.country) == ("Kiel", "DE")


def test_it_acts_as_a_person_with_that_persons_rights(acme, file):
    said = ["--map", "external_id=Nr", "--map", "name=Firm", "--vendor", "acme"]
    with pytest.raises(CommandError, match="role does not allow"):
        command("partners", file, *said, "--as", "marketer@acme.example")
    with pytest.raises(CommandError, match="does not work at acme"):
        command("partners", file, *said, "--as", "admin@zeta.example")
    assert "1 new" in command("partners", file, *said, "--as", "operations@acme.example")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--vendor", "nobody"], "no vendor nobody"),
        (["--vendor", "acme"], "Choose the column"),
        (["--vendor", "acme", "--map", "name"], "FIELD=VALUE"),
        (["--vendor", "acme", "--map", "external_id=Nope", "--map", "name=Firm"], "no column “Nope”"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_imported(acme, file, arguments, words):
    with pytest.raises(CommandError, match=words):
        command("partners", file, *arguments)
    with entering(acme.chief.context):
        assert not Partner.objects.filter(name="Werft Nord").exists()
