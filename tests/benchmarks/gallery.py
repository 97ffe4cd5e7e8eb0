"""The gallery beside the list at 10,000 images: key to paint, bytes of a page, memory.

    python tests/benchmarks/gallery.py --images DIR [--samples 10000] [--pages 200]

Makes a job over links to the images of DIR (default: the sample data), all to be confirmed. Drives
the app without a terminal and prints for both views the median time from a key to the first update
painted, and the processor time until the app is idle; then how long a page takes to be whole, made
ahead and not, and how many thumbnails a burst of pages makes. Drives the real program in a pseudo
terminal of 120x40 and prints the bytes of each key, and the resident memory before and after going
through pages of the smallest tiles. The budget of each key is twice the list's.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from app_latency import Stopwatch, Times, median
from textual import events
from wire_drive import Driven
from wire_job import PROGRAM, environment, images_of

from hardcase.model.changes import Edit, Kind, Table
from hardcase.model.job import Annotation, Run, RunState, Sample, Status, Task
from hardcase.session import LabelingSession, Tab
from hardcase.tui.actions import ACTIONS
from hardcase.tui.app import HardcaseApp
from hardcase.tui.screens.job import JobScreen

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from hardcase.imaging.preview import Preview, Request
    from hardcase.tui.gallery.gallery import Gallery

SIZE = (120, 40)
LABELS = ("cat", "dog", "horse")
BUDGET = 2.0
BURST = 20
PAGE_DOWN, PAGE_UP, RIGHT = b"\x1b[6~", b"\x1b[5~", b"\x1b[C"
SAMPLE_DATA = Path(__file__).parents[2] / "sample_data"

KEYS = {
    "move": (("j", "j", "k", "j"), ("right", "right", "left", "j")),
    "page": (("pagedown", "pagedown", "pageup"),) * 2,
    "select": (("space", "space"),) * 2,
    "label": (("1", "2"),) * 2,
}
"""The keys of each kind, in the list and in the gallery."""


def make_job(folder: Path, images: list[Path], count: int) -> None:
    """A job of `count` links to the images, each with a label to be confirmed."""
    folder.mkdir()
    for n in range(count):
        source = images[n % len(images)]
        target = folder / f"{n:06}{source.suffix}"
        if n < len(images):
            shutil.copyfile(source, target)
        else:
            os.link(folder / f"{n % len(images):06}{source.suffix}", target)
    run = Run(1, "pre-label", "m", RunState.COMPLETED, total=count, done=count)
    with LabelingSession.create(folder, Task.CLASSIFICATION, LABELS) as session:
        edits = [Edit(Table.RUNS, 1, None, run)]
        edits += [Edit(Table.SAMPLES, s.id, s, _labeled(s, count)) for s in session.samples()]
        session.commit("auto label", edits, Kind.RECORD)


def _labeled(sample: Sample, count: int) -> Sample:
    said = (Annotation(LABELS[sample.id % len(LABELS)], None, 0.5, "m#1"),)
    return Sample(
        sample.id,
        sample.path,
        Status.TO_BE_CONFIRMED,
        said,
        coefficient=round(1 - sample.id / (count + 1), 6),
        labeled_by="m#1",
    )


async def latencies(job: Path, rounds: int) -> tuple[tuple[Times, Times], list[str]]:
    """Time the keys in both views, in turn; return the times, and lines about pages."""
    times: tuple[Times, Times] = ({}, {})
    app = HardcaseApp(ACTIONS, session=LabelingSession.open(job), tab=Tab.TO_BE_CONFIRMED)
    async with app.run_test(size=SIZE) as pilot:
        while not isinstance(app.screen, JobScreen):
            await pilot.pause(0.01)
        await pilot.pause(0.5)
        watch = Stopwatch(app)
        for _ in range(rounds):
            for view, out in enumerate(times):
                for kind, keys in KEYS.items():
                    for key in keys[view]:
                        out.setdefault(kind, []).append(await watch.key(key))
                await pilot.press("escape", "t")
                await pilot.pause(0.5)
        await pilot.press("t")
        lines = await pages(pilot, app.screen.gallery.pane.gallery)
    return times, lines


async def pages(pilot: Pilot[None], gallery: Gallery) -> list[str]:
    """Return how long pages take until their pictures are there."""
    renderer = gallery._thumbnails._loader._renderer
    made, render = [], renderer.render

    def counted(request: Request) -> Preview:
        made.append(request)
        return render(request)

    renderer.render = counted
    ahead = []
    for _ in range(10):
        await pilot.pause(1)
        ahead.append(await _whole(pilot, gallery, 1))
    await pilot.pause(1)
    made.clear()
    burst = await _whole(pilot, gallery, BURST)
    page = gallery.grid.page
    median_ahead = statistics.median(ahead) * 1e3
    thumbnails = f"of {BURST * page} thumbnails {len(made)} were made"
    return [
        f"a page of {page}, made ahead, is whole after {median_ahead:.0f} ms",
        f"{BURST} pages at once: the last is whole after {burst * 1e3:.0f} ms; {thumbnails}",
    ]


async def _whole(pilot: Pilot[None], gallery: Gallery, count: int) -> float:
    """Turn pages at once; return seconds until the last one is there with its pictures."""
    end = gallery.first + count * gallery.grid.page
    began = time.perf_counter()
    for _ in range(count):
        pilot.app.post_message(events.Key("pagedown", None))
    while gallery.first != end or gallery.waiting:  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0.001)
    return time.perf_counter() - began


def on_the_wire(job: Path, scratch: Path, count: int) -> list[str]:
    """Return the bytes of the keys and the memory of the real program."""
    env = environment(scratch, "16m", "full", "half")
    lines = []
    with Driven([*PROGRAM, job], SIZE, env) as driven:
        driven.wait_for(lambda s: "saved" in s.text, "the job")
        driven.rest()
        memory = [_resident(driven.program.process.pid)]
        keys = {"the gallery": b"t", "a move": RIGHT, "a selection": b" ", "a label": b"1"}
        for what, key in keys.items():
            lines.append(f"{what}: {_sent(driven, key):,} B")
        sent = [_sent(driven, PAGE_DOWN) for _ in range(8)]
        lines.append(f"a page: {statistics.median(sent):,.0f} B, at most {max(sent):,} B")
        lines.append(f"the page before, again: {_sent(driven, PAGE_UP):,} B")
        memory.append(_resident(driven.program.process.pid))
        driven.program.send(b"--")
        driven.rest()
        for _ in range(count):
            driven.program.send(PAGE_DOWN)
            driven.rest()
        memory.append(_resident(driven.program.process.pid))
    told = " MB, ".join(f"{m:.0f}" for m in memory)
    lines.append(f"resident: {told} MB (list; gallery; after {count} pages of smallest tiles)")
    return lines


def _sent(driven: Driven, key: bytes) -> int:
    before = sum(map(len, driven.stream))
    driven.program.send(key)
    driven.rest()
    return sum(map(len, driven.stream)) - before


def _resident(pid: int) -> float:
    """MB that a process has in memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=Path, default=SAMPLE_DATA)
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--pages", type=int, default=200)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        os.environ["XDG_STATE_HOME"] = str(scratch / "state")
        job = scratch / "job"
        make_job(job, images_of(args.images), args.samples)
        (in_list, in_gallery), lines = asyncio.run(latencies(job, args.rounds))
        lines += on_the_wire(job, scratch, args.pages)
    print(f"{args.samples:,} images, {SIZE[0]}x{SIZE[1]}; times are medians")
    print(f"{'':8}{'painted ms':>24}{'processor ms':>28}")
    print(f"{'':8}{'list':>8}{'gallery':>9}{'ratio':>7}{'list':>12}{'gallery':>9}{'ratio':>7}")
    over = []
    for kind in KEYS:
        (a, ca), (b, cb) = median(in_list, kind), median(in_gallery, kind)
        print(
            f"{kind:8}{a * 1e3:>8.1f}{b * 1e3:>9.1f}{b / a:>7.2f}"
            f"{ca * 1e3:>12.1f}{cb * 1e3:>9.1f}{cb / ca:>7.2f}"
        )
        if b / a > BUDGET:
            over.append(kind)
    print("\n".join(lines))
    if over:
        raise SystemExit(f"over the budget of {BUDGET:g}: {', '.join(over)}")


if __name__ == "__main__":
    main()
