"""Rows survive the way to JSON and back."""

from __future__ import annotations

import json
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardcase.model.audit import Audit, AuditState
from hardcase.model.boxes import Box
from hardcase.model.changes import Table
from hardcase.model.embedding import MAX_DIMENSIONS
from hardcase.model.findings import Finding, Mistake, MistakeKind
from hardcase.model.job import (
    Annotation,
    Job,
    Label,
    Prediction,
    Run,
    RunState,
    Sample,
    Status,
    Task,
)
from hardcase.model.rows import BAD_ROW, from_json, to_json
from hardcase.model.rule import Rule, RuleKind
from hardcase.model.seen import Outcome, Seen

name = st.text(min_size=1, max_size=20)
pixel = st.integers(0, 10**7).map(lambda v: v / 1000)
score = st.none() | st.integers(0, 10**6).map(lambda v: v / 10**6)
extra = st.none() | st.dictionaries(name, st.integers() | st.text(max_size=5), min_size=1)
annotation = st.builds(
    Annotation,
    label=name,
    box=st.none() | st.builds(Box, pixel, pixel, pixel, pixel),
    score=score,
    by=st.just("human") | name,
    extra=extra,
)
annotations = st.lists(annotation, max_size=3).map(tuple)
key = st.integers(1, 10**6)
signal = st.floats(-1e9, 1e9).filter(lambda v: abs(v) > 1e-30).map(lambda v: float(f"{v:.6g}"))

ROWS = {
    Table.SAMPLES: st.builds(
        Sample,
        id=key,
        path=name,
        status=st.sampled_from(list(Status)),
        annotations=annotations,
        hard=st.booleans(),
        coefficient=score,
        reasons=st.lists(st.integers(0, 30), max_size=3).map(tuple),
        labeled_by=st.none() | name,
        hard_by=st.none() | name,
        updated_at=st.just("") | name,
        width=st.none() | key,
        height=st.none() | key,
        error=st.none() | name,
        missing=st.booleans(),
        extra=extra,
    ),
    Table.LABELS: st.builds(Label, key, name, name, st.integers(0, 99), extra),
    Table.JOB: st.builds(
        Job,
        key,
        name,
        st.sampled_from(list(Task)),
        name,
        name,
        st.builds(Rule, st.sampled_from(list(RuleKind)), st.floats(0, 1)),
    ),
    Table.AUDITS: st.builds(
        Audit,
        id=key,
        risk=st.floats(0, 1),
        alpha=st.floats(0, 1),
        state=st.sampled_from(list(AuditState)),
        members=st.lists(key).map(tuple),
        labels=st.lists(key).map(tuple),
        checks=st.lists(key).map(tuple),
        wrong=key,
        bound=score,
    ),
    Table.RUNS: st.builds(
        Run,
        id=key,
        kind=name,
        model=name,
        state=st.sampled_from(list(RunState)),
        settings=st.dictionaries(name, st.integers(), max_size=2),
        signals=st.lists(name, max_size=3).map(tuple),
        total=key,
    ),
    Table.PREDICTIONS: st.builds(
        Prediction,
        id=key,
        run=key,
        annotations=annotations,
        signals=st.lists(signal, max_size=3).map(lambda v: array("f", v)),
        error=st.none() | name,
        embedding=st.binary(max_size=MAX_DIMENSIONS),
        candidates=st.binary(max_size=60),
    ),
}
ROWS |= {
    Table.SEEN: st.builds(
        Seen,
        id=key,
        outcome=st.sampled_from(list(Outcome)),
        path=name,
        mtime_ns=key,
        sample=st.none() | key,
        said=st.none() | ROWS[Table.PREDICTIONS],
        error=st.none() | name,
    ),
    Table.FINDINGS: st.builds(
        Finding,
        id=key,
        run=key,
        score=st.floats(0, 1),
        mistakes=st.lists(
            st.builds(
                Mistake,
                kind=st.sampled_from(list(MistakeKind)),
                score=st.floats(0, 1),
                given=st.none() | name,
                seen=st.none() | name,
                confidence=score,
                box=st.none() | st.builds(Box, pixel, pixel, pixel, pixel),
                index=st.none() | key,
            ),
            max_size=3,
        ).map(tuple),
    ),
}


@pytest.mark.parametrize("table", ROWS)
@given(data=st.data())
def test_a_row_comes_back_as_it_was(table, data):
    row = data.draw(ROWS[table])
    written = json.loads(json.dumps(to_json(row)))
    assert from_json(table, row.id, written) == row


@pytest.mark.parametrize("table", ROWS)
@pytest.mark.parametrize("bad", [{}, {"path": "a", "status": "?"}, {"run": 1, "annotations": [1]}])
def test_an_object_that_is_no_such_row_is_refused(table, bad):
    if table is Table.SAMPLES and set(bad) == {"run", "annotations"}:
        bad = {"path": "a", "annotations": [{"box": [1]}]}
    if table is Table.PREDICTIONS and "status" in bad:
        return
    with pytest.raises(BAD_ROW):
        from_json(table, 1, bad)


def test_a_prediction_of_before_embeddings_has_none():
    assert from_json(Table.PREDICTIONS, 1, {"run": 1}).embedding == b""
    assert "embedding" not in to_json(Prediction(1, 1))


@pytest.mark.parametrize("bad", [5, None, ["AA=="], "a", "é", "AA==\n", "A" * 176, "A" * 172])
def test_an_embedding_that_is_none_is_refused(bad):
    with pytest.raises(BAD_ROW):
        from_json(Table.PREDICTIONS, 1, {"run": 1, "embedding": bad})


def test_signals_of_more_digits_are_kept_to_six_and_then_stay():
    first = from_json(Table.PREDICTIONS, 1, {"run": 1, "signals": [0.12345678, 12192768.0, 1 / 3]})
    written = to_json(first)
    assert written["signals"] == [0.123457, 12192800.0, 0.333333]
    again = to_json(from_json(Table.PREDICTIONS, 1, written))
    assert again == written
