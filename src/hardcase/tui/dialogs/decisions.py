"""The last decisions, to go back to one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual.containers import Vertical

from hardcase.model.text import printable
from hardcase.tui.dialogs.dialog import ListDialog
from hardcase.tui.screens.done import in_past
from hardcase.tui.widgets.text import fit
from hardcase.tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from hardcase.model.changes import Step
    from hardcase.tui.actions import Action
    from hardcase.tui.widgets.virtual_list import Part


class DecisionsDialog(ListDialog["Step"]):
    """Answers with the decision to go back to."""

    def __init__(self, actions: Sequence[Action], steps: Sequence[Step]) -> None:
        super().__init__(actions)
        self._steps = tuple(steps)

    def compose(self) -> ComposeResult:
        """Lay out the list, the newest first."""
        with Vertical(classes="box wide") as box:
            box.border_title = "Last decisions"
            up, down = self.key("dialog_up"), self.key("dialog_down")
            box.border_subtitle = (
                f"{up}{down} choose · {self.key('dialog_accept')} goes there · "
                f"{self.key('dialog_close')} closes"
            )
            rows = VirtualList(self._draw)
            rows.styles.height = len(self._steps)
            yield rows

    def on_mount(self) -> None:
        """Begin with the newest."""
        self.rows.set_rows(len(self._steps), 0)

    def on_virtual_list_chosen(self) -> None:
        """Go to the one clicked."""
        self.action_dialog_accept()

    def action_dialog_accept(self) -> None:
        """Answer with the decision under the cursor."""
        self.dismiss(self._steps[self.rows.cursor])

    def _draw(self, index: int, width: int) -> list[Part]:
        step = self._steps[index]
        lead = "▌" if index == self.rows.cursor else " "
        when = clock(step.when, datetime.now(UTC))
        return [
            (lead, "strong"),
            (f"{when:<6} ", "muted"),
            (fit(in_past(step), width - 8), ""),
        ]


def clock(moment: str, present: datetime) -> str:
    """Return an ISO 8601 moment as the user's clock shows it, or the day if it was another one."""
    try:
        then = datetime.fromisoformat(moment).astimezone()
    except ValueError:
        return printable(moment)[:6]
    same_day = then.date() == present.astimezone().date()
    return then.strftime("%H:%M" if same_day else "%d %b")
