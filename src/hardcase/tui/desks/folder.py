"""The job and its folder: sync, deleting samples, removing files."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from hardcase.errors import HardcaseError
from hardcase.model.numbers import count
from hardcase.session.folder.deletion import deleted
from hardcase.tui.desks.desk import Desk
from hardcase.tui.dialogs.confirm import ConfirmDialog
from hardcase.tui.dialogs.deleted import DeletedDialog
from hardcase.tui.workers.folder_keeper import FolderKeeper

if TYPE_CHECKING:
    from hardcase.tui.screens.job import JobScreen


class FolderDesk(Desk):
    """What comes in from the folder, and what goes."""

    ALTERING: ClassVar = frozenset(("sync", "delete", "delete_files", "take_back"))

    def __init__(self, screen: JobScreen) -> None:
        super().__init__(screen)
        self.keeper = FolderKeeper(screen.session, lambda: screen.runs.busy)

    def useful(self, action: str) -> bool:
        """Leave out deleting where there is nothing."""
        return action not in {"delete", "delete_files"} or self.browser.current is not None

    def action_sync(self) -> None:
        """Bring the job in step with its folder."""
        if self._may_be_changed():
            self.keeper.sync()

    def action_delete(self) -> None:
        """Take the samples out of the job; asks nothing, since undo brings them back."""
        if self._may_be_changed():
            self.screen.deciding.decide(self.session.delete, "there is nothing to delete")

    def action_take_back(self) -> None:
        """List what was deleted from the job, and take in again what is chosen."""
        if not self._may_be_changed():
            return
        if gone := deleted(self.session):
            self.screen.app.push_screen(
                DeletedDialog(self.screen.actions, gone),
                lambda chosen: self.keeper.sync(chosen) if chosen else None,
            )
        else:
            self.screen.say("nothing was deleted from this job")

    def action_delete_files(self) -> None:
        """Take the samples out of the job and their files off the disk, after asking twice."""
        if not self._may_be_changed():
            return
        targets = self.browser.targets()
        if not targets:
            self.screen.say("there is nothing to delete")
            return
        if all(self.session.sample(i).missing for i in targets):
            gone = "its file is" if len(targets) == 1 else "their files are"
            taken = count(len(targets), "sample")
            key = self.screen.key("delete")
            self.screen.say(f"{gone} gone already; {key} takes {taken} out of the job")
            return
        files = count(len(targets), "file")
        first = self.session.sample(targets[0]).path
        which = first if len(targets) == 1 else f"{first} and {len(targets) - 1:,} more"

        def asked(yes: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if yes:
                again = ConfirmDialog(
                    self.screen.actions,
                    f"Remove {files} for good?",
                    f"{which}\nNo undo brings them back. A link is removed, not what it leads to.",
                    deliberate=True,
                )
                self.screen.app.push_screen(again, lambda sure: self._remove(targets, sure=sure))

        self.screen.app.push_screen(
            ConfirmDialog(
                self.screen.actions,
                f"Delete {count(len(targets), 'sample')}, and {files} on the disk too?",
                f"{self.screen.key('delete')} takes them out of the job alone, and can be undone.",
            ),
            asked,
        )

    def _remove(self, targets: list[int], *, sure: bool | None) -> None:
        if not sure:
            return
        paths = [self.session.sample(i).path for i in targets if self.session.has(i)]
        if self.screen.deciding.decide(self.session.delete, "", targets):
            try:
                self.session.flush()  # a file goes only once the job is safe without it
            except HardcaseError as error:
                self.screen.complain(error)
            else:
                self.keeper.take_away(paths)

    def _may_be_changed(self) -> bool:
        if self.session.read_only:
            self.screen.complain("the job is read-only: nothing can be changed")
        return not self.session.read_only
