"""The cache and the loading threads."""

from __future__ import annotations

import os
import time
from threading import Event, Lock
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from hardcase.imaging.cache import MemoryCache
from hardcase.imaging.loader import PreviewLoader
from hardcase.imaging.preview import Preview, Renderer, Request
from hardcase.imaging.view import View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def wait_for(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.002)


class Gate(Renderer):
    """Renders for real, but waits for `open` first, and notes what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.open = Event()
        self.begun: list[str] = []
        self._lock = Lock()

    def render(self, request: Request) -> Preview:
        with self._lock:
            self.begun.append(request.path.name)
        assert self.open.wait(60)
        if request.path.name == "bug":
            raise RuntimeError("broken on purpose")
        return super().render(request)


class Bench:
    def __init__(self, folder: Path, workers: int) -> None:
        self.folder = folder
        self.gate = Gate()
        self.got: list[tuple[str, int]] = []
        self.previews: list[Preview] = []
        self.loader = PreviewLoader(self._take, workers=workers, renderer=self.gate)

    def _take(self, preview: Preview, generation: int) -> None:
        self.previews.append(preview)
        self.got.append((preview.request.path.name, generation))

    def request(self, name: str, **more: object) -> Request:
        path = self.folder / name
        if not path.exists() and name != "gone":
            Image.new("RGB", (40, 30), (200, 0, 0)).save(path, "PNG")
        return Request(path, 20, 10, **more)


@pytest.fixture(params=[1, 2])
def bench(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    bench = Bench(tmp_path, request.param)
    yield bench
    bench.gate.open.set()
    bench.loader.close()


def test_what_is_shown_is_delivered_and_cached(bench: Bench) -> None:
    bench.gate.open.set()
    request = bench.request("a")
    assert bench.loader.cached(request) is None
    generation = bench.loader.show([request])
    wait_for(lambda: bench.got, "the preview")
    assert bench.got == [("a", generation)]
    preview = bench.loader.cached(request)
    assert preview is bench.previews[0]
    assert preview.grid is not None
    assert (preview.placement.width, preview.placement.height) == (40, 30)
    assert preview.grid.rows == 10


def test_a_superseded_request_is_never_delivered(bench: Bench) -> None:
    for name in "abcd":
        newest = bench.loader.show([bench.request(name)])
    wait_for(lambda: bench.gate.begun, "a render to begin")
    bench.gate.open.set()
    wait_for(lambda: bench.got, "the newest preview")
    bench.loader.close()
    assert bench.got == [("d", newest)]
    assert len(bench.gate.begun) <= 3  # those waiting in between were not even begun


def test_the_visible_one_goes_before_neighbours(bench: Bench) -> None:
    workers = len(bench.loader._threads)
    bench.loader.prefetch([bench.request(f"n{i}") for i in range(5)])
    wait_for(lambda: len(bench.gate.begun) == workers, "the threads to be busy")
    bench.loader.show([bench.request("visible")])
    bench.gate.open.set()
    wait_for(lambda: len(bench.gate.begun) == 6, "everything to begin")
    assert "visible" in bench.gate.begun[workers : workers + workers]
    wait_for(lambda: bench.got, "the visible preview")
    assert [name for name, _ in bench.got] == ["visible"]


def test_a_neighbour_being_made_is_delivered_when_it_becomes_visible(bench: Bench) -> None:
    request = bench.request("a")
    bench.loader.prefetch([request])
    wait_for(lambda: bench.gate.begun, "the prefetch to begin")
    generation = bench.loader.show([request])
    bench.gate.open.set()
    wait_for(lambda: bench.got, "the preview")
    assert bench.got == [("a", generation)]
    assert bench.gate.begun == ["a"]


def test_new_prefetches_replace_old_ones(bench: Bench) -> None:
    bench.loader.prefetch([bench.request(f"old{i}") for i in range(8)])
    wait_for(lambda: bench.gate.begun, "a prefetch to begin")
    bench.loader.prefetch([bench.request("new")])
    bench.gate.open.set()
    wait_for(lambda: bench.loader.cached(bench.request("new")), "the new prefetch")
    assert len(bench.gate.begun) <= 3
    assert bench.got == []


def test_several_visible_requests_are_all_delivered(bench: Bench) -> None:
    bench.gate.open.set()
    bench.loader.show([bench.request(n) for n in ("a", "b", "c", "a")])
    wait_for(lambda: len(bench.got) == 3, "three previews")
    assert sorted(name for name, _ in bench.got) == ["a", "b", "c"]


def test_those_who_share_a_loader_each_get_what_they_asked_for(bench: Bench) -> None:
    others: list[tuple[str, int]] = []

    def other(preview: Preview, generation: int) -> None:
        others.append((preview.request.path.name, generation))

    both, mine, dropped, last = (bench.request(n) for n in ("both", "mine", "dropped", "last"))
    first = bench.loader.show([both, mine])
    bench.loader.show([both, dropped], other)
    second = bench.loader.show([last, both], other)
    bench.gate.open.set()
    wait_for(lambda: len(others) + len(bench.got) == 4, "all that is still wanted")
    assert sorted(bench.got) == [("both", first), ("mine", first)]
    assert sorted(others) == [("both", second), ("last", second)]
    assert bench.gate.begun.count("both") == 1


def test_who_asks_no_more_leaves_the_others_of_a_loader_alone(bench: Bench) -> None:
    others: list[Preview] = []
    bench.loader.show([bench.request("theirs")], lambda preview, _: others.append(preview))
    generation = bench.loader.show([bench.request("mine")])
    bench.loader.show([bench.request("gone")])
    bench.loader.show([])
    bench.gate.open.set()
    wait_for(lambda: others, "the other's preview")
    bench.loader.show([bench.request("end")])
    wait_for(lambda: bench.got, "the newest preview")
    assert [name for name, _ in bench.got] == ["end"]
    assert generation < bench.got[0][1]


def test_a_changed_file_is_made_anew(bench: Bench) -> None:
    bench.gate.open.set()
    request = bench.request("a")
    bench.loader.show([request])
    wait_for(lambda: bench.got, "the preview")
    Image.new("RGB", (10, 10)).save(request.path, "PNG")
    os.utime(request.path, ns=(1, 1))
    assert bench.loader.cached(request) is None
    bench.loader.show([request])
    wait_for(lambda: len(bench.got) == 2, "the new preview")
    assert bench.previews[1].placement.width == 10


def test_an_unreadable_image_is_delivered_as_an_error_and_so_is_a_bug(bench: Bench) -> None:
    bench.gate.open.set()
    bench.loader.show([bench.request("gone"), bench.request("bug")])
    wait_for(lambda: len(bench.got) == 2, "both answers")
    errors = {p.request.path.name: p.error for p in bench.previews}
    assert "does not exist" in errors["gone"]
    assert "broken on purpose" in errors["bug"]
    bench.loader.show([bench.request("a")])
    wait_for(lambda: len(bench.got) == 3, "the threads to go on")


def test_nothing_is_delivered_after_close(bench: Bench) -> None:
    bench.loader.show([bench.request("a")])
    wait_for(lambda: bench.gate.begun, "the render to begin")
    bench.loader.close(timeout=0)
    bench.gate.open.set()
    bench.loader.close()
    assert bench.got == []


def test_a_photo_is_decoded_again_only_when_a_zoom_needs_more_pixels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hardcase.imaging import preview as module

    decoded = []
    real = module.decode

    def counting(path: Path, *, max_size: tuple[int, int]) -> object:
        result = real(path, max_size=max_size)
        decoded.append(result.image.size)
        return result

    monkeypatch.setattr(module, "decode", counting)
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (1600, 1200), (9, 99, 9)).save(path)
    renderer = Renderer()
    for zoom in (1.0, 1.1, 4.0, 4.0, 8.0, 20.0, 1.0):
        assert renderer.render(Request(path, 80, 30, View(zoom))).error is None
    assert decoded == [(400, 300), (1600, 1200)]


def test_a_huge_picture_is_not_kept_whole(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    Image.new("RGB", (900, 600), (202, 0, 0)).save(path)
    renderer = Renderer(image_bytes=900 * 600)
    preview = renderer.render(Request(path, 30, 10))
    assert (preview.placement.width, preview.placement.height) == (900, 600)
    assert (preview.grid.bg[:, 10] == (202, 0, 0)).all()
    assert 0 < renderer._images.used < 900 * 600 // 4


def test_the_cache_keeps_its_bound_and_drops_the_least_recently_used() -> None:
    cache: MemoryCache[str, int] = MemoryCache(100)
    for name in "abc":
        cache.put(name, ord(name), 30)
    assert cache.get("a") == ord("a")
    cache.put("d", 4, 30)
    assert cache.get("b") is None
    assert [cache.get(n) is not None for n in "acd"] == [True] * 3
    assert cache.used == 90
    cache.put("a", 1, 50)  # replaced, so c is the oldest
    assert cache.used <= 100
    assert cache.get("c") is None
    cache.put("huge", 0, 101)
    assert cache.get("huge") is None
    assert cache.get("a") == 1
    cache.clear()
    assert (len(cache), cache.used) == (0, 0)
