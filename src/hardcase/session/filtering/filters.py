"""The filter language: `hard -label:dog coef:>0.3 name:night`, where all terms must hold.

Terms: `hard`, `label:NAME`, `name:PART`, `by:human|auto|MODEL`, `score:RANGE`, `coef:RANGE`,
`reason:ID|WORD`, `date:RANGE`, `status:STATUS`, `missing`, `error`. A leading `-` negates a term, a
comma lists alternatives (`label:cat,dog`), quotes keep blanks, commas and signs
(`label:"traffic light"`). A RANGE is `>0.5`, `>=0.5`, `<0.5`, `<=0.5`, `0.2..0.5` or a single
value; dates are YYYY-MM-DD. `score:` asks whether the range of a sample's scores meets the one
given, `name:` takes `*`, `label:none` finds samples without annotations and those of a label that
is really named none, and a bare word is `name:word`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from hardcase.errors import UsageError
from hardcase.model.job import HUMAN, Status, Task
from hardcase.model.reasons import Reason, explained
from hardcase.session.column_values import STATUS_CODES
from hardcase.session.filtering.filter_words import quoted, split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from hardcase.session.columns import Columns
    from hardcase.session.filtering.filter_words import Word

    Mask = NDArray[np.bool_]

MAX_LENGTH = 2000
LARGEST = 1e30
"""Far beyond any score or coefficient, and within float32."""


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: a field, its alternatives, perhaps negated."""

    field: str
    values: tuple[str, ...]
    negated: bool


def parse(expression: str) -> tuple[Term, ...]:
    """Return the terms of an expression. Raises UsageError naming the term that is wrong."""
    if len(expression) > MAX_LENGTH:
        raise UsageError(f"the filter is longer than {MAX_LENGTH} characters")
    return tuple(_term(word, expression) for word in split(expression))


def formatted(terms: Iterable[Term]) -> str:
    """Return an expression that `parse` reads as `terms`."""
    words = []
    for term in terms:
        values = ",".join(quoted(value) for value in term.values)
        words.append(f"{'-' * term.negated}{term.field}{f':{values}' if values else ''}")
    return " ".join(words)


def evaluate(terms: Iterable[Term], columns: Columns) -> Mask:
    """Return the (N,) rows where every term holds."""
    mask = np.ones(len(columns.ids), bool)
    for term in terms:
        found = _FIELDS[term.field](term.values, columns)
        mask &= ~found if term.negated else found
    return mask


def unknown_labels(terms: Iterable[Term], known: Iterable[str]) -> list[str]:
    """Return the labels that terms ask for and that are none of the `known`, as they are written.

    "none" is no label: it asks for samples without any.
    """
    names = {name.casefold() for name in known} | {"none"}
    asked = (value for term in terms if term.field == "label" for value in term.values)
    return [value for value in dict.fromkeys(asked) if value.casefold() not in names]


def _term(word: Word, expression: str) -> Term:
    if not word.closed:
        raise UsageError(f"filter: a quote is not closed in {expression!r}")
    values = tuple(value.text for value in word.values if value.text)
    flag = expression[word.body : word.end].lower()  # with quotes it is text, and none
    if word.field is None and flag in FLAGS:
        return Term(flag, (), word.negated)
    field = "name" if word.field is None else word.field.lower()
    if field in FLAGS:
        raise UsageError(f"filter: {field} takes no value: write {field} or -{field}")
    if field not in _FIELDS:
        known = ", ".join([*FLAGS, *(f"{f}:" for f in FIELDS)])
        raise UsageError(f"filter: there is no field {field!r}; there are {known}")
    if not values:
        raise UsageError(f"filter: {field}: needs a value")
    check = _CHECKS.get(field)
    if check is not None:
        for v in values:
            check(v)
    return Term(field, values, word.negated)


def _flag(name: str) -> Callable[[tuple[str, ...], Columns], Mask]:
    return lambda _values, columns: np.asarray(getattr(columns, name))


def _label(values: tuple[str, ...], columns: Columns) -> Mask:
    wanted = {v.casefold() for v in values}
    mask = columns.labels.having(n for n in columns.labels.names if n.casefold() in wanted)
    return mask | columns.labels.having_none() if "none" in wanted else mask


def _name(values: tuple[str, ...], columns: Columns) -> Mask:
    paths = columns.folded_paths
    mask = np.zeros(len(paths), bool)
    for value in (v.casefold() for v in values):
        if "*" in value:
            parts = value.split("*")
            mask |= np.fromiter((_in_order(parts, p) for p in paths), bool, len(paths))
        else:
            mask |= np.fromiter((value in p for p in paths), bool, len(paths))
    return mask


def _in_order(parts: list[str], path: str) -> bool:
    start = 0
    for part in parts:
        start = path.find(part, start)
        if start < 0:
            return False
        start += len(part)
    return True


