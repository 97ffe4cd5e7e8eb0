"""Bytes, pictures and latencies of the real program in a pseudo terminal.

    python tests/benchmarks/wire.py --images DIR [--profiles full,lean,auto] [--json FILE]

Runs `python -m hardcase JOB` at several sizes, types at it, and prints what each key costs in bytes
(raw, and as `ssh -C` sends them), how long it takes beside a bare Textual app pressed in turns with
it, how close the pictures are to the ideal downscale, how chafa draws the same pictures, and what
holding `j` does on a slow line. At the end come the budgets. A measurement ends with 0 whatever it
finds, unless `--check` asks for 1 when a budget is exceeded.

All byte counts are what the terminal receives. `picture` are the bytes of the picture's own cells.
Latency is from the key to the last byte of the reaction. 16 colours are xterm's own.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import wire_chafa
import wire_print
from wire_budget import Budget, budgets
from wire_check import agree_with_pyte
from wire_curve import Match, match
from wire_drive import NotSeenError
from wire_full import Point, full_pictures
from wire_job import boxes_of, environment, images_of, make_job
from wire_pty import Line
from wire_scenes import idle, interactions, open_job, same_picture_moves, start_bare
from wire_slow import Held, hold

if TYPE_CHECKING:
    from wire_drive import Series

CANVAS = (120, 40)
"""The canvas the budget of pictures is about."""
BUDGETS = "canvas 120x40"
JOB_SIZE = (170, 59)
"""The terminal on which the job screen has that canvas."""
EDITOR_LINES = 4
"""Lines of the box editor that are not its canvas."""


@dataclass
class Findings:
    """All that was measured."""

    series: dict[tuple[str, str], list[Series]] = field(default_factory=dict)  # (size, profile)
    canvases: dict[str, tuple[int, int]] = field(default_factory=dict)
    idle: dict[tuple[str, str], int] = field(default_factory=dict)
    points: dict[str, list[Point]] = field(default_factory=dict)  # by size
    matches: dict[str, list[Match]] = field(default_factory=dict)
    held: dict[tuple[str, str], Held] = field(default_factory=dict)


@dataclass
class World:
    """The jobs to measure on, and what was asked for."""

    args: argparse.Namespace
    scratch: Path
    boxed: tuple[Path, list[Path]]
    plain: tuple[Path, list[Path]]
    same: tuple[Path, list[Path]]


def main() -> int:
    """Measure and print."""
    args = _arguments()
    found = Findings()
    with tempfile.TemporaryDirectory(prefix="wire-") as folder:
        world = _world(args, Path(folder))
        for name, size in args.sizes.items():
            for profile in args.profiles:
                at = name, size, profile
                if "keys" in args.parts:
                    _tried(f"keys at {name}, {profile}", _keys, world, found, *at)
                if "slow" in args.parts and name != BUDGETS:
                    _tried(f"slow at {name}, {profile}", _slow, world, found, *at)
            if "pictures" in args.parts:
                _pictures(world, found, name, size)
        if "chafa" in args.parts:
            _chafa(world, found)
        env = environment(world.scratch, "16m", "full", args.picture[0])
        _tried("the emulator", agree_with_pyte, world.boxed[0], env)
    rows = budgets(found)
    wire_print.budgets(rows)
    if args.json:
        args.json.write_text(json.dumps(_plain(found, rows), indent=1) + "\n")
    return int(args.check and any(row.ok is False for row in rows))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=Path, required=True, help="folder of images; boxes come "
                        "from ../labels (YOLO) if there are any, else a grid is drawn")  # fmt: skip
    parser.add_argument("--sizes", type=_sizes, default="80x24,120x40,200x60,canvas",
                        help="of the terminal; `canvas`: where the picture has the 120x40 cells "
                        "that the budgets are about")  # fmt: skip
    profiles = "full", "lean", "auto"
    parser.add_argument("--profiles", type=_listed(*profiles), default=",".join(profiles))
    parser.add_argument("--picture", type=_listed("half", "quadrant"), default="half,quadrant")
    parser.add_argument("--depth", type=_listed("16m", "256", "16"), default="16m,256,16")
    parser.add_argument("--parts", type=_listed("keys", "pictures", "chafa", "slow"),
                        default="keys,pictures,chafa,slow", help="what to measure")  # fmt: skip
    parser.add_argument("--repeat", type=int, default=15, help="repetitions of each key")
    parser.add_argument("--pictures", type=int, default=12, help="images of the fidelity part")
    parser.add_argument("--idle", type=float, default=10.0, help="seconds to do nothing")
    parser.add_argument("--rate", type=float, default=1.0, help="slow line, Mbit/s")
    parser.add_argument(
        "--latency", type=float, default=150.0, help="slow line, ms added to output"
    )
    parser.add_argument("--buffer", type=int, default=64, help="KiB that wait before the slow line")
    parser.add_argument(
        "--model", type=Path, help="auto label with this model instead of importing"
    )
    parser.add_argument("--profile", type=Path, help="profile of the model")
    parser.add_argument("--json", type=Path, help="write all figures to this file too")
    parser.add_argument("--check", action="store_true", help="end with 1 when a budget is exceeded")
    return parser.parse_args()


def _listed(*known: str):
    def parse(text: str) -> list[str]:
        words = [word for word in text.split(",") if word]
        if not words or not set(words) <= set(known):
            raise argparse.ArgumentTypeError(f"a list of {', '.join(known)}")
        return words

    return parse


def _sizes(text: str) -> dict[str, tuple[int, int]]:
    found = {}
    for word in text.split(","):
        if word == "canvas":
            found[BUDGETS] = JOB_SIZE
            continue
        try:
            columns, rows = (int(n) for n in word.split("x"))
        except ValueError as error:
            raise argparse.ArgumentTypeError("sizes like 80x24,120x40") from error
        found[word] = (columns, rows)
    return found


def _world(args: argparse.Namespace, scratch: Path) -> World:
    images = images_of(args.images)
    if len(images) < 4:
        raise SystemExit(f"{args.images} needs four images at least")
    boxed = [path for path in images if boxes_of(path, ["thing"], 12)][:90]
    _say(f"{len(images)} images of {args.images}, {len(boxed)} of them in the job with boxes")
    for variable, values in (("HARDCASE_LINE", "profiles"), ("HARDCASE_PICTURE", "picture")):
        if not _is_read(variable):
            kept = getattr(args, values)[:1]
            _say(f"this tree does not read {variable}: only {kept[0]} is measured, as it is")
            setattr(args, values, kept)
    model = (args.model, args.profile) if args.model else None
    return World(
        args,
        scratch,
        make_job(boxed, scratch / "boxed", scratch, boxed=True, model=model),
        make_job(_spread(images, max(args.pictures, 4)), scratch / "plain", scratch, boxed=False),
        make_job([images[0]] * 8, scratch / "same", scratch, boxed=False),
    )


def _spread(images: list[Path], count: int) -> list[Path]:
    """Return so many of the images, evenly from all of them."""
    return images[:: max(1, len(images) // count)][:count]


def _is_read(variable: str) -> bool:
    import hardcase

    root = Path(hardcase.__file__).parent
    return any(variable in path.read_text() for path in root.rglob("*.py"))


def _tried(what: str, measure: Any, *args: Any) -> None:
    try:
        measure(*args)
    except NotSeenError as error:
        _say(f"{what} could not be measured: {error}")


def _keys(world: World, found: Findings, name: str, size: tuple[int, int], profile: str) -> None:
    args = world.args
    env = environment(world.scratch, args.depth[0], profile, args.picture[0])
    place = open_job(*world.boxed, size, env)
    with place.driven, start_bare(place.region, size, env) as bare:
        found.canvases[name] = (place.region.columns, place.region.rows)
        only = {"next image"} if name == BUDGETS else None
        series = interactions(place, bare, args.repeat, only)
        found.idle[name, profile] = idle(place, args.idle)
        unknown = dict(place.driven.screen.unknown)
        if name != BUDGETS:
            same = open_job(*world.same, size, env)
            with same.driven:
                series.append(same_picture_moves(same, bare, args.repeat))
    found.series[name, profile] = series
    wire_print.series(name, profile, found.canvases[name], series, found.idle[name, profile])
    if unknown:
        _say(f"sequences the emulator does not know: {unknown}")


def _pictures(world: World, found: Findings, name: str, size: tuple[int, int]) -> None:
    """Measure full pictures, in the box editor."""
    args = world.args
    if name == BUDGETS:
        size = CANVAS[0], CANVAS[1] + EDITOR_LINES
    points: list[Point] = []
    job, images = world.plain
    for depth in args.depth:
        for profile in args.profiles:
            for picture in args.picture:
                env = environment(world.scratch, depth, profile, picture)
                what = f"{profile} {picture}"
                try:
                    point = full_pictures(job, images[: args.pictures], size, env, what)
                    points.append(point)
                except NotSeenError as error:
                    _say(f"pictures at {name}, {what} {depth} could not be measured: {error}")
    found.points[name] = points
    wire_print.pictures(name, points)


def _chafa(world: World, found: Findings) -> None:
    """Compare ours with chafa on CANVAS cells; `wire_curve.py` does so at any size."""
    version = wire_chafa.version()
    if version is None:
        _say("chafa is not installed (Debian: apt-get install chafa): no comparison")
        return
    images = world.plain[1][: world.args.pictures]
    found.matches[BUDGETS] = [
        match(rival, images, CANVAS, world.scratch)
        for depth in world.args.depth for rival in wire_chafa.rivals(depth)
    ]  # fmt: skip
    wire_print.chafa(BUDGETS, version, found.matches[BUDGETS])


def _slow(world: World, found: Findings, name: str, size: tuple[int, int], profile: str) -> None:
    args = world.args
    env = environment(world.scratch, args.depth[0], profile, args.picture[0])
    line = Line(args.rate * 1e6 / 8, args.latency / 1000, args.buffer << 10)
    keys = min(50, len(world.boxed[1]) - 4)
    held = hold(*world.boxed, size, env, line, keys=keys)
    found.held[name, profile] = held
    wire_print.held(name, profile, args.rate, args.latency, held)


def _plain(found: Findings, rows: list[Budget]) -> dict[str, Any]:
    return {
        "keys": [
            {"size": size, "profile": profile, "name": s.name, "raw": s.raw, "most": s.most,
             "zlib": s.zipped, "picture": s.picture, "median_ms": s.median * 1000,
             "p95_ms": s.p95 * 1000, "ratio": s.ratio, "ratio_p95": s.ratio_p95,
             "ratio_least": s.ratio_least}
            for (size, profile), series in found.series.items() for s in series
        ],
        "idle": [{"size": s, "profile": p, "raw": n} for (s, p), n in found.idle.items()],
        "pictures": [
            {"size": size, **point.summary()}
            for size, points in found.points.items() for point in points
        ],
        "chafa": [{"size": size, **asdict(m)} for size, ms in found.matches.items() for m in ms],
        "slow": [{"size": s, "profile": p, **asdict(h)} for (s, p), h in found.held.items()],
        "budgets": [asdict(row) for row in rows],
    }  # fmt: skip


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
