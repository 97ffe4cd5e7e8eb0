"""Make the sets that the shipped weights of detection are fitted on, none of them reported on.

    python tests/benchmarks/fitting_scenes.py --out DIR [--bccd DIR] [--photos DIR] [--only KIND]

Each set is DIR/NAME with `images/*.jpg` that its model never saw, `truth.json` (COCO), `model.onnx`
and `model.yaml`. They differ in what is in them and in how good the model is:

- fruit-shipped, fruit-poor: the generator of the sample data, from seeds of its own, darker,
  blurrier and more crowded than the samples
- glyphs-fair, glyphs-poor: letters of all sizes on clutter, among letters that count for nothing
- photos-fair, photos-poor: small photos pasted over each other, from every second image of an
  ImageFolder (CIFAR-10's part, say); the models saw other photos
- cells-fair, cells-poor: every fourth image of BCCD, by models that saw another fourth; the half
  that is left can be reported on, by the model `bccd` that `--report-model` makes of the first half

Needs PyTorch (`pip install -e '.[train]'`); about twenty minutes on one core.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFilter, ImageFont

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "models"))

import data as samples  # noqa: E402  (models/ is no package)
from fit import fit_detector  # noqa: E402
from nets import UltralyticsOutput  # noqa: E402
from train import export  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

PHOTO_CLASSES = 4
CELLS = ("Platelets", "RBC", "WBC")
GLYPHS = tuple("AEKSX")
DECOYS = "FHRVZ38"
FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSerif.ttf", "DejaVuSansMono.ttf")
SIZE = (320, 240)
PROFILE = """task: detection
decoder: ultralytics
input: {{size: [{width}, {width}], layout: nchw, color: rgb, scale: 255, mean: [0, 0, 0],
        std: [1, 1, 1], fit: letterbox, pad: 114}}
