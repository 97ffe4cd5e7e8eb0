"""Jobs to measure on: links to images in a folder of our own, boxes from the truth or a grid."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from PIL import Image, ImageOps

PROGRAM = (sys.executable, "-m", "hardcase")
SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".gif"}
DEPTH_TERMS = {
    "16m": {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
    "256": {"TERM": "xterm-256color"},
    "16": {"TERM": "xterm-16color"},
}

Box = tuple[str, float, float, float, float]
"""Label, then left, top, width and height in pixels."""


def environment(scratch: Path, depth: str, line: str, picture: str) -> dict[str, str]:
    """Return the environment of a terminal of `depth`, with lists of jobs and keys of our own."""
    unset = {"COLUMNS", "LINES", "COLORTERM", "NO_COLOR", "TMUX", "TERM_PROGRAM"}
    kept = {k: v for k, v in os.environ.items() if k not in unset and not k.startswith("HARDCASE")}
    return {
        **kept,
        **DEPTH_TERMS[depth],
        "LANG": "C.UTF-8",
        "XDG_STATE_HOME": str(scratch / "state"),
        "XDG_CONFIG_HOME": str(scratch / "config"),
        "HARDCASE_COLOURS": depth,
        "HARDCASE_LINE": line,
        "HARDCASE_PICTURE": picture,
        "HARDCASE_PROBE": "off",
    }


def images_of(folder: Path) -> list[Path]:
    """Return the images of a folder that can be read, in the order the program lists them."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in SUFFIXES:
            try:
                with Image.open(path) as image:
                    image.verify()
            except (OSError, ValueError, SyntaxError) as error:
                print(f"left out: {path.name}: {error}", file=sys.stderr)
                continue
            found.append(path)
    return found


def size_of(path: Path) -> tuple[int, int]:
    """Return (width, height) of the oriented image."""
    with Image.open(path) as image:
        return ImageOps.exif_transpose(image).size


def boxes_of(path: Path, labels: list[str], most: int) -> list[Box]:
    """Return the boxes of an image: of the YOLO truth beside it, else a simple grid."""
    width, height = size_of(path)
    truth = path.parent.parent / "labels" / f"{path.stem}.txt"
    if not truth.is_file():
        return [
            (labels[n % len(labels)], width * (0.1 + 0.3 * n), height * 0.2, width / 5, height / 2)
            for n in range(3)
        ]
    boxes: list[Box] = []
    for line in truth.read_text().splitlines()[:most]:
        number, *numbers = line.split()
        x, y, w, h = (float(n) for n in numbers[:4])
        label = labels[int(number) % len(labels)]
        boxes.append((label, (x - w / 2) * width, (y - h / 2) * height, w * width, h * height))
    return boxes


def link_images(images: list[Path], folder: Path) -> list[Path]:
    """Put the images into a folder of their own, in their order."""
    folder.mkdir(parents=True)
    made = []
    for n, path in enumerate(images):
        copy = folder / f"{n:04}-{path.name}"
        try:
            os.link(path, copy)
        except OSError:
            shutil.copyfile(path, copy)
        made.append(copy)
    return made


def make_job(
    images: list[Path],
    folder: Path,
    scratch: Path,
    *,
    boxed: bool,
    model: tuple[Path, Path | None] | None = None,
) -> tuple[Path, list[Path]]:
    """Make a detection job; with boxes, a third is labeled, a third predicted, a third neither.

    With a model (and its profile) all the rest is predicted by it.
    """
    made = link_images(images, folder)
    names = images[0].parent.parent / "coco.names" if images else Path()
    labels = names.read_text().split("\n")[:8] if names.is_file() else ["person", "animal", "thing"]
    labels = [label for label in labels if label]
    _run(scratch, "init", folder, "--task", "detection", "--labels", ",".join(labels))
    if boxed:
        boxes = [boxes_of(path, labels, 6) for path in images]
        _import(scratch, folder, made, boxes, labels)
        if model:
            profile = ["--profile", model[1]] if model[1] else []
            _run(scratch, "autolabel", folder, "--mode", "pre-label", "--model", model[0], *profile)
    return folder, made


def _import(
    scratch: Path, job: Path, images: list[Path], boxes: list[list[Box]], labels: list[str]
) -> None:
    """Import in the two ways there are: as labels, and as predictions that wait."""
    sizes = [size_of(path) for path in images]
    listed = [
        {"id": n, "file_name": path.name, "width": sizes[n][0], "height": sizes[n][1]}
        for n, path in enumerate(images)
    ]
    categories = [{"id": n, "name": label} for n, label in enumerate(labels, 1)]
    rows = [
        {"id": i * 1000 + k, "image_id": i, "category_id": labels.index(label) + 1,
         "bbox": [round(v, 2) for v in (x, y, w, h)], "area": w * h, "iscrowd": 0, "score": 0.5}
        for i, found in enumerate(boxes) for k, (label, x, y, w, h) in enumerate(found)
    ]  # fmt: skip
    truth, results, every = (scratch / f"{name}.json" for name in ("truth", "results", "images"))
    every.write_text(json.dumps({"images": listed, "annotations": [], "categories": categories}))
    first = [row for row in rows if row["image_id"] % 3 == 0]
    truth.write_text(
        json.dumps({"images": listed[::3], "annotations": first, "categories": categories})
    )
    keys = ("image_id", "category_id", "bbox", "score")
    second = [{k: row[k] for k in keys} for row in rows if row["image_id"] % 3 == 1]
    results.write_text(json.dumps(second))
    _run(scratch, "import", job, truth, "--format", "coco")
    _run(
        scratch, "import", job, results, "--as", "predictions",
        "--format", "coco-results", "--images-file", every,
    )  # fmt: skip


def _run(scratch: Path, *argv: str | Path) -> None:
    env = environment(scratch, "16m", "full", "half")
    done = subprocess.run(
        [*PROGRAM, *map(str, argv)], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"hardcase {argv[0]} failed: {done.stderr.strip()}")
