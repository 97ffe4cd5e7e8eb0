from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from format_samples import box, by_path, context_for, job, labeled, labels
from PIL import Image

from hardcase.errors import FormatError
from hardcase.formats import FORMATS, Dataset, WriteOptions
from hardcase.imaging.open import image_size
from hardcase.model.boxes import Box
from hardcase.model.job import Annotation, Sample, Status, Task

YOLO = FORMATS["yolo"]
CLASSES = labels("cat", "dog")


def put(root: Path, name: str, content: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")


def test_an_empty_file_is_no_objects_and_a_missing_one_is_unlabeled(tmp_path: Path) -> None:
    put(tmp_path, "labels/a.txt", "")
    put(tmp_path, "labels/b.txt", "1 0.5 0.5 0.25 0.5\n")
    context = job(tmp_path, "images/a.jpg", "images/b.jpg", "images/c.jpg", labels=CLASSES)
    dataset, report = YOLO.read(tmp_path, context)
    read = by_path(dataset)
    assert read["images/a.jpg"].status is Status.LABELED
    assert read["images/a.jpg"].annotations == ()
    assert read["images/b.jpg"].annotations == (Annotation("dog", Box(240, 120, 400, 360)),)
    assert "images/c.jpg" not in read
    assert (report.images, report.annotations) == (2, 1)


def test_a_sixth_column_is_a_score_and_more_are_an_outline(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", "0 0.5 0.5 0.5 0.5 0.75\r\n\n1 0.25 0.5 0.5 0.25 0.75 0.75\n")
    context = job(tmp_path, "a.jpg", labels=CLASSES, as_="predictions")
    dataset, report = YOLO.read(tmp_path, context)
    first, second = dataset.samples[0].annotations
    assert (first.label, first.score) == ("cat", 0.75)
    assert second.box == Box(160, 120, 480, 360)
    assert report.lost == ("1 outline, read as the box around it",)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("0 0.5 0.5 0.5", "4 columns"),
        ("0 0.5 0.5 0.5 0.5 0.5 0.5 0.5", "neither a box nor an outline"),
        ("2 0.5 0.5 0.5 0.5", "class 2 has no name"),
        ("-1 0.5 0.5 0.5 0.5", "class -1 has no name"),
        ("cat 0.5 0.5 0.5 0.5", "not a whole number"),
        ("0 nan 0.5 0.5 0.5", "not a number"),
        ("0 inf 0.5 0.5 0.5", "not a number"),
        ("0 1e999 0.5 0.5 0.5", "finite"),
        ("0 1_0 0.5 0.5 0.5", "not a number"),
        ("0 320 240 100 100", "divided by the image size"),
        ("0 0.5 0.5 -0.5 0.5", "negative"),
        ("0 0.5 0.5 0 0.5", "no area"),
        ("0 0.5 0.5 0.5 0.5 7", "between 0 and 1"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_is_read(tmp_path: Path, line: str, what: str) -> None:
    put(tmp_path, "labels/a.txt", f"0 0.5 0.5 0.5 0.5\n{line}\n1 0.5 0.5 0.5 0.5\n")
    dataset, report = YOLO.read(tmp_path, job(tmp_path, "images/a.jpg", labels=CLASSES))
    assert [a.label for a in dataset.samples[0].annotations] == ["cat", "dog"]
    assert len(report.problems) == 1
    assert report.problems[0].startswith("labels/a.txt:2: ")
    assert what in report.problems[0]


def test_a_file_with_nothing_but_bad_lines_is_not_no_objects(tmp_path: Path) -> None:
    put(tmp_path, "labels/a.txt", "0 0.5 0.5 0 0\n")
    dataset, report = YOLO.read(tmp_path, job(tmp_path, "images/a.jpg", labels=CLASSES))
    assert dataset.samples[0].status is Status.UNLABELED
    assert report.images == 0


def test_a_label_file_that_is_not_text_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    put(tmp_path, "labels/b.txt", "0 0.5 0.5 0.5 0.5")
    (tmp_path / "labels/a.txt").write_bytes(b"0 0.5\n\xff\xfe")
    context = job(tmp_path, "images/a.jpg", "images/b.jpg", labels=CLASSES)
    dataset, report = YOLO.read(tmp_path, context)
    assert by_path(dataset)["images/a.jpg"].status is Status.UNLABELED
    assert by_path(dataset)["images/b.jpg"].status is Status.LABELED
    assert "a.txt:2: not UTF-8" in report.problems[0]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("data.yaml", "names: [zebra, ant]\n"),
        ("data.yaml", "names:\n  1: ant\n  0: zebra\n"),
        ("data.yaml", "\ufeffnames: [zebra, ant]\r\n"),
        ("classes.txt", "zebra\r\nant\r\n"),
        ("labels/classes.txt", "zebra\nant\n"),
        ("animals.names", "zebra\nant"),
    ],
)
def test_class_names_come_from_the_file_in_its_order(
    tmp_path: Path, name: str, content: str
) -> None:
    put(tmp_path, name, content)
    put(tmp_path, "labels/a.txt", "1 0.5 0.5 0.5 0.5")
    context = job(tmp_path, "images/a.jpg", labels=CLASSES)
    for path in (tmp_path, tmp_path / "labels"):
        dataset, report = YOLO.read(path, context)
        assert [label.name for label in dataset.labels] == ["zebra", "ant"]
        assert dataset.samples[0].annotations[0].label == "ant"
        assert report.problems == ()


def test_class_names_are_found_from_the_label_folder_of_one_part(tmp_path: Path) -> None:
    put(tmp_path, "data.yaml", "names: [zebra, ant]\n")
    put(tmp_path, "labels/train/a.txt", "1 0.5 0.5 0.5 0.5")
    put(tmp_path, "labels/train/b.txt", "0 0.5 0.5 0.5 0.5")
    context = job(tmp_path, "images/train/a.jpg", "images/train/b.jpg")
    dataset, _ = YOLO.read(tmp_path / "labels" / "train", context)
    assert [sample.annotations[0].label for sample in dataset.samples] == ["ant", "zebra"]


def test_lists_of_images_beside_label_files_are_no_label_files(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", "0 0.5 0.5 0.5 0.5")
    put(tmp_path, "train.txt", "images/a.jpg\n")
    put(tmp_path, "val.txt", "images/a.jpg\n")
    dataset, report = YOLO.read(tmp_path, job(tmp_path, "a.jpg", labels=CLASSES))
    assert [sample.path for sample in dataset.samples] == ["a.jpg"]
    assert report.problems == ()


def test_yaml_words_stay_words_and_gaps_in_numbers_have_no_name(tmp_path: Path) -> None:
    put(tmp_path, "data.yaml", "names: {0: yes, 3: 1.50}\n")
    put(tmp_path, "labels/a.txt", "0 0.5 0.5 0.5 0.5\n3 0.5 0.5 0.5 0.5\n1 0.5 0.5 0.5 0.5\n")
    dataset, report = YOLO.read(tmp_path / "data.yaml", job(tmp_path, "images/a.jpg"))
    assert [a.label for a in dataset.samples[0].annotations] == ["yes", "1.50"]
    assert report.problems == ("labels/a.txt:3: class 1 has no name",)


@pytest.mark.parametrize(
    "content", ["a: &a [x, x]\nnames: [*a, *a]\n", "names: [", "[" * 5000, "names: [a\0]"]
)
def test_yaml_that_is_no_plain_data_is_refused(tmp_path: Path, content: str) -> None:
    put(tmp_path, "data.yaml", content)
    put(tmp_path, "labels/a.txt", "0 0.5 0.5 0.5 0.5")
    with pytest.raises(FormatError, match=r"data\.yaml:.* YAML"):
        YOLO.read(tmp_path, job(tmp_path, "images/a.jpg", labels=CLASSES))


def test_yaml_tags_are_never_obeyed(tmp_path: Path) -> None:
    made = tmp_path / "made"
    put(tmp_path, "data.yaml", f"names: !!python/object/apply:os.mkdir ['{made}']")
    put(tmp_path, "labels/a.txt", "0 0.5 0.5 0.5 0.5")
    YOLO.read(tmp_path, job(tmp_path, "images/a.jpg", labels=CLASSES))
    assert not made.exists()


def test_without_any_class_names_the_folder_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "labels/a.txt", "0 0.5 0.5 0.5 0.5")
    with pytest.raises(FormatError, match="no class names"):
        YOLO.read(tmp_path, job(tmp_path, "images/a.jpg"))


def test_the_same_name_in_two_folders_does_not_collide(tmp_path: Path) -> None:
    samples = (
        labeled(1, "a.jpg", box("cat", 0, 0, 10, 10)),
        labeled(2, "x/a.jpg", box("dog", 0, 0, 20, 20)),
        labeled(3, "images/a.jpg", box("dog", 0, 0, 30, 30)),
        labeled(4, "x/images/a.jpg", box("cat", 0, 0, 40, 40)),
        labeled(5, "x/a.png", box("cat", 0, 0, 50, 50)),
        labeled(6, "x/a.jpg.png", box("cat", 0, 0, 60, 60)),
        labeled(7, "labels/a.jpg", box("cat", 0, 0, 70, 70)),
        labeled(8, "labels/labels/a.jpg", box("cat", 0, 0, 80, 80)),
    )
    root = tmp_path / "job"
    for sample in samples:
        put(root, sample.path, "pixels")
    dataset = Dataset(Task.DETECTION, CLASSES, samples, root)
    report = YOLO.write(dataset, tmp_path / "out", WriteOptions())
    assert (report.images, report.annotations, report.problems) == (8, 8, ())
    back, report = YOLO.read(tmp_path / "out", context_for(dataset))
    assert report.problems == ()
    widths = {s.path: s.annotations[0].box for s in back.samples}
    for sample in samples:
        assert widths[sample.path] == pytest.approx(sample.annotations[0].box, abs=0.01)


def ultralytics_label(image: str) -> str:
    """Where that trainer looks for the labels of an image."""
    before, after = f"{os.sep}images{os.sep}", f"{os.sep}labels{os.sep}"
    return after.join(image.rsplit(before, 1)).rsplit(".", 1)[0] + ".txt"


def test_ultralytics_finds_images_and_five_column_labels(tmp_path: Path) -> None:
    root = tmp_path / "job"
    samples = (
        labeled(1, "a.jpg", box("dog", 64, 48, 128, 96, score=0.5)),
        labeled(2, "train/images/b.jpg"),
        Sample(3, "new.jpg", width=640, height=480),
        labeled(4, "images/x/images/c.jpg", box("cat", 0, 0, 640, 480)),
    )
    for sample in samples:
        (root / sample.path).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (640, 480)).save(root / sample.path)
    out = tmp_path / "out"
    YOLO.write(Dataset(Task.DETECTION, CLASSES, samples, root), out, WriteOptions())
    data = yaml.safe_load((out / "data.yaml").read_text())
    assert data == {"train": "train.txt", "val": "train.txt", "names": {0: "cat", 1: "dog"}}
    lines = (out / data["train"]).read_text().split()
    images = [line.replace("./", f"{out}{os.sep}", 1) for line in lines]
    assert len(images) == 3
    contents = []
    for image in images:
        with Image.open(image) as opened:
            assert opened.size == (640, 480)
        contents.append(Path(ultralytics_label(image)).read_text())
    assert contents == [
        "1 0.15000000 0.15000000 0.10000000 0.10000000\n",
        "",
        "0 0.50000000 0.50000000 1.00000000 1.00000000\n",
    ]


