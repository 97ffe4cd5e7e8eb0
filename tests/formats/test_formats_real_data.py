"""Sets that others made: every box is read, written in every format, and read again."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING

import pytest
from format_samples import by_path, close, context_for
from pycocotools.coco import COCO

from hardcase.formats import FORMATS, Dataset, ReadContext, Report, WriteOptions, detect_format
from hardcase.imaging.open import image_size
from hardcase.model.job import Sample, Task

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.shared_data


def job_of(root: Path, task: Task = Task.DETECTION) -> ReadContext:
    files = sorted(p for p in root.rglob("*") if p.suffix == ".jpg")
    samples = tuple(Sample(i, f.relative_to(root).as_posix()) for i, f in enumerate(files, 1))
    return ReadContext(root, task, samples)


@pytest.fixture(scope="module")
def bccd(shared_data: Path) -> tuple[Dataset, Report]:
    folder = shared_data / "detection/bccd/BCCD"
    assert detect_format(folder / "Annotations") == "voc"
    return FORMATS["voc"].read(folder / "Annotations", job_of(folder / "JPEGImages"))


@pytest.fixture(scope="module")
def coco_train(shared_data: Path) -> tuple[Dataset, Report]:
    folder = shared_data / "detection/coco_train128"
    assert detect_format(folder) == "yolo"
    return FORMATS["yolo"].read(folder, job_of(folder))


def test_bccd_is_whole_but_for_its_two_boxes_without_area(bccd: tuple[Dataset, Report]) -> None:
    dataset, report = bccd
    assert (report.images, report.annotations) == (364, 4888 - 2)
    assert [label.name for label in dataset.labels] == ["Platelets", "RBC", "WBC"]
    assert [p.split(":")[0] for p in report.problems] == [
        "BloodImage_00338.xml",
        "BloodImage_00343.xml",
    ]
    assert all("has no area" in p for p in report.problems)


def test_coco_train_has_80_classes_and_reports_labels_without_image(
    coco_train: tuple[Dataset, Report],
) -> None:
    dataset, report = coco_train
    assert (report.images, report.annotations) == (126, 929)
    assert len(dataset.labels) == 80
    assert [label.name for label in dataset.labels][:3] == ["person", "bicycle", "car"]
    assert [p.split(":")[0] for p in report.problems] == [
        "labels/000000000656.txt",
        "labels/000000000659.txt",
    ]
    labeled = by_path(dataset)
    assert "images/000000000250.jpg" not in labeled
    assert "images/000000000508.jpg" not in labeled


@pytest.mark.parametrize("name", ["coco", "yolo", "voc", "manifest", "csv"])
@pytest.mark.parametrize("source", ["bccd", "coco_train"])
def test_real_boxes_survive_every_format(
    tmp_path: Path, request: pytest.FixtureRequest, name: str, source: str
) -> None:
    dataset, first = request.getfixturevalue(source)
    out = tmp_path / f"out{FORMATS[name].suffix}"
    written = FORMATS[name].write(dataset, out, WriteOptions())
    assert (written.images, written.annotations) == (first.images, first.annotations)
    known = dataset.labels if name in {"manifest", "csv"} else ()
    back, report = FORMATS[name].read(out, context_for(dataset, labels=known))
    assert report.problems == ()
    assert [label.name for label in back.labels] == [label.name for label in dataset.labels]
    read = by_path(back)
    for sample in dataset.samples:
        for a, b in zip(sample.annotations, read[sample.path].annotations, strict=True):
            assert a.label == b.label
            assert close(a.box, b.box)
    if name == "coco":
        with contextlib.redirect_stdout(io.StringIO()):
            assert len(COCO(str(out)).getAnnIds()) == first.annotations


def test_label_folders_of_cifar(tmp_path: Path, shared_data: Path) -> None:
    root = shared_data / "classification/cifar10_train_4000"
    assert detect_format(root) == "imagefolder"
    dataset, report = FORMATS["imagefolder"].read(root, job_of(root, Task.CLASSIFICATION))
    assert (report.images, report.annotations, report.problems) == (4000, 4000, ())
    assert [label.name for label in dataset.labels][:2] == ["airplane", "automobile"]
    FORMATS["imagefolder"].write(dataset, tmp_path / "out", WriteOptions())
    back, report = FORMATS["imagefolder"].read(tmp_path / "out", context_for(dataset))
    assert (report.images, report.problems) == (4000, ())
    assert by_path(back) == by_path(dataset)


def test_all_exif_orientations_give_boxes_of_the_upright_frame(
    tmp_path: Path, shared_data: Path
) -> None:
    context = job_of(shared_data / "exif")
    rows = [f"{s.path},whole,0,0,100000,100000" for s in context.samples]
    (tmp_path / "t.csv").write_text("path,label,x1,y1,x2,y2\n" + "\n".join(rows))
    dataset, _ = FORMATS["csv"].read(tmp_path / "t.csv", context)
    assert len(dataset.samples) == 18
    for sample in dataset.samples:
        box = sample.annotations[0].box
        assert box is not None
        assert (box.width, box.height) == image_size(context.root / sample.path)
        assert (box.width > box.height) == sample.path.startswith("Landscape")
