"""A run over very many small files through the real command line, killed in the middle.

    python tests/benchmarks/long_run.py                  # 6,000 images
    nice -n 10 python tests/benchmarks/long_run.py --n 60000

Draws N different pictures of 64x64, makes a job and lets `hardcase autolabel` run over it in a
pseudo terminal, whose progress bar is read. Half way it is ended by SIGKILL and started again. It
prints memory of the program and of its children over time, the images a second of every tenth, what
the kill cost, and how long it takes to make labels of what was predicted. Budgets: memory of the
program may grow by what it keeps of an image, that of its children not at all; an image takes at
most 1.3 times as much of the processors near the end as near the beginning, which does not depend
on what else the machine does; a kill costs at most one chunk.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pexpect
from PIL import Image

from hardcase.session.autolabel.runs import CHUNK_PACE, CHUNK_SIZE

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "models" / "flower_classifier.onnx"
HARDCASE = [sys.executable, "-m", "hardcase"]
LABELS = "daisy,dandelion,rose,sunflower,tulip"
SIDE, PER_FOLDER = 64, 1000
BYTES_AN_IMAGE = 4096
"""What the program may keep of an image: its prediction, with signals and embedding, and a margin
for what Python does not give back."""
CHILD_MB, SLOWDOWN = 32, 1.3


@dataclass
class Watch:
    """What was seen of one start of the program.

    Rows are (seconds, images done, MB, MB of children, processor seconds of all of them).
    """

    rows: list[tuple[float, int, int, int, float]] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    ended: float = 0.0

    def note(self, done: int, pid: int) -> None:
        children = children_of(pid)
        held, seconds = sum(map(memory, children)), sum(map(worked, (pid, *children)))
        self.rows.append((time.monotonic() - self.began, done, memory(pid), held, seconds))

    def at(self, done: float, column: int) -> float:
        """Return a column's value when so many images were done, between the rows around it."""
        return float(np.interp(done, [r[1] for r in self.rows], [r[column] for r in self.rows]))

    @property
    def chunk(self) -> int:
        """Return how many images are recorded together at the speed there was."""
        (began, first, *_), (ended, last, *_) = self.rows[0], self.rows[-1]
        return max(CHUNK_SIZE, int(2 * CHUNK_PACE * (last - first) / (ended - began)))


def draw(folder: Path, count: int) -> None:
    random = np.random.default_rng(0)
    for start in range(0, count, PER_FOLDER):
        inner = folder / f"{start // PER_FOLDER:03}"
        inner.mkdir(parents=True)
        for n in range(start, min(start + PER_FOLDER, count)):
            coarse = random.integers(0, 256, (4, 4, 3), dtype=np.uint8)
            Image.fromarray(coarse).resize((SIDE, SIDE)).save(inner / f"{n:06}.jpg", quality=80)


def memory(pid: int) -> int:
    """Return resident memory in MB, 0 of a process that is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") >> 20


def worked(pid: int) -> float:
    """Return the processor seconds of a process, 0 of one that is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children_of(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except OSError:
            continue
    return found


def run(job: Path, count: int, *, until: int | None = None) -> tuple[Watch, str]:
    """Auto label; kill the program once `until` images are done. Return what was seen and said."""
    command = [*HARDCASE, "autolabel", str(job), "--model", str(MODEL), "--json"]
    program = pexpect.spawn(command[0], command[1:], dimensions=(24, 120), timeout=None)
    watch, said, done = Watch(), "", 0
    progress = re.compile(rf"(\d+)/{count}\b")
    while True:
        try:
            said = said[-20_000:] + program.read_nonblocking(1 << 16, timeout=0.25).decode()
        except pexpect.TIMEOUT:
            continue
        except pexpect.EOF:
            break
        seen = progress.findall(said)
        done = int(seen[-1]) if seen else done
        if done and (not watch.rows or done != watch.rows[-1][1]):
            watch.note(done, program.pid)
        if until is not None and done >= until:
            os.kill(program.pid, signal.SIGKILL)
            break
    watch.ended = time.monotonic() - watch.began
    program.close(force=True)
    return watch, said


def kept(job: Path) -> int:
    """Return how many images the job holds predictions of, read as the next start reads it."""
    listed = subprocess.run(
        [*HARDCASE, "runs", str(job), "--json"], check=True, capture_output=True, text=True
    )
    return json.loads(listed.stdout.splitlines()[0])["done"]


def show(watch: Watch, count: int, name: str) -> list[str]:
    """Print every tenth; return what is over the budget."""
    first, last = watch.rows[0][1], watch.rows[-1][1]
    marks = np.linspace(first, last, 11)
    spans = np.diff([watch.at(mark, 0) for mark in marks])
    # the first tenth holds the start of the children, at the end of the last they are gone
    tenth = (last - first) / 10
    early, late = ((watch.at(b, 4) - watch.at(a, 4)) / tenth for a, b in (marks[1:3], marks[8:10]))
    for low, high, span in zip(marks, marks[1:], spans, strict=False):
        nearest = min(watch.rows, key=lambda row: abs(row[1] - high))
        print(
            f"{name} {int(low):>7,} - {int(high):>7,}: {(high - low) / span:8.0f} images/s   "
            f"{nearest[2]:5} MB, children {nearest[3]:5} MB"
        )
    inner = [row for row in watch.rows if row[1] > first + 0.1 * (last - first)]
    grown = inner[-1][2] - inner[0][2]
    children = max(row[3] for row in inner) - inner[0][3]
    an_image = (grown << 20) / max(inner[-1][1] - inner[0][1], 1)
    slower = late / early
    print(
        f"{name} an image takes {early * 1e6:.0f} us of the processors in the second tenth and "
        f"{late * 1e6:.0f} in the last but one, {slower:.2f} times that; memory grows by "
        f"{an_image:.0f} bytes an image, that of the children by {children} MB"
    )
    over = []
    if last - first >= count // 4 and count >= 5000:
        over += [f"{name} slows down by {slower:.2f}"] if slower > SLOWDOWN else []
        over += [f"{name} keeps {an_image:.0f} B an image"] if an_image > BYTES_AN_IMAGE else []
        over += [f"{name} children grow {children} MB"] if children > CHILD_MB else []
    return over


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=6000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["XDG_STATE_HOME"] = str(Path(scratch) / "state")
        job = Path(scratch) / "job"
        began = time.monotonic()
        draw(job, args.n)
        print(f"{args.n:,} images drawn in {time.monotonic() - began:.0f} s")
        began = time.monotonic()
        init = [*HARDCASE, "init", str(job), "--task", "classification", "--labels", LABELS]
        subprocess.run(init, check=True, capture_output=True)
        print(f"job made in {time.monotonic() - began:.1f} s")
        before, _ = run(job, args.n, until=args.n // 2)
        over = show(before, args.n, "until the kill")
        shown, held = before.rows[-1][1], kept(job)
        print(f"killed at {shown:,} shown; the job holds {held:,}: {max(shown - held, 0)} lost")
        over += [f"{shown - held} lost"] if shown - held > before.chunk else []
        after, said = run(job, args.n)
        over += show(after, args.n, "gone on with")
        again = held - after.rows[0][1]  # the bar begins where the run goes on
        late = after.ended - after.rows[-1][0]
        print(f"went on from {after.rows[0][1]:,}; ended {late:.1f} s after the last image")
        over += [f"{again} images are done again"] if again > before.chunk else []
        if f'"done": {args.n}' not in said:
            over.append(f"it did not end well: {said[-300:]}")
    if over:
        raise SystemExit(f"over the budget: {', '.join(over)}")


if __name__ == "__main__":
    main()
