"""Holding `j` at the far end of a slow line."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from threading import Event, Thread
from typing import TYPE_CHECKING

from wire_drive import NotSeenError
from wire_picture import Album
from wire_scenes import SURE, open_job, shown_sample

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wire_drive import Driven
    from wire_picture import Region
    from wire_pty import Line

REPEAT = 30
"""Keys a second while a key is held."""

PATIENCE = 60.0
"""Seconds after which it counts as never coming to rest."""

TOLERANCE = 1.1
"""One transfer time, with the noise of measuring it."""


@dataclass(frozen=True, slots=True)
class Held:
    """What holding a key brought.

    `single`: seconds from one key on the resting line till the picture of the last sample is there,
    the median of some, and `single_bytes` what that takes. `settled`: the same from the last of the
    keys held, and `line_quiet` till nothing more came. `late` bytes came after the last key,
    `total` in all. Of so many `pictures` enough was seen to tell them; `stale` of them came up
    after the last key and were not its own. `came`: whether that of the last sample was there in
    the end, within `PATIENCE` seconds; `rested`: whether the line was quiet by then.
    """

    keys: int
    single: float
    single_bytes: int
    settled: float
    line_quiet: float
    late: int
    total: int
    pictures: int
    stale: int
    came: bool
    rested: bool

    @property
    def ok(self) -> bool:
        """Whether the picture of the last sample was there within one transfer time."""
        return self.came and self.rested and self.settled <= self.single * TOLERANCE


def hold(
    job: Path,
    images: list[Path],
    size: tuple[int, int],
    env: Mapping[str, str],
    line: Line,
    *,
    keys: int = 50,
) -> Held:
    """Hold `j` over `keys` images on a slow line."""
    place = open_job(job, images, size, env, line=line)
    driven, region = place.driven, place.region
    with driven:
        ahead = 3
        last = ahead + keys
        if last >= len(images):
            raise NotSeenError(f"holding j over {keys} images needs {last + 1} of them")
        album = Album(images[: last + 1], region)
        _still(driven, region, album, line, 0.0)
        for _ in range(ahead):
            _still(driven, region, album, line, driven.program.send(b"j"))
        before = driven.screen.bytes
        seen: set[int | None] = set()
        held = _Held(driven, keys, time.monotonic())
        looked = 0.0
        while not held.ended.is_set():
            driven.burst(0.01, 0.03)
            if time.monotonic() - looked > 5 / REPEAT:
                looked = time.monotonic()
                seen.add(shown_sample(driven.screen, album, SURE))
        end = held.last
        at_end = driven.screen.bytes
        after = _still(driven, region, album, line, end)
        late, total = (driven.screen.bytes - since for since in (at_end, before))
        singles = []
        for _ in range(3):
            _still(driven, region, album, line, driven.program.send(b"k"))
            singles.append(_still(driven, region, album, line, driven.program.send(b"j")))
        return Held(
            keys,
            statistics.median(s.picture for s in singles),
            int(statistics.median(s.raw for s in singles)),
            after.picture,
            after.end,
            late,
            total,
            len({*seen, *after.seen} - {None}),
            sum(n != last for n in after.seen[1:]),
            after.seen[-1:] == (last,),
            after.rested,
        )


class _Held(Thread):
    """A key held down: it repeats as regularly as a keyboard does, whatever is looked at meanwhile.

    `ended` is set after the last one, which was pressed at `last`.
    """

    def __init__(self, driven: Driven, keys: int, begun: float) -> None:
        super().__init__(daemon=True)
        self._driven, self._keys, self._begun = driven, keys, begun
        self.ended = Event()
        self.last = begun
        self.start()

    def run(self) -> None:
        """Press it."""
        for n in range(self._keys):
            time.sleep(max(self._begun + n / REPEAT - time.monotonic(), 0.0))
            self.last = self._driven.program.send(b"j")
        self.ended.set()


@dataclass(frozen=True, slots=True)
class _Stillness:
    """What came until nothing more did: bytes; seconds from a key until the picture no longer
    changed and until the last byte; the samples seen, in order.
    """

    raw: int
    picture: float
    end: float
    seen: tuple[int, ...]
    rested: bool


def _still(driven: Driven, region: Region, album: Album, line: Line, start: float) -> _Stillness:
    """Take in what comes until nothing has for a while longer than the line can hold it back."""
    x, y, columns, rows = region
    picture = driven.screen.cost[y : y + rows, x : x + columns]
    raw, end, changed, looked = 0, start, start, 0.0
    seen: list[int] = []
    touched = int(picture.sum())
    deadline = time.monotonic() + PATIENCE
    while True:
        more, _ = driven.burst(0.01, 0.03)
        raw += more
        now = time.monotonic()
        still = not more and now - max(end, start) > line.latency + 1.0
        if more:
            end = driven.last
        if (cost := int(picture.sum())) != touched:
            touched, changed = cost, driven.last
        if still or (more and end - looked > 0.15):
            looked = end
            sample = shown_sample(driven.screen, album, SURE)
            if sample is not None and seen[-1:] != [sample]:
                seen.append(sample)
        if still or now > deadline:
            return _Stillness(raw, changed - start, end - start, tuple(seen), still)
