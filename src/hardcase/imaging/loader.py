"""Previews made in the background: the visible ones first, their neighbours after."""

from __future__ import annotations

from collections import deque
from threading import Condition, Thread
from typing import TYPE_CHECKING

from hardcase.imaging.cache import MemoryCache
from hardcase.imaging.preview import Preview, Renderer, Request, Stamp, file_stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Deliver = Callable[[Preview, int], None]


class PreviewLoader:
    """Renders previews on a few threads and keeps them in a bounded cache.

    `deliver(preview, generation)` is called on one of those threads for each request of the newest
    `show`, as it gets ready; what an earlier `show` asked for is dropped. Several may share a
    loader, each with a `deliver` of its own. Prefetched previews only go to the cache.
    `finish(preview)` is called first, for what else can be made ahead. Call the methods from one
    thread.
    """

    def __init__(
        self,
        deliver: Deliver,
        *,
        cache_bytes: int = 48 * 2**20,
        workers: int = 2,
        renderer: Renderer | None = None,
        finish: Callable[[Preview], None] | None = None,
    ) -> None:
        self._deliver = deliver
        self._finish = finish
        self._renderer = renderer or Renderer()
        self._cache: MemoryCache[tuple[Request, Stamp], Preview] = MemoryCache(cache_bytes)
        self._work = Condition()
        self._generation = 0
        self._wanted: dict[Deliver, tuple[int, set[Request]]] = {}
        self._visible: deque[Request] = deque()
        self._neighbours: deque[Request] = deque()
        self._running: set[Request] = set()
        self._closed = False
        self._threads = [
            Thread(target=self._serve, name=f"preview-{i}", daemon=True) for i in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def generation(self) -> int:
        """Number of the newest `show`."""
        return self._generation

    def cached(self, request: Request) -> Preview | None:
        """Return the preview if it is ready and its file has not changed since."""
        return self._cache.get((request, file_stamp(request.path)))

    def show(self, requests: Iterable[Request], deliver: Deliver | None = None) -> int:
        """Ask for what is visible now, in order, and forget earlier requests not yet ready.

        Those of another `deliver` stay, after the new ones; without one it is that of the loader.
        Returns the generation that the deliveries will carry.
        """
        deliver = deliver or self._deliver
        with self._work:
            self._generation += 1
            new = dict.fromkeys(requests)
            self._wanted.pop(deliver, None)
            others = [request for request in self._visible if self._takers(request)]
            self._visible = deque(new | dict.fromkeys(others))
            if new:
                self._wanted[deliver] = self._generation, set(new)
                self._work.notify_all()  # who wakes for nothing holds up whoever paints now
            return self._generation

    def prefetch(self, requests: Iterable[Request]) -> None:
        """Make these ready when nothing visible is waiting; replaces earlier prefetches."""
        with self._work:
            self._neighbours = deque(dict.fromkeys(requests))
            self._work.notify_all()

    def close(self, timeout: float = 5.0) -> None:
        """Stop the threads; nothing is delivered afterwards, save by one that outlives `timeout`.

        Waits up to `timeout` seconds for images being decoded right now.
        """
        with self._work:
            self._closed = True
            self._wanted.clear()
            self._work.notify_all()
        for thread in self._threads:
            thread.join(timeout)

    def _serve(self) -> None:
        while (request := self._next()) is not None:
            preview = self._made(request)
            with self._work:
                self._running.discard(request)
                takers = self._takers(request)
                for deliver, _ in takers:
                    self._wanted[deliver][1].discard(request)
                self._work.notify_all()
            for deliver, generation in takers:
                deliver(preview, generation)

    def _takers(self, request: Request) -> list[tuple[Deliver, int]]:
        """Return who waits for a request, and since which generation."""
        return [(taker, n) for taker, (n, wanted) in self._wanted.items() if request in wanted]

    def _next(self) -> Request | None:
        """Wait for work that no other thread is doing; None when closed."""
        with self._work:
            while not self._closed:
                for queue in (self._visible, self._neighbours):
                    request = next((r for r in queue if r not in self._running), None)
                    if request is not None:
                        queue.remove(request)
                        self._running.add(request)
                        return request
                    if queue is self._visible:
                        # Those left are being made: their thread delivers them.
                        queue.clear()
                self._work.wait()
            return None

    def _made(self, request: Request) -> Preview:
        key = (request, file_stamp(request.path))
        try:
            found = self._cache.get(key)
            preview = found or self._renderer.render(request)
            if self._finish is not None:
                self._finish(preview)
        except Exception as error:  # noqa: BLE001 - shown in place of the picture; the thread lives
            return Preview(request, error=f"the preview failed: {error!r}")
        if found is None:
            self._cache.put(key, preview, preview.nbytes)
        return preview
