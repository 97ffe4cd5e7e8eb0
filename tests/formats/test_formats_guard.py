"""No export ever costs a job its images, however it gets at them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from format_samples import box, labeled, labels

from hardcase.errors import FormatError
from hardcase.formats import FORMATS, Dataset, WriteOptions
from hardcase.formats.output import MARKER
from hardcase.model.job import Annotation, Task

OVERWRITE = WriteOptions(overwrite=True)


def photos(root: Path, *paths: str) -> Dataset:
    """A detection job whose images hold their own names."""
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(path)
    samples = tuple(labeled(i, p, box("cat", 0, 0, 9, 9)) for i, p in enumerate(paths, 1))
    return Dataset(Task.DETECTION, labels("cat"), samples, root)


def classes(dataset: Dataset) -> Dataset:
    samples = tuple(replace(s, annotations=(Annotation("cat"),)) for s in dataset.samples)
    return replace(dataset, task=Task.CLASSIFICATION, samples=samples)


def tree(root: Path) -> dict[str, str]:
    """Every file and link below, with what is in it."""
    files = (Path(where, f) for where, _, names in os.walk(root) for f in names)
    return {
        f.relative_to(root).as_posix(): f"-> {f.readlink()}" if f.is_symlink() else f.read_text()
        for f in files
    }


def refused(name: str, dataset: Dataset, out: Path, options: WriteOptions) -> None:
    """Expect a refusal in one line, and not a trace of the attempt."""
    before = tree(dataset.root), tree(out.parent)
    with pytest.raises(FormatError, match="choose a folder outside the images"):
        FORMATS[name].write(dataset, out, options)
    assert (tree(dataset.root), tree(out.parent)) == before


@pytest.mark.parametrize("how", ["copy", "link"])
@pytest.mark.parametrize("overwrite", [True, False])
@pytest.mark.parametrize("made_of", ["copy", "link"])
def test_a_job_of_an_exports_images_is_not_exported_over_them(tmp_path, made_of, how, overwrite):
    out = tmp_path / "cp"
    first = photos(tmp_path / "photos", "a.jpg", "b/c.jpg")
    FORMATS["yolo"].write(first, out, WriteOptions(images=made_of))
    samples = tuple(replace(s, path=f"images/{s.path}") for s in first.samples)
    job = replace(first, samples=samples, root=out)
    refused("yolo", job, out, WriteOptions(images=how, overwrite=overwrite))
    assert tree(tmp_path / "photos") == {"a.jpg": "a.jpg", "b/c.jpg": "b/c.jpg"}


@pytest.mark.parametrize("how", ["copy", "link"])
def test_label_folders_are_not_exported_over_themselves(tmp_path, how):
    job = classes(photos(tmp_path / "job", "cat/a.jpg", "cat/b.jpg"))
    refused("imagefolder", job, job.root, WriteOptions(images=how, overwrite=True))


def test_a_linked_folder_leads_to_the_images_all_the_same(tmp_path):
    job = classes(photos(tmp_path / "job", "cat/a.jpg"))
    (tmp_path / "out").symlink_to(job.root)
    refused("imagefolder", job, tmp_path / "out", OVERWRITE)


def test_a_linked_root_leads_to_the_images_all_the_same(tmp_path):
    job = classes(photos(tmp_path / "job", "cat/a.jpg"))
    (tmp_path / "root").symlink_to(job.root)
    refused("imagefolder", replace(job, root=tmp_path / "root"), job.root, OVERWRITE)


@pytest.mark.parametrize("link", [Path.symlink_to, Path.hardlink_to])
def test_the_file_behind_a_link_in_the_job_is_one_of_its_images(tmp_path, link):
    (tmp_path / "store/cat").mkdir(parents=True)
    (tmp_path / "store/cat/a.jpg").write_text("precious")
    (tmp_path / "job").mkdir()
    link(tmp_path / "job/a.jpg", tmp_path / "store/cat/a.jpg")
    job = Dataset(
        Task.CLASSIFICATION,
        labels("cat"),
        (labeled(1, "a.jpg", Annotation("cat")),),
        tmp_path / "job",
    )
    refused("imagefolder", job, tmp_path / "store", OVERWRITE)


def test_a_link_on_the_way_to_an_image_is_kept_too(tmp_path):
    job = classes(photos(tmp_path / "job", "x.jpg"))
    (job.root / "x.jpg").rename(tmp_path / "photo.jpg")
    (tmp_path / "out/cat").mkdir(parents=True)
    (tmp_path / "out/cat/x.jpg").symlink_to("../../photo.jpg")
    (job.root / "x.jpg").symlink_to("../out/cat/x.jpg")
    refused("imagefolder", job, tmp_path / "out", OVERWRITE)


def test_images_that_are_not_exported_are_kept_too(tmp_path):
    job = classes(photos(tmp_path / "job", "sub/a.jpg", "cat/a.jpg"))
    some = replace(job, samples=job.samples[:1], keep=("sub/a.jpg", "cat/a.jpg"))
    refused("imagefolder", some, job.root, OVERWRITE)


def test_images_the_job_has_not_taken_in_yet_are_kept_too(tmp_path):
    job = classes(photos(tmp_path / "job", "sub/a.jpg"))
    (job.root / "cat").mkdir()
    (job.root / "cat/a.jpg").write_text("new")
    refused("imagefolder", job, job.root, OVERWRITE)


@pytest.mark.parametrize("name", ["coco", "coco-results", "csv", "manifest"])
def test_no_file_takes_the_place_of_an_image_or_of_the_job(tmp_path, name):
    suffix = FORMATS[name].suffix
    job = photos(tmp_path / "job", f"a{suffix}")
    refused(name, job, job.root / f"a{suffix}", OVERWRITE)
    (job.root / f"job{suffix}").write_text("the job itself")
    kept = replace(job, keep=(str(job.root / f"job{suffix}"),))
    refused(name, kept, job.root / f"job{suffix}", OVERWRITE)


def test_no_table_is_written_over_a_photo(tmp_path):
    job = photos(tmp_path / "job", "a.jpg")
    refused("csv", job, job.root / "a.jpg", OVERWRITE)
    refused("csv", job, job.root / "a.jpg", WriteOptions())


@pytest.mark.parametrize("name", ["coco", "coco-results", "csv", "manifest", "voc"])
def test_annotations_go_beside_the_images(tmp_path, name):
    job = photos(tmp_path / "job", "a.jpg", "b/c.jpg")
    out = job.root if name == "voc" else job.root / f"out{FORMATS[name].suffix}"
    for _ in range(2):
        FORMATS[name].write(job, out, OVERWRITE)
        assert {"a.jpg": "a.jpg", "b/c.jpg": "b/c.jpg"}.items() <= tree(job.root).items()
        assert len(tree(job.root)) > 2


def test_what_an_export_left_out_since_is_not_removed_where_it_became_an_image(tmp_path):
    out = tmp_path / "cp"
    first = photos(tmp_path / "photos", "a.jpg", "b.jpg")
    FORMATS["yolo"].write(first, out, WriteOptions(images="copy"))
    samples = tuple(replace(s, path=f"images/{s.path}") for s in first.samples)
    job = replace(first, samples=samples[:1], keep=("images/b.jpg",), root=out)
    FORMATS["voc"].write(job, out, WriteOptions())
    assert {"images/a.jpg", "images/b.jpg", "images/a.xml"} <= tree(out).keys()
    assert "labels/b.txt" not in tree(out)


@pytest.mark.parametrize("how", ["copy", "link"])
@pytest.mark.parametrize("out", ["out", "job/out"])
def test_an_export_is_repeated_and_replaces_what_it_made(tmp_path, how, out):
    job = photos(tmp_path / "job", "a.jpg", "b.jpg")
    FORMATS["yolo"].write(job, tmp_path / out, WriteOptions(images=how))
    less = replace(job, samples=job.samples[:1], keep=("b.jpg",))
    FORMATS["yolo"].write(less, tmp_path / out, WriteOptions(images=how))
    assert (tmp_path / out / "images/a.jpg").read_text() == "a.jpg"
    assert not os.path.lexists(tmp_path / out / "images/b.jpg")
    assert tree(tmp_path / "job").items() >= {"a.jpg": "a.jpg", "b.jpg": "b.jpg"}.items()


def test_a_clash_found_late_changes_nothing(tmp_path):
    job = photos(tmp_path / "job", "a.jpg", "z.jpg")
    out = tmp_path / "out"
    (out / "z.xml").mkdir(parents=True)
    (out / MARKER).write_text("")
    with pytest.raises(FormatError, match="is a folder where a file must go"):
        FORMATS["voc"].write(job, out, WriteOptions())
    assert tree(out) == {MARKER: ""}
