"""Keys in the app and commands do the same to the same job, with real models on real images."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest
from pty_terminal import Terminal

from hardcase.cli.main import main
from hardcase.session.demo import asset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

pytestmark = pytest.mark.e2e

MINUTES = 300.0
WAITING = "status:to_be_confirmed"
COCO = """\
task: detection
decoder: {decoder}
input: {{size: [{size}, {size}], color: {color}, scale: {scale}, fit: {fit}, pad: 114}}
labels_file: coco.names
"""
DETECTORS = {
    "yolox_nano_bigisland": COCO.format(
        decoder="yolox", size=416, color="bgr", scale=1, fit="letterbox-top-left"
    ),
    "yolo11n_int8_droneeye": COCO.format(
        decoder="ultralytics", size=320, color="rgb", scale=255, fit="letterbox"
    ),
}
CIFAR10 = """\
task: classification
decoder: classifier
input:
  size: [32, 32]
  scale: 255
  mean: [0.4914, 0.4822, 0.4465]
  std: [0.2471, 0.2435, 0.2616]
  fit: stretch
labels: [airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck]
activation: softmax
"""


# What a person does at the screen, beginning in To Be Confirmed, and the command that does the same
# to the samples to be confirmed, hardest first as `list` has them at that moment. These are fewer
# decisions than it takes for the queue to learn from them, which the app does when it has time.
DECISIONS: tuple[tuple[tuple[str, ...], Callable[[list[str]], tuple[str, ...]]], ...] = (
    (("g", "a"), lambda ids: ("confirm", ids[0])),
    (("g", "x"), lambda ids: ("reject", ids[0])),
    (("g", "h"), lambda ids: ("mark-hard", ids[0])),
    (("g", "s", "H"), lambda ids: ("unmark-hard", ids[1])),
    (("g", "j", "j", "space", "space", "a"), lambda ids: ("confirm", ids[2], ids[3])),
    (("u",), lambda ids: ("undo",)),
    (("ctrl+r",), lambda ids: ("redo",)),
    (("g", "v", "j", "j", "v", "h"), lambda ids: ("mark-hard", *ids[:3])),
    (("G", "h"), lambda ids: ("mark-hard", ids[-1])),
    (("n", "H"), lambda ids: ("unmark-hard", ids[0])),
    (("g", "*", "h"), lambda ids: ("mark-hard", "--filter", WAITING)),
    (("u", "u"), lambda ids: ("undo",)),
    (("g", "h"), lambda ids: ("mark-hard", ids[0])),
)


@dataclass(frozen=True)
class Twins:
    """One job twice, to be worked on by keys and by commands, and the model that labels it."""

    keys: Path
    commands: Path
    model: Path
    task: str
    threshold: str


def make_twins(
    folder: Path,
    images: Iterable[tuple[Path, str]],
    labels: Iterable[str],
    *,
    model: Path,
    task: str,
    threshold: str,
) -> Twins:
    """Make the job of `images`, each a file and its path in the job, twice."""
    first, second = folder / "keys" / "job", folder / "commands" / "job"
    for source, name in images:
        link(source, first / name)
    do("init", first, "--task", task, "--labels", ",".join(labels))
    shutil.copytree(first, second)
    return Twins(first, second, model, task, threshold)


def link(source: Path, target: Path) -> None:
    """Make `source` appear as `target`, without a copy where the disk allows."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copy(source, target)


