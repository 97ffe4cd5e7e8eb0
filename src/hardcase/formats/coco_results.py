"""COCO results: a bare list of {image_id, category_id, bbox, score}.

Such a list means nothing without the ids of images and categories. Reading takes them, in this
order, from `ReadContext.images_file`, from the file that writing puts beside it (results.json and
results.images.json), or from the ids that an earlier COCO import left with the job's samples and
labels. Images that the list does not mention stay as they are in the job.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.errors import FormatError
from hardcase.formats.base import Dataset, Format, ReadContext, Report, WriteOptions
from hardcase.formats.coco import TASKS, category_entries, dump, image_entry, xywh
from hardcase.formats.coco_file import (
    Categories,
    bbox_of,
    entries,
    give_ids,
    ids_of,
    kept_id,
    load,
    load_object,
    read_categories,
    read_images,
)
from hardcase.formats.gather import Found, Reading, declared_labels, require_task
from hardcase.formats.losses import Holds, losses
from hardcase.formats.output import check_file, write_file
from hardcase.formats.prepare import counted, written_annotations, written_samples
from hardcase.formats.problems import Problems
from hardcase.formats.values import share
from hardcase.model.job import Annotation
from hardcase.model.text import printable

if TYPE_CHECKING:
    from pathlib import Path

HOLDS = Holds(scores=True, no_objects=False, unused_labels=True)


def detect(path: Path) -> bool:
    """Whether `path` is a .json file that starts as a list of objects."""
    if not path.is_file() or path.suffix.lower() != ".json":
        return False
    try:
        with path.open("rb") as file:
            head = file.read(4096).removeprefix(b"\xef\xbb\xbf")
    except OSError:
        return False
    return head.lstrip().startswith(b"[")


def read(path: Path, context: ReadContext) -> tuple[Dataset, Report]:
    """Read a results file; FormatError if it is none, or if no image ids are known."""
    require_task("COCO results", context.task, TASKS)
    reading = Reading(context)
    file = printable(path.name)
    data = load(path)
    if not isinstance(data, list):
        raise FormatError(f"{file}: not COCO results: a list of objects is needed")
    found, categories = _ids(path, reading)
    if not found:
        raise FormatError(
            f"{file}: no image ids are known: import the COCO file with the images first, or put "
            f"it beside as {printable(images_beside(path).name)}"
        )
    used: dict[int, Found] = {}
    for place, entry in entries({"results": data}, "results", file, reading.problems):
        try:
            image, category = ids_of(entry, found, categories)
            x, y, w, h = bbox_of(entry)
            score = share(entry.get("score"))
        except ValueError as error:
            reading.problems.add(place, error)
            continue
        item = found[image]
        if image not in used:
            used[image] = item
            reading.measure(item, place, None)
        box = reading.place(item, (x, y, x + w, y + h), place)
        if box is not None:
            item.add(Annotation(categories[category][0], box, score))
    kept = [item for item in used.values() if item.annotations]
    return reading.finish(kept, declared_labels(categories.values(), context))


def images_beside(path: Path) -> Path:
    """Return the place of the file with the image ids of a results file."""
    return path.with_name(f"{path.stem}.images.json")


def _ids(path: Path, reading: Reading) -> tuple[dict[int, Found], Categories]:
    context = reading.context
    source = context.images_file
    if source is None and images_beside(path).is_file():
        source = images_beside(path)
    if source is None:
        found = {i: Found(s) for s in context.samples if (i := kept_id(s)) is not None}
        return found, _categories_of_job(context)
    data = load_object(source)
    images = read_images(data, source, reading)
    categories = read_categories(data, printable(source.name), reading.problems)
    found = {image: item for image, (item, _) in images.items() if item is not None}
    return found, categories or _categories_of_job(context)


def _categories_of_job(context: ReadContext) -> Categories:
    """Return the job's labels by their COCO id; without any such id, by position from 1."""
    kept: Categories = {
        i: (label.name, {}) for label in context.labels if (i := kept_id(label)) is not None
    }
    return kept or {i: (label.name, {}) for i, label in enumerate(context.labels, 1)}


def write(dataset: Dataset, out: Path, options: WriteOptions) -> Report:
    """Write the list to `out`, and images and categories with their ids beside it.

    A person's box, which has no score, is written with score 1.
    """
    require_task("COCO results", dataset.task, TASKS)
    problems = Problems()
    samples = written_samples(dataset, problems)
    names = frozenset(label.name for label in dataset.labels)
    categories = give_ids(kept_id(label) for label in dataset.labels)
    number = {label.name: c for label, c in zip(dataset.labels, categories, strict=True)}
    # Ids of all samples are settled together, so that none depends on what is selected for writing.
    settled = give_ids(kept_id(sample) for sample in dataset.samples)
    image_ids = {s.id: i for s, i in zip(dataset.samples, settled, strict=True)}
    images, results = [], []
    for sample in counted(samples, options):
        image = image_ids[sample.id]
        images.append(image_entry(sample, image, dataset, options, problems))
        for annotation in written_annotations(sample, names, problems, boxes=True):
            if annotation.box is None:
                continue
            score = 1.0 if annotation.score is None else round(annotation.score, 6)
            results.append(
                {
                    "image_id": image,
                    "category_id": number[annotation.label],
                    "bbox": xywh(annotation.box),
                    "score": score,
                }
            )
    beside = {
        "images": images,
        "annotations": [],
        "categories": category_entries(dataset.labels, categories),
    }
    check_file(out, dataset, overwrite=options.overwrite)
    write_file(images_beside(out), dump(beside), dataset, overwrite=options.overwrite)
    write_file(out, dump(results), dataset, overwrite=options.overwrite)
    with_boxes = len({r["image_id"] for r in results})
    return Report(with_boxes, len(results), problems.found(), losses_of(dataset))


def losses_of(dataset: Dataset) -> tuple[str, ...]:
    """Return what results cannot hold; labels without a score get the score 1."""
    unscored = sum(a.score is None for s in dataset.samples for a in s.annotations)
    out = losses(dataset, HOLDS)
    if not unscored:
        return out
    unlike = "1 label" if unscored == 1 else f"{unscored:,} labels"
    return (*out, f"{unlike} without a score, written with score 1")


FORMAT = Format(
    "coco-results",
    "COCO results, a JSON list of scored boxes",
    ".json",
    TASKS,
    detect,
    read,
    write,
    losses_of,
)
