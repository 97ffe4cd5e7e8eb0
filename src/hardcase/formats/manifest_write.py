"""Writing a ModelArts manifest; `manifest` says what is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardcase.formats.base import Dataset, Report, WriteOptions
from hardcase.formats.coco import dump
from hardcase.formats.hard import hard_keys, hard_property
from hardcase.formats.losses import Holds, losses
from hardcase.formats.output import check_file, new_folder, put_text, write_file
from hardcase.formats.prepare import written_annotations, written_samples
from hardcase.formats.problems import Problems
from hardcase.formats.voc import Documents
from hardcase.formats.voc_xml import EXTRA
from hardcase.model.job import Sample, Status, Task

if TYPE_CHECKING:
    from pathlib import Path

    from hardcase.model.job import Annotation

CLASSIFICATION = "modelarts/image_classification"
DETECTION = "modelarts/object_detection"
SUFFIXES = frozenset({".manifest", ".jsonl", ".json"})
HOLDS = Holds(scores=True, hard=True, makers=True, unlabeled=True, extra=frozenset(EXTRA))


def losses_of(dataset: Dataset) -> tuple[str, ...]:
    """Return what a manifest cannot hold of a dataset."""
    return losses(dataset, HOLDS)


def write(dataset: Dataset, out: Path, options: WriteOptions) -> Report:
    """Write a manifest file, or a folder with one; detection adds a folder of Pascal VOC files."""
    problems = Problems()
    documents = Documents(dataset, options, problems, scores=True)
    count = 0
    files: dict[int, str] = {}
    if out.suffix.lower() in SUFFIXES:
        check_file(out, dataset, overwrite=options.overwrite)
        if dataset.task is Task.DETECTION:
            beside = out.with_name(f"{out.stem}.annotations")
            with new_folder(beside, dataset, overwrite=options.overwrite) as folder:
                count, files = documents.put(folder)
            files = {key: f"{beside.name}/{file}" for key, file in files.items()}
        text, images, labels = _lines(dataset, files, options, problems)
        write_file(out, text, dataset, overwrite=options.overwrite)
    else:
        with new_folder(out, dataset, overwrite=options.overwrite) as folder:
            if dataset.task is Task.DETECTION:
                count, files = documents.put(folder, "annotations/")
            text, images, labels = _lines(dataset, files, options, problems)
            put_text(folder, "dataset.manifest", text)
    return Report(images, count + labels, problems.found(), losses_of(dataset))


def _lines(
    dataset: Dataset, files: dict[int, str], options: WriteOptions, problems: Problems
) -> tuple[str, int, int]:
    """Return the text, the number of labeled images, and that of their classification labels."""
    names = frozenset(label.name for label in dataset.labels)
    out = []
    images = labels = 0
    # Their odd paths are problems that the documents named already.
    known = Problems() if files else problems
    for sample in written_samples(dataset, known, unlabeled=True):
        entries = []
        if dataset.task is Task.DETECTION and sample.id in files:
            entries = [_detection(sample, files[sample.id])]
        elif dataset.task is Task.CLASSIFICATION and sample.status is not Status.UNLABELED:
            kept = written_annotations(sample, names, problems, boxes=False)
            entries = [_classification(sample, annotation) for annotation in kept]
            labels += len(entries)
        images += bool(entries)
        out.append(dump(_line(sample, entries, options)) + "\n")
    return "".join(out), images, labels


def _line(sample: Sample, entries: list[dict[str, Any]], options: WriteOptions) -> dict[str, Any]:
    extra = sample.extra or {}
    line: dict[str, Any] = {
        "source": options.source_prefix + sample.path,
        "usage": extra.get("usage", options.usage),
    }
    if "manifest_id" in extra:
        line["id"] = extra["manifest_id"]
    line |= hard_keys(sample)
    if not entries and sample.reasons:
        line["property"] = hard_property(sample)
    line["annotation"] = entries
    return line


def _detection(sample: Sample, file: str) -> dict[str, Any]:
    by = sample.annotations[0].by if sample.annotations else sample.labeled_by or "human"
    return {
        "type": DETECTION,
        "annotation-loc": file,
        "annotation-format": "PASCAL VOC",
        **_signed(sample, by),
    }


def _classification(sample: Sample, annotation: Annotation) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": CLASSIFICATION, "name": annotation.label}
    if annotation.score is not None:
        entry["confidence"] = round(annotation.score, 6)
    return entry | hard_keys(sample) | _signed(sample, annotation.by)


def _signed(sample: Sample, by: str) -> dict[str, Any]:
    out: dict[str, Any] = {"annotated-by": by}
    if sample.updated_at:
        out["creation-time"] = sample.updated_at[:19].replace("T", " ")
    properties = hard_property(sample)
    return {**out, "property": properties} if properties else out
