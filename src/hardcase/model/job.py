"""The rows of a job: the job itself, its labels, samples, runs and predictions.

Rows are immutable. A row is altered by a `Change` that puts another row in its place, which is what
makes undo, the journal and the screens simple.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from hardcase.model.audit import Audit
from hardcase.model.findings import Finding
from hardcase.model.fingerprint import Fingerprint
from hardcase.model.rule import DEFAULT_RULE, Rule
from hardcase.model.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hardcase.model.boxes import Box

HUMAN = "human"
"""Who made an annotation, when it was a person. Models sign as `name#run`."""


class Task(StrEnum):
    """What is labeled: whole images, or objects in them."""

    CLASSIFICATION = "classification"
    DETECTION = "detection"


class Status(StrEnum):
    """How far a sample has come."""

    UNLABELED = "unlabeled"
    TO_BE_CONFIRMED = "to_be_confirmed"
    LABELED = "labeled"


class RunState(StrEnum):
    """Where a run stands. A run found `running` in a job that nobody has open was interrupted.

    A `queued` one has not begun, or waits to go on. A `paused` one goes on when somebody says so,
    as does one that was cancelled or failed.
    """

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Annotation:
    """A label on a sample; with a box in detection jobs.

    `score` is the model's confidence in [0, 1], None for a person. `by` is `human` or the signature
    of a run. `extra` keeps what a format said beyond that (difficult, iscrowd): JSON values only.
    """

    label: str
    box: Box | None = None
    score: float | None = None
    by: str = HUMAN
    extra: Mapping[str, Any] | None = None

    def rounded(self) -> Annotation:
        """Return the annotation as jobs keep it: the box to 1/1000 pixel, the score to 1e-6.

        Whoever makes annotations rounds them, so that memory and job file say the same.
        """
        box = None if self.box is None else self.box.rounded()
        score = None if self.score is None else round(self.score, 6)
        return replace(self, box=box, score=score)


@dataclass(frozen=True, slots=True)
class Sample:
    """One image of the job.

    `path` is relative to the job's folder, with `/`. `width` and `height` are those of the oriented
    image in pixels, None until it was first opened. `coefficient` in [0, 1] is the estimated share
    of the auto labels that needs correction, None before any model saw the sample. `error` says why
    the image cannot be read, None if it can. A labeled detection sample without annotations means
    "no objects here". `hard_by` is `human` where a person set or removed the mark, which no run
    alters then. `updated_at` is ISO 8601, UTC, in seconds.
    """

    id: int
    path: str
    status: Status = Status.UNLABELED
    annotations: tuple[Annotation, ...] = ()
    hard: bool = False
    coefficient: float | None = None
    reasons: tuple[int, ...] = ()
    labeled_by: str | None = None
    hard_by: str | None = None
    updated_at: str = ""
    width: int | None = None
    height: int | None = None
    error: str | None = None
    missing: bool = False
    extra: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """A class of the job. `position` orders the list (digit 1 sets the first); `colour` #rrggbb.

    `aliases` are the names that the label had before, and those of labels merged into it: what a
    model says under one of them means this label.
    """

    id: int
    name: str
    colour: str
    position: int
    extra: Mapping[str, Any] | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """One dataset folder and its task.

    `root` is the image folder, relative to the job file. `hard_rule` says which of the samples to
    be confirmed are hard. `several` says that images mostly have several labels (classification).
    """

    id: int
    name: str
    task: Task
    root: str = "."
    created_at: str = ""
    hard_rule: Rule = DEFAULT_RULE
    several: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """One auto-labeling run, kept as history.

    `signals` names the columns of `Prediction.signals`. `settings` holds what was asked for, JSON
    values only. `done` counts samples finished, unreadable ones (`failed`) included. `learned` is
    how many decisions of people the coefficients of its samples rest on. `seconds` is how long it
    was at work, pauses left out; 0 where that is not known. `files` are the absolute paths of the
    model and the encoder it was asked for with. `place` orders the runs that wait, 0 for others.
    `provider` is what computed it last, such as `cpu` or `cuda`; empty where that is not known.
    """

    id: int
    kind: str
    model: str
    state: RunState = RunState.RUNNING
    sha256: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    signals: tuple[str, ...] = ()
    total: int = 0
    done: int = 0
    failed: int = 0
    learned: int = 0
    started_at: str = ""
    ended_at: str = ""
    message: str = ""
    seconds: float = 0.0
    files: Mapping[str, str] = field(default_factory=dict)
    place: int = 0
    provider: str = ""

    @property
    def signature(self) -> str:
        """How annotations of this run are signed: `name#run`."""
        return f"{self.model}#{self.id}"


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the newest run said of a sample, kept as it was said.

    It is pending while its run is under way, becomes the sample's auto labels when the run
    completes, and stays afterwards as the record of what was predicted. `id` is the sample's;
    `signals` are to six digits, for which single precision does, and packed because every sample
    has some; `embedding` is what `model.embedding.pack` made of the image's, empty without one.
    `file` tells the file that was looked at from what it may become, see `session.targets`; 0 where
    that is not known. `candidates` are boxes that were seen and not accepted, as
    `model.candidates.pack_candidates` keeps them: no annotations, offered to who draws one.
    """

    id: int
    run: int
    annotations: tuple[Annotation, ...] = ()
    signals: array[float] = field(default_factory=lambda: array("f"))
    width: int | None = None
    height: int | None = None
    error: str | None = None
    embedding: bytes = b""
    file: int = 0
    candidates: bytes = b""


Row = Job | Label | Sample | Run | Prediction | Audit | Seen | Finding | Fingerprint
