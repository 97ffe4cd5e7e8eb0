"""Which samples a run labels: those asked for that no person had a hand in."""

from __future__ import annotations

import zlib
from enum import StrEnum
from typing import TYPE_CHECKING

from hardcase import hardness
from hardcase.model.job import RunState, Sample, Status
from hardcase.session.autolabel.kinds import AUTO_LABELING
from hardcase.session.columns import made_by_human
from hardcase.session.views import Tab

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from hardcase.session.autolabel.run_request import PreparedRun, RunRequest
    from hardcase.session.labeling import LabelingSession

_WHICH = ("filter", "existing", "changed", "samples")
"""Settings that say which samples a run labels, and nothing of what it says of one."""


class Existing(StrEnum):
    """What becomes of auto labels of an earlier run that still wait to be confirmed."""

    KEEP = "keep"
    REPLACE = "replace"


def targets(session: LabelingSession, prepared: PreparedRun) -> list[int]:
    """Return the ids of the samples that a run labels, in path order. Raises UsageError."""
    asked = [s for s in _asked_for(session, prepared.request) if _may_be_labeled(s)]
    kin = _kin(session, prepared) if prepared.request.changed else {}
    chosen = [s for s in asked if not _is_kept(s, prepared.request, kin)]
    if prepared.request.changed:
        chosen = [s for s in chosen if not _is_current(session, s, kin)]
    return [s.id for s in chosen]


def unlabeled(session: LabelingSession) -> tuple[int, int]:
    """Return how many unlabeled samples a run without a filter labels, and how many it leaves.

    It leaves alone those on which a person has begun: annotations that nobody confirmed yet.
    """
    open_ = [session.sample(int(i)) for i in session.query(Tab.UNLABELED)]
    return sum(map(_may_be_labeled, open_)), sum(map(made_by_human, open_))


def why_none(session: LabelingSession, prepared: PreparedRun) -> str:
    """Return why no sample asked for is labeled by a model, and what to do about it."""
    request = prepared.request
    asked = _asked_for(session, request)
    if not asked:
        if request.is_choosy:
            return "no sample passes the filter"
        return "no sample is unlabeled: filter for others, or have auto labels replaced"
    missing = sum(s.missing for s in asked)
    labeled = sum(s.status is Status.LABELED and not s.missing for s in asked)
    free = [s for s in asked if _may_be_labeled(s)]
    kin = _kin(session, prepared) if request.changed else {}
    kept = sum(_is_kept(s, request, kin) for s in free)
    counts = (
        (labeled, "labeled already"),
        (
            len(asked) - labeled - missing - len(free),
            "with drafts of a person (confirm or clear those)",
        ),
        (kept, "with auto labels that are kept"),
        (len(free) - kept, "as this model left them"),
        (missing, "whose image is missing"),
    )
    found = ", ".join(f"{count:,} {what}" for count, what in counts if count)
    return f"the samples asked for are {found}"


def state_of(path: Path) -> int:
    """Return what tells a file from what it was: a checksum of size and time of change, above 0.

    Nothing is read. 0 if the file cannot be looked at.
    """
    try:
        found = path.stat()
    except OSError:
        return 0
    return zlib.crc32(f"{found.st_size} {found.st_mtime_ns}".encode()) or 1


def _asked_for(session: LabelingSession, request: RunRequest) -> list[Sample]:
    beyond = request.is_choosy or request.changed or request.existing is Existing.REPLACE
    ids = session.query(Tab.ALL if beyond else Tab.UNLABELED, request.filter).tolist()
    if request.samples:
        chosen = set(request.samples)
        ids = [i for i in ids if i in chosen]
    return [session.sample(i) for i in ids]


def _may_be_labeled(sample: Sample) -> bool:
    human = sample.status is Status.LABELED or made_by_human(sample)
    return not (human or sample.missing)


def _is_kept(sample: Sample, request: RunRequest, kin: Mapping[int, str]) -> bool:
    """Whether a sample has auto labels that the run leaves alone.

    A filter and a choice of samples ask for what they say; without either, what waits to be
    confirmed is left alone, unless it is what the same model said of a file that is another now.
    """
    if sample.status is not Status.TO_BE_CONFIRMED or request.existing is Existing.REPLACE:
        return False
    if request.existing is Existing.KEEP:
        return True
    return not request.is_choosy and sample.labeled_by not in kin.values()


def _is_current(session: LabelingSession, sample: Sample, kin: Mapping[int, str]) -> bool:
    """Whether one of the runs `kin` said something of the file as it is now."""
    said = session.prediction_row(sample.id)
    if said is None or said.run not in kin:
        return False
    return state_of(session.image_path(sample.id)) in (0, said.file)


def _kin(session: LabelingSession, prepared: PreparedRun) -> dict[int, str]:
    """Return the completed runs that say of an image what this one would: id and signature."""
    wanted = _saying(prepared.settings)
    return {
        run.id: run.signature
        for run in session.runs
        if run.kind in AUTO_LABELING
        and run.state is RunState.COMPLETED
        and run.signals == hardness.SIGNALS
        and run.sha256 == prepared.sha256
        and _saying(run.settings) == wanted
    }


def _saying(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name not in _WHICH}
