"""What writers share: the samples that can be written, where their files go, and their sizes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hardcase.errors import ImageError
from hardcase.formats.gather import known_size
from hardcase.formats.match import check_path, without_suffix
from hardcase.model.job import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from hardcase.formats.base import Dataset, ImageSize, WriteOptions
    from hardcase.formats.problems import Problems
    from hardcase.model.job import Annotation, Sample


def written_samples(
    dataset: Dataset, problems: Problems, *, unlabeled: bool = False
) -> list[Sample]:
    """Return the samples to write: labeled or to be confirmed, all with `unlabeled`.

    A sample whose path is not one below the dataset's root becomes a problem.
    """
    out = []
    for sample in dataset.samples:
        if sample.status is Status.UNLABELED and not unlabeled:
            continue
        try:
            _check_plain(sample.path)
        except ValueError as error:
            problems.add(f"sample {sample.id}", error)
            continue
        out.append(sample)
    return out


def counted(samples: Iterable[Sample], options: WriteOptions) -> Iterator[Sample]:
    """Yield samples as they are written, and tell how many were."""
    for number, sample in enumerate(samples, 1):
        yield sample
        options.progress(number)


def _check_plain(path: str) -> None:
    if check_path(path) != path:
        raise ValueError(f"path {path[:80]!r} is not in its plain form")


def size_of_sample(
    sample: Sample, dataset: Dataset, options: WriteOptions, problems: Problems
) -> ImageSize | None:
    """Return the oriented size of a sample's image; None, and a problem, if it cannot be opened."""
    size = known_size(sample)
    if size is not None:
        return size
    try:
        return options.image_size(dataset.root / sample.path)
    except ImageError as error:
        problems.add(sample.path, f"size unknown: {error}")
        return None


def written_annotations(
    sample: Sample, names: frozenset[str], problems: Problems, *, boxes: bool
) -> list[Annotation]:
    """Return the annotations of a sample that can be written.

    What has a label that is not among `names`, or no box where `boxes` are needed, is a problem.
    """
    out = []
    for i, annotation in enumerate(sample.annotations):
        place = f"{sample.path}: annotation {i}"
        if annotation.label not in names:
            problems.add(place, f"label {annotation.label!r} is not in the label list: left out")
        elif boxes and annotation.box is None:
            problems.add(place, "has no box: left out")
        else:
            out.append(annotation)
    return out


def file_stems(places: Mapping[int, str]) -> dict[int, str]:
    """Return for each key of image paths the path, without suffix, of the file that describes it.

    It mirrors the image's path. Where a.jpg and a.png would share one, both keep their suffix
    (a.jpg.xml, a.png.xml), and more of it in the odd case that this is taken too.
    """
    stems = {key: without_suffix(path) for key, path in places.items()}
    shared = Counter(stems.values())
    taken = {stem for stem in stems.values() if shared[stem] == 1}
    for key, path in places.items():
        if shared[stems[key]] > 1:
            chosen = path
            while chosen in taken:
                chosen += path.removeprefix(without_suffix(path)) or "_"
            taken.add(chosen)
            stems[key] = chosen
    return stems
