from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from format_samples import box, by_path, job, labeled, labels

from hardcase.errors import FormatError
from hardcase.formats import FORMATS, Dataset, WriteOptions
from hardcase.model.boxes import Box
from hardcase.model.job import Annotation, Sample, Status, Task

if TYPE_CHECKING:
    from pathlib import Path

CSV = FORMATS["csv"]


def saved(folder: Path, text: str | bytes) -> Path:
    path = folder / "t.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def classes_job(root: Path, *paths: str, **changes: Any) -> Any:
    return job(root, *paths, task=Task.CLASSIFICATION, **changes)


def test_labels_of_images(tmp_path: Path) -> None:
    text = "path,label\nx/a.jpg,cat\nx/a.jpg,dog\ny/a.jpg,dog\ny/a.jpg,dog\nb.jpg,\n"
    context = classes_job(tmp_path, "x/a.jpg", "y/a.jpg", "b.jpg", "c.jpg", labels=labels("dog"))
    dataset, report = CSV.read(saved(tmp_path, text), context)
    read = by_path(dataset)
    assert [a.label for a in read["x/a.jpg"].annotations] == ["cat", "dog"]
    assert [a.label for a in read["y/a.jpg"].annotations] == ["dog"]
    assert read["b.jpg"].status is Status.UNLABELED
    assert "c.jpg" not in read
    assert [label.name for label in dataset.labels] == ["dog", "cat"]
    assert (report.images, report.annotations, report.problems) == (2, 3, ())


def test_boxes_and_no_objects(tmp_path: Path) -> None:
    text = "path,label,x1,y1,x2,y2\na.jpg,cat,1,2,3.5,4\nb.jpg,,,,,\nb2.jpg\n"
    dataset, report = CSV.read(saved(tmp_path, text), job(tmp_path, "a.jpg", "b.jpg", "b2.jpg"))
    read = by_path(dataset)
    assert read["a.jpg"].annotations == (Annotation("cat", Box(1, 2, 3.5, 4)),)
    assert read["b.jpg"].status is read["b2.jpg"].status is Status.LABELED
    assert report.images == 3


@pytest.mark.parametrize(
    "text",
    [
        "Label,File_Name\r\ncat,a.jpg\r\n",
        b"\xef\xbb\xbfpath,label\na.jpg,cat\n",
        "a.jpg,cat\n",
        'path,label\n"a.jpg","cat"\n',
        "path;label\na.jpg;cat\n",
        '"label";"path"\r\n"cat";"a.jpg"\r\n',
        "sep=;\r\npath;label\r\na.jpg;cat\r\n",
        "path\tlabel\na.jpg\tcat\n",
        "a.jpg;cat\n",
    ],
)
def test_other_orders_names_and_marks_are_read(tmp_path: Path, text: str | bytes) -> None:
    dataset, _ = CSV.read(saved(tmp_path, text), classes_job(tmp_path, "a.jpg"))
    assert "cat" in [a.label for s in dataset.samples for a in s.annotations]


def test_numbers_with_a_decimal_comma_are_read_between_semicolons(tmp_path: Path) -> None:
    text = "path;label;x1;y1;x2;y2;score\na,b.jpg;cat, black;1;2,25;3.5;4,0;0,5\n;;;;;;\n"
    context = replace(job(tmp_path, "a,b.jpg"), as_="predictions")
    dataset, report = CSV.read(saved(tmp_path, text), context)
    (read,) = dataset.samples[0].annotations
    assert (read.label, read.box, read.score) == ("cat, black", Box(1, 2.25, 3.5, 4), 0.5)
    assert report.problems == ()


