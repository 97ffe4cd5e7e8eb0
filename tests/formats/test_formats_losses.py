"""What an export says will be lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from format_samples import box, labeled, labels

from hardcase.formats import FORMATS, Dataset
from hardcase.model.job import Sample, Task


def of(*samples: Sample) -> tuple[str, ...]:
    data = Dataset(Task.DETECTION, labels("cat"), samples, Path("/nowhere"))
    return FORMATS["yolo"].losses(data)


def test_one_of_a_kind_is_told_as_one() -> None:
    sample = labeled(1, "a.jpg", box("cat", 0, 0, 9, 9, score=0.5, by="net#1"))
    sample = replace(sample, hard=True, coefficient=0.5, reasons=(3, 4))
    assert of(sample) == (
        "1 score",
        "1 hard mark",
        "1 coefficient",
        "1 image with hard reasons",
        "1 auto label, which will look like a person's",
    )


def test_only_what_is_hard_counts_as_a_hard_mark() -> None:
    sample = labeled(1, "a.jpg", box("cat", 0, 0, 9, 9))
    several = [replace(sample, id=n, path=f"{n}.jpg", coefficient=0.1) for n in range(1, 5)]
    assert of(*several) == ("4 coefficients",)
    assert of(*several, replace(sample, id=9, hard=True)) == ("1 hard mark", "4 coefficients")


def test_a_label_without_a_score_is_told_as_one() -> None:
    sample = labeled(1, "a.jpg", box("cat", 0, 0, 9, 9))
    data = Dataset(Task.DETECTION, labels("cat"), (sample,), Path("/nowhere"))
    assert FORMATS["coco-results"].losses(data)[-1] == (
        "1 label without a score, written with score 1"
    )
