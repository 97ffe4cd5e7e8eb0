"""Tables of the hardness benchmark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hardcase.hardness import evaluation as ev
from hardcase.model.job import Task
from hardcase.model.reasons import EXPLANATIONS, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hardness_confirm import Outcome
    from hardness_measured import Measured
    from numpy.typing import NDArray

    from hardcase.hardness import Assessment

    Scores = Mapping[str, NDArray[np.float64]]

SHARES = (0.1, 0.2, 0.5)
RESAMPLES = 300


def rivals(m: Measured) -> dict[str, NDArray[np.float64]]:
    """What the coefficient has to beat, all higher where harder."""
    if m.task is Task.DETECTION:
        others = {
            "expected work": m.column("expected_work"),
            "mean confidence": 1 - m.column("mean_score"),
            "min confidence": 1 - m.column("min_score"),
        }
    else:
        others = {
            "max probability": 1 - m.column("max_probability"),
            "entropy": m.column("entropy"),
            "margin": 1 - m.column("margin"),
        }
    others |= {name: m.others[:, n] for n, name in enumerate(m.other_names)}
    return others | {"random": np.random.default_rng(0).random(len(m.truth))}


def main_score(task: Task, scores: NDArray[np.float64], truth: NDArray[np.float64]) -> float:
    """AUROC of "auto label wrong", or Spearman with the share of boxes that is wrong."""
    return ev.spearman(scores, truth) if task is Task.DETECTION else ev.auroc(scores, truth > 0)


def gains(
    task: Task,
    ours: NDArray[np.float64],
    theirs: NDArray[np.float64],
    truth: NDArray[np.float64],
    resamples: int = RESAMPLES,
) -> NDArray[np.float64]:
    """Difference in `main_score` over paired bootstrap resamples: (resamples,)."""
    rng = np.random.default_rng(0)
    out = []
    for _ in range(resamples):
        pick = rng.integers(0, len(truth), len(truth))
        out.append(
            main_score(task, ours[pick], truth[pick]) - main_score(task, theirs[pick], truth[pick])
        )
    return np.array(out)


def report_ranking(m: Measured, coefficient: NDArray[np.float64], others: Scores) -> None:
    wrong = m.truth > 0
    columns = ["spearman", "of edits"] if m.task is Task.DETECTION else ["AUROC", "AP"]
    columns += [f"in {share:.0%}" for share in SHARES] + ["ECE", "  gain of coefficient (95 %)"]
    print(f"\n{'':21}" + "".join(f"{c:>9}" for c in columns))
    for name, s in {"coefficient": coefficient, **others}.items():
        figures = [main_score(m.task, s, m.truth)]
        if m.task is Task.CLASSIFICATION:
            figures.append(ev.average_precision(s, wrong))
        else:
            figures.append(ev.spearman(s, m.edits))
        figures += [ev.found_within(s, m.truth, share) for share in SHARES]
        figures.append(ev.calibration_error(np.clip(s, 0, 1), m.truth))
        line = f"{name:21}" + "".join(f"{f:9.3f}" for f in figures)
        if name != "coefficient":
            gain = main_score(m.task, coefficient, m.truth) - figures[0]
            low, high = np.quantile(gains(m.task, coefficient, s, m.truth), [0.025, 0.975])
            line += f"    {gain:+.3f} ({low:+.3f} to {high:+.3f})"
        print(line)


def report_confirmed(
    m: Measured,
    plan: str,
    results: Sequence[Outcome],
    before: NDArray[np.float64],
    others: Scores,
) -> None:
    """Print what is left after a plan, scored by every measure on the same samples."""
    name = "spearman" if m.task is Task.DETECTION else "AUROC"
    scored = [r.scored for r in results]
    ours = [main_score(m.task, r.coefficient[r.scored], m.truth[r.scored]) for r in results]
    errors = [ev.calibration_error(r.coefficient[r.scored], m.truth[r.scored]) for r in results]
    print(f"\n{plan}, {len(results)} time(s), {np.mean([s.sum() for s in scored]):.0f} scored")
    print(f"{'':21}{name:>9}      ECE    gain of coefficient (95 %)    worst time")
    print(f"{'coefficient':21}{np.mean(ours):9.3f}{np.mean(errors):9.3f}")
    for rival, s in {"before confirmations": before, **others}.items():
        theirs = [main_score(m.task, s[k], m.truth[k]) for k in scored]
        error = np.mean([ev.calibration_error(np.clip(s[k], 0, 1), m.truth[k]) for k in scored])
        each = max(RESAMPLES // len(results), 20)
        spread = np.concatenate(
            [
                gains(m.task, r.coefficient[r.scored], s[r.scored], m.truth[r.scored], each)
                for r in results
            ]
        )
        low, high = np.quantile(spread, [0.025, 0.975])
        difference = np.subtract(ours, theirs)
        print(
            f"{rival:21}{np.mean(theirs):9.3f}{error:9.3f}"
            f"    {difference.mean():+.3f} ({low:+.3f} to {high:+.3f})      {difference.min():+.3f}"
        )


def report_calibration(truth: NDArray[np.float64], coefficient: NDArray[np.float64]) -> None:
    print("\ncoefficient   samples    said    seen")
    for b in ev.calibration_table(coefficient, truth):
        print(f"{b.low:.1f} to {b.high:.1f} {b.samples:11} {b.said:7.3f} {b.seen:7.3f}")
    print(f"expected calibration error {ev.calibration_error(coefficient, truth):.3f}")


def report_marks(m: Measured, assessed: list[Assessment]) -> None:
    hard = np.array([a.hard for a in assessed])
    held = m.truth[hard].sum() / max(m.truth.sum(), 1e-12)
    print(f"\nhard: {hard.mean():.1%} of the images, with {held:.1%} of what is wrong", end="")
    print(f"; mean truth {mean(m.truth[hard])} in hard, {mean(m.truth[~hard])} in others")
    print("\nreason                                        share   truth with  without")
    for reason in Reason:
        has = np.array([reason in a.reasons for a in assessed])
        if has.any():
            what = f"{reason.value:2} {EXPLANATIONS[reason].what}"
            with_it, without = mean(m.truth[has]), mean(m.truth[~has])
            print(f"{what:44} {has.mean():6.1%} {with_it:>12} {without:>8}")


def mean(values: NDArray[np.float64]) -> str:
    return f"{values.mean():.3f}" if values.size else "-"
