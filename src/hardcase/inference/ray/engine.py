"""The engine that shares a run among the machines of a Ray cluster.

Ray ends the process that uses it when its cluster goes, takes its signals and writes to its
terminal. So a child process does that, see `driver`; what that says is checked like what any
child says. The package `ray` is not imported here.
"""

from __future__ import annotations

import re
import sys
import threading
from dataclasses import asdict
from importlib.util import find_spec
from itertools import islice
from typing import TYPE_CHECKING

from hardcase.errors import ModelError, UsageError
from hardcase.inference.engine import TIMEOUT
from hardcase.inference.process.child import ChildEndedError
from hardcase.inference.process.conversation import Conversation, read_answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from hardcase.inference.asked import EngineRequest
    from hardcase.inference.cluster import Cluster
    from hardcase.model.evidence import Evidence

DRIVER = (sys.executable, "-P", "-m", "hardcase.inference.ray.driver")

_GOODBYE = 10.0
"""Seconds that the workers and a cluster of our own have to tidy up and end."""


class RayEngine:
    """Runs a model on a Ray cluster. `timeout` is as in `LocalEngine`.

    `command` starts the child of each worker. Raises UsageError without Ray, and as `LocalEngine`.
    """

    def __init__(
        self,
        asked: EngineRequest,
        cluster: Cluster,
        *,
        timeout: float = TIMEOUT,
        command: Sequence[str] = (),
    ) -> None:
        if find_spec("ray") is None:
            raise UsageError("a Ray cluster needs Ray here too: pip install 'hardcase[ray]'")
        self._request = asked.for_child()
        self._name = asked.model.name
        self._asked = {
            **self._request.to_json(),
            "cluster": asdict(cluster),
            "timeout": timeout,
            "child": list(command),
        }
        # Many images may come back at once, each of which may take so long.
        self._timeout = timeout * 10
        self._lock = threading.Lock()
        self._drivers: set[Conversation] = set()
        self._closed = threading.Event()

    def run(self, items: Iterable[tuple[int, Path]]) -> Iterator[tuple[int, Evidence | str]]:
        """Yield (key, evidence) of every (key, path), in order; a str says why an image failed.

        `items` is read as far ahead as keeps the cluster busy. Raises ModelError when there is no
        cluster or none of its machines is free, when it goes or loses workers again and again, and
        as `LocalEngine` does.
        """
        with self._lock:
            if self._closed.is_set():
                return
            driver = Conversation(self._asked, "the cluster", self._timeout, DRIVER)
            self._drivers.add(driver)
        try:
            for answer in self._answers(driver, items):
                if self._closed.is_set():
                    return
                yield answer
        except ModelError as error:
            if self._closed.is_set():
                return
            if isinstance(error.__cause__, ChildEndedError):
                raise ModelError(
                    f"the Ray cluster is gone, or Ray broke down: {_gist(error.__cause__)}; "
                    "see: ray status. The same run goes on from there once it is back"
                ) from error
            raise
        finally:
            with self._lock:
                self._drivers.remove(driver)
            driver.close(_GOODBYE)

    def close(self) -> None:
        """End runs under way, from any thread; their iterators stop. Later runs yield nothing."""
        with self._lock:
            self._closed.set()
            for driver in self._drivers:
                driver.terminate()

    def _answers(
        self, driver: Conversation, items: Iterable[tuple[int, Path]]
    ) -> Iterator[tuple[int, Evidence | str]]:
        driver.open()
        source = iter(items)
        while True:
            some = list(islice(source, driver.ahead - driver.waiting))
            if some:
                driver.ask(*some)
            if not driver.waiting:
                return
            key, answer = driver.answer()
            yield key, read_answer(answer, key, self._request, self._name)


def _gist(ended: ChildEndedError) -> str:
    """Return how a driver ended, and an error of Python's; what else Ray says is long."""
    how, _, words = str(ended).partition(", ")
    last = words.rpartition(" / ")[2]
    return f"{how}, {last}" if re.match(r"\w+Error: ", last) else how