def test_a_number_that_may_mean_two_things_is_left_out(tmp_path: Path) -> None:
    text = "path;label;x1;y1;x2;y2\na.jpg;cat;1;2;1.234,5;4\na.jpg;cat;1;2;3;4\n"
    _, report = CSV.read(saved(tmp_path, text), job(tmp_path, "a.jpg"))
    assert report.annotations == 1
    assert report.problems[0].startswith("t.csv:2: ")


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("b.jpg,cat", "needs x1, y1, x2 and y2"),
        ("b.jpg,cat,1,2,3,", "needs x1, y1, x2 and y2"),
        ("b.jpg,cat,1,2,3,x", "not a number"),
        ("b.jpg,cat,1,2,1,4", "no area"),
        ("b.jpg,,1,2,3,4", "needs a name"),
        (",cat,1,2,3,4", "has no path"),
        ("none.jpg,cat,1,2,3,4", "no image 'none.jpg'"),
    ],
)
def test_a_bad_row_is_named_and_the_rest_is_read(tmp_path: Path, row: str, what: str) -> None:
    text = f"path,label,x1,y1,x2,y2\na.jpg,cat,1,2,3,4\n{row}\n"
    dataset, report = CSV.read(saved(tmp_path, text), job(tmp_path, "a.jpg", "b.jpg"))
    assert by_path(dataset)["a.jpg"].status is Status.LABELED
    assert report.images == 1
    assert len(report.problems) == 1
    assert report.problems[0].startswith("t.csv:3: ")
    assert what in report.problems[0]


def test_a_row_that_is_not_utf8_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    path = saved(tmp_path, b"path,label\na.jpg,\xff\na.jpg,cat\n")
    dataset, report = CSV.read(path, classes_job(tmp_path, "a.jpg"))
    assert [a.label for a in dataset.samples[0].annotations] == ["cat"]
    assert report.problems == ("t.csv:2: not UTF-8 text: left out",)


def test_boxes_are_refused_in_a_classification_job(tmp_path: Path) -> None:
    path = saved(tmp_path, "path,label,x1,y1,x2,y2\na.jpg,cat,1,2,3,4\n")
    _, report = CSV.read(path, classes_job(tmp_path, "a.jpg"))
    assert report.problems == ("t.csv:2: a box is for a detection job: left out",)


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"t\.csv:1: no columns path and label"):
        CSV.read(saved(tmp_path, "one,two\n1,2\n"), classes_job(tmp_path, "a.jpg"))
    with pytest.raises(FormatError, match=r"t\.csv:1: not CSV"):
        CSV.read(saved(tmp_path, "x" * 200_000), classes_job(tmp_path, "a.jpg"))


def test_a_row_with_endless_cells_is_left_out(tmp_path: Path) -> None:
    file = saved(tmp_path, "path,label\na.jpg," + "x" * 200_000 + "\nb.jpg,cat\n")
    _, report = CSV.read(file, classes_job(tmp_path, "a.jpg", "b.jpg"))
    assert report.annotations == 1
    (problem,) = report.problems
    assert problem.startswith("t.csv:2: not CSV")


def test_cells_that_spreadsheets_would_run_are_disarmed_and_read_back(tmp_path: Path) -> None:
    names = ("=1+1", "@x", "-2", "'=y", "+cmd|' /C calc'!A0")
    samples = tuple(
        Sample(i, f"={i}.jpg", Status.LABELED, (Annotation(name),)) for i, name in enumerate(names)
    )
    dataset = Dataset(Task.CLASSIFICATION, labels(*names), samples, tmp_path)
    CSV.write(dataset, tmp_path / "o.csv", WriteOptions())
    rows = (tmp_path / "o.csv").read_text().splitlines()
    assert rows[1:4] == ["'=0.jpg,'=1+1", "'=1.jpg,'@x", "'=2.jpg,-2"]
    context = classes_job(tmp_path, *(s.path for s in samples), labels=dataset.labels)
    back, _ = CSV.read(tmp_path / "o.csv", context)
    assert [a.label for s in back.samples for a in s.annotations] == list(names)


def test_a_score_column_is_written_only_if_there_are_scores(tmp_path: Path) -> None:
    sample = labeled(1, "a.jpg", box("cat", 1, 2, 3, 4))
    dataset = Dataset(Task.DETECTION, labels("cat", "dog"), (sample,), tmp_path)
    assert CSV.write(dataset, tmp_path / "o.csv", WriteOptions()).lost == ("1 unused label",)
    assert (tmp_path / "o.csv").read_text() == "path,label,x1,y1,x2,y2\na.jpg,cat,1,2,3,4\n"
