"""Any Pillow mode to RGB: white under transparency, deep pixels scaled to 8 bits."""

from __future__ import annotations

import numpy as np
from PIL import Image

_DEEP = frozenset({"I", "F", "I;16", "I;16L", "I;16B", "I;16N"})
_WHITE = (255, 255, 255)


def to_rgb(image: Image.Image) -> Image.Image:
    """Return a new, loaded RGB image of the same size.

    Raises whatever Pillow raises when the pixels cannot be decoded or converted.
    """
    image.load()
    if image.mode in _DEEP:
        return Image.fromarray(_eight_bits(np.asarray(image))).convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB") if image.mode != "RGB" else image.copy()
    if image.mode == "La":  # which Pillow converts to nothing but LA
        image = image.convert("LA")
    rgba = image.convert("RGBA")
    flat = Image.new("RGB", rgba.size, _WHITE)
    flat.paste(rgba, mask=rgba.getchannel("A"))
    return flat


def _eight_bits(pixels: np.ndarray) -> np.ndarray:
    """Scale (H, W) integers or floats to uint8.

    The range is the narrowest of the usual ones that holds every value - 0-1 (floats only), 0-255,
    12 bits, 16 bits - so that images of one camera are scaled alike; what fits none of them is
    stretched from its minimum to its maximum. NaN counts as 0, infinities as the extremes.
    """
    values = pixels.astype(np.float32)
    finite = np.isfinite(values)
    if not finite.all():
        known = values[finite]
        low, high = (known.min(), known.max()) if known.size else (0.0, 0.0)
        values = np.nan_to_num(values, nan=0.0, posinf=high, neginf=low)
    low, high = float(values.min()), float(values.max())
    unit = 1.0 if np.issubdtype(pixels.dtype, np.floating) else 255.0
    for top in (unit, 255.0, 4095.0, 65535.0):
        if low >= 0 and high <= top:
            low, high = 0.0, top
            break
    values -= low
    values *= 255.0 / (high - low) if high > low else 0.0
    return np.rint(values, out=values).astype(np.uint8)
