"""The kinds of credentials are found without reading every one that is held."""

from datetime import date

from tests.cast import Cast

from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.partners.models import Credential
from fairway.partners.queries.credentials import credential_kinds


def test_kinds_are_told_once_by_code_and_none_of_another_vendor(acme: Cast) -> None:
    with acting_for(acme.operations):
        for partner in (acme.beta, acme.gamma):
            for code, name in (("voice", "Voice"), ("cloud", "Cloud")):
                Credential.objects.create(
                    vendor=acme.acme, partner=partner, code=code, name=name, issued_on=date(2026, 1, 1)
                )
    with acting_for(acme.zeta_admin):
        Credential.objects.create(
            vendor=acme.zeta, partner=acme.beta_at_zeta, code="dark", name="Dark", issued_on=date(2026, 1, 1)
        )
    with entering(acme.operations.context):
        assert credential_kinds() == [("cloud", "Cloud"), ("voice", "Voice")]
    with acting_for(acme.zeta_admin):
        assert credential_kinds() == [("dark", "Dark")]


def test_without_any_there_are_no_kinds(acme: Cast) -> None:
    with entering(acme.operations.context):
        assert credential_kinds() == []
