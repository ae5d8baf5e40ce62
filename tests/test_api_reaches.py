"""Whatever people can do, programs can do: every action is called by an operation, or named here with the reason."""

import ast
from pathlib import Path

SRC = Path(__file__).parents[1] / "src" / "fairway"
BY_BULK = "the same by many rows: programs send one request each, or a bulk request where there is one"
BY_IMPORT = "reached by sending an import of its kind"
INSIDE = "a part of other actions, jobs and reactions; no person asks for it"
ON_PAGES = "about the page a person looks at"
BY_PERSON = "only a person at a browser, with the own log-in, may do this"
BY_RULE = "a part of replacing a partner's rule for sellers as one document"
BY_CARD = "a part of replacing a score card as one document"
REVIEWED = {
    # connect
    "import_products": BY_IMPORT, "import_customers": BY_IMPORT, "import_contacts": BY_IMPORT,
    "import_deals": BY_IMPORT, "import_touches": BY_IMPORT, "import_leads": BY_IMPORT, "import_campaigns": BY_IMPORT,
    "import_partner_contacts": BY_IMPORT, "take_one": INSIDE, "stop_drop_folder": INSIDE, "propose_duplicates": INSIDE,
    "remember": INSIDE, "begin_import": INSIDE, "take_chunk": INSIDE, "finish_import": INSIDE, "fail_import": INSIDE,
    "push_stuck_imports": INSIDE, "clear_files": INSIDE, "guess_again": ON_PAGES, "correct_reading": ON_PAGES,
    # people
    "send_left_invitations": INSIDE, "save_client": BY_PERSON, "retire_client": BY_PERSON, "edit_client": BY_PERSON,
    "change_secret": BY_PERSON, "grant": BY_PERSON,
    "revoke_grant": BY_PERSON, "forget_ended": INSIDE, "close_in_block": INSIDE, "require_mine": INSIDE,
    "ask_second_factor_of_staff": BY_PERSON, "reset_second_factor": BY_PERSON, "create_token": BY_PERSON,
    "revoke_token": BY_PERSON, "set_limit": INSIDE,
    "request_approval": INSIDE, "decide": INSIDE, "withdraw_approval": INSIDE,
    # customers and deals
    "resolve_customer": INSIDE, "resolve_or_create": INSIDE, "create_unnamed": INSIDE, "create_customers": INSIDE,
    "new_customer": INSIDE, "require_decider": INSIDE, "approve_by_rule": INSIDE, "move_deals": BY_BULK,
    "put_back": ON_PAGES, "approve_registrations": BY_BULK, "open_deal": INSIDE, "protect_registration": INSIDE,
    "protect_lead": INSIDE, "end_protection": INSIDE, "terms_of_sending": INSIDE, "ask_deal_desk": INSIDE,
    # leads
    "capture_lead": "the pages' form of capture_leads", "capture_many": INSIDE,
    "offer_leads": BY_BULK, "recall_leads": BY_BULK, "close_leads": BY_BULK, "accept_offers": BY_BULK,
    "decline_offers": BY_BULK, "insert_offers": INSIDE,
    "touch_leads": BY_BULK, "keep_rating": INSIDE, "watch_all": INSIDE,
    "ask_to_watch": INSIDE, "count_sources": INSIDE, "save_cost": "the pages' form of import_costs",
    "remove_cost": "a cost of zero counts the same",
    "open_offer": ON_PAGES, "lapse_offer": INSIDE, "remind_offer": INSIDE, "place_leads": INSIDE,
    "ensure_policies": INSIDE, "save_score_draft": BY_CARD, "save_routing_draft": "a part of edit_routing_draft",
    "edit_score_draft": BY_CARD,
    "edit_bands": BY_CARD,
    "route_leads": INSIDE, "score_leads": INSIDE,
    "edit_categories": BY_CARD, "edit_scope": BY_CARD,
    "train_model": INSIDE, "ask_for_training": ON_PAGES,
    "report_on_table": ON_PAGES, "use_model": ON_PAGES, "stop_model": ON_PAGES,
    "watch_drift": INSIDE, "make_due_cards_live": INSIDE, "rescore_aged": INSIDE,
    "mark_converted": INSIDE,
    "assign_leads": BY_BULK, "assign_back": ON_PAGES, "save_seller_rule": BY_RULE, "save_seller_line": BY_RULE,
    "move_seller_line": BY_RULE, "remove_seller_line": BY_RULE,
    "fill_customer_keys": INSIDE, "fill_lead_keys": INSIDE, "keep_letter": INSIDE,
    "keep_recall": INSIDE, "save_reasons": BY_BULK, "follow_again": INSIDE, "open_pause": INSIDE,
    "reassign_lines": INSIDE, "prepare_reassignment": INSIDE, "choose_all": BY_BULK,
    "take_up_left": INSIDE, "ask_for_job": INSIDE, "give_back_lines": INSIDE,
    "work_through": INSIDE, "offer_on": INSIDE, "make_feed": BY_PERSON, "end_feed": BY_PERSON,
    "keep_alike": INSIDE, "look_for_alike": INSIDE, "count_ranks": INSIDE,
    "compute_plan": INSIDE, "fail_plan": INSIDE, "carry_out_lines": INSIDE,
    "count_shares": INSIDE, "ask_for_shares": ON_PAGES,
    "pool_leads": INSIDE, "refresh_audiences": INSIDE, "take_many_out": BY_BULK, "take_out_inside": INSIDE,
    "tell_of_pools": INSIDE, "tell_of_made_offers": INSIDE,
    # partners and numbers
    "place_in_tiers": INSIDE,
    "assign_manager": "part of changing a partner", "assign_managers": BY_BULK, "change_states": BY_BULK,
    "create_partner": "a bulk request of one line makes a partner", "set_capacity": "part of changing a partner",
    "write_export": INSIDE, "end_left_exports": INSIDE,
    # support, brand, privacy
    "ask_for_own_data": BY_PERSON,
    "carry_out": INSIDE,
    "clear_exports": INSIDE,
    "erase_files": INSIDE,
    "fetched": BY_PERSON,
    "grant_support": BY_PERSON,
    }  # fmt: skip


def functions(path: Path) -> list[ast.FunctionDef]:
    return [each for each in ast.parse(path.read_text()).body if isinstance(each, ast.FunctionDef)]


def actions() -> set[str]:
    """The public functions of actions that a member does something by."""
    found = set()
    for path in SRC.glob("**/actions/*.py"):
        for each in functions(path):
            names = {argument.arg for argument in (*each.args.args, *each.args.kwonlyargs)}
            if "actor" in names and not each.name.startswith("_"):
                found.add(each.name)
    return found


def called_by_programs() -> set[str]:
    """Names that the modules of the API import and use."""
    found = set()
    for path in [*SRC.glob("**/*api.py"), *SRC.glob("**/api/*.py")]:
        names = {each.id for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, ast.Name)}
        found |= names
    return found


def test_every_action_is_reached_by_a_program_or_named_with_a_reason() -> None:
    unreached = actions() - called_by_programs() - {"earlier_answer", "keep_answer"}
    assert sorted(unreached - set(REVIEWED)) == [], "give it an operation, or a reason in this file"


def test_no_reason_outlives_its_action() -> None:
    unreached = actions() - called_by_programs()
    assert sorted(set(REVIEWED) - unreached) == []
