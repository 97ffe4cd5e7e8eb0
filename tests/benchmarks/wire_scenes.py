"""What is measured of the job screen and the box editor, key by key."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from wire_drive import Driven, NotSeenError, Reaction, Series
from wire_job import PROGRAM
from wire_picture import Album, Region, editor_regions, job_regions, locate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from wire_screen import Emulator

BARE = Path(__file__).with_name("wire_bare.py")
LIKE = 0.3
"""Likeness from which a picture counts as that of an image, if it is like no other even more."""
SURE = 0.8
"""The same where many images may be meant: one picture half over another is like several."""


@dataclass
class Place:
    """The program at rest on the job screen, and where its pictures are."""

    driven: Driven
    images: list[Path]
    region: Region
    at: int = 0


def open_job(
    job: Path, images: list[Path], size: tuple[int, int], env: Mapping[str, str], **more: Any
) -> Place:
    """Start the program and wait until the first picture is there; the caller closes it."""
    driven = Driven([*PROGRAM, job], size, env, **more)
    try:
        driven.wait_for(lambda s: re.search(r"▌.*\.\w+ ", s.text), "the list of samples")
        _show_all(driven, images)
        found: list[tuple[Region, float]] = []

        def painted(screen: Emulator) -> bool:
            found[:] = [f] if (f := locate(screen, job_regions(screen), images[0])) else []
            return bool(found) and found[0][1] > LIKE

        driven.wait_for(painted, "the first picture")
        driven.rest()
    except BaseException:
        driven.__exit__()
        raise
    return Place(driven, images, found[0][0])


_HEAD = 5
"""Letters of a file name's start that are its number and a dash, and shown in a narrow list too."""


def _show_all(driven: Driven, images: list[Path]) -> None:
    """Go to the first of all samples: a job opens where it was left, or where work waits."""
    first = [path.name[:_HEAD] for path in images[:3]]
    for _ in range(4):
        driven.program.send(b"g")
        driven.rest()
        rows = driven.screen.text.splitlines()
        top = next((n for n, row in enumerate(rows) if row.startswith("▌")), 0)
        if all(name in row for name, row in zip(first, rows[top:], strict=False)):
            return
        driven.program.send(b"]")
    raise NotSeenError(f"the list of all samples is not on screen:\n{driven.screen.text}")


def shown_sample(screen: Emulator, album: Album, like: float = LIKE) -> int | None:
    """Return which image of the album the picture is closest to, None if it is like none."""
    scores = album.scores(screen)
    best = int(scores.argmax())
    return best if scores[best] > like else None


def interactions(
    place: Place, bare: Driven, repetitions: int, wanted: set[str] | None = None
) -> list[Series]:
    """Measure everything on a job with boxes; what cannot be measured is said on stderr."""
    scenes: dict[str, Callable[[Place, Driven, int], list[Series]]] = {
        "next image": _next_image,
        "zoom and pan": _zoom,
        "label": _label,
        "tab": _tabs,
        "editor": _editor,
    }
    series = []
    for name, scene in scenes.items():
        if wanted is None or name in wanted:
            try:
                series += scene(place, bare, repetitions)
            except NotSeenError as error:
                print(f"{name} could not be measured: {error}", file=sys.stderr)
                _come_home(place)
    return series


def press_bare(bare: Driven, series: Series) -> None:
    """Have the bare app paint once."""
    before = bare.screen.digest
    series.bare.append(bare.react(b"x", lambda s: s.digest != before, "another text"))


def start_bare(region: Region, size: tuple[int, int], env: Mapping[str, str]) -> Driven:
    """Start the bare app with a text as large as the picture; the caller closes it."""
    bare = Driven([sys.executable, BARE, str(region.columns), str(region.rows)], size, env)
    bare.wait_for(lambda s: "abcdefgh" in s.text, "the bare text")
    bare.rest()
    return bare


def _cost(driven: Driven, region: Region) -> int:
    x, y, columns, rows = region
    return int(driven.screen.cost[y : y + rows, x : x + columns].sum())


def _near(place: Place, old: int, at: int) -> Album:
    """Return the image to come and the one shown before it."""
    return Album([place.images[at], place.images[old]], place.region)


def _move(place: Place, step: int, near: Album | None = None) -> Reaction:
    """Go to the next (1) or previous (-1) image, prefetched since all was at rest."""
    at = place.at + step
    near = near or _near(place, place.at, at)
    reaction = place.driven.react(
        b"j" if step > 0 else b"k",
        lambda s: shown_sample(s, near) == 0,
        f"picture {at}",
    )
    place.at = at
    return replace(reaction, picture=_cost(place.driven, place.region))


def _next_image(place: Place, bare: Driven, repetitions: int) -> list[Series]:
    series = Series("next image")
    count = min(repetitions, len(place.images) - 2)
    # All before the first key: it takes time and the processor's caches, from either program.
    albums = [_near(place, place.at + n, place.at + n + 1) for n in range(count)]
    place.driven.rest()
    for near in albums:
        press_bare(bare, series)
        series.ours.append(_move(place, 1, near))
    return [series]


