"""What a job on disk costs: a saved change, an opening, a closing, and memory.

    python tests/benchmarks/store_cost.py --samples 100000 --boxes 3 --dir /some/disk

Times are given as ratios to a plain reference measured in the same run on the same disk, the two
taking turns: a bare 200-byte append + fsync, and `json.load` of the same file. What is opened is
opened in a process of its own, since memory is part of the question.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from array import array
from pathlib import Path

from hardcase.model.boxes import Box
from hardcase.model.changes import Change, Edit, Kind, Table
from hardcase.model.job import Annotation, Job, Label, Prediction, Run, Sample, Status, Task
from hardcase.store import JobStore

WHEN = "2026-01-01T00:00:00+00:00"
CHUNK = 5000
SIGNALS = 20

OPEN = """
import json, resource, sys, time
def resident():
    pages = int(open("/proc/self/statm").read().split()[1])
    return pages * resource.getpagesize() / 2**20
path, how = sys.argv[1:]
from pathlib import Path
from hardcase.store import JobStore
before = resident()
start = time.perf_counter()
if how == "json-nogc":
    import gc
    gc.disable()
if how.startswith("json"):
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
else:
    data = JobStore.open(Path(path), read_only=True)
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([seconds, resident() - before, peak]))
"""


def build(path: Path, samples: int, boxes: int) -> None:
    """A job after a run over all its samples: auto labels, and the predictions they came from."""
    rng = random.Random(0)
    with JobStore.create(path) as store:

        def commit(edits: list[Edit]) -> None:
            number = store.last_seq + 1
            store.commit(Change(number, WHEN, "ann", "build", tuple(edits), Kind.RECORD))

        commit([Edit(Table.JOB, 1, None, Job(1, "bench", Task.DETECTION))])
        commit([Edit(Table.LABELS, 1, None, Label(1, "apple", "#e69f00", 0))])
        commit([Edit(Table.RUNS, 1, None, Run(1, "pre-label", "m.onnx", total=samples))])
        for start in range(1, samples + 1, CHUNK):
            edits = []
            for key in range(start, min(start + CHUNK, samples + 1)):
                found = tuple(auto_label(rng) for _ in range(boxes))
                signals = array("f", (round(rng.random(), 6) for _ in range(SIGNALS)))
                row = Sample(
                    key,
                    f"images/{key // 1000:04}/{key:08}.jpg",
                    Status.TO_BE_CONFIRMED,
                    found,
                    coefficient=round(rng.random(), 6),
                    reasons=(1, 20),
                    updated_at=WHEN,
                    width=1920,
                    height=1080,
                )
                prediction = Prediction(key, 1, found, signals, 1920, 1080)
                edits.append(Edit(Table.SAMPLES, key, None, row))
                edits.append(Edit(Table.PREDICTIONS, key, None, prediction))
            commit(edits)
            store.flush()


def auto_label(rng: random.Random) -> Annotation:
    x, y = rng.uniform(0, 1500), rng.uniform(0, 800)
    box = Box(*(round(v, 3) for v in (x, y, x + rng.uniform(9, 400), y + rng.uniform(9, 200))))
    return Annotation("apple", box, round(rng.random(), 6), "m.onnx#1")


def key_press(store: JobStore, key: int) -> Change:
    row = store.tables[Table.SAMPLES][key]
    assert isinstance(row, Sample)
    after = Sample(key, row.path, Status.LABELED, row.annotations, labeled_by="ann")
    edit = Edit(Table.SAMPLES, key, row, after)
    return Change(store.last_seq + 1, WHEN, "ann", "confirm 1 sample", (edit,))


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def show(name: str, values: list[float], reference: list[float]) -> None:
    """Print medians and 95th percentiles in ms, and their ratios to the reference's."""
    median, p95 = statistics.median(values), percentile(values, 0.95)
    base, base95 = statistics.median(reference), percentile(reference, 0.95)
    print(
        f"{name:34} median {median * 1e3:8.2f} ms = {median / base:5.2f}x"
        f"   p95 {p95 * 1e3:8.2f} ms = {p95 / base95:5.2f}x"
    )


def measure_commits(store: JobStore, count: int) -> None:
    """Commits and bare appends in turn, so that both meet the same disk."""
    bare, durable, caller = [], [], []
    place = store.path.with_name("bare.bin")
    fd = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in range(count):
        start = time.perf_counter()
        os.write(fd, b"x" * 200)
        os.fsync(fd)
        bare.append(time.perf_counter() - start)
        change = key_press(store, 1 + number * 37 % len(store.tables[Table.SAMPLES]))
        start = time.perf_counter()
        store.commit(change)
        caller.append(time.perf_counter() - start)
        store.flush()
        durable.append(time.perf_counter() - start)
    os.close(fd)
    place.unlink()
    show("bare 200-byte append + fsync", bare, bare)
    show("commit + flush (budget 2x)", durable, bare)
    show("of that, the caller's own time", caller, bare)


def measure_bulk(store: JobStore) -> None:
    """One change of a tenth of all samples."""
    keys = range(1, len(store.tables[Table.SAMPLES]) // 10 + 1)
    edits = tuple(edit for key in keys for edit in key_press(store, key).edits)
    change = Change(store.last_seq + 1, WHEN, "ann", f"confirm {len(edits)} samples", edits)
    start = time.perf_counter()
    store.commit(change)
    caller = time.perf_counter() - start
    store.flush()
    seconds = time.perf_counter() - start
    print(f"one change of {len(edits)} samples: {caller * 1e3:.0f} ms, durable in {seconds:.2f} s")


def measure_opening(path: Path, rounds: int) -> None:
    results: dict[str, list[list[float]]] = {"json": [], "json-nogc": [], "store": []}
    for _ in range(rounds):
        for how, found in results.items():
            command = [sys.executable, "-c", OPEN, str(path), how]
            found.append(json.loads(subprocess.check_output(command)))
    base = [r[0] for r in results["json"]]
    show("json.load of the job file", base, base)
    show("the same, garbage collector off", [r[0] for r in results["json-nogc"]], base)
    show("JobStore.open (budget 3x)", [r[0] for r in results["store"]], base)
    for how, found in results.items():
        held, peak = (statistics.median(r[i] for r in found) for i in (1, 2))
        print(f"memory, {how:26} held {held:6.0f} MB        process at its peak {peak:6.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=100_000)
    parser.add_argument("--boxes", type=int, default=3, help="boxes a sample")
    parser.add_argument("--dir", type=Path, help="where to make the job: the disk to measure")
    parser.add_argument("--commits", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5, help="openings")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.dir) as folder:
        path = Path(folder) / "hardcase.json"
        build(path, args.samples, args.boxes)
        size = path.stat().st_size / 2**20
        print(f"{args.samples} samples, {args.boxes} boxes each, job file {size:.0f} MB")
        measure_opening(path, args.rounds)
        store = JobStore.open(path)
        measure_commits(store, args.commits)
        measure_bulk(store)
        start = time.perf_counter()
        store.close()
        print(f"closing after these changes {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    main()
