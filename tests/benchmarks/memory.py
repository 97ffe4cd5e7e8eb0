"""Memory, journal and keys of the app with a large auto-labeled job, also while the queue learns.

    python tests/benchmarks/memory.py --samples 100000

Makes a classification job with signals and an embedding of every sample, opens it with the real
program in a pseudo terminal, decides samples so that the queue is judged anew three times, and
prints resident memory and its peak (budget 350 MB), what the journal takes, and the time from a key
to the first answer on the screen: idle, and while the queue is judged and recorded (budget of the
95th percentile: 2 times idle).
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from array import array
from pathlib import Path

import numpy as np
import pexpect
from PIL import Image

from hardcase import hardness
from hardcase.model.changes import Edit, Kind, Table
from hardcase.model.job import Annotation, Prediction, Run, RunState, Sample, Status, Task
from hardcase.session import LabelingSession

BUDGET_MB, BUDGET_RATIO = 350, 2.0
SOURCES, CHUNK, DIMENSIONS = 100, 5000, 128
WHEN = "2026-01-01T00:00:00Z"
LEARNING_S = 10.0  # keys are timed for so long after decisions from which the queue learns


def make_job(folder: Path, count: int) -> None:
    """A job after a run over all its images, which are links to `SOURCES` pictures."""
    folder.mkdir()
    for n in range(min(SOURCES, count)):
        Image.new("RGB", (64, 48), (n * 2, 90, 160)).save(folder / f"{n:06}.png")
    for n in range(SOURCES, count):
        os.link(folder / f"{n % SOURCES:06}.png", folder / f"{n:06}.png")
    run = Run(
        1, "pre-label", "m", RunState.COMPLETED, "ab" * 32, {}, hardness.SIGNALS, count, count
    )
    rng = np.random.default_rng(0)
    with LabelingSession.create(folder, Task.CLASSIFICATION, ["cat", "dog"]) as session:
        session.commit("run", [Edit(Table.RUNS, 1, None, run)], Kind.RECORD)
        ids = [sample.id for sample in session.samples()]
        for start in range(0, count, CHUNK):
            pairs = [labeled(session.sample(i), rng) for i in ids[start : start + CHUNK]]
            edits = [Edit(Table.PREDICTIONS, said.id, None, said) for said, _ in pairs]
            edits += [Edit(Table.SAMPLES, s.id, session.sample(s.id), s) for _, s in pairs]
            session.commit("auto label", edits, Kind.RECORD)


def labeled(sample: Sample, rng: np.random.Generator) -> tuple[Prediction, Sample]:
    score = round(float(rng.random()), 6)
    said = (Annotation(("cat", "dog")[int(rng.integers(2))], None, score, "m#1"),)
    signals = array("f", rng.random(len(hardness.SIGNALS)).round(6))
    look = np.clip(rng.normal(size=DIMENSIONS) * 12, -127, 127).astype(np.int8).tobytes()
    after = Sample(
        sample.id,
        sample.path,
        Status.TO_BE_CONFIRMED,
        said,
        hard=score < 0.5,
        coefficient=round(1 - score, 6),
        reasons=(1,),
        labeled_by="m#1",
        width=64,
        height=48,
        updated_at=WHEN,
    )
    return Prediction(sample.id, 1, said, signals, 64, 48, embedding=look), after


class App:
    """The program on a job, in a pseudo terminal."""

    def __init__(self, job: Path, state: Path) -> None:
        env = {**os.environ, "HARDCASE_PROBE": "off", "XDG_STATE_HOME": str(state)}
        env["TERM"] = "xterm-256color"
        command = [sys.executable, "-m", "hardcase", "open", str(job)]
        self.child = pexpect.spawn(command[0], command[1:], dimensions=(40, 120), env=env)
        self.child.delaybeforesend = None  # pexpect waits 50 ms before every key otherwise

    def read_until_quiet(self, quiet: float, at_most: float = 60.0) -> None:
        deadline = time.monotonic() + at_most
        while time.monotonic() < deadline:
            try:
                self.child.read_nonblocking(1 << 16, timeout=quiet)
            except pexpect.TIMEOUT:
                return

    def key(self, key: str) -> float:
        """Press a key; return the seconds until something came back."""
        began = time.perf_counter()
        self.child.send(key)
        self.child.read_nonblocking(1 << 16, timeout=30)
        took = time.perf_counter() - began
        self.read_until_quiet(0.05)
        return took

    def keys_for(self, seconds: float) -> list[float]:
        """Move down and up for so long; return what every key took."""
        deadline, out = time.monotonic() + seconds, []
        while time.monotonic() < deadline:
            out += [self.key("j"), self.key("k")]
        return out

    def memory(self) -> tuple[int, int]:
        """Return resident memory and its peak so far, in MB."""
        lines = Path(f"/proc/{self.child.pid}/status").read_text().splitlines()
        values = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith("Vm")}
        return int(values["VmRSS"]) // 1024, int(values["VmHWM"]) // 1024

    def close(self) -> None:
        self.child.send("q")
        self.child.expect(pexpect.EOF, timeout=120)


def show(name: str, times: list[float]) -> float:
    """Print what keys took in ms; return the 95th percentile in seconds."""
    p95 = sorted(times)[int(0.95 * len(times))]
    print(
        f"{name:24} {len(times):4} keys: median {statistics.median(times) * 1e3:6.1f} ms"
        f"   p95 {p95 * 1e3:6.1f} ms   longest {max(times) * 1e3:6.1f} ms"
    )
    return p95


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=100_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        job, state = Path(scratch) / "job", Path(scratch) / "state"
        os.environ["XDG_STATE_HOME"] = str(state)
        make_job(job, args.samples)
        journal = job / "hardcase.json.journal"
        print(
            f"{args.samples} samples; journal after the run {journal.stat().st_size / 1e6:.2f} MB"
        )
        app = App(job, state)
        app.read_until_quiet(3.0)
        for key in "]]]]g":
            app.child.send(key)
            app.read_until_quiet(0.5)
        print("opened: {} MB, peak {} MB".format(*app.memory()))
        idle, learning = app.keys_for(LEARNING_S), []
        for turn, decisions in enumerate((6, 10, 20), 1):
            for _ in range(decisions):
                app.key("a")
            learning += app.keys_for(LEARNING_S)
            print("after learning {}: {} MB, peak {} MB".format(turn, *app.memory()))
        base, busy = show("keys, idle", idle), show("keys, while it learns", learning)
        peak = app.memory()[1]
        print(f"journal before closing {journal.stat().st_size / 1e6:.2f} MB")
        app.close()
        print(f"journal after closing {journal.stat().st_size / 1e6:.2f} MB")
    over = [f"memory {peak} MB"] if peak > BUDGET_MB else []
    over += [f"keys {busy / base:.1f} times idle"] if busy > BUDGET_RATIO * base else []
    if over:
        raise SystemExit(f"over the budget: {', '.join(over)}")


if __name__ == "__main__":
    main()
