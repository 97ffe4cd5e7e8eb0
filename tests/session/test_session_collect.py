"""Rounds of collecting, with an engine that says what the test wants."""

# ruff: noqa: F811 - fixtures come by import
from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from collect_world import (  # noqa: F401 - fixtures
    EASY,
    HARD,
    boxes,
    collector,
    drop,
    engine,
    folder,
    outcomes,
    round_of,
    scene,
    session,
)

from hardcase.hardness.rule import Rule, RuleKind
from hardcase.model.job import RunState, Status
from hardcase.model.seen import Outcome
from hardcase.session import LabelingSession, Tab

SURE = boxes((0.8, 0), (0.49, 1), (0.49, 1))
"""Hard as well, with one box that the model is sure of."""


def test_the_hard_ones_join_the_job_and_the_easy_ones_stay(session, folder, round_of, engine):
    for n in range(4):
        drop(folder, f"{n}.png", n)
    engine.script = {"1.png": HARD, "3.png": HARD}
    done = round_of()
    assert outcomes(done) == {"0.png": "left", "1.png": "taken", "2.png": "left", "3.png": "taken"}
    ids = session.query(Tab.TO_BE_CONFIRMED).tolist()
    samples = [session.sample(i) for i in ids]
    assert {s.path for s in samples} == {"collected/1.png", "collected/3.png"}
    for sample in samples:
        assert sample.status is Status.TO_BE_CONFIRMED
        assert sample.hard
        assert sample.coefficient is not None
        assert sample.coefficient > 0.5
        assert sample.annotations[0].by == sample.labeled_by == "model#1"
        assert (sample.width, sample.height) == (120, 90)
        assert session.prediction(sample.id).annotations == sample.annotations
        copy = session.image_path(sample.id)
        assert copy.read_bytes() == (folder / copy.name).read_bytes()
    (run,) = session.runs
    assert (run.kind, run.state, run.done, run.total) == ("collect", RunState.COMPLETED, 4, 4)


def test_nothing_is_looked_at_twice(session, folder, round_of, engine):
    drop(folder, "a.png", 1)
    drop(folder, "b.png", 2)
    engine.script = {"a.png": HARD}
    round_of()
    assert outcomes(round_of()) == {}
    (folder / "a.png").rename(folder / "renamed.png")
    shutil.copy(folder / "b.png", folder / "copy.png")
    assert outcomes(round_of()) == {}
    assert sorted(engine.asked) == ["a.png", "b.png"]
    drop(folder, "c.png", 3)
    assert outcomes(round_of()) == {"c.png": "left"}
    assert session.stats().total == 6


def test_one_collector_does_many_rounds_of_one_run(session, folder, collector, engine):
    made = collector()
    made.begin(session)
    for n in range(3):
        drop(folder, f"{n}.png", n)
        engine.script[f"{n}.png"] = HARD
        assert outcomes(made.round(session, made.ready())) == {f"{n}.png": "taken"}
    assert made.ready() == []
    (run,) = session.runs
    assert (run.done, run.total, run.state) == (3, 3, RunState.COMPLETED)


def test_a_round_is_one_change_that_can_be_undone_and_repeated(session, folder, round_of, engine):
    drop(folder, "a.png", 1)
    engine.script = {"a.png": HARD}
    round_of()
    before = {s.id: s for s in session.samples()}
    assert session.undo().title == "undo: collect 1 of 1 image with model#1"
    assert session.stats().total == 5
    assert session.redo() is not None
    assert {s.id: s for s in session.samples()} == before


def test_what_was_taken_back_stays_out_until_asked_again(session, folder, round_of, engine):
    drop(folder, "a.png", 1)
    drop(folder, "b.png", 2)
    engine.script = {"a.png": HARD}
    round_of()
    session.undo()
    assert outcomes(round_of()) == {}
    assert outcomes(round_of(again=True)) == {"a.png": "taken", "b.png": "left"}
    files = sorted(p.name for p in (session.root / "collected").glob("*.png"))
    assert files == ["a.png"]  # the copy that the undo left is used
    assert outcomes(round_of(again=True)) == {"b.png": "left"}


@pytest.mark.parametrize("synced", [False, True])
def test_copies_of_a_round_that_was_undone_stay_out_of_the_job(
    session, folder, round_of, engine, synced
):
    drop(folder, "a.png", 1)
    engine.script = {"a.png": HARD}
    round_of()
    if synced:
        session.sync()
    session.undo()
    assert len(session.sync().found.left) == 1
    assert session.stats().total == 5
    assert session.redo() is not None
    assert session.sync().missing == 0
    assert session.stats().total == 6


def test_no_new_sample_takes_the_prediction_of_one_taken_back(session, folder, round_of, engine):
    drop(folder, "a.png", 1)
    engine.script = {"a.png": HARD}
    round_of()
    session.undo()
    session.sync(deleted=True)  # the copy comes in as an unlabeled sample
    (new,) = [s for s in session.samples() if s.path.startswith("collected")]
    assert session.prediction(new.id) is None
    session.settlement(1).settle()


def test_collected_samples_are_judged_again_with_those_that_follow(
    session, folder, round_of, engine
):
    drop(folder, "a.png", 1)
    engine.script = {"a.png": HARD}
    round_of()
    (sample_id,) = session.query(Tab.TO_BE_CONFIRMED).tolist()
    session.confirm([sample_id])
    drop(folder, "b.png", 2)
    assert outcomes(round_of()) == {"b.png": "left"}
    assert session.settlement(1).settle().edits == {}


