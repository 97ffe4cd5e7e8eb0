from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from format_samples import box, by_path, context_for, job, labeled, labels

from hardcase.errors import FormatError
from hardcase.formats import FORMATS, Dataset, WriteOptions, xmltree
from hardcase.formats.xmltree import parse_xml
from hardcase.model.boxes import Box
from hardcase.model.job import Status, Task

if TYPE_CHECKING:
    from pathlib import Path

VOC = FORMATS["voc"]


def sides(x1: object, y1: object, x2: object, y2: object) -> str:
    return f"<bndbox><xmin>{x1}</xmin><ymin>{y1}</ymin><xmax>{x2}</xmax><ymax>{y2}</ymax></bndbox>"


def thing(name: str, corners: str, more: str = "") -> str:
    return f"\n<object><name>{name}</name>{more}{corners}</object>"


def document(*objects: str, filename: str = "a.jpg", size: tuple[int, int] = (640, 480)) -> str:
    return (
        f"<annotation><filename>{filename}</filename>"
        f"<size><width>{size[0]}</width><height>{size[1]}</height></size>"
        f"{''.join(objects)}\n</annotation>"
    )


def put(root: Path, name: str, content: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")
    return path


def test_base_0_takes_numbers_as_they_are_and_base_1_as_inclusive_pixels(tmp_path: Path) -> None:
    put(tmp_path, "v/a.xml", document(thing("cat", sides(1, 1, 640, 480))))
    context = job(tmp_path, "a.jpg")
    dataset, _ = VOC.read(tmp_path / "v", context)
    assert dataset.samples[0].annotations[0].box == Box(1, 1, 640, 480)
    dataset, report = VOC.read(tmp_path / "v", replace(context, base=1))
    assert dataset.samples[0].annotations[0].box == Box(0, 0, 640, 480)
    assert report.problems == ()
    VOC.write(dataset, tmp_path / "out", WriteOptions(base=1))
    assert "<xmin>1</xmin><ymin>1</ymin><xmax>640</xmax>" in (tmp_path / "out/a.xml").read_text()


def test_pose_and_marks_survive(tmp_path: Path) -> None:
    extra = {"pose": "Left", "truncated": True, "difficult": True}
    sample = labeled(
        1, "a.jpg", box("cat", 1, 2, 3, 4, extra=extra), box("cat", 1, 2, 3, 4.25, extra=None)
    )
    dataset = Dataset(Task.DETECTION, labels("cat"), (sample,), tmp_path)
    VOC.write(dataset, tmp_path / "out", WriteOptions())
    text = (tmp_path / "out/a.xml").read_text()
    assert "<truncated>1</truncated>\n    <occluded>0</occluded>" in text
    assert "<pose>Unspecified</pose>" in text
    back, _ = VOC.read(tmp_path / "out", context_for(dataset))
    assert [a.extra for a in back.samples[0].annotations] == [extra, None]


def test_files_mirror_sub_folders_and_name_their_image(tmp_path: Path) -> None:
    samples = (
        labeled(1, "a.jpg", box("cat", 0, 0, 1, 1)),
        labeled(2, "x/a.jpg", box("cat", 0, 0, 2, 2)),
        labeled(3, "x/a.png", box("cat", 0, 0, 3, 3)),
        labeled(4, "x/y/a.jpg"),
    )
    dataset = Dataset(Task.DETECTION, labels("cat"), samples, tmp_path)
    VOC.write(dataset, tmp_path / "out", WriteOptions())
    files = sorted(f.relative_to(tmp_path / "out").as_posix() for f in tmp_path.rglob("*.xml"))
    assert files == ["a.xml", "x/a.jpg.xml", "x/a.png.xml", "x/y/a.xml"]
    back, report = VOC.read(tmp_path / "out", context_for(dataset))
    assert report.problems == ()
    assert {s.path: s.annotations for s in back.samples} == {s.path: s.annotations for s in samples}
    assert by_path(back)["x/y/a.jpg"].status is Status.LABELED


def test_a_file_of_another_folder_is_matched_by_its_own_place(tmp_path: Path) -> None:
    put(tmp_path, "v/x/a.xml", document(thing("cat", sides(0, 0, 9, 9))))
    put(tmp_path, "v/y/a.xml", document(thing("dog", sides(0, 0, 9, 9))))
    dataset, report = VOC.read(tmp_path / "v", job(tmp_path, "y/a.jpg", "x/a.jpg", "a.jpg"))
    assert report.problems == ()
    found = {s.path: s.annotations[0].label for s in dataset.samples}
    assert found == {"x/a.jpg": "cat", "y/a.jpg": "dog"}


def test_class_order_is_that_of_the_list_else_of_the_job_never_of_first_sight(
    tmp_path: Path,
) -> None:
    things = [thing(name, sides(0, 0, 9, 9)) for name in ("zebra", "eel", "yak", "cow")]
    put(tmp_path, "v/a.xml", document(*things))
    put(tmp_path, "v/b.xml", document(thing("ant", sides(0, 0, 9, 9)), filename="b.jpg"))
    context = job(tmp_path, "a.jpg", "b.jpg")
    names = [label.name for label in VOC.read(tmp_path / "v", context)[0].labels]
    assert names == ["ant", "cow", "eel", "yak", "zebra"]
    known = replace(context, labels=labels("yak", "zebra"))
    dataset, _ = VOC.read(tmp_path / "v", known)
    assert [(label.name, label.id) for label in dataset.labels] == [
        ("yak", 1),
        ("zebra", 2),
        ("ant", 3),
        ("cow", 4),
        ("eel", 5),
    ]
    put(tmp_path, "v/labels.txt", "zebra\nmoth\n")
    names = [label.name for label in VOC.read(tmp_path / "v", known)[0].labels]
    assert names == ["zebra", "moth", "ant", "cow", "eel", "yak"]


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        (thing("cat", sides(5, 5, 5, 9)), "no area"),
        (thing("cat", sides(9, 5, 5, 9)), "negative"),
        (thing("cat", sides("nan", 5, 5, 9)), "not a number"),
        (thing("cat", sides("1e400", 5, 5, 9)), "not a finite number"),
        (thing("cat", sides("", 5, 5, 9)), "not a number"),
        (thing("cat", sides(700, 5, 800, 9)), "outside"),
        (thing("cat", "<polygon/>"), "no xmin"),
        (thing("", sides(1, 5, 5, 9)), "without a name"),
        (thing("x" * 300, sides(1, 5, 5, 9)), "at most 200"),
        (thing("cat", sides(1, 5, 5, 9), "<difficult>maybe</difficult>"), "neither true nor false"),
    ],
)
def test_a_bad_object_is_named_with_its_line_and_the_rest_is_read(
    tmp_path: Path, bad: str, what: str
) -> None:
    good = thing("dog", sides(1, 1, 9, 9))
    put(tmp_path, "v/a.xml", document(good, bad, good))
    dataset, report = VOC.read(tmp_path / "v", job(tmp_path, "a.jpg"))
    assert [a.label for a in dataset.samples[0].annotations] == ["dog", "dog"]
    assert len(report.problems) == 1
    assert report.problems[0].startswith("a.xml:3: ")
    assert what in report.problems[0]


