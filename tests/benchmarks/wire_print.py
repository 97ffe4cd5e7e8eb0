"""The tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wire_budget import Budget
    from wire_curve import Match
    from wire_drive import Series
    from wire_full import Point
    from wire_slow import Held


def series(
    size: str, profile: str, canvas: tuple[int, int], found: Sequence[Series], idle: int
) -> None:
    """Print what keys cost at one size."""
    print(f"\n{size}, {profile}: keys (canvas {canvas[0]}x{canvas[1]})")
    print(f"{'':18}{'n':>4}{'bytes':>10}{'most':>10}{'zlib -6':>10}{'picture':>10}"
          f"{'median':>10}{'p95':>10}{'ratio':>8}{'p95':>8}{'least':>8}")  # fmt: skip
    for s in found:
        print(f"{s.name:18}{len(s.ours):4}{s.raw:10,}{s.most:10,}{s.zipped:10,}{s.picture:10,}"
              f"{s.median * 1000:7.1f} ms{s.p95 * 1000:7.1f} ms{s.ratio:8.2f}{s.ratio_p95:8.2f}"
              f"{s.ratio_least:8.2f}",
              flush=True)  # fmt: skip
    print(f"{'idle':18}{'':4}{idle:10,}", flush=True)


def pictures(size: str, points: Sequence[Point]) -> None:
    """Print what full pictures cost and how good they are at one size."""
    print(f"\n{size}: full pictures in the box editor (medians; 2x2: on four pixels a cell; blur: "
          "what is left of dither)")  # fmt: skip
    print(f"{'':22}{'colours':>8}{'cells':>7}{'picture':>9}{'all':>9}{'zlib -6':>9}{'B/cell':>8}"
          f"{'most':>7}{'PSNR':>7}{'worst':>7}{'SSIM':>7}{'2x2':>7}{'SSIM':>7}{'blur':>7}"
          )  # fmt: skip
    for point in points:
        s = point.summary()
        print(f"{s['name']:22}{s['depth']:>8}{s['cells']:7,.0f}{s['picture_bytes']:9,.0f}"
              f"{s['raw']:9,.0f}{s['zlib']:9,.0f}{s['per_cell']:8.1f}{s['most_per_cell']:7.1f}"
              f"{s['psnr']:7.1f}{s['worst_psnr']:7.1f}{s['ssim']:7.3f}{s['fine_psnr']:7.1f}"
              f"{s['fine_ssim']:7.3f}{s['blurred']:7.1f}")  # fmt: skip
    print(end="", flush=True)


def chafa(size: str, version: str, matches: Sequence[Match]) -> None:
    """Print how ours and chafa compare at the same bytes and at the same fidelity."""
    print(f"\n{size}: beside {version} at the bytes it takes; means, but for `needs`, the share of "
          "its bytes that ours needs for its fidelity (median)")  # fmt: skip
    print(f"{'':30}{'B/cell':>7}{'blur':>7}{'ours':>7}{'PSNR':>8}{'ours':>7}{'SSIM':>8}{'ours':>7}"
          f"{'by':>6}{'won':>6}{'needs':>7}")  # fmt: skip
    for m in matches:
        by = "blur" if m.measure == "blurred" else "PSNR"
        print(f"{m.rival:30}{m.per_cell:7.2f}{m.theirs.blurred:7.2f}{m.ours.blurred:7.2f}"
              f"{m.theirs.psnr:8.2f}{m.ours.psnr:7.2f}{m.theirs.ssim:8.3f}{m.ours.ssim:7.3f}"
              f"{by:>6}{m.won:6.0%}{m.needs:7.0%}  {'ok' if m.ok else 'LOST'}",
              flush=True)  # fmt: skip


def held(size: str, profile: str, rate: float, latency: float, h: Held) -> None:
    """Print what holding a key did on a slow line."""
    print(f"\n{size}, {profile}: {h.keys} times j held on {rate:g} Mbit/s, {latency:g} ms")
    print(f"  one picture: {h.single:.2f} s, {h.single_bytes:,} B; after the last key its picture "
          f"was whole in {h.settled:.2f} s ({'ok' if h.ok else 'OVER'}), the line quiet in "
          f"{h.line_quiet:.2f} s")  # fmt: skip
    if not h.came:
        print("  NEVER: its picture did not come as long as it was watched")
    if not h.rested:
        print("  NEVER: the line did not come to rest as long as it was watched")
    print(f"  {h.total:,} B sent, {h.late:,} B of them after the last key; {h.pictures} pictures "
          f"seen, {h.stale} stale ones after the last key", flush=True)  # fmt: skip


def budgets(rows: Sequence[Budget]) -> None:
    """Print the budgets."""
    print("\nBudgets")
    for row in rows:
        verdict = {True: "ok", False: "OVER", None: "-"}[row.ok]
        print(f"{row.what:37}{row.where:35}{row.budget:20}{row.figure:44}{verdict}", flush=True)