def test_a_budget_a_share_and_a_risk_choose(session, folder, collector, engine):
    for n in range(4):
        drop(folder, f"{n}.png", n)
    engine.script = {"1.png": HARD, "3.png": boxes((0.5, 0), (0.45, 1))}

    def taken(**options) -> int:
        made = collector(**options)
        made.begin(session)
        done = made.round(session, made.ready())
        session.undo()
        return done.count(Outcome.TAKEN)

    assert taken(budget=1) == 1
    assert taken(budget=3, again=True) == 3
    assert taken(rule=Rule(RuleKind.SHARE, 0.5), again=True) == 2
    assert taken(rule=Rule(RuleKind.RISK, 0.0), again=True) == 4
    assert taken(take_easy=True, again=True) == 4


def test_easy_ones_that_are_taken_are_not_marked_hard(session, folder, round_of, engine):
    drop(folder, "a.png", 1)
    drop(folder, "b.png", 2)
    engine.script = {"a.png": HARD}
    done = round_of(take_easy=True)
    assert {i.seen.path: i.sample.hard for i in done.images} == {"a.png": True, "b.png": False}


def test_near_duplicates_are_left_and_told(session, folder, round_of, engine):
    scene(1).save(session.root / "images" / "ours.png")
    session.sync()
    scene(1).resize((90, 68)).save(folder / "smaller.png")
    drop(folder, "burst1.png", 2)
    scene(2).resize((60, 45)).save(folder / "burst2.jpg", quality=60)
    engine.script = dict.fromkeys(("smaller.png", "burst1.png"), SURE)
    engine.script["burst2.jpg"] = boxes((0.8, 0), (0.45, 1), (0.45, 1), scale=0.5)
    done = round_of()
    assert outcomes(done) == {
        "smaller.png": "duplicate",
        "burst1.png": "taken",
        "burst2.jpg": "duplicate",
    }
    twins = {item.seen.path: item.twin for item in done.images}
    assert twins == {
        "smaller.png": "images/ours.png",
        "burst1.png": None,
        "burst2.jpg": "burst1.png",
    }
    assert outcomes(round_of(again=True, keep_duplicates=True)) == {
        "smaller.png": "taken",
        "burst2.jpg": "taken",
    }


def test_what_came_into_a_scene_makes_it_worth_taking(session, folder, round_of, engine):
    drop(folder, "empty.png", 1)
    engine.script = {"empty.png": HARD}
    round_of()
    scene(1).resize((110, 83)).save(folder / "bird.png")
    engine.script["bird.png"] = boxes((0.55, 1), (0.45, 0), (0.45, 1), (0.4, 0))
    assert outcomes(round_of()) == {"bird.png": "taken"}


def test_unreadable_files_are_told_once(session, folder, round_of, engine):
    (folder / "text.jpg").write_text("no picture")
    whole = drop(folder, "cut.png", 1).read_bytes()
    (folder / "cut.png").write_bytes(whole[:200])
    drop(folder, "odd.png", 2)
    engine.script = {"odd.png": "the model will have none of it"}
    done = round_of()
    assert set(outcomes(done).values()) == {"unreadable"}
    errors = {item.seen.path: item.seen.error for item in done.images}
    assert "not an image" in errors["text.jpg"]
    assert errors["odd.png"] == "the model will have none of it"
    assert outcomes(round_of()) == {}
    (folder / "cut.png").write_bytes(whole)  # the rest of it came
    assert outcomes(round_of()) == {"cut.png": "left"}
    assert session.stats().total == 5


def test_names_that_collide_do_not_write_over_anything(session, folder, round_of, engine):
    engine.script = {"a.png": HARD}
    for seed in (1, 2):
        drop(folder, "a.png", seed)
        round_of()
    drop(folder, "sub/a.png", 3)
    round_of()
    paths = sorted(s.path for s in session.samples() if s.path.startswith("collected"))
    assert paths == ["collected/a-2.png", "collected/a.png", "collected/sub/a.png"]


def test_moving_removes_what_was_taken_and_only_that(session, folder, round_of, engine):
    drop(folder, "a.png", 1)
    drop(folder, "b.png", 2)
    engine.script = {"a.png": HARD}
    round_of(move=True)
    assert [p.name for p in folder.iterdir()] == ["b.png"]


def test_a_job_without_labels_takes_those_of_the_model(make_session, folder, collector):
    session = make_session(labels=())
    drop(folder, "a.png", 1)
    made = collector(take_easy=True)
    made.begin(session)
    made.round(session, made.ready())
    assert [label.name for label in session.labels] == ["cat", "dog"]


def test_what_is_remembered_survives_closing(session, folder, round_of, collector, engine):
    drop(folder, "a.png", 1)
    round_of()
    session.close()
    with LabelingSession.open(session.path) as opened:
        made = collector()
        made.begin(opened)
        assert made.ready() == []


def test_easy_is_what_the_evidence_says_it_is(session, folder, round_of, engine):
    drop(folder, "a.png", 1)
    engine.script = {"a.png": replace(EASY)}
    (item,) = round_of().images
    assert item.seen.coefficient < 0.5
    assert item.seen.said is None
