"""What annotations are there in and around a folder of images, and of what: a quick look.

Nothing is matched with images, and of large files only the beginning is read: what is said here are
offers. The readers say what there really is.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from hardcase.errors import FormatError
from hardcase.formats.class_names import YAML_FILES, names_beside
from hardcase.formats.coco_file import load_object, read_categories
from hardcase.formats.problems import Problems
from hardcase.formats.registry import FORMATS
from hardcase.formats.table_rows import first_line, layout_of, read_rows
from hardcase.model.job import Task
from hardcase.model.text import clean_label, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

MAX_OFFERS = 5
_BEGINNING = 1 << 20
"""Bytes of a text file that are looked at."""
_LARGE_JSON = 64 << 20
"""Bytes from which a COCO file is not read only to know its categories."""
_FILES = 200
"""Files of a folder that are looked at."""
_INNER = 20
"""Folders in a folder in which annotations are looked for."""
_SUFFIXES = frozenset({".json", ".csv", ".manifest", ".jsonl"})
_BESIDE = ("labels", "annotations", "Annotations")
"""Folders beside the images in which annotations mostly are."""
_NO_LABELS = frozenset(
    (
        *("images", "image", "imgs", "img", "jpegimages", "photos", "pictures", "data", "dataset"),
        *("train", "training", "val", "valid", "validation", "test", "testing", "collected"),
    )
)
"""Names of folders, folded, that say nothing of what is in the images."""
_OBJECT_NAME = re.compile(rb"<object\b[^>]*>.*?<name>([^<]{1,1000})</name>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Offer:
    """Annotations that may be those of a folder's images.

    `path` is what to import as `format`; `tasks` are those it can be for; `labels` what it names,
    as far as that is quickly known.
    """

    path: Path
    format: str
    tasks: frozenset[Task]
    labels: tuple[str, ...]


def annotations_around(folder: Path, images: Sequence[str]) -> list[Offer]:
    """Return what annotations there may be for the images in a folder, the likeliest first.

    `images` are their paths below it. At most `MAX_OFFERS`. Raises OSError if the folder cannot be
    listed; files that cannot be read are passed by.
    """
    offers: list[Offer] = []
    for path in _candidates(folder):
        if any(o.format == "yolo" and path.is_relative_to(o.path) for o in offers):
            continue  # part of what is offered as a whole
        try:
            offer = _offer(path)
        except (OSError, FormatError, ValueError, RecursionError):
            continue  # it is damaged, or none: nothing to offer
        if offer is not None:
            offers.append(offer)
    if labels := _label_folders(images):
        tasks = FORMATS["imagefolder"].tasks
        offers.append(Offer(folder, "imagefolder", tasks, labels))
    return offers[:MAX_OFFERS]


def names_around(folder: Path) -> tuple[str, ...]:
    """Return the class names that lie in a folder of images or beside it, in order; often none."""
    for where in (folder, folder.parent):
        try:
            names = names_beside(where, Problems())
        except (OSError, FormatError, ValueError, RecursionError):
            continue  # what is no list of names says nothing
        if names:
            return tuple(names[number] for number in sorted(names))
    return ()


def _candidates(folder: Path) -> Iterator[Path]:
    """Yield files and folders, of each kind those in the folder before those in and beside it."""
    inner = [f for f in islice(sorted(folder.iterdir()), _FILES) if not f.name.startswith(".")]
    parents = [folder, folder.parent, *inner[:_INNER]]
    around = [folder, *(parent / name for parent in parents for name in _BESIDE)]
    there = [where for where in around if _is_dir(where)]
    for where in there:
        yield from sorted(f for f in _some(where) if f.suffix.lower() in _SUFFIXES)
    if any((folder.parent / name).is_file() for name in YAML_FILES):
        yield folder.parent
    yield from there


def _offer(path: Path) -> Offer | None:
    if path.is_file():
        return _file_offer(path)
    if FORMATS["yolo"].detect(path):
        names = names_beside(path, Problems()) or names_beside(path.parent, Problems())
        labels = tuple(names[number] for number in sorted(names))
        return Offer(path, "yolo", FORMATS["yolo"].tasks, labels)
    if any(file.suffix.lower() == ".xml" for file in _some(path)):
        return Offer(path, "voc", FORMATS["voc"].tasks, _voc_labels(path))
    return None


def _file_offer(path: Path) -> Offer | None:
    found = next((n for n, f in FORMATS.items() if n != "coco-results" and f.detect(path)), None)
    if found == "coco":
        labels: tuple[str, ...] = ()
        if path.stat().st_size < _LARGE_JSON:
            problems = Problems()
            categories = read_categories(load_object(path), path.name, problems)
            labels = tuple(name for name, _ in categories.values())
        return Offer(path, "coco", FORMATS["coco"].tasks, labels)
    if found == "csv":
        return _csv_offer(path)
    if found == "manifest":
        return _manifest_offer(path)
    return None


def _csv_offer(path: Path) -> Offer | None:
    text = _beginning(path).decode("utf-8-sig", "surrogateescape")
    if path.stat().st_size > _BEGINNING:
        text = text[: text.rfind("\n") + 1]  # the last line is cut off somewhere
    layout = layout_of(first_line(text))
    if not layout.boxed and not {"path", "label"} <= set(layout.titles):
        return None  # it may as well be a table of something else
    labels = _cleaned(row.get("label", "") for _, row in read_rows(text, "", Problems()))
    task = Task.DETECTION if layout.boxed else Task.CLASSIFICATION
    return Offer(path, "csv", frozenset({task}), labels)


def _manifest_offer(path: Path) -> Offer | None:
    names: list[str] = []
    kinds: set[Task] = set()
    for line in _beginning(path).split(b"\n")[:-1] or [_beginning(path)]:
        entry = json.loads(line) if line.strip() else {}
        for annotation in entry.get("annotation", ()) if isinstance(entry, dict) else ():
            boxed = str(annotation.get("type", "")).endswith("object_detection")
            kinds.add(Task.DETECTION if boxed else Task.CLASSIFICATION)
            names.append(str(annotation.get("name", "")))
    return Offer(path, "manifest", frozenset(kinds) or frozenset(Task), _cleaned(names))


def _voc_labels(folder: Path) -> tuple[str, ...]:
    names = names_beside(folder, Problems())
    if names:
        return tuple(names[number] for number in sorted(names))
    found: set[str] = set()
    for file in islice((f for f in _some(folder) if f.suffix.lower() == ".xml"), _FILES):
        found.update(
            html.unescape(name.decode("utf-8", "replace"))
            for name in _OBJECT_NAME.findall(_beginning(file))
        )
    return _cleaned(sorted(found))


def _label_folders(images: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the folders that images are in, if they may be labels."""
    folders = {PurePosixPath(path).parent.name for path in images}
    generic = {"", *_NO_LABELS}
    if len(folders) < 2 or any(name.casefold() in generic for name in folders):
        return ()
    return _cleaned(sorted(folders))


def _cleaned(names: Iterable[str]) -> tuple[str, ...]:
    out: dict[str, None] = {}
    for name in names:
        try:
            out[clean_label(name)] = None
        except ValueError:
            continue
    return tuple(out)


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_BEGINNING)


def _some(folder: Path) -> list[Path]:
    """Return files of a folder, not all of a huge one."""
    found = islice(folder.iterdir(), 20 * _FILES)
    return [f for f in found if not f.name.startswith(".") and f.is_file()]


def _is_dir(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def shown(offer: Offer) -> str:
    """Return an offer in a few words: `instances.json (coco)`."""
    if offer.format == "imagefolder":
        return "the names of the folders"
    return f"{printable(offer.path.name)} ({offer.format})"
