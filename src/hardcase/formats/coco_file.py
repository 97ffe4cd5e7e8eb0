"""The parts of a COCO file: lists of objects, ids, and who has which id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardcase.errors import FormatError
from hardcase.formats.gather import Found, Reading, label_name
from hardcase.formats.match import Wanted, local_path
from hardcase.formats.values import MAX_JSON_BYTES, parse_json, plain_json, read_text, real, whole
from hardcase.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator
    from pathlib import Path

    from hardcase.formats.base import ImageSize
    from hardcase.formats.problems import Problems
    from hardcase.model.job import Label, Sample

COCO_ID = "coco_id"
KEPT_BOX = "coco_bbox"
Entry = tuple[str, dict[str, Any]]
Categories = dict[int, tuple[str, dict[str, Any]]]
"""Name and extra of each category by id."""
Images = dict[int, tuple[Found | None, dict[str, Any]]]
"""Sample and entry of each image by id; no sample if the job has none."""


def load(path: Path) -> Any:
    """Return the JSON value in a file; FormatError for what is none."""
    return parse_json(read_text(path, MAX_JSON_BYTES), printable(path.name))


def load_object(path: Path) -> dict[str, Any]:
    """Return the COCO object in a file; FormatError for what has no images and categories."""
    data = load(path)
    if not isinstance(data, dict) or not isinstance(data.get("images"), list):
        raise FormatError(
            f"{printable(path.name)}: not a COCO file: an object with images, annotations and "
            "categories is needed"
        )
    return data


def entries(data: dict[str, Any], key: str, file: str, problems: Problems) -> Iterator[Entry]:
    """Yield the objects of a list with their place ("a.json: images[3]")."""
    values = data.get(key, [])
    if not isinstance(values, list):
        problems.add(f"{file}: {key}", "is not a list")
        return
    for i, value in enumerate(values):
        place = f"{file}: {key}[{i}]"
        if isinstance(value, dict):
            yield place, value
        else:
            problems.add(place, "is not an object")


def id_of(entry: dict[str, Any], key: str = "id") -> int:
    """Return an id; ValueError for a missing one or what is no whole number."""
    value = entry.get(key)
    if value is None:
        raise ValueError(f"has no {key}")
    if isinstance(value, str):
        raise ValueError(f"{key} is text: a whole number is needed")  # noqa: TRY004
    try:
        return whole(value)
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from error


def size_of_image(entry: dict[str, Any]) -> ImageSize | None:
    """Return width and height of an image entry, None if it gives none; ValueError if senseless."""
    width, height = entry.get("width"), entry.get("height")
    if not width or not height:
        return None
    size = whole(width), whole(height)
    if min(size) < 0:
        raise ValueError(f"size {size[0]}x{size[1]} is negative")
    return size


def read_categories(data: dict[str, Any], file: str, problems: Problems) -> Categories:
    """Return name and extra of each category by id, in the order of the file."""
    out: Categories = {}
    names: dict[str, int] = {}
    for place, entry in entries(data, "categories", file, problems):
        try:
            category, name = id_of(entry), label_name(entry.get("name"))
        except ValueError as error:
            problems.add(place, error)
            continue
        if category in out:
            problems.add(place, f"id {category} is taken by {out[category][0]!r}: left out")
            continue
        if name in names:
            problems.add(place, f"{name!r} is the name of category {names[name]} too: taken as one")
        names.setdefault(name, category)
        extra: dict[str, Any] = {COCO_ID: category}
        above = entry.get("supercategory")
        if isinstance(above, str) and above:
            extra["supercategory"] = above
        out[category] = (name, extra)
    return out


def read_images(data: dict[str, Any], path: Path, reading: Reading) -> Images:
    """Return the images of the file at `path`, matched with the job's samples."""
    file = printable(path.name)
    listed: dict[int, Entry] = {}
    for place, entry in entries(data, "images", file, reading.problems):
        try:
            listed[_new_image(entry, listed)] = (place, entry)
        except ValueError as error:
            reading.problems.add(place, error)
    wanted = [
        Wanted(paths=(local_path(entry["file_name"]),), base=path.parent)
        for _, entry in listed.values()
    ]
    found = reading.find(wanted, [place for place, _ in listed.values()])
    out: Images = {}
    for (image, (_, entry)), item in zip(listed.items(), found, strict=True):
        if item is not None:
            item.extra[COCO_ID] = image
        out[image] = (item, entry)
    return out


