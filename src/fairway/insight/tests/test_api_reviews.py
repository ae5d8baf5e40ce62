"""Reviews by programs."""

import pytest
from tests.api import problem_of, program_of
from tests.scene import make_scene

pytestmark = pytest.mark.django_db
NOBODYS = "0198f2aa-0000-7000-8000-00000000dead"


def test_a_review_has_twelve_months_whose_sum_is_the_total(acme):
    make_scene(acme)
    told = program_of(acme.cam).get(f"review?partner={acme.beta.uid}").json()
    assert (len(told["months"]), told["partner"], told["currency"]) == (12, str(acme.beta.uid), "USD")
    assert told["total"]["offered"] == sum(month["offered"] for month in told["months"]) == 2
    assert (told["total"]["accepted"], told["open_deals"]) == (1, 1)
    before = program_of(acme.cam).get(f"review?partner={acme.beta.uid}&as_of=2020-01-31").json()
    assert (before["as_of"], before["total"]["offered"], before["growth"]) == ("2020-01-31", 0, None)


def test_a_partner_reads_its_own_review_and_no_other(acme):
    program = program_of(acme.beta_executive)
    assert program.get("review").json()["partner"] == str(acme.beta.uid)
    problem_of(program.get(f"review?partner={acme.gamma.uid}"), 404)
    problem_of(program.get("channel-review"), 403)
    problem_of(program_of(acme.cam).get(f"review?partner={acme.gamma.uid}"), 404)
    problem_of(program_of(acme.admin).get(f"review?partner={NOBODYS}"), 404)
    problem_of(program_of(acme.admin).get("review"), 404)
    assert "as_of" in problem_of(program.get("review?as_of=soon"), 422)["errors"]


def test_the_channel_tells_funnel_and_distribution(acme):
    make_scene(acme)
    told = program_of(acme.admin).get("channel-review?by=partner").json()
    assert (told["is_ready"], told["review"]["total"]["offered"]) == (True, 2)
    assert told["funnel"][0] == {"step": "captured", "count": 4}
    assert [(row["partner"], row["offered"], row["accepted"]) for row in told["distribution"]] == [
        (str(acme.beta.uid), 2, 1)
    ]
    assert "by" in problem_of(program_of(acme.admin).get("channel-review?by=moon"), 422)["errors"]
