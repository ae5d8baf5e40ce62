"""Uploaded files go after a while; what they brought stays."""

from datetime import timedelta

import pytest

from fairway.connect.actions.files import is_there
from fairway.connect.actions.runs import run_again
from fairway.connect.actions.uploads import clear_files
from fairway.connect.tests.files import AT, counts, csv_file, fresh, issues, run
from fairway.core.access import system_member

pytestmark = pytest.mark.django_db
TEXT = "Id,Name,Country\n1,Werft,DE\n2,Insel,Atlantis\n3,Kran,DE\n"


def test_old_files_and_their_refused_rows_go_and_the_counts_stay(acme):
    made = run(acme.operations, "partners", csv_file(TEXT))
    system = system_member(acme.acme.pk, "Import")
    assert clear_files(before=AT, actor=system) == 0
    assert is_there(made.stored_as)
    assert clear_files(before=AT + timedelta(seconds=1), actor=system) == 1
    assert not is_there(made.stored_as)
    assert not is_there(made.summary["file"])
    assert (counts(fresh(acme.operations, made)), issues(acme.operations, made)) == ((2, 0, 0, 1), [])
    assert clear_files(before=AT + timedelta(seconds=1), actor=system) == 0


def test_a_file_that_a_younger_import_shares_is_kept(acme, client_of):
    made = run(acme.operations, "partners", csv_file(TEXT))
    again = run_again(run=made, actor=acme.operations, at=AT + timedelta(days=40))
    clear_files(before=AT + timedelta(days=1), actor=system_member(acme.acme.pk, "Import"))
    assert is_there(again.stored_as)
    clear_files(before=AT + timedelta(days=80), actor=system_member(acme.acme.pk, "Import"))
    assert not is_there(again.stored_as)
    page = client_of(acme.operations).get(f"/acme/console/imports/{again.uid}/columns/")
    assert page.status_code == 400
    assert "no longer kept" in page.content.decode()
