"""Keys in the app while a run goes on, beside the same keys while nothing does.

    python tests/benchmarks/run_latency.py --samples 100000

Makes a job over links to a few images, drives the app without a terminal, and prints the median and
the 95th percentile of the time from a key until its effect is painted: idle, while the shipped
classifier labels the job in its child processes, and idle again, for moving, labeling, confirming,
switching tabs and filtering. The budget of the 95th percentile during the run is 2 times idle.
Painting waits for the clock of the screen, up to 17 ms, in all of them.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from pathlib import Path

from app_latency import make_job
from textual import events

from hardcase.inference import Effort
from hardcase.model.changes import Edit, Kind, Table
from hardcase.model.job import Annotation, RunState, Status
from hardcase.session import LabelingSession
from hardcase.session.autolabel.run_request import RunRequest
from hardcase.tui.actions import ACTIONS
from hardcase.tui.app import HardcaseApp
from hardcase.tui.screens.job import JobScreen

MODEL = Path(__file__).parents[2] / "models" / "flower_classifier.onnx"
BUDGET = 2.0
PAUSE = 0.08
"""Seconds between two keys: people are slower, and what a key leaves to be done is done by then."""

KEYS = {
    "move": ("j", "j", "k", "j"),
    "label": ("1", "2", "3", "1"),
    "confirm": ("a", "u"),
    "tab": ("right_square_bracket", "left_square_bracket"),
    "filter": ("slash", "1", "escape"),
}

Times = dict[str, list[float]]


class EffectWatch:
    """Tells when the effect of a key is painted."""

    def __init__(self, app: HardcaseApp, screen: JobScreen) -> None:
        self.app, self.screen = app, screen
        self._before: object = None
        self._painted = asyncio.Event()
        display = app._display

        def timed(shown: object, update: object) -> None:
            display(shown, update)
            if self._before is not None and self._state() != self._before:
                self._before = None
                self.at = time.perf_counter()
                self._painted.set()

        app._display = timed

    def _state(self) -> tuple[object, ...]:
        """What keys alter and a run does not."""
        browser, focused = self.screen.browser, self.app.focused
        return (browser.current, browser.tab, browser.filter, len(browser.ids), id(focused))

    async def key(self, name: str) -> float:
        """Press a key; return the seconds until its effect was painted."""
        self._painted.clear()
        self._before = self._state()
        character = name if len(name) == 1 else None
        began = time.perf_counter()
        self.app.post_message(events.Key(name, character))
        try:
            async with asyncio.timeout(20):
                await self._painted.wait()
        except TimeoutError:
            raise SystemExit(f"{name} has no effect; shown was {self._before}") from None
        took = self.at - began
        await asyncio.sleep(PAUSE)
        return took


async def press(watch: EffectWatch, seconds: float) -> Times:
    """Press all kinds of keys in turn for so long."""
    times: Times = {kind: [] for kind in KEYS}
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for kind, keys in KEYS.items():
            times[kind] += [await watch.key(key) for key in keys]
    return times


async def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        await asyncio.sleep(0.02)


async def measure(path: Path, effort: Effort, seconds: float) -> tuple[Times, Times, float]:
    """Return times of keys idle (before and after) and during the run, and its images a second."""
    app = HardcaseApp(ACTIONS, session=LabelingSession.open(path))
    async with app.run_test(size=(120, 40)) as pilot:
        await until(lambda: isinstance(app.screen, JobScreen))
        await pilot.pause(1.0)
        screen = app.screen
        watch = EffectWatch(app, screen)
        await press(watch, 2.0)  # so that everything was there once
        idle = await press(watch, seconds)
        screen.runs.start(RunRequest(MODEL, effort=effort))
        await until(lambda: screen.session.runs and screen.session.runs[0].done > 1000)
        began, done = time.monotonic(), screen.session.runs[0].done
        busy = await press(watch, seconds)
        run = screen.session.runs[0]
        assert run.state is RunState.RUNNING, "the run ended before the keys did: more samples"
        rate = (run.done - done) / (time.monotonic() - began)
        screen.runs.cancel()
        await until(lambda: not screen.runs.busy)
        await pilot.pause(1.0)
        for kind, more in (await press(watch, seconds)).items():
            idle[kind] += more
    return idle, busy, rate


def offer(path: Path, count: int) -> None:
    """Let the first samples wait to be confirmed, as after an earlier run."""
    with LabelingSession.open(path) as session:
        edits = []
        for sample in list(session.samples())[:count]:
            said = (Annotation("daisy", None, 0.9, "m#1"),)
            after = replace(
                sample,
                status=Status.TO_BE_CONFIRMED,
                annotations=said,
                labeled_by="m#1",
                coefficient=0.1,
            )
            edits.append(Edit(Table.SAMPLES, sample.id, sample, after))
        session.commit("offer", edits, Kind.RECORD)


def p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * len(values))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--effort", type=Effort, default=Effort.STANDARD)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["XDG_STATE_HOME"] = scratch
        path = Path(scratch) / "job"
        make_job(path, args.samples, ("daisy", "rose", "tulip"))
        offer(path, args.samples // 10)
        idle, busy, rate = asyncio.run(measure(path, args.effort, args.seconds))
    print(f"{args.samples:,} samples; the run makes {rate:,.0f} images/s ({args.effort})")
    print(f"{'':9}{'median ms':>22}{'p95 ms':>24}{'ratio of p95':>16}")
    both = {"all": [list(chain(*times.values())) for times in (idle, busy)]}
    both = {kind: [idle[kind], busy[kind]] for kind in KEYS} | both
    for kind, (a, b) in both.items():
        print(
            f"{kind:9}{statistics.median(a) * 1e3:>11.1f}{statistics.median(b) * 1e3:>11.1f}"
            f"{p95(a) * 1e3:>13.1f}{p95(b) * 1e3:>11.1f}{p95(b) / p95(a):>16.2f}"
        )
    if p95(both["all"][1]) > BUDGET * p95(both["all"][0]):
        raise SystemExit(f"over the budget of {BUDGET:g}")


if __name__ == "__main__":
    main()
