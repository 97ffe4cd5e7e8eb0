"""From key to painted screen in quick review and in the filter bar, at 100 and at 100,000 boxes.

    python tests/benchmarks/review_latency.py

Makes two detection jobs over links to the same few images, a box on each, half of them of each of
two labels, and drives the app without a terminal. Prints the median time from a key until the first
update is painted, the processor time until the app is idle, and their ratios. The clock of the
screen adds up to 17 ms to each, in both sizes.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app_latency import Stopwatch, median
from PIL import Image
from textual.geometry import Size

from hardcase.model.boxes import Box
from hardcase.model.changes import Edit, Kind, Table
from hardcase.model.job import Annotation, Status, Task
from hardcase.session import LabelingSession
from hardcase.tui.actions import ACTIONS
from hardcase.tui.app import HardcaseApp
from hardcase.tui.review.screen import ReviewScreen
from hardcase.tui.screens.job import JobScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app_latency import Times

SOURCES = 100
LABELS = ("cat", "dog")

FILTER_KEYS: dict[str, Sequence[str]] = {
    "open bar": ("slash",),
    "type": tuple("label:"),
    "complete": ("tab", "tab", "shift+tab"),
    "count in rest": (" ", "r", "tab"),
    "close": ("escape",),
}
REVIEW_KEYS: dict[str, Sequence[str]] = {
    "move": ("right", "right", "left"),
    "page": ("pagedown", "pageup"),
    "sort": ("s", "s", "s", "s"),
    "other label": ("right_square_bracket", "left_square_bracket"),
    "fix one": ("2", "u"),
    "fix all": ("asterisk", "2", "u"),
}


def make_job(folder: Path, boxes: int) -> None:
    """A job of `boxes` images with a box each, links to `SOURCES` pictures."""
    folder.mkdir()
    for n in range(min(SOURCES, boxes)):
        Image.new("RGB", (160, 120), (n * 2, 90, 160)).save(folder / f"{n:06}.jpg")
    for n in range(SOURCES, boxes):
        os.link(folder / f"{n % SOURCES:06}.jpg", folder / f"{n:06}.jpg")
    with LabelingSession.create(folder, Task.DETECTION, LABELS) as session:
        edits = []
        for n, sample in enumerate(session.samples()):
            box = Box(10, 10, 30 + n % 97, 30 + n % 83)
            said = (Annotation(LABELS[n % 2], box, n % 101 / 101, "toy#1"),)
            after = replace(
                sample,
                annotations=said,
                status=Status.TO_BE_CONFIRMED,
                coefficient=n % 89 / 89,
                reasons=(1, n % 31),
                labeled_by="toy#1",
                width=160,
                height=120,
            )
            edits.append(Edit(Table.SAMPLES, sample.id, sample, after))
        session.commit("auto label", edits, Kind.RECORD)


async def measure(path: Path, rounds: int, out: Times) -> None:
    """Add the times of some presses of each kind of key to `out`."""
    app = HardcaseApp(ACTIONS, session=LabelingSession.open(path))
    async with app.run_test(size=(120, 40)) as pilot:
        while not isinstance(app.screen, JobScreen) or app.screen.size == Size(0, 0):
            await pilot.pause(0.01)
        await pilot.pause(0.5)
        watch = Stopwatch(app)
        for _ in range(rounds):
            for kind, keys in FILTER_KEYS.items():
                for key in keys:
                    out.setdefault(kind, []).append(await watch.key(key))
        began = time.perf_counter()
        await watch.key("r")
        assert isinstance(app.screen, ReviewScreen)
        out.setdefault("open review", []).append((watch.painted - began, 0.0))
        for _ in range(rounds):
            for kind, keys in REVIEW_KEYS.items():
                for key in keys:
                    out.setdefault(kind, []).append(await watch.key(key))
        await watch.key("asterisk")
        await watch.key("2")
        began = time.perf_counter()
        await watch.key("enter")
        out.setdefault("apply to all", []).append((watch.painted - began, 0.0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--boxes", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["XDG_STATE_HOME"] = scratch
        sizes = (100, args.boxes)
        times: tuple[Times, Times] = ({}, {})
        for size, out in zip(sizes, times, strict=True):
            make_job(Path(scratch) / str(size), size)
            asyncio.run(measure(Path(scratch) / str(size), args.rounds, out))
    print(f"{'':14}{'painted ms':>24}{'processor ms':>28}")
    print(f"{'':14}{100:>8}{args.boxes:>9,}{'ratio':>7}{100:>12}{args.boxes:>9,}{'ratio':>7}")
    for kind in times[0]:
        (a, ca), (b, cb) = (median(out, kind) for out in times)
        line = f"{kind:14}{a * 1e3:>8.1f}{b * 1e3:>9.1f}{b / a:>7.1f}"
        print(line + (f"{ca * 1e3:>12.1f}{cb * 1e3:>9.1f}{cb / ca:>7.1f}" if ca else ""))


if __name__ == "__main__":
    main()
