"""Memory that is free but still counted as ours."""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Return to the system what the C library keeps of freed memory; nothing where it cannot.

    It keeps what large jobs needed for a moment, sometimes a hundred megabytes, in every thread's
    own heap. Takes milliseconds, during which threads that want memory wait.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
