"""The model of wins: trained on a vendor's own outcomes, put in use by a person, watched; and a table's report."""

import io
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from fairway.core import jobs
from fairway.core.access import system_member
from fairway.core.events.models import Event
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.leads.actions import winning
from fairway.leads.actions.policies import ensure_policies
from fairway.leads.actions.scoring import score_leads
from fairway.leads.models import Lead, LeadScore, WinModel
from fairway.leads.queries import outcomes
from fairway.leads.queries.outcomes import closed_leads, known_at_capture
from fairway.leads.rules.learning.chances import chances
from fairway.leads.tests.test_routing import captured
from fairway.workflow.models import Notification

AT = datetime(2026, 3, 4, 15, tzinfo=UTC)
MODEL = "/acme/console/scoring/model/"


@pytest.fixture
def rules(acme):
    actor = system_member(acme.acme.pk, "Setup")
    ensure_policies(actor=actor, at=AT)
    return actor


@pytest.fixture
def won_by_size(acme, rules, monkeypatch):
    """Two hundred leads; the larger the company, the oftener it was won."""
    ids = captured(acme, 200)
    rng = np.random.default_rng(5)
    sizes = rng.integers(1, 1000, len(ids))
    wins = rng.random(len(ids)) < sizes / 1000
    with acting_for(acme.admin):
        for lead_id, size in zip(ids, sizes.tolist(), strict=True):
            Lead.objects.filter(pk=lead_id).update(employees=size, state="converted")
    told = [(lead_id, bool(won), AT) for lead_id, won in zip(ids, wins, strict=True)]
    monkeypatch.setattr(outcomes, "_sources", [lambda most: told[:most]])
    return ids


def trained(acme):
    return winning.train_model(actor=acme.operations, at=AT)


def test_a_candidate_waits_for_a_person_and_then_gives_chances_with_reasons(acme, rules, won_by_size):
    model = trained(acme)
    assert (model.state, model.report["verdict"], model.report["outcomes"]) == ("candidate", "signal", 200)
    assert model.report["auc"] > 0.7
    assert 0 <= model.report["rule_auc"] <= 1
    assert model.report["fields"] == [str(field.label) for field in known_at_capture()]
    (new,) = captured(acme, 1)
    score_leads(lead_ids=[new], actor=rules, at=AT)
    with entering(acme.admin.context):
        assert LeadScore.objects.get(lead=new).chance is None
    winning.use_model(model=model, actor=acme.operations, at=AT)
    with acting_for(acme.admin):
        Lead.objects.filter(pk=new).update(employees=990)
    score_leads(lead_ids=[new], actor=rules, at=AT)
    with entering(acme.admin.context):
        score = LeadScore.objects.get(lead=new)
    assert score.chance > 0.5
    assert score.chance_by_id == model.pk
    assert (score.chance_reasons[0]["label"], score.chance_reasons[0]["adds"] > 0) == ("Employees", True)


def test_a_second_version_never_takes_the_place_by_itself(acme, won_by_size):
    first, second = winning.use_model(model=trained(acme), actor=acme.operations, at=AT), trained(acme)
    with entering(acme.admin.context):
        assert dict(WinModel.objects.values_list("number", "state")) == {1: "in_use", 2: "candidate"}
    winning.use_model(model=second, actor=acme.operations, at=AT + timedelta(days=1))
    with pytest.raises(Refused, match="no candidate any more"):
        winning.use_model(model=first, actor=acme.operations, at=AT)
    with entering(acme.admin.context):
        assert dict(WinModel.objects.values_list("number", "state")) == {1: "retired", 2: "in_use"}
        old = WinModel.objects.get(number=1)
    assert old.used_until == AT + timedelta(days=1)
    names = [field.name for field in known_at_capture()]
    average = {name: [None] for name in names}
    assert chances(old.parameters, average, 1).tolist() == chances(second.parameters, average, 1).tolist()
    winning.stop_model(actor=acme.operations, at=AT)
    with pytest.raises(Refused, match="No model is in use"):
        winning.stop_model(actor=acme.operations, at=AT)


def test_outcomes_that_mean_nothing_and_too_few_keep_it_silent(acme, won_by_size, monkeypatch):
    source = outcomes._sources[0]
    rng = np.random.default_rng(1)
    drawn = rng.permutation([won for _lead, won, _at in source(500)])
    told = [(lead_id, bool(won), at) for (lead_id, _won, at), won in zip(source(500), drawn, strict=True)]
    monkeypatch.setattr(outcomes, "_sources", [lambda _most: told])
    model = trained(acme)
    assert (model.state, model.report["verdict"], model.parameters) == ("silent", "none", {})
    monkeypatch.setattr(outcomes, "_sources", [lambda _most: told[:50]])
    few = trained(acme)
    assert (few.state, few.report["verdict"]) == ("silent", "few")
    with pytest.raises(Refused):
        winning.use_model(model=few, actor=acme.operations, at=AT)


