"""Business units: parts of the vendor, which product lines they sell, and who of the staff sees only theirs."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fairway.catalog.models import BusinessUnit, ProductLine
from fairway.catalog.queries import names_limited_to
from fairway.core.access import Member, require
from fairway.core.events.record import record, record_many
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.actions.limits import set_limit
from fairway.core.tenancy.models import Seat

NAMED_MOST = 5


def save_unit(
    *, unit: BusinessUnit | None, name: str, code: str, description: str, lines: Iterable[ProductLine],
    actor: Member, at: datetime,
) -> BusinessUnit:  # fmt: skip
    """Make or change a unit, with the product lines it sells. A line that another unit sold is this one's from now on.

    Raises Refused where a unit in use has the name or the code.
    """
    require(actor, "catalog.edit")
    with acting_for(actor):
        _refuse_taken(unit, name, code)
        row = unit or BusinessUnit(vendor_id=actor.vendor_id)
        row.name, row.code, row.description = name, code, description
        row.version += 1 if unit else 0
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise Refused(_("Another unit has this name or code. Choose another."), field="name") from error
        record("updated" if unit else "created", row, actor=actor, at=at)
        _give_lines(row, [line.pk for line in lines], actor, at)
    return row


def _refuse_taken(unit: BusinessUnit | None, name: str, code: str) -> None:
    others = BusinessUnit.objects.filter(retired_at=None).exclude(pk=unit.pk if unit else None)
    for field, value in (("name", name), ("code", code)):
        if others.filter(**{field: value}).exists():
            raise Refused(_("Another unit has this name or code. Choose another."), field=field)


def _give_lines(unit: BusinessUnit, line_ids: Sequence[int], actor: Member, at: datetime) -> None:
    gone = list(ProductLine.objects.filter(unit=unit).exclude(pk__in=line_ids).values_list("pk", flat=True))
    came = list(ProductLine.objects.filter(pk__in=line_ids).exclude(unit=unit).values_list("pk", flat=True))
    for ids, to in ((gone, None), (came, unit.pk)):
        ProductLine.objects.filter(pk__in=ids).update(unit_id=to)
        record_many("unit_changed", ProductLine, [(pk, None, {"unit": to}) for pk in ids], actor=actor, at=at)


def retire_unit(*, unit: BusinessUnit, actor: Member, at: datetime) -> None:
    """Take a unit out of use. Refused while product lines belong to it, or staff is limited to it: it says which."""
    require(actor, "catalog.edit")
    with acting_for(actor):
        BusinessUnit.objects.select_for_update().get(pk=unit.pk)
        if lines := list(ProductLine.objects.filter(unit=unit).order_by("name").values_list("name", flat=True)):
            text = ngettext(
                "%(n)d product line belongs to %(unit)s: %(names)s. Give it to another unit first.",
                "%(n)d product lines belong to %(unit)s: %(names)s. Give them to other units first.",
                len(lines),
            )
            raise Refused(text % {"n": len(lines), "unit": unit.name, "names": _some(lines)})
        if people := names_limited_to(unit):
            text = ngettext(
                "%(n)d person is limited to %(unit)s: %(names)s. Change what they see first.",
                "%(n)d people are limited to %(unit)s: %(names)s. Change what they see first.",
                len(people),
            )
            raise Refused(text % {"n": len(people), "unit": unit.name, "names": _some(people)})
        BusinessUnit.objects.filter(pk=unit.pk).update(retired_at=at, version=unit.version + 1)
        record("retired", unit, actor=actor, at=at)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED_MOST]) + (" …" if len(names) > NAMED_MOST else "")


def limit_seat_to_units(*, seat: Seat, units: Iterable[BusinessUnit] | None, actor: Member, at: datetime) -> None:
    """Let a member of staff see only what these units sell, and what none does; None: all again.

    Partners stay, whatever they sell (docs/adr). Raises as `core.tenancy.actions.limits.set_limit` does.
    """
    set_limit(seat=seat, by="units", ids=None if units is None else [u.pk for u in units], actor=actor, at=at)
