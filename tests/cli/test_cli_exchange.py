"""import and export."""

from __future__ import annotations

import json

import pytest

from hardcase.formats import FORMATS
from hardcase.model.boxes import Box
from hardcase.model.job import Annotation
from hardcase.session import LabelingSession


@pytest.fixture
def results(tmp_path):
    """A COCO file with one box on `red/0.png`, one on an image nobody has, one without area."""
    path = tmp_path / "annotations.json"
    names = ("red/0.png", "elsewhere.png")
    images = [{"id": n, "file_name": f, "width": 32, "height": 24} for n, f in enumerate(names, 1)]
    boxes = [
        {"id": 1, "image_id": 1, "category_id": 7, "bbox": [1, 2, 3, 4], "score": 0.5},
        {"id": 2, "image_id": 2, "category_id": 7, "bbox": [1, 2, 3, 4]},
        {"id": 3, "image_id": 1, "category_id": 7, "bbox": [1, 2, 0, 4]},
    ]
    categories = [{"id": 7, "name": "bird"}]
    path.write_text(json.dumps({"images": images, "annotations": boxes, "categories": categories}))
    return path


def test_import_reads_labels_and_tells_what_is_wrong(boxes, results, cli):
    result = cli("import", boxes, results, "--json")
    assert result.status == 0
    record = result.record
    assert (record["images"], record["annotations"], record["changed"]) == (1, 1, 1)
    assert len(record["problems"]) >= 2
    assert all(results.name in problem for problem in record["problems"])
    assert len(result.err.splitlines()) == len(record["problems"]) + len(record["lost"])
    sample = cli("list", boxes, "--filter", "label:bird", "--json").record
    assert sample["path"] == "red/0.png"
    assert sample["status"] == "labeled"


def test_import_is_one_undo(boxes, results, cli):
    before = cli("list", boxes, "--json").out
    cli("import", boxes, results)
    cli("undo", boxes)
    assert cli("list", boxes, "--json").out == before


def test_import_as_predictions_waits_to_be_confirmed(boxes, results, cli):
    assert cli("import", boxes, results, "--as", "predictions").status == 0
    sample = cli("list", boxes, "--tab", "to-be-confirmed", "--json").record
    assert sample["path"] == "red/0.png"
    assert sample["annotations"][0]["score"] == 0.5
    assert sample["annotations"][0]["by"].startswith("annotations#")


def test_import_that_could_read_nothing_has_failed(boxes, results, cli):
    data = json.loads(results.read_text())
    data["annotations"] = data["annotations"][1:]
    results.write_text(json.dumps(data))
    result = cli("import", boxes, results)
    assert result.status == 1
    assert result.out.startswith("read 0 annotations of 0 images; ")


def test_import_of_nothing_is_a_failure(boxes, tmp_path, cli):
    result = cli("import", boxes, tmp_path / "none.json")
    assert result.status == 1
    assert "none.json" in result.error


def test_export_writes_what_people_labeled(boxes, tmp_path, cli):
    out = tmp_path / "out.json"
    result = cli("export", boxes, out, "--format", "coco", "--json")
    assert (result.record["images"], result.record["annotations"]) == (2, 3)
    written = json.loads(out.read_text())
    assert sorted(a["bbox"] for a in written["annotations"]) == [
        [0, 0, 32, 24],
        [1, 2, 10, 10],
        [5, 6, 20, 10],
    ]


def test_export_says_what_it_wrote(boxes, tmp_path, cli):
    out = tmp_path / "out.json"
    result = cli("export", boxes, out, "--format", "coco")
    assert result.out == f"wrote 3 annotations of 2 images to {out}\n"


def test_export_of_predictions_needs_some(boxes, tmp_path, cli):
    result = cli("export", boxes, tmp_path / "o", "--format", "coco", "--what", "predictions")
    assert result.status == 1
    assert "nothing to export" in result.error


def test_export_replaces_only_when_told_to(boxes, tmp_path, cli):
    out = tmp_path / "out.json"
    out.write_text("mine")
    assert cli("export", boxes, out, "--format", "coco").status == 1
    assert out.read_text() == "mine"
    assert cli("export", boxes, out, "--format", "coco", "--overwrite").status == 0
    assert json.loads(out.read_text())["images"]


def test_what_the_format_cannot_hold_is_told(boxes, tmp_path, cli):
    cli("mark-hard", boxes, "blue/0.png")
    result = cli("export", boxes, tmp_path / "out", "--format", "yolo", "--json")
    assert result.status == 0
    assert result.record["lost"]
    assert "not kept: " in result.err


def test_a_job_made_of_an_export_keeps_its_images(boxes, tmp_path, cli):
    copy = tmp_path / "copy"
    assert cli("export", boxes, copy, "--format", "yolo", "--images", "copy").status == 0
    assert cli("init", copy, "--task", "detection").status == 0
    assert cli("import", copy, copy).status == 0
    before = {p: p.read_bytes() for p in copy.rglob("*.png")}
    for options in ([], ["--overwrite"], ["--overwrite", "--images", "copy"]):
        result = cli("export", copy, copy, "--format", "yolo", *options)
        assert result.status == 1
        assert "choose a folder outside the images" in result.error
    assert {p: p.read_bytes() for p in copy.rglob("*.png") if not p.is_symlink()} == before


def test_a_job_is_not_written_over_by_its_export(boxes, cli):
    before = (boxes / "hardcase.json").read_bytes()
    for name in ("hardcase.json", "hardcase.json.journal"):
        result = cli("export", boxes, boxes / name, "--format", "coco", "--overwrite")
        assert "belongs to the job" in result.error
    assert (boxes / "hardcase.json").read_bytes() == before


@pytest.mark.parametrize("command", ["import", "export"])
def test_the_help_names_every_format(command, cli):
    said = cli(command, "--help").out
    for name in FORMATS:
        assert name in said


def test_an_export_says_what_nobody_confirmed_and_takes_it_when_told_to(boxes, tmp_path, cli):
    with LabelingSession.open(boxes) as session:
        session.set_annotations(session.find("red/0.png"), [Annotation("cat", Box(1, 2, 10, 10))])
    result = cli("export", boxes, tmp_path / "o.json", "--format", "coco", "--json")
    assert result.record["images"] == 2
    assert "left out: 1 image with labels that nobody confirmed; --what all" in result.err
    result = cli(
        "export", boxes, tmp_path / "p.json", "--format", "coco", "--what", "all", "--json"
    )
    assert result.record["images"] == 3
    assert "left out" not in result.err
