"""The form of auto labeling: what is typed, and what is said of a model."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardcase.errors import UsageError
from hardcase.inference import Cluster, Profile, Where
from hardcase.inference.profile.schema import Decoder, InputSpec
from hardcase.model.job import Task
from hardcase.session.autolabel.targets import Existing
from hardcase.tui.dialogs.auto_label_form import (
    EFFORTS,
    EXISTING,
    about_labels,
    request_of,
    thresholds_in_words,
)

MODEL = Path("m.onnx")
EMPTY = {
    "threshold": "",
    "which": "",
    "effort": "standard",
    "existing": EXISTING[None],
    "encoder": "",
    "classes": "",
    "engine": "",
    "provider": "",
}


def profile(task: Task, labels: tuple[str, ...]) -> Profile:
    decoder = Decoder.CLASSIFIER if task is Task.CLASSIFICATION else Decoder.ULTRALYTICS
    return Profile(task, decoder, InputSpec(size=(8, 8)), labels)


@pytest.mark.parametrize(
    ("model_labels", "job_labels", "says", "wrong"),
    [
        (("cat", "cow", "dog"), ("Dog", "cat"), "knows 2 of this job's 2 labels; 3 classes", False),
        (("cat",), (), "1 class, cat", False),
        (("a", "b", "c", "d"), (), "4 classes, a, b, c, …", False),
        (("cow",), ("cat",), "none of this job's labels", True),
        (("class_0", "class_1"), ("cat",), "2 classes without names: put labels.txt", True),
        (("class_0", "class_1"), (), "put labels.txt beside it, or map class_0=cat", False),
        (("[b]a\x1b",), (), "[b]a�", False),
    ],
)
def test_what_a_model_knows_is_told_in_a_line(model_labels, job_labels, says, wrong) -> None:
    names = {name: name for name in job_labels}
    about, bad = about_labels(
        profile(Task.CLASSIFICATION, model_labels), Task.CLASSIFICATION, names
    )
    assert says in about
    assert bad is wrong


def test_a_model_of_the_other_task_is_wrong() -> None:
    about, bad = about_labels(profile(Task.DETECTION, ("a",)), Task.CLASSIFICATION, {})
    assert bad
    assert "this is a classification job" in about


@pytest.mark.parametrize(
    ("typed", "common", "own"),
    [
        ("", None, ()),
        (" 0.3 ", 0.3, ()),
        ("0.3, car=0.6", 0.3, (("car", 0.6),)),
        ("a=b=1", None, (("a=b", 1.0),)),
        ("car=.5,0", 0.0, (("car", 0.5),)),
    ],
)
def test_thresholds_are_typed_for_all_classes_and_for_some(typed, common, own) -> None:
    request = request_of(MODEL, EMPTY | {"threshold": typed}, {})
    assert (request.threshold, request.thresholds) == (common, own)


@pytest.mark.parametrize("typed", ["x", "1.5", "-1", "nan", "0.3, 0.4", "=0.3", "car=", "car=x"])
def test_thresholds_that_make_no_sense_are_told(typed) -> None:
    with pytest.raises(UsageError, match="between 0 and 1"):
        request_of(MODEL, EMPTY | {"threshold": typed}, {})


def test_thresholds_left_as_a_run_had_them_stay_whatever_its_classes_are_called() -> None:
    asked = {"threshold": 0.25, "thresholds": {"a, b": 0.5}}
    assert thresholds_in_words(asked) == "0.25, a, b=0.5"
    request = request_of(MODEL, EMPTY | {"threshold": thresholds_in_words(asked)}, asked)
    assert (request.threshold, request.thresholds) == (0.25, (("a, b", 0.5),))


@pytest.mark.parametrize("existing", [None, Existing.KEEP, Existing.REPLACE])
@pytest.mark.parametrize("effort", EFFORTS)
def test_what_is_chosen_is_asked_for(existing, effort) -> None:
    typed = EMPTY | {"existing": EXISTING[existing], "effort": EFFORTS[effort]}
    request = request_of(MODEL, typed, {}, [3, 5])
    assert (request.existing, request.effort, request.samples) == (existing, effort, (3, 5))


@pytest.mark.parametrize(
    ("typed", "cluster"),
    [
        ("", None),
        (" ray ", Cluster(None)),
        ("auto", Cluster("auto")),
        ("host:6379", Cluster("host:6379")),
    ],
)
def test_an_engine_is_this_machine_or_a_cluster(typed, cluster) -> None:
    assert request_of(MODEL, EMPTY | {"engine": typed}, {}).where.cluster == cluster


@pytest.mark.parametrize(("typed", "provider"), [("", "auto"), (" CUDA ", "cuda"), ("cpu", "cpu")])
def test_a_provider_is_the_best_there_is_or_the_one_named(typed, provider) -> None:
    asked = request_of(MODEL, EMPTY | {"engine": "ray", "provider": typed}, {})
    assert asked.where == Where(Cluster(None), provider)


def test_a_provider_that_nobody_knows_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="one of auto, cpu, cuda"):
        request_of(MODEL, EMPTY | {"provider": "abacus"}, {})
