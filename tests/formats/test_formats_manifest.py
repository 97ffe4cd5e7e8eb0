from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from format_samples import box, by_path, context_for, job, labeled, labels

from hardcase.errors import FormatError
from hardcase.formats import FORMATS, Dataset, WriteOptions
from hardcase.model.job import Annotation, Sample, Status, Task

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = FORMATS["manifest"]
CAT = {"type": "modelarts/image_classification", "name": "cat"}
VOC = (
    "<annotation><object><name>cat</name><confidence>0.5</confidence><bndbox><xmin>1</xmin>"
    "<ymin>2</ymin><xmax>3</xmax><ymax>4</ymax></bndbox></object></annotation>"
)


def saved(folder: Path, *lines: object) -> Path:
    path = folder / "V001.manifest"
    path.write_text(
        "".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines), "utf-8"
    )
    return path


def classes_job(root: Path, *paths: str, **changes: Any) -> Any:
    return job(root, *paths, task=Task.CLASSIFICATION, **changes)


@pytest.mark.parametrize(
    "attributes",
    [
        {"hard": "true", "hard-coefficient": 0.8, "property": {"@modelarts:hard_reasons": "3-20"}},
        {"hard": True, "hard_coefficient": "0.8", "hard_reasons": "3-20"},
        {"hard": "1", "hard-coefficient": 0.8, "hard-reasons": [3, 20]},
        {"hard": "True", "hard-coefficient": 0.8, "hard-reasons": "3-20"},
        {
            "property": json.dumps(
                {
                    "@modelarts:hard": "true",
                    "@modelarts:hard_coefficient": "0.8",
                    "@modelarts:hard_reasons": "3-20",
                }
            )
        },
        {
            "property": {
                "@modelarts:hard": True,
                "@modelarts:hard_coefficient": 0.8,
                "@modelarts:hard_reasons": "3-20",
            }
        },
    ],
)
@pytest.mark.parametrize("where", ["line", "annotation"])
def test_hard_attributes_are_read_in_every_spelling(
    tmp_path: Path, attributes: dict[str, Any], where: str
) -> None:
    line = {"source": "a.jpg", "annotation": [CAT]}
    line = line | attributes if where == "line" else line | {"annotation": [CAT | attributes]}
    dataset, report = MANIFEST.read(saved(tmp_path, line), classes_job(tmp_path, "a.jpg"))
    sample = dataset.samples[0]
    assert (sample.hard, sample.coefficient, sample.reasons) == (True, 0.8, (3, 20))
    assert report.problems == ()


@pytest.mark.parametrize("value", ["false", False, "0", 0, "False"])
def test_not_hard_is_read_in_every_spelling(tmp_path: Path, value: object) -> None:
    context = classes_job(tmp_path, "a.jpg")
    marked = replace(context, samples=(replace(context.samples[0], hard=True),))
    dataset, report = MANIFEST.read(saved(tmp_path, {"source": "a.jpg", "hard": value}), marked)
    assert dataset.samples[0].hard is False
    assert report.problems == ()


