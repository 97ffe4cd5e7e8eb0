"""Changes a job without end and says which changes are durable, until somebody kills it.

    python kill_child.py JOB SEED

Checkpoints and short journals come far more often than in earnest, so that kills meet them.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from store_model import Model, next_change

from hardcase.store import JobStore, jobstore, journal

jobstore.KEEP = 50
jobstore.CHECKPOINT_AFTER = 400_000
journal._WORTH_DROPPING = 1000


def main() -> None:
    path, rng = Path(sys.argv[1]), random.Random(sys.argv[2])
    store = JobStore.open(path) if path.exists() else JobStore.create(path)
    model = Model()
    while model.last_seq < store.last_seq:
        model.commit(next_change(model))
    print("ready", flush=True)
    while True:
        for _ in range(rng.choice([1, 1, 1, 5])):
            made = next_change(model)
            model.commit(made)
            store.commit(made)
        store.flush()
        print(store.saved_seq, flush=True)
        roll = rng.random()
        if roll < 0.05:
            store.checkpoint()
        elif roll < 0.08:
            store.close()
            store = JobStore.open(path)


main()
