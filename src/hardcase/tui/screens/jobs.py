"""The list of jobs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.containers import Vertical
from textual.widgets import Static

from hardcase.errors import HardcaseError
from hardcase.model.numbers import count
from hardcase.model.text import printable
from hardcase.session import LabelingSession
from hardcase.session.folder.first_look import create
from hardcase.session.jobs import JobSummary, delete, forget, known_jobs
from hardcase.tui.actions import Place
from hardcase.tui.dialogs.confirm import ConfirmDialog
from hardcase.tui.dialogs.export import ExportDialog, ExportRequest
from hardcase.tui.dialogs.new_job import NewJob, NewJobDialog
from hardcase.tui.fallen import why_fallen
from hardcase.tui.messages import JobOpened, JobRead, JobRefused, QuitAsked
from hardcase.tui.screens.place import PlaceScreen
from hardcase.tui.widgets.job_rows import about, heading, job_row, told_apart
from hardcase.tui.widgets.lines import Hints, OneLine, TitleLine
from hardcase.tui.widgets.text import elide
from hardcase.tui.widgets.virtual_list import VirtualList
from hardcase.tui.workers.exporter import Exporter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.worker import Worker

    from hardcase.tui.actions import Action
    from hardcase.tui.widgets.virtual_list import Part

_EMPTY = """No jobs yet.

Press {key} to create one from a folder of images.
To look around first, leave and run: hardcase demo"""

_OF_A_JOB = frozenset({"open_job", "forget_job", "delete_job", "auto_label_job", "export_job"})
"""Actions that need a job to act on."""


class JobsScreen(PlaceScreen):
    """The jobs this user worked on, newest first."""

    PLACES: ClassVar = (Place.JOBS, Place.LISTS, Place.EVERYWHERE)

    def __init__(self, actions: Sequence[Action], *, new_from: Path | None = None) -> None:
        super().__init__(actions)
        self._new_from = new_from
        self._jobs: list[JobSummary] = []
        self._exists: list[bool] = []
        self._apart: dict[str, str] = {}
        self.exporter = Exporter()
        self._exported: LabelingSession | None = None
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
            yield OneLine(id="about")
            yield OneLine(id="message")
            yield Hints()
            yield self.exporter

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
        self._apart = told_apart(self._jobs)
        self.set_class(not self._jobs, "is-empty")
        self.query_one(TitleLine).show("hardcase", count(len(self._jobs), "job"))
        self.rows.set_rows(len(self._jobs), self.rows.cursor)
        self._tell_about()
        self.refresh_hints()

    def on_resize(self) -> None:
        """Keep the heading over its columns."""
        super().on_resize()
        self.query_one("#heading", OneLine).show(heading(self.size.width), "$muted")
        self._tell_about()

    def offers(self, action: Action) -> bool:
        """Offer what acts on a job only where there is one."""
        return super().offers(action) and (bool(self._jobs) or action.id not in _OF_A_JOB)

    def on_virtual_list_moved(self) -> None:
        """Say more of the job under the cursor."""
        self._tell_about()

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
        self._open_to("")

    def action_auto_label_job(self) -> None:
        """Open the job under the cursor and ask for a model."""
        self._open_to("auto_label")

    def action_forget_job(self) -> None:
        """Take the job off the list."""
        if (job := self._current) is not None:
            forget(job.path)
            self.load()
            stays = elide(job.path, self.size.width // 2)
            self.say(f"{elide(job.name, 20)} is off the list · {stays} stays")

    def action_delete_job(self) -> None:
        """Remove the file of the job, after asking: no undo brings it back."""
        if (job := self._current) is not None:
            question = f"Delete the job {printable(job.name)} for good?"
            lost = f"What was labeled of {count(job.total, 'image')} goes; the images stay.\n"
            dialog = ConfirmDialog(
                self.actions, question, lost + printable(job.path), deliberate=True
            )
            self.app.push_screen(dialog, lambda yes: self._delete(job) if yes else None)

    def action_export_job(self) -> None:
        """Ask what to export of the job under the cursor, and write it."""
        job = self._current
        if job is None or self.opening:
            return
        self.opening = True
        self.say(f"reading {printable(job.name)}…")
        self._read(Path(job.path))

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

    def on_job_read(self, message: JobRead) -> None:
        """Ask what to export of it."""
        self.opening = False
        self.say("")
        self._exported = message.session
        self.app.push_screen(ExportDialog(self.actions, message.session), self._export)

    def on_exporter_said(self, message: Exporter.Said) -> None:
        """Show how far an export is, or what came of it."""
        (self.complain if message.wrong else self.say)(message.text)

    @property
    def _current(self) -> JobSummary | None:
        at = self.rows.cursor
        return self._jobs[at] if 0 <= at < len(self._jobs) else None

    def _tell_about(self) -> None:
        job = self._current
        text = "" if job is None else printable(about(job, self.size.width - 2))
        self.query_one("#about", OneLine).show(text, "$muted")

    def _open_to(self, then: str) -> None:
        job = self._current
        if job is None or self.opening:
            return
        if not job.exists:
            self.complain(f"its file is gone · {self.key('forget_job')} takes it off the list")
            return
        self.opening = True
        self.say(f"opening {printable(job.name)}…")
        self._open(Path(job.path), then)

    def _delete(self, job: JobSummary) -> None:
        try:
            delete(job.path)
        except HardcaseError as error:
            self.complain(error)
            return
        self.load()
        self.say(f"the job {printable(job.name)} is deleted; its images are where they were")

    def _export(self, request: ExportRequest | None) -> None:
        session, self._exported = self._exported, None
        if session is not None:
            session.close()  # what is exported was taken down when it was asked for
        if request is not None:
            self.say(f"exporting {count(len(request.export.dataset.samples), 'image')}…")
            self.exporter.start(request)

    def _ask_for_new(self, folder: Path) -> None:
        self.app.push_screen(NewJobDialog(self.actions, folder), self._make)

    def _make(self, new: NewJob | None) -> None:
        if new is not None and not self.opening:
            self.opening = True
            self.say("reading the folder…")
            self._create(new)

    @work(thread=True, exclusive=True, group="open", exit_on_error=False)
    def _open(self, path: Path, then: str) -> None:
        self._offer(lambda: JobOpened(LabelingSession.open(path), then=then))

    @work(thread=True, exclusive=True, group="open", exit_on_error=False)
    def _read(self, path: Path) -> None:
        self._offer(lambda: JobRead(LabelingSession.open(path, read_only=True)))

    @work(thread=True, exclusive=True, group="open", exit_on_error=False)
    def _create(self, new: NewJob) -> None:
        self._offer(lambda: JobOpened(*create(new.folder, new.task, new.labels, new.use)))

    def _offer(self, job: Callable[[], JobOpened | JobRead]) -> None:
        try:
            self.post_message(job())
        except HardcaseError as error:
            self.post_message(JobRefused(str(error)))
        except OSError as error:
            where = f" {error.filename}" if error.filename else ""
            self.post_message(JobRefused(printable(f"{error.strerror or error}:{where}")))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Report a worker that fell over: a bug, which must not leave the list dead."""
        if (reason := why_fallen(event)) is not None:
            self.post_message(JobRefused(reason))

    def _draw_row(self, index: int, width: int) -> list[Part]:
        job = self._jobs[index]
        return job_row(
            job,
            width,
            datetime.now(UTC),
            under_cursor=index == self.rows.cursor,
            exists=self._exists[index],
            apart=self._apart.get(job.path, ""),
        )
