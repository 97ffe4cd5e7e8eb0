"""A run in a session whose engine says what the test wants."""

from __future__ import annotations

import numpy as np
import pytest

from hardcase import hardness
from hardcase.errors import ModelError
from hardcase.inference import EngineRequest, Profile
from hardcase.inference.profile.schema import Decoder, InputSpec
from hardcase.model.evidence import ORIGINAL, Detections, Evidence, PixelStatistics
from hardcase.model.job import Task
from hardcase.session.autolabel import runs
from hardcase.session.autolabel.runs import PreparedRun, RunRequest

PIXELS = PixelStatistics(0.5, 0.3, 0.2, 5.0)


def detections(*found: tuple[float, int]) -> Evidence:
    """Evidence with boxes in a row: (score, class) each, the same in every view."""
    boxes = np.array([[2 + 5 * n, 2, 6 + 5 * n, 20] for n in range(len(found))], np.float32)
    seen = Detections(
        boxes.reshape(-1, 4),
        np.array([score for score, _ in found], np.float32),
        np.array([c for _, c in found], np.int64),
    )
    accepted = sum(score >= 0.5 for score, _ in found)
    views = dict.fromkeys((ORIGINAL, "flip", "blur"), seen)
    return Evidence(40, 30, PIXELS, detections=views, box_pixels=(PIXELS,) * accepted)


def judging_all(*, hard: bool):
    """An assessment that finds every sample hard, or none."""

    def assess(population, *, rule):
        return [hardness.Assessment(0.5, (), hard)] * len(population.signals)

    return assess


class ScriptedEngine:
    """Answers from `script` by file name; `fail_after` images it dies."""

    script: dict[str, Evidence | str] = {}
    fail_after: int | None = None
    seen: list[str] = []
    asked: EngineRequest

    def __init__(self, asked: EngineRequest) -> None:
        type(self).asked = asked
        self.closed = False

    def run(self, items):
        for n, (sample_id, path) in enumerate(items):
            if self.closed:
                return
            if n == self.fail_after:
                raise ModelError("the model died: try another")
            self.seen.append(path.name)
            yield sample_id, self.script.get(path.name, detections((0.9, 0)))

    def close(self) -> None:
        self.closed = True


@pytest.fixture(autouse=True)
def engine(monkeypatch):
    ScriptedEngine.script = {}
    ScriptedEngine.fail_after = None
    ScriptedEngine.seen = []
    monkeypatch.setattr(runs, "LocalEngine", ScriptedEngine)
    monkeypatch.setattr(runs, "CHUNK_SIZE", 2)
    monkeypatch.setattr(runs, "CHUNK_PACE", 0.0)
    return ScriptedEngine


@pytest.fixture
def prepare(monkeypatch, tmp_path):
    """Let every request be for a detector of cat, dog and bird, accepted from 0.5 on."""
    profile = Profile(
        task=Task.DETECTION,
        decoder=Decoder.ULTRALYTICS,
        input=InputSpec(size=(64, 64)),
        labels=("cat", "dog", "bird"),
    )

    def prepared(request: RunRequest) -> PreparedRun:
        return PreparedRun(request, profile, "ab" * 32, 0.5, 0.5)

    monkeypatch.setattr(runs, "prepare", prepared)
    return prepared


@pytest.fixture
def request_for(tmp_path):
    return RunRequest(tmp_path / "model.onnx")
