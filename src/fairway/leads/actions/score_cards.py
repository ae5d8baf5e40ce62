"""Score cards: a draft is edited, published now or from a day; what was published stays for ever.

A vendor has several cards, each for some leads, told apart by their family; the family "default" is for the rest.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db.models import Max
from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.conditions import ConditionError, parse
from fairway.core.events.record import record
from fairway.core.jobs import defer
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.leads.conditions import subjects_of_vendor, vendor_currency
from fairway.leads.models import PolicyState, ScoreCard
from fairway.leads.rules import defaults
from fairway.leads.rules.editing import Rules, with_uids
from fairway.leads.rules.scoring import PolicyError, parse_card

Json = dict[str, Any]
CARDS_MOST = 20
# What of a version a person edits; the rest is its history.
CONTENT = ("name", "place", "applies_to", "rules", "bands", "categories", "most")


class NoSuchCard(LookupError):
    """The card was removed meanwhile."""


def content_of(card: ScoreCard) -> Json:
    return {name: getattr(card, name) for name in CONTENT}


def save_score_draft(
    *, actor: Member, at: datetime, rules: Sequence[Json], bands: Sequence[Json], strict: bool = True,
    family: str = ScoreCard.DEFAULT, **more: Any,
) -> ScoreCard:  # fmt: skip
    """Keep the draft of a score card. Raises PolicyError when it cannot be used.

    `more` is of `CONTENT`: name, place, applies_to, categories, most. Not `strict` lets through what names a choice
    that was retired since: another rule must still be editable.
    """
    require(actor, "scoring.edit")
    with acting_for(actor):
        subject = subjects_of_vendor(vendor_currency()).lead
        parse_card(rules, bands, subject, strict=strict, categories=more.get("categories", ()), most=more.get("most"))
        try:
            parse(subject, more.get("applies_to"), at_capture=True, check_choices=strict)
        except ConditionError as problem:
            raise PolicyError(_("Which leads"), problem) from None
        return _kept(actor, at, family, {**more, "rules": list(rules), "bands": list(bands)})


def _kept(actor: Member, at: datetime, family: str, content: Json) -> ScoreCard:
    drafts = ScoreCard.objects.select_for_update().filter(state=PolicyState.DRAFT, family=family)
    draft = drafts.order_by("-number").first()
    if draft is None:
        draft = ScoreCard.objects.create(vendor_id=actor.vendor_id, number=_next_number(), family=family, **content)
    else:
        ScoreCard.objects.filter(pk=draft.pk).update(**content)
        draft.refresh_from_db()
    record("drafted", draft, actor=actor, at=at, number=draft.number)
    return draft


def _next_number() -> int:
    return (ScoreCard.objects.aggregate(most=Max("number"))["most"] or 0) + 1


def edit_card(*, actor: Member, at: datetime, family: str, change: Callable[[Json], Json]) -> ScoreCard:
    """Change the draft, which begins as what is published, for a new vendor as what all start with.

    `change` gets the content and returns what of it is to be different. Raises PolicyError, NoSuchRule, NoSuchCard.
    """
    require(actor, "scoring.edit")
    with acting_for(actor):
        before = _locked_content(family)
        return save_score_draft(actor=actor, at=at, strict=False, family=family, **{**before, **change(before)})


def _locked_content(family: str) -> Json:
    """Of the draft, else of what is published; locked, so that two editors go one after the other."""
    states = [PolicyState.DRAFT, PolicyState.PUBLISHED, PolicyState.SCHEDULED]
    rows = ScoreCard.objects.select_for_update().filter(family=family, state__in=states)
    base = max(rows.order_by("pk"), key=lambda row: row.state == PolicyState.DRAFT, default=None)
    if base is not None:
        return {**content_of(base), "rules": with_uids(base.rules)}
    if family != ScoreCard.DEFAULT:
        raise NoSuchCard(family)
    return {"rules": with_uids(defaults.SCORE_RULES), "bands": defaults.SCORE_BANDS}


def edit_score_draft(
    *, actor: Member, at: datetime, edit: Callable[[Rules], Rules], family: str = ScoreCard.DEFAULT
) -> ScoreCard:
    """Change the rules of the draft."""
    return edit_card(actor=actor, at=at, family=family, change=lambda card: {"rules": edit(card["rules"])})


def edit_bands(*, actor: Member, at: datetime, bands: Sequence[Json], family: str = ScoreCard.DEFAULT) -> ScoreCard:
    """Change the bands of the draft."""
    return edit_card(actor=actor, at=at, family=family, change=lambda _card: {"bands": list(bands)})


def edit_categories(
    *, actor: Member, at: datetime, categories: Sequence[Json], most: int | None, family: str = ScoreCard.DEFAULT
) -> ScoreCard:
    """Change caps and half-lives of the draft; rules of a category that is gone belong to none."""
    names = {each["name"] for each in categories}

    def change(card: Json) -> Json:
        rules = [
            rule if rule.get("category", "") in {"", *names} else {**rule, "category": ""} for rule in card["rules"]
        ]
        return {"categories": list(categories), "most": most, "rules": rules}

    return edit_card(actor=actor, at=at, family=family, change=change)


def edit_scope(*, actor: Member, at: datetime, family: str, name: str, place: int, applies_to: Json) -> ScoreCard:
    """Say for which leads the draft of a card is, and when it is asked. The default card is for all that remain."""
    if family == ScoreCard.DEFAULT:
        raise Refused(_("This card is for every lead that no other card is for."))
    said = {"name": name, "place": place, "applies_to": applies_to}
    return edit_card(actor=actor, at=at, family=family, change=lambda _card: said)


def add_card(*, actor: Member, at: datetime, name: str, applies_to: Json) -> ScoreCard:
    """A further card, as a draft that begins as the default card."""
    require(actor, "scoring.edit")
    if not applies_to or applies_to == {"all": []}:
        raise Refused(_("Say which leads the card is for."), field="applies_to")
    with acting_for(actor):
        families = ScoreCard.objects.exclude(state=PolicyState.RETIRED).values_list("family", flat=True)
        if len(set(families)) >= CARDS_MOST:
            raise Refused(_("There are %(n)d cards already. Remove one first.") % {"n": CARDS_MOST})
        place = (ScoreCard.objects.aggregate(most=Max("place"))["most"] or 0) + 10
        content = {**_locked_content(ScoreCard.DEFAULT), "name": name, "place": place, "applies_to": applies_to}
        return save_score_draft(actor=actor, at=at, strict=False, family=uuid4().hex[:12], **content)


def publish_score_card(
    *, card: ScoreCard, actor: Member, at: datetime, effective_at: datetime | None = None
) -> ScoreCard:
    """The draft becomes the card by which its leads are scored, now or from a later instant on."""
    require(actor, "scoring.edit")
    with acting_for(actor):
        if effective_at is not None and effective_at > at:
            return _schedule(card, actor, at, effective_at)
        changes = {"effective_at": at, "published_by_id": actor.seat_id}
        return _put_live(card, PolicyState.DRAFT, actor, at, **changes)


def _schedule(card: ScoreCard, actor: Member, at: datetime, effective_at: datetime) -> ScoreCard:
    if ScoreCard.objects.filter(family=card.family, state=PolicyState.SCHEDULED).exists():
        raise Refused(_("Another version is to come into force already. Call it off first."))
    said = {"state": PolicyState.SCHEDULED, "effective_at": effective_at, "published_by_id": actor.seat_id}
    if not ScoreCard.objects.filter(pk=card.pk, state=PolicyState.DRAFT).update(**said):
        raise Refused(_("This draft was published or discarded meanwhile. Reload the page."))
    card.refresh_from_db()
    record("scheduled", card, actor=actor, at=at, number=card.number)
    defer("leads.cards_due", vendor_id=actor.vendor_id, at=effective_at)
    return card


def _put_live(card: ScoreCard, was: PolicyState, actor: Member, at: datetime, **more: Any) -> ScoreCard:
    # The lock on what is live lets two who publish at once go one after the other.
    live = ScoreCard.objects.select_for_update().filter(state=PolicyState.PUBLISHED, family=card.family).first()
    if live is not None:
        ScoreCard.objects.filter(pk=live.pk).update(state=PolicyState.RETIRED)
    published = {"state": PolicyState.PUBLISHED, "published_at": at, **more}
    if not ScoreCard.objects.filter(pk=card.pk, state=was).update(**published):
        raise Refused(_("This draft was published or discarded meanwhile. Reload the page."))
    card.refresh_from_db()
    record("published", card, actor=actor, at=at, number=card.number)
    return card


def make_due_cards_live(*, actor: Member, at: datetime) -> int:
    """Versions whose day has come take the place of those in force; returns how many. Twice does no more than once."""
    with acting_for(actor):
        due = ScoreCard.objects.select_for_update().filter(state=PolicyState.SCHEDULED, effective_at__lte=at)
        cards = list(due.order_by("effective_at", "pk"))
        for card in cards:
            _put_live(card, PolicyState.SCHEDULED, actor, at)
    return len(cards)


def discard_card(*, card: ScoreCard, actor: Member, at: datetime) -> None:
    """Throw a draft away, or call off a version that is to come into force; what is published stays as it is."""
    require(actor, "scoring.edit")
    with acting_for(actor):
        record("discarded", card, actor=actor, at=at, number=card.number)
        waiting = [PolicyState.DRAFT, PolicyState.SCHEDULED]
        deleted, _by_model = ScoreCard.objects.filter(pk=card.pk, state__in=waiting).delete()
        if not deleted:
            raise Refused(_("This draft was published or discarded meanwhile. Reload the page."))


def retire_card(*, family: str, actor: Member, at: datetime) -> None:
    """Take a card out of use: its leads go by the next one that fits. Scores that it gave stay."""
    require(actor, "scoring.edit")
    if family == ScoreCard.DEFAULT:
        raise Refused(_("This card is for every lead that no other card is for. Change it instead."))
    with acting_for(actor):
        cards = ScoreCard.objects.select_for_update().filter(family=family).exclude(state=PolicyState.RETIRED)
        for card in cards:
            record("retired", card, actor=actor, at=at, number=card.number)
        cards.filter(state__in=[PolicyState.DRAFT, PolicyState.SCHEDULED]).delete()
        cards.filter(state=PolicyState.PUBLISHED).update(state=PolicyState.RETIRED)
