"""Which of the samples whose file is not where it was is which of the files found elsewhere.

A file is the one that a sample had if the file system says so (same inode, size and time of change:
it was only renamed), or if its content is the same. Where several fit, the contents are the same
too, so that no choice gives a sample another picture; which one it is, is decided by the name and
then by the order of the paths, and counted as a choice. Where the content was never read, a copy
that kept its times is known by them, with its size and name, if the time has fractions of a second
and there is one such file and one such sample: what unpacks or copies without keeping times gives
whole seconds, or other ones.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from hardcase.model.job import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

    from hardcase.model.fingerprint import Fingerprint
    from hardcase.model.job import Sample
    from hardcase.session.folder.scan import FileState

_SECOND = 10**9
_RANK = {Status.LABELED: 0, Status.TO_BE_CONFIRMED: 1, Status.UNLABELED: 2}


@dataclass(slots=True)
class Places:
    """Where samples are now: `path_of` by id. `chosen` counts those that fitted several files."""

    path_of: dict[int, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    chosen: int = 0

    def pair(self, samples: Sequence[Sample], paths: Sequence[str]) -> None:
        """Give samples and paths that are all alike to each other, by name, then in order."""
        by_name: dict[str, list[str]] = defaultdict(list)
        for path in sorted(paths, reverse=True):
            by_name[_name(path)].append(path)
        pairs: list[tuple[Sample, str]] = []
        others: list[Sample] = []
        for sample in sorted(samples, key=lambda s: (_RANK[s.status], s.path)):
            named = by_name[_name(sample.path)]
            if named:
                pairs.append((sample, named.pop()))
            else:
                others.append(sample)
        rest = sorted(path for named in by_name.values() for path in named)
        pairs += zip(others, rest, strict=False)
        if len(samples) > 1 or len(paths) > 1:
            self.chosen += len(pairs)
        for sample, path in pairs:
            self.path_of[sample.id] = path
            self.taken.add(path)


def match(
    gone: Sequence[Sample],
    free: Iterable[str],
    displaced: Sequence[Sample],
    *,
    files: Mapping[str, FileState],
    prints: Mapping[int, Fingerprint],
    digest_of: Callable[[str], str],
) -> Places:
    """Return which of the samples are at which of the paths.

    `gone` have no file where it was, `displaced` have that of another sample there, which may be
    taken; `free` are the paths of no sample. `digest_of(path)` reads a file: it is called only for
    a free one that is as large as that of a sample whose content is known, once at most.
    """
    places = Places()
    lost = [s for s in (*gone, *displaced) if s.id in prints]
    paths = [*free, *(s.path for s in displaced)]
    _pair_all(places, lost, paths, lambda s: prints[s.id].key, lambda p: files[p].key)
    rest = [s for s in gone if s.id not in places.path_of and s.id in prints]
    known = [s for s in rest if prints[s.id].digest]
    sizes = {prints[s.id].key[0] for s in known}
    candidates = [p for p in free if p not in places.taken and files[p].size in sizes]
    _pair_all(places, known, candidates, lambda s: prints[s.id].digest, digest_of)
    _pair_copies(places, [s for s in rest if not prints[s.id].digest], free, files, prints)
    return places


def displaced_among(
    samples: Iterable[Sample], files: Mapping[str, FileState], prints: Mapping[int, Fingerprint]
) -> list[Sample]:
    """Return the samples whose path holds, after a renaming, the file of another sample.

    A file that was only altered where it is stays with its sample.
    """
    moved_from: dict[tuple[int, int, int], int] = {}
    changed: list[Sample] = []
    for sample in samples:
        known, found = prints.get(sample.id), files.get(sample.path)
        if known is None or (found is not None and found.key[:2] == known.key[:2]):
            continue
        moved_from[known.key] = sample.id
        if found is not None:
            changed.append(sample)
    return [s for s in changed if moved_from.get(files[s.path].key, s.id) != s.id]


def _pair_copies(
    places: Places,
    unread: Sequence[Sample],
    free: Iterable[str],
    files: Mapping[str, FileState],
    prints: Mapping[int, Fingerprint],
) -> None:
    samples: dict[Hashable, list[Sample]] = defaultdict(list)
    for sample in unread:
        size, mtime_ns, _ = prints[sample.id].key
        if mtime_ns % _SECOND:
            samples[size, mtime_ns, _name(sample.path)].append(sample)
    paths: dict[Hashable, list[str]] = defaultdict(list)
    for path in free if samples else ():
        if path not in places.taken:
            paths[*files[path].key[:2], _name(path)].append(path)
    for key, some in samples.items():
        if len(some) == len(paths.get(key, ())) == 1:
            places.pair(some, paths[key])


def _pair_all(
    places: Places,
    samples: Sequence[Sample],
    paths: Sequence[str],
    of_sample: Callable[[Sample], Hashable],
    of_path: Callable[[str], Hashable],
) -> None:
    wanted: dict[Hashable, list[Sample]] = defaultdict(list)
    for sample in samples:
        wanted[of_sample(sample)].append(sample)
    found: dict[Hashable, list[str]] = defaultdict(list)
    for path in paths:
        if wanted and (key := of_path(path)) in wanted:
            found[key].append(path)
    for key, some in found.items():
        places.pair(wanted[key], some)


def _name(path: str) -> str:
    return PurePosixPath(path).name