labels: [{labels}]
score_threshold: 0.3
iou_threshold: 0.5
activation: none
"""


class Scene(NamedTuple):
    """A picture and its boxes (class, x1, y1, x2, y2), in pixels."""

    picture: Image.Image
    boxes: list[tuple[int, float, float, float, float]]


def teach(scenes: Sequence[Scene], classes: int, *, width: int, epochs: int) -> torch.nn.Module:
    """Train a detector as the shipped one is trained, on pictures resized to `width` across."""
    most = max(len(scene.boxes) for scene in scenes)
    boxes = np.full((len(scenes), most, 5), -1, np.float32)
    images = []
    for row, (picture, truth) in zip(boxes, scenes, strict=True):
        factor = width / picture.width
        size = (width, width * 3 // 4)  # all pictures here are 4:3
        images.append(np.asarray(picture.resize(size, Image.Resampling.BILINEAR)))
        for slot, (label, *corners) in zip(row, truth, strict=False):
            slot[:] = (label, *(factor * c for c in corners))
    taught = fit_detector(samples.DetectionData(np.stack(images), boxes), classes, epochs, seed=3)
    return UltralyticsOutput(taught).eval()


def save_model(folder: Path, net: torch.nn.Module, labels: Sequence[str], width: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    export(net, width, folder / "model.onnx", {"task": "detect"})
    (folder / "model.yaml").write_text(PROFILE.format(width=width, labels=", ".join(labels)))


def save_scenes(folder: Path, scenes: Iterable[Scene], labels: Sequence[str]) -> None:
    shutil.rmtree(folder / "images", ignore_errors=True)
    (folder / "images").mkdir(parents=True)
    images, annotations = [], []
    for n, (picture, boxes) in enumerate(scenes):
        name = f"images/{n:05}.jpg"
        picture.save(folder / name, quality=90)
        images.append(
            {"id": n, "file_name": name, "width": picture.width, "height": picture.height}
        )
        for label, x1, y1, x2, y2 in boxes:
            bbox = [x1, y1, x2 - x1, y2 - y1]
            annotations.append(
                {"id": len(annotations), "image_id": n, "category_id": label, "bbox": bbox}
            )
    categories = [{"id": i, "name": name} for i, name in enumerate(labels)]
    truth = {"images": images, "annotations": annotations, "categories": categories}
    (folder / "truth.json").write_text(json.dumps(truth))


def pair(
    out: Path,
    name: str,
    make: Callable[[int, int], Scene],
    labels: Sequence[str],
    *,
    fair: tuple[int, int],
    poor: tuple[int, int],
) -> None:
    """Two sets of one kind: `make(part, n)` gives a scene; `fair`, `poor`: images and epochs."""
    for quality, (count, epochs) in {"fair": fair, "poor": poor}.items():
        net = teach([make(0, n) for n in range(count)], len(labels), width=256, epochs=epochs)
        folder = out / f"{name}-{quality}"
        save_model(folder, net, labels, 256)
        first = 250 * (quality == "poor")
        save_scenes(folder, (make(1, n) for n in range(first, first + 250)), labels)
        print(folder, flush=True)


def fruit(out: Path) -> None:
    def make(part: int, n: int) -> Scene:
        rng = np.random.default_rng([11, part, n])
        hard = bool(rng.random() < 0.5)
        difficulty = samples.draw_difficulty(rng, hard=hard, strength=(0.2, 1.0))
        scene = samples.render_market(rng, difficulty, empty=bool(rng.random() < 0.06))
        boxes = [
            (samples.KINDS.index(b.label), b.x, b.y, b.x + b.width, b.y + b.height)
            for b in scene.boxes
        ]
        return Scene(Image.fromarray(scene.pixels), boxes)

    folder = out / "fruit-shipped"
    save_scenes(folder, (make(1, n) for n in range(250)), samples.KINDS)
    for ending in ("onnx", "yaml"):
        shutil.copy(ROOT / "models" / f"fruit_detector.{ending}", folder / f"model.{ending}")
    net = teach([make(0, n) for n in range(500)], len(samples.KINDS), width=256, epochs=6)
    folder = out / "fruit-poor"
    save_model(folder, net, samples.KINDS, 256)
    save_scenes(folder, (make(1, n) for n in range(250, 500)), samples.KINDS)
    print(folder, flush=True)


def glyphs(out: Path) -> None:
    def make(part: int, n: int) -> Scene:
        rng = np.random.default_rng([12, part, n])
        canvas = backdrop(rng)
        boxes: list[tuple[int, float, float, float, float]] = []
        count = int(rng.integers(0, 4) if rng.random() < 0.4 else rng.integers(3, 13))
        base = np.exp(rng.uniform(np.log(18), np.log(80)))
        contrast = rng.uniform(0.3, 1.0)
        for _ in range(count + int(rng.integers(0, 4))):
            counted = len(boxes) < count
            letter = str(rng.choice(list(GLYPHS if counted else DECOYS)))
            side = int(np.clip(base * np.exp(rng.normal(0, 0.35)), 9, 110))
            font = ImageFont.truetype(str(rng.choice(FONTS)), side)
            mask = Image.new("L", (2 * side, 2 * side))
            ImageDraw.Draw(mask).text((side, side), letter, font=font, fill=255, anchor="mm")
            mask = mask.rotate(rng.normal(0, 12))
            place = mask.getbbox()
            if place is None:
                continue
            mask = mask.crop(place)
            x = int(rng.integers(0, max(1, SIZE[0] - mask.width)))
            y = int(rng.integers(0, max(1, SIZE[1] - mask.height)))
            corners = (float(x), float(y), float(x + mask.width), float(y + mask.height))
            if most_covered(corners, boxes) > 0.4:
                continue
            under = np.asarray(canvas.crop(tuple(map(int, corners)))).mean(axis=(0, 1))
            ink = np.clip(under + contrast * (rng.uniform(0, 255, 3) - under), 0, 255)
            canvas.paste(tuple(int(v) for v in ink), (x, y), mask)
            if counted:
                boxes.append((GLYPHS.index(letter), *corners))
        return Scene(degraded(canvas, rng), boxes)

    pair(out, "glyphs", make, GLYPHS, fair=(2500, 14), poor=(1500, 9))


def photos(tree: Path, out: Path) -> None:
    files = sorted(p for p in tree.rglob("*") if p.suffix in {".png", ".jpg"})[::2]
    labels = sorted({p.parent.name for p in files})[::2][:PHOTO_CLASSES]
    files = [p for p in files if p.parent.name in labels]
    pictures = [Image.open(p).convert("RGB") for p in files]

    def make(part: int, n: int) -> Scene:
        rng = np.random.default_rng([13, part, n])
        canvas = backdrop(rng, pictures[2 * int(rng.integers(len(files) // 2)) + part])
        boxes: list[tuple[int, float, float, float, float]] = []
        count = int(rng.integers(0, 3) if rng.random() < 0.4 else rng.integers(2, 10))
        base = np.exp(rng.uniform(np.log(18), np.log(110)))
        for _ in range(count):
            k = 2 * int(rng.integers(len(files) // 2)) + part
            side = np.clip(base * np.exp(rng.normal(0, 0.4, 2) * (1, 0.3)), 12, 200)
            wide, high = int(side[0]), int(np.clip(side[0] * np.exp(rng.normal(0, 0.25)), 12, 200))
            x = int(rng.integers(0, max(1, SIZE[0] - wide)))
            y = int(rng.integers(0, max(1, SIZE[1] - high)))
            corners = (float(x), float(y), float(x + wide), float(y + high))
            if most_covered(corners, boxes) > 0.5:
                continue
            picture = pictures[k].resize((wide, high), Image.Resampling.BILINEAR)
            mask = Image.new("L", (wide, high))
            ImageDraw.Draw(mask).ellipse((0, 0, wide - 1, high - 1), fill=255)
            canvas.paste(picture, (x, y), mask)
            boxes.append((labels.index(files[k].parent.name), *corners))
        return Scene(degraded(canvas, rng), boxes)

    pair(out, "photos", make, labels, fair=(2500, 16), poor=(1500, 10))


def backdrop(rng: np.random.Generator, picture: Image.Image | None = None) -> Image.Image:
    """Paint a smooth ground with strokes and spots on it."""
    if picture is None:
        coarse = rng.uniform(0, 255, (int(rng.integers(2, 7)), int(rng.integers(2, 9)), 3))
        picture = Image.fromarray(coarse.astype(np.uint8))
    canvas = picture.resize(SIZE, Image.Resampling.BICUBIC)
    canvas = canvas.filter(ImageFilter.GaussianBlur(rng.uniform(2, 12)))
    draw = ImageDraw.Draw(canvas)
    for _ in range(int(rng.integers(0, 15))):
        x, y, dx, dy = rng.uniform([0, 0, -60, -60], [*SIZE, 60, 60])
        colour = tuple(int(v) for v in rng.uniform(0, 255, 3))
        if rng.random() < 0.6:
            draw.line((x, y, x + dx, y + dy), fill=colour, width=int(rng.integers(1, 6)))
        else:
            draw.ellipse((x, y, x + abs(dx) / 3, y + abs(dy) / 3), fill=colour)
    return canvas


def degraded(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Take a picture with a camera that is sometimes out of focus, dark or noisy."""
    if rng.random() < 0.25:
        picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 3.0)))
    gain = rng.uniform(0.25, 1.0) if rng.random() < 0.25 else 1.0
    noise = rng.uniform(10, 45) if rng.random() < 0.25 else 4.0
    pixels = gain * np.asarray(picture, np.float32)
    pixels += rng.standard_normal(pixels.shape, np.float32) * noise
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def most_covered(
    corners: tuple[float, float, float, float],
    boxes: Sequence[tuple[int, float, float, float, float]],
) -> float:
    """Return the largest share of a box in `boxes` that `corners` would cover."""
    x1, y1, x2, y2 = corners
    worst = 0.0
    for _, a, b, c, d in boxes:
        both = max(0.0, min(x2, c) - max(x1, a)) * max(0.0, min(y2, d) - max(y1, b))
        worst = max(worst, both / ((c - a) * (d - b)))
    return worst


