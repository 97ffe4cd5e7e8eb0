"""How a run is spread over a machine: by its cores, its control group and the size of the model."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardcase.inference.process import limits
from hardcase.inference.process.cgroup import cpu_quota, memory_limit
from hardcase.inference.process.limits import address_space, available_cores
from hardcase.inference.process.spread import (
    MAX_BATCH,
    MAX_PROCESSES,
    MAX_WORKERS,
    SMALL_MODEL,
    alone,
    pictures_at_once,
    spread,
    weights_of,
)
from hardcase.inference.profile.schema import InputSpec

GIB = 1 << 30


@given(st.integers(1, 256), st.integers(0, 1 << 40))
def test_a_run_never_takes_more_threads_than_there_are_cores(cores, weights):
    found = spread(cores, weights)
    assert 1 <= found.processes <= MAX_PROCESSES
    assert 1 <= found.workers <= MAX_WORKERS
    assert found.processes * found.workers * found.threads <= cores


def test_small_models_get_a_process_a_core_and_large_ones_share_their_weights():
    assert spread(4, SMALL_MODEL).processes == 4
    assert spread(4, SMALL_MODEL + 1) == alone(4)
    assert alone(4).workers == 4
    assert alone(64).threads == 8


def test_an_accelerator_is_fed_by_one_process():
    assert spread(8, 0).merged() == alone(8)


def test_data_files_named_after_a_model_count_as_its_weights(tmp_path):
    model = tmp_path / "m[1].onnx"
    model.write_bytes(b"x" * 10)
    (tmp_path / "m[1].onnx.data").write_bytes(b"x" * 100)
    (tmp_path / "m[1].onnx_data_1").write_bytes(b"x" * 1000)
    (tmp_path / "m1.onnx.data").write_bytes(b"x" * 7)
    assert weights_of(model) == 1110


@pytest.mark.parametrize(
    ("size", "count"), [((32, 32), MAX_BATCH), ((128, 128), 8), ((640, 640), 1), ((9000, 9000), 1)]
)
def test_small_pictures_share_a_call_and_large_ones_do_not(size, count):
    assert pictures_at_once(InputSpec(size)) == count


def group(tmp_path: Path, membership: str, **files: str) -> tuple[Path, Path]:
    """A mounted hierarchy with some files (`/` written as `__`), and a membership."""
    mount, member = tmp_path / "cgroup", tmp_path / "member"
    member.write_text(membership)
    for name, text in files.items():
        path = mount / name.replace("__", "/").replace("_DOT_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return mount, member


def test_the_narrowest_limit_on_the_way_to_the_root_counts(tmp_path):
    where = group(
        tmp_path,
        "0::/a/b\n",
        a__b__cpu_DOT_max="max 100000\n",
        a__cpu_DOT_max="150000 100000\n",
        cpu_DOT_max="400000 100000\n",
        a__b__memory_DOT_max="max\n",
        a__memory_DOT_max=f"{2 * GIB}\n",
    )
    assert cpu_quota(*where) == 1.5
    assert memory_limit(*where) == 2 * GIB


def test_the_first_version_of_control_groups_is_read_too(tmp_path):
    where = group(
        tmp_path,
        "5:cpu:/a\n4:memory:/a\n",
        cpu__a__cpu_DOT_cfs_quota_us="-1\n",
        cpu__a__cpu_DOT_cfs_period_us="100000\n",
        cpu__cpu_DOT_cfs_quota_us="50000\n",
        cpu__cpu_DOT_cfs_period_us="100000\n",
        memory__a__memory_DOT_limit_in_bytes="9223372036854771712\n",
    )
    assert cpu_quota(*where) == 0.5
    assert memory_limit(*where) is None


@pytest.mark.parametrize("membership", ["", "nonsense\n", "0::/../../etc\n", "0::/gone/away\n"])
def test_groups_that_say_nothing_are_no_limit(tmp_path, membership):
    where = group(tmp_path, membership, cpu_DOT_max="nonsense")
    assert cpu_quota(*where) is None
    assert memory_limit(*where) is None


def test_a_machine_without_control_groups_has_no_such_limits(tmp_path):
    assert cpu_quota(tmp_path, tmp_path / "none") is None


@pytest.mark.parametrize("quota", [None, 0.2, 1.5, 1000.0])
def test_cores_are_those_that_the_group_gets_time_for(monkeypatch, quota):
    monkeypatch.setattr(limits, "cpu_quota", lambda: None)
    bound = available_cores()
    monkeypatch.setattr(limits, "cpu_quota", lambda: quota)
    assert available_cores() == (bound if quota is None else min(bound, math.ceil(quota)))


def test_children_share_the_memory_of_the_group(monkeypatch):
    monkeypatch.setattr(limits, "memory_limit", lambda: 8 * GIB)
    assert address_space() <= 6 * GIB
    assert address_space(2) == 4 * GIB  # below that nothing runs
