"""A reader names what is wrong and imports the rest: an image nobody has stops no other."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from format_samples import job

from hardcase.formats import FORMATS
from hardcase.formats.base import Dataset, Report
from hardcase.model.job import Status, Task

SENT = ("nosuch.png", "a.png", "b.png")
"""The images that files speak of; the job lacks the first."""


def csv(folder: Path) -> Path:
    rows = [f"{name},cat,1,2,11,12" for name in SENT]
    file = folder / "t.csv"
    file.write_text("\n".join(["path,label,x1,y1,x2,y2", *rows, "a.png,cat,wide,2,11,12"]))
    return file


def coco(folder: Path) -> Path:
    images = [{"id": n, "file_name": name} for n, name in enumerate(SENT, 1)]
    boxes = [
        {"id": n, "image_id": n, "category_id": 1, "bbox": [1, 2, 10, 10], "score": 0.5}
        for n in (1, 2, 3)
    ]
    boxes.append({"id": 4, "image_id": 2, "category_id": 1, "bbox": ["wide", 2, 10, 10]})
    file = folder / "t.json"
    data = {"images": images, "annotations": boxes, "categories": [{"id": 1, "name": "cat"}]}
    file.write_text(json.dumps(data))
    return file


def coco_results(folder: Path) -> Path:
    data = json.loads(coco(folder).read_text())
    file = folder / "r.json"
    file.write_text(json.dumps(data.pop("annotations")))
    file.with_name("r.images.json").write_text(json.dumps(data))
    return file


def yolo(folder: Path) -> Path:
    (folder / "labels").mkdir()
    (folder / "data.yaml").write_text("names: [cat]\n")
    for name in SENT:
        more = "0 wide 0.5 0.1 0.1\n" if name == "a.png" else ""
        text = f"0 0.5 0.5 0.1 0.1\n{more}"
        (folder / "labels" / name.replace(".png", ".txt")).write_text(text)
    return folder


def voc(folder: Path) -> Path:
    def thing(left: object) -> str:
        sides = f"<xmin>{left}</xmin><ymin>2</ymin><xmax>11</xmax><ymax>12</ymax>"
        return f"<object><name>cat</name><bndbox>{sides}</bndbox></object>"

    for name in SENT:
        more = thing("wide") if name == "a.png" else ""
        text = f"<annotation><filename>{name}</filename>{thing(1)}{more}</annotation>"
        (folder / name.replace(".png", ".xml")).write_text(text)
    (folder / "torn.xml").write_text("<annotation>")
    return folder


def manifest(folder: Path) -> Path:
    voc(folder)
    kind = "modelarts/object_detection"
    lines = [
        json.dumps(
            {
                "source": name,
                "annotation": [
                    {"type": kind, "annotation-loc": name.replace(".png", ".xml")},
                ],
            }
        )
        for name in SENT
    ]
    file = folder / "t.manifest"
    file.write_text("\n".join([*lines, "{torn"]))
    return file


def read(
    name: str, folder: Path, path: Path, task: Task = Task.DETECTION
) -> tuple[Dataset, Report]:
    return FORMATS[name].read(path, job(folder, "a.png", "b.png", task=task))


@pytest.mark.parametrize("make", [csv, coco, coco_results, yolo, voc, manifest])
def test_the_rest_is_read_and_counted(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    dataset, report = read(make.__name__.replace("_", "-"), tmp_path, make(tmp_path))
    assert (report.images, report.annotations) == (2, 2)
    assert [s.path for s in dataset.samples if s.status is Status.LABELED] == ["a.png", "b.png"]
    assert any("nosuch" in problem for problem in report.problems)
    assert len(report.problems) >= 2


def test_the_rest_of_a_folder_a_label_is_read_and_counted(tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()
    for name in SENT:
        (tmp_path / "cat" / name).write_bytes(b"")
    _, report = read("imagefolder", tmp_path, tmp_path, Task.CLASSIFICATION)
    assert (report.images, report.annotations) == (2, 2)
    (problem,) = report.problems
    assert "nosuch" in problem


def test_a_quote_that_is_not_closed_spoils_no_other_row(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text('path,label\na.png,"cat\nb.png,dog\n')
    dataset, report = read("csv", tmp_path, file, Task.CLASSIFICATION)
    assert [a.label for s in dataset.samples for a in s.annotations] == ["dog"]
    (problem,) = report.problems
    assert problem.startswith("t.csv:2: not CSV")
