"""Several children share a run and answer as one; what is said of an image depends on no other."""

from __future__ import annotations

from collections import deque
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from onnx import helper

from hardcase.inference import EngineRequest, LocalEngine
from hardcase.inference.opened import open_model
from hardcase.inference.process.crew import EARLY, SPARE, answers
from hardcase.inference.process.spread import Spread


class Told:
    """A child that answers at once, and notes how many images it was given at most."""

    def __init__(self) -> None:
        self.keys: deque[int] = deque()
        self.most = self.answered = 0
        self.is_open = True

    @property
    def waiting(self) -> int:
        return len(self.keys)

    def unanswered(self) -> int:
        return len(self.keys)

    def ask(self, *images: tuple[int, Path]) -> None:
        self.keys.extend(key for key, _ in images)
        self.most = max(self.most, len(self.keys))

    def answer(self) -> tuple[int, dict]:
        self.answered += 1
        return self.keys.popleft(), {}


@given(st.integers(0, 400), st.integers(1, 4), st.integers(1, 3), st.sampled_from([1, 2, 7, 32]))
def test_everything_is_answered_in_order_by_children_that_are_never_flooded(
    count, processes, workers, group
):
    crew = [Told()]

    def join() -> Told:
        crew.append(Told())
        return crew[-1]

    items = ((key, Path("a.png")) for key in range(count))
    found = answers(items, crew[0], join, Spread(processes, workers, 1), group=group)
    assert [key for key, _ in found] == list(range(count))
    assert len(crew) <= processes
    assert max(child.most for child in crew) <= group * (workers + SPARE)


def test_a_short_run_is_left_to_one_child():
    crew = [Told()]
    items = [(key, Path("a.png")) for key in range(8)]
    list(answers(items, crew[0], lambda: crew.append(Told()) or crew[-1], Spread(8, 1, 1), group=2))
    assert len(crew) == 1


def run(crew, count, answered=lambda child: None):
    """Run `count` images, one by one, through a crew; return how many each answered."""
    waiting = iter(crew[1:])
    items = ((key, Path("a.png")) for key in range(count))
    found = answers(items, crew[0], lambda: next(waiting), Spread(len(crew), 1, 1), group=1)
    for _ in found:
        answered(crew)
    return [child.answered for child in crew]


def test_a_child_that_still_opens_its_model_is_not_waited_for():
    crew = [Told(), Told()]
    crew[1].is_open = False
    assert run(crew, 100) == [100, 0]


def test_a_child_takes_part_as_soon_as_it_is_open():
    crew = [Told(), Told()]
    crew[1].is_open = False

    def open_later(crew):
        crew[1].is_open = crew[0].answered >= 50

    first, second = run(crew, 100, open_later)
    assert first >= 50
    assert second >= 20


def test_a_faster_child_is_given_more_but_not_without_end():
    crew = [Told(), Told()]
    crew[1].unanswered = lambda: 0
    slow, fast = run(crew, 300)
    assert fast > slow
    assert crew[1].most <= EARLY * (1 + SPARE) * 2


def test_two_processes_say_of_every_image_what_one_says(mean_colour, profile, picture):
    paths = [picture(f"{n}.png", size=(8, 8), colour=(n % 256, n // 2, 9)) for n in range(300)]
    chosen = profile("classifier", "rgb", (8, 8))
    said, children = [], 0
    for cores in (1, 2):
        engine = LocalEngine(
            EngineRequest(mean_colour(), chosen, threshold=0.3, iou=0.5), cores=cores
        )
        run = {}
        for key, evidence in engine.run(enumerate(paths)):
            run[key] = {view: v.tolist() for view, v in evidence.probabilities.items()}
            children = max(children, len(engine._children))
        assert list(run) == list(range(300))
        said.append(run)
    assert said[0] == said[1]
    assert children == 2


def test_a_model_that_quantises_over_a_batch_sees_one_picture_at_a_time(onnx_file, profile):
    nodes = [
        helper.make_node("DynamicQuantizeLinear", ["images"], ["q", "scale", "zero"]),
        helper.make_node("DequantizeLinear", ["q", "scale", "zero"], ["f"]),
        helper.make_node("GlobalAveragePool", ["f"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["output"]),
    ]
    model = onnx_file("dynamic.onnx", nodes, ["batch", 3, 8, 8], ["batch", 3])
    assert open_model(str(model), profile("classifier", "rgb", (8, 8)), 1).at_once == 1


def test_a_model_of_free_batch_sees_small_pictures_together(mean_colour, profile):
    chosen = profile("classifier", "rgb", (8, 8))
    assert open_model(str(mean_colour()), chosen, 1).at_once > 1
    assert open_model(str(mean_colour(batch=1)), chosen, 1).at_once == 1


def test_an_image_without_an_answer_leaves_those_beside_it_alone(mean_colour, profile, picture):
    chosen = profile("classifier", "rgb", (8, 8), input={"scale": 1e-38})
    paths = [picture(f"{n}.png", colour=(n % 2, 0, 0)) for n in range(6)]
    # one grey level is beyond every number, black is 0
    engine = LocalEngine(EngineRequest(mean_colour(), chosen, threshold=0.3, iou=0.5, views=()))
    found = dict(engine.run(enumerate(paths)))
    assert [isinstance(found[n], str) for n in range(6)] == [False, True] * 3
    assert np.array_equal(found[0].probabilities["original"], [0, 0, 0])
