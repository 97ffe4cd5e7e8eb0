"""How fast the engine is, beside the loop everybody writes first and beside the bare session.

`python throughput.py --images DIR --model M.onnx [--profile P.yaml] [--views V,V | --effort E]`
prints images a second and ratios, all measured in one run on the same images; the first images of
each warm it up. Without `--views` and `--effort` it runs every effort. Then it prints what the
signals that every image has cost beside the model itself: pixel statistics, embedding, measuring.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

from hardcase import hardness
from hardcase.imaging.statistics import Look
from hardcase.inference import Effort, LocalEngine, Profile, load_profile, opened
from hardcase.inference.budget import Plan
from hardcase.inference.evidence import gather, open_looker
from hardcase.inference.preprocess import place, render, tensor
from hardcase.inference.request import MAX_MEASURED_BOXES, RunRequest
from hardcase.model.evidence import ORIGINAL

WARM_UP = 8


def rate(images: Iterator[object], count: int) -> float:
    """Return items a second of an iterator, after its first WARM_UP."""
    for _ in itertools.islice(images, WARM_UP):
        pass
    start = time.perf_counter()
    done = sum(1 for _ in images)
    assert done == count - WARM_UP, "the run ended early"
    return done / (time.perf_counter() - start)


def engine(model: Path, profile: Profile, paths: list[Path], **asked: object) -> Iterator:
    local = LocalEngine(model, profile, threshold=profile.score_threshold, iou=0.5, **asked)
    for key, answer in local.run(enumerate(paths)):
        assert not isinstance(answer, str), answer
        yield key


def plain_loop(model: Path, profile: Profile, paths: list[Path]) -> Iterator:
    """Decode, resize, `session.run`, one image after the other, ONNX Runtime as it comes."""
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    for path in paths:
        image = Image.open(path).convert("RGB").resize(profile.input.size)
        array = (np.asarray(image, dtype=np.float32) / 255).transpose(2, 0, 1)[None]
        yield session.run(None, {name: np.ascontiguousarray(array)})


def bare_session(model: Path, profile: Profile, paths: list[Path]) -> Iterator:
    """`session.run` alone, on one prepared image."""
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    image = Image.open(paths[0]).convert("RGB")
    picture = render(image, profile.input, place(profile.input, *image.size))
    feed = tensor([picture], profile.input, np.dtype(np.float32))
    for _ in paths:
        yield session.run(None, {name: feed})


def measure(
    model: Path, profile: Profile, paths: list[Path], rounds: int, asked: dict[str, dict]
) -> dict[str, float]:
    """Return the best of `rounds` rates of each contender, taken in turn."""
    contenders: dict[str, Callable[[], Iterator]] = {
        "bare session.run": lambda: bare_session(model, profile, paths),
        "plain loop": lambda: plain_loop(model, profile, paths),
    }
    for name, options in asked.items():
        contenders[f"engine, {name}"] = partial(engine, model, profile, paths, **options)
    rates = dict.fromkeys(contenders, 0.0)
    for _ in range(rounds):
        for name, start in contenders.items():
            rates[name] = max(rates[name], rate(start(), len(paths)))
    return rates


def looked(image: Image.Image, boxes: np.ndarray | None) -> None:
    """Measure an image and its boxes as the engine does."""
    look = Look(image)
    look.whole()
    for box in () if boxes is None else boxes[:MAX_MEASURED_BOXES]:
        look.part(box)


def signal_costs(model: Path, profile: Profile, paths: list[Path]) -> dict[str, float]:
    """Return median milliseconds an image, on one thread, of inference and of each cheap signal.

    Inference is reading, preparing, the model and its boxes, without other views. The embedding
    costs what the model takes longer with it; both take turns on every image.
    """
    plan = Plan()
    request = RunRequest(str(model), profile, profile.score_threshold, 0.5, plan)
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


def main() -> None:
    parser = argparse.ArgumentParser(description="throughput of the engine, as ratios")
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--profile", type=Path)
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--views", help="these views of every image, with commas")
    parser.add_argument("--effort", choices=[effort.value for effort in Effort])
    options = parser.parse_args()
    profile = load_profile(options.model, options.profile)
    found = (p for p in sorted(options.images.rglob("*")) if p.suffix.lower() in {".jpg", ".png"})
    paths = list(itertools.islice(found, options.limit))
    asked = {"no views": {"views": ()}}
    if options.views is not None:
        asked[options.views] = {"views": tuple(filter(None, options.views.split(",")))}
    elif options.effort is not None:
        asked[options.effort] = {"effort": Effort(options.effort)}
    else:
        asked |= {effort.value: {"effort": effort} for effort in Effort}
    rates = measure(options.model, profile, paths, options.rounds, asked)
    for name, value in rates.items():
        ratio = value / rates["plain loop"]
        print(f"{name:24} {value:8.1f} images/s  {ratio:5.2f} x plain loop")
    costs = signal_costs(options.model, profile, paths)
    model, inference = costs.pop("model"), costs.pop("inference")
    print(f"{'inference, one thread':24} {inference:8.2f} ms an image; session.run {model:.2f} ms")
    for name, value in (*costs.items(), ("cheap signals together", sum(costs.values()))):
        print(f"{name:24} {value:8.2f} ms an image  {value / inference:6.1%} of inference")


if __name__ == "__main__":
    main()
