"""The picture that a canvas asked for last, on its way from a loading thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.imaging.loader import PreviewLoader

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardcase.imaging.loader import Deliver
    from hardcase.imaging.preview import Preview, Request

_CLOSING_SECONDS = 0.2


class Fetch:
    """Has pictures made by a loader, which may be another canvas'; only the last one is taken.

    `deliver` and `finish` as in `PreviewLoader`.
    """

    def __init__(
        self, deliver: Deliver, finish: Callable[[Preview], None], shared: PreviewLoader | None
    ) -> None:
        self.loader = shared or PreviewLoader(deliver, finish=finish)
        self._owned = shared is None
        self._deliver = deliver
        self._generation = 0
        self.request: Request | None = None
        """What is still to come."""

    def start(self, request: Request | None) -> None:
        """Have a picture made, or none, and forget what else was asked for."""
        self.request = request
        requests = (request,) if request else ()
        self._generation = self.loader.show(requests, self._deliver)

    def take(self, preview: Preview, generation: int) -> bool:
        """Return whether a picture is what was asked for last; then nothing is to come any more."""
        if generation != self._generation or preview.request != self.request:
            return False
        self.request = None
        return True

    def close(self) -> None:
        """Take nothing any more; stop the loading threads unless they are another's."""
        if self._owned:
            self.loader.close(timeout=_CLOSING_SECONDS)
        else:
            self.start(None)