def read_bccd(folder: Path) -> list[Scene]:
    """Read all photos of BCCD in order of their names; boxes without area are left out."""
    scenes = []
    for file in sorted(folder.rglob("*.xml")):
        boxes = []
        for box in ET.parse(file).iter("object"):  # noqa: S314  (the reader's own copy of BCCD)
            x1, y1, x2, y2 = (
                float(box.findtext(f"bndbox/{k}", "0")) for k in ("xmin", "ymin", "xmax", "ymax")
            )
            if x2 > x1 and y2 > y1:
                boxes.append((CELLS.index(box.findtext("name", "")), x1, y1, x2, y2))
        picture = Image.open(next(folder.rglob(f"{file.stem}.jpg"))).convert("RGB")
        scenes.append(Scene(picture, boxes))
    return scenes


def cells(bccd: Path, out: Path) -> None:
    scenes = read_bccd(bccd)
    for quality, epochs in (("fair", 45), ("poor", 14)):
        folder = out / f"cells-{quality}"
        net = teach(scenes[::4], len(CELLS), width=256, epochs=epochs)
        save_model(folder, net, CELLS, 256)
        save_scenes(folder, scenes[2::4], CELLS)
        print(folder, flush=True)


def report_model(bccd: Path, out: Path) -> None:
    """Teach a model the even half of BCCD, to be reported on the odd half, which is saved too."""
    scenes = read_bccd(bccd)
    save_scenes(out, scenes[1::2], CELLS)
    save_model(out, teach(scenes[::2], len(CELLS), width=384, epochs=50), CELLS, 384)
    print(out, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--bccd", type=Path, help="BCCD_Dataset: Annotations and JPEGImages")
    parser.add_argument("--photos", type=Path, help="ImageFolder of small photos")
    parser.add_argument("--only", nargs="*", help="fruit, glyphs, cells, photos")
    parser.add_argument("--report-model", type=Path, help="only this: model of half of --bccd")
    args = parser.parse_args()
    torch.set_num_threads(1)
    if args.report_model:
        report_model(args.bccd, args.report_model)
        return
    makers: dict[str, Callable[[Path], None]] = {"fruit": fruit, "glyphs": glyphs}
    if args.bccd:
        makers["cells"] = lambda out: cells(args.bccd, out)
    if args.photos:
        makers["photos"] = lambda out: photos(args.photos, out)
    for name, make in makers.items():
        if not args.only or name in args.only:
            make(args.out)


if __name__ == "__main__":
    main()
