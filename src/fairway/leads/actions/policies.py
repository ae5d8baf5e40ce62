"""The routing policy: a draft is edited and published; what was published stays for ever."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max, Model
from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.leads.conditions import subjects_of_vendor, vendor_currency
from fairway.leads.models import PolicyState, RoutingPolicy, ScoreCard
from fairway.leads.rules import defaults
from fairway.leads.rules.editing import Rules, with_uids
from fairway.leads.rules.routing import parse_rules

Json = dict[str, Any]


def ensure_policies(*, actor: Member, at: datetime) -> tuple[ScoreCard, RoutingPolicy]:
    """The published card and policy of the vendor; those a new vendor starts with are made and published."""
    with acting_for(actor):
        card = ScoreCard.objects.filter(state=PolicyState.PUBLISHED, family=ScoreCard.DEFAULT).first()
        policy = RoutingPolicy.objects.filter(state=PolicyState.PUBLISHED).first()
        if card is None:
            card = _made(ScoreCard, actor, at, rules=defaults.SCORE_RULES, bands=defaults.SCORE_BANDS)
        if policy is None:
            policy = _made(RoutingPolicy, actor, at, rules=defaults.ROUTING_RULES)
    return card, policy


def _made(model: Any, actor: Member, at: datetime, **values: Any) -> Any:
    row = model.objects.create(
        vendor_id=actor.vendor_id, number=_next_number(model), state=PolicyState.PUBLISHED, published_at=at,
        published_by_id=actor.seat_id, **values,
    )  # fmt: skip
    record("published", row, actor=actor, at=at, number=row.number)
    return row


def save_routing_draft(*, actor: Member, at: datetime, rules: Sequence[Json], strict: bool = True) -> RoutingPolicy:
    """Keep the draft of the routing rules. Raises PolicyError when they cannot be used.

    Not `strict` lets through what names a choice that was retired since: another rule must still be editable.
    """
    require(actor, "routing.edit")
    with acting_for(actor):
        subjects = subjects_of_vendor(vendor_currency())
        parse_rules(rules, subjects.lead, subjects.partner, strict=strict)
        return _draft(RoutingPolicy, actor, at, rules=list(rules))


def _draft(model: Any, actor: Member, at: datetime, **values: Any) -> Any:
    draft = model.objects.select_for_update().filter(state=PolicyState.DRAFT).order_by("-number").first()
    if draft is None:
        draft = model.objects.create(vendor_id=actor.vendor_id, number=_next_number(model), **values)
    else:
        model.objects.filter(pk=draft.pk).update(**values)
        draft.refresh_from_db()
    record("drafted", draft, actor=actor, at=at, number=draft.number)
    return draft


def edit_routing_draft(*, actor: Member, at: datetime, edit: Callable[[Rules], Rules]) -> RoutingPolicy:
    """Change the rules of the draft, which begins as what is published, for a new vendor as what all start with.

    Raises PolicyError and NoSuchRule.
    """
    require(actor, "routing.edit")
    with acting_for(actor):
        base = _locked_base(RoutingPolicy)
        rules = edit(with_uids(base.rules if base else defaults.ROUTING_RULES))
        return save_routing_draft(actor=actor, at=at, rules=rules, strict=False)


def _locked_base(model: Any) -> Any:
    """The draft, else what is published; locked, so that two editors go one after the other."""
    rows = model.objects.select_for_update().filter(state__in=[PolicyState.DRAFT, PolicyState.PUBLISHED])
    return max(rows.order_by("pk"), key=lambda row: row.state == PolicyState.DRAFT, default=None)


def publish_routing_policy(*, policy: RoutingPolicy, actor: Member, at: datetime) -> RoutingPolicy:
    """The draft becomes the policy by which leads are routed from now on."""
    require(actor, "routing.edit")
    return _publish(policy, actor, at)


def _publish(draft: Any, actor: Member, at: datetime) -> Any:
    model = type(draft)
    with acting_for(actor):
        # The lock on what is live lets two who publish at once go one after the other.
        live = model.objects.select_for_update().filter(state=PolicyState.PUBLISHED).first()
        if live is not None:
            model.objects.filter(pk=live.pk).update(state=PolicyState.RETIRED)
        published = {"state": PolicyState.PUBLISHED, "published_at": at, "published_by_id": actor.seat_id}
        if not model.objects.filter(pk=draft.pk, state=PolicyState.DRAFT).update(**published):
            raise Refused(_("This draft was published or discarded meanwhile. Reload the page."))
        draft.refresh_from_db()
        record("published", draft, actor=actor, at=at, number=draft.number)
    return draft


def discard_draft(*, draft: RoutingPolicy, actor: Member, at: datetime) -> None:
    """Throw a draft away; what is published stays as it is."""
    require(actor, "routing.edit")
    with acting_for(actor):
        record("discarded", draft, actor=actor, at=at, number=draft.number)
        deleted, _by_model = type(draft).objects.filter(pk=draft.pk, state=PolicyState.DRAFT).delete()
        if not deleted:
            raise Refused(_("This draft was published or discarded meanwhile. Reload the page."))


def _next_number(model: type[Model]) -> int:
    return (model._base_manager.aggregate(most=Max("number"))["most"] or 0) + 1
