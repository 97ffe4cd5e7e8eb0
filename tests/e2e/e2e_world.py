"""What the end-to-end tests are made of: the program, pictures, small disks."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = (sys.executable, "-m", "hardcase")


@dataclass(frozen=True)
class Done:
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def records(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def error(self) -> str:
        """The one line on stderr."""
        (line,) = self.err.splitlines()
        assert line.startswith("hardcase: ")
        return line


def paint_pictures(folder: Path, count: int = 4) -> Path:
    """Write some small pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(7)
    for n in range(count):
        pixels = random.integers(0, 255, (24, 32, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{n}.png")
    return folder


@dataclass(frozen=True)
class Disk:
    """A small file system of its own."""

    path: Path

    def make_read_only(self) -> None:
        mount("-o", "remount,ro", self.path)

    def fill(self) -> Path:
        """Leave no byte free; deleting the file that is returned frees them."""
        ballast = self.path / "ballast"
        with ballast.open("wb", buffering=0) as file:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while file.write(b"x" * size):
                        pass
                except OSError:
                    continue
        return ballast


def mount(*argv: str | Path) -> None:
    """Call mount(8). Raises CalledProcessError."""
    subprocess.run(["mount", *map(str, argv)], check=True, capture_output=True, text=True)
