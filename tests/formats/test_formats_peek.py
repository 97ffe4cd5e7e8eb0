"""What annotations a folder of images has, at a quick look."""

from __future__ import annotations

import json

import pytest

from hardcase.formats.peek import annotations_around, shown
from hardcase.model.job import Task
from hardcase.session.folder.scan import find_images

DETECTION, CLASSIFICATION = frozenset({Task.DETECTION}), frozenset({Task.CLASSIFICATION})


@pytest.fixture
def folder(tmp_path):
    """Three images in `set/images`."""
    images = tmp_path / "set" / "images"
    images.mkdir(parents=True)
    for n in range(3):
        (images / f"{n}.jpg").write_bytes(b"")
    return tmp_path / "set"


def offers(folder):
    found = annotations_around(folder, find_images(folder))
    return [(o.format, o.path.name, o.tasks, o.labels) for o in found]


def test_plain_images_have_none(folder):
    assert offers(folder) == []
    assert offers(folder / "images") == []


def test_a_coco_file_is_offered_with_its_categories(folder):
    names = [{"id": 3, "name": "dog"}, {"id": 1, "name": "cat"}]
    data = {"images": [], "annotations": [], "categories": names}
    (folder / "annotations").mkdir()
    (folder / "annotations" / "instances.json").write_text(json.dumps(data))
    expected = [("coco", "instances.json", DETECTION, ("dog", "cat"))]
    assert offers(folder) == offers(folder / "images") == expected


def test_yolo_labels_are_offered_once_with_the_names_beside_them(folder):
    (folder / "labels").mkdir()
    (folder / "labels" / "0.txt").write_text("0 .5 .5 .1 .1\n")
    (folder / "data.yaml").write_text("names: [cat, dog]\n")
    assert offers(folder) == [("yolo", "set", DETECTION, ("cat", "dog"))]
    assert offers(folder / "images") == [("yolo", "set", DETECTION, ("cat", "dog"))]


def test_voc_files_are_offered_with_the_names_of_objects_not_of_their_parts(folder):
    (folder / "Annotations").mkdir()
    (folder / "Annotations" / "0.xml").write_text(
        "<annotation><object><name>dog &amp; co</name><part><name>head</name></part></object>"
        "<object><name>cat</name></object></annotation>"
    )
    assert offers(folder) == [("voc", "Annotations", DETECTION, ("cat", "dog & co"))]


@pytest.mark.parametrize(
    ("text", "tasks"),
    [
        ("path,label\n0.jpg,cat\n1.jpg,dog\n2.jpg,cat\n", CLASSIFICATION),
        ("path,label,x1,y1,x2,y2\n0.jpg,cat,1,1,2,2\n1.jpg,dog,1,1,2,2\n", DETECTION),
        ("filename;class;xmin;ymin;xmax;ymax\n0.jpg;cat;1,5;1;2;2\n1.jpg;dog;1;1;2;2\n", DETECTION),
    ],
)
def test_a_csv_file_is_offered_for_the_task_its_columns_are_of(folder, text, tasks):
    (folder / "truth.csv").write_text(text)
    assert offers(folder) == [("csv", "truth.csv", tasks, ("cat", "dog"))]
    for other in ("a,b\n1,2\n", "file,name\n0.jpg,Anna\n", "0.jpg,2026\n", ""):
        (folder / "truth.csv").write_text(other)
        assert offers(folder) == []


def test_a_manifest_is_offered_for_the_task_its_annotations_are_of(folder):
    line = {
        "source": "0.jpg",
        "annotation": [{"type": "modelarts/image_classification", "name": "cat"}],
    }
    (folder / "a.manifest").write_text(json.dumps(line) + "\n")
    assert offers(folder) == [("manifest", "a.manifest", CLASSIFICATION, ("cat",))]


def test_folders_named_after_labels_are_offered_but_not_those_named_train_or_images(folder):
    for name in ("cat", "dog"):
        (folder / name).mkdir()
        (folder / "images" / "0.jpg").rename(folder / name / "0.jpg")
        (folder / "images" / "0.jpg").write_bytes(b"")
    assert offers(folder) == []  # one of them is called images
    for file in (folder / "images").iterdir():
        file.rename(folder / "cat" / file.name)
    (found,) = annotations_around(folder, find_images(folder))
    assert (found.format, found.labels) == ("imagefolder", ("cat", "dog"))
    assert shown(found) == "the names of the folders"


@pytest.mark.parametrize("text", ['{"images": [', "\x00", '{"categories": 5, "images": []}'])
def test_damaged_files_are_no_offers_and_no_obstacle(folder, text):
    for name in ("a.json", "b.csv", "c.manifest", "d.jsonl"):
        (folder / name).write_text(text)
    (folder / "Annotations").mkdir()
    (folder / "Annotations" / "0.xml").write_text("<object><name>\x1b</name>")
    for _, _, _, labels in offers(folder):
        assert all(name.isprintable() for name in labels)


@pytest.mark.shared_data
def test_real_sets_are_known_for_what_they_are(shared_data):
    detection = shared_data / "detection"
    bccd, coco = offers(detection / "bccd"), offers(detection / "coco_train128")
    assert bccd == [("voc", "Annotations", DETECTION, ("Platelets", "RBC", "WBC"))]
    assert [(f, name, len(labels)) for f, name, _, labels in coco] == [
        ("yolo", "coco_train128", 80)
    ]
    (cifar,) = offers(shared_data / "classification" / "cifar10_train_4000")
    assert cifar[0] == "imagefolder"
    assert cifar[3][:2] == ("airplane", "automobile")
