"""Full pictures of the real program: what they cost and how good they are."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wire_drive import Series
from wire_picture import Fidelity, judge, read
from wire_scenes import enter_editor, leave_editor, open_job

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


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
    canvas: int
    """Cells of the canvas that each picture was fitted into."""

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

    def share(self, limit: float, decibels: float) -> float:
        """Return the share of pictures of at most `limit` bytes and at least so many dB."""
        good = [p.picture <= limit and p.fidelity.psnr >= decibels for p in self.pictures]
        return sum(good) / len(good)

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
            "most_per_cell": max(p.per_cell for p in self.pictures),
            "worst_psnr": self.worst,
            **{name: self._median(name) for name in names},
        }


def full_pictures(
    job: Path, images: Sequence[Path], size: tuple[int, int], env: Mapping[str, str], name: str
) -> Point:
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
    canvas = region.columns * region.rows
    return Point(name, env["HARDCASE_COLOURS"], tuple(made), canvas)
