"""A model nobody has described, pointed at in the real program: looked at, accepted, run."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from pty_terminal import Terminal

from hardcase.inference import read_profile
from hardcase.session.demo import asset

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A shipped detector without its profile, and the names of its classes."""
    shipped = asset("models", "fruit_detector.onnx")
    model = tmp_path / "models" / "bare.onnx"
    model.parent.mkdir()
    shutil.copy(shipped, model)
    labels = read_profile(shipped.with_suffix(".yaml")).labels
    model.with_name("labels.txt").write_text("\n".join(labels))
    return model


def test_pointing_at_a_model_shows_it_and_enter_keeps_and_runs_it(tmp_path, hardcase, bare):
    job = tmp_path / "fruit"
    shutil.copytree(asset("sample_data", "detection", "images"), job / "images")
    (made,) = hardcase("init", job, "--task", "detection", "--json").records
    with Terminal(job, size=(80, 24)) as terminal:
        terminal.wait_for(f"Unlabeled {made['samples']}")
        terminal.press("A")
        terminal.wait_for("enter goes on")
        terminal.press(str(bare))
        terminal.wait_for("told by")
        terminal.press("enter")
        terminal.wait_for("enter accepts")
        for number in (1, 2, 3, 4, 5, 1):
            wanted = f"image {number} of 5"
            terminal.wait_for(lambda t: wanted in t.text and "looking…" not in t.text)  # noqa: B023
            terminal.press("n")
        terminal.press("enter")
        terminal.wait_for(f"auto labeled {made['samples']} samples")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    kept = bare.with_suffix(".yaml")
    assert "looked at 5" in kept.read_text()
    record = hardcase("models", "inspect", bare, "--json").records[0]
    assert record["profile_source"] == kept.name
    (run,) = hardcase("runs", job, "--json").records
    assert run["settings"]["profile"] == record["profile"]
