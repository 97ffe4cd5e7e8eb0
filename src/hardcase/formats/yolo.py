"""YOLO: one text file an image, one line a box: class cx cy w h, divided by the oriented size.

Reading takes a folder with labels/ in it (also below train/, val/ ...), its data.yaml, or a bare
labels folder. An empty file means "no objects", a missing one that the image is unlabeled. A sixth
column is a score; more are the outline of an object, read as the box around it.

Writing makes what Ultralytics trains on as it is:

    data.yaml   train, val (the same list: split it as you like) and names
    train.txt   the images that have labels, one "./images/..." a line; unlabeled ones are not in
                it, or they would be taken for images without objects
    images/     links to (or copies of) those images, sub-folders kept
    labels/     their label files, exactly 5 columns: more would make images count as corrupt

Ultralytics finds a label file by swapping the last /images/ of an image's path for /labels/, so an
image whose path has a folder `images` in it keeps that place: train/images/a.jpg goes with
train/labels/a.txt. Numbers keep 8 decimals, 0.001 pixels in an image 100,000 pixels wide.
"""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from hardcase.errors import FormatError
from hardcase.formats.base import Dataset, Format, ImageSize, ReadContext, Report
from hardcase.formats.class_names import LISTS, YAML_FILES, names_beside, names_of_yaml
from hardcase.formats.files import is_image, walk
from hardcase.formats.gather import Found, Reading, declared_labels, require_task
from hardcase.formats.match import SampleIndex, Wanted, without_suffix
from hardcase.formats.values import Corners, read_text, real, share, whole
from hardcase.formats.yolo_write import TASKS, losses_of, write
from hardcase.model.job import Annotation
from hardcase.model.text import printable

if TYPE_CHECKING:
    from hardcase.formats.problems import Problems

MAX_COLUMNS = 10_001
_SPLITS = frozenset({"train.txt", "val.txt", "valid.txt", "test.txt"})


class _Line(NamedTuple):
    label: str
    corners: Corners
    score: float | None
    outline: bool


def detect(path: Path) -> bool:
    """Whether `path` is a data.yaml, or a folder with one, with labels/, or with label files."""
    if path.is_file():
        return path.name in YAML_FILES
    if any((path / name).is_file() for name in YAML_FILES):
        return True
    if any(next(path.glob(p), None) is not None for p in ("labels", "*/labels")):
        return True
    return any(_looks_like_labels(f) for f in sorted(path.glob("*.txt"))[:20])


