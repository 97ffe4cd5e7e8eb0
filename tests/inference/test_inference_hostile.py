"""Whatever a model does to its child process, the parent goes on, with one line of error."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from hardcase.errors import ModelError
from hardcase.inference import EngineRequest, LocalEngine
from hardcase.inference.process.child import WORKER
from hardcase.inference.process.limits import address_space
from hardcase.inference.signature import read_signature

PRELUDE = """
import json, os, sys, time, signal
def say(**message): print(json.dumps(message), flush=True)
first = json.loads(sys.stdin.readline())
"""
READY = PRELUDE + "say(ready=True)\n"
PIXELS = [0.5, 0.5, 0.1, 3.0]
GOOD = {"width": 8, "height": 8, "pixels": PIXELS, "probabilities": {"original": [0, 0.5, 1]}}


@pytest.fixture
def fake(mean_colour, profile):
    """An engine whose child is a script of ours."""

    def build(script: str, timeout: float = 60.0) -> LocalEngine:
        chosen = profile("classifier", "rgb", (8, 8))
        command = [sys.executable, "-c", script]
        return LocalEngine(
            EngineRequest(mean_colour(), chosen, threshold=0.3, iou=0.5, views=()),
            timeout=timeout,
            command=command,
        )

    return build


def failure(engine, items=((1, Path("a.png")),)):
    with pytest.raises(ModelError) as caught:
        list(engine.run(items))
    message = str(caught.value)
    assert message.isprintable()
    assert "mean.onnx" in message
    return message


def test_a_child_of_ours_that_behaves_is_believed(fake):
    script = READY + f"for line in sys.stdin: say(id=json.loads(line)['id'], evidence={GOOD})"
    answers = list(fake(script).run([(5, Path("a.png")), (6, Path("b.png"))]))
    assert [key for key, _ in answers] == [5, 6]
    assert answers[0][1].probabilities["original"].tolist() == [0, 0.5, 1]


@pytest.mark.parametrize("ahead", [0, -3, "9", None, 1e9])
def test_what_a_child_says_it_can_take_at_once_cannot_stop_the_run(fake, ahead):
    script = PRELUDE + (
        f"say(ready=True, ahead={ahead!r})\n"
        f"for line in sys.stdin: say(id=json.loads(line)['id'], evidence={GOOD})"
    )
    answers = list(fake(script).run([(n, Path("a.png")) for n in range(5)]))
    assert [key for key, _ in answers] == list(range(5))


def test_a_crash_is_told_with_its_signal_and_last_words(fake):
    script = READY + (
        "sys.stdin.readline(); print('bad \\x1b[31mop', file=sys.stderr, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGSEGV)"
    )
    message = failure(fake(script))
    assert "SIGSEGV" in message
    assert "bad �[31mop" in message


def test_a_crash_while_opening_is_told(fake):
    assert "exit code 3" in failure(fake(PRELUDE + "sys.exit(3)"))


def test_a_child_that_cannot_start_is_told(fake):
    assert "exit code 1" in failure(fake("import nothing_of_this_name"))


def test_an_engine_that_cannot_be_started_at_all_is_told(mean_colour, profile):
    chosen = profile("classifier", "rgb", (8, 8))
    engine = LocalEngine(
        EngineRequest(mean_colour(), chosen, threshold=0.3, iou=0.5), command=["/no/such"]
    )
    with pytest.raises(ModelError, match="cannot be started: No such file"):
        list(engine.run([]))


@pytest.mark.parametrize("script", [PRELUDE + "time.sleep(600)", READY + "time.sleep(600)"])
def test_a_hang_ends_after_the_timeout(fake, script):
    start = time.monotonic()
    assert "no answer for 0.5 s" in failure(fake(script, timeout=0.5))
    assert time.monotonic() - start < 60


def test_a_child_that_never_reads_cannot_block_the_parent(fake):
    many = [(i, Path("/" + "x" * 200_000)) for i in range(16)]
    assert "no answer for" in failure(fake(READY + "time.sleep(600)", timeout=1.0), many)


def test_a_flood_of_stderr_does_not_block_the_run(fake):
    script = READY + (
        "for line in sys.stdin:\n"
        "    sys.stderr.write('x' * 1_000_000); sys.stderr.flush()\n"
        f"    say(id=json.loads(line)['id'], evidence={GOOD})"
    )
    assert len(list(fake(script).run([(i, Path("a.png")) for i in range(3)]))) == 3


def test_an_answer_without_end_is_cut(fake):
    script = READY + "while True: sys.stdout.write('x' * 1_000_000)"
    assert "without end" in failure(fake(script))


def altered(**changes):
    return {"id": 1, "evidence": GOOD | changes}


@pytest.mark.parametrize(
    "answer",
    [
        "garbage",
        "[" * 100_000,
        "7",
        "[]",
        "{}",
        '{"id": 1}',
        '{"id": 1, "evidence": 5}',
        json.dumps({"id": 2, "evidence": GOOD}),
        json.dumps({"id": 2, "error": "mine"}),
        json.dumps(altered(width=0)),
        json.dumps(altered(width="8")),
        json.dumps(altered(height=1e9)),
        json.dumps(altered(pixels=[1, 2, 3])),
        json.dumps(altered(pixels=[1, 2, 3, float("nan")])),
        json.dumps(altered(probabilities={})),
        json.dumps(altered(probabilities={"original": [0, 1]})),
        json.dumps(altered(probabilities={"original": [0, 1, 1.5]})),
        json.dumps(altered(probabilities={"original": [0, 1, float("nan")]})),
        json.dumps(altered(probabilities={"original": ["a", 1, 1]})),
        json.dumps(altered(probabilities={"original": [[0], [1], [1]]})),
        json.dumps(altered(probabilities={"original": [10**400, 1, 1]})),
    ],
)
def test_garbage_answers_are_refused(fake, answer):
    script = READY + f"sys.stdin.readline(); print({answer!r}, flush=True); time.sleep(600)"
    message = failure(fake(script))
    assert "garbage" in message or "nonsense" in message


def test_errors_of_an_image_are_made_printable(fake):
    script = READY + "say(id=json.loads(sys.stdin.readline())['id'], error='bad\\x1b]0;\\nnews')"
    assert list(fake(script).run([(1, Path("a.png"))])) == [(1, "bad�]0; news")]


@pytest.mark.parametrize("content", [b"", b"junk", bytes(range(256)) * 40])
def test_a_file_that_is_no_model_is_told_in_words(tmp_path, content):
    model = tmp_path / "junk.onnx"
    model.write_bytes(content)
    with pytest.raises(ModelError, match=r"^junk\.onnx is no ONNX model, .*copy it again$"):
        read_signature(model)


def test_close_from_another_thread_ends_a_run_under_way(fake):
    engine = fake(READY + "time.sleep(600)", timeout=600.0)
    answers = []
    runner = threading.Thread(target=lambda: answers.extend(engine.run([(1, Path("a.png"))])))
    runner.start()
    wait_for(lambda: engine._children)
    engine.close()
    runner.join(60)
    assert not runner.is_alive()
    assert answers == []
    assert list(engine.run([(1, Path("a.png"))])) == []


def test_close_between_two_answers_stops_the_iterator(mean_colour, profile, picture):
    chosen = profile("classifier", "rgb", (8, 8))
    engine = LocalEngine(EngineRequest(mean_colour(), chosen, threshold=0.3, iou=0.5))
    answers = engine.run((i, picture("a.png")) for i in range(1000))
    assert next(answers)[0] == 0
    engine.close()
    assert list(answers) == []


def test_an_iterator_that_is_dropped_takes_its_child_along(fake):
    script = READY + f"say(id=1, evidence={GOOD}); time.sleep(600)"
    engine = fake(script)
    answers = engine.run([(1, Path("a.png"))])
    next(answers)
    (child,) = engine._children
    answers.close()
    assert child._child._process.returncode == -signal.SIGKILL
    assert not engine._children


def test_what_the_child_started_goes_with_it(fake, tmp_path):
    note = tmp_path / "pid"
    script = READY + (
        "import subprocess\n"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(note)!r}, 'w').write(str(p.pid))\n"
        "print('garbage', flush=True); time.sleep(600)"
    )
    assert "garbage" in failure(fake(script))
    wait_for(lambda: gone(int(note.read_text())))


def test_the_child_leaves_when_its_parent_dies(mean_colour, profile, picture):
    run = {
        "command": "run",
        "model": str(mean_colour()),
        "profile": profile("classifier", "rgb", (8, 8)).to_json(),
        "threshold": 0.3,
        "iou": 0.5,
        "always": [],
        "undecided": [],
    }
    with subprocess.Popen(WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        child.stdin.write(json.dumps(run).encode() + b"\n")
        child.stdin.flush()
        assert json.loads(child.stdout.readline())["ready"] is True
        child.stdin.close()
        assert child.wait(60) == 0


def test_the_child_is_nice_bounded_and_in_its_own_session(mean_colour, profile, picture):
    engine = LocalEngine(
        EngineRequest(mean_colour(), profile("classifier", "rgb", (8, 8)), threshold=0.3, iou=0.5)
    )
    answers = engine.run([(1, picture("a.png")), (2, picture("b.png"))])
    next(answers)
    (child,) = engine._children
    pid = child._child._process.pid
    assert os.getsid(pid) == pid
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, pid) == min(ours + 10, 19)
    group = Path(f"/proc/{pid}/autogroup")  # sessions share processors by it, where there are any
    if group.exists() and group.read_text().strip():
        assert group.read_text().split()[-1] == "10"
    if hasattr(resource, "prlimit"):
        assert resource.prlimit(pid, resource.RLIMIT_AS)[0] == address_space(
            engine._spread.processes
        )
        assert resource.prlimit(pid, resource.RLIMIT_CORE)[0] == 0
    answers.close()


def test_the_working_directory_cannot_lend_modules_to_the_child(
    mean_colour, profile, picture, tmp_path, monkeypatch
):
    (tmp_path / "onnxruntime.py").write_text("raise SystemExit('stolen')")
    path, model = picture("a.png"), mean_colour()
    monkeypatch.chdir(tmp_path)
    engine = LocalEngine(
        EngineRequest(model, profile("classifier", "rgb", (8, 8)), threshold=0.3, iou=0.5)
    )
    assert len(list(engine.run([(1, path)]))) == 1


def test_a_model_that_asks_for_all_memory_is_refused_it(onnx_file, profile, picture):
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["m"], axes=[2, 3], keepdims=0),
        helper.make_node("Expand", ["m", "shape"], ["huge"]),
        helper.make_node("ReduceMean", ["huge"], ["output"], axes=[0], keepdims=0),
    ]
    constants = {"shape": np.array([1 << 34, 1, 3])}
    model = onnx_file("mean.onnx", nodes, [1, 3, 8, 8], [1, 3], constants=constants)
    engine = LocalEngine(
        EngineRequest(model, profile("classifier", "rgb", (8, 8)), threshold=0.3, iou=0.5)
    )
    failure(engine, [(1, picture("a.png"))])


def test_a_model_that_loops_for_ever_is_stopped(onnx_file, profile, picture):
    info = helper.make_tensor_value_info
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["going"], ["still_going"]),
            helper.make_node("Identity", ["m_in"], ["m_out"]),
        ],
        "body",
        [
            info("i", TensorProto.INT64, []),
            info("going", TensorProto.BOOL, []),
            info("m_in", TensorProto.FLOAT, [1, 3]),
        ],
        [info("still_going", TensorProto.BOOL, []), info("m_out", TensorProto.FLOAT, [1, 3])],
    )
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["m"], axes=[2, 3], keepdims=0),
        helper.make_node("Loop", ["times", "true", "m"], ["output"], body=body),
    ]
    constants = {"times": np.array(1 << 60), "true": np.array(True)}
    model = onnx_file("mean.onnx", nodes, [1, 3, 8, 8], [1, 3], constants=constants)
    engine = LocalEngine(
        EngineRequest(model, profile("classifier", "rgb", (8, 8)), threshold=0.3, iou=0.5),
        timeout=3.0,
    )
    assert "no answer for 3 s" in failure(engine, [(1, picture("a.png"))])


def wait_for(condition, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.01)


def gone(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"
