"""A partner's rule for handing out its leads: its own people keep it. And the days on which they are away."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from fairway.catalog.models import ProductLine
from fairway.core.access import Forbidden, Member, require
from fairway.core.conditions import ConditionError, parse
from fairway.core.events.record import record
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Partner, Seat
from fairway.leads.conditions import vendor_currency
from fairway.leads.models import FollowUpRule, SellerAbsence, SellerLine, SellerRule
from fairway.leads.queries.sellers import WORKERS, day_at, lines_of, rule_of
from fairway.leads.rules.following import SELLER_HOURS
from fairway.leads.rules.sellers import LINE_WAYS, LINES_MOST, SEATS_MOST, SellerRuleError, check
from fairway.leads.seller_conditions import own_leads

FIELDS = ("way", "answer_hours", "open_most")
LINE_FIELDS = ("name", "when", "seats", "way")
DAYS_MOST = 366


def _partner_of(actor: Member) -> int:
    require(actor, "seller.assign")
    if actor.partner_id is None:
        raise Forbidden(_("Only a partner hands its leads to its people."))
    return actor.partner_id


def save_seller_rule(
    *, values: Mapping[str, Any], actor: Member, at: datetime, version: int | None = None
) -> SellerRule:
    """Change `values` (of FIELDS) of the own company's rule; leads accepted from now on go by it.

    `version` is that of the rule the person saw, 0 for none. Raises Refused for what cannot be, such as more hours
    than the vendor gives, and when somebody else changed it meanwhile.
    """
    partner_id = _partner_of(actor)
    with acting_for(actor):
        rule = _locked_rule(partner_id, actor, at, version)
        for name in FIELDS:
            if name in values:
                setattr(rule, name, values[name])
        try:
            check(rule.way, rule.answer_hours, rule.open_most, _longest())
        except SellerRuleError as wrong:
            raise Refused(str(wrong.words), field=wrong.field) from None
        _kept(rule, at)
        told = {name: getattr(rule, name) for name in FIELDS}
        record("saved", rule, actor=actor, at=at, partner_id=partner_id, audience="partner", **told)
    return rule


def _longest() -> int:
    """The longest time that the vendor gives to sellers anywhere; for each lead its own rule counts."""
    known = dict(FollowUpRule.objects.values_list("rule_uid", "seller_hours"))
    return max({"": SELLER_HOURS, **known}.values())


def _locked_rule(partner_id: int, actor: Member, at: datetime, version: int | None) -> SellerRule:
    # A lead that is accepted holds the rule, and only looks that the partner is there.
    Partner.objects.select_for_update(no_key=True).get(pk=partner_id)
    rule = rule_of(partner_id)
    if version is not None and (rule.version if rule else 0) != version:
        raise Refused(_("Somebody else changed this meanwhile. Reload and look again."))
    return rule or SellerRule(vendor_id=actor.vendor_id, partner_id=partner_id, version=0, changed_at=at)


def _kept(rule: SellerRule, at: datetime) -> None:
    rule.version, rule.changed_at = rule.version + 1, at
    rule.save()


def save_seller_line(
    *, line: SellerLine | None, values: Mapping[str, Any], actor: Member, at: datetime
) -> SellerLine:  # fmt: skip
    """Add a line at the end, or change `line`; `values` are of LINE_FIELDS, `seats` ids of the own company's people."""
    partner_id = _partner_of(actor)
    with acting_for(actor):
        rule = _locked_rule(partner_id, actor, at, None)
        _kept(rule, at)
        lines = lines_of(rule)
        if line is None and len(lines) >= LINES_MOST:
            raise Refused(_("A rule has at most %(n)d lines.") % {"n": LINES_MOST})
        if line is not None:
            line = next((each for each in lines if each.pk == line.pk), None)  # as it is now, others moved it perhaps
            if line is None:
                raise Refused(_("Somebody else removed this line meanwhile. Add it anew."))
        kept = line or SellerLine(vendor_id=actor.vendor_id, partner_id=partner_id, rule=rule, place=len(lines) + 1)
        for name in LINE_FIELDS:
            if name in values:
                setattr(kept, name, values[name])
        _check_line(kept, partner_id)
        kept.save()
        record("line_saved", rule, actor=actor, at=at, partner_id=partner_id, audience="partner", place=kept.place)
    return kept


