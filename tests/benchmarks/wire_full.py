"""Full pictures: what they cost and how good they are, ours and those of chafa."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wire_drive import Series
from wire_picture import Fidelity, Region, fit, judge, judge_whole, read, source
from wire_scenes import enter_editor, leave_editor, open_job
from wire_screen import Emulator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

CHAFA_SYMBOLS = {"half": "vhalf+space+solid", "quadrant": "quad+half+space+solid"}
CHAFA_COLOURS = {"16m": ("full", "256", "16"), "256": ("256", "16"), "16": ("16",)}


@dataclass(frozen=True, slots=True)
class Full:
    """One picture: bytes of its cells, raw bytes and zlib bytes of all that came, and fidelity."""

    picture: int
    raw: int
    zipped: int
    fidelity: Fidelity

    @property
    def per_cell(self) -> float:
        """Bytes of the picture a cell that shows the image."""
        return self.picture / self.fidelity.cells


@dataclass(frozen=True, slots=True)
class Point:
    """Many pictures made in one way. All figures are medians but for `worst` (lowest PSNR)."""

    name: str
    depth: str
    pictures: tuple[Full, ...]

    def _median(self, name: str) -> float:
        return statistics.median(getattr(p.fidelity, name) for p in self.pictures)

    @property
    def per_cell(self) -> float:
        """Bytes a cell."""
        return statistics.median(p.per_cell for p in self.pictures)

    @property
    def worst(self) -> float:
        """Lowest PSNR."""
        return min(p.fidelity.psnr for p in self.pictures)

    def summary(self) -> dict[str, Any]:
        """Return the figures by name."""
        names = ("psnr", "ssim", "fine_psnr", "fine_ssim", "blurred", "cells")
        return {
            "name": self.name,
            "depth": self.depth,
            "pictures": len(self.pictures),
            "picture_bytes": statistics.median(p.picture for p in self.pictures),
            "most_bytes": max(p.picture for p in self.pictures),
            "raw": statistics.median(p.raw for p in self.pictures),
            "zlib": statistics.median(p.zipped for p in self.pictures),
            "per_cell": self.per_cell,
            "worst_psnr": self.worst,
            **{name: self._median(name) for name in names},
        }


def full_pictures(
    job: Path, images: Sequence[Path], size: tuple[int, int], env: Mapping[str, str], name: str
) -> tuple[Point, Region]:
    """Open the editor, where the picture has the whole width, on each of the images."""
    place = open_job(job, list(images), size, env)
    driven = place.driven
    made = []
    with driven:
        for at in range(len(images)):
            if at:
                driven.program.send(b"j")
                place.at = at
                driven.rest()
            series = Series(name)
            region = enter_editor(place, None, series)
            seen = read(driven.screen, region)
            fidelity = judge(seen, images[at], region.columns, region.rows)
            reaction = series.ours[0]
            made.append(Full(reaction.picture, reaction.raw, reaction.zipped, fidelity))
            leave_editor(driven)
    return Point(name, env["HARDCASE_COLOURS"], tuple(made)), region


def chafa_version() -> str | None:
    """Return the version of chafa, None where it is absent."""
    if shutil.which("chafa") is None:
        return None
    done = subprocess.run(["chafa", "--version"], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[0]


def chafa_points(
    images: Sequence[Path], region: Region, depth: str, scratch: Path, *, work: int = 9
) -> list[Point]:
    """Have chafa draw the images on as many cells, at its best and most frugal (-w 9 -O 9)."""
    points = []
    for mode, symbols in CHAFA_SYMBOLS.items():
        for colours in CHAFA_COLOURS[depth]:
            made = tuple(
                _chafa(
                    path, region, ["-c", colours, "--symbols", symbols, "-w", str(work)], scratch
                )
                for path in images
            )
            points.append(Point(f"chafa {mode} {colours}", depth, made))
    return points


def _chafa(path: Path, region: Region, options: list[str], scratch: Path) -> Full:
    place = fit(source(path).size, region.columns, region.rows)
    columns, rows = place.width, -(-place.height // 2)
    # What it reads is lossless and turned upright, so that only its drawing is compared.
    plain = scratch / f"{path.stem}.png"
    if not plain.exists():
        source(path).save(plain, compress_level=1)
    dither = ["--dither", "ordered"] if "full" not in options else []
    argv = ["chafa", "-f", "symbols", "-O", "9", "--stretch", "-s", f"{columns}x{rows}"]
    argv += [*options, *dither, str(plain)]
    done = subprocess.run(argv, capture_output=True, check=True, env={"TERM": "xterm-256color"})
    screen = Emulator(columns + 1, rows + 1)
    screen.feed(done.stdout.replace(b"\n", b"\r\n"))
    seen = read(screen, Region(0, 0, columns, rows))
    # Its picture fills whole cells: the ideal is the image on just these.
    fidelity = judge_whole(seen, path, columns, rows)
    size = len(done.stdout)
    return Full(size, size, len(zlib.compress(done.stdout, 6)), fidelity)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A point of chafa and what ours is to it. `same_colours`: it uses all the terminal has."""

    rival: str
    depth: str
    same_colours: bool
    measure: str
    at_its_bytes: str
    at_its_fidelity: str
    ok: bool


def compare(ours: Sequence[Point], rivals: Sequence[Point]) -> list[Verdict]:
    """Say for each point of chafa what of ours costs no more, and what is no worse.

    The measure is the PSNR on 2 x 2 pixels a cell, which is fair to half and quadrant blocks alike;
    with few colours that of the blurred pictures, as dither is made for. One decibel tenth and one
    percent of bytes count as equal.
    """
    verdicts = []
    for rival in rivals:
        measure = "fine_psnr" if rival.depth == "16m" else "blurred"
        there = rival.summary()
        mine = [(p, p.summary()) for p in ours if p.depth == rival.depth]
        cheap = [(s[measure], p) for p, s in mine if s["per_cell"] <= there["per_cell"] * 1.01]
        good = [(s["per_cell"], p) for p, s in mine if s[measure] >= there[measure] - 0.1]
        best = max(cheap, key=lambda c: c[0], default=None)
        least = min(good, key=lambda c: c[0], default=None)
        verdicts.append(
            Verdict(
                f"{rival.name}: {there['per_cell']:.1f} B/cell, {there[measure]:.1f} dB",
                rival.depth,
                rival.name.endswith(f" {CHAFA_COLOURS[rival.depth][0]}"),
                measure,
                f"{best[0]:.1f} dB ({best[1].name})" if best else "none of ours is as cheap",
                f"{least[0]:.1f} B/cell ({least[1].name})" if least else "none of ours is as good",
                ok=bool(
                    best and least and best[0] >= there[measure] - 0.1
                    and least[0] <= there["per_cell"] * 1.01
                ),
            )
        )  # fmt: skip
    return verdicts
