"""Keeping a job in step with its folder: what is new, moved, gone or back.

Looking through the folder, and reading files to know them again, takes as long as the disk takes.
So a `Look` is made from rows as they were, works on any thread, and what it found is held against
the rows as they are when it is committed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from hardcase.errors import JobError
from hardcase.model.changes import Change, Edit, Kind, Table
from hardcase.model.fingerprint import Fingerprint
from hardcase.model.job import Sample
from hardcase.model.numbers import count
from hardcase.model.text import printable
from hardcase.session.folder import contents, deletion
from hardcase.session.folder.matching import displaced_among, match
from hardcase.session.folder.scan import FileState, Folder, look_through

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from hardcase.session.labeling import LabelingSession


@dataclass(frozen=True, slots=True)
class Found:
    """What a look found. Paths are relative to the folder.

    `new` become samples; `path_of` says by id where samples are now, `gone` those that are nowhere,
    `replaced` those whose path another one has now; `left` are paths of samples that were deleted
    from the job, and stay out of it; `returned` those of the ones that come in again as asked, with
    the ids they had. `chosen` counts samples that several alike files would have fitted. `unread`
    is how many samples may be in what could not be looked at, `unread_first` the first of that.
    `altered` are the samples, as they were, of which anything is to be altered, `seen` what is to
    be remembered of the files that are known under a path.
    """

    folder: Folder
    new: tuple[str, ...]
    path_of: dict[int, str]
    gone: frozenset[int]
    replaced: frozenset[int]
    left: tuple[str, ...]
    returned: dict[str, int]
    chosen: int
    unread: int
    unread_first: str
    altered: tuple[Sample, ...]
    seen: tuple[Fingerprint, ...]


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync altered, as counts of samples; `found` is what it rests on."""

    new: int
    moved: int
    missing: int
    back: int
    replaced: int
    found: Found
    change: Change | None

    @property
    def counts(self) -> str:
        """What was altered, in words: `3 new, 1 moved, 2 missing`; empty if nothing was."""
        named = (
            (self.new, "new"),
            (self.moved, "moved"),
            (self.missing, "missing"),
            (self.back, "back"),
            (self.replaced, "replaced"),
        )
        return ", ".join(f"{number:,} {what}" for number, what in named if number)

    def __str__(self) -> str:
        """Return what happened, in a line."""
        found = self.found
        parts = [self.counts or f"nothing new among {count(len(found.folder.files), 'image')}"]
        if found.returned:
            parts.append(f"deleted before: {len(found.returned):,}")
        if found.chosen:
            parts.append(f"chosen among files of the same content: {found.chosen:,}")
        if found.left:
            parts.append(f"left out, deleted from the job: {len(found.left):,}")
        if found.folder.nameless:
            parts.append(found.folder.nameless)
        if found.folder.unread:
            kept = f", {count(found.unread, 'sample')} in it kept" if found.unread else ""
            more = len(found.folder.unread) - 1
            others = f" and {more:,} more" if more else ""
            parts.append(f"cannot be read: {printable(found.unread_first)}{others}{kept}")
        return " · ".join(parts)


