"""What may follow in a filter being typed: fields, and the values that a job has for them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hardcase.errors import UsageError
from hardcase.model.job import HUMAN, Status, Task
from hardcase.model.reasons import Reason, explained
from hardcase.session.column_values import STATUS_CODES
from hardcase.session.filtering.filter_words import quoted, split
from hardcase.session.filtering.filters import FIELDS, FLAGS, Term, evaluate, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from hardcase.session.columns import Columns
    from hardcase.session.labeling import LabelingSession
    from hardcase.session.views import Tab

    Vocabulary = Mapping[str, Sequence["Known"]]
    """The values there are for a field."""

_COUNTED = 40
_SHARES = (">=0.9", ">=0.5", "<0.5", "<0.1")
_DAYS = (("today", 0), ("last 7 days", 6), ("last 30 days", 29))


class Known(NamedTuple):
    """A value of a field: as it is written, as it is shown, and another name that finds it."""

    name: str
    shown: str
    also: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that may stand there, how it reads in a list, and the term that it makes.

    `term` is None where it takes more to make one. What was typed is the beginning of it, or only
    somewhere `inside`.
    """

    text: str
    shown: str
    term: Term | None = None
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Completion:
    """What may take the place of `expression[start:end]`; `rest` is all but the word it is in.

    A word that is only `begun` says nothing yet: it takes a candidate, or more typing.
    """

    start: int
    end: int
    rest: str
    candidates: tuple[Candidate, ...] = ()
    begun: bool = False


def vocabulary(session: LabelingSession, today: dt.date | None = None) -> Vocabulary:
    """Return the words of a job that a filter may ask for; reasons by how often they are given."""
    today = today or dt.datetime.now(dt.UTC).date()
    labels = dict.fromkeys((*(label.name for label in session.labels), "none"))
    since = [(f">={today - dt.timedelta(days)}", said) for said, days in _DAYS]
    return {
        "label": _as_they_are(labels),
        "by": _as_they_are(_makers(session.columns)),
        "status": _as_they_are(s.value.replace("_", "-") for s in Status),
        "reason": list(_reasons(session.columns, session.task)),
        "score": _as_they_are(_SHARES),
        "coef": _as_they_are(_SHARES),
        "date": [Known(day, f"{day} {said}") for day, said in since],
    }


def complete(expression: str, cursor: int, words: Vocabulary) -> Completion:
    """Return what may stand where the cursor is, the likeliest first."""
    word = next((w for w in split(expression) if w.start <= cursor <= w.end), None)
    if word is None:
        rest = f"{expression[:cursor]} {expression[cursor:]}"
        return Completion(cursor, cursor, rest, tuple(_fields("", "")))
    rest = expression[: word.start] + expression[word.end :]
    if word.field is None:
        typed = expression[word.body : word.end].lower()
        found = tuple(_fields("-", "") if typed == "-" else _fields("-" * word.negated, typed))
        return Completion(word.start, word.end, rest, found, bool(found) and typed not in FLAGS)
    field = word.field.lower()
    value = next(v for v in word.values if cursor <= v.end)
    taken = {v.text for v in word.values if v is not value}
    found = tuple(
        Candidate(quoted(known.name), known.shown, Term(field, (known.name,), word.negated), inside)
        for known, inside in _matching(words.get(field, ()), value.text)
        if known.name not in taken
    )
    begun = bool(found) and not _parses(expression[word.start : word.end])
    return Completion(value.start, value.end, rest, found, begun)


def _parses(expression: str) -> bool:
    try:
        parse(expression)
    except UsageError:
        return False
    return True


class Counter:
    """How many samples of a tab would be left with one candidate taken or another.

    `rest` is the expression without the word that is being typed.
    """

    def __init__(self, columns: Columns, tab: Tab, rest: str) -> None:
        self._columns = columns
        self._within: NDArray[np.bool_] | None = None
        try:
            self._within = evaluate(parse(rest), columns)
        except UsageError:
            return  # there is nothing to count while something else is wrong
        if tab.status is not None:
            self._within &= columns.status == STATUS_CODES[tab.status]

    def count(self, term: Term | None) -> int | None:
        """Return the number of samples, None where there is no telling."""
        if term is None or self._within is None:
            return None
        return int(np.count_nonzero(self._within & evaluate((term,), self._columns)))

    def counted(self, candidates: Sequence[Candidate]) -> list[tuple[Candidate, int | None]]:
        """Return the candidates with their counts, those that leave nothing after their like.

        Of a great many only the first are counted: more takes longer than a key may.
        """
        counts = [self.count(candidate.term) for candidate in candidates[:_COUNTED]]
        pairs = zip_longest(candidates, counts)
        return sorted(pairs, key=lambda pair: (pair[0].inside, pair[1] == 0))


def _fields(sign: str, begun: str) -> Iterable[Candidate]:
    for flag in FLAGS:
        if flag.startswith(begun):
            yield Candidate(sign + flag, sign + flag, Term(flag, (), bool(sign)))
    for field in FIELDS:
        if f"{field}:".startswith(begun):
            yield Candidate(f"{sign}{field}:", f"{sign}{field}:")


def _matching(known: Iterable[Known], typed: str) -> Iterable[tuple[Known, bool]]:
    """Return the values that begin with what was typed, then those that have it inside."""
    wanted = typed.casefold()
    inside = []
    for value in known:
        if value.name.casefold().startswith(wanted) or value.also == wanted:
            yield value, False
        elif wanted in value.shown.casefold():
            inside.append((value, True))
    yield from inside


def _as_they_are(names: Iterable[str]) -> list[Known]:
    return [Known(name, name) for name in names]


def _makers(columns: Columns) -> Iterable[str]:
    """Return people, models and runs that samples have something of."""
    signatures = sorted(name for name in columns.makers.names if name != HUMAN)
    models = dict.fromkeys(name.partition("#")[0] for name in signatures)
    for name in dict.fromkeys((HUMAN, "auto", *models, *signatures)):
        if evaluate((Term("by", (name,), negated=False),), columns).any():
            yield name


def _reasons(columns: Columns, task: Task) -> Iterable[Known]:
    """Return the reasons there are, most frequent first; all of them where there are none."""
    counts = {r: int(np.count_nonzero(columns.reasons & np.uint32(1 << r))) for r in Reason}
    for reason in sorted(Reason, key=lambda r: -counts[r]):
        if counts[reason] or not any(counts.values()):
            what = explained(reason, task).what
            yield Known(what, what, str(reason.value))
