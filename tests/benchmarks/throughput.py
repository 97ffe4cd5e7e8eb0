"""How fast the engine is, beside the loop everybody writes first and beside the bare session.

`python throughput.py --images DIR --model M.onnx [--profile P.yaml]` prints images a second and
ratios, all measured in one run on the same images; the first images of each warm it up.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

from hardcase.inference import LocalEngine, Profile, load_profile
from hardcase.inference.preprocess import place, render, tensor

WARM_UP = 8


def rate(images: Iterator[object], count: int) -> float:
    """Return items a second of an iterator, after its first WARM_UP."""
    for _ in itertools.islice(images, WARM_UP):
        pass
    start = time.perf_counter()
    done = sum(1 for _ in images)
    assert done == count - WARM_UP, "the run ended early"
    return done / (time.perf_counter() - start)


def engine(model: Path, profile: Profile, paths: list[Path], views: tuple[str, ...]) -> Iterator:
    local = LocalEngine(model, profile, threshold=0.3, iou=0.5, views=views)
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


def measure(model: Path, profile: Profile, paths: list[Path], rounds: int) -> dict[str, float]:
    """Return the best of `rounds` rates of each contender, taken in turn."""
    contenders: dict[str, Callable[[], Iterator]] = {
        "bare session.run": lambda: bare_session(model, profile, paths),
        "plain loop": lambda: plain_loop(model, profile, paths),
        "engine, no views": lambda: engine(model, profile, paths, ()),
        "engine, flip": lambda: engine(model, profile, paths, ("flip",)),
        "engine, flip and blur": lambda: engine(model, profile, paths, ("flip", "blur")),
    }
    rates = dict.fromkeys(contenders, 0.0)
    for _ in range(rounds):
        for name, start in contenders.items():
            rates[name] = max(rates[name], rate(start(), len(paths)))
    return rates


def main() -> None:
    parser = argparse.ArgumentParser(description="throughput of the engine, as ratios")
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--profile", type=Path)
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    profile = load_profile(options.model, options.profile)
    found = (p for p in sorted(options.images.rglob("*")) if p.suffix.lower() in {".jpg", ".png"})
    paths = list(itertools.islice(found, options.limit))
    rates = measure(options.model, profile, paths, options.rounds)
    for name, value in rates.items():
        ratio = value / rates["plain loop"]
        print(f"{name:24} {value:8.1f} images/s  {ratio:5.2f} x plain loop")


if __name__ == "__main__":
    main()
