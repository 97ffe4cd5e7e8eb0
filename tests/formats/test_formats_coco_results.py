from __future__ import annotations

import contextlib
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from format_samples import box, context_for, job, labeled, labels
from pycocotools.coco import COCO

from hardcase.errors import FormatError
from hardcase.formats import FORMATS, Dataset, ReadContext, WriteOptions
from hardcase.model.job import Label, Status, Task

if TYPE_CHECKING:
    from pathlib import Path

RESULTS = FORMATS["coco-results"]
GOOD = {"image_id": 9, "category_id": 18, "bbox": [1, 2, 3, 4], "score": 0.5}


def imported_job(root: Path) -> ReadContext:
    """A job that remembers the ids of an earlier COCO import."""
    context = job(root, "a.jpg", "b.jpg", as_="predictions")
    samples = tuple(
        replace(s, extra={"coco_id": i}) for s, i in zip(context.samples, (9, 4), strict=True)
    )
    return replace(
        context, samples=samples, labels=(Label(1, "dog", "#ffffff", 0, {"coco_id": 18}),)
    )


def saved(folder: Path, *entries: object) -> Path:
    path = folder / "r.json"
    path.write_text(json.dumps(entries))
    return path


def test_ids_come_from_an_earlier_import(tmp_path: Path) -> None:
    dataset, report = RESULTS.read(saved(tmp_path, GOOD), imported_job(tmp_path))
    assert [s.path for s in dataset.samples] == ["a.jpg"]
    assert dataset.samples[0].status is Status.TO_BE_CONFIRMED
    assert dataset.samples[0].annotations[0].score == 0.5
    assert (report.images, report.annotations, report.problems) == (1, 1, ())


def test_ids_come_from_the_images_file(tmp_path: Path) -> None:
    images = tmp_path / "instances.json"
    images.write_text(
        json.dumps(
            {
                "images": [{"id": 9, "file_name": "b.jpg"}],
                "categories": [{"id": 18, "name": "cat"}],
            }
        )
    )
    context = replace(imported_job(tmp_path), images_file=images)
    dataset, _ = RESULTS.read(saved(tmp_path, GOOD), context)
    assert [(s.path, s.annotations[0].label) for s in dataset.samples] == [("b.jpg", "cat")]


def test_without_ids_the_file_is_refused_and_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"import the COCO file .* r\.images\.json"):
        RESULTS.read(saved(tmp_path, GOOD), job(tmp_path, "a.jpg", labels=labels("dog")))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"image_id": 5}, "image_id 5"),
        ({"category_id": 5}, "category_id 5"),
        ({"score": None}, "not a number"),
        ({"score": 1.5}, "between 0 and 1"),
        ({"bbox": [1, 2, 3]}, "4 numbers"),
        ({"bbox": [1, 2, 0, 0]}, "no area"),
    ],
)
def test_a_bad_result_is_named_and_the_rest_is_read(
    tmp_path: Path, change: dict[str, object], what: str
) -> None:
    dataset, report = RESULTS.read(saved(tmp_path, GOOD | change, GOOD), imported_job(tmp_path))
    assert len(dataset.samples[0].annotations) == 1
    assert report.problems[0].startswith("r.json: results[0]: ")
    assert what in report.problems[0]


def test_written_results_are_a_bare_list_that_pycocotools_loads(tmp_path: Path) -> None:
    samples = (
        replace(
            labeled(1, "a.jpg", box("cat", 10, 20, 40, 60, score=0.9, by="m#1")),
            status=Status.TO_BE_CONFIRMED,
            extra={"coco_id": 77},
        ),
        labeled(2, "b.jpg", box("dog", 1, 1, 5, 5)),
    )
    dataset = Dataset(Task.DETECTION, labels("dog", "cat"), samples, tmp_path)
    report = RESULTS.write(dataset, tmp_path / "r.json", WriteOptions())
    written = json.loads((tmp_path / "r.json").read_text())
    assert written == [
        {"image_id": 77, "category_id": 2, "bbox": [10, 20, 30, 40], "score": 0.9},
        {"image_id": 78, "category_id": 1, "bbox": [1, 1, 4, 4], "score": 1.0},
    ]
    assert report.annotations == 2
    assert "1 label without a score, written with score 1" in report.lost
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO(str(tmp_path / "r.images.json"))
        loaded = truth.loadRes(str(tmp_path / "r.json"))
    assert len(loaded.getAnnIds()) == 2
    back, _ = RESULTS.read(tmp_path / "r.json", context_for(dataset, as_="predictions"))
    assert [s.path for s in back.samples] == ["a.jpg", "b.jpg"]


def test_images_without_boxes_are_said_to_be_lost(tmp_path: Path) -> None:
    dataset = Dataset(Task.DETECTION, labels("cat"), (labeled(1, "a.jpg"),), tmp_path)
    assert "1 image without objects" in RESULTS.losses(dataset)
