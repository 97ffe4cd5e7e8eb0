"""Which names the classes of a model have, and where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardcase.inference.families import Decoder
from hardcase.inference.recognition import known_labels
from hardcase.inference.recognition.literals import own_names

if TYPE_CHECKING:
    from hardcase.inference.recognition.answer import Reading
    from hardcase.inference.recognition.sight import Sight

_ASSUMED = {
    Decoder.TORCHVISION: 90,
    Decoder.TENSORFLOW: 90,
    Decoder.SSD: 80,
}
"""How many classes a model that only lists boxes is taken to have: COCO's; 80 for the others."""

_CIFAR_SIZE = (32, 32)


class Naming(NamedTuple):
    """Labels in the order of classes, where they come from, and what else to say about that."""

    labels: tuple[str, ...]
    source: str
    remarks: tuple[str, ...]


def name_classes(sight: Sight, reading: Reading) -> Naming:
    """Return the names of the classes that a reading speaks of. Raises ValueError.

    The model's own come first, then those of files beside it, then those of a public data set that
    has as many classes, then numbers.
    """
    count = reading.classes
    labels, key = own_names(sight.metadata)
    if labels:
        if count not in (None, len(labels)):
            raise ValueError(f"it names {len(labels)} classes, but answers for {count}")
        return Naming(labels, f"the model's metadata ({key})", ())
    remarks = list(sight.companions.problems)
    for names in sight.companions.names:
        if count in (None, len(names.labels)):
            return Naming(names.labels, names.source, tuple(remarks))
        remarks.append(
            f"{names.source} names {len(names.labels)} classes, but the model answers for {count}: "
            "not used"
        )
    return _offered(sight, reading, remarks)


def _offered(sight: Sight, reading: Reading, remarks: list[str]) -> Naming:
    count = reading.classes
    assumed = count if count is not None else _ASSUMED.get(reading.decoder, 80)
    if reading.decoder is Decoder.CLASSIFIER:
        if count == len(known_labels.CIFAR10) and sight.size == _CIFAR_SIZE:
            said = "10 classes of 32x32 pixels without names: those of CIFAR-10 offered"
            return Naming(known_labels.CIFAR10, "CIFAR-10, as a guess", (*remarks, said))
    elif reading.decoder is Decoder.SSD_SCORES and count == 1:
        said = "one class beside the background without a name: face offered"
        return Naming(("face",), "a guess", (*remarks, said))
    elif assumed in known_labels.DETECTION:
        names, title = known_labels.DETECTION[assumed]
        have = f"{count} classes" if count is not None else "classes of unknown number"
        said = f"{have} without names: the {len(names)} of {title} offered"
        return Naming(names, f"{title}, as a guess", (*remarks, said))
    said = "no names found: put labels.txt with one name a line beside the model"
    return Naming(known_labels.numbered(assumed), "numbers, no names found", (*remarks, said))