def test_a_lead_is_lost_when_closed_without_a_deal_and_a_duplicate_says_nothing(acme, rules, monkeypatch):
    monkeypatch.setattr(outcomes, "_sources", [])
    lost, copy, _still_open = captured(acme, 3)
    with acting_for(acme.admin):
        Lead.objects.filter(pk=lost).update(state="closed", closed_at=AT, close_reason="no_need")
        Lead.objects.filter(pk=copy).update(state="closed", closed_at=AT, close_reason="duplicate")
    with entering(acme.admin.context):
        found = closed_leads()
    assert ([row["id"] for row in found.rows], found.won.tolist(), found.until) == ([lost], [0], AT)


def test_drift_is_kept_and_told_when_leads_become_of_another_kind(acme, rules, won_by_size):
    winning.use_model(model=trained(acme), actor=acme.operations, at=AT)
    assert winning.watch_drift(actor=rules, at=AT - timedelta(days=900)) is None
    with acting_for(acme.admin):
        Lead.objects.update(captured_at=AT - timedelta(days=1))
    like = winning.watch_drift(actor=rules, at=AT)
    assert like["moved"] == []
    with acting_for(acme.admin):
        Lead.objects.update(employees=5000)
    other = winning.watch_drift(actor=rules, at=AT)
    assert "Employees" in other["moved"]
    with entering(acme.admin.context):
        assert WinModel.objects.get().drift["moved"] == other["moved"]
        assert Event.objects.filter(verb="drifted").count() == 1
    with entering(acme.operations.context):
        assert Notification.objects.filter(kind="winmodel.drifted", seat=acme.operations.seat_id).exists()


def test_what_is_asked_for_is_trained_by_the_job(acme, won_by_size):
    winning.ask_for_training(actor=acme.operations)
    jobs.run_pending()
    with entering(acme.admin.context):
        assert dict(WinModel.objects.values_list("number", "state")) == {1: "candidate"}


def test_who_may_not_edit_scoring_trains_nothing(acme, won_by_size):
    for call in (
        lambda: winning.ask_for_training(actor=acme.cam),
        lambda: winning.stop_model(actor=acme.cam, at=AT),
    ):
        with pytest.raises(PermissionDenied):
            call()
    with entering(acme.admin.context):
        assert not WinModel.objects.exists()


def test_the_page_shows_silence_the_pictures_and_puts_in_use(acme, won_by_size, client_of):
    browser = client_of(acme.operations)
    assert "Nothing trained yet" in browser.get(MODEL).content.decode()
    model = trained(acme)
    page = browser.get(MODEL)
    assert page.status_code == 200
    text = page.content.decode()
    assert "Do its chances come true?" in text
    assert "How well does it tell won from lost?" in text
    assert browser.post(f"{MODEL}{model.uid}/use/").status_code == 302
    assert browser.get(f"{MODEL}?version=1").status_code == 200
    assert browser.get(f"{MODEL}?version=99").status_code == 404
    assert browser.post(f"{MODEL}training/").status_code == 302
    assert browser.post(f"{MODEL}silence/").status_code == 302
    with entering(acme.admin.context):
        assert WinModel.objects.get().state == "retired"
    assert client_of(acme.cam).post(f"{MODEL}training/").status_code == 403


def table(rows):
    text = io.StringIO()
    text.write("Size;Kind;Status\n")
    for size, kind, status in rows:
        text.write(f"{size};{kind};{status}\n")
    return SimpleUploadedFile("wins.csv", text.getvalue().encode(), content_type="text/csv")


def test_a_table_gets_the_same_report_and_repeated_rows_count_once(acme, rules, client_of):
    rng = np.random.default_rng(2)
    rows = [(n, "a", "Won" if rng.random() < n / 300 else "Lost") for n in range(300)]
    answer = client_of(acme.operations).post(f"{MODEL}tables/", {"file": table([*rows, *rows[:40]])})
    assert (answer.status_code, answer["Location"]) == (302, f"{MODEL}?version=1")
    with entering(acme.admin.context):
        made = WinModel.objects.get()
    assert (made.state, made.name, made.report["verdict"]) == ("table", "wins.csv", "signal")
    assert (made.report["rows"], made.report["repeated"], made.report["outcomes"]) == (340, 40, 300)
    page = client_of(acme.operations).get(answer["Location"])
    assert "Repeated rows, counted once" in page.content.decode()
    with pytest.raises(Refused):
        winning.use_model(model=made, actor=acme.operations, at=AT)


@pytest.mark.parametrize(
    ("data", "more", "words"),
    [
        (b"", {}, "empty"),
        (b"one\n1\n", {}, "needs 2 to 60 columns"),
        (b"a;a\n1;2\n", {}, "each with a name of its own"),
        (b"a;b\n", {}, "has no rows"),
        (b"a;b\n1;x\n2;y\n3;z\n", {}, "exactly two"),
        (b"a;b\n1;x\n2;y\n", {}, "is the win"),
        (b"a;b\n1;x\n2;y\n", {"outcome": "c"}, "There is no column"),
        (b"\xff\xfe\x00\x01", {}, "needs 2 to 60 columns"),
    ],
)
def test_a_table_that_says_nothing_is_refused_in_words(acme, rules, client_of, data, more, words):
    file = SimpleUploadedFile("odd.csv", data)
    answer = client_of(acme.operations).post(f"{MODEL}tables/", {"file": file, **more})
    assert answer.status_code == 400
    assert words in answer.content.decode()
    with entering(acme.admin.context):
        assert not WinModel.objects.exists()
