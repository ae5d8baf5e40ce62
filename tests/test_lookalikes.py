"""How well the same lead is known again: measured on companies made by a generator that knows nothing of the rules."""

from collections import defaultdict
from dataclasses import asdict

import pytest
from benchmarks._leads._lookalikes import new_leads, original

from fairway.customers.rules import match_keys
from fairway.leads.rules.alike import ASK, SAME, compare
from fairway.leads.rules.alike_keys import facts_of, stored_keys

BLOCK_MOST = 40


def facts(lead):
    row = asdict(lead)
    row["name_key"] = match_keys.name_key(lead.company) or ""
    row["domain_key"] = match_keys.domain_key(lead.website) or match_keys.domain_key(lead.email) or ""
    row["email_key"] = match_keys.email_key(lead.email) or ""
    row["phone_key"] = match_keys.phone_key(lead.phone, lead.country) or ""
    return facts_of(row)


def keys_of(each):
    plain = {"email": each.email, "phone": each.phone, "domain": each.domain, "name": each.name}
    return [key for key in {**plain, **asdict(stored_keys(each))}.items() if key[1]]


def best_of(known, count):
    """(is a double, likeness of the best found, whether the best is right) of each new lead."""
    kept = [facts(original(number)) for number in range(known)]
    under = defaultdict(list)
    for number, each in enumerate(kept):
        for key in keys_of(each):
            under[key].append(number)
    for lead in new_leads(count, known):
        new = facts(lead)
        blocks = [under.get(key, ()) for key in keys_of(new)]
        near = {number for block in blocks if len(block) <= BLOCK_MOST for number in block}
        likeness, number = max(((compare(new, kept[n]).likeness, -n) for n in near), default=(0.0, 1))
        yield lead.company_number < known, likeness, lead.company_number == -number


def quality(found, least):
    proposed = [each for each in found if each[1] >= least]
    right = sum(is_right for _double, _likeness, is_right in proposed)
    return right / len(proposed), right / sum(is_double for is_double, _likeness, _right in found)


def test_of_two_thousand_new_leads_the_doubles_are_found_and_hardly_others():
    found = list(best_of(5_000, 2_000))
    precision, recall = quality(found, ASK)
    assert precision >= 0.98
    assert recall >= 0.95
    assert quality(found, SAME)[0] >= 0.995


@pytest.mark.wide
def test_ten_thousand_new_leads_beside_fifty_thousand():
    found = list(best_of(50_000, 10_000))
    precision, recall = quality(found, ASK)
    assert precision >= 0.98
    assert recall >= 0.95
    assert quality(found, SAME)[0] >= 0.995
