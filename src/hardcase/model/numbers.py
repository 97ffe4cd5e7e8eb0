"""How numbers are written for people, and read from them.

What is said of one sample or box (a score, a coefficient, a risk from which on it is hard) reads
`0.57`, as in filters and on the command line. What is said of many (a share of the work, of the
images, of mistakes) reads `57 %`.
"""

from __future__ import annotations

_SMALL = 9.95
"""Per cent below which two significant digits need a decimal."""


def degree(value: float) -> str:
    """Return a score, coefficient or risk in [0, 1]: `0.57`."""
    return f"{value:.2f}"


def percent(share: float) -> str:
    """Return a share in [0, 1] to two significant digits, `0.5 %`, `12 %`, and `100 %`."""
    value = 100 * share
    return f"{value:.2g} %" if value < _SMALL else f"{value:.0f} %"


def typed_share(text: str) -> float:
    """Return the share or degree that somebody typed: `5 %`, `5%`, `5` and `0.05` are the same.

    Raises ValueError for what is none; the range is not checked.
    """
    bare = text.strip()
    value = float(bare.removesuffix("%"))
    return value / 100 if bare.endswith("%") or value >= 1 else value


def count(number: int, one: str, many: str | None = None) -> str:
    """Return `1 sample`, `2 boxes`, `1,000 samples`; `many` is for words that do not end in s."""
    plural = many or (f"{one}es" if one.endswith(("x", "s", "ch")) else f"{one}s")
    return f"{number:,} {one if number == 1 else plural}"
