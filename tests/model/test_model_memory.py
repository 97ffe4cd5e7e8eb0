"""Giving freed memory back."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

import pytest

from hardcase.model.memory import give_back


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="needs glibc"
)
def test_what_was_freed_below_what_is_in_use_is_given_back():
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    libc.malloc.argtypes = [ctypes.c_size_t]
    libc.free.argtypes = [ctypes.c_void_p]
    blocks = [libc.malloc(100_000) for _ in range(500)]
    for block in blocks:
        ctypes.memset(block, 1, 100_000)
    for block in blocks[:-1]:
        libc.free(block)
    before = resident()
    give_back()
    assert before - resident() > 20 << 20
    libc.free(blocks[-1])


def test_where_there_is_no_such_function_nothing_happens(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    give_back()
