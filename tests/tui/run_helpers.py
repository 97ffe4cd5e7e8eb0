"""Runs in the app whose engine lets images through when it is told."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tui_helpers import LABELS, job_screen, screen_text, wait_for

from hardcase.errors import ModelError
from hardcase.inference import Profile
from hardcase.inference.profile.schema import Decoder, InputSpec
from hardcase.model.evidence import ORIGINAL, Evidence, PixelStatistics
from hardcase.model.job import Run, Task
from hardcase.session.autolabel import runs
from hardcase.session.autolabel.run_request import PreparedRun, RunRequest
from hardcase.tui.dialogs.auto_label import AutoLabelDialog
from hardcase.tui.widgets import model_picker, run_panel


class GatedEngine:
    """Lets `allowed` images through, then waits to be told, dies, or is closed."""

    def __init__(self) -> None:
        self.turn = threading.Condition()
        self.allowed = 0
        self.error: Exception | None = None
        self.closed = False
        self.seen: list[int] = []

    def run(self, items):
        for sample_id, _path in items:
            with self.turn:
                self.turn.wait_for(lambda: self.allowed or self.closed or self.error, 60)
                if self.closed:
                    return
                if self.error is not None:
                    raise self.error
                self.allowed -= 1
            self.seen.append(sample_id)
            sure = np.array([0.9, 0.1, 0.0] if sample_id % 2 else [0.4, 0.35, 0.25], np.float32)
            views = dict.fromkeys((ORIGINAL, "flip", "blur"), sure)
            yield sample_id, Evidence(40, 30, PixelStatistics(0.5, 0.3, 0.2, 5), None, views)

    def let(self, number: int) -> None:
        with self.turn:
            self.allowed += number
            self.turn.notify_all()

    def die(self, error: Exception) -> None:
        with self.turn:
            self.error = error
            self.turn.notify_all()

    def close(self) -> None:
        with self.turn:
            self.closed = True
            self.turn.notify_all()


@pytest.fixture
def engine(monkeypatch):
    engines: list[GatedEngine] = []
    profile = Profile(Task.CLASSIFICATION, Decoder.CLASSIFIER, InputSpec(size=(8, 8)), LABELS)

    def prepare(request: RunRequest, images=()) -> PreparedRun:
        if not request.model.is_file():
            raise ModelError(f"no model at {request.model}: give an ONNX file")
        return PreparedRun(request, profile, "ab" * 32, 0.3, 0.5)

    def make(*_args, **_options) -> GatedEngine:
        engines.append(GatedEngine())
        return engines[-1]

    def prepare_again(run: Run, _where=None) -> PreparedRun:
        again = RunRequest(Path(run.files["model"]), filter=run.settings["filter"])
        return replace(prepare(again), again=run.id, sha256=run.sha256)

    monkeypatch.setattr(run_panel, "prepare", prepare)
    monkeypatch.setattr(run_panel, "prepare_again", prepare_again)
    monkeypatch.setattr(model_picker, "prepare", prepare)
    monkeypatch.setattr(runs, "LocalEngine", make)
    monkeypatch.setattr(runs, "CHUNK_SIZE", 1)
    monkeypatch.setattr(runs, "CHUNK_PACE", 0.0)
    return engines


@pytest.fixture
def model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "toy_model.onnx"
    file.write_bytes(b"onnx")
    return file


async def start(pilot, engine, *keys: str) -> None:
    """Pick the toy model in the dialog and press enter."""
    before = len(engine)
    await pilot.press("A")
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, AutoLabelDialog), "the dialog")
    await pilot.press(*"toy_mod")
    await wait_for(
        pilot, lambda: any("3 classes, cat" in t for t in screen_text(pilot.app)), "the model"
    )
    await pilot.press(*keys, "enter")
    await wait_for(pilot, lambda: len(engine) > before, "the run")
    await job_screen(pilot)
