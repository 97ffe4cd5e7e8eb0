"""Which names the classes of a model have, and where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardcase.inference.profile.families import Decoder
from hardcase.inference.profile.schema import MAX_LABELS
from hardcase.inference.recognition import known_labels
from hardcase.inference.recognition.literals import own_names

if TYPE_CHECKING:
    from hardcase.inference.recognition.answer import Reading
    from hardcase.inference.recognition.sight import Sight

_CLASS_COLUMNS = {
    Decoder.END2END: 5,
    Decoder.RTDETR_TOP: 5,
    Decoder.YOLO_NAS_FLAT: 6,
    Decoder.YOLOV7_FLAT: 5,
    Decoder.PADDLE: 0,
}
_ASSUMED = {
    Decoder.TORCHVISION: 90,
    Decoder.TENSORFLOW: 90,
    Decoder.SSD: 80,
}
"""How many classes a model that only lists boxes is taken to have: COCO's; 80 for the others."""

_CIFAR_SIZE = (32, 32)

_IMAGENET = {1000: "", 1001: ", background first", 21_841: "", 21_843: ""}
"""How many classes models of ImageNet have, and what is odd about their order. Not shipped here:
its names would seldom be the labels of a job."""


class Naming(NamedTuple):
    """Labels in the order of classes, where they come from, and what else to say about that.

    `guessed` is whether they are those of a public data set that the model may know or not.
    """

    labels: tuple[str, ...]
    source: str
    remarks: tuple[str, ...]
    guessed: bool = False


def name_classes(sight: Sight, reading: Reading) -> Naming:
    """Return the names of the classes that a reading speaks of. Raises ValueError.

    The model's own come first, then those of files beside it, then those of a public data set that
    has as many classes, then numbers. A model that lists boxes does not tell how many classes it
    has, but a probe run shows some of them.
    """
    count = reading.classes
    labels, key = own_names(sight.metadata)
    if labels:
        if count not in (None, len(labels)):
            raise ValueError(f"it names {len(labels)} classes, but answers for {count}")
        return Naming(labels, f"the model's metadata ({key})", ())
    remarks = list(sight.companions.problems)
    seen = classes_seen(sight, reading) if count is None else 0
    for names in sight.companions.names:
        if count == len(names.labels) or (count is None and seen <= len(names.labels)):
            return Naming(names.labels, names.source, tuple(remarks))
        remarks.append(
            f"{names.source} names {len(names.labels)} classes, but the model answers for "
            f"{count or f'at least {seen}'}: not used"
        )
    return _offered(sight, reading, seen, remarks)


def classes_seen(sight: Sight, reading: Reading) -> int:
    """Return how many classes a model that lists boxes has at least, by a probe run."""
    column = _CLASS_COLUMNS.get(reading.decoder)
    names = reading.outputs or tuple(t.name for t in sight.signature.outputs)
    values = sight.values(reading.decoder)
    if column is not None:
        found = values.get(names[0])
        ranges = found.columns[column : column + 1] if found is not None else ()
    else:
        reads = reading.decoder.family.reads
        place = next((i for i, word in enumerate(reads) if word in ("labels", "classes")), None)
        found = values.get(names[place]) if place is not None else None
        ranges = (found.all,) if found is not None and found.all is not None else ()
    highest = max((r.greatest for r in ranges if r.whole), default=-1.0)
    first = reading.decoder.family.first_class
    return int(min(highest, MAX_LABELS - 1)) + 1 - first if highest >= first else 0


def _offered(sight: Sight, reading: Reading, seen: int, remarks: list[str]) -> Naming:
    count = reading.classes
    assumed = count if count is not None else max(_ASSUMED.get(reading.decoder, 80), seen)
    if reading.decoder is Decoder.CLASSIFIER:
        if count == len(known_labels.CIFAR10) and sight.size == _CIFAR_SIZE:
            said = "10 classes of 32x32 pixels without names: those of CIFAR-10 offered"
            return Naming(
                known_labels.CIFAR10, "CIFAR-10, as a guess", (*remarks, said), guessed=True
            )
        if count in _IMAGENET:
            said = (
                f"{count:,} classes without names, as many as ImageNet's: put labels.txt beside "
                f"the model, one name a line in its order{_IMAGENET[count]}"
            )
            return Naming(known_labels.numbered(count), "numbers, no names found", (*remarks, said))
    elif reading.decoder is Decoder.SSD_SCORES and count == 1:
        said = "one class beside the background without a name: face offered"
        return Naming(("face",), "a guess", (*remarks, said), guessed=True)
    elif assumed in known_labels.DETECTION:
        names, title = known_labels.DETECTION[assumed]
        have = f"{count} classes" if count is not None else "classes of unknown number"
        said = f"{have} without names: the {len(names)} of {title} offered"
        return Naming(names, f"{title}, as a guess", (*remarks, said), guessed=True)
    said = "no names found: put labels.txt with one name a line beside the model"
    return Naming(known_labels.numbered(assumed), "numbers, no names found", (*remarks, said))
