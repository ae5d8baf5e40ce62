"""Every operation of the API × every kind of token, with the uids of Acme's and Beta's rows.

Operations are read from the URL table and uids from one row in every table (`tests.rows`): a new operation is swept
without a word written for it, except a body that it can use.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from django.db import transaction
from django.urls import get_resolver

from fairway.core.http.api.operations import Operation, operations_of
from fairway.core.tenancy.acting import acting_for
from tests.api import BASE, Program, noun_of, token_of
from tests.rows import MARKS, make_rows
from tests.scene import make_scene
from tests.test_sweep_urls import addresses

INTERNAL, BETA, ACME = MARKS.values()
STAFF = ("admin", "chief", "cam", "other_cam", "marketer", "operations", "deal_desk", "finance")
OF_BETA = ("beta_executive", "beta_marketer", "beta_seller")
STRANGERS = ("gamma_seller", "zeta_admin", "executive_at_zeta")
# What each operation that takes a body can use.
BODIES: dict[str, Any] = {
    "change_seller_rule": {
        "way": "turn",
        "lines": [{"name": "Swept", "when": {"field": "lead.country", "op": "is", "value": "DE"}}],
    },
    "add_seller_absence": {"first_on": "2027-03-01", "last_on": "2027-03-05"},
    "give_lead_back": {"code": "no_time"},
    "assign_lead": {},
    "change_deal_rules": {"limit_hours": 20, "steps": [{"role": "chief", "limit_hours": 8}]},
    "add_score_card": {"name": "Swept", "applies_to": {"field": "lead.country", "op": "is", "value": "DE"}},
    "change_score_card": {
        "rules": [{"name": "Swept", "when": {"field": "lead.has_phone", "op": "is", "value": True}, "points": 5}],
        "bands": [{"name": "All", "at_least": -1000}],
        "categories": [{"name": "Swept"}],
    },
    "publish_score_card": {},
    "change_routing": {
        "rules": [{"name": "All", "when": {}, "action": {"kind": "person"}, "limit_hours": 8, "partners_at_most": 1}]
    },
    "complete_lead_draft": {"need": "Swept"},
    "change_lead_inbox": {"is_open": False},
    "decide_lead_customer": {"is_customer": True},
    "keep_named_account": {"name": "Swept Works", "domain": "swept.example", "partner": "B-1"},
    "send_named_accounts": {"lines": [{"name": "Swept Works", "partner": "Beta Systems"}]},
    "keep_trigger_level": {"country": "US", "at_least": 30},
    "add_pool": {"name": "Swept", "open_most": 3},
    "change_pool": {"day_most": 3},
    "take_out_pool_lead": {"reason": "Swept"},
    "add_lead_form": {"name": "Swept", "slug": "swept", "consent_text": "You may write to me."},
    "change_lead_form": {"headline": "Swept"},
    "hand_over": {"takers": {"partners": ["chief@acme.example"]}},
    "save_view": {"list": "lead-list", "name": "Swept", "query": "state=waiting"},
    "set_default_view": {"is_default": True},
    "ask_for_domain": {"host": "swept.swept.example"},
    "ask_erasure": {"email": "waiting@scene.example", "name": "Scene", "reason": "Asked for by mail"},
    "ask_for_data_of": {"email": "waiting@scene.example"},
    "add_program": {"name": "Swept"},
    "change_program": {"name": "Swept"},
    "add_tier": {"code": "swept", "name": "Swept"},
    "change_tier": {"rank": 3},
    "enroll_partner": {"tier": "scene"},
    "set_credential": {"code": "swept", "name": "Swept", "issued_on": "2026-01-05"},
    "add_contact": {"name": "Ann Swept"},
    "change_contact": {"title": "Swept"},
    "add_territory": {"name": "Swept", "condition": {"field": "place.country", "op": "is", "value": "DE"}},
    "change_territory": {"order": 9},
    "merge_duplicate": {"keep": "first"},
    "change_mapping": {"name": "Swept"},
    "add_drop_folder": {"name": "Swept", "kind": "partners"},
    "change_drop_folder": {"every_minutes": 60},
    "capture_lead": {"need": "Swept"},
    "capture_leads": {"lines": [{"need": "Swept"}]},
    "work_lead": {"stage": "meeting"},
    "change_look": {"program_name": "Swept"},
    "request_export": {"kind": "review-rows", "parameters": {}},
    "change_seat": {"is_active": True},
    "invite_person": {"email": "swept@swept.example", "role": "seller", "partner": "B-1"},
    "create_unit": {"code": "swept", "name": "Swept"},
    "change_unit": {"name": "Swept"},
    "set_limits": {"units": None},
    "copy_role": {"base": "cam", "name": "Swept"},
    "change_role": {"name": "Swept too"},
    "touch_lead": {"kind": "call", "outcome": "reached"},
    "touch_deal": {"kind": "call", "outcome": "reached"},
    "note_lead": {"text": "Swept"},
    "touch_leads": {"lines": [{"lead": "0198f2aa-0000-7000-8000-00000000dead", "kind": "call", "outcome": "reached"}]},
    "rate_lead": {"quality": ["good_fit"]},
    "change_answer_list": {
        "list": "touch_kind",
        "entries": [{"code": code} for code in ("call", "email", "meeting", "demo", "other")],
    },
    "change_tracking_rules": {
        "nudge_days": 4,
        "bands": [{"band": "A", "nudge_days": 2, "executive_days": 3, "recall_days": 0}],
    },
    "set_lead_costs": {
        "lines": [{"source": "fair", "month_on": "2026-03-01", "cost": {"amount_minor": 100, "currency": "USD"}}]
    },
    "close_lead": {"reason": "no_need"},
    "recall_lead": {"reason": "Swept"},
    "save_follow_up": {"remind_percents": [50], "steps": [{"to": "manager", "after_hours": 1}]},
    "save_business_hours": {"country": "DE", "hours": {"0": [["09:00", "17:00"]]}},
    "choose_reassignment_line": {"choice": "stay"},
    "carry_out_reassignment": {"code": "partner_left"},
    "pause_partner": {"reason": "Swept", "first_on": "2030-01-01"},
    "save_lead_reason": {"kind": "recall", "name": "Swept"},
    "offer_lead": {"partner": "B-1", "reason": "Swept"},
    "edit_deal": {"title": "Swept", "next_step": "Call", "next_step_on": "2026-12-24"},
    "extend_protection": {"days": 1},
    "release_protection": {"reason": "Swept"},
    "revoke_registration": {"reason": "Swept"},
    "create_customer": {"name": "Swept GmbH"},
    "add_customer_contact": {"name": "Ann Swept"},
    "edit_partner": {"city": "Bremen"},
    "change_partner_state": {"verb": "pause"},
    "decline_offer": {"quality": ["too_small"]},
    "recall_offer": {"reason": "Swept"},
    "begin_assignment_plan": {"most_percent": 50},
    "begin_registration": {"customer_name": "Swept GmbH"},
    "change_draft": {"city": "Bremen"},
    "submit_registration": {"answer": "Swept"},
    "approve_registration": {"customer": "new"},
    "return_registration": {"question": "Swept?"},
    "reject_registration": {"reason": "no_project"},
    "move_deal": {"stage": "proposal"},
    "change_own_notices": {"digest_minute": 30},
    "win_deal": {"amount": {"amount_minor": 100, "currency": "USD"}},
    "lose_deal": {"reason": "price"},
    "set_cover": {"deputy_email": "chief@acme.example", "first_on": "2100-01-04", "last_on": "2100-01-08"},
    "send_partners": {"lines": [{"external_id": "SWEPT", "name": "Swept GmbH"}]},
    "send_import": {"kind": "partners", "content": "Id,Name\nS-1,Swept\n"},
    "send_sales_lines": {
        "lines": [
            {"order_number": "S", "partner": "B-1", "ordered_on": "2026-01-05", "amount": "1.00", "currency": "USD"}
        ]
    },
}


@cache
def swept() -> list[tuple[str, str, Operation]]:
    """(route, method, operation) of everything below /api/v1/ that is an operation."""
    found = []
    views = {str(entry.pattern): entry.callback for entry in api_patterns()}
    for _name, route in addresses():
        if route.startswith("api/v1/") and (view := getattr(views[route.removeprefix("api/v1/")], "view_class", None)):
            found += [(route, method, operation) for method, operation in operations_of(view)]
    return found


def api_patterns() -> list[Any]:
    resolver = next(entry for entry in get_resolver().url_patterns if str(entry.pattern) == "api/v1/")
    return list(resolver.url_patterns)


@pytest.fixture
def uids(acme) -> dict[str, list[str]]:
    """uids of Acme's rows, by the model's name: one of every table, and those of the scene."""
    scene = {noun_of(word): found for word, found in make_scene(acme).items()}
    with acting_for(acme.admin):
        rows = {str(model._meta.model_name): str(row.uid) for model, row in make_rows(acme).items()}
    return {name: [*scene.get(name, []), uid] for name, uid in rows.items()}


def visits(program: Program, uids: dict[str, list[str]], partner: str) -> Iterator[tuple[str, Operation, int, str]]:
    """(said, operation, status, text) of every operation on every row, each asked by one token and undone."""
    for route, method, operation in swept():
        for path in paths(route.removeprefix("api/v1/"), operation, uids, partner):
            with transaction.atomic():
                answer = program.call(method, path, BODIES[operation.name] if operation.takes else None)
                transaction.set_rollback(True)
            assert answer["Content-Type"] in {"application/json", "application/problem+json"}
            yield f"{method} {path} ({answer.status_code})", operation, answer.status_code, answer.content.decode()


def paths(route: str, operation: Operation, uids: dict[str, list[str]], partner: str) -> list[str]:
    if "<uuid:" in route:
        return [re.sub(r"<uuid:\w+>", uid, route) for uid in uids[noun_of(route)]]
    of_partner = operation.asks is not None and "partner" in operation.asks().fields
    return [route, f"{route}?partner={partner}"] if of_partner else [route]


def faults(who: str, member: Any, uids: dict[str, list[str]], partner: str) -> Iterator[str]:
    for said, operation, status, text in visits(Program(token_of(member)), uids, partner):
        may = any(member.can(name) for name in operation.permissions) or not operation.permissions
        if status >= 500:
            yield f"{said} broke"
        if not may and status != 403:
            yield f"{said} without the permission"
        if may and status in {401, 403}:
            yield f"{said} with the permission"
        if INTERNAL in text and who not in STAFF:
            yield f"{said} shows internal values"
        if BETA in text and who in STRANGERS:
            yield f"{said} shows Beta's values"
        if ACME in text and who in {"zeta_admin", "executive_at_zeta"}:
            yield f"{said} shows Acme's values"
        if who in STRANGERS and may and re.search(r"/[0-9a-f-]{36}", said) and status != 404:
            yield f"{said}: a stranger finds the row"


def test_every_operation_that_takes_a_body_has_one_to_try():
    names = {operation.name for _route, _method, operation in swept() if operation.takes}
    assert names == set(BODIES)


# One of each kind in the short gate, all in the full run.
SOME = {"cam", "beta_seller", "zeta_admin"}
WHO = [*STAFF, *OF_BETA, *STRANGERS]


@pytest.mark.parametrize("who", [w if w in SOME else pytest.param(w, marks=pytest.mark.wide) for w in WHO])
def test_no_token_reaches_further_than_its_member(acme, uids, who):
    assert list(faults(who, acme.members()[who], uids, str(acme.beta.uid))) == []


def test_every_operation_does_its_work_for_somebody(acme, uids):
    """Else the sweep would prove nothing of it."""
    done: set[str] = set()
    for who in ("admin", "beta_executive"):
        program = Program(token_of(acme.members()[who]))
        visited = visits(program, uids, str(acme.beta.uid))
        done |= {operation.name for _said, operation, status, _text in visited if status < 300}
    assert {operation.name for _route, _method, operation in swept()} - done == set()


def test_without_a_token_nothing_is_told(acme, uids, client):
    for number, (route, method, _operation) in enumerate(swept()):
        path = re.sub(r"<uuid:\w+>", uids["lead"][0], route.removeprefix("api/v1/"))
        # Each from another place: one that asks in vain again and again would be told to wait.
        place = f"10.0.{number // 200}.{1 + number % 200}"
        assert client.generic(method, BASE + path, REMOTE_ADDR=place).status_code == 401, route


def test_a_token_with_one_scope_does_one_thing(acme, uids):
    for who in ("admin", "beta_executive"):
        member = acme.members()[who]
        program = Program(token_of(member, "task.read"))
        for said, operation, status, _text in visits(program, uids, str(acme.beta.uid)):
            is_more = bool(operation.permissions) and "task.read" not in operation.permissions
            assert (status == 403) == is_more, said
