"""A look at a folder before there is a job: what to offer somebody who wants to label it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from hardcase.errors import HardcaseError
from hardcase.formats.peek import Offer, annotations_around, names_around
from hardcase.model.job import Task
from hardcase.model.numbers import count
from hardcase.session.folder.scan import is_image_name, list_images
from hardcase.session.labeling import JOB_FILE, LabelingSession

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_GLANCE = 2000
"""Entries of a folder that are looked at to tell whether it is one of images."""


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What there is in a folder: how many images, and which annotations may be used.

    `names` are class names that lie there. `left_out` says which images a job cannot take, in
    words, empty if that is none.
    """

    folder: Path
    images: int
    offers: tuple[Offer, ...]
    names: tuple[str, ...] = ()
    left_out: str = ""

    @property
    def task(self) -> Task:
        """The task that the likeliest annotations are for, else classification."""
        tasks = self.offers[0].tasks if self.offers else frozenset(Task)
        return Task.CLASSIFICATION if Task.CLASSIFICATION in tasks else Task.DETECTION

    def labels(self, task: Task) -> tuple[str, ...]:
        """Return the labels to offer: those of the likeliest annotations, else the class names."""
        offers = self.for_task(task)
        return (offers[0].labels if offers else ()) or self.names

    def for_task(self, task: Task) -> list[Offer]:
        """Return the annotations that can be used in a job of this task."""
        return [offer for offer in self.offers if task in offer.tasks]


def look_at(folder: Path, stopped: Callable[[], bool] = lambda: False) -> FirstLook:
    """Look through a folder, until `stopped`; on any thread. Raises JobError, OSError."""
    listing = list_images(folder, stopped)
    where = folder.resolve()
    offers = tuple(annotations_around(where, listing.paths))
    return FirstLook(
        folder, len(listing.paths), offers, names_around(where), left_out=listing.nameless
    )


def invites(folder: Path) -> bool:
    """Whether to offer a job to somebody who starts the program in a folder: it has images.

    Only the folder and those directly in it are glanced at, never the user's home: the program is
    started in all kinds of places, and must not wander through a disk.
    """
    try:
        if folder.resolve() == Path.home().resolve() or (folder / JOB_FILE).exists():
            return False
        folders = [folder]
        for entry in _glance(folder):
            if entry.is_dir(follow_symlinks=False):
                folders.append(folder / entry.name)
            elif is_image_name(entry.name):
                return True
        below = folders[1:]
        if any((inner / JOB_FILE).exists() for inner in below):
            return False
        return any(is_image_name(e.name) for inner in below for e in _glance(inner))
    except (OSError, RuntimeError):
        return False


def create(
    folder: Path, task: Task, labels: Sequence[str], use: Offer | None
) -> tuple[LabelingSession, str]:
    """Make a job, with annotations that are there if asked; return it and what came of those.

    Raises JobError or UsageError if there can be no job. If only the annotations cannot be used,
    the job is made and the reason returned.
    """
    session = LabelingSession.create(folder, task, labels)
    if use is None:
        return session, ""
    try:
        report, _ = session.import_annotations(use.path, use.format)
    except HardcaseError as error:
        return session, f"no annotations were read: {error}"
    except BaseException:
        session.close()
        raise
    said = f"read {count(report.annotations, 'annotation')} of {count(report.images, 'image')}"
    if report.problems:
        said += f"; {len(report.problems):,} left out ({report.problems[0]})"
    return session, said


def _glance(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [e for e in islice(entries, _GLANCE) if not e.name.startswith(".")]
    except OSError:
        return []
