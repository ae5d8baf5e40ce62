import pytest
from django.apps.registry import Apps
from django.db import connection, models
from django.db.models import F

from fairway.core import words
from fairway.core.moves import StateConflict, move, move_many
from fairway.core.states import Machine, TransitionRefused, _machines, all_machines


@pytest.fixture(autouse=True)
def machines_of_this_test_only():
    before = dict(_machines)
    yield
    _machines.clear()
    _machines.update(before)


TABLE = {
    ("draft", "submit"): "submitted",
    ("submitted", "return_"): "draft",
    ("submitted", "approve"): "approved",
    ("draft", "withdraw"): "withdrawn",
    ("submitted", "withdraw"): "withdrawn",
}
LABELS = {"draft": "Draft", "submitted": "Submitted", "approved": "Approved", "withdrawn": "Withdrawn"}


def machine(**other):
    parts = {"transitions": TABLE, "initial": "draft", "labels": LABELS, "final": {"approved", "withdrawn"}}
    return Machine("trial_paper", **{**parts, **other})


def test_every_pair_of_state_and_verb_is_either_in_the_table_or_refused():
    paper = machine()
    for state in paper.states:
        for verb in paper.verbs:
            if (state, verb) in TABLE:
                assert paper.allows(state, verb)
                assert paper.next(state, verb) == TABLE[state, verb]
            else:
                assert not paper.allows(state, verb)
                with pytest.raises(TransitionRefused):
                    paper.next(state, verb)


def test_a_refusal_is_a_sentence_that_says_what_is_possible():
    paper = machine()
    with pytest.raises(TransitionRefused) as refusal:
        paper.next("draft", "approve")
    assert str(refusal.value) == (
        "“Approve” is not possible: this trial paper is “Draft”. Possible now: Submit, Withdraw."
    )
    with pytest.raises(TransitionRefused) as refusal:
        paper.next("approved", "withdraw")
    assert str(refusal.value) == "“Withdraw” is not possible: this trial paper is “Approved”, which is final."


def test_names_outside_the_table_are_mistakes_of_the_program():
    paper = machine()
    with pytest.raises(ValueError, match="no state 'lost'"):
        paper.next("lost", "submit")
    with pytest.raises(ValueError, match="no verb 'fly'"):
        paper.next("draft", "fly")


def test_verbs_states_and_choices_come_in_the_order_of_the_table():
    paper = machine()
    assert paper.verbs_from("submitted") == ("return_", "approve", "withdraw")
    assert paper.verbs_from("approved") == ()
    assert paper.states_allowing("withdraw") == ("draft", "submitted")
    assert paper.choices == [
        ("draft", "Draft"),
        ("submitted", "Submitted"),
        ("approved", "Approved"),
        ("withdrawn", "Withdrawn"),
    ]
    assert paper.is_final("approved")
    assert not paper.is_final("draft")


def test_the_diagram_shows_every_transition():
    assert machine().diagram() == (
        "stateDiagram-v2\n"
        "    [*] --> draft\n"
        "    draft --> submitted: submit\n"
        "    submitted --> draft: return_\n"
        "    submitted --> approved: approve\n"
        "    draft --> withdrawn: withdraw\n"
        "    submitted --> withdrawn: withdraw\n"
        "    approved --> [*]\n"
        "    withdrawn --> [*]\n"
    )


@pytest.mark.parametrize(
    ("other", "problem"),
    [
        ({"labels": {"draft": "Draft"}}, "states without a label: approved, submitted, withdrawn"),
        ({"labels": {**LABELS, "lost": "Lost"}}, "labels of nothing: lost"),
        ({"initial": "submitted", "transitions": {("submitted", "approve"): "approved", ("draft", "x"): "approved"},
          "labels": {k: k for k in ("draft", "submitted", "approved")}, "final": {"approved"}},
         "states never reached: draft"),
        ({"final": {"approved"}}, "states that end without being final: withdrawn"),
        ({"final": {"approved", "withdrawn", "draft"}}, "final states that go on or are unknown: draft"),
        ({"transitions": {**TABLE, ("draft", "Give up"): "withdrawn"}}, "not lower-case words: Give up"),
    ],
)  # fmt: skip
def test_a_table_with_a_hole_is_refused_when_it_is_defined(other, problem):
    with pytest.raises(ValueError, match=problem):
        machine(**other)
    assert "trial_paper" not in _machines


