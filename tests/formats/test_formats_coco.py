from __future__ import annotations

import contextlib
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from format_samples import box, by_path, context_for, job, labeled, labels
from pycocotools.coco import COCO

from hardcase.errors import FormatError
from hardcase.formats import FORMATS, Dataset, WriteOptions
from hardcase.model.boxes import Box
from hardcase.model.job import Annotation, Label, Sample, Status, Task

if TYPE_CHECKING:
    from pathlib import Path

COCO_FORMAT = FORMATS["coco"]


def document(**changes: Any) -> dict[str, Any]:
    base = {
        "images": [
            {"id": 7, "file_name": "a.jpg", "width": 640, "height": 480},
            {"id": 3, "file_name": "sub/a.jpg", "width": 640, "height": 480},
        ],
        "annotations": [
            {"id": 90, "image_id": 7, "category_id": 44, "bbox": [10, 20, 30, 40]},
            {"id": 12, "image_id": 3, "category_id": 18, "bbox": [1.25, 2, 3, 4]},
        ],
        "categories": [
            {"id": 44, "name": "zebra", "supercategory": "animal"},
            {"id": 2, "name": "unused"},
            {"id": 18, "name": "dog"},
        ],
    }
    return base | changes


def saved(folder: Path, content: object) -> Path:
    path = folder / "instances.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def test_ids_with_gaps_and_declared_order_survive_a_round_trip(tmp_path: Path) -> None:
    context = job(tmp_path / "job", "a.jpg", "sub/a.jpg")
    dataset, report = COCO_FORMAT.read(saved(tmp_path, document()), context)
    assert (report.images, report.annotations, report.problems) == (2, 2, ())
    assert [label.name for label in dataset.labels] == ["zebra", "unused", "dog"]
    out = tmp_path / "out.json"
    COCO_FORMAT.write(dataset, out, WriteOptions())
    again = json.loads(out.read_text("utf-8"))
    assert [(i["id"], i["file_name"]) for i in again["images"]] == [(7, "a.jpg"), (3, "sub/a.jpg")]
    assert [(c["id"], c["name"]) for c in again["categories"]] == [
        (44, "zebra"),
        (2, "unused"),
        (18, "dog"),
    ]
    assert again["categories"][0]["supercategory"] == "animal"
    assert [
        (a["id"], a["image_id"], a["category_id"], a["bbox"]) for a in again["annotations"]
    ] == [
        (90, 7, 44, [10, 20, 30, 40]),
        (12, 3, 18, [1.25, 2, 3, 4]),
    ]


def test_new_rows_get_ids_after_the_largest_that_is_kept(tmp_path: Path) -> None:
    samples = (
        replace(labeled(1, "a.jpg", box("cat", 0, 0, 9, 9)), extra={"coco_id": 40}),
        labeled(2, "b.jpg", box("dog", 0, 0, 9, 9), box("cat", 1, 1, 9, 9, extra={"coco_id": 5})),
        replace(labeled(3, "c.jpg"), extra={"coco_id": 40}),
    )
    classes = (Label(1, "cat", "#fff", 0, {"coco_id": 90}), Label(2, "dog", "#fff", 1))
    COCO_FORMAT.write(
        Dataset(Task.DETECTION, classes, samples, tmp_path), tmp_path / "o.json", WriteOptions()
    )
    data = json.loads((tmp_path / "o.json").read_text())
    assert [i["id"] for i in data["images"]] == [40, 41, 42]
    assert [c["id"] for c in data["categories"]] == [90, 91]
    assert [a["id"] for a in data["annotations"]] == [6, 7, 5]


