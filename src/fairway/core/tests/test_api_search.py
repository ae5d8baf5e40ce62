"""The search for programs."""

from tests.api import problem_of, program_of

from fairway.core.tests.test_search import captured


def test_programs_find_what_their_token_may_read(acme):
    lead = captured(acme)
    told = program_of(acme.admin).get("search?q=nordlicht").json()
    assert [(item["kind"], item["uid"], item["title"], item["path"]) for item in told["items"]] == [
        ("leads", str(lead.uid), "Nordlicht Brauerei GmbH", f"/acme/console/leads/{lead.uid}/")
    ]
    assert told["is_forgiving"] is False
    assert program_of(acme.gamma_seller).get("search?q=nordlicht").json()["items"] == []
    assert program_of(acme.admin, "deal.read").get("search?q=nordlicht").json()["items"] == []
    problem_of(program_of(acme.admin, "task.read").get("search?q=nordlicht"), 403)


def test_a_search_without_words_finds_nothing_and_one_of_an_unknown_kind_is_refused(acme):
    program = program_of(acme.admin)
    assert program.get("search").json() == {"items": [], "is_forgiving": False}
    problem_of(program.get("search?q=x&kind=secrets"), 422)
