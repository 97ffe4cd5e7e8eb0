"""Linear algebra keeps to one thread, so that it leaves the other cores to keys and runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").is_dir(), reason="only Linux lists threads there"
)

PROGRAM = """
import os, hardcase.cli.main, numpy
numpy.ones((500, 500)) @ numpy.ones((500, 500))
print(len(os.listdir("/proc/self/task")), os.environ["OPENBLAS_NUM_THREADS"])
"""


def threads(**environment: str) -> list[str]:
    env = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"} | environment
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_the_program_multiplies_on_the_thread_that_asks():
    assert threads() == ["1", "1"]


def test_whoever_asked_for_more_threads_keeps_them():
    assert threads(OPENBLAS_NUM_THREADS="2")[1] == "2"
