"""Annotations in and out: one module a format, one registry.

Coordinates are pixels from the top left corner of the EXIF-oriented image. Class order is the one a
file declares, else the job's and then by name. Readers report what is wrong and read the rest.
"""

from hardcase.formats.base import Dataset, Format, ReadContext, Report, WriteOptions
from hardcase.formats.registry import FORMATS, detect_format

__all__ = [
    "FORMATS",
    "Dataset",
    "Format",
    "ReadContext",
    "Report",
    "WriteOptions",
    "detect_format",
]
