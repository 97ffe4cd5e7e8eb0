from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from format_samples import by_path, context_for, job, labels

from hardcase.errors import FormatError
from hardcase.formats import FORMATS, Dataset, WriteOptions
from hardcase.model.job import Annotation, Sample, Status, Task

if TYPE_CHECKING:
    from pathlib import Path

FOLDERS = FORMATS["imagefolder"]


def put(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)


def named(sample_id: int, path: str, *names: str) -> Sample:
    return Sample(sample_id, path, Status.LABELED, tuple(map(Annotation, names)))


def test_the_last_folder_is_the_label(tmp_path: Path) -> None:
    put(tmp_path, "train/dog/a.jpg", "train/cat/a.jpg", "top.jpg", "train/cat/notes.txt")
    context = job(
        tmp_path, "train/dog/a.jpg", "train/cat/a.jpg", "top.jpg", task=Task.CLASSIFICATION
    )
    dataset, report = FOLDERS.read(tmp_path, context)
    read = by_path(dataset)
    assert [a.label for a in read["train/dog/a.jpg"].annotations] == ["dog"]
    assert [a.label for a in read["train/cat/a.jpg"].annotations] == ["cat"]
    assert [label.name for label in dataset.labels] == ["cat", "dog"]
    assert report.problems == ("top.jpg: is in no label folder: left out",)
    known = replace(context, labels=labels("dog"))
    assert [label.name for label in FOLDERS.read(tmp_path, known)[0].labels] == ["dog", "cat"]


def test_a_sorted_copy_elsewhere_is_matched_by_name(tmp_path: Path) -> None:
    put(tmp_path / "sorted", "cat/a.jpg", "dog/b.jpg", "dog/c.jpg")
    context = job(tmp_path / "job", "x/a.jpg", "b.jpg", task=Task.CLASSIFICATION)
    dataset, report = FOLDERS.read(tmp_path / "sorted", context)
    assert {s.path: s.annotations[0].label for s in dataset.samples} == {
        "x/a.jpg": "cat",
        "b.jpg": "dog",
    }
    assert report.problems == ("dog/c.jpg: the job has no image 'dog/c.jpg'",)


def test_images_of_the_same_name_do_not_collide_and_come_back(tmp_path: Path) -> None:
    samples = (
        named(1, "x/a.jpg", "cat"),
        named(2, "y/a.jpg", "cat"),
        named(3, "a.jpg", "dog"),
        named(4, "x__a.jpg", "cat"),
        Sample(5, "new.jpg"),
    )
    put(tmp_path / "job", *(s.path for s in samples))
    dataset = Dataset(Task.CLASSIFICATION, labels("dog", "cat", "owl"), samples, tmp_path / "job")
    report = FOLDERS.write(dataset, tmp_path / "out", WriteOptions())
    assert report.images == 4
    assert (tmp_path / "out/owl").is_dir()
    assert sorted(p.name for p in (tmp_path / "out/cat").iterdir()) == [
        "1__x__a.jpg",
        "x__a.jpg",
        "y__a.jpg",
    ]
    back, report = FOLDERS.read(tmp_path / "out", context_for(dataset))
    assert report.problems == ()
    assert {s.path: s.annotations[0].label for s in back.samples} == {
        s.path: s.annotations[0].label for s in samples[:4]
    }


def test_further_labels_are_said_to_be_lost(tmp_path: Path) -> None:
    put(tmp_path / "job", "a.jpg")
    dataset = Dataset(
        Task.CLASSIFICATION,
        labels("dog", "cat"),
        (named(1, "a.jpg", "cat", "dog"),),
        tmp_path / "job",
    )
    assert "1 image with several labels, of which the first is kept" in FOLDERS.losses(dataset)
    report = FOLDERS.write(dataset, tmp_path / "out", WriteOptions(images="copy"))
    assert report.annotations == 1
    assert (tmp_path / "out/cat/a.jpg").read_text() == "a.jpg"


def test_labels_that_are_no_folder_names_are_changed_and_reported(tmp_path: Path) -> None:
    put(tmp_path / "job", "a.jpg")
    dataset = Dataset(
        Task.CLASSIFICATION, labels("../up", ".."), (named(1, "a.jpg", "../up"),), tmp_path / "job"
    )
    report = FOLDERS.write(dataset, tmp_path / "out", WriteOptions())
    assert (tmp_path / "out/_._up/a.jpg").exists()
    assert len(report.problems) == 2
    same = replace(dataset, labels=labels("a/b", "a_b"))
    with pytest.raises(FormatError, match="share the folder"):
        FOLDERS.write(same, tmp_path / "out2", WriteOptions())


def test_missing_images_are_reported(tmp_path: Path) -> None:
    dataset = Dataset(Task.CLASSIFICATION, labels("cat"), (named(1, "a.jpg", "cat"),), tmp_path)
    report = FOLDERS.write(dataset, tmp_path / "out", WriteOptions())
    assert (report.images, report.problems) == (0, ("a.jpg: there is no such image: left out",))


def test_a_detection_job_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="ImageFolder holds classification"):
        FOLDERS.read(tmp_path, job(tmp_path, "a.jpg"))
