"""The newest state is sent when there is room; nothing older ever waits."""

from __future__ import annotations

import asyncio
import time

from rich.color import Color, ColorSystem, ColorType
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from hardcase.imaging.segments import PICTURE
from hardcase.tui.wire.front import FrontBuffer
from hardcase.tui.wire.profile import Profile
from hardcase.tui.wire.pump import Pump

COLUMNS, ROWS = 40, 6


class FakeOutput:
    """Takes bytes; says what it is told to say."""

    def __init__(self, *, synchronized: bool = False, can_ask: bool = False) -> None:
        self.busy = False
        self.hurried = 0.0
        self.synchronized = synchronized
        self.can_ask = can_ask
        self.given: list[bytes] = []

    def give(self, data: bytes) -> None:
        self.given.append(data)


def pump_on(output: FakeOutput, profile: Profile = Profile.FULL) -> tuple[Pump, list[str]]:
    said: list[str] = []
    front = FrontBuffer(ColorSystem.TRUECOLOR)
    front.resize(COLUMNS, ROWS)
    return Pump(front, output, profile, said.append), said


def text(*rows: str) -> list[tuple[int, int, Strip]]:
    style = Style.parse("#ffffff on #000000")
    return [(y, 0, Strip([Segment(row.ljust(COLUMNS), style)])) for y, row in enumerate(rows)]


def picture(shade: int) -> list[tuple[int, int, Strip]]:
    def colour(*rgb: int) -> Color:
        return Color(PICTURE, ColorType.TRUECOLOR, None, ColorTriplet(*(n % 256 for n in rgb)))

    return [
        (y, 0, Strip([
            Segment("▄", Style.from_color(
                colour(shade + 37 * x, 128 + 53 * y, x * 5), colour(91 * x * y, 64, x * 6)
            )) for x in range(COLUMNS)
        ])) for y in range(ROWS)
    ]  # fmt: skip


async def wait_until(met) -> None:
    deadline = time.monotonic() + 60
    while not met():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def test_states_that_come_while_the_line_is_busy_are_skipped() -> None:
    output = FakeOutput()
    pump, _ = pump_on(output)
    pump.show(text("first"), (0, 0))
    output.busy = True
    for n in range(50):
        pump.show(text(f"state {n}"), (0, 0))
    assert len(output.given) == 1
    assert pump.waiting
    output.busy = False
    pump.send()
    assert len(output.given) == 2
    assert b"49" in output.given[1]
    assert b"48" not in output.given[1]
    assert not pump.waiting
    pump.stop()


async def test_an_update_that_changes_nothing_sends_nothing_not_even_brackets() -> None:
    output = FakeOutput(synchronized=True, can_ask=True)
    pump, _ = pump_on(output)
    pump.show(text("same"), (0, 0))
    count = len(output.given)
    for _ in range(5):
        pump.show(text("same"), (0, 0))
    assert len(output.given) == count


async def test_large_updates_are_bracketed_and_small_ones_are_not() -> None:
    output = FakeOutput(synchronized=True)
    pump, _ = pump_on(output)
    pump.show(picture(0), (0, 0))
    assert output.given[-1].startswith(b"\x1b[?2026h")
    assert output.given[-1].endswith(b"\x1b[?2026l")
    pump.show(text("small"), (0, 0))
    assert b"2026" not in output.given[-1]


async def test_the_cursor_follows_only_where_somebody_placed_it() -> None:
    output = FakeOutput()
    pump, _ = pump_on(output)
    pump.show(text("typing"), (2, 7))
    assert output.given[-1].endswith(b"\x1b[3;8H")
    pump.show(text("typing"), (2, 7))
    assert len(output.given) == 1


def slow(pump: Pump) -> None:
    pump.line.sent(4, 0.0, asked=True)
    pump.line.answered(0.1)
    pump.line.sent(50_000, 0.1, asked=True)
    pump.line.answered(0.7)


async def test_auto_goes_lean_on_a_slow_line_says_so_and_refines_when_nobody_types() -> None:
    output = FakeOutput()
    pump, said = pump_on(output, Profile.AUTO)
    slow(pump)
    pump.touched = time.monotonic()
    pump.show(picture(3), (0, 0))
    assert said
    assert "slow line (0.8 Mbit/s)" in said[0]
    coarse = len(output.given)
    pump.touched = 0.0
    await wait_until(lambda: len(output.given) > coarse)
    refined = len(output.given)
    await asyncio.sleep(0.9)
    assert len(output.given) == refined
    pump.stop()


async def test_pictures_that_pass_by_wait_on_a_slow_line_and_text_does_not() -> None:
    output = FakeOutput()
    pump, _ = pump_on(output)
    slow(pump)
    pump.show(text("row 0"), (0, 0))
    output.hurried = 0.05
    for n in range(1, 5):
        pump.show([*picture(n)[1:], *text(f"row {n}")], (0, 0))
        assert str(n).encode() in output.given[-1]
    assert "▄".encode() not in b"".join(output.given)
    output.hurried = 0.0
    await wait_until(lambda: not pump.waiting)
    assert "▄".encode() in output.given[-1]
    pump.stop()


async def test_lean_throttles_what_no_key_has_caused() -> None:
    output = FakeOutput()
    pump, _ = pump_on(output, Profile.LEAN)
    for n in range(20):
        pump.show(text(f"progress {n}"), (0, 0))
    assert len(output.given) == 1
    pump.touched = time.monotonic()
    pump.show(text("a key"), (0, 0))
    assert b"a key" in output.given[-1]
    pump.stop()


async def test_a_frame_too_large_for_the_line_goes_in_parts_of_the_newest_state() -> None:
    output = FakeOutput(can_ask=True)
    pump, _ = pump_on(output)
    slow(pump)
    pump.line.rate = 1000.0
    pump.show(picture(0), (0, 0))
    assert pump.waiting
    assert len(output.given) == 1
    pump.show(text("newer", "newer"), (0, 0))
    for _ in range(20):
        if pump.line.answered(time.monotonic()):
            pump.send()
    assert not pump.waiting
    fresh, _ = pump_on(FakeOutput())
    sent = b"".join(output.given)
    assert b"newer" in sent
    assert fresh is not pump
    pump.stop()
