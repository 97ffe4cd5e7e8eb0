"""CSV: path,label for classification; path,label,x1,y1,x2,y2 for detection; one row a label.

Coordinates are pixels from the top left corner, with up to 3 decimals. `score` is a further column
if there are scores. In detection a row with a path alone means "no objects". Unlabeled images have
no row. Reading takes columns in any order, common other names for them, files without a header, and
semicolons or tabs between the cells.

Spreadsheets run a cell that starts with = + - or @ as a formula, so such a path or label is written
with an apostrophe before it, as spreadsheets themselves do, and read without; numbers are left.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hardcase.formats.base import Dataset, Format, ReadContext, Report, WriteOptions
from hardcase.formats.gather import Found, Reading, label_name, undeclared_labels
from hardcase.formats.losses import Holds, losses
from hardcase.formats.match import Wanted, local_path
from hardcase.formats.output import write_file
from hardcase.formats.prepare import written_annotations, written_samples
from hardcase.formats.problems import Problems
from hardcase.formats.table_rows import SIDES, guarded, read_rows
from hardcase.formats.values import MAX_TEXT_BYTES, decimal, read_bytes, real, share
from hardcase.model.job import Annotation, Task
from hardcase.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TASKS = frozenset({Task.DETECTION, Task.CLASSIFICATION})
HOLDS = Holds(scores=True)


@dataclass(slots=True)
class _Image:
    place: str
    rows: list[tuple[str, dict[str, str]]] = field(default_factory=list)


def detect(path: Path) -> bool:
    """Whether `path` is a .csv file."""
    return path.is_file() and path.suffix.lower() == ".csv"


def read(path: Path, context: ReadContext) -> tuple[Dataset, Report]:
    """Read a CSV file; FormatError if it is none, or has no columns for path and label."""
    reading = Reading(context)
    images: dict[str, _Image] = {}
    for place, row in _rows(path, reading):
        images.setdefault(row["path"], _Image(place)).rows.append((place, row))
    wanted = [Wanted((local_path(name),), base=path.parent) for name in images]
    found = reading.find(wanted, [image.place for image in images.values()])
    for item, image in zip(found, images.values(), strict=True):
        if item is not None:
            _fill(item, image, reading)
    names = {a.label for item in found if item is not None for a in item.annotations}
    return reading.finish(found, undeclared_labels(names, context))


def _rows(path: Path, reading: Reading) -> Iterator[tuple[str, dict[str, str]]]:
    content = read_bytes(path, MAX_TEXT_BYTES).removeprefix(b"\xef\xbb\xbf")
    text = content.decode("utf-8", errors="surrogateescape")
    return read_rows(text, printable(path.name), reading.problems)


def _fill(found: Found, image: _Image, reading: Reading) -> None:
    task = reading.context.task
    if task is Task.DETECTION:
        reading.measure(found, image.place, None)
        if found.size is None:
            return
    found.mentioned = False
    for place, row in image.rows:
        try:
            _add(found, place, row, reading)
        except ValueError as error:
            reading.problems.add(place, error)


def _add(found: Found, place: str, row: dict[str, str], reading: Reading) -> None:
    name = row.get("label", "").strip()
    sides = [row.get(side, "").strip() for side in SIDES]
    score = share(row["score"]) if row.get("score", "").strip() else None
    if reading.context.task is Task.CLASSIFICATION:
        if any(sides):
            raise ValueError("a box is for a detection job: left out")
        if name:
            found.add(Annotation(label_name(name), score=score))
            found.mentioned = True
        return
    if not name and not any(sides):
        found.mentioned = True
        return
    if not all(sides):
        raise ValueError("a label in a detection job needs x1, y1, x2 and y2: left out")
    label = label_name(name)
    x1, y1, x2, y2 = map(real, sides)
    box = reading.place(found, (x1, y1, x2, y2), place)
    if box is not None:
        found.add(Annotation(label, box, score))
        found.mentioned = True


def write(dataset: Dataset, out: Path, options: WriteOptions) -> Report:
    """Write the file `out`."""
    problems = Problems()
    boxes = dataset.task is Task.DETECTION
    names = frozenset(label.name for label in dataset.labels)
    scored = any(a.score is not None for s in dataset.samples for a in s.annotations)
    columns = ["path", "label", *(SIDES if boxes else ()), *(("score",) if scored else ())]
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(columns)
    images = count = 0
    for sample in written_samples(dataset, problems):
        kept = written_annotations(sample, names, problems, boxes=boxes)
        path = guarded(sample.path)
        for annotation in kept:
            rows.writerow([path, *_cells(annotation, scored=scored)])
        if not kept and boxes and not sample.annotations:
            rows.writerow([path, *[""] * (len(columns) - 1)])
        images += bool(kept) or (boxes and not sample.annotations)
        count += len(kept)
    write_file(out, text.getvalue(), dataset, overwrite=options.overwrite)
    return Report(images, count, problems.found(), losses_of(dataset))


def _cells(annotation: Annotation, *, scored: bool) -> list[str]:
    cells = [guarded(annotation.label)]
    if annotation.box is not None:
        cells += map(decimal, annotation.box)
    if scored:
        cells.append("" if annotation.score is None else f"{annotation.score:.6g}")
    return cells


def losses_of(dataset: Dataset) -> tuple[str, ...]:
    """Return what a CSV file cannot hold of a dataset."""
    return losses(dataset, HOLDS)


FORMAT = Format(
    "csv",
    "CSV, path,label and x1,y1,x2,y2 for boxes",
    ".csv",
    TASKS,
    detect,
    read,
    write,
    losses_of,
)
