"""Annotations into a job and out of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from hardcase.errors import FormatError
from hardcase.formats import FORMATS, WriteOptions
from hardcase.model.boxes import Box
from hardcase.model.changes import Edit, Table
from hardcase.model.job import HUMAN, Annotation, RunState, Status, Task
from hardcase.session import transfer

DETECTION_FORMATS = [name for name, f in FORMATS.items() if Task.DETECTION in f.tasks]


@pytest.fixture
def labeled(make_session):
    """Five samples: one with two boxes, one without objects, three unlabeled."""
    session = make_session()
    boxes = [Annotation("dog", Box(1, 2, 11.5, 12)), Annotation("cat", Box(20, 5, 30, 25))]
    session.set_annotations(1, boxes)
    session.confirm([1])
    session.set_no_objects([2])
    return session


def coco(tmp_path: Path, *, score: float | None = None) -> Path:
    annotation = {"id": 7, "image_id": 31, "category_id": 90, "bbox": [1, 2, 3, 4]}
    if score is not None:
        annotation["score"] = score
    file = tmp_path / "truth.json"
    file.write_text(
        json.dumps(
            {
                "images": [{"id": 31, "file_name": "images/000.png", "width": 40, "height": 30}],
                "annotations": [annotation],
                "categories": [{"id": 90, "name": "fox"}, {"id": 3, "name": "dog"}],
            }
        )
    )
    return file


@pytest.mark.parametrize("name", [n for n in DETECTION_FORMATS if n != "coco-results"])
def test_labels_go_out_and_come_back(labeled, make_session, tmp_path, name):
    out = tmp_path / f"out{FORMATS[name].suffix}"
    report = labeled.export_annotations(out, name)
    assert report.annotations == 2
    other = make_session()
    other.import_annotations(out)
    ours, theirs = labeled.sample(1), other.sample(1)
    assert theirs.status is Status.LABELED
    for a, b in zip(
        sorted(ours.annotations, key=lambda a: a.label),
        sorted(theirs.annotations, key=lambda a: a.label),
        strict=True,
    ):
        assert a.label == b.label
        assert b.by == HUMAN
        assert b.box == pytest.approx(a.box, abs=0.01)
    if name != "csv":
        assert other.sample(2).status is Status.LABELED
    assert other.sample(3).status is Status.UNLABELED


@pytest.mark.parametrize("name", [n for n in DETECTION_FORMATS if n != "coco-results"])
def test_an_import_of_ones_own_export_leaves_labels_as_they_are(
    labeled, tmp_path, monkeypatch, name
):
    auto = Annotation("cat", Box(1.234, 2.345, 11.503, 12.004), 0.5, "net#1")
    sample = replace(labeled.sample(4), status=Status.LABELED, annotations=(auto,))
    labeled.commit("confirmed", [Edit(Table.SAMPLES, 4, labeled.sample(4), sample)])
    out = tmp_path / f"out{FORMATS[name].suffix}"
    labeled.export_annotations(out, name)
    before = {n: labeled.sample(n) for n in range(1, 6)}
    monkeypatch.setattr(transfer, "now", lambda: "2099-01-01T00:00:00Z")
    _, change = labeled.import_annotations(out)
    for n, was in before.items():
        now = labeled.sample(n)
        bare = tuple(replace(a, extra=None) for a in now.annotations)
        assert replace(now, annotations=bare, extra=None) == was
    assert change is None or name in {"coco", "manifest"}  # these give ids and usages to remember
    assert labeled.import_annotations(out)[1] is None


def test_an_import_of_a_moved_box_is_a_change(labeled, tmp_path):
    out = tmp_path / "out.csv"
    labeled.export_annotations(out, "csv")
    out.write_text(out.read_text().replace("11.5", "11.6"))
    _, change = labeled.import_annotations(out)
    assert [edit.key for edit in change.edits] == [1]
    assert {a.box.x2 for a in labeled.sample(1).annotations} == {11.6, 30}


def test_imported_labels_are_one_change_and_new_labels_are_added(make_session, tmp_path):
    session = make_session()
    report, change = session.import_annotations(coco(tmp_path))
    assert (report.images, report.annotations) == (1, 1)
    assert change is not None
    assert [label.name for label in session.labels] == ["cat", "dog", "fox"]
    assert session.sample(1).annotations[0].label == "fox"
    session.undo()
    assert session.sample(1).status is Status.UNLABELED
    assert [label.name for label in session.labels] == ["cat", "dog"]


def test_coco_ids_survive_the_job(make_session, tmp_path):
    session = make_session()
    session.import_annotations(coco(tmp_path))
    out = tmp_path / "again.json"
    session.export_annotations(out, "coco")
    data = json.loads(out.read_text())
    assert data["images"][0]["id"] == 31
    assert data["annotations"][0]["id"] == 7
    assert {c["id"]: c["name"] for c in data["categories"]}.items() >= {90: "fox", 3: "dog"}.items()


def test_predictions_wait_to_be_confirmed_and_leave_human_labels_alone(labeled, tmp_path):
    before = labeled.sample(1)
    labeled.import_annotations(coco(tmp_path, score=0.75), predictions=True)
    assert labeled.sample(1) == before
    assert labeled.prediction(1).annotations[0].score == 0.75
    labeled.clear([1])
    labeled.import_annotations(coco(tmp_path, score=0.75), predictions=True)
    sample = labeled.sample(1)
    assert sample.status is Status.TO_BE_CONFIRMED
    assert sample.annotations[0].by == "truth#2"
    assert labeled.runs[0].state is RunState.COMPLETED


def test_exported_predictions_are_what_the_model_said(labeled, tmp_path):
    labeled.clear([1])
    labeled.import_annotations(coco(tmp_path, score=0.75), predictions=True)
    labeled.set_annotations(1, [Annotation("cat", Box(0, 0, 40, 30))])
    labeled.confirm([1])
    out = tmp_path / "results.json"
    labeled.export_annotations(out, "coco-results", "predictions")
    (result,) = json.loads(out.read_text())
    assert result["score"] == 0.75
    assert result["bbox"] == [1, 2, 3, 4]


def test_predictions_of_an_undone_import_are_not_offered(labeled, tmp_path):
    out = tmp_path / "results.json"
    labeled.import_annotations(coco(tmp_path, score=0.75), predictions=True)
    labeled.undo()
    with pytest.raises(FormatError, match="nothing to export"):
        labeled.export_annotations(out, "coco-results", "predictions")
    labeled.redo()
    assert labeled.export_annotations(out, "coco-results", "predictions").annotations == 1
    labeled.set_no_objects([3])
    labeled.undo()
    again = WriteOptions(overwrite=True)
    assert labeled.export_annotations(out, "coco-results", "predictions", again).annotations == 1


def test_an_export_of_nothing_says_so_and_writes_nothing(make_session, tmp_path):
    session = make_session()
    for what in ("labels", "predictions", "all"):
        with pytest.raises(FormatError, match="nothing to export"):
            session.export_annotations(tmp_path / "out.json", "coco", what)
    assert not (tmp_path / "out.json").exists()


def test_unknown_formats_and_missing_files_are_one_line(labeled, tmp_path):
    with pytest.raises(FormatError, match="there are"):
        labeled.export_annotations(tmp_path / "out", "excel")
    with pytest.raises(FormatError, match="nothing at"):
        labeled.import_annotations(tmp_path / "missing.json")


def test_classes_go_out_by_csv_and_come_back(make_session, tmp_path):
    session = make_session(Task.CLASSIFICATION)
    session.set_label([1, 2], "dog")
    session.set_label([3], "cat")
    session.export_annotations(tmp_path / "out.csv", "csv")
    other = make_session(Task.CLASSIFICATION)
    other.import_annotations(tmp_path / "out.csv")
    assert [s.annotations[0].label for s in (other.sample(n) for n in (1, 2, 3))] == [
        "dog",
        "dog",
        "cat",
    ]
    assert other.stats().labeled == 3


def test_what_a_person_began_goes_out_with_all_of_it(labeled, make_session, tmp_path):
    labeled.set_annotations(3, [Annotation("dog", Box(1, 2, 11, 12))])  # kept, not confirmed
    out = tmp_path / "all.json"
    assert labeled.export_annotations(out, "coco", "all").annotations == 3
    other = make_session()
    other.import_annotations(out)
    assert [a.label for a in other.sample(3).annotations] == ["dog"]


def test_an_export_of_labels_counts_what_nobody_confirmed(labeled):
    def left_out() -> str:
        return transfer.Export("coco", transfer.dataset_of(labeled, "labels"), "labels").left_out

    assert left_out() == ""
    labeled.set_annotations(3, [Annotation("dog", Box(1, 2, 11, 12))])
    assert left_out() == "left out: 1 image with labels that nobody confirmed"
    auto = Annotation("cat", Box(1, 2, 11, 12), 0.5, "net#1")
    before = labeled.sample(4)
    after = replace(before, status=Status.TO_BE_CONFIRMED, annotations=(auto,))
    labeled.commit("auto", [Edit(Table.SAMPLES, 4, before, after)])
    assert left_out() == "left out: 2 images with labels that nobody confirmed"
    assert not transfer.Export("coco", transfer.dataset_of(labeled, "all"), "all").left_out
