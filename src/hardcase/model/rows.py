"""Rows as JSON objects and back. Fields at their default are left out, to keep job files small.

Reading is strict: an object that is not such a row raises one of `BAD_ROW`, which the
store turns into an error that names the place.
"""

from __future__ import annotations

import base64
from array import array
from dataclasses import MISSING, fields
from functools import lru_cache
from sys import intern
from typing import TYPE_CHECKING, Any, TypeVar

from hardcase.model.audit import Audit, AuditState
from hardcase.model.boxes import Box
from hardcase.model.candidates import MAX_BYTES
from hardcase.model.changes import Table
from hardcase.model.embedding import MAX_DIMENSIONS
from hardcase.model.findings import Finding, Mistake, MistakeKind
from hardcase.model.fingerprint import Fingerprint
from hardcase.model.job import (
    HUMAN,
    Annotation,
    Job,
    Label,
    Prediction,
    Row,
    Run,
    RunState,
    Sample,
    Status,
    Task,
)
from hardcase.model.rule import Rule, RuleKind
from hardcase.model.seen import Outcome, Seen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Json = dict[str, Any]

T = TypeVar("T")


BAD_ROW = (KeyError, TypeError, ValueError, AttributeError)
"""What reading an object that is no such row raises."""


def annotation_to_json(annotation: Annotation) -> Json:
    """Return `{label, box?, score?, by?, extra?}`; boxes as [x1, y1, x2, y2] in source pixels."""
    out: Json = {"label": annotation.label}
    if annotation.box is not None:
        out["box"] = list(annotation.box)
    if annotation.score is not None:
        out["score"] = annotation.score
    if annotation.by != HUMAN:
        out["by"] = annotation.by
    if annotation.extra:
        out["extra"] = dict(annotation.extra)
    return out


def annotation_from_json(data: Mapping[str, Any]) -> Annotation:
    """Invert `annotation_to_json`."""
    box = data.get("box")
    return Annotation(
        intern(data["label"]),
        None if box is None else Box(*map(float, box)),
        data.get("score"),
        intern(data.get("by", HUMAN)),
        data.get("extra"),
    )


def embedding_to_json(packed: bytes) -> str:
    """Return a packed embedding as base64 text."""
    return _to_text(packed)


def embedding_from_json(text: object) -> bytes:
    """Invert `embedding_to_json`. Raises ValueError for anything but a short embedding."""
    return _from_text(text, MAX_DIMENSIONS, "an embedding")


def _to_text(packed: bytes) -> str:
    return base64.b64encode(packed).decode("ascii")


