"""Turning what points to one record to another, and back: every key in the schema, none forgotten."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from fairway.core.refusals import Refused
from fairway.leads.models import Touch

# What each record keeps for itself: its own facts, of which it has one.
STAYS = frozenset(
    {
        "partners.profile.partner", "leads.leadperson.lead", "leads.leadscore.lead", "leads.routingdecision.lead",
        "leads.customermatch.lead",
        # What a batch found of it, by which its decision is taken again.
        "leads.assignmentline.lead",
        # A partner's place among its peers, what it saw of pools, and its own days off.
        "leads.leadrank.partner", "leads.poolmember.partner", "partners.partnerpause.partner",
        # How it hands out its leads, of which it has one rule; and with whom one lead was.
        "leads.sellerrule.partner", "leads.sellerline.partner", "leads.sellerassignment.lead",
        "core.partner.merged_into", "customers.customer.merged_into",
    }
)  # fmt: skip
# Where the winner may have the same already (a tier, a certificate, a log-in): row by row, and the rest stays.
ONE_BY_ONE = frozenset(
    {
        "partners.enrollment.partner", "partners.credential.partner", "core.seat.partner",
        "leads.leadrating.partner", "leads.leadrating.lead",
    }
)  # fmt: skip


def pointing_to(model: type[models.Model]) -> Iterator[tuple[str, type[models.Model], str]]:
    """("app.model.field", model, column) of every key that leads to `model`; the event log keeps what it said."""
    for other in apps.get_models():
        if not other._meta.managed:
            continue
        for field in other._meta.concrete_fields:
            if field.is_relation and field.related_model is model:
                yield f"{other._meta.label_lower}.{field.name}", other, field.attname


def repoint(model: type[models.Model], loser_id: int, winner_id: int) -> tuple[dict[str, list[int]], list[str]]:
    """Turn every row from the loser to the winner. Returns what moved (label → ids) and the labels of what stayed.

    Raises Refused when rows of both stand in each other's way. Inside acting_for.
    """
    moved: dict[str, list[int]] = {}
    stayed: list[str] = []
    for label, other, column in pointing_to(model):
        rows = other._base_manager.filter(**{column: loser_id})
        ids = list(rows.order_by("pk").values_list("pk", flat=True))
        if not ids:
            continue
        if label in STAYS:
            stayed.append(label)
            continue
        done = (
            _one_by_one(other, column, ids, winner_id) if label in ONE_BY_ONE else _all(other, column, ids, winner_id)
        )
        if done:
            moved[label] = done
        if len(done) < len(ids):
            stayed.append(label)
    if touches := _touches(model, loser_id, winner_id):
        moved["leads.touch.subject_id"] = touches
    return moved, stayed


def turn_back(model: type[models.Model], moved: Mapping[str, list[int]], loser_id: int, winner_id: int) -> None:
    """Turn back the rows that moved and still point to the winner; those that went elsewhere since stay there."""
    places = {label: (other, column) for label, other, column in pointing_to(model)}
    places["leads.touch.subject_id"] = (Touch, "subject_id")
    for label, ids in moved.items():
        other, column = places[label]
        rows = other._base_manager.filter(pk__in=ids, **{column: winner_id})
        try:
            with transaction.atomic():
                rows.update(**{column: loser_id})
        except IntegrityError:
            raise _in_the_way(other) from None


def _all(other: type[models.Model], column: str, ids: list[int], winner_id: int) -> list[int]:
    try:
        with transaction.atomic():
            other._base_manager.filter(pk__in=ids).update(**{column: winner_id})
    except IntegrityError:
        raise _in_the_way(other) from None
    return ids


def _one_by_one(other: type[models.Model], column: str, ids: list[int], winner_id: int) -> list[int]:
    done: list[int] = []
    for pk in ids:
        try:
            with transaction.atomic():
                other._base_manager.filter(pk=pk).update(**{column: winner_id})
        except IntegrityError:
            continue
        done.append(pk)
    return done


def _touches(model: type[models.Model], loser_id: int, winner_id: int) -> list[int]:
    """What was done with a lead names its subject by type and id, not by a key."""
    name: Any = model._meta.model_name
    rows = Touch.objects.filter(subject_type=name, subject_id=loser_id)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    if ids:
        Touch.objects.filter(pk__in=ids).update(subject_id=winner_id)
    return ids


def _in_the_way(other: type[models.Model]) -> Refused:
    what = str(other._meta.verbose_name)
    return Refused(
        _("Both have a %(what)s of the same kind, and only one can be. End one of them first.") % {"what": what}
    )
