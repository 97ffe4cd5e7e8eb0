"""Long work waits while a key is dealt with, and never longer than it may."""

from __future__ import annotations

import threading
import time

import pytest

from hardcase import precedence
from hardcase.precedence import Precedence


@pytest.fixture
def slow(monkeypatch):
    """Keys that go first for as long as a test could take."""
    monkeypatch.setattr(precedence, "LONGEST_S", 600.0)
    monkeypatch.setattr(precedence, "PAINT_S", 0.0)
    return Precedence()


def until(condition, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.001)


def test_without_a_key_nothing_waits():
    keys = Precedence()
    assert keys.left == 0.0
    assert keys.give_way() < 1.0
    assert list(keys.before(range(1000))) == list(range(1000))


def test_work_stops_at_a_key_and_goes_on_when_its_time_is_over(monkeypatch):
    monkeypatch.setattr(precedence, "LONGEST_S", 0.2)
    keys, began = Precedence(), time.monotonic()
    keys.came()
    assert 0 < keys.left <= 0.2
    assert list(keys.before([1, 2])) == [1, 2]
    assert time.monotonic() - began >= 0.2


def test_a_key_that_is_through_ends_what_it_kept_waiting(slow):
    slow.came()
    slow.is_through()
    assert slow.left == 0.0
    assert list(slow.before("ab")) == ["a", "b"]


def test_work_under_way_pauses_for_a_key_that_comes_meanwhile(monkeypatch):
    monkeypatch.setattr(precedence, "LONGEST_S", 0.3)
    keys, done, stop = Precedence(), [], threading.Event()

    def endless():
        while not stop.is_set():
            time.sleep(0.001)
            yield time.monotonic()

    def work():
        done.extend((moment, time.monotonic()) for moment in keys.before(endless()))

    thread = threading.Thread(target=work)
    thread.start()
    try:
        until(lambda: done)
        keys.came()
        came = time.monotonic()
        until(lambda: done[-1][1] > came + 0.3)
    finally:
        stop.set()
        thread.join(60)
    # one step may have been under way; the next begins when the key's time is over
    meanwhile = [after for before, after in done if before > came and after < came + 0.29]
    assert not meanwhile


def test_what_has_only_so_much_patience_goes_on_although_a_key_is_held_down(slow):
    slow.came()
    began = time.monotonic()
    assert list(slow.before(range(1000), patience=0.05)) == list(range(1000))
    assert time.monotonic() - began >= 0.05
    assert slow.left > 0
