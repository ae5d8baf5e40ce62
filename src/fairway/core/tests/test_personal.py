"""Every column that may say something of a person is declared, one way or the other."""

import pytest
from django.db import models

from fairway.core.personal.declared import KINDS, personal_models, undeclared
from fairway.core.tenancy.policies import tenant_models
from fairway.partners.models import Contact


def test_every_column_that_looks_personal_is_declared_personal_or_not():
    assert list(undeclared()) == []


def test_a_forgotten_column_is_noticed(monkeypatch):
    monkeypatch.setattr(Contact, "personal", {"name": "name"})
    assert set(undeclared()) == {"Contact.title", "Contact.email", "Contact.email_key", "Contact.phone"}


@pytest.mark.parametrize("model", tenant_models(), ids=lambda model: model.__name__)
def test_what_is_declared_exists_and_is_of_a_known_kind(model):
    columns = {field.column for field in model._meta.concrete_fields}
    declared = getattr(model, "personal", {})
    denied = set(getattr(model, "not_personal", ()))
    assert set(declared) <= columns
    assert denied <= columns
    assert set(declared.values()) <= KINDS
    assert not denied & set(declared)


def test_an_address_of_a_person_is_text_that_can_be_emptied_or_replaced():
    for model in personal_models():
        for column, kind in model.personal.items():
            if kind in {"given", "detail", "phone", "key"}:
                assert isinstance(model._meta.get_field(column), models.CharField)
                assert model._meta.get_field(column).blank, f"{model.__name__}.{column} cannot be empty"
