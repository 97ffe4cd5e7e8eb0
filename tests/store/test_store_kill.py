"""Whatever was acknowledged is there after the process was killed, at any moment."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from store_model import Model, as_told, next_change, state
from tinydb import TinyDB

from hardcase.model.changes import Table
from hardcase.model.rows import to_json
from hardcase.store import JobStore, jobstore

CHILD = Path(__file__).with_name("kill_child.py")


def run_and_kill(path: Path, seed: int, rng: random.Random) -> int:
    """Let the child say some changes, kill it a moment later; return the newest seq it has said."""
    command = [sys.executable, str(CHILD), str(path), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            said = [child.stdout.readline()]
            assert said == ["ready\n"], "the child could not open the job"
            said = [child.stdout.readline() for _ in range(rng.randrange(40))]
            time.sleep(rng.uniform(0, 0.02))  # the moment of the kill, not a wait for anything
        finally:
            child.kill()
        said += child.stdout.read().splitlines(keepends=True)
    return max((int(line) for line in said if line.endswith("\n")), default=0)


def check(path: Path, model: Model, acknowledged: int) -> None:
    """The job opens to a prefix of the changes that has at least the acknowledged ones."""
    with TinyDB(path) as plain:
        seq = plain.table("store").get(doc_id=1)["seq"]
        while model.last_seq < seq:
            model.commit(next_change(model))
        if model.last_seq == seq:
            found = {d.doc_id: dict(d) for d in plain.table("samples")}
            assert found == {k: to_json(s) for k, s in model.tables[Table.SAMPLES].items()}
    with JobStore.open(path, read_only=True) as store:
        assert store.last_seq >= max(acknowledged, seq)
        while model.last_seq < store.last_seq:
            model.commit(next_change(model))
        assert state(store) == model.tables
        made = model.changes[: -jobstore.KEEP - 1 : -1]
        kept = list(store.history(len(made)))
        assert kept == [as_told(k, m) for k, m in zip(kept, made, strict=True)]
        for stack, target in ((model.undo, store.undo_target()), (model.redo, store.redo_target())):
            if stack and stack[-1].seq > store.last_seq - jobstore.KEEP:
                assert target == stack[-1]


def kill_often(folder: Path, kills: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobstore, "KEEP", 50)
    rng = random.Random(kills)
    total, acknowledged, path, model = 0, 0, folder / "hardcase.json", Model()
    for number in range(kills):
        if number % 5 == 0:  # else the child would spend its time catching up with its model
            path, model, acknowledged = folder / str(number) / "hardcase.json", Model(), 0
            path.parent.mkdir()
            JobStore.create(path).close()
        before, acknowledged = acknowledged, max(acknowledged, run_and_kill(path, number, rng))
        total += acknowledged - before
        check(path, model, acknowledged)
    assert total > 5 * kills, "the children hardly did anything"


def test_no_acknowledged_change_is_lost_to_kills(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill_often(tmp_path, int(os.environ.get("HARDCASE_KILLS", "15")), monkeypatch)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_no_acknowledged_change_is_lost_to_200_kills(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill_often(tmp_path, 200, monkeypatch)