def _check_line(line: SellerLine, partner_id: int) -> None:
    if not line.name.strip():
        raise Refused(_("Give the line a name."), field="name")
    if line.way not in LINE_WAYS:
        raise Refused(_("Choose one of the ways."), field="way")
    own = set(
        Seat.objects.filter(pk__in=line.seats, partner_key=partner_id, role__in=WORKERS).values_list("pk", flat=True)
    )
    if not line.seats or len(line.seats) > SEATS_MOST or own != set(line.seats):
        raise Refused(_("Choose one or more of your company who work leads."), field="seats")
    lines = list(ProductLine.objects.order_by("name").values_list("code", "name"))
    try:
        when = parse(own_leads(vendor_currency(), lines), line.when)
    except ConditionError as wrong:
        raise Refused(str(wrong), field="when") from None
    if when.is_always:
        raise Refused(_("Say for which leads: add at least one condition."), field="when")
    line.when = when.as_json()


def save_seller_rule_whole(
    *, values: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], actor: Member, at: datetime,
    version: int | None = None,
) -> SellerRule:  # fmt: skip
    """The rule with all its lines in their order, in place of what was: for programs."""
    with acting_for(actor):
        rule = save_seller_rule(values=values, actor=actor, at=at, version=version)
        SellerLine.objects.filter(rule=rule).delete()
        for given in lines:
            save_seller_line(line=None, values=given, actor=actor, at=at)
        return SellerRule.objects.get(pk=rule.pk)


def move_seller_line(*, line: SellerLine, up: bool, actor: Member, at: datetime) -> None:
    """One place up or down; at the end of the list nothing happens."""
    partner_id = _partner_of(actor)
    with acting_for(actor):
        rule = _locked_rule(partner_id, actor, at, None)
        lines = lines_of(rule)
        here = next((number for number, each in enumerate(lines) if each.pk == line.pk), None)
        there = None if here is None else here + (-1 if up else 1)
        if here is None or there is None or not 0 <= there < len(lines):
            return
        lines[here], lines[there] = lines[there], lines[here]
        _number(lines)
        _kept(rule, at)
        record("line_moved", rule, actor=actor, at=at, partner_id=partner_id, audience="partner", place=there + 1)


def remove_seller_line(*, line: SellerLine, actor: Member, at: datetime) -> None:
    partner_id = _partner_of(actor)
    with acting_for(actor):
        rule = _locked_rule(partner_id, actor, at, None)
        if not SellerLine.objects.filter(pk=line.pk, partner_id=partner_id).delete()[0]:
            return
        _number(lines_of(rule))
        _kept(rule, at)
        record("line_removed", rule, actor=actor, at=at, partner_id=partner_id, audience="partner")


def _number(lines: Sequence[SellerLine]) -> None:
    for place, line in enumerate(lines, start=1):
        line.place = place
    SellerLine.objects.bulk_update(lines, ["place"])


def add_absence(*, seat: Seat, first_on: date, last_on: date, actor: Member, at: datetime) -> SellerAbsence:
    """Somebody is away on these whole days and gets no leads: said by an executive, or by oneself.

    What the person has stays with them. Raises Refused for days that cannot be.
    """
    _require_own(seat, actor)
    with acting_for(actor):
        partner = Partner.objects.get(pk=seat.partner_id)
        if last_on < first_on:
            raise Refused(_("The last day is before the first."), field="last_on")
        if last_on < day_at(partner, at):
            raise Refused(_("These days are past."), field="last_on")
        if (last_on - first_on).days > DAYS_MOST:
            raise Refused(_("At most a year at once."), field="last_on")
        made = SellerAbsence.objects.create(
            vendor_id=actor.vendor_id, partner=partner, seat=seat, first_on=first_on, last_on=last_on,
            set_by_id=actor.seat_id, created_at=at,
        )  # fmt: skip
        record("added", made, actor=actor, at=at, partner_id=partner.pk, audience="partner", seat=seat.pk)
    return made


def remove_absence(*, absence: SellerAbsence, actor: Member, at: datetime) -> None:
    """Back earlier, or not away at all."""
    _require_own(absence.seat, actor)
    with acting_for(actor):
        record("removed", absence, actor=actor, at=at, partner_id=absence.partner_id, audience="partner",
               seat=absence.seat_id)  # fmt: skip
        SellerAbsence.objects.filter(pk=absence.pk).delete()


def _require_own(seat: Seat, actor: Member) -> None:
    require(actor, "lead.work" if seat.pk == actor.seat_id else "seller.assign")
    if seat.partner_id is None or seat.partner_id != actor.partner_id:
        raise Forbidden(_("This is not somebody of your company."))
    if not seat.is_active:
        raise Refused(_("%(name)s no longer works here.") % {"name": seat.name}, field="seat")
