"""Thumbnails for the page of a gallery: made in the background, those of other pages dropped."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from hardcase.imaging.loader import PreviewLoader
from hardcase.imaging.preview import Renderer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hardcase.imaging.preview import Preview, Request

CACHE_BYTES = 16 * 2**20
"""Cells of thumbnails that are kept: some 5,000 of 20x8 cells."""

_IMAGE_BYTES = 8 * 2**20
"""Decoded images that are kept, which help only if the size of tiles changes."""


class Thumbnails:
    """Keeps the thumbnails of the page and asks for those that are not there yet.

    `arrived()` is called on a loading thread when there are some to `take`, and not again before
    they were taken. Everything else belongs to one thread.
    """

    def __init__(self, arrived: Callable[[], None]) -> None:
        self._arrived = arrived
        self._loader = PreviewLoader(
            self._deliver, cache_bytes=CACHE_BYTES, renderer=Renderer(_IMAGE_BYTES)
        )
        self._inbox: deque[tuple[Preview, int]] = deque()
        self._told = False
        self._generation = 0
        self._ready: dict[Request, Preview] = {}
        self._wanted: set[Request] = set()

    @property
    def waiting(self) -> int:
        """How many of the page are still to come."""
        return len(self._wanted)

    def get(self, request: Request) -> Preview | None:
        """Return a thumbnail of the page, None if it is still to come."""
        return self._ready.get(request)

    def show(self, requests: Iterable[Request]) -> None:
        """Want the thumbnails of a page, in order, and no others any longer."""
        page = dict.fromkeys(requests)
        if page.keys() == self._ready.keys() | self._wanted:
            return
        ready = {}
        for request in page:
            preview = self._ready.get(request) or self._loader.cached(request)
            if preview is not None:
                ready[request] = preview
        missing = [request for request in page if request not in ready]
        self._ready, self._wanted = ready, set(missing)
        self._generation = self._loader.show(missing)

    def prefetch(self, requests: Iterable[Request]) -> None:
        """Make others ready when nothing of the page is missing."""
        self._loader.prefetch(requests)

    def take(self) -> bool:
        """Take what has arrived; return whether any of it belongs to the page."""
        self._told = False
        found = False
        while self._inbox:
            preview, generation = self._inbox.popleft()
            if generation == self._generation and preview.request in self._wanted:
                self._wanted.discard(preview.request)
                self._ready[preview.request] = preview
                found = True
        return found

    def close(self) -> None:
        """Stop the loading threads."""
        self._loader.close(timeout=0.2)

    def _deliver(self, preview: Preview, generation: int) -> None:
        self._inbox.append((preview, generation))
        if not self._told:
            self._told = True
            self._arrived()