def _picture_key(place: Place, key: bytes, series: Series, bare: Driven, region: Region) -> None:
    """Press a key that changes the picture."""
    press_bare(bare, series)
    before = digest(place.driven.screen, region)
    reaction = place.driven.react(
        key, lambda s: digest(s, region) != before, f"{series.name}, another picture"
    )
    series.ours.append(replace(reaction, picture=_cost(place.driven, region)))


def digest(screen: Emulator, region: Region) -> int:
    """Return a number that changes when any cell of the region does."""
    x, y, columns, rows = region
    return hash(
        tuple(
            (tuple(screen.chars[row][x : x + columns]), tuple(screen.styles[row][x : x + columns]))
            for row in range(y, y + rows)
        )
    )


def _zoom(place: Place, bare: Driven, repetitions: int) -> list[Series]:
    steps, pans = Series("zoom step"), Series("pan step")
    for n in range(-(-repetitions // 3)):
        for _ in range(3):
            _picture_key(place, b"+", steps, bare, place.region)
        for key in (b"l", b"j", b"h"):
            _picture_key(place, key, pans, bare, place.region)
        _picture_key(place, b"0", Series("fit"), bare, place.region)
        _move(place, -1 if n % 2 == 0 and place.at else 1)
    return [steps, pans]


def _title(screen: Emulator) -> str:
    return screen.line(0).rstrip()


def _saved(screen: Emulator) -> bool:
    return _title(screen).endswith("saved")


def _label(place: Place, bare: Driven, repetitions: int) -> list[Series]:
    """Give the first box of a labeled image other labels."""
    series = Series("label key")
    _go_to_boxes(place)
    driven = place.driven
    driven.program.send(b"\t")
    driven.rest()
    for n in range(repetitions):
        press_bare(bare, series)
        before = driven.screen.text
        key = b"123"[n % 3 : n % 3 + 1]
        reaction = driven.react(key, lambda s, old=before: s.text != old, "the new label", _saved)
        series.ours.append(replace(reaction, picture=_cost(driven, place.region)))
    return [series]


def _go_to_boxes(place: Place) -> None:
    """Go back to an image that has labels; every third one does."""
    while place.at % 3:
        _move(place, -1)


def _tabs(place: Place, bare: Driven, repetitions: int) -> list[Series]:
    series = Series("tab switch")
    driven = place.driven
    for _ in range(-(-repetitions // 4) * 4):
        press_bare(bare, series)
        before = driven.screen.digest
        reaction = driven.react(b"]", lambda s, old=before: s.digest != old, "another tab")
        series.ours.append(replace(reaction, picture=_cost(driven, place.region)))
    return [series]


def _editor(place: Place, bare: Driven, repetitions: int) -> list[Series]:
    """Nudge the first box of several labeled images to and fro."""
    opened, nudge = Series("open the editor"), Series("nudge a box")
    driven = place.driven
    for _ in range(3):
        _go_to_boxes(place)
        region = enter_editor(place, bare, opened)
        for n in range(-(-repetitions // 3)):
            press_bare(bare, nudge)
            before = driven.screen.text
            reaction = driven.react(
                b"lh"[n % 2 : n % 2 + 1], lambda s, old=before: s.text != old, "the moved box",
                _saved,
            )  # fmt: skip
            nudge.ours.append(replace(reaction, picture=_cost(driven, region)))
        leave_editor(driven)
        for _ in range(3):
            if place.at:
                _move(place, -1)
    return [opened, nudge]


def enter_editor(place: Place, bare: Driven | None, series: Series) -> Region:
    """Open the box editor; return where its picture is."""
    driven, path = place.driven, place.images[place.at]
    found: list[tuple[Region, float]] = []

    def there(screen: Emulator) -> bool:
        found[:] = [f] if (f := locate(screen, editor_regions(screen), path)) else []
        return "box editor" in _title(screen) and bool(found) and found[0][1] > LIKE

    if bare is not None:
        press_bare(bare, series)
    reaction = driven.react(b"e", there, "the picture in the box editor")
    region = found[0][0]
    series.ours.append(replace(reaction, picture=_cost(driven, region)))
    return region


def leave_editor(driven: Driven) -> None:
    """Go back to the job screen."""
    driven.react(b"\x1b", lambda s: "box editor" not in _title(s), "the job screen")


def _come_home(place: Place) -> None:
    """Find back to the job screen after something went wrong."""
    driven = place.driven
    driven.rest()
    if "box editor" in _title(driven.screen):
        leave_editor(driven)
    row = next((r for r in driven.screen.text.splitlines() if r.startswith("▌")), "")
    found = (n for n, path in enumerate(place.images) if path.name[:_HEAD] in row)
    place.at = next(found, place.at)


def same_picture_moves(place: Place, bare: Driven, repetitions: int) -> Series:
    """Move in a list whose samples all look the same."""
    series = Series("list move")
    driven = place.driven
    for n in range(repetitions):
        press_bare(bare, series)
        before = driven.screen.digest
        reaction = driven.react(
            b"k" if n % 4 > 1 else b"j", lambda s, old=before: s.digest != old, "the cursor moved"
        )
        series.ours.append(replace(reaction, picture=_cost(driven, place.region)))
    return series


def idle(place: Place, seconds: float) -> int:
    """Return how many bytes come while nothing happens."""
    place.driven.rest()
    raw, _ = place.driven.burst(seconds, seconds)
    return raw
