"""What the numbers of a model's outputs look like, gathered by the child on a few pictures.

The parent decides by these facts alone; it never sees the tensors of a model it does not trust.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

MAX_COLUMNS = 8
MAX_RANK = 8


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers of a column: least, greatest, and whether all are whole."""

    least: float
    greatest: float
    whole: bool

    def within(self, low: float, high: float) -> bool:
        """Return whether all numbers lie in [low, high], give or take rounding."""
        slack = 1e-2 * max(1.0, abs(high))
        return self.least >= low - slack and self.greatest <= high + slack


@dataclass(frozen=True, slots=True)
class Values:
    """Facts of one output over all probed pictures.

    `shape` is that of the answer to one picture, batch axis included, and of all if it is `steady`.
    The rest looks at it as rows along its last axis: `columns` are the first 8, `rest` what comes
    after the first 4, `all` every number. `lines` are the first 8 rows of a matrix and `below` what
    comes after the first 4, for outputs whose candidates are columns. `sums` is the range of the
    sums of rows, `last_wins` the share of rows whose last number is the greatest, `upright` the
    share of rows that are corners x1 <= x2, y1 <= y2 (rows of zeros left out), `length` the L2 norm
    of the first row. A range is None where there are no numbers.
    """

    shape: tuple[int, ...]
    steady: bool
    kind: str
    finite: bool
    all: Range | None
    columns: tuple[Range, ...]
    rest: Range | None
    lines: tuple[Range, ...]
    below: Range | None
    sums: Range | None
    last_wins: float
    upright: float
    length: float


def measure(pictures: Sequence[NDArray[Any]]) -> dict[str, Any]:
    """Return the facts of one output, given for each picture with its batch axis, as JSON."""
    first = pictures[0]
    flat = [_rows(picture) for picture in pictures]
    width = flat[0].shape[1]
    rows = np.concatenate([rows for rows in flat if rows.shape[1] == width]).astype(np.float64)
    finite = bool(np.isfinite(rows).all())
    rows = np.nan_to_num(rows, nan=0.0, posinf=1e30, neginf=-1e30)
    matrix = flat[0].astype(np.float64) if first.ndim >= 2 else rows
    matrix = np.nan_to_num(matrix, nan=0.0, posinf=1e30, neginf=-1e30)
    used = rows[(rows != 0).any(axis=1)]
    sides = used[:, :4]
    upright = (sides[:, 2:] >= sides[:, :2]).all(axis=1).mean() if sides.size and width >= 4 else 0
    return {
        "shape": list(first.shape)[:MAX_RANK],
        "steady": all(picture.shape == first.shape for picture in pictures),
        "kind": first.dtype.kind,
        "finite": finite,
        "all": _range(rows),
        "columns": [_range(rows[:, i]) for i in range(min(width, MAX_COLUMNS))],
        "rest": _range(rows[:, 4:]),
        "lines": [_range(matrix[i]) for i in range(min(len(matrix), MAX_COLUMNS))],
        "below": _range(matrix[4:]),
        "sums": _range(rows.sum(axis=1)),
        "last_wins": float((rows.argmax(axis=1) == width - 1).mean()) if rows.size else 0.0,
        "upright": float(upright),
        "length": float(np.linalg.norm(rows[0])) if rows.size else 0.0,
    }


def values_from_json(data: Mapping[str, Any]) -> Values:
    """Read what `measure` said. Raises KeyError, TypeError or ValueError for what is off."""
    columns, lines = data["columns"], data["lines"]
    if len(columns) > MAX_COLUMNS or len(lines) > MAX_COLUMNS:
        raise ValueError("more columns than were asked for")
    ranges = [_range_from_json(item) for item in (*columns, *lines)]
    known = tuple(item for item in ranges if item is not None)
    split = sum(item is not None for item in ranges[: len(columns)])
    return Values(
        shape=tuple(_whole(axis) for axis in data["shape"][:MAX_RANK]),
        steady=bool(data["steady"]),
        kind=str(data["kind"])[:1],
        finite=bool(data["finite"]),
        all=_range_from_json(data["all"]),
        columns=known[:split],
        rest=_range_from_json(data["rest"]),
        lines=known[split:],
        below=_range_from_json(data["below"]),
        sums=_range_from_json(data["sums"]),
        last_wins=_number(data["last_wins"]),
        upright=_number(data["upright"]),
        length=_number(data["length"]),
    )


def _rows(output: NDArray[Any]) -> NDArray[Any]:
    if output.ndim == 0 or not output.size:
        return output.reshape(-1, 1) if output.ndim < 2 else output.reshape(0, output.shape[-1])
    return output.reshape(-1, output.shape[-1])


def _range(numbers: NDArray[np.float64]) -> list[float | bool] | None:
    if not numbers.size:
        return None
    whole = bool((np.abs(numbers - np.rint(numbers)) < 1e-3).all())
    return [float(numbers.min()), float(numbers.max()), whole]


def _range_from_json(data: Any) -> Range | None:
    if data is None:
        return None
    least, greatest, whole = data
    return Range(_number(least), _number(greatest), bool(whole))


def _number(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("a fact that is no finite number")
    return number


def _whole(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("not the length of an axis")
    return value