BOMB = (
    '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">'
    '<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]><annotation>&d;</annotation>'
)
READS_A_FILE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><annotation>&b;</annotation>'


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (BOMB, "entities are not allowed"),
        (READS_A_FILE, "entities are not allowed"),
        ("<!DOCTYPE annotation><annotation/>", "entities are not allowed"),
        ("<annotation>&undefined;</annotation>", "not XML"),
        ("<a>" * 100, "too deeply nested"),
        ("<annotation>\n<object>", "not XML"),
        ("", "not XML"),
        ('<?xml version="1.0" encoding="no-such"?><annotation/>', "not XML"),
        ("<annotation>\0</annotation>", "not XML"),
        ("<html/>", "not Pascal VOC"),
    ],
)
def test_hostile_and_broken_files_are_named_and_the_rest_is_read(
    tmp_path: Path, content: str, what: str
) -> None:
    put(tmp_path, "v/bad.xml", content)
    put(tmp_path, "v/a.xml", document(thing("dog", sides(1, 1, 9, 9))))
    dataset, report = VOC.read(tmp_path / "v", job(tmp_path, "a.jpg", "bad.jpg"))
    assert [s.path for s in dataset.samples] == ["a.jpg"]
    assert report.problems[0].startswith("bad.xml:")
    assert what in report.problems[0]


def test_the_number_of_elements_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xmltree, "MAX_ELEMENTS", 100)
    with pytest.raises(FormatError, match=r"a\.xml:1: too many"):
        parse_xml(b"<a>" + b"<b/>" * 100 + b"</a>", "a.xml")


def test_xml_of_other_encodings_and_with_a_byte_order_mark_is_read() -> None:
    text = "<annotation><filename>ü.jpg</filename></annotation>"
    for content in (
        b"\xef\xbb\xbf" + text.encode(),
        text.encode("utf-16"),
        b'<?xml version="1.0" encoding="iso-8859-1"?>' + text.encode("latin-1"),
    ):
        assert parse_xml(content, "a.xml").get("filename") == "ü.jpg"


def test_text_is_escaped(tmp_path: Path) -> None:
    sample = labeled(1, "a&<b>.jpg", box("R&D <x>", 0, 0, 5, 5))
    dataset = Dataset(Task.DETECTION, labels("R&D <x>"), (sample,), tmp_path)
    VOC.write(dataset, tmp_path / "out", WriteOptions())
    back, report = VOC.read(tmp_path / "out", context_for(dataset))
    assert report.problems == ()
    assert back.samples[0].annotations[0].label == "R&D <x>"


def test_boxes_for_an_image_of_another_size_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "v/a.xml", document(thing("cat", sides(0, 0, 9, 9)), size=(480, 640)))
    put(tmp_path, "v/b.xml", document(filename="b.jpg", size=(0, 0)))
    dataset, report = VOC.read(tmp_path / "v", job(tmp_path, "a.jpg", "b.jpg"))
    assert by_path(dataset)["a.jpg"].status is Status.UNLABELED
    assert by_path(dataset)["b.jpg"].status is Status.LABELED
    assert report.problems == (
        (
            "a.xml: boxes are for an image of 480x640, the image is 640x480 after its EXIF "
            "rotation: left out"
        ),
    )


def test_a_single_file_is_read(tmp_path: Path) -> None:
    path = put(tmp_path, "v/a.xml", document(thing("cat", sides(0, 0, 9, 9))))
    put(tmp_path, "v/b.xml", document(filename="b.jpg"))
    _, report = VOC.read(path, job(tmp_path, "a.jpg", "b.jpg"))
    assert (report.images, report.annotations) == (1, 1)


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="no XML files"):
        VOC.read(tmp_path, job(tmp_path, "a.jpg"))
