"""Colours given to labels in order, chosen to differ for most kinds of colour vision.

The first eight are Okabe & Ito, "Color Universal Design" (2008), with black replaced by white. Each
of the others was the one, of a grid of 343 that stand out from a dark ground, that is farthest from
all before it (CIEDE2000), seen by whichever of normal, red-blind and green-blind eyes tells them
apart the least. No two of the sixteen are nearer than 10 to any of those.
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
    "#d5d5aa",
    "#aa2b80",
    "#5580ff",
    "#ffd5ff",
    "#ffffaa",
    "#ff5580",
    "#008055",
    "#d5aaaa",
)


def label_colour(index: int) -> str:
    """Return the colour of the `index`-th label (from 0); colours repeat after the last."""
    return LABEL_COLOURS[index % len(LABEL_COLOURS)]
