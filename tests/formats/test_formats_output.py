from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from format_samples import box, labeled, labels

from hardcase.errors import FormatError
from hardcase.formats import FORMATS, Dataset, WriteOptions
from hardcase.formats.output import MARKER, new_folder, put_text, write_file
from hardcase.model.job import Task

if TYPE_CHECKING:
    from pathlib import Path


def dataset(root: Path, *paths: str) -> Dataset:
    samples = tuple(labeled(i, path, box("cat", 0, 0, 9, 9)) for i, path in enumerate(paths, 1))
    return Dataset(Task.DETECTION, labels("cat"), samples, root)


@pytest.mark.parametrize("name", ["coco", "coco-results", "csv", "manifest"])
def test_an_existing_file_is_refused_unless_told(tmp_path: Path, name: str) -> None:
    out = tmp_path / f"out{FORMATS[name].suffix}"
    out.write_text("precious")
    with pytest.raises(FormatError, match="exists: choose another name, or --overwrite"):
        FORMATS[name].write(dataset(tmp_path, "a.jpg"), out, WriteOptions())
    assert out.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [out]
    FORMATS[name].write(dataset(tmp_path, "a.jpg"), out, WriteOptions(overwrite=True))
    assert out.read_text() != "precious"


@pytest.mark.parametrize("name", ["yolo", "voc"])
def test_a_folder_with_files_of_its_own_is_refused_and_kept_even_if_told(
    tmp_path: Path, name: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "precious.txt").write_text("precious")
    with pytest.raises(FormatError, match="files of its own: choose a new one, or --overwrite"):
        FORMATS[name].write(dataset(tmp_path, "a.jpg"), out, WriteOptions())
    assert [p.name for p in out.iterdir()] == ["precious.txt"]
    report = FORMATS[name].write(dataset(tmp_path, "a.jpg"), out, WriteOptions(overwrite=True))
    assert report.images == 1
    assert (out / "precious.txt").read_text() == "precious"


def test_an_earlier_export_is_replaced_and_nothing_stale_is_left(tmp_path: Path) -> None:
    out = tmp_path / "out"
    voc = FORMATS["voc"]
    voc.write(dataset(tmp_path, "x/a.jpg", "b.jpg"), out, WriteOptions())
    (out / "mine.txt").write_text("mine")
    voc.write(dataset(tmp_path, "b.jpg"), out, WriteOptions())
    files = sorted(p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file())
    assert files == [MARKER, "b.xml", "labels.txt", "mine.txt"]


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    FORMATS["voc"].write(dataset(tmp_path, "b.jpg"), tmp_path / "out", WriteOptions())
    assert (tmp_path / "out/b.xml").is_file()


def test_a_failure_leaves_no_trace(tmp_path: Path) -> None:
    def break_off() -> None:
        with new_folder(tmp_path / "out", dataset(tmp_path), overwrite=False) as folder:
            put_text(folder, "a.txt", "half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    with pytest.raises(FormatError, match="cannot write"):
        write_file(tmp_path / "a.csv", "\udcff", dataset(tmp_path), overwrite=False)
    assert list(tmp_path.iterdir()) == []


def test_a_listing_that_points_outside_removes_nothing_there(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/b.txt").write_text("precious")
    out = tmp_path / "out"
    out.mkdir()
    (out / "link").symlink_to(tmp_path / "elsewhere")
    (out / MARKER).write_text(f"../precious\n{tmp_path}/precious\nlink/b.txt\n")
    FORMATS["voc"].write(dataset(tmp_path, "b.jpg"), out, WriteOptions())
    assert (tmp_path / "precious").exists()
    assert (tmp_path / "elsewhere/b.txt").exists()


def test_a_link_in_an_old_export_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    out = tmp_path / "out"
    out.mkdir()
    (out / MARKER).write_text("")
    (out / "x").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FormatError, match="is a link"):
        FORMATS["voc"].write(dataset(tmp_path, "x/b.jpg"), out, WriteOptions())
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("name", ["coco", "coco-results", "csv", "manifest", "voc", "yolo"])
def test_no_folder_is_made_above_what_was_asked_for(tmp_path: Path, name: str) -> None:
    out = tmp_path / "typo" / f"out{FORMATS[name].suffix}"
    with pytest.raises(FormatError, match=r"there is no folder .*typo: make it"):
        FORMATS[name].write(dataset(tmp_path, "b.jpg"), out, WriteOptions())
    assert list(tmp_path.iterdir()) == []


def test_files_get_ordinary_permissions(tmp_path: Path) -> None:
    mask = os.umask(0o022)
    try:
        FORMATS["csv"].write(dataset(tmp_path, "b.jpg"), tmp_path / "o.csv", WriteOptions())
        FORMATS["voc"].write(dataset(tmp_path, "b.jpg"), tmp_path / "o", WriteOptions())
    finally:
        os.umask(mask)
    assert (tmp_path / "o.csv").stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "o").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("path", ["../a.jpg", "/etc/a.jpg", "a\n.jpg", "./a.jpg", "\udcff.jpg"])
@pytest.mark.parametrize("name", ["coco", "yolo", "voc", "manifest", "csv"])
def test_samples_with_odd_paths_are_reported_and_left_out(
    tmp_path: Path, name: str, path: str
) -> None:
    out = tmp_path / f"out{FORMATS[name].suffix}"
    report = FORMATS[name].write(dataset(tmp_path, path, "ok.jpg"), out, WriteOptions())
    assert report.images == 1
    assert len(report.problems) == 1
    assert report.problems[0].startswith("sample 1: path ")
    assert report.problems[0].isprintable()


def test_every_loss_is_told_in_the_report_too(tmp_path: Path) -> None:
    sample = labeled(1, "a.jpg", box("cat", 0, 0, 9, 9, score=0.5))
    data = Dataset(Task.DETECTION, labels("cat"), (sample,), tmp_path)
    for name in ("yolo", "voc"):
        losses = FORMATS[name].losses(data)
        assert losses == ("1 score",)
        assert FORMATS[name].write(data, tmp_path / name, WriteOptions()).lost == losses
