"""ModelArts manifest: JSON Lines, one image a line; boxes in Pascal VOC files beside it.

A line without annotations is an unlabeled image. In detection a VOC file without objects means "no
objects". `source` is the image's path below the job's folder, after `WriteOptions.source_prefix`;
reading takes URLs (s3://, obs://) and matches their tail. `annotation-loc` is relative to the
manifest. Given a name like x.manifest, writing makes that file and the folder x.annotations;
given any other, a folder with dataset.manifest and annotations/.

Hard marks, coefficients and reasons travel as `hard` describes. Scores are `confidence`, of an
annotation or of an <object>; `annotated-by` is "human" or the model and run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from hardcase.errors import FormatError
from hardcase.formats.base import Dataset, Format, ReadContext, Report
from hardcase.formats.gather import Found, Reading, label_name, undeclared_labels
from hardcase.formats.hard import hyphenated, read_hard
from hardcase.formats.manifest_write import CLASSIFICATION, DETECTION, SUFFIXES, losses_of, write
from hardcase.formats.match import Wanted, local_path
from hardcase.formats.values import (
    MAX_JSON_BYTES,
    decode_text,
    parse_json,
    read_bytes,
    share,
)
from hardcase.formats.voc import fill
from hardcase.formats.xmltree import parse_xml
from hardcase.model.job import Annotation, Task
from hardcase.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

TASKS = frozenset({Task.DETECTION, Task.CLASSIFICATION})
_TYPES = {CLASSIFICATION: Task.CLASSIFICATION, DETECTION: Task.DETECTION}


def detect(path: Path) -> bool:
    """Whether `path` is a .manifest file, JSON Lines with a source, or a folder with a manifest."""
    if path.is_dir():
        return next(path.glob("*.manifest"), None) is not None
    if path.suffix.lower() == ".manifest":
        return True
    if path.suffix.lower() not in SUFFIXES:
        return False
    try:
        with path.open("rb") as file:
            first = decode_text(file.readline(1 << 16), path.name)
        line = parse_json(first, path.name)
    except (OSError, FormatError):
        return False
    return isinstance(line, dict) and "source" in line


@dataclass(slots=True)
class _Line:
    place: str
    entry: dict[str, Any]
    annotations: list[dict[str, Any]] = field(default_factory=list)


def read(path: Path, context: ReadContext) -> tuple[Dataset, Report]:
    """Read a manifest, or the one in a folder; FormatError if there is none."""
    reading = Reading(context)
    file = _the_manifest(path) if path.is_dir() else path
    lines = list(_lines(file, reading))
    wanted = [Wanted((local_path(x.entry["source"]),), base=file.parent) for x in lines]
    found = reading.find(wanted, [line.place for line in lines])
    documents = _Documents(file.parent, reading)
    for item, line in zip(found, lines, strict=True):
        if item is not None:
            _fill(item, line, documents, reading)
    names = {a.label for item in found if item is not None for a in item.annotations}
    return reading.finish(found, undeclared_labels(names, context))


def _the_manifest(folder: Path) -> Path:
    files = sorted(folder.glob("*.manifest"))
    if len(files) != 1:
        raise FormatError(
            f"{printable(str(folder))} has {len(files)} .manifest files: give the one to read"
        )
    return files[0]


def _lines(file: Path, reading: Reading) -> Iterator[_Line]:
    name = printable(file.name)
    content = read_bytes(file, MAX_JSON_BYTES).removeprefix(b"\xef\xbb\xbf")
    for number, raw in enumerate(content.split(b"\n"), 1):
        if not raw.strip():
            continue
        place = f"{name}:{number}"
        try:
            yield _line(raw, place, reading)
        except FormatError as error:
            reading.problems.add(place, _after_place(error))
        except ValueError as error:
            reading.problems.add(place, error)


def _after_place(error: FormatError) -> str:
    return str(error).split(": ", 1)[-1]


def _line(raw: bytes, place: str, reading: Reading) -> _Line:
    value = parse_json(decode_text(raw, place), place)
    if not isinstance(value, dict):
        raise ValueError("is not an object")  # noqa: TRY004 - readers report values
    entry = hyphenated(value)
    if not isinstance(entry.get("source"), str) or not entry["source"]:
        raise ValueError("has no source")
    annotations = entry.get("annotation")
    if annotations is None:
        annotations = []
    if isinstance(annotations, dict):
        annotations = [annotations]
    if not isinstance(annotations, list):
        raise ValueError("annotation is not a list")  # noqa: TRY004
    kept = [hyphenated(a) for a in annotations if isinstance(a, dict)]
    if len(kept) < len(annotations):
        reading.problems.add(place, "an annotation is not an object: left out")
    return _Line(place, entry, kept)


def _fill(found: Found, line: _Line, documents: _Documents, reading: Reading) -> None:
    found.changes |= read_hard(line.entry, line.annotations, line.place, reading.problems)
    for key, kept in (("id", "manifest_id"), ("usage", "usage")):
        value = line.entry.get(key)
        if isinstance(value, str) and 0 < len(value) <= 200:
            found.extra[kept] = value
    found.mentioned = False
    for i, annotation in enumerate(line.annotations):
        place = f"{line.place}: annotation {i}"
        try:
            _check_type(annotation, reading.context.task)
            if reading.context.task is Task.DETECTION:
                documents.fill(found, annotation, place)
            else:
                found.add(_classification(annotation))
                found.mentioned = True
        except FormatError as error:
            reading.problems.add_error(error)
        except ValueError as error:
            reading.problems.add(place, error)


def _check_type(annotation: dict[str, Any], task: Task) -> None:
    kind = annotation.get("type")
    if kind is not None and (not isinstance(kind, str) or _TYPES.get(kind) is not task):
        raise ValueError(f"type {str(kind)[:60]!r} is not for a {task} job: left out")


def _classification(annotation: dict[str, Any]) -> Annotation:
    score = annotation.get("confidence")
    return Annotation(
        label_name(annotation.get("name")), score=None if score is None else share(score)
    )


class _Documents:
    """The Pascal VOC files of a manifest."""

    def __init__(self, folder: Path, reading: Reading) -> None:
        self._folder = folder
        self._reading = reading
        self._allowed = (folder.resolve(), reading.context.root.resolve())
        self._used: set[Path] = set()

    def fill(self, found: Found, annotation: dict[str, Any], place: str) -> None:
        """Add the boxes of the file that an annotation names; ValueError or FormatError if none."""
        location = annotation.get("annotation-loc")
        if not isinstance(location, str) or not location:
            raise ValueError("has no annotation-loc")
        kind = annotation.get("annotation-format", "PASCAL VOC")
        if not isinstance(kind, str) or kind.upper().replace("_", " ") != "PASCAL VOC":
            raise ValueError(f"annotation-format {str(kind)[:40]!r} is not PASCAL VOC: left out")
        path = self._find(location)
        if path in self._used:
            raise ValueError(f"{path.name} is the file of another image: left out")
        self._used.add(path)
        where = f"{place}: {path.name}"
        root = parse_xml(read_bytes(path), where)
        if root.tag != "annotation":
            raise FormatError(f"{where}: not Pascal VOC")
        found.mentioned = True
        fill(found, root, where, self._reading)

    def _find(self, location: str) -> Path:
        """Return the file at a location; of a URL or foreign path, the longest tail that exists.

        No file outside of the manifest's folder and the job's is ever opened.
        """
        parts = PurePosixPath(local_path(location).replace("\\", "/")).parts
        if "\0" in location or ".." in parts or len(parts) > 64 or len(location) > 4096:
            raise ValueError(f"annotation-loc {location[:60]!r} is no path to follow")
        for i in range(len(parts)):
            path = self._folder.joinpath(*parts[i:])
            try:
                resolved = path.resolve()
                inside = any(resolved.is_relative_to(folder) for folder in self._allowed)
                if inside and resolved.is_file():
                    return resolved
            except OSError as error:
                raise ValueError(f"annotation-loc: {error.strerror}") from error
        raise ValueError(f"there is no file {location[-80:]!r} near the manifest")


FORMAT = Format(
    "manifest",
    "ModelArts manifest, JSON Lines",
    ".manifest",
    TASKS,
    detect,
    read,
    write,
    losses_of,
)
