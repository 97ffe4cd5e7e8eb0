"""The budgets of bytes and pictures, beside the figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wire import Findings
    from wire_drive import Series

CELLS = 120 * 40


@dataclass(frozen=True, slots=True)
class Budget:
    """A budget, where it was measured, the figure, and whether it is kept (None: not measured)."""

    what: str
    where: str
    budget: str
    figure: str
    ok: bool | None


def budgets(found: Findings) -> list[Budget]:
    """Return every row of the budget table that speaks of bytes and pictures."""
    return [
        *_full(found),
        *_keys(found),
        *_next_image(found),
        *_idle(found),
        *_chafa(found),
        *_slow(found),
    ]


def _full(found: Findings) -> Iterator[Budget]:
    """Pictures on a canvas of 120x40, in full colours: bytes a cell times its cells."""
    for profile, limit, decibels in (("full", 100_000, 40.0), ("lean", 30_000, 28.0)):
        what = f"full image, canvas 120x40, {profile}"
        budget = f"{limit // 1000} KB at {decibels:.0f} dB"
        points = [
            p for p in found.points.get("canvas 120x40", [])
            if p.name.split()[0] == profile and p.depth == "16m"
        ]  # fmt: skip
        if not points:
            yield Budget(what, "16m", budget, "not measured", None)
        for point in points:
            summary = point.summary()
            size = summary["per_cell"] * CELLS
            yield Budget(
                what,
                f"{point.name} 16m",
                budget,
                f"{size / 1000:.1f} KB, {summary['psnr']:.1f} dB (worst {point.worst:.1f})",
                size <= limit and summary["psnr"] >= decibels,
            )


def _keys(found: Findings) -> Iterator[Budget]:
    limits = {"nudge a box": 6000, "label key": 2000, "list move": 1000}
    for (size, profile), series in found.series.items():
        named = {s.name: s for s in series}
        for name, limit in limits.items():
            s = named.get(name)
            figure = f"{s.raw:,} B (most {s.most:,})" if s else "not measured"
            ok = s.raw <= limit if s else None
            yield Budget(f"bytes: {name}", f"{size} {profile}", f"{limit:,} B", figure, ok)


def _next_image(found: Findings) -> Iterator[Budget]:
    for (size, profile), series in found.series.items():
        s: Series | None = next((s for s in series if s.name == "next image"), None)
        if s is None:
            continue
        columns, rows = found.canvases[size]
        figure = f"{s.ratio:.2f}x (p95 {s.ratio_p95:.2f}x)"
        where = f"{size} {profile}, canvas {columns}x{rows}"
        yield Budget("next image, prefetched", where, "2x a bare Static", figure, s.ratio <= 2)


def _idle(found: Findings) -> Iterator[Budget]:
    for (size, profile), raw in found.idle.items():
        yield Budget("bytes while idle", f"{size} {profile}", "0", f"{raw}", raw == 0)


def _chafa(found: Findings) -> Iterator[Budget]:
    for size, verdicts in found.verdicts.items():
        for colours, same in (("same colours", True), ("fewer colours", False)):
            rivals = [v for v in verdicts if v.same_colours is same]
            lost = [v for v in rivals if not v.ok]
            if rivals:
                figure = f"{len(rivals) - len(lost)} of {len(rivals)} of its pictures"
                yield Budget(f"no worse than chafa, {colours}", size, "all", figure, not lost)


def _slow(found: Findings) -> Iterator[Budget]:
    for (size, profile), h in found.held.items():
        figure = f"{h.settled:.2f} s, one transfer {h.single:.2f} s, {h.stale} stale"
        if not (h.came and h.rested):
            figure = f"never (watched {h.line_quiet:.0f} s, {h.late:,} B)"
        yield Budget(f"holding j over {h.keys}", f"{size} {profile}", "one transfer time", figure,
                     h.ok)  # fmt: skip
