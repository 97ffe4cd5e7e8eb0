"""Which format a file is in by what it says, for files whose names do not tell."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from hardcase.formats.table_rows import first_line, layout_of

if TYPE_CHECKING:
    from pathlib import Path

_HEAD_BYTES = 1 << 16
_RESULTS = (b'"image_id"', b'"category_id"')
_INSTANCES = (b'"images"', b'"annotations"', b'"categories"')
_VOC = re.compile(rb"(<\?xml[^>]*>)?\s*(<!--.*?-->\s*)*<annotation[\s>]", re.DOTALL)


def told_by_content(path: Path) -> tuple[str, ...]:
    """Return the formats that a file can be in by its beginning and end: one if that is certain.

    It is empty for what looks like none of them. Raises OSError.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip()
        file.seek(max(0, file.seek(0, 2) - _HEAD_BYTES))
        tail = file.read()
    if head.startswith(b"{"):
        return _object(head, tail)
    if head.startswith(b"["):
        return ("coco-results",) if all(key in head for key in _RESULTS) else ()
    if head.startswith(b"<"):
        return ("voc",) if _VOC.match(head) else ()
    return ("csv",) if _is_table(head) else ()


def _object(head: bytes, tail: bytes) -> tuple[str, ...]:
    if _has_source(head.split(b"\n", 1)[0]):
        return ("manifest",)
    if sum(key in head or key in tail for key in _INSTANCES) >= 2:
        return ("coco",)
    return ("coco", "manifest")


def _has_source(line: bytes) -> bool:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and "source" in said


def _is_table(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        layout_of(first_line(head.decode("utf-8", "surrogateescape")))
    except ValueError:
        return False
    return True
