"""Label images in the terminal, let a model label the rest, review the hard examples first."""

import os

__version__ = "0.1.0"

# Before numpy is imported. Threads of its linear algebra wait for each other by spinning: on cores
# that have other work, a run's or another user's, that took ten times as long as one thread, and
# the time of keys with it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
