"""COCO instances: one JSON file with images, annotations (bbox x y w h) and categories.

Ids of images, categories and annotations are kept in `extra["coco_id"]` and written again, gaps
included; rows without one get ids after the largest. `iscrowd`, `segmentation` and `area` of an
annotation are kept in its extra and written as long as the box is still the one they belong to
(`extra["coco_bbox"]`); a box that was altered gets its own area and no outline. A prediction's
score is written as "score" beside them.

An image that a file lists without annotations may hold no objects, or nobody may have looked: many
labeling tools list both alike. So it is taken for "no objects" only if it says "no_objects": true,
as files written here do, or if the reader is told so (`empty_is_no_objects`). Otherwise it stays as
it is in the job and a remark says how many there were. Unlabeled images are not written, since
trainers would take them for images without objects.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hardcase.formats.base import Dataset, Format, ReadContext, Report, WriteOptions
from hardcase.formats.coco_file import (
    COCO_ID,
    KEPT_BOX,
    Categories,
    Images,
    bbox_of,
    entries,
    extra_of,
    give_ids,
    ids_of,
    kept_id,
    load_object,
    read_categories,
    read_images,
    size_of_image,
)
from hardcase.formats.gather import Found, Reading, declared_labels, require_task
from hardcase.formats.losses import Holds, losses
from hardcase.formats.output import write_file
from hardcase.formats.prepare import (
    counted,
    size_of_sample,
    written_annotations,
    written_samples,
)
from hardcase.formats.problems import Problems
from hardcase.formats.values import share
from hardcase.model.job import Annotation, Task
from hardcase.model.text import printable

if TYPE_CHECKING:
    from pathlib import Path

    from hardcase.model.boxes import Box
    from hardcase.model.job import Label, Sample

TASKS = frozenset({Task.DETECTION})
HOLDS = Holds(
    scores=True,
    unused_labels=True,
    extra=frozenset({"segmentation", "iscrowd", "area", "coco_id"}),
)
_SAME = 0.005
_HEAD_BYTES = 1 << 16


def detect(path: Path) -> bool:
    """Whether `path` is a .json file that starts as an object and names images or annotations."""
    if not path.is_file() or path.suffix.lower() != ".json":
        return False
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip()
            size = file.seek(0, 2)
            file.seek(max(0, size - _HEAD_BYTES))
            tail = file.read()
    except OSError:
        return False
    keys = (b'"images"', b'"annotations"', b'"categories"')
    return head.startswith(b"{") and any(key in head or key in tail for key in keys)


def read(path: Path, context: ReadContext) -> tuple[Dataset, Report]:
    """Read an instances file; FormatError if it is not one."""
    require_task("COCO", context.task, TASKS)
    reading = Reading(context)
    data = load_object(path)
    file = printable(path.name)
    categories = read_categories(data, file, reading.problems)
    found = read_images(data, path, reading)
    for image, (item, entry) in found.items():
        if item is not None:
            _measure(item, entry, f"{file}: image {image}", reading)
    _read_annotations(data, file, found, categories, reading)
    silent = 0
    for item, entry in found.values():
        if item is not None and item.mentioned and not (item.annotations or item.refused):
            item.mentioned = entry.get("no_objects") is True or context.empty_is_no_objects
            silent += not item.mentioned
    if silent:
        reading.problems.add(file, _silent_in_words(silent))
    labels = declared_labels(categories.values(), context)
    return reading.finish([item for item, _ in found.values()], labels)


def _silent_in_words(number: int) -> str:
    if number == 1:
        stay, they = "1 image without annotations stays as it is", "it holds"
    else:
        stay, they = f"{number:,} images without annotations stay as they are", "they hold"
    return f"{stay}: the file does not say whether {they} no objects"


def _measure(item: Found, entry: dict[str, Any], place: str, reading: Reading) -> None:
    try:
        said = size_of_image(entry)
    except ValueError as error:
        reading.problems.add(place, error)
        said = None
    reading.measure(item, place, said)


def _read_annotations(
    data: dict[str, Any], file: str, found: Images, categories: Categories, reading: Reading
) -> None:
    ids: set[int] = set()
    for place, entry in entries(data, "annotations", file, reading.problems):
        try:
            image, category = ids_of(entry, found, categories)
            x, y, w, h = bbox_of(entry)
            score = None if entry.get("score") is None else share(entry["score"])
        except ValueError as error:
            _refuse(entry, found, place, error, reading)
            continue
        item = found[image][0]
        if item is None or not item.mentioned:
            continue
        box = reading.place(item, (x, y, x + w, y + h), place)
        if box is not None:
            extra, remarks = extra_of(entry, [x, y, w, h], ids)
            for remark in remarks:
                reading.problems.add(place, remark)
            item.add(Annotation(categories[category][0], box, score, extra=extra or None))


def _refuse(
    entry: dict[str, Any], found: Images, place: str, why: object, reading: Reading
) -> None:
    image = entry.get("image_id")
    item = found[image][0] if isinstance(image, int) and image in found else None
    if item is None:
        reading.problems.add(place, why)
    else:
        reading.refuse(item, place, why)


def write(dataset: Dataset, out: Path, options: WriteOptions) -> Report:
    """Write the file `out`; images are referred to by their path below the dataset's root."""
    require_task("COCO", dataset.task, TASKS)
    problems = Problems()
    samples = written_samples(dataset, problems)
    names = frozenset(label.name for label in dataset.labels)
    categories = give_ids(kept_id(label) for label in dataset.labels)
    number = {label.name: c for label, c in zip(dataset.labels, categories, strict=True)}
    image_ids = give_ids(kept_id(sample) for sample in samples)
    images = []
    pairs: list[tuple[int, Annotation]] = []
    for sample, image in zip(counted(samples, options), image_ids, strict=True):
        kept = written_annotations(sample, names, problems, boxes=True)
        entry = image_entry(sample, image, dataset, options, problems)
        if not kept:
            entry["no_objects"] = True
        images.append(entry)
        pairs += [(image, annotation) for annotation in kept]
    ids = give_ids(_annotation_id(annotation) for _, annotation in pairs)
    annotations = [
        _annotation_entry(i, image, number[annotation.label], annotation)
        for i, (image, annotation) in zip(ids, pairs, strict=True)
    ]
    document = {
        "images": images,
        "annotations": annotations,
        "categories": category_entries(dataset.labels, categories),
    }
    write_file(out, dump(document), dataset, overwrite=options.overwrite)
    return Report(len(images), len(annotations), problems.found(), losses_of(dataset))


