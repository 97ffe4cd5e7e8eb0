"""Running the real program, on pictures, on disks that are full and on disks that are read-only."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from e2e_world import PROGRAM, Disk, Done, mount, paint_pictures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _own_list_of_jobs(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
    monkeypatch.delenv("HARDCASE_DEBUG", raising=False)


@pytest.fixture
def hardcase() -> Callable[..., Done]:
    """Run the program without a terminal."""

    def run(*argv: str | Path, cwd: Path | None = None) -> Done:
        command = [*PROGRAM, *map(str, argv)]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=300, cwd=cwd
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def state(hardcase: Callable[..., Done]) -> Callable[[Path], list[Any]]:
    """What `list --json` says of a job, without the moments of change."""

    def of(job: Path) -> list[Any]:
        listed = hardcase("list", job, "--json")
        assert listed.status == 0, listed.err
        return [{k: v for k, v in r.items() if k != "updated_at"} for r in listed.records]

    return of


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return paint_pictures(tmp_path / "pictures")


@pytest.fixture
def job(pictures: Path, hardcase: Callable[..., Done]) -> Path:
    """A classification job of four pictures, one of them labeled."""
    argv = ("init", pictures, "--task", "classification", "--labels", "cat,dog")
    assert hardcase(*argv).status == 0
    assert hardcase("label", pictures, "cat", "1").status == 0
    return pictures


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[str], Disk]]:
    """Mount small file systems, which takes a root that may."""
    with ExitStack() as stack:

        def make(size: str) -> Disk:
            if os.geteuid() != 0 or shutil.which("mount") is None:
                pytest.skip("only root can mount a small disk")
            path = tmp_path / "disk"
            path.mkdir()
            try:
                mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", path)
            except subprocess.CalledProcessError as error:
                pytest.skip(f"no disk can be mounted here: {error.stderr.strip()}")
            stack.callback(subprocess.run, ["umount", str(path)], check=True)
            return Disk(path)

        yield make
