"""Possible duplicates: proposed after an import, merged by a person, and the merge undone."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Max, Min, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fairway.connect.actions.repointing import repoint, turn_back
from fairway.connect.models import DuplicatePair, ImportKind, ImportRun
from fairway.connect.queries.duplicates import MODELS, alike_since, seats_that_move
from fairway.connect.rules.states import DUPLICATE
from fairway.core.access import Member, require
from fairway.core.events.record import Happened, record, record_many
from fairway.core.moves import move
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Partner, PartnerState, Seat
from fairway.core.told import in_event, packed
from fairway.core.words import Words, said
from fairway.leads.actions.deadlines import end_silence
from fairway.leads.models import Lead, Touch
from fairway.leads.rules.merging import Side, why_not

PROPOSED_MOST = 2_000
NAMED_MOST = 5


def propose_duplicates(*, run_id: int, actor: Member, at: datetime) -> int:
    """Look for pairs among what a run brought in; a pair that was seen before is not proposed again.

    Returns how many are new. Leads are looked at by the job that scores them (`propose_alike`).
    """
    with acting_for(actor):
        run = ImportRun.objects.get(pk=run_id)
        if run.kind not in MODELS or run.kind == ImportKind.LEADS or run.started_at is None or not run.rows_created:
            return 0
        found = alike_since(run.kind, run.started_at, run.finished_at or at)[:PROPOSED_MOST]
        before = DuplicatePair.objects.filter(kind=run.kind)
        known = set(before.values_list("first_id", "second_id"))
        made = DuplicatePair.objects.bulk_create(
            [
                DuplicatePair(
                    vendor_id=run.vendor_id, kind=run.kind, run=run, found_at=at, likeness=each.likeness,
                    first_id=each.first.row_id, second_id=each.second.row_id,
                    reasons=[packed(reason) for reason in each.reasons],
                )
                for each in found
                if (each.first.row_id, each.second.row_id) not in known
            ],
            batch_size=500,
        )  # fmt: skip
        record_many(
            "proposed", DuplicatePair, [(pair.pk, None, {"kind": run.kind}) for pair in made], actor=actor, at=at
        )
    return len(made)


def propose_alike(happened: Sequence[Happened]) -> None:
    """Leads that are perhaps known already become pairs for a person; in the transaction in which that is found."""
    run_of = _runs_of([event.subject_id for event in happened])
    pairs = [
        DuplicatePair(
            vendor_id=event.vendor_id, kind=ImportKind.LEADS, found_at=event.at, likeness=likeness,
            first_id=min(other, event.subject_id), second_id=max(other, event.subject_id),
            reasons=list(why), run_id=run_of.get(event.subject_id),
        )
        for event in happened
        for other, likeness, why in event.data["others"][:1]
    ]  # fmt: skip
    made = DuplicatePair.objects.bulk_create(pairs, batch_size=500, ignore_conflicts=True)
    uids = [pair.uid for pair in made]
    rows = DuplicatePair.objects.filter(uid__in=uids).values_list("pk", flat=True)
    told = [(pk, None, {"kind": ImportKind.LEADS.value}) for pk in rows]
    record_many("proposed", DuplicatePair, told, actor=happened[0].actor, at=happened[0].at)


def _runs_of(lead_ids: Sequence[int]) -> dict[int, int]:
    """Lead id → the import during which it was captured, of several the latest; those of none are left out."""
    captured = dict(Lead.objects.filter(pk__in=lead_ids).values_list("pk", "captured_at"))
    runs = ImportRun.objects.filter(kind=ImportKind.LEADS, started_at__lte=max(captured.values()))
    ended = Q(finished_at=None) | Q(finished_at__gte=min(captured.values()))
    spans = list(runs.filter(ended).order_by("started_at").values_list("pk", "started_at", "finished_at"))
    return {
        lead_id: run_id
        for lead_id, at in captured.items()
        for run_id, started_at, finished_at in spans
        if started_at <= at and (finished_at is None or at <= finished_at)
    }


def dismiss_duplicate(*, pair: DuplicatePair, actor: Member, at: datetime) -> None:
    """They are two. The pair is not proposed again."""
    require(actor, "duplicate.decide")
    with acting_for(actor):
        move(pair, DUPLICATE, "dismiss", field="state", decided_at=at, decided_by_id=actor.seat_id)
        record("dismissed", pair, actor=actor, at=at, kind=pair.kind)


def reopen_duplicate(*, pair: DuplicatePair, actor: Member, at: datetime) -> None:
    require(actor, "duplicate.decide")
    with acting_for(actor):
        move(pair, DUPLICATE, "reopen", field="state", decided_at=None, decided_by_id=None)
        record("reopened", pair, actor=actor, at=at, kind=pair.kind)


def merge_duplicate(
    *, pair: DuplicatePair, winner_id: int, actor: Member, at: datetime, people: Collection[UUID] = ()
) -> None:
    """Make the two one: what pointed to the loser points to the winner, the loser steps back and keeps its history.

    People who log in for a partner that gives way become people of the other, and see what it has: `people` are the
    uids of the seats that the actor was shown and agreed to. Raises Refused, with nothing changed, for others; and when
    one of the two is gone, merged already, or in use in a way that a merge would break.
    """
    require(actor, "duplicate.decide")
    if winner_id not in (pair.first_id, pair.second_id):
        raise Refused(_("Choose one of the two."))
    if pair.kind not in MODELS:
        raise Refused(_("Records of this kind are not merged."))
    loser_id = pair.second_id if winner_id == pair.first_id else pair.first_id
    model: Any = MODELS[pair.kind]
    with acting_for(actor):
        rows = model.objects.select_for_update().order_by("pk").in_bulk([winner_id, loser_id])
        if len(rows) < 2:
            raise Refused(_("One of the two is no longer there."))
        winner, loser = rows[winner_id], rows[loser_id]
        _refuse_if_in_use(winner, loser)
        _refuse_unseen(seats_that_move(pair)[loser_id], people, winner)
        moved, stayed = repoint(model, loser_id, winner_id)
        before = _step_back(loser, winner, at)
        _tell_of_state(loser, str(before.get("state", "")), actor, at, said("Merged into %(name)s.", name=str(winner)))
        move(
            pair, DUPLICATE, "merge", field="state", winner_id=winner_id, moved=moved, stayed=stayed, before=before,
            decided_at=at, decided_by_id=actor.seat_id,
        )  # fmt: skip
        counts = {label: len(ids) for label, ids in moved.items()}
        record("merged", winner, actor=actor, at=at, partner_id=_partner_of(winner), other=str(loser.uid), moved=counts)
        record("merged_away", loser, actor=actor, at=at, partner_id=_partner_of(loser), other=str(winner.uid))


def undo_merge(*, pair: DuplicatePair, actor: Member, at: datetime) -> None:
    """Make them two again: what moved and still points to the winner goes back. What came since stays there."""
    require(actor, "duplicate.decide")
    if pair.kind not in MODELS:
        raise Refused(_("Records of this kind are not merged."))
    model: Any = MODELS[pair.kind]
    with acting_for(actor):
        winner_id, loser_id = pair.winner_id, pair.loser_id
        moved, before = pair.moved, pair.before
        move(
            pair, DUPLICATE, "undo", field="state", winner_id=None, moved={}, stayed=[], before={}, decided_at=None,
            decided_by_id=None,
        )  # fmt: skip
        rows = model.objects.select_for_update().order_by("pk").in_bulk([winner_id, loser_id])
        if len(rows) < 2:
            raise Refused(_("One of the two is no longer there."))
        winner, loser = rows[winner_id], rows[loser_id]
        if getattr(winner, "merged_into_id", None) is not None:
            raise Refused(_("This was merged further since. Undo the later merge first."))
        turn_back(model, moved, loser.pk, winner.pk)
        was = str(getattr(loser, "state", ""))
        _come_back(loser, winner, before)
        _tell_of_state(loser, was, actor, at, said("The merge was undone."))
        record("unmerged", winner, actor=actor, at=at, partner_id=_partner_of(winner), other=str(loser.uid))
        record("unmerged", loser, actor=actor, at=at, partner_id=_partner_of(loser), other=str(winner.uid))


def _tell_of_state(loser: Any, before: str, actor: Member, at: datetime, reason: Words) -> None:
    """A partner that gives way, or comes back, changes its state as by any other verb: pools and pages go by it.

    For staff alone: the reason names another partner.
    """
    if not isinstance(loser, Partner):
        return
    loser.refresh_from_db(fields=["state"])
    if loser.state != before:
        record(
            "state_changed", loser, actor=actor, at=at, partner_id=loser.pk, before=before, state=loser.state,
            **in_event(reason=reason),
        )  # fmt: skip


def _refuse_unseen(movers: Sequence[Seat], people: Collection[UUID], winner: Any) -> None:
    unseen = [seat.name for seat in movers if seat.uid not in people]
    if unseen:
        text = ngettext(
            "%(n)d person with a log-in moves to %(winner)s and sees what it has: %(names)s. Agree to that first.",
            "%(n)d people with a log-in move to %(winner)s and see what it has: %(names)s. Agree to that first.",
            len(unseen),
        )
        names = ", ".join(unseen[:NAMED_MOST]) + (" …" if len(unseen) > NAMED_MOST else "")
        raise Refused(text % {"n": len(unseen), "winner": winner, "names": names}, field="people")


def _refuse_if_in_use(winner: Any, loser: Any) -> None:
    if isinstance(loser, Lead):
        if sentence := why_not(_side(winner), _side(loser)):
            raise Refused(str(sentence))
        return
    if winner.merged_into_id is not None or loser.merged_into_id is not None:
        raise Refused(_("One of the two was merged already."))
    if isinstance(loser, Partner) and winner.parent_id == loser.pk:
        raise Refused(_("The one that gives way is the parent of the other. Keep the parent instead."))


def _side(lead: Lead) -> Side:
    return Side(lead.state, lead.partner_id or 0, lead.merged_into_id is not None)


def _step_back(loser: Any, winner: Any, at: datetime) -> dict[str, Any]:
    """Take the loser out of the lists; returns how it was."""
    if isinstance(loser, Lead):
        before = {
            "state": loser.state, "waiting_because": loser.waiting_because,
            "waiting_because_words": loser.waiting_because_words, "touches": loser.touches,
            "first_touch_at": _said(loser.first_touch_at), "last_touch_at": _said(loser.last_touch_at),
        }  # fmt: skip
        changes: dict[str, Any] = {
            "state": "closed",
            "closed_at": at,
            "close_reason": "duplicate",
            "waiting_because": "",
            "waiting_because_words": None,
            "merged_into_id": winner.pk,
        }
        _count_touches(winner, loser)
        end_silence(loser)
    elif isinstance(loser, Partner):
        before = {"state": loser.state}
        changes = {"state": PartnerState.INACTIVE, "merged_into_id": winner.pk}
    else:
        before, changes = {}, {"merged_into_id": winner.pk}
    type(loser).objects.filter(pk=loser.pk).update(**changes, version=loser.version + 1)
    return before


def _come_back(loser: Any, winner: Any, before: dict[str, Any]) -> None:
    changes = dict(before)
    if isinstance(loser, Lead):
        changes |= {"closed_at": None, "close_reason": ""}
        if contacts := changes.get("touches", 0):
            _forget_touches(winner, contacts)
    changes["merged_into_id"] = None
    type(loser).objects.filter(pk=loser.pk).update(**changes, version=loser.version + 1)


def _count_touches(winner: Lead, loser: Lead) -> None:
    """The contacts of both are the winner's now."""
    if not loser.touches:
        return
    firsts = [at for at in (winner.first_touch_at, loser.first_touch_at) if at]
    lasts = [at for at in (winner.last_touch_at, loser.last_touch_at) if at]
    Lead.objects.filter(pk=winner.pk).update(
        touches=F("touches") + loser.touches, first_touch_at=min(firsts, default=None),
        last_touch_at=max(lasts, default=None), version=F("version") + 1,
    )  # fmt: skip


def _forget_touches(winner: Lead, contacts: int) -> None:
    own = Touch.objects.filter(subject_type="lead", subject_id=winner.pk)
    span = own.aggregate(first_touch_at=Min("touched_at"), last_touch_at=Max("touched_at"))
    Lead.objects.filter(pk=winner.pk).update(touches=F("touches") - contacts, version=F("version") + 1, **span)


def _said(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _partner_of(row: Any) -> int | None:
    return row.pk if isinstance(row, Partner) else getattr(row, "partner_id", None)
