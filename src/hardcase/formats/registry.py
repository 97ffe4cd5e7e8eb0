"""All formats by name, and which one a file or folder is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.errors import FormatError
from hardcase.formats import coco, coco_results, imagefolder, manifest, table, voc, yolo
from hardcase.formats.content import told_by_content
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

    Of a file whose name does not tell, the content does. Raises FormatError, with the formats it
    may be in, if that is not certain or it cannot be read.
    """
    shown = printable(str(path))
    try:
        if not path.exists():
            raise FormatError(f"{shown} does not exist: give an annotation file or folder")
        for name, candidate in FORMATS.items():
            if candidate.detect(path):
                return name
        likely = told_by_content(path) if path.is_file() else ()
    except OSError as error:
        raise FormatError(f"cannot read {shown}: {error.strerror}") from error
    if len(likely) == 1:
        return likely[0]
    if likely:
        add = " or ".join(f"--format {name}" for name in likely)
        raise FormatError(f"cannot tell what format {shown} is in: add {add}")
    known = ", ".join(FORMATS)
    raise FormatError(f"{shown} looks like no format known here: add --format and one of {known}")
