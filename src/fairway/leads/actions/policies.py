"""Score card and routing policy: a draft is edited and published; what was published stays for ever."""

from collections.abc import Sequence
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
from fairway.leads.rules.routing import parse_rules
from fairway.leads.rules.scoring import parse_card

Json = dict[str, Any]


def ensure_policies(*, actor: Member, at: datetime) -> tuple[ScoreCard, RoutingPolicy]:
    """The published card and policy of the vendor; those a new vendor starts with are made and published."""
    with acting_for(actor):
        card = ScoreCard.objects.filter(state=PolicyState.PUBLISHED).first()
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


def save_score_draft(*, actor: Member, at: datetime, rules: Sequence[Json], bands: Sequence[Json]) -> ScoreCard:
    """Keep the draft of the score card. Raises PolicyError when it cannot be used."""
    require(actor, "scoring.edit")
    with acting_for(actor):
        parse_card(rules, bands, subjects_of_vendor(vendor_currency()).lead)
        return _draft(ScoreCard, actor, at, rules=list(rules), bands=list(bands))


def save_routing_draft(*, actor: Member, at: datetime, rules: Sequence[Json]) -> RoutingPolicy:
    """Keep the draft of the routing rules. Raises PolicyError when they cannot be used."""
    require(actor, "routing.edit")
    with acting_for(actor):
        subjects = subjects_of_vendor(vendor_currency())
        parse_rules(rules, subjects.lead, subjects.partner)
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


def publish_score_card(*, card: ScoreCard, actor: Member, at: datetime) -> ScoreCard:
    """The draft becomes the card by which leads are scored from now on."""
    require(actor, "scoring.edit")
    return _publish(card, actor, at)


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


def discard_draft(*, draft: ScoreCard | RoutingPolicy, actor: Member, at: datetime) -> None:
    """Throw a draft away; what is published stays as it is."""
    require(actor, "scoring.edit" if isinstance(draft, ScoreCard) else "routing.edit")
    with acting_for(actor):
        record("discarded", draft, actor=actor, at=at, number=draft.number)
        deleted, _by_model = type(draft).objects.filter(pk=draft.pk, state=PolicyState.DRAFT).delete()
        if not deleted:
            raise Refused(_("This draft was published or discarded meanwhile. Reload the page."))


def _next_number(model: type[Model]) -> int:
    return (model._base_manager.aggregate(most=Max("number"))["most"] or 0) + 1
