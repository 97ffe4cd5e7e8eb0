"""Open any image file safely: hostile until proven otherwise, RGB and upright afterwards."""

from __future__ import annotations

import os
import stat
import warnings
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image, UnidentifiedImageError

from hardcase.errors import ImageError
from hardcase.imaging.plain_jpeg import MOST_BYTES, plain_jpeg
from hardcase.imaging.rgb import to_rgb
from hardcase.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_FILE_BYTES = 256 * 1024 * 1024
MAX_PIXELS = 100_000_000

# Formats that Pillow decodes by itself, recognises by their first bytes, and that data sets use.
# EPS would start Ghostscript; TGA and others accept any bytes.
FORMATS = (
    "JPEG",
    "MPO",
    "PNG",
    "GIF",
    "BMP",
    "WEBP",
    "TIFF",
    "PPM",
    "JPEG2000",
    "AVIF",
    "QOI",
)

_PILLOW = r"PIL\."
_ORIENTATION = 0x0112

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = frozenset({5, 6, 7, 8})


class Decoded(NamedTuple):
    """An RGB image and the size in pixels of the oriented original it may be a reduction of."""

    image: Image.Image
    width: int
    height: int


def image_size(path: Path) -> tuple[int, int]:
    """Return (width, height) in pixels of the oriented image, from its header alone.

    Raises ImageError when the file is not an image that `open_image` would accept.
    """
    with _opened(path) as (name, descriptor, _), _identified(name, descriptor) as image:
        return _oriented_size(image.size, _orientation(image))


def open_image(path: Path, *, max_size: tuple[int, int] | None = None) -> Image.Image:
    """Return the first frame of an image as RGB, upright by its EXIF orientation.

    With `max_size` (width, height in pixels) a JPEG may come reduced by 2, 4 or 8, never to less
    than `max_size` in either direction. Transparency is laid over white; 16-bit and float pixels
    are scaled as `imaging.rgb` says. Safe to call from any thread.

    Raises ImageError, one line, for whatever is not a readable image within the limits.
    """
    return decode(path, max_size=max_size).image


def decode(path: Path | str, *, max_size: tuple[int, int] | None = None) -> Decoded:
    """Do as `open_image`, and tell the original's oriented size as well."""
    with _opened(path) as (name, descriptor, size):
        if size <= MOST_BYTES:
            plain = plain_jpeg(os.read(descriptor, size), max_size)
            if plain is not None:
                return Decoded(plain, *plain.size)
        with _identified(name, descriptor) as image:
            return _upright(image, max_size)


def _upright(image: Image.Image, max_size: tuple[int, int] | None) -> Decoded:
    orientation = _orientation(image)
    size = _oriented_size(image.size, orientation)
    if max_size is not None:
        image.draft(None, _oriented_size(max_size, orientation))
    rgb = to_rgb(image)
    method = _UPRIGHT.get(orientation)
    return Decoded(rgb if method is None else rgb.transpose(method), *size)


@contextmanager
def _opened(path: Path | str) -> Iterator[tuple[str, int, int]]:
    """Yield name, descriptor and size of a file; turn what goes wrong into an ImageError."""
    name = printable(os.path.basename(path))  # noqa: PTH119 - ten times as fast as a Path
    try:
        # Without O_NONBLOCK, opening a named pipe would wait for a writer for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise ImageError(f"{name} does not exist; restore it or remove the sample") from error
    except (OSError, ValueError) as error:
        reason = printable(getattr(error, "strerror", None) or str(error))
        raise ImageError(f"{name} cannot be opened ({reason}); check the file") from error
    try:
        yield name, descriptor, _checked_size(name, os.fstat(descriptor))
    except ImageError:
        raise
    except UnidentifiedImageError as error:
        raise ImageError(
            f"{name} is not an image of a known format; convert it to JPEG or PNG"
        ) from error
    except Image.DecompressionBombError as error:
        raise ImageError(_too_many_pixels(name)) from error
    except MemoryError as error:
        raise ImageError(f"{name} needs too much memory; reduce it") from error
    except Exception as error:  # decoders raise nearly anything on hostile bytes
        what = "is cut off" if "truncated" in str(error).lower() else "is damaged"
        raise ImageError(f"{name} {what}; replace the file") from error
    finally:
        os.close(descriptor)


@contextmanager
def _identified(name: str, descriptor: int) -> Iterator[Image.Image]:
    """Yield the image in a file, header read."""
    _silence_pillow()
    with (
        os.fdopen(descriptor, "rb", closefd=False) as file,
        Image.open(file, formats=_formats()) as image,
    ):
        _check_pixels(name, image.size)
        yield image


def _checked_size(name: str, status: os.stat_result) -> int:
    if not stat.S_ISREG(status.st_mode):
        raise ImageError(f"{name} is not a regular file; remove it from the images")
    if status.st_size == 0:
        raise ImageError(f"{name} is empty; replace the file")
    if status.st_size > MAX_FILE_BYTES:
        raise ImageError(
            f"{name} is larger than {MAX_FILE_BYTES // 2**20} MiB; reduce it to label it"
        )
    return status.st_size


def _check_pixels(name: str, size: tuple[int, int]) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise ImageError(f"{name} has no pixels; replace the file")
    if width * height > MAX_PIXELS:
        raise ImageError(_too_many_pixels(name))


def _too_many_pixels(name: str) -> str:
    return f"{name} has more than {MAX_PIXELS // 10**6} million pixels; reduce it to label it"


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation still to be applied, 1 when there is none or EXIF is broken."""
    if image.format == "TIFF":
        return 1  # Pillow applies it to TIFF by itself while loading
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001 - broken EXIF must not cost the picture
        return 1
    return value if isinstance(value, int) and value in _UPRIGHT else 1


def _oriented_size(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    return (size[1], size[0]) if orientation in _SIDEWAYS else size


@cache
def _formats() -> tuple[str, ...]:
    """Return the allowed formats that this build of Pillow can read."""
    Image.init()
    return tuple(name for name in FORMATS if name in Image.OPEN)


def _silence_pillow() -> None:
    """Keep Pillow's warnings off the screen of the app.

    A filter, added where it is not the first one, instead of `warnings.catch_warnings`: that one
    swaps state of the whole process back and forth and is not safe in threads.
    """
    first = warnings.filters[0] if warnings.filters else None
    if first is None or first[0] != "ignore" or getattr(first[3], "pattern", "") != _PILLOW:
        warnings.filterwarnings("ignore", module=_PILLOW)