def dump(value: object) -> str:
    """Return compact JSON text."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def image_entry(
    sample: Sample, image: int, dataset: Dataset, options: WriteOptions, problems: Problems
) -> dict[str, Any]:
    """Return the entry of an image; its size is 0 if it cannot be opened, which is a problem."""
    width, height = size_of_sample(sample, dataset, options, problems) or (0, 0)
    return {"id": image, "file_name": sample.path, "width": width, "height": height}


def category_entries(labels: tuple[Label, ...], ids: list[int]) -> list[dict[str, Any]]:
    """Return the entries of all categories, in class order."""
    out = []
    for label, category in zip(labels, ids, strict=True):
        above = (label.extra or {}).get("supercategory", "")
        out.append({"id": category, "name": label.name, "supercategory": above})
    return out


def xywh(box: Box) -> list[float]:
    """Return a box as x, y, width, height in pixels with 3 decimals."""
    return [round(v, 3) for v in (box.x1, box.y1, box.width, box.height)]


def _annotation_id(annotation: Annotation) -> int | None:
    value = (annotation.extra or {}).get(COCO_ID)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _annotation_entry(
    number: int, image: int, category: int, annotation: Annotation
) -> dict[str, Any]:
    assert annotation.box is not None  # noqa: S101 - written_annotations keeps boxes only
    extra = annotation.extra or {}
    whole_box = _is_kept(annotation.box, extra.get(KEPT_BOX))
    entry = {
        "id": number,
        "image_id": image,
        "category_id": category,
        "bbox": extra[KEPT_BOX] if whole_box else xywh(annotation.box),
        "area": extra.get("area") if whole_box else None,
        "iscrowd": int(extra.get("iscrowd") in (1, True)),
        "segmentation": extra.get("segmentation", []) if whole_box else [],
    }
    if entry["area"] is None:
        entry["area"] = round(annotation.box.area, 3)
    if annotation.score is not None:
        entry["score"] = round(annotation.score, 6)
    return entry


def _is_kept(box: Box, kept: object) -> bool:
    """Whether a box is still the one that was imported, but for rounding and clipping."""
    if not isinstance(kept, list) or len(kept) != 4:
        return False
    x, y, w, h = kept
    return all(abs(a - b) <= _SAME for a, b in zip(box, (x, y, x + w, y + h), strict=True))


def losses_of(dataset: Dataset) -> tuple[str, ...]:
    """Return what a COCO file cannot hold of a dataset."""
    return losses(dataset, HOLDS)


FORMAT = Format(
    "coco",
    "COCO instances, one JSON file",
    ".json",
    TASKS,
    detect,
    read,
    write,
    losses_of,
)