def do(command: str, job: Path, *argv: str | Path) -> str:
    """Run a command, and return what it prints."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        assert main([command, str(job), *map(str, argv)]) == 0
    return out.getvalue()


def records(command: str, job: Path, *argv: str) -> list[Any]:
    """Return the JSON objects that a command prints."""
    return [json.loads(line) for line in do(command, job, "--json", *argv).splitlines()]


def state(job: Path) -> tuple[Any, ...]:
    """Return all there is to a job, without moments and without the progress of runs."""
    samples = [{k: v for k, v in r.items() if k != "updated_at"} for r in records("list", job)]
    log = [(r["kind"], r["title"], r["samples"]) for r in records("log", job)]
    return samples, records("stats", job), [entry for entry in log if entry[0] != "record"]


def hardest(job: Path) -> list[str]:
    """Return the ids of the samples to be confirmed, as the screen orders them."""
    return [str(r["id"]) for r in records("list", job, "--tab", "to-be-confirmed")]


def work_by_commands(twins: Twins, easy: str) -> int:
    """Auto label, then decide. Return how many samples were to be confirmed in between."""
    job = twins.commands
    threshold = ("--threshold", twins.threshold)
    do("autolabel", job, "--mode", "pre-label", "--model", twins.model, *threshold)
    waiting = len(hardest(job))
    for _, command in DECISIONS:
        name, *argv = command(hardest(job))
        do(name, job, *argv)
    do("confirm", job, "--filter", f"{WAITING} {easy}")
    if twins.task == "classification":
        first = next(r for r in records("list", job, "--tab", "unlabeled"))
        label = next(iter(records("stats", job)[0]["labels"]))
        do("label", job, label, str(first["id"]))
    return waiting


def work_by_keys(twins: Twins, easy: str, waiting: int) -> None:
    """Do the same in the app, until its counts are those of the other job.

    The emulator takes far longer to read pictures than the app to draw them: a small terminal.
    """
    (stats,) = records("stats", twins.commands)
    with Terminal(twins.keys, size=(90, 28)) as terminal:
        terminal.wait_for(f"Unlabeled {stats['total']:,}")
        start_auto_labeling(terminal, twins)
        terminal.wait_for(f"To Be Confirmed {waiting:,}", timeout=MINUTES)
        terminal.press("[")
        for keys, _ in DECISIONS:
            terminal.press(*keys)
        terminal.press("/")
        terminal.wait_for("all samples")
        terminal.press(easy, "enter")
        terminal.wait_for(lambda t: easy in t.lines[0] and "confirm" in t.lines[-1])
        terminal.press("*", "a", "escape")
        terminal.wait_for(lambda t: easy not in t.lines[0] and "learned from" in t.lines[1])
        if twins.task == "classification":
            terminal.press("[", "[", "g", "1")
        wanted = "  ".join(
            f"{title} {stats[name]:,}"
            for title, name in (
                ("Unlabeled", "unlabeled"),
                ("Labeled", "labeled"),
                ("To Be Confirmed", "to_be_confirmed"),
            )
        )
        terminal.wait_for(lambda t: wanted in t.lines[1])
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


def start_auto_labeling(terminal: Terminal, twins: Twins) -> None:
    """Fill in the dialog of auto labeling."""
    terminal.press("A")
    terminal.wait_for("enter goes on")
    terminal.press(str(twins.model))
    terminal.wait_for(lambda t: t.text.count(twins.model.name) > 1)  # typed, and in the list
    unfocused = look_of(terminal, "Threshold")
    terminal.press("tab")
    terminal.wait_for(lambda t: look_of(t, "Threshold") != unfocused)
    terminal.press(twins.threshold, "enter")


def look_of(terminal: Terminal, text: str) -> list[tuple[str, str, bool]]:
    """Return the colours of the line of a text: a field looks different once it has the keys."""
    (row,) = (y for y, line in enumerate(terminal.lines) if text in line)
    cells = terminal._screen.buffer[row]
    return [(cell.fg, cell.bg, cell.reverse) for _, cell in sorted(cells.items())]


def check_alike(twins: Twins) -> None:
    """Check that both jobs are the same; a coefficient has a last digit, which sums may move."""
    keys, commands = state(twins.keys), state(twins.commands)
    by_keys, by_commands = (
        [sample.pop("hard_coefficient") for sample in job[0]] for job in (keys, commands)
    )
    assert by_keys == pytest.approx(by_commands, abs=2e-6)
    assert keys == commands


def compare(twins: Twins, easy: str) -> None:
    """Work on both and compare, also what the next undo does."""
    waiting = work_by_commands(twins, easy)
    work_by_keys(twins, easy, waiting)
    check_alike(twins)
    assert do("undo", twins.keys) == do("undo", twins.commands)
    check_alike(twins)
    do("check", twins.keys)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("task", "name", "labels"),
    [
        ("detection", "fruit_detector", "apple peach orange lemon pear"),
        ("classification", "flower_classifier", "aster daisy poppy rudbeckia sunflower"),
    ],
)
def test_shipped_models_by_keys_and_by_commands(task, name, labels, tmp_path):
    images = [(p, f"images/{p.name}") for p in asset("sample_data", task, "images").iterdir()]
    model = asset("models", f"{name}.onnx")
    twins = make_twins(tmp_path, images, labels.split(), model=model, task=task, threshold="0.3")
    compare(twins, "coef:<0.2")


@pytest.mark.slow
@pytest.mark.shared_data
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", DETECTORS)
def test_real_detectors_by_keys_and_by_commands(name, tmp_path, shared_data):
    source = shared_data / "detection" / "coco_train128"
    labels = (source / "coco.names").read_text().splitlines()
    model = with_profile(shared_data, tmp_path, name, DETECTORS[name])
    shutil.copy(source / "coco.names", model.parent)
    images = [(p, f"images/{p.name}") for p in (source / "images").glob("*.jpg")]
    twins = make_twins(tmp_path, images, labels, model=model, task="detection", threshold="0.25")
    compare(twins, "coef:<0.5")


@pytest.mark.slow
@pytest.mark.shared_data
@pytest.mark.timeout(1800)
def test_a_real_classifier_by_keys_and_by_commands(tmp_path, shared_data):
    source = shared_data / "classification" / "cifar10_train_4000"
    folders = sorted(folder for folder in source.iterdir() if folder.is_dir())
    model = with_profile(shared_data, tmp_path, "cifar10_resnet_2b", CIFAR10)
    images = [
        (p, f"{folder.name}/{p.name}")
        for folder in folders
        for p in islice(sorted(folder.iterdir()), 40)
    ]
    labels = [folder.name for folder in folders]
    twins = make_twins(tmp_path, images, labels, model=model, task="classification", threshold="0")
    compare(twins, "coef:<0.1")


def with_profile(shared_data: Path, folder: Path, name: str, profile: str) -> Path:
    """Return a model with its profile beside it."""
    model = folder / "models" / f"{name}.onnx"
    link(shared_data / "onnx" / f"{name}.onnx", model)
    model.with_suffix(".yaml").write_text(profile)
    return model
