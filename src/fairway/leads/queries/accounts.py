"""Named accounts and trigger levels, as routing asks them and as their pages show them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from fairway.core.tenancy.models import Partner
from fairway.customers.rules.match_keys import name_key
from fairway.leads.models import LeadScore, NamedAccount, TriggerLevel
from fairway.leads.rules.levels import Level, is_above
from fairway.leads.rules.routing import Rule
from fairway.partners.queries.partners import ids_named

ASKS_ACCOUNT, ASKS_LEVEL = "lead.is_named_account", "lead.above_trigger"


def with_asked(rows: Sequence[dict[str, Any]], rules: Sequence[Rule]) -> None:
    """Add what these rules ask beyond the leads themselves; nothing is read that no rule asks for."""
    asked = {name for rule in rules for name in rule.when.field_names}
    if ASKS_ACCOUNT in asked or any(rule.action.kind == "account" for rule in rules):
        _add_accounts(rows)
    if ASKS_LEVEL in asked:
        _add_levels(rows)


def _add_accounts(rows: Sequence[dict[str, Any]]) -> None:
    """ "named_partner": id of the partner to whom the company's leads go, by its domain or else its name."""
    domains = {row["domain_key"] for row in rows if row["domain_key"]}
    names = {row["name_key"] for row in rows if row["name_key"]}
    found = NamedAccount.objects.filter(Q(domain_key__in=domains) | Q(name_key__in=names))
    listed = list(found.values_list("domain_key", "name_key", "partner_id")) if domains or names else []
    by_domain = {domain: partner_id for domain, _name, partner_id in listed if domain}
    by_name = {name: partner_id for _domain, name, partner_id in listed if name}
    for row in rows:
        row["named_partner"] = by_domain.get(row["domain_key"]) or by_name.get(row["name_key"])


def _add_levels(rows: Sequence[dict[str, Any]]) -> None:
    """ "above_trigger" and "trigger_because"."""
    levels = all_levels()
    categories: dict[int, dict[str, int]] = {}
    if any(level.category for level in levels):
        scores = LeadScore.objects.filter(lead_id__in=[row["id"] for row in rows])
        categories = dict(scores.values_list("lead_id", "categories"))
    for row in rows:
        about = row["product_code"], row["country"], row["state_code"]
        above, because = is_above(levels, *about, row["points"], categories.get(row["id"], {}))
        row["above_trigger"], row["trigger_because"] = above, because


def all_levels() -> list[Level]:
    rows = TriggerLevel.objects.order_by("pk")
    fields = ("product_line__code", "country", "state_code", "category", "at_least")
    return [Level(line or "", *about) for line, *about in rows.values_list(*fields)]


def account_rows(params: Mapping[str, str]) -> QuerySet[NamedAccount]:
    """By company; `q` is the beginning of its name, or its domain."""
    rows = NamedAccount.objects.select_related("partner").order_by("name_key", "pk")
    text = params.get("q", "").strip().lower()
    if text:
        key = name_key(text) or text
        rows = rows.filter(Q(domain_key=text) | Q(name_key__gte=key, name_key__lt=key + "\uffff"))
    return rows


def level_rows() -> QuerySet[TriggerLevel]:
    return TriggerLevel.objects.select_related("product_line").order_by(
        "category", "product_line__name", "country", "pk"
    )


def partner_named(words: str) -> Partner | None:
    """The one partner with this external id or, without regard to case, this name; None for none or several."""
    text = words.strip()
    found = list(Partner.objects.filter(external_id=text)[:2]) if text else []
    if not found and text:
        named = Partner.objects.filter(pk__in=ids_named(text))
        found = [row for row in named if row.name.casefold() == text.casefold()][:2]
    return found[0] if len(found) == 1 else None
