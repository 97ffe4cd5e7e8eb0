"""Which sample of the job an annotation file means.

Entries are tried in this order: the exact path in the job, the path as seen from the annotation
file, and last the file name, with as many folders before it as agree. A name that fits several
samples equally well is reported, never guessed, and no sample is taken twice.
"""

from __future__ import annotations

import os
import posixpath
import unicodedata
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hardcase.model.job import Sample

MAX_PATH_LENGTH = 4096


def check_path(path: str) -> str:
    """Return a path relative to a folder, normalised ("./a//b" is "a/b").

    Raises ValueError if it is empty, absolute, leads out of the folder, or has control characters.
    """
    if not path or len(path) > MAX_PATH_LENGTH:
        raise ValueError("a path is empty or too long")
    odd = not (path.isascii() and path.isprintable())
    if odd and any(unicodedata.category(c) in {"Cc", "Cs"} for c in path):
        raise ValueError(f"path {path[:80]!r} has control characters")
    pure = PurePosixPath(path)
    if pure.is_absolute():
        raise ValueError(f"path {path[:80]!r} is absolute")
    if ".." in pure.parts or not pure.parts:
        raise ValueError(f"path {path[:80]!r} leads out of its folder")
    return str(pure)


def without_suffix(path: str) -> str:
    """Return a path without its last file name suffix: "a.b/c.jpg" is "a.b/c"."""
    return posixpath.splitext(path)[0]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an entry says of its image, the most telling first.

    `paths` are full paths, `stems` paths that lack the image's suffix. Both may be relative to the
    job's root or to `base`.
    """

    paths: tuple[str, ...] = ()
    stems: tuple[str, ...] = ()
    base: Path | None = None

    @property
    def shown(self) -> str:
        """The name to use in messages."""
        return (self.paths or self.stems or ("",))[0]


@dataclass(frozen=True, slots=True)
class Miss:
    """Why no sample was found for an entry."""

    why: str


class SampleIndex:
    """The job's samples by path, by path without suffix, and by file name."""

    def __init__(self, root: Path, samples: Iterable[Sample]) -> None:
        self.root = Path(os.path.abspath(root))  # noqa: PTH100 - links in the root must stay
        self._real_root = self.root.resolve()
        self.by_path = {s.path: s for s in samples}
        self._stems: dict[str, list[str]] = defaultdict(list)
        self._names: dict[str, list[str]] = defaultdict(list)
        self._stem_names: dict[str, list[str]] = defaultdict(list)
        for path in self.by_path:
            stem = without_suffix(path)
            self._stems[stem].append(path)
            self._names[PurePosixPath(path).name].append(path)
            self._stem_names[PurePosixPath(stem).name].append(path)

    def within(self, path: Path) -> str | None:
        """Return the path relative to the job's root of a file on disk, None if it is outside."""
        for root in (self.root, self._real_root):
            if path.is_relative_to(root):
                return path.relative_to(root).as_posix()
        return None

    def resolve(self, wanted: Sequence[Wanted]) -> list[Sample | Miss]:
        """Return for each entry its sample, or why there is none."""
        exactly = [self._exactly(w) for w in wanted]
        exact = Counter(hit for hit in exactly if isinstance(hit, str))
        loosely = {i: self._loosely(w) for i, w in enumerate(wanted) if exactly[i] is None}
        shared = Counter(hit for hit in loosely.values() if isinstance(hit, str))
        found: list[str | Miss] = []
        for i, (entry, first) in enumerate(zip(wanted, exactly, strict=True)):
            hit = first if first is not None else loosely[i]
            if first is None and isinstance(hit, str) and (exact[hit] or shared[hit] > 1):
                hit = Miss(f"{entry.shown!r} and another entry both fit {hit!r}")
            found.append(hit)
        taken: set[str] = set()
        out: list[Sample | Miss] = []
        for hit in found:
            if isinstance(hit, Miss):
                out.append(hit)
            elif hit in taken:
                out.append(Miss(f"{hit!r} was already described above"))
            else:
                taken.add(hit)
                out.append(self.by_path[hit])
        return out

    def _exactly(self, wanted: Wanted) -> str | Miss | None:
        for path in wanted.paths:
            for relative in self._readings(path, wanted.base):
                if relative in self.by_path:
                    return relative
        for stem in wanted.stems:
            for relative in self._readings(stem, wanted.base):
                hits = self._stems.get(relative, [])
                if len(hits) == 1:
                    return hits[0]
                if hits:
                    return Miss(f"{stem!r} fits both {hits[0]!r} and {hits[1]!r}")
                if relative in self.by_path:  # labels/a.png.txt may name a.png in full
                    return relative
        return None

    def _readings(self, path: str, base: Path | None) -> list[str]:
        """Return what `path` may mean relative to the root: as it is, then as seen from `base`."""
        out = []
        for form in dict.fromkeys((path, path.replace("\\", "/"))):
            with suppress(ValueError):
                out.append(check_path(form))
        if "\0" in path or len(path) > MAX_PATH_LENGTH:
            return out
        local = Path(os.path.normpath((base or self.root) / path))
        inside = self.within(local)
        if inside is not None and (base is not None or Path(path).is_absolute()):
            out.append(inside)
        return out

    def _loosely(self, wanted: Wanted) -> str | Miss:
        tries = [(p, self._names, False) for p in wanted.paths]
        tries += [(p, self._stem_names, True) for p in wanted.stems]
        for path, names, stem in tries:
            parts = PurePosixPath(path.replace("\\", "/")).parts
            candidates = names.get(parts[-1], []) if parts else []
            if not candidates:
                continue
            agreeing = [_common_tail(parts, without_suffix(c) if stem else c) for c in candidates]
            best = [c for c, n in zip(candidates, agreeing, strict=True) if n == max(agreeing)]
            if len(best) == 1:
                return best[0]
            return Miss(f"{path!r} fits {len(best)} images, such as {best[0]!r} and {best[1]!r}")
        return Miss(f"the job has no image {wanted.shown!r}")


def _common_tail(parts: tuple[str, ...], candidate: str) -> int:
    same = 0
    for a, b in zip(reversed(parts), reversed(PurePosixPath(candidate).parts), strict=False):
        if a != b:
            break
        same += 1
    return same


def local_path(source: str) -> str:
    """Return the path of a URL such as s3://bucket/folder/a.jpg, or `source` if it is a path."""
    if "://" not in source:
        return source
    try:
        split = urlsplit(source)
    except ValueError:
        return source
    return unquote(split.path) if split.scheme == "file" else f"{split.netloc}{split.path}"
