"""Pictures that look different, and an engine that says what it is told."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from hardcase.inference import Profile
from hardcase.inference.profile.schema import Decoder, InputSpec
from hardcase.model.evidence import ORIGINAL, Detections, Evidence, PixelStatistics
from hardcase.model.job import Task
from hardcase.session.autolabel import runs
from hardcase.session.autolabel.runs import PreparedRun, RunRequest
from hardcase.session.collecting.collect import Collector, CollectRequest
from hardcase.session.collecting.drop_folder import DropFolder

if TYPE_CHECKING:
    from pathlib import Path

PIXELS = PixelStatistics(0.5, 0.3, 0.2, 5.0)
LONG_AGO = 1_000_000_000


def scene(seed: int) -> Image.Image:
    """A picture of large random patches: no two seeds look the same."""
    patches = np.random.default_rng(seed).integers(0, 256, (9, 12, 3), dtype=np.uint8)
    return Image.fromarray(patches).resize((120, 90), Image.Resampling.BICUBIC)


def drop(folder: Path, name: str, seed: int) -> Path:
    """Put a picture there."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    scene(seed).save(path)
    return path


def boxes(*found: tuple[float, int], scale: float = 1.0) -> Evidence:
    """Evidence with boxes in a row: (score, class) each, in an image of 120 x 90, or scaled."""
    places = np.array([[2 + 20 * n, 2, 18 + 20 * n, 60] for n in range(len(found))], np.float32)
    places *= np.float32(scale)
    seen = Detections(
        places.reshape(-1, 4),
        np.array([score for score, _ in found], np.float32),
        np.array([c for _, c in found], np.int64),
    )
    accepted = sum(score >= 0.5 for score, _ in found)
    views = dict.fromkeys((ORIGINAL, "flip"), seen)
    width, height = round(120 * scale), round(90 * scale)
    return Evidence(width, height, PIXELS, detections=views, box_pixels=(PIXELS,) * accepted)


EASY = boxes((0.97, 0))
HARD = boxes((0.55, 0), (0.45, 1), (0.45, 1), (0.4, 0))


class ScriptedEngine:
    """Answers from `script` by file name, EASY by itself; calls `before` ahead of each answer."""

    script: dict[str, Evidence | str] = {}
    asked: list[str] = []
    before = staticmethod(lambda _name: None)

    def __init__(self, *_: object, **__: object) -> None:
        self.closed = False

    def run(self, items):
        for key, path in items:
            self.before(path.name)
            if self.closed:
                return
            self.asked.append(path.name)
            yield key, self.script.get(path.name, EASY)

    def close(self) -> None:
        self.closed = True


def prepared(folder: Path, *, threshold: float = 0.5, sha256: str = "ab" * 32) -> PreparedRun:
    """A detector of cats and dogs."""
    profile = Profile(
        task=Task.DETECTION,
        decoder=Decoder.ULTRALYTICS,
        input=InputSpec(size=(64, 64)),
        labels=("cat", "dog"),
    )
    return PreparedRun(RunRequest(folder / "model.onnx"), profile, sha256, threshold, 0.5)


class Clock:
    """A clock that is moved by hand, in seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        return self.seconds


def age(path: Path, seconds: int = LONG_AGO) -> None:
    """Set when the file was modified."""
    os.utime(path, (seconds, seconds))


@pytest.fixture(autouse=True)
def engine(monkeypatch):
    ScriptedEngine.script = {}
    ScriptedEngine.asked = []
    ScriptedEngine.before = staticmethod(lambda _name: None)
    monkeypatch.setattr(runs, "LocalEngine", ScriptedEngine)
    monkeypatch.setattr(runs, "CHUNK_SIZE", 2)
    monkeypatch.setattr(runs, "CHUNK_PACE", 0.0)
    return ScriptedEngine


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "drop"
    path.mkdir()
    return path


@pytest.fixture
def session(make_session):
    return make_session()


@pytest.fixture
def collector(folder):
    """Make a collector for which every file has been written to its end."""

    def make(*, model=None, **options) -> Collector:
        request = CollectRequest(folder, **options)
        still = DropFolder(folder, wall=lambda: 1e12)
        return Collector(request, model or prepared(folder), drop=still)

    return make


@pytest.fixture
def round_of(session, collector):
    """Begin and do one round, as one call of the command does."""

    def run(**options):
        made = collector(**options)
        made.begin(session)
        return made.round(session, made.ready())

    return run


def outcomes(done) -> dict[str, str]:
    return {item.seen.path: item.seen.outcome.value for item in done.images}