class Look:
    """A look through the folder of a job. Deleted samples with ids in `again` come in again."""

    def __init__(self, session: LabelingSession, again: Collection[int] = ()) -> None:
        """Take down the rows; on the session's thread."""
        self._root = session.root
        self._samples = list(session.samples())
        self._prints = session.fingerprints()
        self._deleted = tuple(deletion.deleted(session))
        self._again = frozenset(again)
        self._digests: dict[str, str] = {}

    def work(
        self,
        progress: Callable[[int], None] = lambda _read: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Found:
        """Look; on any thread. `progress` is called with the number of files read.

        Raises JobError if the folder cannot be read, if it is there without any of its images, and
        once `stopped`.
        """
        folder = look_through(self._root, stopped)
        if not folder.files and not folder.unread and self._samples:
            shown = printable(str(self._root))
            raise JobError(f"there is no image in {shown}: is its disk there? nothing was changed")

        def digest_of(path: str) -> str:
            if stopped():
                raise JobError("the look through the folder was stopped; nothing was changed")
            if path not in self._digests:
                read = contents.read(0, self._root / path)
                self._digests[path] = read.digest if read is not None else ""
                progress(len(self._digests))
            return self._digests[path]

        return self._compare(folder, digest_of)

    def _compare(self, folder: Folder, digest_of: Callable[[str], str]) -> Found:
        files, samples = folder.files, self._samples
        known = {sample.path for sample in samples}
        absent = [s for s in samples if s.path not in files]
        unread = {s.id for s in absent if folder.is_unread(s.path)}
        gone = [s for s in absent if s.id not in unread]
        free = sorted(files.keys() - known)
        displaced = displaced_among(samples, files, self._prints)
        places = match(gone, free, displaced, files=files, prints=self._prints, digest_of=digest_of)
        rest = [path for path in free if path not in places.taken]
        left, returned = self._of_deleted(rest, folder, digest_of)
        nowhere = {s.id for s in gone if s.id not in places.path_of}
        replaced = {
            s.id for s in displaced if s.id not in places.path_of and s.path in places.taken
        }
        return Found(
            folder=folder,
            new=tuple(path for path in rest if path not in left),
            path_of=places.path_of,
            gone=frozenset(nowhere),
            replaced=frozenset(replaced),
            left=tuple(sorted(left)),
            returned=returned,
            chosen=places.chosen,
            unread=len(unread),
            unread_first=folder.unread[0] if folder.unread else "",
            altered=tuple(
                s
                for s in samples
                if s.id in places.path_of
                or s.id in replaced
                or (s.id in nowhere and not s.missing)
                or (s.missing and s.path in files)
            ),
            seen=tuple(self._seen(files, places.path_of, replaced)),
        )

    def _seen(
        self, files: Mapping[str, FileState], path_of: Mapping[int, str], replaced: Collection[int]
    ) -> Iterator[Fingerprint]:
        """Yield what is new of the files of samples."""
        for sample in self._samples:
            state = files.get(path_of.get(sample.id, sample.path))
            known = self._prints.get(sample.id)
            same = known is not None and state is not None and known.key == state.key
            if state is not None and not same and sample.id not in replaced:
                yield Fingerprint.of(sample.id, state.key)

    def _of_deleted(
        self, free: Iterable[str], folder: Folder, digest_of: Callable[[str], str]
    ) -> tuple[set[str], dict[str, int]]:
        """Return which paths are those of deleted samples and stay out, and whose may come in."""
        rows = [self._prints[key] for key in self._deleted]
        by_path = {row.deleted: row.id for row in rows}
        by_key = {row.key: row.id for row in rows}
        by_digest = {row.digest: row.id for row in rows if row.digest}
        sizes = {row.key[0] for row in rows if row.digest}
        out: dict[str, int] = {}
        for path in free if rows else ():
            state = folder.files[path]
            row_id = by_path.get(path) or by_key.get(state.key)
            if row_id is None and state.size in sizes:
                row_id = by_digest.get(digest_of(path))
            if row_id is not None:
                out[path] = row_id
        returned = {path: row_id for path, row_id in out.items() if row_id in self._again}
        return out.keys() - returned.keys(), returned

    def commit(self, session: LabelingSession, found: Found) -> Synced:
        """Bring the job in step with what was found, in one Change; on the session's thread."""
        now_at = {sample.path for sample in session.samples()}
        edits: list[Edit] = []
        counts = dict.fromkeys(("new", "moved", "missing", "back", "replaced"), 0)
        seen = [row for row in found.seen if session.has(row.id)]
        for then in found.altered:
            if not session.has(then.id) or (sample := session.sample(then.id)).path != then.path:
                continue  # it was deleted, or moved, since the look began
            after, what = _after(sample, found, now_at)
            counts[what] += 1
            edits.append(Edit(Table.SAMPLES, sample.id, sample, after))
        first = session.next_sample_id()
        for number, path in enumerate((p for p in found.new if p not in now_at), first):
            counts["new"] += 1
            edits.append(Edit(Table.SAMPLES, number, None, Sample(number, path)))
            digest = self._digests.get(path, "")
            # Should this be taken back, a deleted sample is out of the job again, and stays so.
            deleted = path if path in found.returned else ""
            seen.append(Fingerprint.of(number, found.folder.files[path].key, digest, deleted))
        records = contents.fingerprint_edits(session, seen)
        records += [
            Edit(Table.FILES, key, self._prints[key], None) for key in set(found.returned.values())
        ]
        synced = Synced(**counts, found=found, change=None)
        if edits:
            return replace(synced, change=session.commit(f"sync: {synced.counts}", edits + records))
        session.commit("note what the files are", records, Kind.RECORD)
        return synced


def sync(session: LabelingSession, *, deleted: bool = False) -> Synced:
    """Look through the folder and bring the job in step, on this thread. Raises JobError."""
    look = Look(session, deletion.deleted(session) if deleted else ())
    return look.commit(session, look.work())


def _after(sample: Sample, found: Found, taken: Collection[str]) -> tuple[Sample, str]:
    """Return what becomes of a sample of which something is altered, and what that is called."""
    if sample.id in found.path_of:
        path = found.path_of[sample.id]
        return replace(sample, path=path, missing=False), "moved"
    if sample.id in found.replaced:
        return replace(sample, path=_set_aside(sample.path, taken), missing=True), "replaced"
    if sample.id in found.gone:
        return replace(sample, missing=True), "missing"
    return replace(sample, missing=False), "back"


def _set_aside(path: str, taken: Collection[str]) -> str:
    """Return a path for a sample whose image was replaced by that of another one."""
    old, number = PurePosixPath(path), 1
    while True:
        again = f" {number}" if number > 1 else ""
        aside = str(old.with_name(f"{old.stem} (replaced{again}){old.suffix}"))
        if aside not in taken:
            return aside
        number += 1
