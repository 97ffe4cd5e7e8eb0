"""What every format shares: the dataset it carries, what it is told, and what it reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from hardcase.imaging.open import image_size

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hardcase.model.job import Label, Sample, Task

ImageSize = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Dataset:
    """Labels and samples on their way into or out of a job.

    `labels` are in class order. `samples` have paths relative to `root`, with `/`. A labeled
    detection sample without annotations means "no objects". `keep` names what no export may write
    over besides the images of `samples`, absolute or relative to `root`: the job's other images and
    its own files. `left_out` counts samples that are not among these since nobody confirmed the
    labels they have.
    """

    task: Task
    labels: tuple[Label, ...]
    samples: tuple[Sample, ...]
    root: Path
    keep: tuple[str, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What was read or written.

    `images` counts samples given (or written with) labels, "no objects" included; `annotations` the
    labels or boxes on them. `problems` name file and line or element of what was wrong and left
    out; `lost` says what the format cannot hold. Both are printable, one line each.
    """

    images: int
    annotations: int
    problems: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What a reader may know of the job it reads for.

    `samples` are the job's samples: entries of a file are matched with their paths and nothing else
    is ever opened as an image. `labels` are the job's labels by position. With `as_="predictions"`
    what is read keeps its scores, is signed `signature` and waits to be confirmed; with "labels" it
    counts as a person's and scores are dropped. `base` is the coordinate of the first pixel in
    Pascal VOC files, 0 or 1. `images_file` is a COCO file with the image ids that COCO results
    speak of. `empty_is_no_objects` takes a COCO image without annotations for "no objects" even
    if the file does not say so. `image_size(path)` returns (width, height) of the oriented image in
    pixels or raises ImageError.
    """

    root: Path
    task: Task
    samples: tuple[Sample, ...]
    labels: tuple[Label, ...] = ()
    as_: Literal["labels", "predictions"] = "labels"
    signature: str = "import"
    base: Literal[0, 1] = 0
    images_file: Path | None = None
    empty_is_no_objects: bool = False
    image_size: Callable[[Path], ImageSize] = image_size


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How to write.

    `overwrite` allows to replace a file, or to write into a folder, that an export did not make.
    `base` is the coordinate of the first pixel in Pascal VOC files. `images` says what YOLO and
    ImageFolder put in place of the images: "link" (symbolic links to the originals) or "copy".
    `usage` and `source_prefix` ("s3://bucket/folder/") go into the manifest. `progress` is called
    with the number of images written so far by formats that have to look at each; an exception it
    raises ends the writing, and nothing is left of it.
    """

    overwrite: bool = False
    base: Literal[0, 1] = 0
    images: Literal["link", "copy"] = "link"
    usage: Literal["TRAIN", "EVAL", "TEST", "INFERENCE"] = "TRAIN"
    source_prefix: str = ""
    image_size: Callable[[Path], ImageSize] = image_size
    progress: Callable[[int], None] = lambda _written: None


@dataclass(frozen=True, slots=True)
class Format:
    """One way to keep a dataset on disk. All functions raise FormatError for what stops them whole.

    `suffix` is the usual ending of what `write` makes, "" for a folder. `detect(path)` is cheap and
    never raises for an existing path. `losses(dataset)` says, before writing, what would be lost.
    """

    name: str
    description: str
    suffix: str
    tasks: frozenset[Task]
    detect: Callable[[Path], bool] = field(repr=False)
    read: Callable[[Path, ReadContext], tuple[Dataset, Report]] = field(repr=False)
    write: Callable[[Dataset, Path, WriteOptions], Report] = field(repr=False)
    losses: Callable[[Dataset], tuple[str, ...]] = field(repr=False)
