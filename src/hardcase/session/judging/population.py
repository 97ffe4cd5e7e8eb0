"""What a model said and what people decided of it, as `hardness` judges it together.

A decision is evidence of the auto labels where a model had labeled the sample before the person:
confirmed as it was, corrected, or rejected. Labels made without a model, those of samples that no
completed run has seen, and what an audit confirmed unseen are no evidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hardcase import hardness
from hardcase.hardness.evaluation import true_work
from hardcase.model.embedding import stacked
from hardcase.model.evidence import Detections
from hardcase.model.job import HUMAN, Annotation, Prediction, Run, RunState, Sample, Status, Task
from hardcase.precedence import keys
from hardcase.session.autolabel.kinds import AUTO_LABELING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray


_BLOCK = 4096  # rows brought into today's form at once; more would only take more memory


def completed(runs: Iterable[Run]) -> list[list[Run]]:
    """Return the completed auto-labeling runs, those of the same model and encoder together.

    Only they are judged together: what one model gets wrong says little of another one, and their
    embeddings cannot be compared.
    """
    groups: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        labeling = run.kind in AUTO_LABELING and run.state is RunState.COMPLETED
        if labeling and run.sha256 and run.signals:
            encoder = repr(run.settings.get("encoder"))
            groups.setdefault((run.sha256, encoder), []).append(run)
    return list(groups.values())


def is_usable(prediction: Prediction, columns: Mapping[int, Sequence[str]]) -> bool:
    """Whether a run of `columns`, which names its signals, measured this; a job file may lie."""
    names = columns.get(prediction.run)
    return names is not None and prediction.error is None and len(prediction.signals) == len(names)


def is_decided(sample: Sample, prediction: Prediction) -> bool:
    """Whether a person decided a sample that a completed run had labeled."""
    if sample.status is Status.LABELED:
        return sample.labeled_by == HUMAN
    return is_rejected(sample, prediction)


def is_rejected(sample: Sample, prediction: Prediction) -> bool:
    """Whether a person threw away the auto labels that a completed run had given."""
    offered = sample.coefficient is not None and bool(prediction.annotations)
    return offered and sample.status is Status.UNLABELED and not sample.annotations


def populate(
    task: Task,
    labels: Mapping[str, int],
    columns: Mapping[int, Sequence[str]],
    rows: Sequence[tuple[Prediction, Sample]],
    undecided: Collection[int] = (),
) -> hardness.Population:
    """Return the population of what one model predicted of N samples, in the order of `rows`.

    `labels` gives each label's position, `columns` the names of the signals of each run. The
    samples in `undecided` count as that whatever became of them.
    """
    population = hardness.Population.undecided(
        task,
        _signals([p for p, _ in rows], columns),
        np.array([_position(p.annotations, labels) for p, _ in rows], np.int64),
        stacked([p.embedding for p, _ in rows]),
    )
    for row, (prediction, sample) in enumerate(keys.before(rows)):
        if sample.id in undecided or not is_decided(sample, prediction):
            continue
        if sample.status is not Status.LABELED:
            population.wrong[row] = 1.0
        elif task is Task.DETECTION:
            population.wrong[row] = detection_wrong(prediction, sample, labels)
        else:
            given = {a.label for a in sample.annotations}
            population.given[row] = _position(sample.annotations, labels) if len(given) == 1 else -1
            if prediction.annotations:
                population.wrong[row] = given != {a.label for a in prediction.annotations}
    return population


def detection_wrong(prediction: Prediction, sample: Sample, labels: Mapping[str, int]) -> float:
    """Return the share of the boxes that a person had to remove or add, [0, 1], at IoU 0.5."""
    return true_work(_boxes(prediction.annotations, labels), _boxes(sample.annotations, labels))


def _signals(
    predictions: Sequence[Prediction], columns: Mapping[int, Sequence[str]]
) -> NDArray[np.float64]:
    """Return the signals of predictions, those of older versions brought into today's form."""
    out = np.zeros((len(predictions), len(hardness.SIGNALS)))
    runs = np.array([p.run for p in predictions], np.int64)
    for run in np.unique(runs).tolist():
        every = np.flatnonzero(runs == run)
        for start in range(0, len(every), _BLOCK):
            mine = every[start : start + _BLOCK]
            rows = six_digits(np.array([predictions[i].signals for i in mine.tolist()]))
            out[mine] = hardness.aligned(rows.reshape(len(mine), len(columns[run])), columns[run])
    return out


def six_digits(kept: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return signals, kept in single precision, as the doubles that their six digits mean.

    So what was exactly 0.3 is that again, and on the same side of every threshold.
    """
    x = kept.astype(np.float64)
    plain = np.isfinite(x) & (x != 0)
    digits = 5 - np.floor(np.log10(np.abs(x, where=plain, out=np.ones_like(x)))).astype(np.int64)
    digits = np.clip(digits, -22, 22)  # powers of ten that doubles hold exactly
    up, down = 10.0 ** np.maximum(digits, 0), 10.0 ** np.maximum(-digits, 0)
    return np.where(plain, np.round(x * up / down) / up * down, x)


def _position(annotations: tuple[Annotation, ...], labels: Mapping[str, int]) -> int:
    return labels.get(annotations[0].label, -1) if annotations else -1


def _boxes(annotations: tuple[Annotation, ...], labels: Mapping[str, int]) -> Detections:
    boxed = [a for a in annotations if a.box is not None]
    return Detections(
        np.array([a.box for a in boxed], dtype=np.float32).reshape(-1, 4),
        np.array([1.0 if a.score is None else a.score for a in boxed], dtype=np.float32),
        np.array([labels.get(a.label, -1) for a in boxed], dtype=np.int64),
    )
