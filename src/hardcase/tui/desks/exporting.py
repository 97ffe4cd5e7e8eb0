"""Exporting from the job screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.model.numbers import count
from hardcase.tui.desks.desk import Desk
from hardcase.tui.dialogs.export import ExportDialog
from hardcase.tui.workers.exporter import Exporter

if TYPE_CHECKING:
    from hardcase.tui.dialogs.export import ExportRequest
    from hardcase.tui.screens.job import JobScreen


class ExportingDesk(Desk):
    """Annotations for other tools. A job that may only be read can be exported too."""

    def __init__(self, screen: JobScreen) -> None:
        super().__init__(screen)
        self.exporter = Exporter()

    def action_export(self) -> None:
        """Ask what to export, and write it."""
        screen = self.screen
        screen.app.push_screen(ExportDialog(screen.actions, self.session), self._start)

    def _start(self, request: ExportRequest | None) -> None:
        if request is not None:
            self.screen.say(f"exporting {count(len(request.export.dataset.samples), 'image')}…")
            self.exporter.start(request)
