"""A model in a line, before it is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardcase.inference import Profile
from hardcase.inference.schema import Decoder, InputSpec
from hardcase.model.job import Task
from hardcase.session.runs import PreparedRun, RunRequest
from hardcase.tui.dialogs import auto_label


def prepared(task: Task, labels: tuple[str, ...]) -> PreparedRun:
    decoder = Decoder.CLASSIFIER if task is Task.CLASSIFICATION else Decoder.ULTRALYTICS
    profile = Profile(task, decoder, InputSpec(size=(8, 8)), labels)
    return PreparedRun(RunRequest(Path("m.onnx")), profile, "ab" * 32, 0.3, 0.5)


@pytest.mark.parametrize(
    ("model_labels", "job_labels", "says", "wrong"),
    [
        (("cat", "cow", "dog"), ("Dog", "cat"), "knows 2 of this job's 2; threshold 0.30", False),
        (("cat",), (), "classification, 1 label: cat; threshold 0.30", False),
        (("cow",), ("cat",), "none of this job's labels", True),
        (("[b]a\x1b",), (), "[b]a�", False),
    ],
)
def test_a_model_is_told_in_a_line(model_labels, job_labels, says, wrong) -> None:
    run = prepared(Task.CLASSIFICATION, model_labels)
    names = {name: name for name in job_labels}
    about, bad = auto_label.describe(run, Task.CLASSIFICATION, names)
    assert says in about
    assert bad is wrong


def test_a_model_of_the_other_task_is_wrong() -> None:
    about, bad = auto_label.describe(prepared(Task.DETECTION, ("a",)), Task.CLASSIFICATION, {})
    assert bad
    assert "this is a classification job" in about
