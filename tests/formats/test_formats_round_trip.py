"""What is written and read back is the same, in every format that can hold it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from format_samples import by_path, close, context_for, detection_samples, labels
from hypothesis import given, settings
from hypothesis import strategies as st

from hardcase.formats import FORMATS, Dataset, WriteOptions
from hardcase.model.job import HUMAN, Annotation, Sample, Status, Task
from hardcase.model.reasons import Reason

few = settings(
    max_examples=20,
    deadline=None,
)


@pytest.mark.parametrize("name", ["coco", "yolo", "voc", "manifest", "csv"])
@few
@given(detection_samples())
def test_boxes_survive_within_a_hundredth_of_a_pixel(
    name: str, made: tuple[tuple[str, ...], list[Sample]]
) -> None:
    classes, samples = made
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "job")
        dataset = Dataset(Task.DETECTION, labels(*classes), tuple(samples), root)
        out = Path(folder, "out" + FORMATS[name].suffix)
        written = FORMATS[name].write(dataset, out, WriteOptions())
        assert written.problems == ()
        context = context_for(dataset, labels=dataset.labels if name in {"manifest", "csv"} else ())
        back, report = FORMATS[name].read(out, context)
    assert report.problems == ()
    assert [label.name for label in back.labels] == list(classes)
    assert report.images == written.images == len(samples)
    assert report.annotations == written.annotations
    read = by_path(back)
    for sample in samples:
        same = read[sample.path]
        assert same.status is Status.LABELED
        assert same.labeled_by == HUMAN
        assert [a.label for a in same.annotations] == [a.label for a in sample.annotations]
        assert all(
            close(a.box, b.box) for a, b in zip(same.annotations, sample.annotations, strict=True)
        )


@pytest.mark.parametrize("name", ["coco", "coco-results", "manifest", "csv"])
@few
@given(detection_samples(scored=True))
def test_scores_survive_as_predictions(
    name: str, made: tuple[tuple[str, ...], list[Sample]]
) -> None:
    classes, samples = made
    with tempfile.TemporaryDirectory() as folder:
        dataset = Dataset(Task.DETECTION, labels(*classes), tuple(samples), Path(folder, "job"))
        out = Path(folder, "out" + FORMATS[name].suffix)
        FORMATS[name].write(dataset, out, WriteOptions())
        context = context_for(dataset, as_="predictions", signature="m#7", labels=dataset.labels)
        back, report = FORMATS[name].read(out, context)
    assert report.problems == ()
    read = by_path(back)
    for sample in samples:
        if not sample.annotations and name == "coco-results":
            assert sample.path not in read
            continue
        same = read[sample.path]
        assert same.status is Status.TO_BE_CONFIRMED
        assert {a.by for a in same.annotations} <= {"m#7"}
        for a, b in zip(same.annotations, sample.annotations, strict=True):
            assert (a.label, a.score) == (b.label, pytest.approx(b.score, abs=1e-6))
            assert close(a.box, b.box)


@pytest.mark.parametrize("base", [0, 1])
@few
@given(detection_samples())
def test_voc_boxes_survive_with_either_base(
    base: int, made: tuple[tuple[str, ...], list[Sample]]
) -> None:
    classes, samples = made
    with tempfile.TemporaryDirectory() as folder:
        dataset = Dataset(Task.DETECTION, labels(*classes), tuple(samples), Path(folder, "job"))
        FORMATS["voc"].write(dataset, Path(folder, "out"), WriteOptions(base=base))
        back, _ = FORMATS["voc"].read(Path(folder, "out"), context_for(dataset, base=base))
    read = by_path(back)
    for sample in samples:
        pairs = zip(read[sample.path].annotations, sample.annotations, strict=True)
        assert all(close(a.box, b.box) for a, b in pairs)


hard_samples = st.builds(
    lambda i, hard, coefficient, reasons, names: Sample(
        i,
        f"d{i}/a.jpg",
        Status.LABELED if names else Status.UNLABELED,
        tuple(map(Annotation, names)),
        hard=hard,
        coefficient=coefficient,
        reasons=tuple(map(int, reasons)),
    ),
    st.integers(1, 1000),
    st.booleans(),
    st.none() | st.floats(0, 1).map(lambda v: round(v, 6)),
    st.lists(st.sampled_from(list(Reason)), unique=True, max_size=4),
    st.lists(st.sampled_from(["cat", "dog", "=1+1"]), unique=True, max_size=3),
)


@few
@given(st.lists(hard_samples, min_size=1, max_size=5, unique_by=lambda s: s.id))
def test_manifest_keeps_hard_marks_coefficients_and_reasons_in_order(samples: list[Sample]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        dataset = Dataset(
            Task.CLASSIFICATION, labels("dog", "cat", "=1+1"), tuple(samples), Path(folder, "job")
        )
        out = Path(folder, "a.manifest")
        FORMATS["manifest"].write(dataset, out, WriteOptions())
        back, report = FORMATS["manifest"].read(out, context_for(dataset))
    assert report.problems == ()
    for sample, same in zip(samples, back.samples, strict=True):
        assert same.hard == sample.hard
        assert same.coefficient == pytest.approx(sample.coefficient)
        assert same.reasons == sample.reasons
        assert same.status == sample.status
        assert [a.label for a in same.annotations] == [a.label for a in sample.annotations]


@few
@given(st.lists(hard_samples, min_size=1, max_size=5, unique_by=lambda s: s.id))
def test_csv_keeps_several_labels_of_an_image(samples: list[Sample]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        dataset = Dataset(
            Task.CLASSIFICATION, labels("dog", "cat", "=1+1"), tuple(samples), Path(folder, "job")
        )
        FORMATS["csv"].write(dataset, Path(folder, "a.csv"), WriteOptions())
        context = context_for(dataset, labels=dataset.labels)
        back, _ = FORMATS["csv"].read(Path(folder, "a.csv"), context)
    read = by_path(back)
    assert set(read) == {s.path for s in samples if s.annotations}
    for path, same in read.items():
        original = by_path(dataset)[path]
        assert [a.label for a in same.annotations] == [a.label for a in original.annotations]
    assert [label.name for label in back.labels] == ["dog", "cat", "=1+1"]
