"""Models that say which leads are won: trained, put in use by a person, watched, and reports on other tables."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.conditions import Field
from fairway.core.events.record import record
from fairway.core.jobs import defer
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.leads.conditions import vendor_currency
from fairway.leads.models import Lead, ModelState, WinModel
from fairway.leads.queries.outcomes import closed_leads, known_at_capture, rule_points, table_of
from fairway.leads.queries.subjects import lead_rows
from fairway.leads.rules.learning.chances import chances
from fairway.leads.rules.learning.encoding import Table, column_shares
from fairway.leads.rules.learning.fitting import Floats, Ints, fit, groups_of
from fairway.leads.rules.learning.judging import drift_index, judge

KEPT_MOST = 50
DRIFT_DAYS = 30
DRIFT_LEADS = 5_000
DRIFT_LEAST = 50
# Beyond this, by the usual rule of thumb, leads are of another kind than those it learned from.
DRIFT_FROM = 0.25
TENTHS = [n / 10 for n in range(1, 10)]


def ask_for_training(*, actor: Member) -> None:
    """A new version is trained in the background, once however often it is asked for."""
    require(actor, "scoring.edit")
    with acting_for(actor):
        defer("leads.learn", vendor_id=actor.vendor_id, once=f"leads.learn/{actor.vendor_id}")


def train_model(*, actor: Member, at: datetime) -> WinModel:
    """Learn from the closed leads and judge it. A candidate with a signal, else a row that says why it keeps silent.

    What is in use stays in use. Run by the job that `ask_for_training` and the calendar put in the queue.
    """
    with acting_for(actor):
        currency, outcomes, fields = vendor_currency(), closed_leads(), known_at_capture()
        table = table_of(outcomes.rows, currency)
        points = rule_points(outcomes.rows, currency)
    # The arithmetic takes seconds; nothing is locked meanwhile.
    report, parameters = learned(table, fields, outcomes.won, points)
    seen = {
        "since": outcomes.since.isoformat() if outcomes.since else None,
        "until": outcomes.until.isoformat() if outcomes.until else None,
        "fields": [str(field.label) for field in fields],
    }
    state = ModelState.CANDIDATE if report["verdict"] == "signal" else ModelState.SILENT
    with acting_for(actor):
        return _kept(actor, at, state=state, report={**report, **seen}, parameters=parameters)


def learned(
    table: Table, fields: Sequence[Field], won: Ints, points: Floats | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The report, and the parameters where there is a signal."""
    report = judge(table, fields, won, rule_points=points)
    if report["verdict"] != "signal":
        return report, {}
    parameters = fit(table, fields, won, groups_of(table, fields, len(won)))
    told = chances(parameters, table, len(won))
    return report, {**parameters, "chance_shares": tenths(told)}


def tenths(told: Floats) -> list[float]:
    spec = {"kind": "number", "edges": TENTHS}
    return column_shares(spec, told.tolist())


def report_on_table(
    *, actor: Member, at: datetime, name: str, table: Table, fields: Sequence[Field], won: Ints, seen: dict[str, Any]
) -> WinModel:
    """The same report on a table that somebody brought; it never scores a lead."""
    require(actor, "scoring.edit")
    report, parameters = learned(table, fields, won)
    with acting_for(actor):
        named = {"name": name[:100], "report": {**report, **seen, "fields": [str(field.label) for field in fields]}}
        return _kept(actor, at, state=ModelState.TABLE, parameters=parameters, **named)


def _kept(actor: Member, at: datetime, **values: Any) -> WinModel:
    number = (WinModel.objects.aggregate(most=Max("number"))["most"] or 0) + 1
    model = WinModel.objects.create(
        vendor_id=actor.vendor_id, number=number, trained_at=at, trained_by_id=actor.seat_id, **values
    )
    record("trained", model, actor=actor, at=at, number=number, state=model.state)
    return model


def use_model(*, model: WinModel, actor: Member, at: datetime) -> WinModel:
    """Leads that are scored from now on get their chance by this candidate; the one in use is retired."""
    require(actor, "scoring.edit")
    with acting_for(actor):
        _stop(actor, at)
        used = {"state": ModelState.IN_USE, "used_from": at}
        if not WinModel.objects.filter(pk=model.pk, state=ModelState.CANDIDATE).update(**used):
            raise Refused(_("This version is no candidate any more. Reload the page."))
        model.refresh_from_db()
        record("put_in_use", model, actor=actor, at=at, number=model.number)
    return model


def stop_model(*, actor: Member, at: datetime) -> None:
    """No model gives chances from now on; those already given stay."""
    require(actor, "scoring.edit")
    with acting_for(actor):
        if not _stop(actor, at):
            raise Refused(_("No model is in use."))


def _stop(actor: Member, at: datetime) -> bool:
    model = WinModel.objects.select_for_update().filter(state=ModelState.IN_USE).first()
    if model is not None:
        WinModel.objects.filter(pk=model.pk).update(state=ModelState.RETIRED, used_until=at)
        record("retired", model, actor=actor, at=at, number=model.number)
    return model is not None


def watch_drift(*, actor: Member, at: datetime) -> dict[str, Any] | None:
    """Hold the leads of the last thirty days against those that the model in use learned from, and keep the result.

    None without a model in use or with too few leads. What moved far is recorded, of which people are told.
    """
    with acting_for(actor):
        model = WinModel.objects.select_for_update().filter(state=ModelState.IN_USE).first()
        recent = Lead.objects.filter(captured_at__gt=at - timedelta(days=DRIFT_DAYS), captured_at__lte=at)
        ids = list(recent.order_by("-captured_at", "-id").values_list("pk", flat=True)[:DRIFT_LEADS])
        if model is None or len(ids) < DRIFT_LEAST:
            return None
        rows = lead_rows(ids)
        drift = drift_of(model.parameters, table_of(rows, vendor_currency()), len(rows))
        WinModel.objects.filter(pk=model.pk).update(drift={**drift, "at": at.isoformat(), "leads": len(rows)})
        if drift["moved"]:
            record("drifted", model, actor=actor, at=at, number=model.number, fields=len(drift["moved"]))
    return drift


def drift_of(parameters: dict[str, Any], table: Table, length: int) -> dict[str, Any]:
    """How far leads are from those it learned from: {"score", "fields": [{"label", "index"}], "moved": labels}."""
    fields = [
        {"label": spec["label"], "index": round(drift_index(was, column_shares(spec, table[spec["name"]])), 3)}
        for spec, was in zip(parameters["fields"], parameters["shares"], strict=True)
    ]
    score = round(drift_index(parameters["chance_shares"], tenths(chances(parameters, table, length))), 3)
    moved = [each["label"] for each in fields if each["index"] > DRIFT_FROM]
    return {
        "score": score,
        "fields": sorted(fields, key=lambda each: -each["index"]),
        "moved": [*([str(_("the chance itself"))] if score > DRIFT_FROM else []), *moved],
    }
