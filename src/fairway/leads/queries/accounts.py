"""Named accounts and trigger levels, as routing asks them and as their pages show them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from fairway.core.tenancy.models import Partner
from fairway.core.told import packed
from fairway.customers.rules.match_keys import name_key
from fairway.leads.models import LeadScore, NamedAccount, TriggerLevel
from fairway.leads.rules.levels import ASKS_LEVEL, Level, reached
from fairway.leads.rules.named_accounts import Account, Accounts
from fairway.leads.rules.routing import Rule
from fairway.partners.models import Credential
from fairway.partners.queries.partners import ids_named

ASKS_ACCOUNT = "lead.is_named_account"


def with_asked(rows: Sequence[dict[str, Any]], rules: Sequence[Rule]) -> None:
    """Add what these rules ask beyond the leads themselves; nothing is read that no rule asks for."""
    asked = {name for rule in rules for name in rule.when.field_names}
    if ASKS_ACCOUNT in asked or any(rule.action.kind == "account" for rule in rules):
        _add_accounts(rows)
    if ASKS_LEVEL in asked:
        _add_levels(rows)


def _add_accounts(rows: Sequence[dict[str, Any]]) -> None:
    """ "named_partner": id of the partner to whom the company's leads go, and "account_because": why it is this one."""
    domains = {row["domain_key"] for row in rows if row["domain_key"]}
    names = {row["name_key"] for row in rows if row["name_key"]}
    found = NamedAccount.objects.filter(Q(domain_key__in=domains) | Q(name_key__in=names))
    listed = found.values_list("pk", "name", "domain_key", "name_key", "partner_id") if domains or names else []
    accounts = Accounts(Account(*one) for one in listed)
    for row in rows:
        chosen = accounts.of(row["domain_key"] or "", row["name_key"] or "")
        row["named_partner"] = chosen[0].partner_id if chosen else None
        row["account_because"] = packed(chosen[1]) if chosen else None


def _add_levels(rows: Sequence[dict[str, Any]]) -> None:
    """ "above_trigger", "trigger_because", and "reached": by credential, where levels differ by what partners hold."""
    levels = all_levels()
    categories: dict[int, dict[str, int]] = {}
    if any(level.category for level in levels):
        scores = LeadScore.objects.filter(lead_id__in=[row["id"] for row in rows])
        categories = dict(scores.values_list("lead_id", "categories"))
    for row in rows:
        about = row["product_code"], row["country"], row["state_code"]
        found = reached(levels, *about, row["points"], categories.get(row["id"], {}))
        row["above_trigger"], row["trigger_because"] = found.is_above, found.because
        row["reached"] = found.by_credential


def all_levels() -> list[Level]:
    rows = TriggerLevel.objects.order_by("pk")
    fields = ("product_line__code", "country", "state_code", "category", "at_least", "credential")
    return [Level(line or "", *about) for line, *about in rows.values_list(*fields)]


def account_rows(params: Mapping[str, str]) -> QuerySet[NamedAccount]:
    """By company; `q` is the beginning of its name, or its domain."""
    rows = NamedAccount.objects.select_related("partner").order_by("name_key", "pk")
    text = params.get("q", "").strip().lower()
    if text:
        key = name_key(text) or text
        rows = rows.filter(Q(domain_key=text) | Q(name_key__gte=key, name_key__lt=key + "\uffff"))
    return rows


def level_rows() -> QuerySet[Any]:
    """With `credential_name`, as one of those who hold it has it."""
    named = Credential.objects.filter(code=OuterRef("credential")).values("name")[:1]
    rows = TriggerLevel.objects.annotate(credential_name=Subquery(named))
    return rows.select_related("product_line").order_by("credential", "category", "product_line__name", "country", "pk")


def partner_named(words: str) -> Partner | None:
    """The one partner with this external id or, without regard to case, this name; None for none or several."""
    text = words.strip()
    found = list(Partner.objects.filter(external_id=text)[:2]) if text else []
    if not found and text:
        named = Partner.objects.filter(pk__in=ids_named(text))
        found = [row for row in named if row.name.casefold() == text.casefold()][:2]
    return found[0] if len(found) == 1 else None
