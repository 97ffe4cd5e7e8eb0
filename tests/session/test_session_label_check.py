"""Checking labels that are there: nothing is changed, what is found is kept while it holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from collect_world import PIXELS, ScriptedEngine, prepared

from hardcase.errors import UsageError
from hardcase.inference import Profile
from hardcase.inference.profile.schema import Decoder, InputSpec
from hardcase.model.boxes import Box
from hardcase.model.evidence import FLIP, ORIGINAL, Detections, Evidence
from hardcase.model.findings import MistakeKind
from hardcase.model.job import Annotation, RunState, Status, Task
from hardcase.session import Tab
from hardcase.session.autolabel import runs
from hardcase.session.autolabel.runs import PreparedRun, RunRequest
from hardcase.session.judging.label_check import LabelCheck, mark
from hardcase.session.judging.population import completed


def boxes(*found: tuple[tuple[float, ...], float, int]) -> Evidence:
    seen = Detections(
        np.array([box for box, _, _ in found], np.float32).reshape(-1, 4),
        np.array([score for _, score, _ in found], np.float32),
        np.array([c for _, _, c in found], np.int64),
    )
    accepted = sum(score >= 0.5 for _, score, _ in found)
    views = {ORIGINAL: seen, FLIP: seen}
    return Evidence(40, 30, PIXELS, detections=views, box_pixels=(PIXELS,) * accepted)


def classes(*p: float) -> Evidence:
    views = dict.fromkeys((ORIGINAL, FLIP), np.array(p, np.float32))
    return Evidence(40, 30, PIXELS, probabilities=views)


PLACE = (2.0, 2.0, 20.0, 20.0)
CAT_HERE = boxes((PLACE, 0.9, 0))
DOG_HERE = boxes((PLACE, 0.9, 1))


@pytest.fixture(autouse=True)
def engine(monkeypatch):
    ScriptedEngine.script = {f"{n:03}.png": CAT_HERE for n in range(5)}
    ScriptedEngine.asked = []
    ScriptedEngine.before = staticmethod(lambda _name: None)
    monkeypatch.setattr(runs, "LocalEngine", ScriptedEngine)
    return ScriptedEngine


@pytest.fixture
def session(make_session):
    """Four samples with a cat each, labeled by a person, and one that is unlabeled."""
    made = make_session()
    for sample_id in (1, 2, 3, 4):
        made.set_annotations(sample_id, [Annotation("cat", Box(*PLACE))])
    made.confirm([1, 2, 3, 4])
    return made


def check(session, tmp_path, *, model=None, expression=""):
    plan = model or prepared(tmp_path)
    request = RunRequest(plan.request.model, filter=expression)
    made = LabelCheck(session, PreparedRun(request, plan.profile, plan.sha256, 0.5, 0.5))
    made.work(lambda _done: None)
    return made.finish()


def rows(session):
    return {s.id: s for s in session.samples()}


def test_a_label_that_the_model_sees_otherwise_is_found_and_nothing_changes(
    session, tmp_path, engine
):
    engine.script["001.png"] = DOG_HERE
    before = rows(session)
    found = check(session, tmp_path)
    assert rows(session) == before
    (finding,) = found.findings
    assert finding.id == session.find("images/001.png")
    assert finding.score == finding.mistakes[0].score > 0.8
    assert finding.mistakes[0].kind is MistakeKind.SWAPPED
    assert (found.looked_at, found.failed, found.unknown) == (4, 0, 0)
    assert sorted(engine.asked) == ["000.png", "001.png", "002.png", "003.png"]
    assert session.undo().title.startswith("undo: confirm")  # a check is none of the user's edits


def test_the_finding_holds_until_the_labels_change(session, tmp_path, engine):
    engine.script["001.png"] = DOG_HERE
    (finding,) = check(session, tmp_path).findings
    assert session.finding(finding.id) == finding
    session.relabel_box(finding.id, 0, "dog")
    assert session.finding(finding.id) is None
    session.undo()
    assert session.finding(finding.id) == finding


def test_a_later_check_that_finds_nothing_clears_it(session, tmp_path, engine):
    engine.script["001.png"] = DOG_HERE
    (finding,) = check(session, tmp_path).findings
    session.relabel_box(finding.id, 0, "dog")
    assert check(session, tmp_path).findings == ()
    assert session.findings() == {}


@pytest.mark.parametrize(("own", "found"), [(0.5, 1), (0.99, 0)])
def test_a_class_is_believed_from_its_own_threshold_on(session, tmp_path, engine, own, found):
    engine.script["001.png"] = boxes((PLACE, 0.95, 0), ((25, 5, 38, 28), 0.9, 2))
    plan = prepared(tmp_path)
    profile = replace(plan.profile, labels=("cat", "dog", "kitten"))
    more = {"mapping": {"kitten": "cat"}, "thresholds": {"kitten": own}}
    made = LabelCheck(session, PreparedRun(plan.request, profile, "ab" * 32, 0.5, 0.5, **more))
    made.work(lambda _done: None)
    likely = [f for f in made.finish().findings if f.mistakes[0].score > 0.5]
    assert [f.mistakes[0].kind for f in likely] == [MistakeKind.EXTRA] * found
    assert [f.mistakes[0].seen for f in likely] == ["cat"] * found


def test_a_filter_chooses_among_the_labeled(session, tmp_path, engine):
    check(session, tmp_path, expression="name:001")
    assert engine.asked == ["001.png"]
    with pytest.raises(UsageError, match="no labeled sample passes the filter"):
        check(session, tmp_path, expression="name:004")


def test_without_labels_of_people_there_is_nothing_to_check(make_session, tmp_path):
    with pytest.raises(UsageError, match="no sample is labeled by a person or an import yet"):
        check(make_session(), tmp_path)


def test_a_check_is_a_run_of_its_own_kind_that_nothing_is_learned_from(session, tmp_path):
    check(session, tmp_path)
    (run,) = session.runs
    assert (run.kind, run.state, run.done) == ("check", RunState.COMPLETED, 4)
    assert session.prediction(1).run == run.id
    assert completed(session.runs) == []


def test_what_an_auto_labeling_run_said_is_not_written_over(make_session, tmp_path, monkeypatch):
    session = make_session()
    monkeypatch.setattr(runs, "prepare", lambda _request: prepared(tmp_path))
    session.autolabel(RunRequest(tmp_path / "model.onnx"))
    session.confirm(session.query(Tab.TO_BE_CONFIRMED))
    said = {p.id: p for p in session.predictions()}
    check(session, tmp_path)
    assert {p.id: p for p in session.predictions()} == said
    assert [run.kind for run in session.runs] == ["check", "pre-label"]


def test_marking_is_one_change_that_can_be_undone(session, tmp_path, engine):
    engine.script["001.png"] = engine.script["002.png"] = DOG_HERE
    found = check(session, tmp_path)
    before = rows(session)
    change = mark(session, found.findings)
    assert change.title == "mark 2 samples with likely label mistakes hard"
    marked = [session.sample(i) for i in session.query(Tab.LABELED, "hard by:human").tolist()]
    assert [s.path for s in marked] == ["images/001.png", "images/002.png"]
    for sample, finding in zip(marked, found.findings, strict=True):
        assert sample.coefficient == finding.score
        assert sample.hard_by == "model#1"
        assert sample.annotations == before[sample.id].annotations
        assert sample.status is Status.LABELED
    session.undo()
    assert rows(session) == before


def test_a_mark_that_a_person_removed_is_not_set_again(session, tmp_path, engine):
    engine.script["001.png"] = DOG_HERE
    found = check(session, tmp_path)
    mark(session, found.findings)
    session.unmark_hard([found.findings[0].id])
    assert mark(session, check(session, tmp_path).findings) is None


def test_unreadable_images_and_a_stop_are_told(session, tmp_path, engine):
    engine.script["000.png"] = "is damaged"
    found = check(session, tmp_path)
    assert (found.looked_at, found.failed) == (3, 1)
    assert session.runs[0].failed == 1


def classifier(tmp_path, labels=("cat", "dog", "bird")) -> PreparedRun:
    profile = Profile(
        task=Task.CLASSIFICATION,
        decoder=Decoder.CLASSIFIER,
        input=InputSpec(size=(8, 8)),
        labels=labels,
    )
    return PreparedRun(RunRequest(tmp_path / "m.onnx"), profile, "cd" * 32, 0.5, 0.5)


def test_classes_are_checked_in_the_labels_of_the_job(make_session, tmp_path, engine):
    session = make_session(Task.CLASSIFICATION, labels=("Dog", "fish", "Cat"))
    session.set_label([1, 2, 3], "Cat")
    session.set_label([4], "fish")
    engine.script = {
        "000.png": classes(0.001, 0.998, 0.001),
        "001.png": classes(0.98, 0.01, 0.01),
        "002.png": classes(0.04, 0.002, 0.958),  # a bird, which the job has no label for
        "003.png": classes(0.04, 0.95, 0.01),  # a fish, of which the model knows nothing
    }
    found = check(session, tmp_path, model=classifier(tmp_path))
    (finding,) = found.findings
    (mistake,) = finding.mistakes
    assert finding.id == 1
    assert (mistake.kind, mistake.given, mistake.seen) == (MistakeKind.SWAPPED, "Cat", "Dog")
    assert (found.looked_at, found.unknown) == (4, 1)


def test_a_model_for_the_other_task_is_refused(session, tmp_path):
    with pytest.raises(UsageError, match="this is a detection job"):
        check(session, tmp_path, model=classifier(tmp_path))