def _new_image(entry: dict[str, Any], listed: Container[int]) -> int:
    image = id_of(entry)
    if image in listed:
        raise ValueError(f"id {image} is that of an image above: left out")
    if not isinstance(entry.get("file_name"), str) or not entry["file_name"]:
        raise ValueError("has no file_name")
    return image


def ids_of(
    entry: dict[str, Any], images: Container[int], categories: Container[int]
) -> tuple[int, int]:
    """Return image_id and category_id; ValueError for those that are not among the known."""
    image, category = id_of(entry, "image_id"), id_of(entry, "category_id")
    if image not in images:
        raise ValueError(f"image_id {image} is not among the images")
    if category not in categories:
        raise ValueError(f"category_id {category} is not among the categories")
    return image, category


def bbox_of(entry: dict[str, Any]) -> tuple[float, float, float, float]:
    """Return x, y, width and height of an entry; ValueError for anything but four numbers."""
    bbox = entry.get("bbox")
    if not isinstance(bbox, list) or len(bbox) != 4:
        raise ValueError("bbox is not a list of 4 numbers: only boxes are read")
    if any(isinstance(v, str) for v in bbox):
        raise ValueError("bbox has text in it")
    x, y, w, h = map(real, bbox)
    return x, y, w, h


def extra_of(
    entry: dict[str, Any], bbox: list[float], ids: set[int]
) -> tuple[dict[str, Any], list[str]]:
    """Return what to keep of an annotation beyond its box, and remarks on what cannot be.

    That is its id (`ids` are those met so far), iscrowd, segmentation and area.
    """
    extra: dict[str, Any] = {}
    remarks: list[str] = []
    if entry.get("id") is not None:
        try:
            extra[COCO_ID] = _new_id(id_of(entry), ids)
        except ValueError as error:
            remarks.append(str(error))
    if entry.get("iscrowd") in (1, True):
        extra["iscrowd"] = 1
    segmentation = entry.get("segmentation")
    if segmentation and isinstance(segmentation, list | dict) and plain_json(segmentation):
        extra["segmentation"] = segmentation
    elif segmentation:
        remarks.append("segmentation is no outline: left out")
    try:
        extra |= _area(entry, bbox)
    except ValueError as error:
        remarks.append(f"area: {error}")
    if "segmentation" in extra or "area" in extra:
        extra[KEPT_BOX] = bbox
    return extra, remarks


def _new_id(number: int, ids: set[int]) -> int:
    if number in ids:
        raise ValueError(f"id {number} is that of an annotation above: gets a new one")
    ids.add(number)
    return number


def _area(entry: dict[str, Any], bbox: list[float]) -> dict[str, float]:
    """Return the area if it is given and not simply that of the box."""
    if entry.get("area") is None:
        return {}
    area = real(entry["area"])
    return {"area": area} if abs(area - bbox[2] * bbox[3]) > 1e-6 * max(1.0, abs(area)) else {}


def kept_id(row: Sample | Label) -> int | None:
    """Return the COCO id that a row was imported with, None if it has none."""
    value = (row.extra or {}).get(COCO_ID)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def give_ids(kept: Iterable[int | None]) -> list[int]:
    """Return an id for each: the one it has unless it was given before, else a fresh one.

    Fresh ids follow the largest that is kept, so gaps in imported ids stay gaps.
    """
    wishes = list(kept)
    fresh = max((w for w in wishes if w is not None), default=0)
    fresh = max(fresh, 0)
    seen: set[int] = set()
    out = []
    for wish in wishes:
        if wish is None or wish in seen:
            fresh += 1
            out.append(fresh)
        else:
            seen.add(wish)
            out.append(wish)
    return out