def _from_text(text: object, most: int, what: str) -> bytes:
    """Return the bytes of a base64 text, `most` of them at most. Raises ValueError."""
    if not isinstance(text, str) or len(text) > 4 * -(-most // 3):
        raise ValueError(f"{what} is a short base64 text")
    packed = base64.b64decode(text, validate=True)
    if len(packed) > most:
        raise ValueError(f"{what} has at most {most} bytes")
    return packed


def signals_to_json(signals: Sequence[float]) -> list[float]:
    """Return signals to six significant digits, which single precision holds in full."""
    text = "%.6g " * len(signals) % tuple(signals)
    return [float(number) for number in text.split()]


def to_json(row: Row) -> Json:
    """Return the row as a JSON object, without its id and without fields at their default."""
    out: Json = _facts(row) if isinstance(row, Fingerprint) else {}
    for name, default in _DEFAULTS[type(row)]:
        value = getattr(row, name)
        if value != default:
            out[name] = value
    if isinstance(row, Sample | Prediction) and row.annotations:
        out["annotations"] = [annotation_to_json(a) for a in row.annotations]
    if isinstance(row, Prediction) and row.signals:
        out["signals"] = signals_to_json(row.signals)
    if isinstance(row, Prediction) and row.embedding:
        out["embedding"] = embedding_to_json(row.embedding)
    if isinstance(row, Prediction) and row.candidates:
        out["candidates"] = _to_text(row.candidates)
    if isinstance(row, Job) and "hard_rule" in out:
        out["hard_rule"] = {"kind": row.hard_rule.kind.value, "value": row.hard_rule.value}
    if isinstance(row, Seen) and row.said is not None:
        out["said"] = {"id": row.said.id, **to_json(row.said)}
    if isinstance(row, Finding):
        out["mistakes"] = [_filled(mistake) for mistake in row.mistakes]
    return out


def _facts(row: Fingerprint) -> Json:
    size, mtime_ns, inode = row.key
    facts: Json = {"size": size, "mtime_ns": mtime_ns, "inode": inode}
    return facts | {"digest": row.digest} if row.digest else facts


def _filled(row: Mistake) -> Json:
    values = {name: getattr(row, name) for name in Mistake.__slots__}
    return {name: value for name, value in values.items() if value is not None}


def from_json(table: Table, key: int, data: Mapping[str, Any]) -> Row:
    """Return the row of `table` with id `key` that `data` describes."""
    return _READERS[table](key, data)


@lru_cache(maxsize=4096, typed=True)
def _shared(value: T) -> T:
    """Return one object for equal values: in 100,000 rows the same few sizes come again."""
    return value


def _sample(key: int, data: Mapping[str, Any]) -> Sample:
    get = data.get
    return Sample(
        id=key,
        path=data["path"],
        status=_STATUS[get("status", "unlabeled")],
        annotations=tuple(map(annotation_from_json, get("annotations", ()))),
        hard=bool(get("hard", False)),
        coefficient=get("coefficient"),
        reasons=_shared(tuple(get("reasons", ()))),
        labeled_by=_shared(get("labeled_by")),
        hard_by=_shared(get("hard_by")),
        updated_at=_shared(get("updated_at", "")),
        width=_shared(get("width")),
        height=_shared(get("height")),
        error=get("error"),
        missing=bool(get("missing", False)),
        extra=get("extra"),
    )


def prediction_from_json(
    key: int, data: Mapping[str, Any], known: tuple[Annotation, ...] = ()
) -> Prediction:
    """Return the prediction; its annotations are `known` itself where equal, which saves memory."""
    get = data.get
    annotations = tuple(map(annotation_from_json, get("annotations", ())))
    return Prediction(
        id=key,
        run=data["run"],
        annotations=known if annotations == known else annotations,
        signals=array("f", get("signals", ())),
        width=_shared(get("width")),
        height=_shared(get("height")),
        error=get("error"),
        embedding=embedding_from_json(get("embedding", "")),
        file=get("file", 0),
        candidates=_from_text(get("candidates", ""), MAX_BYTES, "what was seen besides"),
    )


def _run(key: int, data: Mapping[str, Any]) -> Run:
    values = dict(data)
    values["state"] = RunState(values.get("state", RunState.RUNNING))
    values["signals"] = tuple(values.get("signals", ()))
    values["place"] = int(values.get("place", 0))
    return Run(id=key, **values)


def _job(key: int, data: Mapping[str, Any]) -> Job:
    values = dict(data)
    values["task"] = Task(values["task"])
    values["several"] = bool(values.get("several", False))
    if (rule := values.get("hard_rule")) is not None:
        values["hard_rule"] = Rule(RuleKind(rule["kind"]), rule["value"])
    return Job(id=key, **values)


def _audit(key: int, data: Mapping[str, Any]) -> Audit:
    values = dict(data)
    values["state"] = AuditState(values.get("state", AuditState.OPEN))
    for name in ("members", "labels", "checks"):
        values[name] = tuple(map(int, values.get(name, ())))
    return Audit(id=key, **values)


def _seen(key: int, data: Mapping[str, Any]) -> Seen:
    values = dict(data)
    values["outcome"] = Outcome(values["outcome"])
    if (said := values.get("said")) is not None:
        values["said"] = prediction_from_json(said["id"], said)
    return Seen(id=key, **values)


def _finding(key: int, data: Mapping[str, Any]) -> Finding:
    values = dict(data)
    values["mistakes"] = tuple(map(_mistake, values["mistakes"]))
    return Finding(id=key, **values)


def _fingerprint(key: int, data: Mapping[str, Any]) -> Fingerprint:
    facts = data["size"], data["mtime_ns"], data["inode"]
    return Fingerprint.of(key, facts, data.get("digest", ""), data.get("deleted", ""))


def _mistake(data: Mapping[str, Any]) -> Mistake:
    values = dict(data)
    values["kind"] = MistakeKind(values["kind"])
    if (box := values.get("box")) is not None:
        values["box"] = Box(*map(float, box))
    return Mistake(**values)


def _label(key: int, data: Mapping[str, Any]) -> Label:
    values = dict(data)
    values["aliases"] = tuple(intern(name) for name in values.get("aliases", ()))
    return Label(id=key, **values)


_STATUS = {status.value: status for status in Status}

_READERS: dict[Table, Callable[[int, Mapping[str, Any]], Row]] = {
    Table.JOB: _job,
    Table.LABELS: _label,
    Table.SAMPLES: _sample,
    Table.RUNS: _run,
    Table.PREDICTIONS: prediction_from_json,
    Table.AUDITS: _audit,
    Table.SEEN: _seen,
    Table.FINDINGS: _finding,
    Table.FILES: _fingerprint,
}

_BY_HAND = {
    (Prediction, "signals"),
    (Prediction, "embedding"),
    (Prediction, "candidates"),
    (Seen, "said"),
    (Finding, "mistakes"),
    (Fingerprint, "packed"),
}
"""Fields that `to_json` writes by itself."""

_DEFAULTS: dict[type, tuple[tuple[str, Any], ...]] = {
    row: tuple(
        (f.name, f.default if f.default is not MISSING else MISSING)
        for f in fields(row)
        if f.name not in {"id", "annotations"} and (row, f.name) not in _BY_HAND
    )
    for row in (Job, Label, Sample, Run, Prediction, Audit, Seen, Finding, Fingerprint)
}
