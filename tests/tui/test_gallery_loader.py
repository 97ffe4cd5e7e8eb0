from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from hardcase.imaging.preview import Request
from hardcase.tui.gallery.loader import CACHE_BYTES, Thumbnails

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def requests(tmp_path) -> list[Request]:
    made = []
    for n in range(12):
        Image.new("RGB", (40, 30), (n * 20, 90, 160)).save(tmp_path / f"{n}.png")
        made.append(Request(tmp_path / f"{n}.png", 10, 4))
    return made


@pytest.fixture
def told() -> threading.Event:
    return threading.Event()


@pytest.fixture
def thumbnails(told) -> Iterator[Thumbnails]:
    made = Thumbnails(told.set)
    yield made
    made.close()


def until(met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not met():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.001)


def taken(thumbnails: Thumbnails) -> bool:
    thumbnails.take()
    return not thumbnails.waiting


def test_all_of_a_page_comes_and_somebody_is_told(thumbnails, requests, told) -> None:
    thumbnails.show(requests[:5])
    assert thumbnails.waiting == 5
    until(lambda: taken(thumbnails))
    assert told.is_set()
    assert all(thumbnails.get(request) for request in requests[:5])


def test_what_another_page_asked_for_is_dropped(thumbnails, requests) -> None:
    thumbnails.show(requests[:5])
    thumbnails.show(requests[5:8])
    until(lambda: taken(thumbnails))
    assert not any(thumbnails.get(request) for request in requests[:5])
    assert all(thumbnails.get(request) for request in requests[5:8])


def test_a_late_thumbnail_of_another_page_is_not_taken(thumbnails, requests, told) -> None:
    thumbnails.show(requests[:1])
    until(told.is_set)
    thumbnails.show(requests[1:2])
    until(lambda: taken(thumbnails))
    assert thumbnails.get(requests[0]) is None


def test_pages_seen_before_are_there_at_once(thumbnails, requests) -> None:
    for page in (requests[:5], requests[5:]):
        thumbnails.show(page)
        until(lambda: taken(thumbnails))
    thumbnails.show(requests[:5])
    assert thumbnails.waiting == 0
    assert all(thumbnails.get(request) for request in requests[:5])


def test_pages_made_ahead_are_there_at_once(thumbnails, requests) -> None:
    thumbnails.show(requests[:2])
    until(lambda: taken(thumbnails))
    thumbnails.prefetch(requests[2:6])
    until(lambda: all(thumbnails._loader.cached(request) for request in requests[2:6]))
    thumbnails.show(requests[2:6])
    assert thumbnails.waiting == 0


def test_an_image_that_has_changed_is_made_anew_when_its_page_comes_again(
    thumbnails, requests
) -> None:
    thumbnails.show(requests[:1])
    until(lambda: taken(thumbnails))
    Image.new("RGB", (400, 30), (255, 255, 255)).save(requests[0].path)
    thumbnails.show(requests[1:2])
    until(lambda: taken(thumbnails))
    thumbnails.show(requests[:1])
    until(lambda: taken(thumbnails))
    preview = thumbnails.get(requests[0])
    assert preview is not None
    assert preview.placement is not None
    assert preview.placement.width == 400


def test_memory_is_bounded(thumbnails, requests) -> None:
    assert thumbnails._loader._cache.limit == CACHE_BYTES
    thumbnails.show(requests)
    until(lambda: taken(thumbnails))
    held = sum(preview.nbytes for preview in thumbnails._ready.values())
    assert thumbnails._loader._cache.used == held
