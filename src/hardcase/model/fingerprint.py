"""What a job remembers of a sample's file, to know it again under another name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The file of a sample as it was seen last. `id` is the sample's.

    `size` in bytes, `mtime_ns` and `inode` are what the file system said of it, which costs no
    reading: a file that still has all three was only renamed. `digest` is BLAKE2b of the content,
    128 bits as 32 hex digits, empty as long as nobody has read it for that. `deleted` is the path
    of a sample that was deleted from the job, empty otherwise; it counts only while the job has no
    sample of this id, so that an undo of the deletion makes it void.
    """

    id: int
    size: int
    mtime_ns: int
    inode: int
    digest: str = ""
    deleted: str = ""

    @property
    def key(self) -> tuple[int, int, int]:
        """What tells the file without reading it."""
        return self.size, self.mtime_ns, self.inode
