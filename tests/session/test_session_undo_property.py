"""Whatever is done to a job, as many undos bring it back byte for byte, and redos forth again."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from hardcase.errors import UsageError
from hardcase.model.boxes import Box
from hardcase.model.changes import Edit, Table
from hardcase.model.job import Annotation, Status, Task
from hardcase.model.rows import to_json
from hardcase.model.rule import Rule, RuleKind
from hardcase.session import LabelingSession, label_list, several
from hardcase.session.judging import hard_rule

COUNT = 4
NAMES = ("cat", "dog", "cow", "new one")
ids = st.lists(st.integers(1, COUNT), min_size=1, max_size=COUNT)
name = st.sampled_from(NAMES)
boxes = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h),
    *(st.floats(0, 19, width=32), st.floats(0, 14, width=32)),
    *(st.floats(1, 20, width=32), st.floats(1, 15, width=32)),
)


def call(method: str, *arguments: st.SearchStrategy):
    return st.tuples(
        st.just(method), st.tuples(*arguments).map(lambda a: lambda s: getattr(s, method)(*a))
    )


def of(function, *arguments: st.SearchStrategy):
    said = st.just(function.__name__)
    return st.tuples(said, st.tuples(*arguments).map(lambda a: lambda s: function(s, *a)))


def auto_label(session: LabelingSession, labels: list[str], coefficients: list[float]) -> object:
    """What a run does when it is through, to those that nobody has labeled."""
    box = Box(2.0, 3.0, 12.0, 13.0) if session.task is Task.DETECTION else None
    edits = []
    for sample, label, coefficient in zip(session.samples(), labels, coefficients, strict=False):
        if sample.status is not Status.LABELED:
            found = (Annotation(label, box, 0.7, "m#1"),)
            after = replace(
                sample,
                status=Status.TO_BE_CONFIRMED,
                annotations=found,
                coefficient=coefficient,
                hard=coefficient > 0.5,
            )
            edits.append(Edit(Table.SAMPLES, sample.id, sample, after))
    return session.commit("auto label", edits)


ANY_TASK = [
    *(call(method, ids) for method in ("confirm", "reject", "clear", "mark_hard", "unmark_hard")),
    *(call(method) for method in ("undo", "redo")),
    call("delete", ids),
    call("add_labels", st.lists(name, max_size=2)),
    of(auto_label, st.lists(name, max_size=COUNT), st.lists(st.floats(0, 1), max_size=COUNT)),
    of(label_list.rename, name, name),
    of(label_list.merge, name, name),
    of(label_list.delete, name),
    of(label_list.move, name, st.integers(0, 3)),
    of(label_list.recolour, name, st.sampled_from(("#112233", "#ddaa00"))),
    of(hard_rule.set_rule, st.builds(Rule, st.sampled_from(RuleKind), st.floats(0, 1))),
]
COMMANDS = {
    Task.CLASSIFICATION: [
        call("set_label", ids, name),
        of(several.tick, ids, name),
        call("set_labels", ids, st.lists(name, max_size=2), st.lists(name, max_size=2)),
    ],
    Task.DETECTION: [
        call("set_no_objects", ids),
        call("relabel_box", st.integers(1, COUNT), st.integers(0, 2), name),
        call(
            "set_annotations",
            st.integers(1, COUNT),
            st.lists(st.builds(Annotation, name, boxes), max_size=3),
        ),
    ],
}


def steps(task: Task):
    step = st.one_of(*COMMANDS[task], *ANY_TASK)
    return st.tuples(st.just(task), st.lists(step, max_size=14))


@pytest.fixture(scope="module")
def images(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("images")
    for n in range(COUNT):
        Image.new("RGB", (40, 30), (60 * n, 90, 120)).save(folder / f"{n}.png")
    return folder


def decided(session: LabelingSession) -> str:
    """All of a job that a person decides on, as the job file writes it."""
    samples = sorted(session.samples(), key=lambda s: s.id)
    return json.dumps([to_json(row) for row in (session.job, *session.labels, *samples)])


def take(session: LabelingSession, command) -> None:
    """Run a command; what makes no sense as things stand is refused and changes nothing."""
    before = decided(session)
    try:
        command(session)
    except UsageError:
        assert decided(session) == before


@settings(
    max_examples=200,
    deadline=None,
)
@given(st.one_of(steps(Task.CLASSIFICATION), steps(Task.DETECTION)))
def test_as_many_undos_bring_the_job_back_byte_for_byte(images, drawn) -> None:
    task, commands = drawn
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "job.json"
        session = LabelingSession.create(images, task, NAMES[:3], job_file=path)
        first = decided(session)
        for _name, command in commands:
            take(session, command)
        last = decided(session)
        undone = 0
        while session.undo() is not None:
            undone += 1
        assert decided(session) == first
        session.close()
        with LabelingSession.open(path) as again:
            assert decided(again) == first
            for _ in range(undone):
                assert again.redo() is not None
            assert decided(again) == last
