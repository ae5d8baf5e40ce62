"""Named accounts and trigger levels: kept by those who edit the routing rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Partner
from fairway.customers.rules.match_keys import domain_key, name_key
from fairway.leads.models import NamedAccount, TriggerLevel
from fairway.leads.queries.accounts import partner_named
from fairway.leads.rules.levels import LEVELS_MOST, POINTS_MOST
from fairway.partners.models import Credential

LINES_MOST = 5_000


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One account as it was given; `partner` is a name or an external id."""

    name: str
    domain: str
    partner: str


def save_account(
    *, account: NamedAccount | None, name: str, domain: str, partner: Partner, actor: Member, at: datetime
) -> NamedAccount:
    """Make an account, or change one. The same company again changes whose it is."""
    require(actor, "routing.edit")
    with acting_for(actor):
        return _save(account, name, domain, partner, actor, at)


def _save(
    account: NamedAccount | None, name: str, domain: str, partner: Partner, actor: Member, at: datetime
) -> NamedAccount:
    named, of_domain = name_key(name) or "", domain_key(domain) or ""
    if domain.strip() and not of_domain:
        raise Refused(_("“%(domain)s” names no single company.") % {"domain": domain.strip()[:60]}, field="domain")
    if not named and not of_domain:
        raise Refused(_("Name a company, or its domain."), field="name")
    same = {"domain_key": of_domain} if of_domain else {"name_key": named, "domain_key": ""}
    other = NamedAccount.objects.filter(**same).first()
    if account is not None and other is not None and other.pk != account.pk:
        raise Refused(_("This company is a named account already."), field="name")
    kept = account or other or NamedAccount(vendor_id=actor.vendor_id)
    is_new = kept.pk is None
    kept.name, kept.name_key = (name.strip() or of_domain)[:200], named
    kept.domain_key, kept.partner = of_domain, partner
    kept.save()
    record("made" if is_new else "changed", kept, actor=actor, at=at, partner_id=partner.pk)
    return kept


def remove_account(*, account: NamedAccount, actor: Member, at: datetime) -> None:
    require(actor, "routing.edit")
    with acting_for(actor):
        record("removed", account, actor=actor, at=at, partner_id=account.partner_id)
        NamedAccount.objects.filter(pk=account.pk).delete()


def send_accounts(*, lines: Sequence[AccountLine], actor: Member, at: datetime) -> tuple[int, list[tuple[int, str]]]:
    """Keep many accounts; returns how many, and (line from 1, what is wrong) of the others."""
    require(actor, "routing.edit")
    if len(lines) > LINES_MOST:
        raise Refused(_("At most %(n)d lines at once.") % {"n": LINES_MOST})
    kept, problems = 0, []
    partners: dict[str, Partner | None] = {}
    with acting_for(actor):
        for number, line in enumerate(lines, start=1):
            if line.partner not in partners:
                partners[line.partner] = partner_named(line.partner)
            partner = partners[line.partner]
            try:
                if partner is None:
                    raise Refused(_("No single partner is called “%(name)s”.") % {"name": line.partner[:60]})
                _save(None, line.name, line.domain, partner, actor, at)
                kept += 1
            except Refused as refused:
                problems.append((number, str(refused)))
    return kept, problems


def save_level(*, level: TriggerLevel | None, actor: Member, at: datetime, **values: Any) -> TriggerLevel:
    """Make a level, or change one; the same line, place, category and credential again changes its points."""
    require(actor, "routing.edit")
    if not -POINTS_MOST <= values["at_least"] <= POINTS_MOST:
        raise Refused(_("Points lie between %(n)d below and above zero.") % {"n": POINTS_MOST}, field="at_least")
    if values.get("state_code") and not values.get("country"):
        raise Refused(_("Name the country of the state."), field="country")
    with acting_for(actor):
        about = {name: values.get(name) or "" for name in ("country", "state_code", "category", "credential")}
        if about["credential"] and not Credential.objects.filter(code=about["credential"]).exists():
            raise Refused(_("No partner holds “%(code)s”.") % {"code": about["credential"]}, field="credential")
        line = values.get("product_line")
        same = TriggerLevel.objects.filter(product_line=line, **about).first()
        if level is not None and same is not None and same.pk != level.pk:
            raise Refused(_("There is a level for this already."))
        if level is None and same is None and TriggerLevel.objects.count() >= LEVELS_MOST:
            raise Refused(_("There are %(n)d levels, which is the most.") % {"n": LEVELS_MOST})
        kept = level or same or TriggerLevel(vendor_id=actor.vendor_id)
        is_new = kept.pk is None
        for name, value in {**about, "product_line": line, "at_least": values["at_least"]}.items():
            setattr(kept, name, value)
        kept.save()
        record("made" if is_new else "changed", kept, actor=actor, at=at, at_least=kept.at_least)
    return kept


def remove_level(*, level: TriggerLevel, actor: Member, at: datetime) -> None:
    require(actor, "routing.edit")
    with acting_for(actor):
        record("removed", level, actor=actor, at=at)
        TriggerLevel.objects.filter(pk=level.pk).delete()
