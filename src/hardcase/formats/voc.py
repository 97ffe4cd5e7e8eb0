"""Pascal VOC: a folder with one XML file an image, sub-folders as those of the images.

The job's folder is not touched: each file names its image. `labels.txt` beside them, one name a
line, keeps the class order, which XML has no place for. A file without objects means "no objects".
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from hardcase.errors import FormatError
from hardcase.formats.base import Dataset, Format, ReadContext, Report, WriteOptions
from hardcase.formats.class_names import names_beside
from hardcase.formats.files import walk
from hardcase.formats.gather import (
    Found,
    Reading,
    declared_labels,
    label_name,
    require_task,
    undeclared_labels,
)
from hardcase.formats.losses import Holds, losses
from hardcase.formats.match import Wanted, without_suffix
from hardcase.formats.output import new_folder, put_text
from hardcase.formats.prepare import (
    counted,
    file_stems,
    size_of_sample,
    written_annotations,
    written_samples,
)
from hardcase.formats.problems import Problems
from hardcase.formats.values import read_bytes
from hardcase.formats.voc_xml import EXTRA, object_of, size_of, to_xml
from hardcase.formats.xmltree import parse_xml
from hardcase.model.job import Annotation, Task
from hardcase.model.text import printable

if TYPE_CHECKING:
    from hardcase.formats.xmltree import Element

TASKS = frozenset({Task.DETECTION})
HOLDS = Holds(unused_labels=True, extra=frozenset(EXTRA))


def detect(path: Path) -> bool:
    """Whether `path` is an XML file, or a folder with one at its first three levels."""
    if path.is_file():
        return path.suffix.lower() == ".xml"
    return any(
        next(path.glob(pattern), None) is not None for pattern in ("*.xml", "*/*.xml", "*/*/*.xml")
    )


def read(path: Path, context: ReadContext) -> tuple[Dataset, Report]:
    """Read a folder of XML files, or one of them. FormatError if there is none."""
    require_task("Pascal VOC", context.task, TASKS)
    reading = Reading(context)
    problems = reading.problems
    folder = path if path.is_dir() else path.parent
    files = [f for f in walk(path) if f.suffix.lower() == ".xml"] if path.is_dir() else [path]
    if not files:
        raise FormatError(f"{printable(str(path))} has no XML files: give the annotation folder")
    documents: list[tuple[str, Element]] = []
    wanted = []
    for file in files:
        place = file.relative_to(folder).as_posix()
        try:
            root = _document(file, place)
        except FormatError as error:
            problems.add_error(error)
            continue
        documents.append((place, root))
        wanted.append(image_of(root, place, folder))
    found = reading.find(wanted, [place for place, _ in documents])
    for item, (place, root) in zip(found, documents, strict=True):
        if item is not None:
            fill(item, root, place, reading)
    names = {a.label for item in found if item is not None for a in item.annotations}
    declared = [name for _, name in sorted(names_beside(folder, problems).items())]
    if not declared:
        return reading.finish(found, undeclared_labels(names, context))
    order = (*declared, *sorted(names - set(declared)))
    return reading.finish(found, declared_labels(((n, {}) for n in order), context))


def _document(file: Path, place: str) -> Element:
    root = parse_xml(read_bytes(file), printable(place))
    if root.tag != "annotation":
        raise FormatError(f"{place}:1: not Pascal VOC: <{root.tag[:40]}> for <annotation>")
    return root


def image_of(root: Element, place: str, base: Path) -> Wanted:
    """Return what a document says of its image: <path>, its own place, <folder> and <filename>."""
    own = PurePosixPath(place)
    filename = root.get("filename") or ""
    candidates = [root.get("path") or ""]
    if filename:
        candidates += [
            str(own.parent / filename),
            str(PurePosixPath(root.get("folder") or "") / filename),
        ]
    paths = tuple(dict.fromkeys(c for c in candidates if c))
    return Wanted(paths, (without_suffix(place),), base)


def fill(found: Found, root: Element, place: str, reading: Reading) -> None:
    """Add the boxes of one document to its sample; what is wrong becomes a problem."""
    try:
        said = size_of(root)
    except ValueError as error:
        reading.problems.add(place, error)
        said = None
    reading.measure(found, place, said)
    if not found.mentioned:
        return
    for element in root.all("object"):
        where = f"{place}:{element.line}"
        try:
            name, corners, score, extra = object_of(element, reading.context.base)
            label = label_name(name)
        except ValueError as error:
            reading.refuse(found, where, error)
            continue
        box = reading.place(found, corners, where)
        if box is not None:
            found.add(Annotation(label, box, score, extra=extra or None))


def write(dataset: Dataset, out: Path, options: WriteOptions) -> Report:
    """Write the folder `out`: one XML file for each sample that is not unlabeled."""
    require_task("Pascal VOC", dataset.task, TASKS)
    problems = Problems()
    with new_folder(out, dataset, overwrite=options.overwrite) as folder:
        count, files = Documents(dataset, options, problems).put(folder)
        put_text(folder, "labels.txt", "".join(f"{label.name}\n" for label in dataset.labels))
    return Report(len(files), count, problems.found(), losses_of(dataset))


@dataclass(frozen=True, slots=True)
class Documents:
    """The XML files of a dataset, to be put into a staged folder."""

    dataset: Dataset
    options: WriteOptions
    problems: Problems
    scores: bool = False

    def put(self, folder: Path, prefix: str = "") -> tuple[int, dict[int, str]]:
        """Write the files below `prefix`; return the number of boxes, and files by sample id."""
        samples = written_samples(self.dataset, self.problems)
        stems = file_stems({s.id: s.path for s in samples})
        names = frozenset(label.name for label in self.dataset.labels)
        count = 0
        files: dict[int, str] = {}
        for sample in counted(samples, self.options):
            size = size_of_sample(sample, self.dataset, self.options, self.problems)
            kept = written_annotations(sample, names, self.problems, boxes=True)
            path = PurePosixPath(sample.path)
            text = to_xml(path, size, kept, base=self.options.base, scores=self.scores)
            files[sample.id] = f"{prefix}{stems[sample.id]}.xml"
            put_text(folder, files[sample.id], text)
            count += len(kept)
        return count, files


def losses_of(dataset: Dataset) -> tuple[str, ...]:
    """Return what Pascal VOC cannot hold of a dataset."""
    return losses(dataset, HOLDS)


FORMAT = Format(
    "voc",
    "Pascal VOC, a folder of XML files",
    "",
    TASKS,
    detect,
    read,
    write,
    losses_of,
)
