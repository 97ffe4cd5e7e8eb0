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
    """Pictures in full colours, the limit as many bytes as the canvas has cells to 120x40.

    No picture may take more; the middle one must be as good as is asked for. Quadrants are judged
    by bytes alone: four pixels in two colours cannot be that close, however many bytes they take.
    """
    for size, points in found.points.items():
        for point in points:
            profile = point.name.split()[0]
            if point.depth != "16m" or profile not in _PICTURES:
                continue
            limit, decibels = _PICTURES[profile]
            limit *= point.canvas / CELLS
            s, both = point.summary(), point.share(limit, decibels)
            yield Budget(
                f"full image, {point.name}",
                f"{size} 16m, {point.canvas:,} cells",
                f"{limit / 1000:.1f} KB at {decibels:.0f} dB",
                f"{s['picture_bytes'] / 1000:.1f} KB (most {s['most_bytes'] / 1000:.1f}), "
                f"{s['psnr']:.1f} dB (worst {point.worst:.1f}), both {both:.0%}",
                s["most_bytes"] <= limit and ("quadrant" in point.name or s["psnr"] >= decibels),
            )


_PICTURES = {"full": (100_000, 40.0), "lean": (30_000, 28.0)}


def _keys(found: Findings) -> Iterator[Budget]:
    # On the canvas of the budgets only the next image is measured.
    limits = {"nudge a box": 6000, "label key": 2000, "list move": 1000}
    for (size, profile), series in found.series.items():
        named = {s.name: s for s in series}
        if len(named) == 1:
            continue
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
        figure = f"{s.ratio:.2f}x (p95 {s.ratio_p95:.2f}x, least {s.ratio_least:.2f}x)"
        where = f"{size} {profile}, canvas {columns}x{rows}"
        yield Budget("next image, prefetched", where, "2x a bare Static", figure, s.ratio <= 2)


def _idle(found: Findings) -> Iterator[Budget]:
    for (size, profile), raw in found.idle.items():
        yield Budget("bytes while idle", f"{size} {profile}", "0", f"{raw}", raw == 0)


def _chafa(found: Findings) -> Iterator[Budget]:
    for size, matches in found.matches.items():
        for depth in dict.fromkeys(m.depth for m in matches):
            mine = [m for m in matches if m.depth == depth]
            won = sum(m.ok for m in mine)
            figure = f"{won} of {len(mine)} of its ways to draw"
            yield Budget(f"no worse than chafa, {depth}", size, "all", figure, won == len(mine))


def _slow(found: Findings) -> Iterator[Budget]:
    for (size, profile), h in found.held.items():
        figure = f"{h.settled:.2f} s, one transfer {h.single:.2f} s, {h.stale} stale"
        if not (h.came and h.rested):
            figure = f"never (watched {h.line_quiet:.0f} s, {h.late:,} B)"
        yield Budget(f"holding j over {h.keys}", f"{size} {profile}", "one transfer time", figure,
                     h.ok)  # fmt: skip
