"""How many keys a person presses for an image, with and without what hardcase does for them.

    python tests/benchmarks/effort.py --images DIR --truth TRUTH [--model M.onnx] [--limit N]

TRUTH as for `hardness.py`: a COCO file, a folder of YOLO files (their classes are the model's, or
those of `--names`), a CSV file `path,label`, or nothing where the images' directories are their
labels. A simulated annotator with the truth in hand drives the real app by its real keys, in these
ways:

- from nothing: every image labeled by hand, boxes drawn and fitted key by key;
- confirm: auto labels looked at one by one, hardest first, what is wrong put right;
- pages (classification): the same in the gallery, what is right confirmed a page at a time;
- hard first: the same for hard examples only, then `B`: a random check, the rest confirmed unseen.

It sees what a person would see: the picture's boxes, the rulers' letters, the step of a key, which
box is selected. Where an edge is on a ruler it sees with an error of `--eye`. A box counts as right
from IoU 0.5 with the same label. One that is drawn is fitted until it reaches `--fit`; one of the
model that is right is left as it is, so that the mean IoU is told as well. What the keys were
pressed for is told below each way: `decide` (open, confirm, go on, the dialogs of the check),
`draw` a box that was missing, `take` one that the model offers for it, `fit` what was drawn,
`redraw` a wrong box where an object has none,
`delete`, `relabel` (what new boxes are called included), `select` (from box to box).
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from types import SimpleNamespace
from typing import TYPE_CHECKING

from effort_annotator import Annotator, is_right
from effort_boxes import Truth, overlap, pairs_of
from hardness_truth import class_truth, coco_truth, yolo_truth

from hardcase.imaging.open import image_size
from hardcase.inference import load_profile
from hardcase.model.boxes import Box
from hardcase.model.job import Annotation, Status, Task
from hardcase.session import LabelingSession, Tab
from hardcase.session.autolabel.runs import RunRequest
from hardcase.tui.actions import ACTIONS
from hardcase.tui.app import HardcaseApp

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Awaitable, Callable, Mapping

    Way = Callable[[Annotator], Awaitable[None]]

SIZE = (120, 40)

HEADER = (
    f"{'':14}{'keys':>8}{'an image':>10}{'a box':>8}{'fewer':>8}{'looked at':>11}"
    f"{'images right':>14}{'labels right':>14}{'mean IoU':>10}"
    "   most keys for an image that was right"
)


@dataclass(frozen=True)
class Outcome:
    """One way through a job.

    `right` is the share of images whose labels are the truth, `found` that of the true labels or
    boxes, `fit` the mean IoU of those boxes. `spent` are the keys by what they were pressed for.
    """

    spent: Counter[str]
    images: int
    seen: int
    most_for_right: int
    right: float
    found: float
    fit: float

    @property
    def keys(self) -> int:
        return self.spent.total()

    @property
    def per_image(self) -> float:
        return self.keys / self.images


def quality(session: LabelingSession, truth: Mapping[str, Truth]) -> tuple[float, float, float]:
    """Return how good the labels of a job are, as `Outcome` has it."""
    right, found, fits = 0, [], []
    samples = list(session.samples())
    for sample in samples:
        wanted = truth[sample.path]
        given = sample.annotations if sample.status is Status.LABELED else ()
        right += sample.status is Status.LABELED and is_right(given, wanted)
        if session.task is Task.CLASSIFICATION:
            found += [a.label in {g.label for g in given} for a in wanted]
            continue
        pairs = pairs_of(given, wanted)
        same = {n: i for i, n in pairs.items() if given[i].label == wanted[n].label}
        found += [n in same for n in range(len(wanted))]
        fits += [overlap(given[i].box, wanted[n].box) for n, i in same.items()]
    return right / len(samples), mean(found or [1]), mean(fits or [1])


def truth_of(args: argparse.Namespace, task: Task, names: list[str]) -> dict[str, Truth]:
    """The annotations that each image should have, by path relative to the images."""
    if task is Task.CLASSIFICATION:
        labels = class_truth(args.truth or args.images)
        found: dict[Path, Truth] = {path: (Annotation(name),) for path, name in labels.items()}
    else:
        if args.truth.is_file():
            boxes = coco_truth(args.images, args.truth)
        else:
            given = args.names.read_text().splitlines() if args.names else names
            boxes = yolo_truth(args.images, args.truth, given)
        found = {}
        for path, read in boxes.items():
            size = SimpleNamespace(**dict(zip(("width", "height"), image_size(path), strict=True)))
            found[path] = tuple(Annotation(name, Box(*box)) for name, box in read(size))
    chosen = sorted(found)[:: max(len(found) // args.limit, 1)][: args.limit]
    return {path.relative_to(args.images).as_posix(): found[path] for path in chosen}


def prepare(args: argparse.Namespace, work: Path) -> tuple[dict[str, Truth], Path, Path | None]:
    """Make a job of the images chosen, and the same after auto labeling if there is a model.

    Return truth and files.
    """
    if args.model is not None:
        profile = load_profile(args.model, args.profile)
        task, names = profile.task, list(profile.labels)
    else:
        classes = args.truth is None or args.truth.suffix == ".csv"
        task, names = Task.CLASSIFICATION if classes else Task.DETECTION, []
    truth = truth_of(args, task, names)
    folder = work / "images"
    for name in truth:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(args.images / name, target)
    known = {a.label for annotations in truth.values() for a in annotations}
    labels = [*names, *sorted(known - set(names))]
    bare, auto = work / "bare.json", work / "auto.json"
    LabelingSession.create(folder, task, labels, job_file=bare).close()
    if args.model is None:
        return truth, bare, None
    with LabelingSession.create(folder, task, labels, job_file=auto) as session:
        session.autolabel(RunRequest(args.model, profile=args.profile, threshold=args.threshold))
    return truth, bare, auto


async def go(
    job: Path, truth: Mapping[str, Truth], tab: Tab, way: Way, args: argparse.Namespace
) -> Outcome:
    """Let an annotator go one way through a copy of a job."""
    copy = job.with_name(f"{way.__name__}.json")
    shutil.copyfile(job, copy)
    with LabelingSession.open(copy) as session:
        app = HardcaseApp(ACTIONS, session=session, tab=tab)
        async with app.run_test(size=SIZE) as pilot:
            annotator = Annotator(pilot, session, truth, args.fit, args.eye)
            await annotator.ready()
            await way(annotator)
        return Outcome(
            annotator.spent,
            len(truth),
            annotator.seen,
            annotator.most_for_right,
            *quality(session, truth),
        )


async def from_nothing(annotator: Annotator) -> None:
    await annotator.label_all()


async def confirm(annotator: Annotator) -> None:
    await annotator.decide_while(lambda _sample: True)
    await annotator.label_the_rest()


async def pages(annotator: Annotator) -> None:
    await annotator.confirm_pages()
    await annotator.label_the_rest()


def hard_first(risk: float) -> Way:
    async def hard_first(annotator: Annotator) -> None:
        await annotator.decide_while(lambda sample: sample.hard)
        if await annotator.confirm_unseen(risk):
            print(f"(hard first: {annotator.unseen} of the images were confirmed unseen)")
        else:
            print("(hard first: no check was possible or it failed; the rest was looked at)")
            await annotator.decide_while(lambda _sample: True)
        await annotator.label_the_rest()

    return hard_first


def row(name: str, outcome: Outcome, boxes: int, base: int) -> str:
    """Return what came of a way, beside the keys of the first."""
    a_box, fit = (f"{outcome.keys / boxes:.2f}", f"{outcome.fit:.3f}") if boxes else ("-", "-")
    return (
        f"{name:14}{outcome.keys:8}{outcome.per_image:10.2f}{a_box:>8}"
        f"{1 - outcome.keys / base:8.0%}{outcome.seen:11}{outcome.right:14.1%}"
        f"{outcome.found:14.1%}{fit:>10}   {outcome.most_for_right or '-'}"
    )


def spending(outcome: Outcome) -> str:
    """Return what the keys of a way went into, an image, the most first."""
    shares = (f"{what} {n / outcome.images:.2f}" for what, n in outcome.spent.most_common())
    return "keys an image: " + ", ".join(shares)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--truth", type=Path, help="default: the images' directories")
    parser.add_argument("--names", type=Path, help="class names of YOLO label files, one a line")
    parser.add_argument("--model", type=Path, help="without one, only from nothing")
    parser.add_argument("--profile", type=Path)
    parser.add_argument("--threshold", type=float, help="default: the profile's")
    parser.add_argument("--limit", type=int, default=100, help="images, evenly chosen")
    parser.add_argument("--risk", type=float, default=0.05, help="tolerated share wrong unseen")
    parser.add_argument("--fit", type=float, default=0.85, help="IoU of boxes drawn, at least")
    parser.add_argument("--eye", type=float, default=0.5, help="columns that a look is off")
    args = parser.parse_args()

    with tempfile.TemporaryDirectory() as work:
        truth, bare, auto = prepare(args, Path(work))
        ways: dict[str, tuple[Path, Tab, Way]] = {
            "from nothing": (bare, Tab.UNLABELED, from_nothing)
        }
        boxes = sum(a.box is not None for annotations in truth.values() for a in annotations)
        if auto is not None:
            ways["confirm"] = (auto, Tab.TO_BE_CONFIRMED, confirm)
            if not boxes:  # whether one fits is not to be seen on a thumbnail
                ways["pages"] = (auto, Tab.TO_BE_CONFIRMED, pages)
            ways["hard first"] = (auto, Tab.TO_BE_CONFIRMED, hard_first(args.risk))
        model = args.model.name if args.model else "no model"
        print(f"{model} on {len(truth)} images of {args.images}", end="")
        print(f", {boxes} boxes, drawn ones fitted to {args.fit}" if boxes else "", end="")
        print(f", risk {args.risk:.0%}\n\n{HEADER}", flush=True)
        base = 0
        for name, (job, tab, way) in ways.items():
            outcome = asyncio.run(go(job, truth, tab, way, args))
            base = base or outcome.keys
            print(row(name, outcome, boxes, base), flush=True)
            if boxes:
                print(f"{'':14}{spending(outcome)}", flush=True)


if __name__ == "__main__":
    main()
