"""How often audited bulk confirm breaks its promise, and what naive procedures do instead.

    python tests/benchmarks/audit.py [--jobs N] [--seed S]

Each row is one kind of simulated jobs (see `audit_simulation`): how many of them confirmed anything
unseen, and in how many of all the share of wrong labels among that exceeded the stated one. The
program may do so in 5 % at most.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from audit_simulation import (
    KINDS,
    broken_promises,
    honest,
    own_mean,
    peeking,
    trying_again,
)

PROCEDURES = {
    "the program": honest,
    "mean coefficient": own_mean,
    "trying again": trying_again,
    "peeking": peeking,
}


def main() -> int:
    """Print the table; return 1 if the program breaks its promise too often."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=1000, help="of each kind")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    print(f"{args.jobs} jobs a kind; broken: more wrong than stated among what was not checked")
    print(f"{'procedure':<18}{'coefficients':<16}{'confirmed':>10}{'broken':>10}{'share':>9}")
    too_often = False
    for name, procedure in PROCEDURES.items():
        for kind in KINDS:
            broken, made = broken_promises(procedure, kind, args.jobs, args.seed)
            share = broken / args.jobs
            print(f"{name:<18}{kind:<16}{made:>10}{broken:>10}{share:>9.1%}", flush=True)
            too_often |= procedure is honest and share > 0.05
    print("the program's promise is", "BROKEN too often" if too_often else "kept")
    return int(too_often)


if __name__ == "__main__":
    sys.exit(main())
