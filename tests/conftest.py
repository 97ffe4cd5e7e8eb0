"""Options and fixtures shared by all tests."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent


# A busy machine is no failure, and what failed once fails again: every run has the same examples.
# `--hypothesis-profile explore` has others each time.
settings.register_profile(
    "same",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("explore", settings.get_profile("same"), derandomize=False)
settings.load_profile("same")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the slow tests too")
    parser.addoption(
        "--shared-data",
        type=Path,
        default=ROOT.parent / "shared" / "data",
        help="folder of real images and models for the tests marked shared_data",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--slow"):
        for item in items:
            if item.get_closest_marker("slow"):
                item.add_marker(pytest.mark.skip(reason="slow; run with --slow"))
    if not config.getoption("--shared-data").is_dir():
        for item in items:
            if item.get_closest_marker("shared_data"):
                item.add_marker(pytest.mark.skip(reason="needs the folder of --shared-data"))


@pytest.fixture(scope="session")
def shared_data(request: pytest.FixtureRequest) -> Path:
    """Folder of real images and models."""
    return request.config.getoption("--shared-data")


@pytest.fixture(scope="session")
def ray_address():
    """Address of a Ray cluster of this machine, which all tests share; skipped without Ray."""
    settings = {
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_DEDUP_LOGS_SKIP_REGEX": ".",  # or it prints that workers died
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": "5a" * 32,  # or it writes one into the user's home
    }
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    # In /tmp, wherever temporary files are: the path of a socket has 107 bytes at most.
    folder = Path(tempfile.mkdtemp(prefix="ray", dir="/tmp"))
    try:
        ray = pytest.importorskip("ray")
        ray.init(
            address="local",
            num_cpus=2,
            _temp_dir=str(folder),
            include_dashboard=False,
            logging_level=logging.CRITICAL,
            log_to_driver=False,
        )
        yield ray.get_runtime_context().gcs_address
        ray.shutdown()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
