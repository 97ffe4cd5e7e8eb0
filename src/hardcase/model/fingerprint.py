"""What a job remembers of a sample's file, to know it again under another name."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Self

_FACTS = struct.Struct("<qqQ")
_DIGEST = 32


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The file of a sample as it was seen last. `id` is the sample's.

    What is known is packed, because every sample has one; see `of` and the properties. `deleted` is
    the path of a sample that was deleted from the job, empty otherwise; it counts only while the
    job has no sample of this id, so that an undo of the deletion makes it void.
    """

    id: int
    packed: bytes
    deleted: str = ""

    @classmethod
    def of(
        cls,
        sample_id: int,
        key: tuple[int, int, int],
        digest: str = "",
        deleted: str = "",
    ) -> Self:
        """Make one of `key`, which is (size in bytes, time of change in ns, inode).

        `digest` is BLAKE2b of the content, 128 bits as 32 hex digits, empty as long as nobody has
        read it for that. Raises ValueError for values that no file has.
        """
        if len(digest) not in (0, _DIGEST):
            raise ValueError(f"a digest has {_DIGEST} digits, not {len(digest)}")
        try:
            return cls(sample_id, _FACTS.pack(*key) + bytes.fromhex(digest), deleted)
        except struct.error as error:
            raise ValueError(f"no file is like {key}") from error

    @property
    def key(self) -> tuple[int, int, int]:
        """Size, time of change and inode: a file that still has all three was only renamed."""
        size, mtime_ns, inode = _FACTS.unpack_from(self.packed)
        return size, mtime_ns, inode

    @property
    def digest(self) -> str:
        """The digest of the content, empty if that is not known."""
        return self.packed[_FACTS.size :].hex()