def _looks_like_labels(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            words = file.readline(200).split()
        return len(words) in {5, 6} and all(real(w.decode("ascii")) >= 0 for w in words)
    except (OSError, ValueError):
        return False


def read(path: Path, context: ReadContext) -> tuple[Dataset, Report]:
    """Read a YOLO folder, its data.yaml or a labels folder. FormatError without files or names."""
    require_task("YOLO", context.task, TASKS)
    reading = Reading(context)
    problems = reading.problems
    folder = path if path.is_dir() else path.parent
    names = names_of_yaml(path, problems) if path.is_file() else _names(folder, problems)
    if not names:
        names = {label.position: label.name for label in context.labels}
    files = label_files(folder)
    if not files:
        raise FormatError(f"{printable(str(folder))} has no label files: give the labels folder")
    if not names:
        raise FormatError(
            f"{printable(str(folder))} has no class names: put data.yaml or classes.txt beside it, "
            "or add the labels to the job in class order"
        )
    images = _Images(folder, SampleIndex(context.root, ()))
    places = [file.relative_to(folder).as_posix() for file in files]
    found = reading.find([images.of(f) for f in files], places)
    outlines = 0
    for item, file, place in zip(found, files, places, strict=True):
        if item is not None:
            outlines += _fill(item, file, place, names, reading)
    lost = (_outlines_in_words(outlines),) if outlines else ()
    labels = declared_labels(((names[i], {}) for i in sorted(names)), context)
    return reading.finish(found, labels, lost)


def _outlines_in_words(number: int) -> str:
    if number == 1:
        return "1 outline, read as the box around it"
    return f"{number:,} outlines, read as the boxes around them"


def _names(folder: Path, problems: Problems) -> dict[int, str]:
    """Return class names from the folder, its labels/, or the two folders above labels/."""
    places = [folder, folder / "labels"]
    if "labels" in {folder.name, folder.parent.name}:
        places += [folder.parent, folder.parent.parent]
    for place in places:
        names = names_beside(place, problems)
        if names:
            return names
    return {}


def label_files(folder: Path) -> list[Path]:
    """Return the label files below a folder: those in labels folders, or all if it has none."""
    files = [f for f in walk(folder) if f.suffix == ".txt" and _may_label(f)]
    if "labels" in Path(os.path.abspath(folder)).parts:  # noqa: PTH100 - links must stay
        return files
    inside = [f for f in files if "labels" in f.relative_to(folder).parts[:-1]]
    return inside or [f for f in files if f.name not in _SPLITS]


def _may_label(file: Path) -> bool:
    return file.name not in LISTS or _looks_like_labels(file)


class _Images:
    """The image files beside labels folders, as paths in the job."""

    def __init__(self, folder: Path, index: SampleIndex) -> None:
        self._folder = folder
        self._index = index
        self._listings: dict[Path, dict[str, list[Path]]] = {}

    def of(self, file: Path) -> Wanted:
        """Return the image of a label file: the one on disk beside labels/, else by its path."""
        relative = PurePosixPath(file.relative_to(self._folder).as_posix())
        absolute = PurePosixPath(os.path.abspath(file))  # noqa: PTH100 - links must stay
        paths: list[str] = []
        stems: list[str] = []
        for image, _ in reversed(_swaps(absolute)):
            stem = Path(without_suffix(str(image)))
            paths += self._on_disk(stem)
            inside = self._index.within(stem)
            if inside is not None:
                stems.append(inside)
        for image, below in _swaps(relative):
            stems += [without_suffix(str(image)), without_suffix(str(below))]
        if not _swaps(relative):
            stems.append(without_suffix(str(relative)))
        return Wanted(tuple(paths), tuple(dict.fromkeys(stems)), self._folder)

    def _on_disk(self, stem: Path) -> tuple[str, ...]:
        """Return the job's path of the image file with this stem, links followed; () without."""
        listing = self._listings.get(stem.parent)
        if listing is None:
            listing = self._listings[stem.parent] = defaultdict(list)
            if stem.parent.is_dir():
                for file in stem.parent.iterdir():
                    if is_image(file):
                        listing[file.stem].append(file)
        files = listing.get(stem.name, [])
        inside = self._index.within(files[0].resolve()) if len(files) == 1 else None
        return (inside,) if inside is not None else ()


def _swaps(path: PurePosixPath) -> list[tuple[PurePosixPath, PurePosixPath]]:
    """Return, for each folder `labels` in a path, the path with `images` there, and that below it.

    Which of several stood for `images` the path does not say.
    """
    parts = path.parts
    return [
        (PurePosixPath(*parts[:i], "images", *parts[i + 1 :]), PurePosixPath(*parts[i + 1 :]))
        for i, part in enumerate(parts[:-1])
        if part == "labels"
    ]


def _fill(found: Found, file: Path, place: str, names: dict[int, str], reading: Reading) -> int:
    """Add the boxes of one file; return how many were outlines."""
    try:
        lines = read_text(file).split("\n")
    except FormatError as error:
        reading.problems.add(place, error)
        found.mentioned = False
        return 0
    reading.measure(found, place, None)
    if found.size is None:
        return 0
    outlines = 0
    for number, line in enumerate(lines, 1):
        words = line.split()
        if not words:
            continue
        where = f"{place}:{number}"
        try:
            parsed = _parse(words, names, found.size)
        except ValueError as error:
            reading.refuse(found, where, error)
            continue
        box = reading.place(found, parsed.corners, where)
        if box is not None:
            found.add(Annotation(parsed.label, box, parsed.score))
            outlines += parsed.outline
    return outlines


def _parse(words: list[str], names: dict[int, str], size: ImageSize) -> _Line:
    if len(words) < 5 or len(words) > MAX_COLUMNS:
        raise ValueError(f"{len(words)} columns, class cx cy w h needed")
    index = whole(words[0])
    if index not in names:
        raise ValueError(f"class {index} has no name")
    width, height = size
    if len(words) in {5, 6}:
        cx, cy, w, h = (real(word) for word in words[1:5])
        if w < 0 or h < 0:
            raise ValueError(f"box has a negative width or height ({w:g}, {h:g})")
        corners = (cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2)
        score = share(words[5]) if len(words) == 6 else None
    else:
        if len(words) % 2 == 0:
            raise ValueError(f"{len(words)} columns fit neither a box nor an outline")
        values = [real(word) for word in words[1:]]
        xs, ys = values[::2], values[1::2]
        corners, score = (min(xs), min(ys), max(xs), max(ys)), None
    if max(map(abs, corners)) > 2:
        raise ValueError("numbers beyond 0-1: they must be divided by the image size")
    x1, y1, x2, y2 = corners
    scaled = (x1 * width, y1 * height, x2 * width, y2 * height)
    return _Line(names[index], scaled, score, len(words) > 6)


FORMAT = Format(
    "yolo",
    "YOLO, a folder with images/, labels/ and data.yaml",
    "",
    TASKS,
    detect,
    read,
    write,
    losses_of,
)
