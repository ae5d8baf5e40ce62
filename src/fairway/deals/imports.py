"""What a file of deals, and one of tasks, can say."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy

from fairway.core.cells import CellError, RowReader, amount_of, bool_of, currency_of, date_of
from fairway.core.imports import RowIssue, Target, TargetField, register
from fairway.core.words import said as _
from fairway.deals.actions.importing import DealRow, TouchRow, import_deals, import_touches
from fairway.deals.rules.stages import state_of

_LIMITS = {
    "external_id": 100, "title": 200, "partner": 100, "customer": 100, "customer_name": 200, "next_step": 200,
    "product_line": 100,
}  # fmt: skip
_TASK_LIMITS = {"external_id": 100, "subject": 2000, "who": 100, "what": 100, "customer": 100}
_DONE = frozenset({"completed", "done", "closed", "erledigt"})
_KINDS = {"call": "call", "phone": "call", "email": "email", "e-mail": "email", "meeting": "meeting", "demo": "demo"}


def parse_deal(values: Mapping[str, str], line: int) -> tuple[DealRow | None, list[RowIssue]]:
    reader = RowReader(values, line, _LIMITS)
    for name, message in (
        ("external_id", _("The external id is missing.")), ("title", _("The name of the deal is missing.")),
        ("stage", _("The stage is missing.")), ("partner", _("Nothing says whose deal this is.")),
    ):  # fmt: skip
        reader.need(name, message)
    state = state_of(values.get("stage", ""))
    if values.get("stage") and state is None:
        text = _("The stage “%(stage)s” is not known. Write qualified, proposal, negotiation, won or lost.")
        reader.refuse("stage", text % {"stage": values["stage"][:60]})
    amount = reader.read("amount", _not_negative)
    row = DealRow(
        line=line, state=str(state or ""), amount=amount, currency=reader.read("currency", currency_of) or "",
        closes_on=reader.read("closes_on", date_of), **{name: reader.text(name) for name in _LIMITS},
    )  # fmt: skip
    return (None if reader.is_refused else row), reader.issues


def _not_negative(text: str) -> Decimal:
    value = amount_of(text)
    if value < 0:
        raise CellError(_("The value of a deal cannot be below zero."))
    return value


def money_of(row: DealRow | None, values: Mapping[str, str]) -> tuple[str, Decimal] | None:
    """Currency and value of a deal, where it says both."""
    try:
        return currency_of(values.get("currency", "")), amount_of(values.get("amount", ""))
    except CellError:
        return None


def parse_touch(values: Mapping[str, str], line: int) -> tuple[TouchRow | None, list[RowIssue]]:
    reader = RowReader(values, line, _TASK_LIMITS)
    reader.need("external_id", _("The external id is missing."))
    reader.need("on", _("The day is missing."))
    if not (values.get("who") or values.get("what") or values.get("customer")):
        reader.refuse("who", _("Nothing says whom or what this is about."))
    on = reader.read("on", date_of)
    row = TouchRow(
        line=line, on=on, kind=_KINDS.get(values.get("kind", "").strip().lower(), "other"),
        is_done=values.get("status", "completed").strip().lower() in _DONE,
        takes_open=bool(reader.read("takes_open", bool_of)),
        **{name: reader.text(name) for name in _TASK_LIMITS},
    )  # fmt: skip
    return (None if reader.is_refused else row), reader.issues


def _field(name: str, label: Any, *synonyms: str, kind: Any = "text", **extra: Any) -> TargetField:
    return TargetField(name, label, kind, synonyms=synonyms, **extra)


DEALS = register(
    Target(
        kind="deals",
        label=gettext_lazy("Deals"),
        permission="deal.import",
        fields=(
            _field("external_id", gettext_lazy("External id"), "id", "opportunity id", "deal id", required=True),
            _field(
                "title", gettext_lazy("Name"), "name", "opportunity name", "opportunity", "deal name", required=True,
            ),
            _field("stage", gettext_lazy("Stage"), "stagename", "stage name", "state", required=True),
            _field(
                "partner", gettext_lazy("Partner’s external id"), "partneraccountid", "partner id", "reseller",
                required=True, default_for_all=True, help=gettext_lazy("Whose deals these are."),
            ),
            _field("customer", gettext_lazy("Customer’s external id"), "accountid", "account id", "customer id"),
            _field("customer_name", gettext_lazy("Customer’s name"), "account name", "customer", "company"),
            _field("amount", gettext_lazy("Value"), "amount", "expected value", "deal size", kind="money"),
            _field(
                "currency", gettext_lazy("Currency"), "currencyisocode", "currency code", kind="currency",
                default_for_all=True,
            ),
            _field("closes_on", gettext_lazy("Closes on"), "closedate", "close date", "expected close", kind="date"),
            _field("next_step", gettext_lazy("Next step"), "nextstep"),
            _field("product_line", gettext_lazy("Product line"), "product__c", "product", "productline"),
        ),
        parse=parse_deal,
        apply=import_deals,
        help=gettext_lazy("One row a deal. Partners and customers are found by their external ids."),
        key_fields=("external_id",),
        order=70,
        money=money_of,
    )
)  # fmt: skip

TOUCHES = register(
    Target(
        kind="touches",
        label=gettext_lazy("Touches"),
        permission="deal.import",
        fields=(
            _field("external_id", gettext_lazy("External id"), "id", "task id", "activity id", required=True),
            _field(
                "on", gettext_lazy("Day"), "activitydate", "activity date", "date", kind="date", required=True,
            ),
            _field("subject", gettext_lazy("What was done"), "subject", "note", "comments"),
            _field("kind", gettext_lazy("Type"), "type__c", "type", "tasksubtype"),
            _field("status", gettext_lazy("State of the task"), "status"),
            _field("who", gettext_lazy("External id of the lead or contact"), "whoid", "lead id", "contact id"),
            _field("what", gettext_lazy("External id of the deal or customer"), "whatid", "opportunity id"),
            _field("customer", gettext_lazy("Customer’s external id"), "accountid", "account id"),
            _field(
                "takes_open", gettext_lazy("Take tasks that are not done"), kind="bool", default="no",
                default_for_all=True,
                help=gettext_lazy("As touches that reached nobody. Else they are refused."),
            ),
        ),
        parse=parse_touch,
        apply=import_touches,
        help=gettext_lazy("One row a task, call or meeting about a deal or a lead."),
        key_fields=("external_id",),
        order=80,
    )
)  # fmt: skip
