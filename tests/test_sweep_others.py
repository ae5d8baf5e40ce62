"""Others leave no trace: not in pages, searches, counts, filters or errors, and no request can name their rows.

Beside Beta's rows stand those of its rival Gamma and of another vendor. What a member reads must be the same, to the
byte, whether they are there or not.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from difflib import unified_diff

import pytest
import time_machine
from django.db import transaction

from fairway.core.tenancy.scope import Tenancy
from tests.bending import Visitor, bent, foreign_words, forms_of, questions, read_all, sent_faults, told_apart
from tests.rows import betas
from tests.world import Rows, World, crossings, gammas, make_world, marks_foreign_to, rows_of, zetas

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
OF_ACME = ("admin", "chief", "cam", "other_cam", "marketer", "operations", "deal_desk", "finance")
OF_BETA = ("beta_executive", "beta_marketer", "beta_seller")
OF_ZETA = ("zeta_admin", "executive_at_zeta")
ALL = (*OF_ACME, *OF_BETA, "gamma_seller", *OF_ZETA)
# Here a client makes the uid of the row it begins: one that is taken, by whomever, cannot be taken again.
CLIENT_MADE = ("post portal-registration-draft ", "post portal-registration-send ")
# Who is asked in the gate; the full run asks all.
SOME = {"beta_executive"}
EVERYONE = pytest.mark.parametrize("who", [w if w in SOME else pytest.param(w, marks=pytest.mark.wide) for w in ALL])


@pytest.fixture(autouse=True)
def _standing_clock() -> Iterator[None]:
    """Pages say how long ago things were; that must not be what differs."""
    with time_machine.travel(NOW, tick=False):
        yield


def visitor_of(acme, who: str, client_of, own: Rows) -> Visitor:
    member = acme.members()[who]
    return Visitor(who, member, client_of(member), own)


@EVERYONE
def test_what_a_member_reads_does_not_depend_on_others_rows(acme, client_of, who):
    if who in OF_ZETA:
        own = rows_of(acme, zetas(acme))
    else:
        own = rows_of(acme, gammas(acme) if who == "gamma_seller" else betas(acme))
    visitor = visitor_of(acme, who, client_of, own)
    asked = questions(visitor, visitor.paths(visitor.known()))
    with transaction.atomic():
        others = others_of(acme, who, own)
        words = [word for rows in others for word in foreign_words(rows)]
        there = read_all(visitor, asked, words)
        transaction.set_rollback(True)
    absent = read_all(visitor, asked, words)
    assert len(there) > len(asked) > 20
    assert {path: difference(there[path], absent[path]) for path in there if there[path] != absent[path]} == {}


def difference(one: tuple[int, str, str], other: tuple[int, str, str]) -> list[str]:
    return [*unified_diff(str(one[:2]).split(), str(other[:2]).split(), n=0)][2:] + [
        *unified_diff(one[2].splitlines(), other[2].splitlines(), n=0, lineterm="")
    ][2:8]


def others_of(acme, who: str, own: Rows) -> list[Rows]:
    """Rows of all whom the member must not know of; what is published to all partners of Acme stays as it is."""
    if who in OF_ZETA:
        beta = rows_of(acme, betas(acme))
        return [beta, rows_of(acme, gammas(acme), beta)]
    zeta = rows_of(acme, zetas(acme))
    if who in OF_ACME:
        return [zeta]
    return [rows_of(acme, betas(acme) if who == "gamma_seller" else gammas(acme), own), zeta]


@EVERYONE
def test_a_row_of_others_answers_like_one_that_never_was(acme, client_of, who):
    world = make_world(acme)
    visitor = visitor_of(acme, who, client_of, own_of(world, who))
    faults = []
    for rows in world.foreign_to(who):
        foreign = secret(rows, who)
        rightful = "zeta_admin" if rows is world.zeta else "admin"
        known = visitor_of(acme, rightful, client_of, rows).known() if visitor.surface == "console" else {}
        faults += list(told_apart(visitor, foreign, known))
    assert [fault for fault in faults if not any(name in fault for name in CLIENT_MADE)] == []


def secret(rows: Rows, who: str) -> Rows:
    """Without what others of the same vendor may read: published rows of the own vendor are nobody's secret."""
    return {model: row for model, row in rows.items() if who in OF_ZETA or model.tenancy is not Tenancy.PUBLISHED}


def own_of(world: World, who: str) -> Rows:
    if who in OF_ZETA:
        return world.zeta
    return world.gamma if who == "gamma_seller" else world.beta


@EVERYONE
def test_no_form_takes_or_shows_a_row_of_others(acme, client_of, who):
    world = make_world(acme)
    visitor = visitor_of(acme, who, client_of, own_of(world, who))
    forms = forms_of(visitor, visitor.paths(visitor.known()))
    faults, tried = [], 0
    for rows in world.foreign_to(who):
        for action, form in forms.items():
            for each in bent(action, form, visitor.own, rows):
                tried += 1
                faults += list(sent_faults(visitor, each, marks_foreign_to(who)))
    assert tried > 20
    assert faults == []


def test_a_row_that_points_across_partners_would_be_noticed(acme):
    """Else the test above would prove nothing of what forms leave behind."""
    from fairway.core.tenancy.acting import acting_for
    from fairway.leads.models import Lead, Offer

    world = make_world(acme)
    with acting_for(acme.admin):
        assert crossings() == []
        lead, offer = world.gamma[Lead], world.beta[Offer]
        Lead.objects.filter(pk=lead.pk).update(partner_id=acme.gamma.pk)
        Offer.objects.filter(pk=offer.pk).update(lead_id=lead.pk, state="recalled")
        assert crossings() == ["leads_offer.lead_id points to another partner's row"]
