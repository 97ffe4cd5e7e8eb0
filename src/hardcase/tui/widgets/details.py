"""What is known of a sample, in words."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from rich.cells import cell_len, chop_cells
from textual.content import Content

from hardcase.model.job import HUMAN, Annotation, Sample, Status, Task
from hardcase.model.mistake_words import in_words as in_words_of_labels
from hardcase.model.numbers import count, degree
from hardcase.model.reasons import Reason, explained
from hardcase.model.text import printable
from hardcase.tui.widgets.digits import digits
from hardcase.tui.widgets.sample_rows import HARD_MARK, STATUS_WORDS, status_mark
from hardcase.tui.widgets.text import elide

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hardcase.model.findings import Finding, Mistake

    Part = tuple[str, str]
    Line = list[Part]


def details(
    sample: Sample,
    task: Task,
    colours: Mapping[str, str],
    box: int | None,
    size: tuple[int, int],
    *,
    finding: Finding | None = None,
    more: str = "",
) -> Content:
    """Return the details of a sample for `size` (width, height) cells, the most important first.

    `box` is the index of the box selected on the picture, None if there is none. Where there is no
    room for all labels, those around the selected box are listed. `finding` is what a check of its
    labels found. `colours` are in the order of the labels; where lines are free, the digits that
    set the labels of a classification are told, and `more`, the key that lists them all.
    """
    lines: list[Line] = [_state(sample)]
    lines += [[(part, "$muted")] for part in _path(sample.path, size)]
    if sample.error is not None:
        lines.append([(f"cannot be read: {printable(sample.error)}", "$error")])
    if sample.missing:
        lines.append([("the file is gone from the folder", "$error")])
    width, rows = size
    room = rows - _height(lines, width) - 1
    reasons = [_mistake(m) for m in finding.mistakes if m.score >= _LIKELY] if finding else []
    past = is_past(sample)
    reasons += [_reason(reason, task, past=past) for reason in sample.reasons]
    room -= min(len(sample.annotations), 1)
    if _height(reasons, width) > room:
        reasons = [_in_one_row(reason, width) for reason in reasons]
    lines += _at_most(reasons, room, width)
    lines += _annotations(sample, task, colours, box, rows - _height(lines, width) - 1)
    lines.append([(_origin(sample), "$muted")])
    if task is Task.CLASSIFICATION:
        free = rows - _height(lines, width)
        lines += [[(line, "$muted")] for line in digits(tuple(colours), width, free, more)]
    return Content("\n").join(Content.assemble(*line) for line in lines)


def in_words(coefficient: float) -> str:
    """Return what a coefficient means: the estimated share of auto labels that are wrong."""
    if coefficient >= 0.5:
        word = "likely wrong"
    elif coefficient >= 0.25:
        word = "may be wrong"
    else:
        word = "likely right"
    return f"{word} {degree(coefficient)}"


def is_past(sample: Sample) -> bool:
    """Whether coefficient and reasons speak of an auto label that a person has replaced since."""
    replaced = sample.status is Status.LABELED and not sample.annotations
    return replaced or any(a.by == HUMAN for a in sample.annotations)


def judgement(sample: Sample) -> str:
    """Return what the coefficient of a sample means, empty if it has none."""
    if sample.coefficient is None:
        return ""
    if is_past(sample):
        return f"auto label {in_words(sample.coefficient)}"
    if sample.status is Status.UNLABELED:  # there is no label that could be wrong
        return f"coefficient {degree(sample.coefficient)}"
    return in_words(sample.coefficient)


def _state(sample: Sample) -> Line:
    glyph, style = status_mark(sample)
    line: Line = [(f"{glyph} ", _CONTENT_STYLE[style]), (STATUS_WORDS[sample.status], "bold")]
    if sample.hard:
        line.append((f"  {HARD_MARK} hard", "$warning"))
    if judged := judgement(sample):
        line.append((f"  {judged}", ""))
    return line


def _path(path: str, size: tuple[int, int]) -> list[str]:
    """Return the path in whole lines, in full if most of the rows are left for the rest.

    A short name without a folder is whole in the list.
    """
    if "/" not in path and cell_len(path) <= _LISTED:
        return []
    width, rows = size
    most = rows - 5 if rows >= _ROOMY else 1  # where there is little room, reasons count more
    parts = chop_cells(printable(path), width)
    # A wide character that is half over the end of a line leaves a cell of it free.
    return parts if len(parts) <= most else chop_cells(elide(path, (width - 1) * most), width)


def _reason(number: int, task: Task, *, past: bool) -> Line:
    if number not in _REASONS:
        return [(f"reason {number}", "")]
    known = explained(_REASONS[number], task)
    if past:
        return [(f"{HARD_MARK} of the auto label: {known.what}", "$muted")]
    return [(f"{HARD_MARK} {known.what}", "$warning"), (f": {known.look}", "")]


def _in_one_row(line: Line, width: int) -> Line:
    """Return a reason with as much of what to look at as its row has room for."""
    while len(line) > 1 and _height([line], width) > 1:
        *before, (look, style) = line
        shorter, comma, _ = look.rpartition(",")
        line = [*before, (shorter, style)] if comma else before
    return line


def _mistake(mistake: Mistake) -> Line:
    return [(f"{HARD_MARK} {in_words_of_labels(mistake)}", "$warning")]


def _height(lines: list[Line], width: int) -> int:
    """Return about how many rows of `width` cells the lines take when wrapped."""
    return sum(max(ceil(sum(cell_len(t) for t, _ in line) / width), 1) for line in lines)


def _at_most(lines: list[Line], room: int, width: int) -> list[Line]:
    if not lines or _height(lines, width) <= room:
        return lines
    kept = len(lines) - 1
    while kept and _height(lines[:kept], width) > room - 1:
        kept -= 1
    return [*lines[:kept], [("… " + count(len(lines) - kept, "more reason"), "$muted")]]


def _annotations(
    sample: Sample, task: Task, colours: Mapping[str, str], box: int | None, room: int
) -> list[Line]:
    if not sample.annotations:
        nothing = "no objects here" if task is Task.DETECTION else "no label"
        return [] if sample.status is Status.UNLABELED else [[(nothing, "")]]
    total = len(sample.annotations)
    first = 0
    if total > room:
        room = max(room - 1, 1)
        first = min(max((box or 0) - room // 2, 0), total - room)
    lines = [
        _annotation(a, colours, selected=n == box)
        for n, a in enumerate(sample.annotations[first : first + room], first)
    ]
    if total > len(lines):
        which = f"{first + 1}" if room == 1 else f"{first + 1} to {first + room}"
        lines.append([(f"… {which} of {total:,}", "$muted")])
    return lines


def _annotation(a: Annotation, colours: Mapping[str, str], *, selected: bool) -> Line:
    line: Line = [
        ("■ ", colours.get(a.label, "")),
        (elide(a.label, 40), "bold reverse" if selected else "bold"),
    ]
    if a.score is not None:
        line.append((f" {degree(a.score)}", ""))
    if a.box is not None:
        line.append((f"  {a.box.width:.0f}×{a.box.height:.0f}", "$muted"))
    if a.by == HUMAN:
        line.append(("  by a person", "$muted"))
    return line


def _origin(sample: Sample) -> str:
    facts = []
    if sample.width is not None:
        facts.append(f"{sample.width}×{sample.height} px")
    if sample.labeled_by is not None:
        facts.append(f"by {_maker(sample.labeled_by)}")
    if sample.updated_at:
        facts.append(printable(sample.updated_at).replace("T", " ").removesuffix("Z") + " UTC")
    return f"#{sample.id}  " + "  ".join(facts)


def _maker(by: str) -> str:
    return "a person" if by == HUMAN else printable(by)


_LISTED = 14
"""Cells of a name that the list shows at least."""

_ROOMY = 10
"""Rows from which a long path may take several."""

_LIKELY = 0.3
"""Score from which a likely mistake in a label is told; below it there are too many."""

_REASONS = {reason.value: reason for reason in Reason}

_CONTENT_STYLE = {
    "muted": "$muted",
    "open": "$accent",
    "good": "$success",
    "bad": "$error",
    "hard": "$warning",
}