def test_outline_crowd_and_area_survive_until_the_box_is_altered(tmp_path: Path) -> None:
    given = {
        "id": 1,
        "image_id": 7,
        "category_id": 44,
        "bbox": [10.123456, 20, 30, 40],
        "iscrowd": 1,
        "area": 555.5,
        "segmentation": {"counts": [1, 2, 3], "size": [480, 640]},
    }
    context = job(tmp_path, "a.jpg", "sub/a.jpg")
    dataset, _ = COCO_FORMAT.read(saved(tmp_path, document(annotations=[given])), context)
    COCO_FORMAT.write(dataset, tmp_path / "same.json", WriteOptions())
    written = json.loads((tmp_path / "same.json").read_text())["annotations"][0]
    assert written == given
    sample = dataset.samples[0]
    moved = replace(sample.annotations[0], box=Box(0, 0, 10, 10))
    altered = replace(dataset, samples=(replace(sample, annotations=(moved,)),))
    COCO_FORMAT.write(altered, tmp_path / "moved.json", WriteOptions())
    written = json.loads((tmp_path / "moved.json").read_text())["annotations"][0]
    assert (written["area"], written["segmentation"], written["iscrowd"]) == (100, [], 1)
    assert written["bbox"] == [0, 0, 10, 10]


def test_an_image_without_annotations_is_no_objects_only_if_the_file_says_so(
    tmp_path: Path,
) -> None:
    data = document(annotations=[])
    data["images"][0]["no_objects"] = True
    path = saved(tmp_path, data)
    context = job(tmp_path, "a.jpg", "sub/a.jpg")
    dataset, report = COCO_FORMAT.read(path, context)
    assert [s.status for s in dataset.samples] == [Status.LABELED, Status.UNLABELED]
    assert report.images == 1
    assert "1 image without annotations" in report.problems[0]
    assert dataset.samples[1].extra == {"coco_id": 3}
    told, report = COCO_FORMAT.read(path, replace(context, empty_is_no_objects=True))
    assert [s.status for s in told.samples] == [Status.LABELED, Status.LABELED]
    assert report.problems == ()


def test_no_objects_survives_and_unlabeled_images_are_not_written(tmp_path: Path) -> None:
    samples = (labeled(1, "empty.jpg"), Sample(2, "new.jpg", width=640, height=480))
    dataset = Dataset(Task.DETECTION, labels("cat"), samples, tmp_path)
    assert COCO_FORMAT.losses(dataset) == ("1 unlabeled image",)
    COCO_FORMAT.write(dataset, tmp_path / "o.json", WriteOptions())
    back, _ = COCO_FORMAT.read(tmp_path / "o.json", context_for(dataset))
    assert [(s.path, s.status) for s in back.samples] == [("empty.jpg", Status.LABELED)]


def test_an_image_of_which_all_boxes_were_refused_is_not_no_objects(tmp_path: Path) -> None:
    data = document()
    data["annotations"][0]["bbox"] = [5, 5, 0, 0]
    data["annotations"][1]["category_id"] = 999
    context = job(tmp_path, "a.jpg", "sub/a.jpg", empty_is_no_objects=True)
    dataset, report = COCO_FORMAT.read(saved(tmp_path, data), context)
    assert [s.status for s in dataset.samples] == [Status.UNLABELED, Status.UNLABELED]
    assert report.images == 0
    assert "annotations[0]: box (5, 5, 5, 5) has no area" in report.problems[0]
    assert "annotations[1]: category_id 999 is not among the categories" in report.problems[1]


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        ({"image_id": 7, "category_id": 44, "bbox": [0, 0, float("nan"), 4]}, "finite"),
        ({"image_id": 7, "category_id": 44, "bbox": [0, 0, float("inf"), 4]}, "finite"),
        ({"image_id": 7, "category_id": 44, "bbox": [0, 0, 10**400, 4]}, "finite"),
        ({"image_id": 7, "category_id": 44, "bbox": [0, 0, 1e300, 4]}, "finite"),
        ({"image_id": 7, "category_id": 44, "bbox": [0, 0, 1e9, 4]}, "far outside"),
        ({"image_id": 7, "category_id": 44, "bbox": [0, 0, True, 4]}, "not a number"),
        ({"image_id": 7, "category_id": 44, "bbox": [0, 0, "3", 4]}, "text"),
        ({"image_id": 7, "category_id": 44, "bbox": [0, 0, None, 4]}, "not a number"),
        ({"image_id": 7, "category_id": 44, "bbox": [0, 0, -3, 4]}, "negative"),
        ({"image_id": 7, "category_id": 44, "bbox": [900, 0, 3, 4]}, "outside"),
        ({"image_id": 7, "category_id": 44, "bbox": {"x": 1}}, "not a list"),
        ({"image_id": 7, "category_id": 44}, "not a list"),
        ({"image_id": 99, "category_id": 44, "bbox": [0, 0, 3, 4]}, "image_id 99"),
        ({"image_id": "7", "category_id": 44, "bbox": [0, 0, 3, 4]}, "image_id is text"),
        ({"image_id": [7], "category_id": 44, "bbox": [0, 0, 3, 4]}, "image_id"),
        ({"image_id": 7, "bbox": [0, 0, 3, 4]}, "no category_id"),
        ({"image_id": 7, "category_id": 44, "bbox": [0, 0, 3, 4], "score": 7}, "between 0 and 1"),
        (["no object"], "not an object"),
    ],
)
def test_a_bad_annotation_is_named_and_the_rest_is_read(
    tmp_path: Path, entry: object, what: str
) -> None:
    good = {"image_id": 7, "category_id": 18, "bbox": [1, 1, 5, 5]}
    path = saved(tmp_path, document(annotations=[entry, good]))
    dataset, report = COCO_FORMAT.read(path, job(tmp_path, "a.jpg", "sub/a.jpg"))
    assert [a.label for a in by_path(dataset)["a.jpg"].annotations] == ["dog"]
    bad = [p for p in report.problems if p.startswith("instances.json: annotations[0]: ")]
    assert len(bad) == 1
    assert what in bad[0]


