"""Hard marks, and the rule that sets them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from hardcase.errors import HardcaseError
from hardcase.session.judging.hard_rule import set_rule, standing
from hardcase.tui.desks.desk import Desk
from hardcase.tui.dialogs.hard_rule import HardRuleDialog

if TYPE_CHECKING:
    from hardcase.hardness import Rule


class HardnessDesk(Desk):
    """What is hard: by a person's word, and from where on by the rule."""

    ALTERING: ClassVar = frozenset(("mark_hard", "unmark_hard", "hard_rule"))

    def useful(self, action: str) -> bool:
        """Leave out the mark where there is no sample."""
        if action == "mark_hard":
            return self.browser.current is not None and not self.screen.preview.zoomed
        return True

    def action_mark_hard(self) -> None:
        """Confirm Hard Example."""
        self.screen.deciding.decide(self.session.mark_hard, "marked hard already")

    def action_unmark_hard(self) -> None:
        """Cancel Hard Example."""
        self.screen.deciding.decide(self.session.unmark_hard, "not marked hard")

    def action_hard_rule(self) -> None:
        """Say from where on samples are hard."""
        screen = self.screen
        if self.session.read_only:
            screen.complain("the job is read-only: another rule would change its marks")
        else:
            screen.app.push_screen(HardRuleDialog(screen.actions, self.session), self._set_rule)

    def _set_rule(self, rule: Rule | None) -> None:
        if rule is None:
            return
        try:
            set_rule(self.session, rule)
        except HardcaseError as error:
            self.screen.complain(error)
        else:
            self.screen.say(str(standing(self.session)))
