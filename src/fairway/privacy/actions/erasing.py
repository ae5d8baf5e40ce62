"""Erasing a person: values go, rows stay. Asked for by an administrator, carried out by a job.

Every step may be repeated: a worker that dies leaves an erasure that the queue runs again from the start.
"""

import logging
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError, connection, models
from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.ids import uuid7
from fairway.core.jobs import defer
from fairway.core.personal.declared import columns_of
from fairway.core.personal.erased import mark_of
from fairway.core.personal.models import ErasedPerson
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.lookups import sits_elsewhere
from fairway.core.tenancy.models import Invitation, Seat
from fairway.core.tenancy.scope import TenantModel
from fairway.core.tenancy.tokens import ApiToken
from fairway.privacy.actions import erasing_files, erasing_log_ins
from fairway.privacy.models import Erasure, WorkState
from fairway.privacy.queries.kept import kept_counts
from fairway.privacy.queries.traces import CHUNK, needles_of, text_columns
from fairway.privacy.queries.whose import Whose, person_models, whose_row, with_emails
from fairway.privacy.rules.needles import Needles
from fairway.workflow.models import Mail, MailState, Notification

log = logging.getLogger("fairway.privacy")
PLACEHOLDER = "Erased person"
REASON_LEAST = 5
Counts = dict[str, int]


def ask_erasure(*, row: TenantModel, reason: str, typed: str, actor: Member, at: datetime) -> Erasure:
    """Have the person of this row erased. `typed` is the name, typed once more by who asks.

    Refused without a reason, with another name, for oneself, and while one of the person's seats is open.
    """
    require(actor, "personal.manage")
    reason = reason.strip()
    if len(reason) < REASON_LEAST:
        raise Refused(_("Say why. The reason stays with the record of the erasure."), field="reason")
    with acting_for(actor):
        whose = whose_row(row)
        wanted = whose.title
        if " ".join(typed.split()).casefold() != " ".join(wanted.split()).casefold():
            raise Refused(_("Type the name as it stands above."), field="typed")
        if actor.seat_id in whose.seat_ids:
            raise Refused(_("You cannot erase yourself. Ask a colleague."))
        if Seat.objects.filter(pk__in=whose.seat_ids, is_active=True).exists():
            raise Refused(_("This person has an open seat. Close it first."))
        erasure = Erasure.objects.create(
            vendor_id=actor.vendor_id, placeholder=_free_placeholder(), reason=_reason(reason, whose),
            found=whose.as_json(), kept=kept_counts(whose), asked_by_id=actor.seat_id, asked_at=at,
        )  # fmt: skip
        _mark(whose, erasure, at)
        record("asked", erasure, actor=actor, at=at)
        defer("privacy.erase", vendor_id=actor.vendor_id, erasure_id=erasure.pk)
    return erasure


def _free_placeholder() -> str:
    while True:
        placeholder = f"{PLACEHOLDER} {uuid7().hex[-4:].upper()}"
        if not Erasure.objects.filter(placeholder=placeholder).exists():
            return placeholder


def _reason(reason: str, whose: Whose) -> str:
    """What is kept for ever names nobody."""
    return str(needles_of(whose).out_of(reason, PLACEHOLDER, with_names=True))[:2000]


def _mark(whose: Whose, erasure: Erasure, at: datetime) -> None:
    """From now on lists do not bring the person back."""
    for email in whose.emails:
        ErasedPerson.objects.update_or_create(
            vendor_id=erasure.vendor_id, mark=mark_of(email, erasure.vendor_id),
            defaults={"placeholder": erasure.placeholder, "erased_at": at, "allowed_at": None},
        )  # fmt: skip


def allow_again(*, erasure: Erasure, actor: Member, at: datetime) -> None:
    """Let lists bring this person in again: the person asked for it, or has become a customer anew."""
    require(actor, "personal.manage")
    with acting_for(actor):
        marks = ErasedPerson.objects.filter(placeholder=erasure.placeholder, allowed_at=None)
        if not marks.update(allowed_at=at):
            raise Refused(_("This person may be brought in again already."))
        record("allowed", erasure, actor=actor, at=at)


def carry_out(*, erasure_id: int, actor: Member, at: datetime) -> None:
    """Erase. Ends in words when an import that names the person is still going on."""
    with acting_for(actor):
        erasure = Erasure.objects.select_for_update().get(pk=erasure_id)
        if erasure.state in (WorkState.DONE, WorkState.FAILED):
            return
        Erasure.objects.filter(pk=erasure_id).update(state=WorkState.RUNNING)
        whose = Whose.from_json(erasure.found)
        found = needles_of(whose)
    try:
        counts = _erase(erasure, whose, found, actor, at)
    except (OperationalError, InterfaceError):
        raise
    except Refused as refused:
        _end(erasure, actor, at, state=WorkState.FAILED, error=str(refused))
        return
    _end(erasure, actor, at, state=WorkState.DONE, found={}, counts=counts)


