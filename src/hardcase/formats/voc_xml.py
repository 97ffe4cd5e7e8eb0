"""One Pascal VOC file: the boxes of one image in XML.

Coordinates keep 3 decimals; whole numbers are written without any. With base 0 they are distances
from the top left corner in pixels, as everywhere in this program. With base 1 they are indices of
pixels, counted from 1, the last one included, as in the original challenge: the box of a whole
image of 640x480 is (0, 0, 640, 480) or (1, 1, 640, 480).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from hardcase.formats.values import decimal, real, share, truth, whole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import PurePosixPath

    from hardcase.formats.base import ImageSize
    from hardcase.formats.xmltree import Element
    from hardcase.model.boxes import Box
    from hardcase.model.job import Annotation

EXTRA = ("pose", "truncated", "occluded", "difficult")
_UNSPECIFIED = "Unspecified"
Corners = tuple[float, float, float, float]


def to_xml(
    path: PurePosixPath,
    size: ImageSize | None,
    annotations: Iterable[Annotation],
    *,
    base: int,
    scores: bool,
) -> str:
    """Return the XML of one image. With `scores` a prediction's is its <confidence>."""
    width, height = size or (0, 0)
    lines = [
        "<annotation>",
        f"  <folder>{_text('' if str(path.parent) == '.' else str(path.parent))}</folder>",
        f"  <filename>{_text(path.name)}</filename>",
        f"  <path>{_text(str(path))}</path>",
        f"  <size><width>{width}</width><height>{height}</height><depth>3</depth></size>",
        "  <segmented>0</segmented>",
    ]
    for annotation in annotations:
        if annotation.box is not None:
            lines += _object(annotation, annotation.box, base=base, scores=scores)
    return "\n".join([*lines, "</annotation>", ""])


def _object(annotation: Annotation, box: Box, *, base: int, scores: bool) -> list[str]:
    extra = annotation.extra or {}
    pose = extra.get("pose")
    corners = (box.x1 + base, box.y1 + base, box.x2, box.y2)
    names = ("xmin", "ymin", "xmax", "ymax")
    sides = "".join(f"<{n}>{decimal(v)}</{n}>" for n, v in zip(names, corners, strict=True))
    lines = [
        "  <object>",
        f"    <name>{_text(annotation.label)}</name>",
        f"    <pose>{_text(pose if isinstance(pose, str) else _UNSPECIFIED)}</pose>",
        *(f"    <{key}>{int(bool(extra.get(key)))}</{key}>" for key in EXTRA[1:]),
    ]
    if scores and annotation.score is not None:
        lines.append(f"    <confidence>{annotation.score:.6g}</confidence>")
    return [*lines, f"    <bndbox>{sides}</bndbox>", "  </object>"]


def size_of(root: Element) -> ImageSize | None:
    """Return the image size a file gives, None if it gives none; ValueError for a senseless one."""
    width, height = root.get("size", "width"), root.get("size", "height")
    if not width or not height:
        return None
    size = whole(width), whole(height)
    if min(size) < 0:
        raise ValueError(f"size {size[0]}x{size[1]} is negative")
    return size if min(size) > 0 else None


def object_of(element: Element, base: int) -> tuple[str, Corners, float | None, dict[str, Any]]:
    """Return name, corners in pixels from the top left corner, score, and extra of an <object>.

    Raises ValueError for what is missing or no number.
    """
    name = element.get("name")
    if not name:
        raise ValueError("an object without a name")
    sides = []
    for side in ("xmin", "ymin", "xmax", "ymax"):
        text = element.get("bndbox", side)
        if text is None:
            raise ValueError(f"object {name[:40]!r} has no {side}: only rectangles are read")
        sides.append(real(text))
    x1, y1, x2, y2 = sides
    text = element.get("confidence") or element.get("score")
    score = share(text) if text else None
    return name, (x1 - base, y1 - base, x2, y2), score, _extra(element)


def _extra(element: Element) -> dict[str, Any]:
    extra: dict[str, Any] = {
        key: True for key in EXTRA[1:] if truth(_flag(element.get(key) or "0"))
    }
    pose = element.get("pose")
    if pose and pose != _UNSPECIFIED:
        extra["pose"] = pose
    return extra


def _flag(text: str) -> str:
    return "0" if text == _UNSPECIFIED else text


def _text(text: str) -> str:
    # Characters that XML 1.0 has no place for cannot be escaped either.
    return escape("".join(c if c >= " " or c in "\t\n" else "�" for c in text))
