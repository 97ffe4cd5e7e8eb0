"""How the line is measured, and how much is under way on it."""

from __future__ import annotations

import pytest

from hardcase.errors import UsageError
from hardcase.tui.wire.front import UNLIMITED
from hardcase.tui.wire.line import Line
from hardcase.tui.wire.profile import Profile, chosen_profile, knows_repeat


def measured(rate: float, round_trip: float, frames: int = 3) -> Line:
    """A line after some frames of 50 KB, each answered when it has arrived."""
    line, now = Line(), 0.0
    line.sent(4, now, asked=True)
    now += round_trip
    line.answered(now)
    for _ in range(frames):
        line.sent(50_000, now, asked=True)
        now += round_trip + 50_000 / rate
        line.answered(now)
    return line


@pytest.mark.parametrize("rate", [20e3, 125e3, 2e6])
def test_rate_and_round_trip_are_found(rate: float) -> None:
    line = measured(rate, 0.15)
    assert rate * 0.6 < line.rate < rate * 1.05
    assert line.round_trip == pytest.approx(0.15)
    assert line.slow is (rate < 200e3)


def test_a_round_trip_alone_makes_no_line_slow() -> None:
    assert not measured(2e6, 0.6).slow


@pytest.mark.parametrize(("rate", "slow"), [(1e6, False), (125e3, True)])
def test_a_long_line_once_taken_for_slow_is_known_by_coarse_pictures_too(
    rate: float, slow: bool
) -> None:
    line, now = measured(100e3, 0.3), 0.0
    assert line.slow
    for _ in range(10):  # too few bytes to tell their rate from the round trip
        line.sent(9_000, now, asked=True)
        line.answered(now + 0.3 + 9_000 / rate)
        now += 1.0
    assert line.slow is slow


def test_under_way_is_what_the_line_holds_and_a_little_more() -> None:
    line = measured(125e3, 0.15)
    assert line.room(10.0, writing=False) == pytest.approx(125e3 * 0.21, rel=0.1)
    line.sent(40_000, 10.0, asked=True)
    assert line.room(10.0, writing=False) == 0
    line.answered(10.5)
    assert line.room(10.5, writing=False) > 20_000


def test_how_fast_memory_takes_bytes_says_nothing_of_the_line() -> None:
    line = Line()
    line.written(50_000, 0.0001)
    assert line.rate is None


def test_what_shows_the_round_trip_shows_no_rate_and_no_burst_is_taken_for_a_fast_line() -> None:
    line = Line()
    line.sent(8_000, 0.0, asked=True)
    line.answered(0.3)
    assert (line.rate, line.round_trip) == (None, 0.3)
    for n in range(1, 5):
        line.sent(50_000, float(n), asked=True)
        line.answered(n + 0.3 + 0.4)
    assert line.rate == pytest.approx(125e3, rel=0.1)
    assert line.slow


def test_a_line_that_is_not_filled_does_not_look_slower() -> None:
    line = measured(125e3, 0.15)
    rate = line.rate
    for n in range(30):
        line.sent(2_500, 10 + n * 0.1, asked=True)
        if n >= 2:
            line.answered(10 + n * 0.1 + 0.01)
    assert line.rate == rate


def test_a_line_that_becomes_slower_is_found_out() -> None:
    line, now = measured(2e6, 0.05), 10.0
    for _ in range(12):
        line.sent(60_000, now, asked=True)
        now += 0.05 + 60_000 / 60e3
        line.answered(now)
    assert line.rate == pytest.approx(60e3, rel=0.1)
    assert line.slow


def test_a_rate_that_wavers_between_the_bounds_changes_no_name() -> None:
    line = measured(125e3, 0.1)
    names = set()
    for n, rate in enumerate([250e3, 150e3, 350e3, 220e3, 300e3] * 4):
        line.sent(50_000, 10.0 + n, asked=True)
        line.answered(10.0 + n + 0.1 + 50_000 / rate)
        names.add(line.slow)
    assert names == {True}


def test_nothing_more_is_sent_while_the_last_is_being_written() -> None:
    assert Line().room(0.0, writing=True) == 0
    assert Line().room(0.0, writing=False) == UNLIMITED


def test_slow_writes_say_how_slow_a_silent_line_is() -> None:
    line = Line()
    line.written(50_000, 0.5)
    assert line.slow
    assert line.room(0.0, writing=False) == pytest.approx(6_000)


def test_a_terminal_that_stops_answering_does_not_stop_the_screen() -> None:
    line = measured(125e3, 0.15)
    line.sent(60_000, 10.0, asked=True)
    assert line.room(11.0, writing=False) == 0
    assert line.room(10.0 + line.patience + 0.1, writing=False) > 0
    assert not line.answers


def test_an_answer_nobody_asked_for_is_not_ours() -> None:
    assert not Line().answered(1.0)


def test_a_line_that_is_neither_slow_nor_fast_keeps_its_name() -> None:
    line = measured(125e3, 0.1)
    line.sent(50_000, 10.0, asked=True)
    line.answered(10.0 + 0.1 + 50_000 / 400e3)
    assert 200e3 < line.rate < 400e3
    assert line.slow


def test_profiles_are_chosen_by_name_and_a_wrong_one_is_refused() -> None:
    assert chosen_profile({}) is Profile.AUTO
    assert chosen_profile({"HARDCASE_LINE": " Lean "}) is Profile.LEAN
    with pytest.raises(UsageError, match="set it to one of auto, full, lean"):
        chosen_profile({"HARDCASE_LINE": "fast"})


def test_rep_is_trusted_only_where_the_terminal_is_known() -> None:
    assert knows_repeat({"TERM": "xterm-kitty"})
    assert not knows_repeat({"TERM": "xterm-256color"})
    assert not knows_repeat({"TERM": "foot", "TMUX": "1"})