def test_duplicate_ids_and_bad_lists_are_named(tmp_path: Path) -> None:
    data = document()
    data["images"] += [{"id": 7, "file_name": "b.jpg"}, {"file_name": "c.jpg"}, {"id": 8}, 5]
    data["categories"] += [{"id": 44, "name": "lion"}, {"id": 45, "name": " dog "}, {"id": 46}]
    data["annotations"].append({"id": 90, "image_id": 7, "category_id": 45, "bbox": [1, 1, 2, 2]})
    dataset, report = COCO_FORMAT.read(saved(tmp_path, data), job(tmp_path, "a.jpg", "sub/a.jpg"))
    assert [label.name for label in dataset.labels] == ["zebra", "unused", "dog"]
    assert [a.label for a in by_path(dataset)["a.jpg"].annotations] == ["zebra", "dog"]
    assert by_path(dataset)["a.jpg"].annotations[1].extra is None
    for what in (
        "images[2]: id 7 is that of an image above",
        "images[3]: has no id",
        "images[4]: has no file_name",
        "images[5]: is not an object",
        "categories[3]: id 44 is taken by 'zebra'",
        "categories[4]: 'dog' is the name of category 18 too",
        "categories[5]: a label name must be text",
        "annotations[2]: id 90 is that of an annotation above",
    ):
        assert any(what in problem for problem in report.problems), what


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ('{"images": [\n\n oops', "instances.json:3: not JSON"),
        ("[" * 200_000, "nested too deep"),
        ("[]", "not a COCO file"),
        ('{"images": 3}', "not a COCO file"),
        ("", "instances.json:1: not JSON"),
    ],
)
def test_what_is_no_coco_file_is_refused_with_its_place(
    tmp_path: Path, content: str, what: str
) -> None:
    with pytest.raises(FormatError, match=what):
        COCO_FORMAT.read(saved(tmp_path, content), job(tmp_path, "a.jpg"))


def test_bad_utf8_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'{"images": [],\n"x": "\xff"}')
    with pytest.raises(FormatError, match=r"a\.json:2: not UTF-8"):
        COCO_FORMAT.read(path, job(tmp_path, "a.jpg"))


def test_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    text = json.dumps(document(), indent=1).replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    _, report = COCO_FORMAT.read(path, job(tmp_path, "a.jpg", "sub/a.jpg"))
    assert report.annotations == 2


