"""Which label of the job each class of a model means, and from which score on it is taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hardcase.errors import UsageError
from hardcase.model.text import clean_label, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

_LOWEST = 1e-6
"""A common threshold of 0 leaves no scale to hold another against."""
_SAME_OBJECT = 0.5
"""IoU from which boxes are of one object where the model settles that itself, and asks for 1."""
_SHOWN = 20
"""How many names a message lists."""


@dataclass(frozen=True, slots=True)
class ClassMap:
    """What the classes of a model are in a job.

    `labels` gives the job's label of each class by index; classes without one are left out.
    `thresholds` (classes,) float32 in [0, 1] is the lowest score each class is taken from;
    `common` the one of a run, of classes that have none of their own. `iou` in [0, 1]: boxes of
    two classes that mean one label are one object above it.
    """

    labels: Mapping[int, str]
    thresholds: NDArray[np.float32]
    common: float
    iou: float

    @property
    def keep(self) -> NDArray[np.bool_]:
        """Which classes (classes,) have a label."""
        keep = np.zeros(len(self.thresholds), bool)
        keep[list(self.labels)] = True
        return keep

    @property
    def first(self) -> NDArray[np.int64]:
        """The first class of the same label, for each class (classes,); itself without a label."""
        first = np.arange(len(self.thresholds), dtype=np.int64)
        by_label: dict[str, int] = {}
        for index in sorted(self.labels):
            first[index] = by_label.setdefault(self.labels[index], index)
        return first

    @property
    def lowest(self) -> float:
        """The lowest of all thresholds: what the model must be asked for."""
        return self.common if self.is_uniform else min(self.common, float(self.thresholds.min()))

    @property
    def is_uniform(self) -> bool:
        """Whether every class has the common threshold."""
        return bool((self.thresholds == np.float32(self.common)).all())


def labels_of(
    classes: Sequence[str], names: Mapping[str, str], mapping: Mapping[str, str]
) -> dict[int, str]:
    """Return the job's label of each class, by index; classes without one are left out.

    A class means the label that `mapping` gives it, none if that is empty, else the label of its
    own name. `names` gives the label for each name and alias, see `label_list.names_now`; capitals
    make no difference. Raises UsageError if `mapping` asks for a label that the job lacks.
    """
    by_folded = {name.casefold(): label for name, label in names.items()}
    wrong = [t for t in mapping.values() if t and _meant(t, names, by_folded) is None]
    if wrong:
        raise UsageError(
            f"there is no label {printable(wrong[0])!r} to map to; "
            f"there are: {listed(dict.fromkeys(names.values()))}"
        )
    found = {
        index: _meant(wanted, names, by_folded)
        for index, name in enumerate(classes)
        if (wanted := mapping.get(name, name))
    }
    return {index: label for index, label in found.items() if label is not None}


def wanted_labels(classes: Sequence[str], mapping: Mapping[str, str]) -> list[str]:
    """Return the labels that a job without any takes from a model, in order, each once."""
    wanted = (mapping.get(name, name) for name in classes)
    return list(dict.fromkeys(name for name in wanted if name))


def parsed(text: str) -> tuple[tuple[str, str], ...]:
    """Return the (class, label) pairs of `car=vehicle, person=`. Raises UsageError."""
    pairs = []
    for part in filter(None, map(str.strip, text.split(","))):
        name, equals, label = part.partition("=")
        if not (equals and name.strip()):
            raise UsageError(
                f"{printable(part)!r} is no pair: car=vehicle, or person= to leave out"
            )
        pairs.append((name.strip(), label.strip()))
    return tuple(pairs)


def of_classes(pairs: Iterable[tuple[str, str]], classes: Sequence[str]) -> dict[str, str]:
    """Return (class, label) pairs as a mapping in the model's own spelling, labels cleaned.

    Raises UsageError for a class that the model lacks, one given two labels, or a bad label.
    """
    out: dict[str, str] = {}
    for name, label in pairs:
        for known in _spelled(name, classes):
            cleaned = _cleaned(label) if label.strip() else ""
            if out.setdefault(known, cleaned) != cleaned:
                raise UsageError(f"class {printable(known)!r} is mapped to two labels: give one")
    return dict(sorted(out.items()))


def thresholds_of(pairs: Iterable[tuple[str, float]], classes: Sequence[str]) -> dict[str, float]:
    """Return (class, threshold) pairs as a mapping in the model's own spelling.

    Raises UsageError for a class that the model lacks, one given twice, or a value beyond [0, 1].
    """
    out: dict[str, float] = {}
    for name, value in pairs:
        if not 0 <= value <= 1:
            raise UsageError(f"the threshold of {printable(name)!r} lies between 0 and 1")
        for known in _spelled(name, classes):
            if out.setdefault(known, value) != value:
                raise UsageError(f"class {printable(known)!r} has two thresholds: give one")
    return dict(sorted(out.items()))


def class_map(
    classes: Sequence[str],
    labels: Mapping[int, str],
    *,
    common: float,
    own: Mapping[str, float],
    iou: float,
) -> ClassMap:
    """Return the map of a model's classes, of which some have a threshold of their `own`."""
    if own:
        common = max(common, _LOWEST)
    thresholds = np.array([own.get(name, common) for name in classes], np.float32)
    return ClassMap(labels, thresholds, common, iou if iou < 1 else _SAME_OBJECT)


def _meant(name: str, names: Mapping[str, str], by_folded: Mapping[str, str]) -> str | None:
    return names.get(name) or by_folded.get(name.casefold())


def _spelled(name: str, classes: Sequence[str]) -> list[str]:
    """Return the classes that `name` means: the one written so, else all written so but for case.

    Raises UsageError if there is none.
    """
    wanted = name.strip()
    if wanted in classes:
        return [wanted]
    found = [known for known in classes if known.strip().casefold() == wanted.casefold()]
    if not found:
        raise UsageError(
            f"the model knows no class {printable(wanted)!r}; it knows: {listed(classes)}"
        )
    return found


def _cleaned(label: str) -> str:
    try:
        return clean_label(label)
    except ValueError as error:
        raise UsageError(f"label {printable(label.strip())!r}: {error}") from None


def listed(names: Iterable[str], most: int = _SHOWN) -> str:
    """Return names in a line, `most` of them and how many more there are."""
    shown = list(map(printable, names))
    more = f", and {len(shown) - most:,} more" if len(shown) > most else ""
    return ", ".join(shown[:most]) + more
