"""Datasets to write and read back, without any image on disk."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from hardcase.errors import ImageError
from hardcase.formats import Dataset, ReadContext
from hardcase.model.boxes import Box
from hardcase.model.job import HUMAN, Annotation, Label, Sample, Status, Task

if TYPE_CHECKING:
    from pathlib import Path

SIZE = (640, 480)


def labels(*names: str) -> tuple[Label, ...]:
    return tuple(Label(i + 1, name, "#ffffff", i) for i, name in enumerate(names))


def box(label: str, *corners: float, **rest: Any) -> Annotation:
    return Annotation(label, Box(*corners), **rest)


def labeled(sample_id: int, path: str, *annotations: Annotation, **rest: Any) -> Sample:
    values = {"width": SIZE[0], "height": SIZE[1], "labeled_by": HUMAN, **rest}
    return Sample(sample_id, path, Status.LABELED, annotations, **values)


def fresh(sample: Sample) -> Sample:
    """The same sample in a job that knows nothing of it but its place."""
    return Sample(sample.id, sample.path, width=sample.width, height=sample.height)


def context_for(dataset: Dataset, **changes: Any) -> ReadContext:
    """What a job with the same images, and no label yet, would say to a reader."""
    base = ReadContext(
        dataset.root, dataset.task, tuple(fresh(s) for s in dataset.samples), image_size=no_images
    )
    return replace(base, **changes)


def job(root: Path, *paths: str, task: Task = Task.DETECTION, **changes: Any) -> ReadContext:
    """A job of images of `SIZE` at these paths."""
    samples = tuple(
        Sample(i, path, width=SIZE[0], height=SIZE[1]) for i, path in enumerate(paths, 1)
    )
    return replace(ReadContext(root, task, samples, image_size=no_images), **changes)


def no_images(path: Path) -> tuple[int, int]:
    raise ImageError(f"{path.name}: no such image")


def by_path(dataset: Dataset) -> dict[str, Sample]:
    return {s.path: s for s in dataset.samples}


def close(a: Box | None, b: Box | None, pixels: float = 0.01) -> bool:
    if a is None or b is None:
        return a is b
    return all(abs(x - y) <= pixels for x, y in zip(a, b, strict=True))


names = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x24F, exclude_characters="\x7f"),
    min_size=1,
    max_size=12,
).map(str.strip)
label_names = st.lists(
    names.filter(lambda n: n and n.isprintable()), min_size=1, max_size=5, unique=True
)
_parts = st.text(st.sampled_from("abcü-_ .1'&<%=@"), min_size=1, max_size=6).filter(
    lambda p: p.strip(". ") and not p.startswith(".")
)
_paths = st.builds(
    lambda folders, name, suffix: "/".join([*folders, name + suffix]),
    st.lists(_parts | st.sampled_from(["images", "labels", "train"]), max_size=3),
    _parts,
    st.sampled_from([".jpg", ".png", ".JPG", ".tar.jpg"]),
)


@st.composite
def _boxes(draw: st.DrawFn, width: int, height: int) -> Box:
    x = sorted(draw(st.lists(st.floats(0, width), min_size=2, max_size=2, unique=True)))
    y = sorted(draw(st.lists(st.floats(0, height), min_size=2, max_size=2, unique=True)))
    x2 = x[1] if x[1] - x[0] >= 0.5 else x[0] + 0.5
    y2 = y[1] if y[1] - y[0] >= 0.5 else y[0] + 0.5
    return Box(min(x[0], width - 0.5), min(y[0], height - 0.5), min(x2, width), min(y2, height))


@st.composite
def detection_samples(
    draw: st.DrawFn, *, scored: bool = False
) -> tuple[tuple[str, ...], list[Sample]]:
    """Class names in any order, and labeled samples in any folders, some with no objects."""
    classes = draw(label_names)
    paths = draw(st.lists(_paths, min_size=1, max_size=6, unique=True))
    samples = []
    for i, path in enumerate(paths, 1):
        width, height = draw(st.integers(1, 20_000)), draw(st.integers(1, 20_000))
        found = tuple(
            Annotation(
                draw(st.sampled_from(classes)),
                draw(_boxes(width, height)),
                draw(st.floats(0, 1)) if scored else None,
                "model#1" if scored else HUMAN,
            )
            for _ in range(draw(st.integers(0, 3)))
        )
        status = Status.TO_BE_CONFIRMED if scored else Status.LABELED
        samples.append(Sample(i, path, status, found, width=width, height=height))
    return tuple(classes), samples