def test_copies_are_files_of_their_own(tmp_path: Path) -> None:
    put(tmp_path, "job/a.jpg", "pixels")
    samples = (labeled(1, "a.jpg"), labeled(2, "gone.jpg"))
    dataset = Dataset(Task.DETECTION, CLASSES, samples, tmp_path / "job")
    YOLO.write(dataset, tmp_path / "linked", WriteOptions())
    report = YOLO.write(dataset, tmp_path / "copied", WriteOptions(images="copy"))
    assert report.problems == ("gone.jpg: there is no such image: left out",)
    assert (tmp_path / "linked/images/a.jpg").is_symlink()
    assert not (tmp_path / "copied/images/a.jpg").is_symlink()
    assert (tmp_path / "copied/images/a.jpg").read_text() == "pixels"


def test_sizes_are_those_of_the_oriented_image(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    (tmp_path / "job/images").mkdir(parents=True)
    Image.new("RGB", (400, 200)).save(tmp_path / "job/images/a.jpg", exif=exif)
    put(tmp_path, "job/labels/a.txt", "0 0.5 0.5 1 0.5")
    unseen = Sample(1, "images/a.jpg")
    context = replace(
        job(tmp_path / "job", labels=CLASSES), samples=(unseen,), image_size=image_size
    )
    dataset, _ = YOLO.read(tmp_path / "job", context)
    sample = dataset.samples[0]
    assert (sample.width, sample.height) == (200, 400)
    assert sample.annotations[0].box == Box(0, 100, 200, 300)
    plain = replace(sample, width=None, height=None)
    YOLO.write(replace(dataset, samples=(plain,)), tmp_path / "out", WriteOptions())
    written = (tmp_path / "out/labels/a.txt").read_text()
    assert written == "0 0.50000000 0.50000000 1.00000000 0.50000000\n"


def test_an_image_that_cannot_be_opened_is_left_out_and_reported(tmp_path: Path) -> None:
    gone = labeled(1, "gone.jpg", box("cat", 0, 0, 5, 5), width=None, height=None)
    dataset = Dataset(Task.DETECTION, CLASSES, (gone, labeled(2, "a.jpg")), tmp_path)
    report = YOLO.write(dataset, tmp_path / "out", WriteOptions())
    assert report.images == 1
    assert "gone.jpg: size unknown" in report.problems[0]


def test_scores_and_hard_marks_are_said_to_be_lost_before_writing(tmp_path: Path) -> None:
    sample = labeled(1, "a.jpg", box("cat", 0, 0, 5, 5, score=0.5, by="m#1"), hard=True)
    lost = YOLO.losses(Dataset(Task.DETECTION, CLASSES, (sample,), tmp_path))
    assert lost == (
        "1 score",
        "1 hard mark",
        "1 auto label, which will look like a person's",
    )


def test_annotations_without_box_or_label_in_the_list_are_reported(tmp_path: Path) -> None:
    sample = labeled(1, "a.jpg", Annotation("cat"), box("owl", 0, 0, 5, 5))
    dataset = Dataset(Task.DETECTION, CLASSES, (sample,), tmp_path)
    report = YOLO.write(dataset, tmp_path / "out", WriteOptions())
    assert report.annotations == 0
    assert report.problems == (
        "a.jpg: annotation 0: has no box: left out",
        "a.jpg: annotation 1: label 'owl' is not in the label list: left out",
    )
