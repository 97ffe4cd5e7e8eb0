"""The wheel built from this tree, unpacked beside what it needs: nothing may be left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

TREE = Path(__file__).resolve().parents[2]

STYLES = """
import importlib, inspect, pkgutil, sys
from pathlib import Path
import hardcase.tui
found = 0
for module in pkgutil.walk_packages(hardcase.tui.__path__, "hardcase.tui."):
    loaded = importlib.import_module(module.name)
    for _, kind in inspect.getmembers(loaded, inspect.isclass):
        paths = vars(kind).get("CSS_PATH")
        if kind.__module__ == module.name and paths:
            for path in [paths] if isinstance(paths, str) else paths:
                file = Path(loaded.__file__).parent / path
                assert file.read_text().strip(), file
                found += 1
print(found)
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as pip does and unpack it; its build backend comes by pip."""
    out = tmp_path_factory.mktemp("wheel")
    argv = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(out), str(TREE)]
    built = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (wheel,) = out.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(out / "site")
    return out / "site"


def run(unpacked: Path, *argv: str) -> str:
    """Run a Python that finds hardcase in the wheel only; return what it printed."""
    environment = {**os.environ, "PYTHONPATH": str(unpacked), "HOME": str(unpacked.parent)}
    done = subprocess.run(
        [sys.executable, *argv],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=unpacked.parent,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_and_not_the_tree_is_what_runs(unpacked) -> None:
    where = run(unpacked, "-c", "import hardcase; print(hardcase.__file__)")
    assert Path(where.strip()).is_relative_to(unpacked)


def test_every_style_sheet_of_the_interface_is_in_it(unpacked) -> None:
    assert int(run(unpacked, "-c", STYLES)) >= 4


def test_it_says_its_version_and_what_the_terminal_can_do(unpacked) -> None:
    version = tomllib.loads((TREE / "pyproject.toml").read_text())["project"]["version"]
    assert version in run(unpacked, "-m", "hardcase", "--version")
    assert "colours" in run(unpacked, "-m", "hardcase", "doctor")


def test_its_demo_has_pictures_and_models(unpacked) -> None:
    assert "60 to be confirmed" in run(unpacked, "-m", "hardcase", "demo", "demo")
