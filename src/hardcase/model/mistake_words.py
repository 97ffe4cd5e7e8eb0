"""A likely mistake in words, for lists and for the details of a sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.model.findings import MistakeKind
from hardcase.model.numbers import degree

if TYPE_CHECKING:
    from hardcase.model.boxes import Box
    from hardcase.model.findings import Mistake


def in_words(mistake: Mistake) -> str:
    """Return what the model sees against what is labeled, and where.

    `labeled cat, the model sees dog 0.93`; boxes as `at 120,80 (40x30)`, the top left corner and
    the size in pixels.
    """
    place = "" if mistake.box is None else f" {_place(mistake.box)}"
    sure = "" if mistake.confidence is None else f" {degree(mistake.confidence)}"
    if mistake.kind is MistakeKind.EXTRA:
        return f"nothing labeled{place}, the model sees {mistake.seen}{sure}"
    if mistake.kind is MistakeKind.MISSED:
        return f"labeled {mistake.given}{place}, the model sees none there"
    if mistake.kind is MistakeKind.PLACED:
        return f"labeled {mistake.given}, the model sees it{place}{sure}"
    return f"labeled {mistake.given}{place}, the model sees {mistake.seen}{sure}"


def _place(box: Box) -> str:
    return f"at {box.x1:.0f},{box.y1:.0f} ({box.width:.0f}x{box.height:.0f})"
