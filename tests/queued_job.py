"""A job whose queue a model filled: how sure it was is given, what it predicted as well."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from PIL import Image

from hardcase.hardness import SIGNALS
from hardcase.model.boxes import Box
from hardcase.model.changes import Edit, Table
from hardcase.model.job import Annotation, Prediction, Run, RunState, Sample, Status, Task
from hardcase.session import LabelingSession

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

BOX = Box(2.0, 3.0, 14.0, 12.0)


def queued(
    folder: Path, coefficients: Sequence[float], task: Task = Task.CLASSIFICATION
) -> LabelingSession:
    """Make a job of 16 x 12 images, to be confirmed as `cat`; the n-th has the n-th coefficient.

    Its signals say so: in classification `view_probability`, in detection `view_work`.
    """
    folder.mkdir(parents=True)
    image = folder / "00000.png"
    Image.new("RGB", (16, 12), (40, 90, 160)).save(image)
    for n in range(1, len(coefficients)):
        (folder / f"{n:05}.png").write_bytes(image.read_bytes())
    session = LabelingSession.create(folder, task, ["cat", "dog"])
    run = Run(
        1,
        "pre-label",
        "toy",
        RunState.COMPLETED,
        sha256="0" * 64,
        signals=SIGNALS,
        total=len(coefficients),
        done=len(coefficients),
    )
    edits = [Edit(Table.RUNS, 1, None, run)]
    box = BOX if task is Task.DETECTION else None
    for before, coefficient in zip(
        sorted(session.samples(), key=lambda s: s.path), coefficients, strict=True
    ):
        said = (Annotation("cat", box, round(1 - coefficient, 6), run.signature),)
        prediction = Prediction(before.id, 1, said, _signals(coefficient), 16, 12)
        after = Sample(
            before.id,
            before.path,
            Status.TO_BE_CONFIRMED,
            said,
            hard=coefficient >= 0.5,
            coefficient=coefficient,
            labeled_by=run.signature,
            width=16,
            height=12,
        )
        edits.append(Edit(Table.PREDICTIONS, before.id, None, prediction))
        edits.append(Edit(Table.SAMPLES, before.id, before, after))
    session.commit(f"auto label {len(coefficients)} samples with {run.signature}", edits)
    return session


def _signals(coefficient: float) -> array[float]:
    sure = 1 - coefficient
    values = dict.fromkeys(SIGNALS, 0.0)
    values |= {"max_probability": sure, "margin": sure, "entropy": coefficient}
    values |= {"view_probability": sure, "accepted": 1.0, "mean_score": sure, "min_score": sure}
    values |= {"expected_work": coefficient, "view_work": coefficient, "box_aspect": 1.0}
    return array("f", [values[name] for name in SIGNALS])
