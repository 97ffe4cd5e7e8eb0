"""The benchmark's own parts, on a simulated job whose truth is known."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hardness_jobs import simulated

if TYPE_CHECKING:
    from hardness_measured import Measured


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Measured:
    monkeypatch.syspath_prepend(Path(__file__).parent.parent / "benchmarks")
    from hardness_measured import Measured

    job, wrong = simulated(0, count=200)
    assert job.embeddings is not None
    return Measured(
        job.task,
        job.signals,
        wrong.astype(float),
        wrong.astype(float),
        job.predicted,
        np.where(wrong, job.predicted + 1, job.predicted),
        job.embeddings,
        np.empty((200, 0)),
        (),
        0,
        0.0,
        0.0,
    )


@pytest.mark.parametrize(("plan", "runs"), [("hardest first", 1), ("random", 3), ("other half", 3)])
def test_what_was_decided_is_not_scored(measured: Measured, plan: str, runs: int) -> None:
    from hardness_confirm import outcomes

    results = list(outcomes(measured, plan, 40, 3))
    assert len(results) == runs
    left = {"hardest first": 160, "random": 160, "other half": 100}[plan]
    assert [int(r.scored.sum()) for r in results] == [left] * runs


def test_hardest_first_takes_the_hardest_first(measured: Measured) -> None:
    from hardness_confirm import outcomes

    from hardcase.hardness import coefficients

    (result,) = outcomes(measured, "hardest first", 20, 1)
    before = coefficients(measured.population())
    assert before[~result.scored].min() >= before[result.scored].max()


def test_only_what_was_decided_is_known_to_the_coefficient(measured: Measured) -> None:
    decided = np.arange(200) < 50
    job = measured.population(decided)
    assert (job.wrong[:50] == measured.truth[:50]).all()
    assert np.isnan(job.wrong[50:]).all()
    assert (job.given[50:] == -1).all()


def test_what_was_measured_is_read_back_and_reported(
    measured: Measured,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import hardness

    measured.save(tmp_path / "kept.npz")
    monkeypatch.setattr(
        sys,
        "argv",
        ["hardness", "--load", str(tmp_path / "kept.npz"), "--confirmed", "20", "--seeds", "2"],
    )
    hardness.main()
    shown = capsys.readouterr().out
    for line in (
        "max probability",
        "entropy",
        "margin",
        "expected calibration error",
        "other half",
    ):
        assert line in shown
