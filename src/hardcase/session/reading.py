"""What can be asked of a job: its rows, what was worked out from them, and where its files are."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, cast

from hardcase.errors import JobError, UsageError
from hardcase.imaging.open import image_size
from hardcase.model.changes import Change, Step, Table
from hardcase.model.checksum import annotations_checksum
from hardcase.model.job import Job, Label, Prediction, Run, Sample, Status, Task
from hardcase.model.text import printable
from hardcase.session.column_values import STATUS_CODES
from hardcase.session.columns import Columns
from hardcase.session.filtering import filters
from hardcase.session.label_list import in_names_of_today, names_now
from hardcase.session.views import Sort, Stats, Tab

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from hardcase.model.audit import Audit
    from hardcase.model.findings import Finding
    from hardcase.model.fingerprint import Fingerprint
    from hardcase.model.seen import Seen
    from hardcase.session.column_values import Values
    from hardcase.store import JobStore


class JobReader:
    """The rows of a job in memory. `path` is the job file, `root` the folder of the images."""

    def __init__(self, store: JobStore) -> None:
        self._store = store
        self._columns: Columns | None = None
        self._ids_by_path: dict[str, int] | None = None
        self.path = store.path
        self.root = (store.path.parent / self.job.root).resolve()

    @property
    def job(self) -> Job:
        """Name, task and folder."""
        return cast("Job", next(iter(self._store.tables[Table.JOB].values())))

    @property
    def task(self) -> Task:
        """Classification or detection."""
        return self.job.task

    @property
    def labels(self) -> list[Label]:
        """The labels in the order of the job."""
        rows = cast("Iterable[Label]", self._store.tables[Table.LABELS].values())
        return sorted(rows, key=lambda label: label.position)

    @property
    def runs(self) -> list[Run]:
        """Auto-labeling runs and imports of predictions, newest first."""
        rows = cast("Iterable[Run]", self._store.tables[Table.RUNS].values())
        return sorted(rows, key=lambda run: -run.id)

    def run(self, run_id: int) -> Run:
        """Return a run. Raises UsageError if there is none with this id."""
        try:
            return cast("Run", self._store.tables[Table.RUNS][run_id])
        except KeyError:
            raise UsageError(f"there is no run {run_id} in this job") from None

    @property
    def audits(self) -> list[Audit]:
        """Attempts to confirm samples unseen, newest first; see `audit`."""
        rows = cast("Iterable[Audit]", self._store.tables[Table.AUDITS].values())
        return sorted(rows, key=lambda audit: -audit.id)

    def samples(self) -> Iterator[Sample]:
        """Yield every sample, in no particular order."""
        return iter(cast("Iterable[Sample]", self._store.tables[Table.SAMPLES].values()))

    def sample(self, sample_id: int) -> Sample:
        """Return a sample. Raises UsageError if there is none with this id."""
        try:
            return cast("Sample", self._store.tables[Table.SAMPLES][sample_id])
        except KeyError:
            raise UsageError(f"there is no sample {sample_id} in this job") from None

    def has(self, sample_id: int) -> bool:
        """Whether the job has a sample with this id: it may have been deleted, or taken back."""
        return sample_id in self._store.tables[Table.SAMPLES]

    def prediction(self, sample_id: int) -> Prediction | None:
        """Return what the newest run said of a sample, in the labels of today."""
        row = self.prediction_row(sample_id)
        return None if row is None else in_names_of_today(row, names_now(self.labels))

    def predictions(self) -> Iterator[Prediction]:
        """Yield what runs said of the samples there are, one prediction a sample at most."""
        samples = self._store.tables[Table.SAMPLES]  # an undo may have taken some back
        rows = cast("dict[int, Prediction]", self._store.tables[Table.PREDICTIONS])
        names = names_now(self.labels)
        return (in_names_of_today(row, names) for key, row in rows.items() if key in samples)

    def prediction_row(self, sample_id: int) -> Prediction | None:
        """Return the record itself, in the words it was made in; for edits of it."""
        return cast("Prediction | None", self._store.tables[Table.PREDICTIONS].get(sample_id))

    def finding(self, sample_id: int) -> Finding | None:
        """Return what the newest check of labels found in a sample, None if that is past."""
        found = cast("Finding | None", self._store.tables[Table.FINDINGS].get(sample_id))
        if found is None or sample_id not in self._store.tables[Table.SAMPLES]:
            return None
        current = annotations_checksum(self.sample(sample_id).annotations)
        return found if found.about == current else None

    def findings(self) -> dict[int, Finding]:
        """Return by sample what checks of labels found, whether past or not."""
        return dict(cast("dict[int, Finding]", self._store.tables[Table.FINDINGS]))

    def seen(self) -> Iterator[Seen]:
        """Yield what is remembered of images that were looked at for this job."""
        return iter(cast("Iterable[Seen]", self._store.tables[Table.SEEN].values()))

    def fingerprints(self) -> dict[int, Fingerprint]:
        """Return by sample what is remembered of its file, deleted samples included."""
        return dict(cast("dict[int, Fingerprint]", self._store.tables[Table.FILES]))

    def next_sample_id(self) -> int:
        """Return an id that no sample has or had, so that nothing said of another comes up."""
        named = (Table.SAMPLES, Table.PREDICTIONS, Table.FILES)
        return 1 + max((max(self._store.tables[t], default=0) for t in named), default=0)

    def find(self, text: str) -> int:
        """Return the id of the sample that `text`, an id or a path, means. Raises UsageError."""
        if text.isascii() and text.isdigit():
            return self.sample(int(text)).id
        if self._ids_by_path is None:
            self._ids_by_path = {s.path: s.id for s in self.samples()}
        for path in (text, str(PurePosixPath(text)), self._inside_root(text)):
            if path in self._ids_by_path:
                return self._ids_by_path[path]
        raise UsageError(f"there is no sample {printable(text)!r} in this job; see: hardcase list")

    def image_path(self, sample_id: int) -> Path:
        """Return the file of a sample. Raises JobError if its path leaves the job's folder."""
        return self.root / self.relative_path(sample_id)

    def relative_path(self, sample_id: int) -> str:
        """Return the file of a sample, from the job's folder. Raises JobError if it leaves that."""
        path = self.sample(sample_id).path
        if path.startswith("/") or ".." in path.split("/"):
            raise JobError(f"sample {sample_id} points outside the job's folder; it is not opened")
        return path

    def size(self, sample_id: int) -> tuple[int, int]:
        """Return width and height of a sample's oriented image in pixels. Raises ImageError."""
        sample = self.sample(sample_id)
        if sample.width is None or sample.height is None:
            return image_size(self.image_path(sample_id))
        return sample.width, sample.height

    def stats(self) -> Stats:
        """Count the samples and the annotations of each label."""
        columns = self.columns
        counts = columns.label_counts()
        unlabeled, to_confirm, labeled = (columns.status_count(s) for s in Status)
        return Stats(
            total=len(columns.ids),
            unlabeled=unlabeled,
            labeled=labeled,
            to_be_confirmed=to_confirm,
            hard=int(columns.hard.sum()),
            labels={label.name: counts.get(label.name, 0) for label in self.labels},
        )

    def query(
        self, tab: Tab = Tab.ALL, expression: str = "", sort: Sort | None = None
    ) -> NDArray[np.int64]:
        """Return the (N,) ids of the samples in `tab` that pass a filter expression, in order.

        To Be Confirmed is ordered by hardness, the rest by path, unless `sort` says otherwise.
        Raises UsageError if the expression does not parse.
        """
        columns = self.columns
        mask = filters.evaluate(filters.parse(expression), columns)
        if tab.status is not None:
            mask &= columns.status == STATUS_CODES[tab.status]
        return columns.order(mask, sort or (Sort.HARD if tab is Tab.TO_BE_CONFIRMED else Sort.PATH))

    @property
    def columns(self) -> Columns:
        """The samples as numpy columns."""
        if self._columns is None:
            self._columns = Columns(cast("dict[int, Sample]", self._store.tables[Table.SAMPLES]))
        return self._columns

    def history(self, limit: int | None = None) -> Iterator[Change]:
        """Yield changes, newest first."""
        return self._store.history(limit)

    def decisions(self, limit: int) -> list[Step]:
        """Return the newest changes that undo would take back, newest first."""
        return self._store.undoable(limit)

    def _keep_up(self, change: Change, values: Values | None = None) -> None:
        """Keep what was worked out from the rows in step with them.

        `values` are those of the samples after the change, in its order, if somebody has them.
        """
        pairs = [(e.before, e.after) for e in change.edits if e.table is Table.SAMPLES]
        samples = cast("list[tuple[Sample | None, Sample | None]]", pairs)
        if self._columns is not None and not self._columns.update(samples, values):
            self._columns = None
        if any(b is None or a is None or b.path != a.path for b, a in samples):
            self._ids_by_path = None

    def _inside_root(self, text: str) -> str | None:
        try:
            return Path(text).resolve().relative_to(self.root).as_posix()
        except (ValueError, OSError):
            return None
