"""RGB images as planes (3, H, W) of a channel each.

Neighbours in memory are what vector instructions are made for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray


def planes_of(image: Image.Image) -> NDArray[np.uint8]:
    """Return the planes of an RGB image, each row of them in one piece."""
    rows = np.frombuffer(image.tobytes("raw", "RGB;L"), dtype=np.uint8)
    return rows.reshape(image.height, 3, image.width).transpose(1, 0, 2)


def image_of(planes: NDArray[Any]) -> Image.Image:
    """Return the RGB image of planes, whose values are whole numbers in 0-255."""
    return Image.fromarray(np.ascontiguousarray(planes.transpose(1, 2, 0), dtype=np.uint8))
