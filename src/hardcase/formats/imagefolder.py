"""ImageFolder: images in folders named after their label, the last folder counts.

Reading matches each image with the job's: by its place on disk, links followed, else by its path or
name. Writing makes one folder a label with links to (or copies of) the images; where two images of
a label have the same name, their folders become part of it (2024__a.jpg). An image has one label
here: of several, the first is kept.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from hardcase.errors import FormatError
from hardcase.formats.base import Dataset, Format, ReadContext, Report, WriteOptions
from hardcase.formats.files import is_image, walk
from hardcase.formats.gather import Reading, label_name, require_task, undeclared_labels
from hardcase.formats.losses import Holds, losses
from hardcase.formats.match import SampleIndex, Wanted
from hardcase.formats.output import new_folder, put_image
from hardcase.formats.prepare import counted, written_annotations, written_samples
from hardcase.formats.problems import Problems
from hardcase.model.job import Annotation, Task
from hardcase.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardcase.model.job import Label, Sample

TASKS = frozenset({Task.CLASSIFICATION})
HOLDS = Holds(several_labels=False)


def detect(path: Path) -> bool:
    """Whether `path` is a folder with images in folders at its second or third level."""
    if not path.is_dir():
        return False
    return any(is_image(file) for pattern in ("*/*", "*/*/*") for file in path.glob(pattern))


def read(path: Path, context: ReadContext) -> tuple[Dataset, Report]:
    """Read a folder of label folders; FormatError if it has no images in folders."""
    require_task("ImageFolder", context.task, TASKS)
    if not path.is_dir():
        raise FormatError(
            f"{printable(str(path))} is not a folder: give the one with label folders"
        )
    reading = Reading(context)
    index = SampleIndex(context.root, ())
    wanted, places, names = [], [], []
    for file in walk(path):
        if not is_image(file):
            continue
        place = file.relative_to(path).as_posix()
        try:
            names.append(_label_of(place))
        except ValueError as error:
            reading.problems.add(place, error)
            continue
        places.append(place)
        wanted.append(_image(file, place, index))
    if not wanted:
        raise FormatError(f"{printable(str(path))} has no images in folders named after labels")
    found = reading.find(wanted, places)
    for item, name in zip(found, names, strict=True):
        if item is not None:
            item.add(Annotation(name))
    return reading.finish(found, undeclared_labels(names, context))


def _label_of(place: str) -> str:
    parent = PurePosixPath(place).parent
    if not parent.parts:
        raise ValueError("is in no label folder: left out")
    return label_name(parent.name)


def _image(file: Path, place: str, index: SampleIndex) -> Wanted:
    absolute = Path(os.path.abspath(file))  # noqa: PTH100 - links must stay
    on_disk = (index.within(absolute), index.within(file.resolve()))
    return Wanted((*(p for p in on_disk if p is not None), place))


def write(dataset: Dataset, out: Path, options: WriteOptions) -> Report:
    """Write the folder `out`. An image that is not there is a problem and left out."""
    require_task("ImageFolder", dataset.task, TASKS)
    problems = Problems()
    folders = _folders(dataset.labels, problems)
    chosen: list[tuple[Sample, str]] = []
    for sample in written_samples(dataset, problems):
        kept = written_annotations(sample, frozenset(folders), problems, boxes=False)
        if kept:
            chosen.append((sample, folders[kept[0].label]))
    count = 0
    with new_folder(out, dataset, overwrite=options.overwrite) as folder:
        for label_folder in folders.values():
            (folder / label_folder).mkdir()
        written = counted((s for s, _ in chosen), options)
        for sample, place in zip(written, _places(chosen), strict=True):
            source = dataset.root / sample.path
            if not source.is_file():
                problems.add(sample.path, "there is no such image: left out")
                continue
            put_image(folder, place, source, options.images)
            count += 1
    return Report(count, count, problems.found(), losses_of(dataset))


def _folders(labels: Iterable[Label], problems: Problems) -> dict[str, str]:
    """Return the folder of each label; a name that no folder can have is changed and reported."""
    out: dict[str, str] = {}
    for label in labels:
        folder = label.name.replace("/", "_")
        if folder.startswith("."):
            folder = f"_{folder[1:]}"
        if folder != label.name:
            problems.add(f"label {label.name!r}", f"is no name for a folder: written as {folder!r}")
        if folder in out.values():
            raise FormatError(f"two labels would share the folder {folder!r}: rename one of them")
        out[label.name] = folder
    return out


def _places(chosen: list[tuple[Sample, str]]) -> list[str]:
    plain = [f"{folder}/{PurePosixPath(sample.path).name}" for sample, folder in chosen]
    shared = Counter(plain)
    taken = {place for place in plain if shared[place] == 1}
    out = []
    for (sample, folder), place in zip(chosen, plain, strict=True):
        name = place
        if shared[place] > 1:
            flat = sample.path.replace("/", "__")
            name = f"{folder}/{flat}"
            while name in taken:
                name = f"{folder}/{sample.id}__{flat}" if name.endswith(f"/{flat}") else f"{name}_"
            taken.add(name)
        out.append(name)
    return out


def losses_of(dataset: Dataset) -> tuple[str, ...]:
    """Return what label folders cannot hold of a dataset."""
    return losses(dataset, HOLDS)


FORMAT = Format(
    "imagefolder",
    "ImageFolder, a folder a label",
    "",
    TASKS,
    detect,
    read,
    write,
    losses_of,
)
