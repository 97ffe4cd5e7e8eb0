from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from format_samples import box, labeled, labels
from hypothesis import given
from hypothesis import strategies as st

from hardcase.errors import FormatError
from hardcase.formats import FORMATS, Dataset, WriteOptions, detect_format
from hardcase.model.job import Annotation, Sample, Status, Task

if TYPE_CHECKING:
    from pathlib import Path


def written(tmp_path: Path, name: str) -> Path:
    (tmp_path / "job").mkdir()
    (tmp_path / "job/a.jpg").write_text("pixels")
    if Task.DETECTION in FORMATS[name].tasks:
        task, sample = Task.DETECTION, labeled(1, "a.jpg", box("cat", 0, 0, 9, 9))
    else:
        task = Task.CLASSIFICATION
        sample = Sample(1, "a.jpg", Status.LABELED, (Annotation("cat"),))
    out = tmp_path / f"out{FORMATS[name].suffix}"
    dataset = Dataset(task, labels("cat"), (sample,), tmp_path / "job")
    FORMATS[name].write(dataset, out, WriteOptions())
    return out


@pytest.mark.parametrize("name", list(FORMATS))
def test_every_format_knows_what_it_wrote(tmp_path: Path, name: str) -> None:
    assert detect_format(written(tmp_path, name)) == name


@pytest.mark.parametrize("name", ["coco", "coco-results", "csv", "manifest"])
@pytest.mark.parametrize("suffix", ["", ".bak", ".txt"])
def test_a_file_whose_name_tells_nothing_is_known_by_its_content(tmp_path, name, suffix) -> None:
    out = written(tmp_path, name)
    renamed = out.rename(tmp_path / f"labels{suffix}")
    assert detect_format(renamed) == name


def test_voc_is_known_by_its_content(tmp_path: Path) -> None:
    for text in ("<annotation>", '<?xml version="1.0"?>\n<!-- x -->\n<annotation verified="no">'):
        (tmp_path / "a").write_text(text)
        assert detect_format(tmp_path / "a") == "voc"
    for text in ("<html>", "<annotations>", '<?xml version="1.0"?><dataset><annotation/>'):
        (tmp_path / "a").write_text(text)
        with pytest.raises(FormatError, match="no format known here: add --format and one of"):
            detect_format(tmp_path / "a")


def test_what_may_be_two_formats_says_what_to_add(tmp_path: Path) -> None:
    for text in ('{"images": []}', "{", '{"source": "a.jpg"', '{"info": "images"}'):
        (tmp_path / "a").write_text(text)
        with pytest.raises(FormatError, match="add --format coco or --format manifest"):
            detect_format(tmp_path / "a")


@given(st.binary(max_size=200))
def test_any_bytes_are_some_format_or_refused(tmp_path_factory, content: bytes) -> None:
    file = tmp_path_factory.mktemp("any") / "a"
    file.write_bytes(content)
    with suppress(FormatError):  # nothing else may come of it
        assert detect_format(file) in FORMATS


def test_signs_of_foreign_files(tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels/a.txt").write_text("0 0.5 0.5 0.5 0.5\n")
    assert detect_format(tmp_path / "labels") == "yolo"
    assert detect_format(tmp_path) == "yolo"
    (tmp_path / "data.yaml").write_text("names: [a]")
    assert detect_format(tmp_path / "data.yaml") == "yolo"
    (tmp_path / "a.jsonl").write_text(json.dumps({"source": "a.jpg"}) + "\n")
    assert detect_format(tmp_path / "a.jsonl") == "manifest"
    (tmp_path / "a.json").write_text("\ufeff " + json.dumps({"images": []}, indent=2))
    assert detect_format(tmp_path / "a.json") == "coco"
    (tmp_path / "a.xml").write_text("<annotation/>")
    assert detect_format(tmp_path / "a.xml") == "voc"


def test_what_is_in_no_format_lists_the_formats(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"\0\1\2")
    for path in (tmp_path / "a.bin", tmp_path):
        with pytest.raises(FormatError, match="manifest, coco, coco-results, csv, yolo, voc"):
            detect_format(path)
    with pytest.raises(FormatError, match="does not exist"):
        detect_format(tmp_path / "none")
