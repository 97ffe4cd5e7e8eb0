"""Which samples a run labels: existing auto labels kept or replaced, and only what changed."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from test_session_class_map import CLASSES, HERE, PROFILE, boxes

from hardcase.errors import ModelError, UsageError
from hardcase.inference import Effort
from hardcase.model.boxes import Box
from hardcase.model.job import Annotation, RunState, Status
from hardcase.session import LabelingSession
from hardcase.session.autolabel import runs
from hardcase.session.autolabel.runs import PreparedRun, RunRequest
from hardcase.session.autolabel.targets import Existing, state_of, unlabeled


class Engine:
    """Says that there is a car on every image it can read, and keeps which it was given."""

    seen: list[str] = []
    broken: tuple[str, ...] = ()
    fail_after: int | None = None

    def __init__(self, *_, **__):
        pass

    def run(self, items):
        for n, (sample_id, path) in enumerate(items):
            if n == self.fail_after:
                raise ModelError("died")
            self.seen.append(path.name)
            yield sample_id, "torn" if path.name in self.broken else boxes((HERE, 0.9, 0))

    def close(self):
        pass


@pytest.fixture
def engine(monkeypatch):
    Engine.seen, Engine.broken, Engine.fail_after = [], (), None
    monkeypatch.setattr(runs, "LocalEngine", Engine)
    monkeypatch.setattr(runs, "CHUNK_SIZE", 2)
    monkeypatch.setattr(runs, "CHUNK_PACE", 0.0)
    monkeypatch.setattr(
        runs,
        "prepare",
        lambda request: PreparedRun(
            request, PROFILE, str(request.model), request.threshold or 0.3, 0.5
        ),
    )
    return Engine


@pytest.fixture
def label(engine):
    """Run a model called `model`, and return the images it was given."""

    def run(session, model="a", **asked):
        engine.seen = []
        session.autolabel(RunRequest(Path(model), **asked))
        return [name.removesuffix(".png") for name in engine.seen]

    return run


@pytest.fixture
def session(make_session):
    return make_session(labels=CLASSES)


def touch(session, sample_id):
    path = session.image_path(sample_id)
    before = path.stat()
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1_000_000_000))


def makers(session):
    return [session.sample(i).labeled_by for i in range(1, 6)]


# -- existing auto labels


def test_without_a_filter_what_waits_to_be_confirmed_is_kept(session, label):
    label(session, filter="name:000,001")
    assert label(session, "b") == ["002", "003", "004"]
    assert makers(session) == ["a#1", "a#1", "b#2", "b#2", "b#2"]


def test_a_filter_replaces_what_waits_to_be_confirmed(session, label):
    label(session, filter="name:000,001")
    assert label(session, "b", filter="name:*") == ["000", "001", "002", "003", "004"]
    assert makers(session) == ["b#2"] * 5


def test_what_exists_is_replaced_on_request(session, label):
    label(session, filter="name:000,001")
    assert len(label(session, "b", existing=Existing.REPLACE)) == 5
    assert makers(session) == ["b#2"] * 5


def test_what_exists_is_kept_on_request(session, label):
    label(session, filter="name:000,001")
    assert label(session, "b", existing=Existing.KEEP, filter="name:00*") == ["002", "003", "004"]
    with pytest.raises(UsageError, match=r"are 5 with auto labels that are kept$"):
        label(session, "b", existing=Existing.KEEP, filter="name:00*")


@pytest.mark.parametrize("existing", [None, *Existing])
@pytest.mark.parametrize("changed", [False, True])
@pytest.mark.parametrize("expression", ["", "name:*"])
def test_what_people_made_is_never_touched(session, label, existing, changed, expression):
    label(session)
    session.confirm([1])
    session.set_annotations(2, [Annotation("car", Box(1, 1, 9, 9))])
    session.set_no_objects([3])
    session.reject([4])
    before = [session.sample(i) for i in (1, 2, 3)]
    for sample_id in range(1, 6):
        touch(session, sample_id)
    label(session, "b", existing=existing, changed=changed, filter=expression)
    assert [session.sample(i) for i in (1, 2, 3)] == before
    assert session.sample(4).labeled_by == "b#2"


# -- only what changed


def test_the_second_night_has_nothing_to_do(session, label):
    assert len(label(session, changed=True)) == 5
    with pytest.raises(UsageError, match=r"are 5 as this model left them$"):
        label(session, changed=True)


def test_a_run_over_all_counts_as_a_night(session, label):
    label(session)
    with pytest.raises(UsageError, match="as this model left them"):
        label(session, changed=True)


def test_a_file_of_another_time_or_size_is_labeled_again(session, label):
    label(session)
    touch(session, 2)
    path = session.image_path(4)
    before = path.stat()
    path.write_bytes(path.read_bytes() + b"\0")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert label(session, changed=True) == ["001", "003"]
    assert makers(session) == ["a#1", "a#2", "a#1", "a#2", "a#1"]


def test_new_images_are_labeled(session, label):
    label(session)
    source = session.image_path(1)
    (source.parent / "new.png").write_bytes(source.read_bytes())
    session.sync()
    assert label(session, changed=True) == ["new"]


def test_files_are_known_again_after_the_job_was_closed(session, label):
    label(session)
    touch(session, 3)
    session.close()
    with LabelingSession.open(session.root) as again:
        assert label(again, changed=True) == ["002"]


@pytest.mark.parametrize(
    "other", [{"model": "b"}, {"threshold": 0.6}, {"effort": Effort.QUICK}], ids=str
)
def test_another_model_or_setting_has_seen_nothing(session, label, other):
    label(session)
    kept = {"changed": True, "existing": Existing.REPLACE} | other
    assert len(label(session, **kept)) == 5


def test_what_another_model_left_to_be_confirmed_is_kept(session, label):
    label(session, "b", filter="name:000,001")
    assert label(session, changed=True) == ["002", "003", "004"]


def test_what_to_run_on_is_no_other_setting(session, label):
    label(session, filter="name:000,001")
    assert label(session, changed=True) == ["002", "003", "004"]


def test_what_was_rejected_is_not_labeled_again_by_the_same_model(session, label):
    label(session)
    session.reject([1])
    with pytest.raises(UsageError, match="nothing to auto label"):
        label(session, changed=True)
    assert label(session) == ["000"]


def test_an_unreadable_image_is_tried_again_once_it_changed(session, label, engine):
    engine.broken = ("001.png",)
    label(session)
    with pytest.raises(UsageError, match="nothing to auto label"):
        label(session, changed=True)
    engine.broken = ()
    touch(session, 2)
    assert label(session, changed=True) == ["001"]
    assert session.sample(2).error is None


def test_a_night_that_broke_off_goes_on(session, label, engine):
    label(session, filter="name:000")
    engine.fail_after = 3
    with pytest.raises(ModelError):
        label(session, changed=True)
    engine.fail_after = None
    assert label(session, changed=True) == ["003", "004"]
    assert (session.runs[0].id, session.runs[0].state) == (2, RunState.COMPLETED)
    assert session.stats().to_be_confirmed == 5


def test_a_night_that_broke_off_over_changed_files_goes_on(session, label, engine):
    label(session)
    for sample_id in range(1, 6):
        touch(session, sample_id)
    engine.fail_after = 3
    with pytest.raises(ModelError):
        label(session, changed=True)
    engine.fail_after = None
    assert label(session, changed=True) == ["002", "003", "004"]
    assert (session.runs[0].id, session.runs[0].total, session.runs[0].done) == (2, 5, 5)
    assert makers(session) == ["a#2"] * 5


def test_a_run_that_was_given_up_has_seen_nothing(session, label, engine):
    active = session.begin_run(runs.prepare(RunRequest(Path("a"), filter="name:000,001")))
    for chunk in active.chunks():
        session.record(chunk)
    session.stop_run(active.run.id, RunState.CANCELLED)
    assert len(label(session, changed=True)) == 5


def test_a_file_that_changes_while_it_is_looked_at_is_labeled_the_next_time(
    session, label, engine, monkeypatch
):
    real = Engine.run

    def changing(self, items):
        for sample_id, outcome in real(self, items):
            if sample_id == 2:
                touch(session, 2)
            yield sample_id, outcome

    monkeypatch.setattr(Engine, "run", changing)
    label(session)
    monkeypatch.setattr(Engine, "run", real)
    assert label(session, changed=True) == ["001"]


def test_the_state_of_a_file_is_cheap_and_tells_size_and_time(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_bytes(b"12")
    os.utime(path, ns=(5, 7))
    first = state_of(path)
    assert first == state_of(path) > 0
    os.utime(path, ns=(9, 8))
    assert state_of(path) != first
    path.write_bytes(b"123")
    os.utime(path, ns=(5, 7))
    assert state_of(path) != first
    assert state_of(tmp_path / "none") == 0


def test_how_long_a_run_was_at_work_adds_up_over_its_parts(session, label, engine, monkeypatch):
    moment = [0.0]
    real = Engine.run

    def slow(self, items):
        for item in real(self, items):
            moment[0] += 0.25
            yield item

    monkeypatch.setattr(Engine, "run", slow)
    # its own clock alone: others would wait for this one for ever
    monkeypatch.setattr(runs, "time", SimpleNamespace(monotonic=lambda: moment[0]))
    engine.fail_after = 4
    with pytest.raises(ModelError):
        label(session)
    moment[0] += 1000
    engine.fail_after = None
    label(session)
    assert session.run(1).seconds == 1.25
    assert session.sample(1).status is Status.TO_BE_CONFIRMED


def test_a_run_can_be_asked_for_again_from_its_settings(session, label, engine):
    asked = RunRequest(
        Path("a"),
        mapping=(("truck", "car"), ("tree", "")),
        thresholds=(("car", 0.6),),
        existing=Existing.KEEP,
        changed=True,
    )
    mapped = {"mapping": dict(asked.mapping), "thresholds": dict(asked.thresholds)}
    settings = PreparedRun(asked, PROFILE, "a", 0.3, 0.5, **mapped).settings
    assert RunRequest(Path("a"), **runs.beyond_a_form(settings)) == asked
    assert RunRequest(Path("a"), **runs.beyond_a_form({})) == RunRequest(Path("a"))


@pytest.mark.parametrize("odd", [1, "x", [1], {"car": []}, None])
def test_settings_that_make_no_sense_ask_for_nothing(odd):
    settings = {"map": odd, "thresholds": odd, "existing": odd, "changed": odd}
    assert RunRequest(Path("a"), **runs.beyond_a_form(settings)) == RunRequest(Path("a"))


def test_the_count_of_what_a_run_takes_leaves_out_what_a_person_began(session, label):
    total = session.stats().total
    session.set_annotations(1, [Annotation("car", Box(1, 2, 11, 12))])  # kept, not confirmed
    assert unlabeled(session) == (total - 1, 1)
    assert len(label(session)) == total - 1
    assert unlabeled(session) == (0, 1)
