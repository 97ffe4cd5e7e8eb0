"""The demo: shipped images, shipped models, their mistakes among the hard examples."""

from __future__ import annotations

import csv
import json

import pytest

from hardcase.model.boxes import Box, as_array, iou
from hardcase.model.job import Status, Task
from hardcase.session import LabelingSession, Tab
from hardcase.session.demo import asset, make_demo


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield make_demo(tmp_path_factory.mktemp("with a space") / "demo")


@pytest.fixture
def jobs(demo):
    sessions = [LabelingSession.open(path, read_only=True) for path in demo]
    yield {session.task: session for session in sessions}
    for session in sessions:
        session.close()


def test_both_jobs_wait_to_be_confirmed_with_some_hard_examples(jobs):
    for session in jobs.values():
        stats = session.stats()
        assert stats.to_be_confirmed == stats.total == 60
        assert 0 < stats.hard < 30
        for sample in session.samples():
            assert sample.status is Status.TO_BE_CONFIRMED
            assert not sample.hard or sample.reasons


def test_made_again_it_is_left_as_it_is(demo):
    before = [path.read_bytes() for path in demo]
    assert make_demo(demo[0].parent.parent) == demo
    assert [path.read_bytes() for path in demo] == before


def test_broken_off_it_is_finished_the_next_time(tmp_path):
    def interrupt(_job, run):
        if run.done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_demo(tmp_path / "demo", interrupt)
    for path in make_demo(tmp_path / "demo"):
        with LabelingSession.open(path) as session:
            assert session.stats().to_be_confirmed == 60


def first_share(session: LabelingSession, wrong: dict[str, float], count: int) -> float:
    """Share of all that is wrong found among the `count` samples that come first."""
    order = [session.sample(i).path for i in session.query(Tab.TO_BE_CONFIRMED).tolist()]
    return sum(wrong[path] for path in order[:count]) / sum(wrong.values())


def test_the_mistakes_of_the_classifier_come_first(jobs):
    session = jobs[Task.CLASSIFICATION]
    with asset("sample_data", "classification", "truth.csv").open(newline="") as file:
        truth = {row["path"]: row["label"] for row in csv.DictReader(file)}
    wrong = {s.path: float(s.annotations[0].label != truth[s.path]) for s in session.samples()}
    assert sum(wrong.values()) >= 4
    # In random order the first quarter would hold a quarter.
    assert first_share(session, wrong, 15) >= 0.5


def test_the_mistakes_of_the_detector_come_first(jobs):
    session = jobs[Task.DETECTION]
    data = json.loads(asset("sample_data", "detection", "truth.json").read_text())
    names = {c["id"]: c["name"] for c in data["categories"]}
    truth: dict[str, list[tuple[str, Box]]] = {image["file_name"]: [] for image in data["images"]}
    paths = {image["id"]: image["file_name"] for image in data["images"]}
    for a in data["annotations"]:
        x, y, w, h = a["bbox"]
        truth[paths[a["image_id"]]].append((names[a["category_id"]], Box(x, y, x + w, y + h)))
    wrong = {s.path: mistakes(s.annotations, truth[s.path]) for s in session.samples()}
    assert sum(wrong.values()) >= 10
    assert first_share(session, wrong, 15) >= 0.5


def mistakes(annotations, truth) -> float:
    """Count boxes to remove or to add: unmatched ones, at IoU 0.5 and with the same label."""
    found = [a for a in annotations if a.box is not None]
    overlap = iou(as_array([a.box for a in found]), as_array([box for _, box in truth]))
    free = set(range(len(truth)))
    right = 0
    for i, a in enumerate(found):
        fits = [j for j in free if truth[j][0] == a.label and overlap[i, j] >= 0.5]
        if fits:
            free.remove(max(fits, key=lambda j: overlap[i, j]))
            right += 1
    return len(found) - right + len(free)
