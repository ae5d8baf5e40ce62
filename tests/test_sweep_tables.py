"""Every table × every reader: who reads and writes Acme's rows, asked in raw SQL so that only row security answers."""

import pytest
from django.db import models

from fairway.core.events.models import Event
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.policies import tenant_models
from tests.leaks import counted, faults_of, readers, right_faults
from tests.rows import make_rows

TABLES = pytest.mark.parametrize("model", tenant_models(), ids=lambda model: model._meta.db_table)


@pytest.fixture
def rows(acme) -> dict[type[models.Model], models.Model]:
    with acting_for(acme.admin):
        return make_rows(acme)


@TABLES
def test_the_class_of_a_table_decides_who_reads_and_writes_it(acme, rows, model):
    assert list(faults_of(acme, model, rows[model])) == []


@pytest.mark.django_db
def test_every_right_in_force_is_promised_by_a_class_or_a_reviewed_list():
    assert right_faults() == []


def test_an_event_for_staff_is_not_read_by_the_partner_it_names(acme, rows):
    internal = Event(
        id=3_000_000, at=rows[Event].at, vendor_id=acme.acme.pk, partner_id=acme.beta.pk, audience="internal",
        subject_type="partner", subject_id=acme.beta.pk, verb="graded",
    )  # fmt: skip
    with acting_for(acme.admin):
        internal.save(force_insert=True)
    seen = {reader.name: counted(reader.context, Event, "uid = %s", internal.uid) for reader in readers(acme)}
    assert {name for name, count in seen.items() if count == 1} == {
        "Acme's staff", "Acme's staff of Beta's territory", "an action at Acme",
        "Acme's staff of the unit", "Acme's staff of another unit",
        "Acme's staff of Beta's territory and the unit", "Acme's staff of Beta's territory and another unit",
        "support that Acme lets in", "Beta's seller as staff",
    }  # fmt: skip