def _end(erasure: Erasure, actor: Member, at: datetime, **changes: Any) -> None:
    with acting_for(actor):
        Erasure.objects.filter(pk=erasure.pk).update(finished_at=at, **changes)
        record("carried_out", erasure, actor=actor, at=at, state=changes["state"], rows=changes.get("counts", {}))


def _erase(erasure: Erasure, whose: Whose, found: Needles, actor: Member, at: datetime) -> Counts:
    counts: Counts = {}
    with acting_for(actor):
        erasing_files.refuse_while_importing(found)
    with acting_for(actor):
        for model in person_models():
            _add(counts, model, _erase_rows(model, whose, erasure.placeholder))
        _add(counts, Notification, _silence(Notification.objects.filter(seat_id__in=whose.seat_ids)))
        _add(counts, Mail, _erase_mails(whose, erasure.placeholder))
        ApiToken.objects.filter(seat_id__in=whose.seat_ids, revoked_at=None).update(revoked_at=at)
        invited = Invitation.objects.filter(pk__in=whose.rows.get(Invitation._meta.label, []))
        invited.filter(accepted_at=None, revoked_at=None).update(revoked_at=at)
        ours = [user_id for user_id in whose.user_ids if not sits_elsewhere(user_id)]
    # Before the rows that say whose file it is are emptied.
    counts |= erasing_files.erase_files(found, actor=actor, at=at)
    for columns in text_columns():
        with acting_for(actor):
            _add(counts, columns.model, _take_out(columns.model, columns.rows(found), found, erasure.placeholder))
    with acting_for(actor), connection.cursor() as cursor:
        if found.all:
            cursor.execute("SELECT fw_erase_in_log(%s, %s)", [found.all, erasure.placeholder])
            counts["Event"] = cursor.fetchone()[0]
        cursor.execute("SELECT fw_forget_words()")
    counts |= erasing_log_ins.erase_log_ins(ours, found, erasure.placeholder)
    return {name: count for name, count in counts.items() if count}


def _add(counts: Counts, model: type[models.Model], count: int) -> None:
    counts[model.__name__] = counts.get(model.__name__, 0) + count


def address_of(placeholder: str) -> str:
    """An address that nobody has, where the table must have one."""
    return f"{placeholder.rsplit(' ', 1)[-1].lower()}@erased.invalid"


def _erase_rows(model: type[models.Model], whose: Whose, placeholder: str) -> int:
    rows = model.objects.filter(pk__in=whose.rows.get(model._meta.label, []))  # type: ignore[attr-defined]
    values: dict[str, Any] = dict.fromkeys(columns_of(model, "given", "phone", "detail", "key", "email"), "")
    values |= dict.fromkeys(columns_of(model, "name"), placeholder)
    for column in columns_of(model, "email"):
        if not _field(model, column).blank:
            values[column] = address_of(placeholder)
    return rows.update(**values)


def _field(model: type[models.Model], column: str) -> models.Field:
    return next(field for field in model._meta.concrete_fields if field.column == column)


def _silence(rows: models.QuerySet) -> int:
    return rows.update(title="", body="", values=None)


def _erase_mails(whose: Whose, placeholder: str) -> int:
    to_them = with_emails(Mail, whose.emails) | Mail.objects.filter(seat_id__in=whose.seat_ids)
    ids = list(to_them.values_list("pk", flat=True))
    rows = Mail.objects.filter(pk__in=ids)
    rows.filter(state=MailState.WAITING).update(state=MailState.FAILED)
    return rows.update(
        to_name=placeholder, to_email=address_of(placeholder), subject="", text="", values=None, error="", path=""
    )


def _take_out(model: type[models.Model], rows: models.QuerySet, found: Needles, placeholder: str) -> int:
    """Take names and addresses out of the texts of the rows; copies of the person are emptied."""
    (named, addressed) = next((c.named, c.addressed) for c in text_columns() if c.model is model)
    copies, keys = set(columns_of(model, "copy")), set(columns_of(model, "key"))
    known = list(rows.values("pk", *named, *addressed))
    for start in range(0, len(known), CHUNK):
        for row in known[start : start + CHUNK]:
            changes = {}
            for column in (*named, *addressed):
                before = row[column]
                after = found.out_of(before, placeholder, with_names=column in named)
                if after != before:
                    changes[column] = _emptied(model, column, after, is_whole=column in copies | keys)
            if changes:
                model.objects.filter(pk=row["pk"]).update(**changes)  # type: ignore[attr-defined]
    return len(known)


def _emptied(model: type[models.Model], column: str, after: Any, *, is_whole: bool) -> Any:
    field = _field(model, column)
    if is_whole:
        return "" if isinstance(after, str) else type(after)()
    if isinstance(field, models.EmailField):
        return "" if field.blank else address_of(after)
    return after[: field.max_length] if isinstance(after, str) and field.max_length else after
