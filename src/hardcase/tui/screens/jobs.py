"""The list of jobs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.containers import Vertical
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from hardcase.errors import HardcaseError
from hardcase.model.text import printable
from hardcase.session import LabelingSession
from hardcase.session.first_look import create
from hardcase.session.jobs import JobSummary, forget, known_jobs
from hardcase.tui.actions import Place
from hardcase.tui.dialogs.new_job import NewJob, NewJobDialog
from hardcase.tui.messages import JobOpened, JobRefused, QuitAsked
from hardcase.tui.screens.place import PlaceScreen
from hardcase.tui.widgets.lines import Hints, OneLine, TitleLine
from hardcase.tui.widgets.sample_rows import HARD_MARK
from hardcase.tui.widgets.text import count, fit
from hardcase.tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult

    from hardcase.tui.actions import Action
    from hardcase.tui.widgets.virtual_list import Part

_EMPTY = """No jobs yet.
Press {key} to create one from a folder of images, or run: hardcase init FOLDER --task detection
To look around first, run: hardcase demo"""

_BAR = 10


class JobsScreen(PlaceScreen):
    """The jobs this user worked on, newest first."""

    PLACES: ClassVar = (Place.JOBS, Place.LISTS, Place.EVERYWHERE)
    CSS_PATH: ClassVar = "jobs.tcss"

    def __init__(self, actions: Sequence[Action], *, new_from: Path | None = None) -> None:
        super().__init__(actions)
        self._new_from = new_from
        self._jobs: list[JobSummary] = []
        self._exists: list[bool] = []
        self.rows = VirtualList(self._draw_row, id="jobs")
        self.opening = False

    def compose(self) -> ComposeResult:
        """Lay out the list between a title and the hints."""
        yield OneLine(id="too-small")
        with Vertical(id="work"):
            yield TitleLine()
            yield OneLine(id="heading")
            yield self.rows
            yield Static(_EMPTY.format(key=self.key("new_job")), id="empty", markup=False)
            yield OneLine(id="message")
            yield Hints()

    def on_mount(self) -> None:
        """Offer to make a job of the folder given, if one was."""
        self.load()
        if self._new_from is not None:
            self._ask_for_new(self._new_from)

    def on_screen_resume(self) -> None:
        """Read the list anew: the job just left may have moved up."""
        self.load()

    def load(self) -> None:
        """Show the jobs there are."""
        self._jobs = known_jobs()
        self._exists = [job.exists for job in self._jobs]
        self.set_class(not self._jobs, "is-empty")
        self.query_one(TitleLine).show("hardcase", count(len(self._jobs), "job"))
        self.rows.set_rows(len(self._jobs), self.rows.cursor)
        self.refresh_hints()

    def on_resize(self) -> None:
        """Keep the heading over its columns."""
        super().on_resize()
        self.query_one("#heading", OneLine).show(_heading(self.size.width), "$muted")

    def here(self) -> list[Action]:
        """Offer to open and forget only where there is a job."""
        return [a for a in super().here() if self._jobs or a.id not in {"open_job", "forget_job"}]

    def on_virtual_list_chosen(self) -> None:
        """Open the job clicked."""
        self.action_open_job()

    def action_cursor_down(self) -> None:
        """Go to the next job."""
        self.rows.move_to(self.rows.cursor + 1)

    def action_cursor_up(self) -> None:
        """Go to the previous job."""
        self.rows.move_to(self.rows.cursor - 1)

    def action_first(self) -> None:
        """Go to the first job."""
        self.rows.move_to(0)

    def action_last(self) -> None:
        """Go to the last job."""
        self.rows.move_to(self.rows.count - 1)

    def action_page_down(self) -> None:
        """Go a page down."""
        self.rows.move_to(self.rows.cursor + self.rows.page)

    def action_page_up(self) -> None:
        """Go a page up."""
        self.rows.move_to(self.rows.cursor - self.rows.page)

    def action_open_job(self) -> None:
        """Open the job under the cursor."""
        if not 0 <= self.rows.cursor < len(self._jobs) or self.opening:
            return
        job = self._jobs[self.rows.cursor]
        self.opening = True
        self.say(f"opening {printable(job.name)}…")
        self._open(Path(job.path))

    def action_forget_job(self) -> None:
        """Take the job off the list."""
        if 0 <= self.rows.cursor < len(self._jobs):
            job = self._jobs[self.rows.cursor]
            forget(job.path)
            self.load()
            self.say(f"{printable(job.name)} is off the list; its file stays at {job.path}")

    def action_new_job(self) -> None:
        """Ask what to make a job of."""
        self._ask_for_new(Path.cwd())

    async def action_quit_app(self) -> None:
        """Quit."""
        self.post_message(QuitAsked())

    def on_job_refused(self, message: JobRefused) -> None:
        """Say why there is no job to open."""
        self.opening = False
        self.complain(message.error)

    def _ask_for_new(self, folder: Path) -> None:
        self.app.push_screen(NewJobDialog(self.actions, folder), self._make)

    def _make(self, new: NewJob | None) -> None:
        if new is not None and not self.opening:
            self.opening = True
            self.say("reading the folder…")
            self._create(new)

    @work(thread=True, exclusive=True, group="open", exit_on_error=False)
    def _open(self, path: Path) -> None:
        self._offer(lambda: (LabelingSession.open(path), ""))

    @work(thread=True, exclusive=True, group="open", exit_on_error=False)
    def _create(self, new: NewJob) -> None:
        self._offer(lambda: create(new.folder, new.task, new.labels, new.use))

    def _offer(self, job: Callable[[], tuple[LabelingSession, str]]) -> None:
        try:
            self.post_message(JobOpened(*job()))
        except HardcaseError as error:
            self.post_message(JobRefused(str(error)))
        except OSError as error:
            where = f" {error.filename}" if error.filename else ""
            self.post_message(JobRefused(printable(f"{error.strerror or error}:{where}")))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Report a worker that fell over: a bug, which must not leave the list dead."""
        if event.state is WorkerState.ERROR:
            error = event.worker.error
            self.post_message(JobRefused(printable(f"unexpected {type(error).__name__}: {error}")))

    def _draw_row(self, index: int, width: int) -> list[Part]:
        job = self._jobs[index]
        lead = "▌" if index == self.rows.cursor else " "
        state, style = ago(job.seen_at, datetime.now(UTC)), "muted"
        if not self._exists[index]:
            state, style = "gone", "bad"
        elif job.running:
            state, style = "run unfinished", "open"
        share = job.labeled / job.total if job.total else 0.0
        full = round(share * _BAR)
        hard = f"{HARD_MARK} {job.hard:,}" if job.hard else ""
        return [
            (lead, "strong"),
            (fit(job.name, _name_width(width)), ""),
            (f"  {job.task.value:<14}", "muted"),
            ("  " + "━" * full, "good"),
            ("─" * (_BAR - full), "muted"),
            (f" {share:>4.0%}", ""),
            (f"{hard:>9}", "hard"),
            (f"  {state:<14}", style),
        ]


def ago(moment: str, present: datetime) -> str:
    """Return how long ago an ISO 8601 moment was, in a word; the text itself if it is none."""
    try:
        seconds = (present - datetime.fromisoformat(moment)).total_seconds()
    except (ValueError, TypeError):
        return printable(moment)[:9]
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size:.0f} {unit} ago"
    return "just now"


def _name_width(width: int) -> int:
    return max(width - 1 - 16 - (2 + _BAR + 5) - 9 - 16, 8)


def _heading(width: int) -> str:
    name = " name".ljust(_name_width(width) + 1)
    return f"{name}  {'task':<14}  {'labeled':<{_BAR + 5}}{'hard':>9}  last open"