def _by(values: tuple[str, ...], columns: Columns) -> Mask:
    def wanted(maker: str) -> bool:
        name = maker.casefold()
        for value in (v.casefold() for v in values):
            if value == "auto" and maker != HUMAN:
                return True
            if name == value or name.startswith(value + "#"):
                return True
        return False

    return columns.makers.having(m for m in columns.makers.names if wanted(m))


def _score(values: tuple[str, ...], columns: Columns) -> Mask:
    mask = np.zeros(len(columns.ids), bool)
    for value in values:
        low, high = _number_range(value)
        with np.errstate(invalid="ignore"):
            mask |= (columns.score_high >= low) & (columns.score_low <= high)
    return mask


def _coefficient(values: tuple[str, ...], columns: Columns) -> Mask:
    mask = np.zeros(len(columns.ids), bool)
    for value in values:
        low, high = _number_range(value)
        mask |= (columns.coefficient >= low) & (columns.coefficient <= high)
    return mask


def _reason(values: tuple[str, ...], columns: Columns) -> Mask:
    bits = np.uint32(sum(1 << r for r in {r for v in values for r in _reasons(v)}))
    return (columns.reasons & bits).astype(bool)


def _date(values: tuple[str, ...], columns: Columns) -> Mask:
    mask = np.zeros(len(columns.ids), bool)
    for value in values:
        low, high = _date_range(value)
        mask |= (columns.day >= low) & (columns.day <= high) & (columns.day >= 0)
    return mask


def _status(values: tuple[str, ...], columns: Columns) -> Mask:
    codes = [STATUS_CODES[_status_of(v)] for v in values]
    return np.isin(columns.status, codes)


def _status_of(value: str) -> Status:
    try:
        return Status(value.lower().replace("-", "_"))
    except ValueError:
        names = ", ".join(s.value.replace("_", "-") for s in Status)
        raise UsageError(f"filter: there is no status {value!r}; there are {names}") from None


def _reasons(value: str) -> tuple[Reason, ...]:
    if value.isascii() and value.isdecimal():
        if int(value) > max(Reason):
            raise UsageError(f"filter: reasons go from 0 to {max(Reason)}, not {value}")
        return (Reason(int(value)),)
    word = value.casefold()
    said = {r: [explained(r, task).what.casefold() for task in Task] for r in Reason}
    exactly = tuple(r for r in Reason if word in said[r])
    found = exactly or tuple(r for r in Reason if any(word in what for what in said[r]))
    if not found:
        raise UsageError(f"filter: no hard reason speaks of {value!r}; ids 0 to {max(Reason)} work")
    return found


_RANGE = re.compile(r"(>=|<=|>|<)?(.+?)(?:\.\.(.+))?", re.DOTALL)


def _bounds(value: str) -> tuple[str, str, str]:
    match = _RANGE.fullmatch(value)
    assert match is not None  # noqa: S101 - `.+?` matches whatever is not empty, and values are not
    if match[1] and match[3]:
        raise UsageError(f"filter: {value!r} is two ranges: write either {match[1]} or ..")
    return match[1] or "", match[2], match[3] or ""


def _number(text: str) -> np.float32:
    number = float(text)
    if not abs(number) <= LARGEST:
        raise ValueError("not a number that a score or coefficient can be compared with")
    return np.float32(number)


def _number_range(value: str) -> tuple[np.float32, np.float32]:
    sign, first, second = _bounds(value)
    try:
        a = _number(first)
        b = _number(second or first)
    except ValueError:
        raise UsageError(f"filter: {value!r} is no range: write >0.5, <0.5 or 0.2..0.5") from None
    zero, top = np.float32(-np.inf), np.float32(np.inf)
    return {
        "": (a, b),
        ">=": (a, top),
        ">": (np.nextafter(a, top), top),
        "<=": (zero, a),
        "<": (zero, np.nextafter(a, zero)),
    }[sign]


def _date_range(value: str) -> tuple[int, int]:
    sign, first, second = _bounds(value)
    try:
        a = (date.fromisoformat(first) - date(1970, 1, 1)).days
        b = (date.fromisoformat(second or first) - date(1970, 1, 1)).days
    except ValueError:
        raise UsageError(f"filter: {value!r} is no date: write 2026-01-31 or >2026-01-31") from None
    top = np.iinfo(np.int32).max
    return {"": (a, b), ">=": (a, top), ">": (a + 1, top), "<=": (0, a), "<": (0, a - 1)}[sign]


FLAGS = ("hard", "missing", "error")

_FIELDS: dict[str, Callable[[tuple[str, ...], Columns], Mask]] = {
    "hard": _flag("hard"),
    "missing": _flag("missing"),
    "error": _flag("broken"),
    "label": _label,
    "name": _name,
    "by": _by,
    "score": _score,
    "coef": _coefficient,
    "reason": _reason,
    "date": _date,
    "status": _status,
}

FIELDS = tuple(field for field in _FIELDS if field not in FLAGS)
"""The fields that take a value."""

_CHECKS: dict[str, Callable[[str], object]] = {
    "score": _number_range,
    "coef": _number_range,
    "reason": _reasons,
    "date": _date_range,
    "status": _status_of,
}