def test_a_box_outside_is_clipped_and_said_but_rounding_is_not(tmp_path: Path) -> None:
    data = document()
    data["annotations"][0]["bbox"] = [600, 20, 40.5, 40]
    data["annotations"][1]["bbox"] = [600, 20, 90, 40]
    dataset, report = COCO_FORMAT.read(saved(tmp_path, data), job(tmp_path, "a.jpg", "sub/a.jpg"))
    assert dataset.samples[0].annotations[0].box == Box(600, 20, 640, 60)
    assert dataset.samples[1].annotations[0].box == Box(600, 20, 640, 60)
    assert len(report.problems) == 1
    assert "annotations[1]: box (600, 20, 690, 60) was clipped" in report.problems[0]


def test_boxes_in_the_frame_before_the_exif_rotation_are_refused(tmp_path: Path) -> None:
    data = document()
    data["images"][0] |= {"width": 480, "height": 640}
    dataset, report = COCO_FORMAT.read(saved(tmp_path, data), job(tmp_path, "a.jpg", "sub/a.jpg"))
    assert by_path(dataset)["a.jpg"].status is Status.UNLABELED
    assert "480x640, the image is 640x480 after its EXIF rotation" in report.problems[0]


def test_labels_drop_scores_and_count_as_a_persons(tmp_path: Path) -> None:
    data = document()
    data["annotations"][0]["score"] = 0.75
    path = saved(tmp_path, data)
    context = job(tmp_path, "a.jpg", "sub/a.jpg")
    as_labels, _ = COCO_FORMAT.read(path, context)
    assert as_labels.samples[0].annotations[0].score is None
    assert as_labels.samples[0].annotations[0].by == "human"
    predicted, _ = COCO_FORMAT.read(path, replace(context, as_="predictions", signature="m#1"))
    assert predicted.samples[0].status is Status.TO_BE_CONFIRMED
    assert predicted.samples[0].annotations[0].score == 0.75
    assert predicted.samples[0].annotations[0].by == "m#1"


def test_label_names_are_cleaned_for_the_terminal(tmp_path: Path) -> None:
    data = document(categories=[{"id": 44, "name": " \x1b[31mred\n "}, {"id": 18, "name": "b"}])
    dataset, _ = COCO_FORMAT.read(saved(tmp_path, data), job(tmp_path, "a.jpg", "sub/a.jpg"))
    assert dataset.labels[0].name == "�[31mred"
    assert dataset.samples[0].annotations[0].label == "�[31mred"


def test_written_files_load_in_pycocotools(tmp_path: Path) -> None:
    samples = (
        labeled(1, "a.jpg", box("cat", 10, 20, 40, 60), box("dog", 0, 0, 5.5, 5)),
        labeled(2, "sub/a.jpg"),
    )
    dataset = Dataset(Task.DETECTION, labels("dog", "cat"), samples, tmp_path)
    COCO_FORMAT.write(dataset, tmp_path / "o.json", WriteOptions())
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(str(tmp_path / "o.json"))
    assert coco.getImgIds() == [1, 2]
    assert [c["name"] for c in coco.loadCats(coco.getCatIds())] == ["dog", "cat"]
    found = coco.loadAnns(coco.getAnnIds(imgIds=[1]))
    assert [(a["bbox"], a["area"]) for a in found] == [
        ([10, 20, 30, 40], 1200),
        ([0, 0, 5.5, 5], 27.5),
    ]


def test_a_classification_job_is_refused(tmp_path: Path) -> None:
    dataset = Dataset(
        Task.CLASSIFICATION,
        labels("cat"),
        (Sample(1, "a.jpg", Status.LABELED, (Annotation("cat"),)),),
        tmp_path,
    )
    with pytest.raises(FormatError, match="COCO holds detection, this job is classification"):
        COCO_FORMAT.write(dataset, tmp_path / "o.json", WriteOptions())
    assert not (tmp_path / "o.json").exists()


def test_an_image_that_cannot_be_opened_is_written_without_size_and_reported(
    tmp_path: Path,
) -> None:
    sample = labeled(1, "gone.jpg", box("cat", 0, 0, 5, 5), width=None, height=None)
    dataset = Dataset(Task.DETECTION, labels("cat"), (sample,), tmp_path)
    report = COCO_FORMAT.write(dataset, tmp_path / "o.json", WriteOptions())
    assert report.annotations == 1
    assert "gone.jpg: size unknown" in report.problems[0]
