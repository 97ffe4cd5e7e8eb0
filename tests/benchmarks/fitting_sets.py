"""Make the sets that the shipped weights of classification are fitted on, none of them reported on.

    python tests/benchmarks/fitting_sets.py --out DIR [--bccd DIR] [--photos DIR] [--only NAME ...]

Each set is DIR/NAME with `images/CLASS/*.png` that its model never saw, and `model.onnx` with
`model.yaml`. They differ in what is in them, in how good the model is and in what it was taught:

- flowers: the generator of the sample data, from seeds of its own, by the shipped classifier
- digits-plain, digits-shifted: scikit-learn's handwritten digits, 8x8 (UCI, public domain)
- letters-plain, letters-turned: capital letters in the fonts that fontconfig lists, some put aside
- cells: crops of BCCD (MIT), made small, for a model that learned from forty photos
- photos-plain, photos-mirrored: every second image of CIFAR-10's part that the README of the data
  names, so that the other half can be reported on, by two models made here

Mirroring is no harmless view of digits and letters: that the weights must bear it is the point.
Needs PyTorch (`pip install -e '.[train]'`) and scikit-learn; a few minutes on one core.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent.parent
CELLS = ("Platelets", "RBC", "WBC")
LETTERS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
PROFILE = """task: classification
decoder: classifier
input: {{size: [{size}, {size}], layout: nchw, color: rgb, scale: 255, mean: [0, 0, 0],
        std: [1, 1, 1], fit: stretch}}
