"""Many ids in a short text: `1-500,503`. A selection of 100,000 samples in a row is one span."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 2_000_000
"""How many ids a text may mean: a job file could ask for more than there is memory."""

_SPAN = re.compile(r"(\d{1,18})(?:-(\d{1,18}))?", re.ASCII)


def to_spans(ids: Iterable[int]) -> str:
    """Return ids, from 0 up, as text: in order, each once."""
    ordered = sorted(set(ids))
    breaks = [n for n, (low, high) in enumerate(pairwise(ordered), 1) if high - low > 1]
    parts = [ordered[start:end] for start, end in pairwise([0, *breaks, len(ordered)])]
    return ",".join(str(p[0]) if len(p) == 1 else f"{p[0]}-{p[-1]}" for p in parts if p)


def from_spans(text: str) -> tuple[int, ...]:
    """Invert `to_spans`. Raises ValueError for what is no such text, or means over `MOST` ids."""
    ids: list[int] = []
    for part in filter(None, text.split(",")):
        found = _SPAN.fullmatch(part)
        if found is None:
            raise ValueError("ids are a text such as 1-500,503")
        low, high = int(found[1]), int(found[2] or found[1])
        if high - low >= MOST - len(ids):
            raise ValueError("more ids than a job can have")
        ids += range(low, high + 1)
    return tuple(ids)
