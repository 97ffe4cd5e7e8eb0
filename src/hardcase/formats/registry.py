"""All formats by name, and which one a file or folder is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.errors import FormatError
from hardcase.formats import coco, coco_results, imagefolder, manifest, table, voc, yolo
from hardcase.model.text import printable

if TYPE_CHECKING:
    from pathlib import Path

    from hardcase.formats.base import Format

FORMATS: dict[str, Format] = {
    module.FORMAT.name: module.FORMAT
    for module in (manifest, coco, coco_results, table, yolo, voc, imagefolder)
}
"""Formats by name. The order is that of guessing: the most telling signs come first."""


def detect_format(path: Path) -> str:
    """Return the name of the format that `path` seems to be in.

    Raises FormatError, with the formats there are, if it is none of them or cannot be read.
    """
    shown = printable(str(path))
    try:
        if not path.exists():
            raise FormatError(f"{shown} does not exist: give an annotation file or folder")
        for name, candidate in FORMATS.items():
            if candidate.detect(path):
                return name
    except OSError as error:
        raise FormatError(f"cannot read {shown}: {error.strerror}") from error
    known = ", ".join(FORMATS)
    raise FormatError(f"{shown} is in no format known here: name one of {known}")
