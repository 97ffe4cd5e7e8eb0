"""The places of the app where keys work, and which of them a user is in at once."""

from __future__ import annotations

from enum import StrEnum


class Place(StrEnum):
    """Where a key works. The order is the order of the help screen."""

    EVERYWHERE = "everywhere"
    LISTS = "lists"
    """The list of jobs and the list of samples."""
    JOBS = "jobs"
    JOB = "job"
    ZOOMED = "zoomed"
    """A job while its picture is zoomed in. Keys of this place go before those of the job."""
    GALLERY = "gallery"
    """A job while its gallery is shown. Keys of this place go before those of the job."""
    EDITOR = "editor"
    DRAWING = "drawing"
    """The editor while a box is drawn. Letters name places there."""
    REVIEW = "review"
    """Quick review of boxes, over a job."""
    FILTER = "filter"
    """A job while its filter is typed. Letters are text there."""
    DIALOG = "dialog"
    LABELS = "labels"
    """The list of labels. Keys of this place go before those of dialogs."""
    LOOK = "look"
    """A look at what a model says. Keys of this place go before those of dialogs."""
    RUNS = "runs"
    """The list of runs. Keys of this place go before those of dialogs."""

    @property
    def meets(self) -> frozenset[Place]:
        """The places whose keys can be pressed at the same moment, so that they must differ."""
        return _MEETS[self]


_MEETS = {
    Place.EVERYWHERE: frozenset(
        {Place.EVERYWHERE, Place.LISTS, Place.JOBS, Place.JOB, Place.EDITOR, Place.DRAWING}
    ),
    Place.LISTS: frozenset({Place.EVERYWHERE, Place.LISTS, Place.JOBS, Place.JOB, Place.REVIEW}),
    Place.JOBS: frozenset({Place.EVERYWHERE, Place.LISTS, Place.JOBS}),
    Place.JOB: frozenset({Place.EVERYWHERE, Place.LISTS, Place.JOB}),
    Place.ZOOMED: frozenset({Place.ZOOMED}),
    Place.GALLERY: frozenset({Place.GALLERY}),
    Place.EDITOR: frozenset({Place.EVERYWHERE, Place.EDITOR}),
    Place.DRAWING: frozenset({Place.EVERYWHERE, Place.DRAWING}),
    Place.REVIEW: frozenset({Place.EVERYWHERE, Place.LISTS, Place.REVIEW}),
    Place.FILTER: frozenset({Place.FILTER}),
    Place.DIALOG: frozenset({Place.DIALOG}),
    Place.LABELS: frozenset({Place.LABELS}),
    Place.LOOK: frozenset({Place.LOOK}),
    Place.RUNS: frozenset({Place.RUNS}),
}

PLACE_TITLES = {
    Place.EVERYWHERE: "Everywhere",
    Place.LISTS: "In lists",
    Place.JOBS: "List of jobs",
    Place.JOB: "In a job",
    Place.ZOOMED: "In a job, picture zoomed in",
    Place.GALLERY: "In a job, gallery",
    Place.EDITOR: "Box editor",
    Place.DRAWING: "While drawing a box",
    Place.REVIEW: "Quick review of boxes",
    Place.FILTER: "While typing a filter",
    Place.DIALOG: "In a dialog",
    Place.LABELS: "In the list of labels",
    Place.LOOK: "While looking at a model",
    Place.RUNS: "In the list of runs",
}
