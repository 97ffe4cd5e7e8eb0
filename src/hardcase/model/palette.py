"""Colours given to labels in order, chosen to differ for most kinds of colour vision.

The first eight are Okabe & Ito, "Color Universal Design" (2008), with black replaced by white; the
rest are from Paul Tol's "vibrant" and "muted" schemes (2021).
"""

LABEL_COLOURS = (
    "#e69f00",
    "#56b4e9",
    "#009e73",
    "#f0e442",
    "#d55e00",
    "#cc79a7",
    "#0072b2",
    "#ffffff",
    "#ee3377",
    "#33bbee",
    "#bbcc33",
    "#aa4499",
    "#88ccee",
    "#ddcc77",
    "#44aa99",
    "#ee7733",
)


def label_colour(index: int) -> str:
    """Return the colour of the `index`-th label (from 0); colours repeat after the last."""
    return LABEL_COLOURS[index % len(LABEL_COLOURS)]