def test_machines_are_registered_once_for_the_sweeps():
    paper = machine()
    assert paper in all_machines()
    with pytest.raises(ValueError, match="defined twice"):
        machine()


def test_words_are_translated_when_they_are_shown():
    sentence = words.said("%(n)s papers", n=3)
    before = words._translate, words._translate_many
    try:
        assert str(sentence) == "3 papers"
        words.install({"%(n)s papers": "%(n)s Blätter"}.__getitem__)
        assert str(sentence) == "3 Blätter"
    finally:
        words.install(*before)


registry = Apps()


class Paper(models.Model):
    status = models.TextField(default="draft")
    version = models.IntegerField(default=1)
    note = models.TextField(default="")
    counted = models.IntegerField(default=0)

    class Meta:
        apps = registry
        app_label = "states_trial"
        db_table = "states_trial_paper"


@pytest.fixture
def papers(db):
    with connection.cursor() as cursor:
        cursor.execute(
            'CREATE TEMPORARY TABLE "states_trial_paper" (id bigint GENERATED BY DEFAULT AS IDENTITY, '
            "status text, version integer, note text, counted integer) ON COMMIT DROP"
        )
    return Paper.objects


def stored(paper):
    return Paper.objects.filter(pk=paper.pk).values_list("status", "version", "note").get()


def test_a_move_sets_state_changes_and_version_and_tells_where_it_came_from(papers):
    paper = papers.create()
    assert move(paper, machine(), "submit", note="please", counted=F("counted") + 2) == "draft"
    assert stored(paper) == ("submitted", 2, "please")
    assert (paper.status, paper.version, paper.note, paper.counted) == ("submitted", 2, "please", 2)


def test_the_second_of_two_who_move_one_row_gets_a_conflict_and_changes_nothing(papers):
    first, process = papers.create(status="submitted"), machine()
    second = papers.get()
    move(first, process, "approve")
    with pytest.raises(StateConflict) as conflict:
        move(second, process, "withdraw", note="too late")
    assert str(conflict.value) == (
        "Someone else was first: this trial paper has changed since you opened it. Reload and look again."
    )
    assert stored(first) == ("approved", 2, "")
    assert (second.status, second.version, second.note) == ("submitted", 1, "")


def test_an_edit_in_between_is_a_conflict_too(papers):
    paper = papers.create()
    papers.update(version=F("version") + 1)
    with pytest.raises(StateConflict):
        move(paper, machine(), "submit")
    assert stored(paper) == ("draft", 2, "")


def test_a_verb_that_the_state_does_not_allow_touches_nothing(papers, django_assert_num_queries):
    paper = papers.create()
    with django_assert_num_queries(0), pytest.raises(TransitionRefused):
        move(paper, machine(), "approve", note="x")
    assert stored(paper) == ("draft", 1, "")


def test_a_queryset_of_one_row_moves_and_of_several_is_a_mistake(papers):
    process, paper = machine(), papers.create(status="submitted")
    assert move(papers.filter(pk=paper.pk), process, "approve") == "submitted"
    assert stored(paper) == ("approved", 2, "")
    papers.create()
    with pytest.raises(ValueError, match="use move_many"):
        move(papers.all(), process, "withdraw")
    with pytest.raises(StateConflict):
        move(papers.none(), process, "withdraw")


def test_many_rows_move_in_one_statement_and_the_others_stay(papers, django_assert_num_queries):
    for status in ("draft", "submitted", "approved"):
        papers.create(status=status)
    with django_assert_num_queries(1):
        assert move_many(papers.all(), machine(), "withdraw", note="season over") == 2
    assert list(papers.order_by("pk").values_list("status", "version", "note")) == [
        ("withdrawn", 2, "season over"),
        ("withdrawn", 2, "season over"),
        ("approved", 1, ""),
    ]
