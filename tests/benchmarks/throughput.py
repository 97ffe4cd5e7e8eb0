"""Images a second of every effort, beside the loop everybody writes first and the bare session.

    python throughput.py --images DIR --model M.onnx [--profile P.yaml] [--views V,V | --effort E]
    python throughput.py --images DIR --resnet50

All contenders see the same images, over and over, in processes of the same niceness, for some
seconds after as many in which all gets going. They take turns for some rounds; the best of each
counts, since whatever else runs on the machine only slows. The
plain loop and the bare `session.run`, which gets one ready tensor, use ONNX Runtime as it comes: as
many threads as there are cores. `no views` is the same work as the plain loop: every other effort
also asks the model about other views of an image. Then comes what the signals that every image has
cost beside the model itself, on one thread: pixel statistics, embedding, measuring.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime
import resnet50
from PIL import Image

from hardcase import hardness
from hardcase.imaging.statistics import Look, reduced
from hardcase.inference import Effort, EngineRequest, LocalEngine, Profile, load_profile, opened
from hardcase.inference.budget import Plan
from hardcase.inference.evidence import gather, open_looker
from hardcase.inference.preprocess import place, render, tensor
from hardcase.inference.process.limits import NICENESS, available_cores
from hardcase.inference.process.request import MAX_MEASURED_BOXES, RunRequest
from hardcase.inference.process.spread import spread, weights_of
from hardcase.model.evidence import ORIGINAL

PLAIN, BARE = "plain loop", "bare session.run"
WARM_UP = 8
COSTED = 200
"""How many images are looked at for what the signals cost."""


def rate(looks: Iterator[object], seconds: float) -> float:
    """Return how many looks a second are had after the first `seconds`, for about as long."""
    began = time.perf_counter()
    done, start, now = 0, 0.0, began
    for _ in looks:
        now = time.perf_counter()
        if start:
            done += 1
        elif now - began >= seconds:
            start = now
        if start and now - start >= seconds:
            return done / (now - start)
    raise AssertionError("the run ended early")


def engine(model: Path, profile: Profile, paths: list[Path], **asked: object) -> Iterator:
    local = LocalEngine(
        EngineRequest(model, profile, threshold=profile.score_threshold, iou=0.5, **asked)
    )
    for key, answer in local.run(enumerate(itertools.cycle(paths))):
        assert not isinstance(answer, str), answer
        yield key


def plain_loop(model: Path, profile: Profile, paths: list[Path]) -> Iterator:
    """Decode, resize, `session.run`, one image after the other, ONNX Runtime as it comes."""
    session = plain_session(model)
    name = session.get_inputs()[0].name
    for path in itertools.cycle(paths):
        image = Image.open(path).convert("RGB").resize(profile.input.size)
        array = (np.asarray(image, dtype=np.float32) / 255).transpose(2, 0, 1)[None]
        yield session.run(None, {name: np.ascontiguousarray(array)})


def bare_session(model: Path, profile: Profile, paths: list[Path]) -> Iterator:
    """`session.run` alone, on one prepared image."""
    session = plain_session(model)
    name = session.get_inputs()[0].name
    image = Image.open(paths[0]).convert("RGB")
    picture = render(image, profile.input, place(profile.input, *image.size))
    feed = tensor([picture], profile.input, np.dtype(np.float32))
    while True:
        yield session.run(None, {name: feed})


def plain_session(model: Path) -> onnxruntime.InferenceSession:
    os.nice(NICENESS)  # as the engine's child is
    onnxruntime.set_default_logger_severity(3)
    return onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])


def contend(name: str, asked: dict, seconds: float, *shown: object) -> float:
    """Return the rate of one contender; `shown` are model, profile and paths."""
    loops = {PLAIN: plain_loop, BARE: bare_session}
    return rate(loops.get(name, partial(engine, **asked))(*shown), seconds)


def measure(
    model: Path,
    profile: Profile,
    paths: list[Path],
    options: argparse.Namespace,
    efforts: dict[str, dict],
) -> dict[str, float]:
    """Return the best rate of each contender, each time in a process of its own."""
    rates = dict.fromkeys((BARE, PLAIN, *efforts), 0.0)
    fresh = multiprocessing.get_context("spawn")
    for _ in range(options.rounds):
        for name in rates:
            with fresh.Pool(1) as pool:
                work = (name, efforts.get(name, {}), options.seconds, model, profile, paths)
                rates[name] = max(rates[name], pool.apply(contend, work))
    return rates


def looked(image: Image.Image, boxes: np.ndarray | None) -> None:
    """Measure an image and its boxes as the engine does."""
    look = Look(reduced(image), image.size)
    look.whole()
    for box in () if boxes is None else boxes[:MAX_MEASURED_BOXES]:
        look.part(box)


def signal_costs(model: Path, profile: Profile, paths: list[Path]) -> dict[str, float]:
    """Return median milliseconds an image, on one thread, of inference and of each cheap signal.

    Inference is reading, preparing, the model and its boxes, without other views. The embedding
    costs what the model takes longer with it; both take turns on every image.
    """
    request = RunRequest(str(model), profile, profile.score_threshold, 0.5, Plan())
    looker = open_looker(request, 1)
    plain = opened.open_model(str(model), profile, 1, tapped=False)
    times: dict[str, list[float]] = {}

    def timed(name: str, work: Callable[[], object]) -> None:
        start = time.perf_counter()
        work()
        times.setdefault(name, []).append(1000 * (time.perf_counter() - start))

    for path in paths:
        image = Image.open(path).convert("RGB")
        canvas = render(image, profile.input, place(profile.input, *image.size))
        (evidence,) = gather(looker, [str(path)])
        boxes = None
        if evidence.detections is not None:
            found = evidence.detections[ORIGINAL]
            boxes = found.boxes[found.scores >= profile.score_threshold]
        timed("gathering", partial(gather, looker, [str(path)]))
        timed("model", partial(opened.run, plain, [canvas]))
        timed("model and embedding", partial(opened.run, looker.model, [canvas], embed=1))
        timed("pixel statistics", partial(looked, image, boxes))
        signals = partial(hardness.measure, evidence, profile.task, profile.score_threshold)
        timed("measuring", signals)
    cost = {name: float(np.median(values[WARM_UP:])) for name, values in times.items()}
    cost["embedding"] = max(cost.pop("model and embedding") - cost["model"], 0.0)
    cost["inference"] = cost.pop("gathering") - cost["pixel statistics"] - cost["embedding"]
    return cost


def report(model: Path, options: argparse.Namespace) -> None:
    profile = load_profile(model, options.profile)
    found = (p for p in sorted(options.images.rglob("*")) if p.suffix.lower() in {".jpg", ".png"})
    paths = list(itertools.islice(found, options.limit))
    efforts: dict[str, dict] = {"no views": {"views": ()}}
    if options.views is not None:
        efforts[options.views] = {"views": tuple(filter(None, options.views.split(",")))}
    elif options.effort is not None:
        efforts[options.effort] = {"effort": Effort(options.effort)}
    else:
        efforts |= {effort.value: {"effort": effort} for effort in Effort}
    cores, used = available_cores(), spread(available_cores(), weights_of(model))
    print(
        f"{model.name}, {len(paths)} images, {cores} cores; the engine uses "
        f"{used.processes} processes of {used.workers} workers, {used.threads} threads a call; "
        "plain loop and bare session ONNX Runtime's default"
    )
    rates = measure(model, profile, paths, options, efforts)
    for name, value in rates.items():
        over = f"{value / rates[PLAIN]:6.2f} x plain loop {value / rates[BARE]:6.2f} x bare"
        print(f"{name:24} {value:8.1f} images/s  {over}")
    costs = signal_costs(model, profile, paths[:COSTED])
    once, inference = costs.pop("model"), costs.pop("inference")
    print(f"{'inference, one thread':24} {inference:8.2f} ms an image; session.run {once:.2f} ms")
    for name, value in (*costs.items(), ("cheap signals together", sum(costs.values()))):
        print(f"{name:24} {value:8.2f} ms an image  {value / inference:6.1%} of inference")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=Path, required=True)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--model", type=Path)
    which.add_argument("--resnet50", action="store_true", help="a large classifier made for this")
    parser.add_argument("--profile", type=Path)
    parser.add_argument("--limit", type=int, default=4000, help="how many images are looked at")
    parser.add_argument("--seconds", type=float, default=3.0, help="to warm up, and to measure")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--views", help="these views of every image, with commas")
    parser.add_argument("--effort", choices=[effort.value for effort in Effort])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        model = resnet50.write(Path(scratch)) if options.resnet50 else options.model
        report(model, options)


if __name__ == "__main__":
    main()
