"""Writing a YOLO folder; `yolo` says what is in it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import yaml

from hardcase.formats.base import Dataset, ImageSize, Report, WriteOptions
from hardcase.formats.gather import require_task
from hardcase.formats.losses import Holds, losses
from hardcase.formats.match import without_suffix
from hardcase.formats.output import new_folder, put_image, put_text
from hardcase.formats.prepare import (
    counted,
    file_stems,
    size_of_sample,
    written_annotations,
    written_samples,
)
from hardcase.formats.problems import Problems
from hardcase.model.job import Task

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardcase.model.job import Annotation, Sample

TASKS = frozenset({Task.DETECTION})
HOLDS = Holds(unused_labels=True)
_HEAD = "# train and val name the same images: split train.txt to measure on images of their own.\n"


def losses_of(dataset: Dataset) -> tuple[str, ...]:
    """Return what YOLO files cannot hold of a dataset."""
    return losses(dataset, HOLDS)


def write(dataset: Dataset, out: Path, options: WriteOptions) -> Report:
    """Write the folder `out`. A sample whose image cannot be opened is a problem and left out."""
    require_task("YOLO", dataset.task, TASKS)
    problems = Problems()
    classes = {label.name: i for i, label in enumerate(dataset.labels)}
    samples = written_samples(dataset, problems)
    stems = file_stems(image_places(samples))
    count = 0
    listed = []
    used: set[str] = set()
    with new_folder(out, dataset, overwrite=options.overwrite) as folder:
        for sample in counted(samples, options):
            size = size_of_sample(sample, dataset, options, problems)
            if size is None:
                continue
            image = stems[sample.id] + sample.path.removeprefix(without_suffix(sample.path))
            labels = label_place(image)
            if labels in used:
                problems.add(sample.path, f"{labels} belongs to another image: left out")
                continue
            source = dataset.root / sample.path
            if options.images == "copy" and not source.is_file():
                problems.add(sample.path, "there is no such image: left out")
                continue
            used.add(labels)
            put_image(folder, image, source, options.images)
            kept = written_annotations(sample, frozenset(classes), problems, boxes=True)
            lines = [_line(a, classes[a.label], size) for a in kept]
            count += len(lines)
            put_text(folder, labels, "".join(lines))
            listed.append(f"./{image}\n")
        put_text(folder, "train.txt", "".join(listed))
        put_text(folder, "data.yaml", _HEAD + _data_yaml(dataset))
    return Report(len(listed), count, problems.found(), losses_of(dataset))


def image_places(samples: Sequence[Sample]) -> dict[int, str]:
    """Return where images go in the folder: as they are if they are below `images`, else there.

    Where a.jpg and images/a.jpg would meet, both get a folder of their own.
    """
    places = {
        s.id: s.path if "images" in PurePosixPath(s.path).parts[:-1] else f"images/{s.path}"
        for s in samples
    }
    shared = Counter(places.values())
    return {
        key: place if shared[place] == 1 else f"images/_{key}/{PurePosixPath(place).name}"
        for key, place in places.items()
    }


def label_place(image: str) -> str:
    """Return where Ultralytics looks for the labels of an image: its last images/ is labels/."""
    parts = list(PurePosixPath(image).parts)
    last = len(parts) - 2 - parts[-2::-1].index("images")
    parts[last] = "labels"
    return without_suffix(str(PurePosixPath(*parts))) + ".txt"


def _line(annotation: Annotation, index: int, size: ImageSize) -> str:
    assert annotation.box is not None  # noqa: S101 - written_annotations keeps boxes only
    width, height = size
    x1, x2 = (min(max(x / width, 0.0), 1.0) for x in (annotation.box.x1, annotation.box.x2))
    y1, y2 = (min(max(y / height, 0.0), 1.0) for y in (annotation.box.y1, annotation.box.y2))
    numbers = ((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1)
    return " ".join([str(index), *(f"{n:.8f}" for n in numbers)]) + "\n"


def _data_yaml(dataset: Dataset) -> str:
    names = {i: label.name for i, label in enumerate(dataset.labels)}
    return yaml.safe_dump(
        {"train": "train.txt", "val": "train.txt", "names": names},
        sort_keys=False,
        allow_unicode=True,
    )