labels: [{labels}]
score_threshold: 0.0
iou_threshold: 0.5
activation: softmax
"""


@dataclass(frozen=True)
class Pictures:
    """`images` (N, side, side, 3) uint8 and `classes` (N,) int64."""

    images: NDArray[np.uint8]
    classes: NDArray[np.int64]

    def __getitem__(self, rows: NDArray) -> Pictures:
        return Pictures(self.images[rows], self.classes[rows])


def network(classes: int, width: int) -> nn.Module:
    def block(a: int, b: int) -> list[nn.Module]:
        return [nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU(), nn.MaxPool2d(2)]

    return nn.Sequential(
        *block(3, width),
        *block(width, 2 * width),
        nn.Conv2d(2 * width, 2 * width, 3, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
        nn.Linear(8 * width, 64),
        nn.ReLU(),
        nn.Linear(64, classes),
    )


def taught(
    data: Pictures, classes: int, *, width: int, epochs: int, vary: Sequence[str] = ()
) -> nn.Module:
    """Train on `data`, varied as told: mirrored, shifted, turned."""
    torch.manual_seed(3)
    rng = np.random.default_rng(3)
    net = network(classes, width)
    steps = epochs * -(-len(data.images) // 32)
    optimiser = torch.optim.AdamW(net.parameters(), 3e-3, weight_decay=1e-2)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps)
    for _ in range(epochs):
        order = rng.permutation(len(data.images))
        for first in range(0, len(order), 32):
            rows = order[first : first + 32]
            x = varied(tensor(data.images[rows]), vary, rng)
            loss = functional.cross_entropy(net(x), torch.from_numpy(data.classes[rows]))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            plan.step()
    return net.eval()


def varied(x: torch.Tensor, vary: Sequence[str], rng: np.random.Generator) -> torch.Tensor:
    count = len(x)
    angle = torch.from_numpy(rng.normal(0, 0.15 * ("turned" in vary), count)).float()
    shift = torch.from_numpy(rng.uniform(-0.2, 0.2, (count, 2)) * ("shifted" in vary)).float()
    mirror = torch.from_numpy(1.0 - 2.0 * (rng.random(count) < 0.5 * ("mirrored" in vary))).float()
    rows = torch.stack([mirror * angle.cos(), -angle.sin(), shift[:, 0]], 1)
    others = torch.stack([mirror * angle.sin(), angle.cos(), shift[:, 1]], 1)
    grid = functional.affine_grid(torch.stack([rows, others], 1), list(x.shape), False)
    return functional.grid_sample(x, grid, padding_mode="border", align_corners=False)


def tensor(images: NDArray[np.uint8]) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(images.transpose(0, 3, 1, 2))).float() / 255


def save(out: Path, name: str, net: nn.Module, job: Pictures, labels: Sequence[str]) -> None:
    folder, size = out / name, job.images.shape[1]
    shutil.rmtree(folder, ignore_errors=True)
    save_images(folder, job, labels)
    torch.onnx.export(
        net,
        (tensor(job.images[:1]),),
        str(folder / "model.onnx"),
        input_names=["images"],
        output_names=["output0"],
        dynamic_axes={"images": {0: "batch"}, "output0": {0: "batch"}},
        dynamo=False,
    )
    (folder / "model.yaml").write_text(PROFILE.format(size=size, labels=", ".join(labels)))
    with torch.inference_mode():
        right = net(tensor(job.images)).argmax(1).numpy() == job.classes
    print(f"{name}: {len(right)} images, {right.mean():.3f} right", flush=True)


def save_images(folder: Path, job: Pictures, labels: Sequence[str]) -> None:
    for label in labels:
        (folder / "images" / label).mkdir(parents=True)
    for n, (image, c) in enumerate(zip(job.images, job.classes, strict=True)):
        Image.fromarray(image).save(folder / "images" / labels[c] / f"{n:05}.png")


def flowers(out: Path) -> None:
    sys.path.insert(0, str(ROOT / "models"))
    import data

    data.HARD_SHARE, data.HARD_STRENGTH = 0.5, (0.3, 1.0)
    painted = data.render_classification(1500, seed=202)
    folder = out / "flowers"
    shutil.rmtree(folder, ignore_errors=True)
    save_images(folder, Pictures(painted.images, painted.classes), data.SPECIES)
    for ending in ("onnx", "yaml"):
        source = ROOT / "models" / f"flower_classifier.{ending}"
        shutil.copy(source, folder / f"model.{ending}")
    print("flowers: 1500 images")


def digits(out: Path) -> None:
    from sklearn.datasets import load_digits

    source = load_digits()
    grey = np.clip(source.images * 16, 0, 255).astype(np.uint8)
    big = grey.repeat(2, axis=1).repeat(2, axis=2)
    every = Pictures(np.stack([big] * 3, axis=-1), source.target.astype(np.int64))
    order = np.random.default_rng(5).permutation(len(big))
    labels = [str(n) for n in range(10)]
    for name, taken, vary in (("plain", 80, ()), ("shifted", 150, ("shifted", "turned"))):
        net = taught(every[order[:taken]], 10, width=8, epochs=15, vary=vary)
        save(out, f"digits-{name}", net, every[order[150:]], labels)


def letters(out: Path) -> None:
    listed = subprocess.run(["fc-list", ":", "file"], check=True, capture_output=True, text=True)
    files = sorted({line.strip(": \n") for line in listed.stdout.splitlines()})
    rng = np.random.default_rng(6)
    images: list[NDArray[np.uint8]] = []
    classes: list[int] = []
    fonts: list[int] = []
    for n, file in enumerate(f for f in files if f.endswith((".ttf", ".otf", ".t1", ".pfb"))):
        for c, letter in enumerate(LETTERS * 3):
            image = drawn(letter, file, rng)
            if image is not None:
                images.append(image)
                classes.append(c % len(LETTERS))
                fonts.append(n)
    every = Pictures(np.stack(images), np.array(classes))
    font = np.array(fonts)
    chosen = rng.permutation(np.unique(font))
    for name, taken, vary in (("plain", 12, ()), ("turned", 24, ("turned", "shifted"))):
        known = np.isin(font, chosen[:taken])
        rest = rng.permutation(np.flatnonzero(~np.isin(font, chosen[:24])))[:3000]
        net = taught(every[np.flatnonzero(known)], 26, width=12, epochs=20, vary=vary)
        save(out, f"letters-{name}", net, every[np.sort(rest)], LETTERS)


def drawn(letter: str, file: str, rng: np.random.Generator) -> NDArray[np.uint8] | None:
    """Draw a letter, 24 pixels square, dark on light with noise; None if the font lacks it."""
    try:
        font = ImageFont.truetype(file, int(rng.integers(15, 22)))
        mask = Image.new("L", (24, 24))
        at = (12 + rng.normal(0, 1.5), 12 + rng.normal(0, 1.5))
        ImageDraw.Draw(mask).text(at, letter, font=font, fill=255, anchor="mm")
    except (OSError, ValueError):
        return None
    ink = np.asarray(mask.rotate(rng.normal(0, 8)), dtype=np.float64)[..., None] / 255
    if ink.sum() < 8:
        return None
    dark, light = rng.uniform([[0] * 3, [120] * 3], [[110] * 3, [255] * 3])
    noisy = dark * ink + light * (1 - ink) + rng.normal(0, 12, (24, 24, 3))
    return np.clip(noisy, 0, 255).astype(np.uint8)


def cells(bccd: Path, out: Path) -> None:
    images: list[NDArray[np.uint8]] = []
    classes: list[int] = []
    photos: list[int] = []
    for n, file in enumerate(sorted(bccd.rglob("*.xml"))):
        photo = Image.open(next(bccd.rglob(f"{file.stem}.jpg"))).convert("RGB")
        for box in ET.parse(file).iter("object"):  # noqa: S314  (the reader's own copy of BCCD)
            corners = [
                int(box.findtext(f"bndbox/{k}", "0")) for k in ("xmin", "ymin", "xmax", "ymax")
            ]
            if corners[2] - corners[0] > 4 and corners[3] - corners[1] > 4:
                small = photo.crop(corners).resize((12, 12), Image.Resampling.BOX)
                images.append(np.asarray(small.resize((24, 24), Image.Resampling.BILINEAR)))
                classes.append(CELLS.index(box.findtext("name", "")))
                photos.append(n)
    every, photo_of = Pictures(np.stack(images), np.array(classes)), np.array(photos)
    net = taught(every[np.flatnonzero(photo_of < 40)], 3, width=8, epochs=20, vary=("mirrored",))
    save(out, "cells", net, every[np.flatnonzero(photo_of >= 40)], CELLS)


def photos(tree: Path, out: Path) -> None:
    """Two models taught on a quarter of an ImageFolder; a quarter is the set, half is left."""
    files = sorted(p for p in tree.rglob("*") if p.suffix in {".png", ".jpg"})[::2]
    labels = sorted({p.parent.name for p in files})
    every = Pictures(
        np.stack([np.asarray(Image.open(p).convert("RGB").resize((32, 32))) for p in files]),
        np.array([labels.index(p.parent.name) for p in files]),
    )
    known, rest = np.arange(0, len(files), 2), np.arange(1, len(files), 2)
    for name, width, epochs, vary in (
        ("plain", 16, 12, ()),
        ("mirrored", 24, 40, ("mirrored", "shifted")),
    ):
        net = taught(every[known], len(labels), width=width, epochs=epochs, vary=vary)
        save(out, f"photos-{name}", net, every[rest], labels)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--bccd", type=Path, help="BCCD_Dataset: Annotations and JPEGImages")
    parser.add_argument("--photos", type=Path, help="ImageFolder of small photos")
    parser.add_argument("--only", nargs="*", help="names of sets to make")
    args = parser.parse_args()
    torch.set_num_threads(1)
    makers: dict[str, Callable[[Path], None]] = {
        "flowers": flowers,
        "digits": digits,
        "letters": letters,
    }
    if args.bccd:
        makers["cells"] = lambda out: cells(args.bccd, out)
    if args.photos:
        makers["photos"] = lambda out: photos(args.photos, out)
    for name, make in makers.items():
        if not args.only or name in args.only:
            make(args.out)


if __name__ == "__main__":
    main()
