"""The columns follow the end of a run, whose values were worked out before it."""

# ruff: noqa: F811 - fixtures come by import
from __future__ import annotations

import numpy as np
import pytest
from run_world import engine, prepare, request_for  # noqa: F401 - fixtures

from hardcase.session import LabelingSession
from hardcase.session.columns import Columns

PLAIN = ("ids", "status", "hard", "missing", "broken", "coefficient", "score_low", "score_high")


def same(kept: Columns, built: Columns) -> None:
    for name in (*PLAIN, "reasons", "day"):
        assert np.array_equal(getattr(kept, name), getattr(built, name), equal_nan=True), name
    for mine, other in ((kept.labels, built.labels), (kept.makers, built.makers)):
        names = {*mine.names, *other.names}
        assert all(np.array_equal(mine.having([n]), other.having([n])) for n in names)
    counts = {label: n for label, n in kept.label_counts().items() if n}
    assert counts == dict(built.label_counts())


def nothing(_session: LabelingSession) -> None:
    """Leave the job alone."""


def decide(session: LabelingSession) -> None:
    """Alter some samples so that they are the run's still, and some so that they are not."""
    session.mark_hard([1, 3])
    session.set_no_objects([2])


def decide_all(session: LabelingSession) -> None:
    """Alter every sample that the run has labeled."""
    session.mark_hard([s.id for s in session.samples()])


@pytest.mark.parametrize("meanwhile", [nothing, decide, decide_all])
def test_columns_after_a_run_are_those_of_its_samples(
    make_session, prepare, request_for, meanwhile
):
    session = make_session()
    active = session.begin_run(prepare(request_for))
    for chunk in active.chunks():
        session.record(chunk)
    settled = session.settlement(active.run.id).settle()
    meanwhile(session)
    kept = session.columns
    session.finish_run(settled)
    assert session.columns is kept
    assert session.stats().to_be_confirmed
    same(kept, Columns({s.id: s for s in session.samples()}))
    session.undo()
    same(kept, Columns({s.id: s for s in session.samples()}))