@pytest.mark.parametrize(
    ("attributes", "what"),
    [
        ({"hard": "perhaps"}, "hard: 'perhaps' is neither true nor false"),
        ({"hard-coefficient": 3}, "coefficient: 3 is not between 0 and 1"),
        ({"hard-coefficient": "nan"}, "coefficient: 'nan' is not a number"),
        ({"hard-reasons": "3-99"}, "reasons: there is no hard reason 99"),
        ({"hard-reasons": "3-x"}, "reasons: 'x' is not a whole number"),
        ({"property": "{oops"}, "property is no JSON"),
        ({"property": [1]}, "property is not an object"),
    ],
)
def test_a_bad_attribute_is_named_and_the_line_is_read(
    tmp_path: Path, attributes: dict[str, Any], what: str
) -> None:
    line = {"source": "a.jpg", "annotation": [CAT], **attributes}
    dataset, report = MANIFEST.read(saved(tmp_path, "", line), classes_job(tmp_path, "a.jpg"))
    assert [a.label for a in dataset.samples[0].annotations] == ["cat"]
    assert len(report.problems) == 1
    assert report.problems[0].startswith("V001.manifest:2: ")
    assert what in report.problems[0]


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        ("{oops", "not JSON"),
        ("[" * 100_000, "nested too deep"),
        ("5", "is not an object"),
        ("{}", "has no source"),
        ({"source": 5}, "has no source"),
        ({"source": "none.jpg"}, "the job has no image 'none.jpg'"),
        ({"source": "b.jpg", "annotation": 5}, "annotation is not a list"),
        ({"source": "b.jpg", "annotation": [5]}, "an annotation is not an object"),
        ({"source": "b.jpg", "annotation": [CAT | {"name": 5}]}, "must be text"),
        ({"source": "b.jpg", "annotation": [CAT | {"confidence": 5}]}, "between 0 and 1"),
        ({"source": "b.jpg", "annotation": [{"type": "modelarts/audio"}]}, "not for a classific"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_is_read(tmp_path: Path, bad: object, what: str) -> None:
    good = {"source": "a.jpg", "annotation": [CAT]}
    context = classes_job(tmp_path, "a.jpg", "b.jpg")
    dataset, report = MANIFEST.read(saved(tmp_path, bad, good), context)
    assert by_path(dataset)["a.jpg"].status is Status.LABELED
    assert report.images == 1
    assert len(report.problems) == 1
    assert report.problems[0].startswith("V001.manifest:1: ")
    assert what in report.problems[0]


def test_a_line_that_is_not_utf8_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.manifest"
    good = json.dumps({"source": "a.jpg", "annotation": [CAT]}).encode()
    path.write_bytes(b'\xef\xbb\xbf{"source": "\xff"}\r\n' + good + b"\r\n")
    dataset, report = MANIFEST.read(path, classes_job(tmp_path, "a.jpg"))
    assert len(dataset.samples) == 1
    assert report.problems == ("a.manifest:1: not UTF-8 text: save the file as UTF-8",)


def test_sources_may_be_urls(tmp_path: Path) -> None:
    line = {"source": "s3://bucket/set/dogs/1.jpg", "annotation": [CAT]}
    dataset, _ = MANIFEST.read(
        saved(tmp_path, line), classes_job(tmp_path, "cats/1.jpg", "dogs/1.jpg")
    )
    assert [s.path for s in dataset.samples] == ["dogs/1.jpg"]


def test_several_labels_and_scores_of_predictions_are_kept(tmp_path: Path) -> None:
    dog = {"type": CAT["type"], "name": "dog", "confidence": "0.25", "annotated_by": "m"}
    line = {"source": "a.jpg", "annotation": [CAT | {"confidence": 0.5}, dog, dog]}
    context = classes_job(tmp_path, "a.jpg", as_="predictions", signature="m#2")
    dataset, report = MANIFEST.read(saved(tmp_path, line), context)
    assert dataset.samples[0].annotations == (
        Annotation("cat", score=0.5, by="m#2"),
        Annotation("dog", score=0.25, by="m#2"),
    )
    assert report.annotations == 2


def test_written_lines_have_the_documented_keys(tmp_path: Path) -> None:
    sample = Sample(
        1,
        "x/a.jpg",
        Status.LABELED,
        (Annotation("cat"), Annotation("dog", score=0.5, by="m#1")),
        hard=True,
        coefficient=0.75,
        reasons=(3, 20, 21, 19),
        updated_at="2026-01-02T03:04:05Z",
        extra={"manifest_id": "0a", "usage": "EVAL"},
    )
    dataset = Dataset(
        Task.CLASSIFICATION, labels("cat", "dog"), (sample, Sample(2, "new.jpg")), tmp_path
    )
    options = WriteOptions(source_prefix="s3://b/")
    report = MANIFEST.write(dataset, tmp_path / "o.manifest", options)
    first, second = map(json.loads, (tmp_path / "o.manifest").read_text().splitlines())
    properties = {
        "@modelarts:hard": "true",
        "@modelarts:hard_coefficient": "0.75",
        "@modelarts:hard_reasons": "3-20-21-19",
    }
    common = {
        "hard": "true",
        "hard-coefficient": 0.75,
        "creation-time": "2026-01-02 03:04:05",
        "property": properties,
    }
    assert first == {
        "source": "s3://b/x/a.jpg",
        "usage": "EVAL",
        "id": "0a",
        "hard": "true",
        "hard-coefficient": 0.75,
        "annotation": [
            CAT | common | {"annotated-by": "human"},
            CAT | {"name": "dog", "confidence": 0.5} | common | {"annotated-by": "m#1"},
        ],
    }
    assert second == {
        "source": "s3://b/new.jpg",
        "usage": "TRAIN",
        "hard": "false",
        "annotation": [],
    }
    assert (report.images, report.annotations) == (1, 2)


@pytest.mark.parametrize("out", ["o.manifest", "folder"])
def test_boxes_lie_in_voc_files_beside_the_manifest(tmp_path: Path, out: str) -> None:
    samples = (
        labeled(1, "x/a.jpg", box("cat", 1, 2, 3, 4, score=0.5, by="m#1"), hard=True, reasons=(7,)),
        labeled(2, "y/a.jpg"),
        Sample(3, "new.jpg", hard=True, reasons=(5,), width=640, height=480),
    )
    dataset = Dataset(Task.DETECTION, labels("cat"), samples, tmp_path)
    report = MANIFEST.write(dataset, tmp_path / out, WriteOptions())
    assert (report.images, report.annotations, report.problems) == (2, 1, ())
    manifest = tmp_path / out if out == "o.manifest" else tmp_path / out / "dataset.manifest"
    line = json.loads(manifest.read_text().splitlines()[0])
    entry = line["annotation"][0]
    assert entry["type"] == "modelarts/object_detection"
    assert entry["annotation-format"] == "PASCAL VOC"
    assert entry["annotated-by"] == "m#1"
    assert (manifest.parent / entry["annotation-loc"]).is_file()
    back, report = MANIFEST.read(tmp_path / out, context_for(dataset, as_="predictions"))
    assert report.problems == ()
    read = by_path(back)
    assert read["x/a.jpg"].annotations[0].score == 0.5
    assert (read["x/a.jpg"].hard, read["x/a.jpg"].reasons) == (True, (7,))
    assert read["y/a.jpg"].status is Status.TO_BE_CONFIRMED
    assert read["y/a.jpg"].annotations == ()
    assert read["new.jpg"].status is Status.UNLABELED
    assert (read["new.jpg"].hard, read["new.jpg"].reasons) == (True, (5,))


def detection_line(**changes: object) -> dict[str, object]:
    entry = {
        "type": "modelarts/object_detection",
        "annotation-loc": "ann/a.xml",
        "annotation-format": "PASCAL VOC",
    }
    return {"source": "a.jpg", "annotation": [entry | changes]}


def test_voc_files_of_a_url_are_found_by_its_tail(tmp_path: Path) -> None:
    (tmp_path / "set/ann").mkdir(parents=True)
    (tmp_path / "set/ann/a.xml").write_text(VOC)
    line = detection_line(**{"annotation-loc": "s3://bucket/V001/ann/a.xml"})
    dataset, report = MANIFEST.read(saved(tmp_path / "set", line), job(tmp_path, "a.jpg"))
    assert report.problems == ()
    assert dataset.samples[0].annotations[0].label == "cat"


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"annotation-loc": "../secret.xml"}, "no path to follow"),
        ({"annotation-loc": "link.xml"}, "there is no file"),
        ({"annotation-loc": "ann/none.xml"}, "there is no file"),
        ({"annotation-loc": "a\0b"}, "no path to follow"),
        ({"annotation-loc": 5}, "has no annotation-loc"),
        ({"annotation-format": "COCO"}, "is not PASCAL VOC"),
        ({"type": "modelarts/image_classification"}, "not for a detection job"),
        ({"annotation-loc": "ann/bad.xml"}, "entities are not allowed"),
    ],
)
def test_no_voc_file_outside_is_opened_and_a_bad_one_is_named(
    tmp_path: Path, changes: dict[str, object], what: str
) -> None:
    (tmp_path / "secret.xml").write_text(VOC)
    (tmp_path / "set/ann").mkdir(parents=True)
    (tmp_path / "set/ann/a.xml").write_text(VOC)
    (tmp_path / "set/ann/bad.xml").write_text("<!DOCTYPE a><a/>")
    (tmp_path / "set/link.xml").symlink_to(tmp_path / "secret.xml")
    path = saved(tmp_path / "set", detection_line(**changes))
    dataset, report = MANIFEST.read(path, job(tmp_path / "job", "a.jpg"))
    assert dataset.samples[0].status is Status.UNLABELED
    assert report.problems[0].startswith("V001.manifest:1: annotation 0: ")
    assert what in report.problems[0]


def test_one_voc_file_does_not_label_two_images(tmp_path: Path) -> None:
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann/a.xml").write_text(VOC)
    path = saved(tmp_path, detection_line(), detection_line() | {"source": "b.jpg"})
    _, report = MANIFEST.read(path, job(tmp_path, "a.jpg", "b.jpg"))
    assert report.images == 1
    assert "file of another image" in report.problems[0]


def test_a_folder_with_two_manifests_asks_which(tmp_path: Path) -> None:
    (tmp_path / "a.manifest").write_text("")
    (tmp_path / "b.manifest").write_text("")
    with pytest.raises(FormatError, match=r"has 2 \.manifest files"):
        MANIFEST.read(tmp_path, job(tmp_path, "a.jpg"))
