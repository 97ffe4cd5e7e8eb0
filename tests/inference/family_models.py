"""Models of every family that answer two known boxes, whatever they are shown.

The picture is 64x64, the input 64 wide and 32 high. Each case gives what a model of the family
would say of the two boxes, by arithmetic of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Arrays = dict[str, np.ndarray]

PICTURE = (64, 64)
SIZE = WIDTH, HEIGHT = 64, 32
TRUTH = np.array([[10.0, 20, 30, 50], [35, 8, 55, 40]])
CLASSES = np.array([1, 0])
SCORES = np.array([0.9, 0.6])
NAMES = ("apple", "pear", "kiwi")
COUNT = len(NAMES)

_FITS = {
    "letterbox": (0.5, 0.5, 16.0, 0.0),
    "letterbox-top-left": (0.5, 0.5, 0.0, 0.0),
    "stretch": (1.0, 0.5, 0.0, 0.0),
}


@dataclass(frozen=True)
class Case:
    """A family: its decoder, how it wants the picture to fit, and what it answers to one picture.

    `input` is the shape of the picture's tensor, `more` other inputs as (type, shape). `scaled`
    names the output that is multiplied by the first of these, as (width, height) twice.
    """

    decoder: str
    fit: str
    answer: Callable[[np.ndarray], Arrays]
    input: tuple = (1, 3, HEIGHT, WIDTH)
    kind: int = TensorProto.FLOAT
    more: dict[str, tuple] = field(default_factory=dict)
    batched: bool = True
    scaled: str = ""
    metadata: dict[str, str] = field(default_factory=dict)

    def boxes(self) -> np.ndarray:
        """Return the known boxes in pixels of the input."""
        x, y, left, top = _FITS[self.fit]
        return TRUTH * [x, y, x, y] + [left, top, left, top]

    def outputs(self) -> Arrays:
        """Return what the model answers to one picture."""
        return self.answer(self.boxes())


def centred(boxes: np.ndarray) -> np.ndarray:
    return np.concatenate([(boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]], axis=1)


def relative(boxes: np.ndarray) -> np.ndarray:
    return boxes / [WIDTH, HEIGHT, WIDTH, HEIGHT]


def scores(extra: int = 0) -> np.ndarray:
    """Return (2, extra + 3) scores: one class each, others nearly none."""
    table = np.full((2, extra + COUNT), 0.001)
    table[[0, 1], extra + CLASSES] = SCORES
    return table


def logits(table: np.ndarray) -> np.ndarray:
    return np.log(table / (1 - table))


def padded(rows: np.ndarray, count: int, at: tuple[int, int] = (3, 11), fill=None) -> np.ndarray:
    """Put two rows among others that say nothing."""
    out = np.zeros((count, rows.shape[1])) if fill is None else np.tile(fill, (count, 1))
    out[list(at)] = rows
    return out


def ultralytics(boxes: np.ndarray) -> Arrays:
    return {"output0": padded(np.hstack([centred(boxes), scores()]), 42).T}


def ultralytics_rows(boxes: np.ndarray) -> Arrays:
    return {"output0": padded(np.hstack([centred(boxes), scores()]), 1344)}


def yolov5(boxes: np.ndarray) -> Arrays:
    certain = np.full((2, 1), 0.95)
    return {"output": padded(np.hstack([centred(boxes), certain, scores() / 0.95]), 126)}


def yolox_decoded(boxes: np.ndarray) -> Arrays:
    certain = np.full((2, 1), 0.95)
    far = [8.0, 8, 16, 16, 0, 0, 0, 0]
    rows = np.hstack([centred(boxes), certain, scores() / 0.95])
    return {"output": padded(rows, 42, fill=far)}


def yolox(boxes: np.ndarray) -> Arrays:
    out = np.zeros((42, 5 + COUNT))
    for cell, box, table in zip((9, 32 + 5), centred(boxes), scores(), strict=True):
        stride = 8 if cell < 32 else 16
        column, row = (cell % 8, cell // 8) if cell < 32 else ((cell - 32) % 4, (cell - 32) // 4)
        out[cell, :2] = box[:2] / stride - [column, row]
        out[cell, 2:4] = np.log(box[2:] / stride)
        out[cell, 4] = 0.95
        out[cell, 5:] = table / 0.95
    return {"output": out}


def nanodet(boxes: np.ndarray) -> Arrays:
    out = np.zeros((32 + 8 + 2 + 1, COUNT + 32))
    out[:, COUNT:] = np.linspace(1, -1, 32)
    for cell, box, table in zip((32 + 5, 32 + 7), boxes, scores(), strict=True):
        column, row = (cell - 32) % 4, (cell - 32) // 4
        prior = np.array([column, row]) * 16.0
        reach = np.concatenate([prior - box[:2], box[2:] - prior]) / 16
        out[cell, :COUNT] = table
        out[cell, COUNT:] = np.concatenate([distribution(side) for side in reach])
    return {"output": out}


def distribution(value: float) -> np.ndarray:
    """Return eight logits whose softmax has this expectation; outside 0-7 there are none."""
    assert 0 <= value <= 7, value
    shares = np.full(8, 1e-9)
    below = min(int(value), 6)
    shares[[below, below + 1]] = 1e-9 + below + 1 - value, 1e-9 + value - below
    return np.log(shares)


def listed(boxes: np.ndarray, first: int = 0) -> np.ndarray:
    return np.hstack([boxes, SCORES[:, None], CLASSES[:, None] + first])


def end2end(boxes: np.ndarray) -> Arrays:
    return {"output0": padded(listed(boxes), 20, at=(0, 1))}


def rtdetr(boxes: np.ndarray) -> Arrays:
    return {"output0": padded(np.hstack([relative(centred(boxes)), scores()]), 20)}


def rtdetr_logits(boxes: np.ndarray) -> Arrays:
    none = [0.5, 0.5, 0.2, 0.2, *[-9.0] * COUNT]
    rows = np.hstack([relative(centred(boxes)), logits(scores())])
    return {"output0": padded(rows, 20, fill=none)}


def rtdetr_top(boxes: np.ndarray) -> Arrays:
    return {"output0": listed(relative(centred(boxes)))}


def dfine(boxes: np.ndarray) -> Arrays:
    rows = padded(np.hstack([relative(boxes), SCORES[:, None]]), 20)
    labels = np.zeros(20, dtype=np.int64)
    labels[[3, 11]] = CLASSES
    return {"labels": labels, "boxes": rows[:, :4], "scores": rows[:, 4]}


def rfdetr(boxes: np.ndarray) -> Arrays:
    quiet = np.full(COUNT, -9.0)
    return {
        "dets": padded(relative(centred(boxes)), 20, fill=[0.5, 0.5, 0.1, 0.1]),
        "labels": padded(logits(scores()), 20, fill=quiet),
    }


def detr_sigmoid(boxes: np.ndarray) -> Arrays:
    answer = rfdetr(boxes)
    return {"logits": answer["labels"], "pred_boxes": answer["dets"]}


def detr_softmax(boxes: np.ndarray) -> Arrays:
    table = scores()
    shares = np.hstack([table, 1 - table.sum(axis=1, keepdims=True)])
    nothing = [-5.0] * COUNT + [8.0]
    return {
        "logits": padded(np.log(shares) + 3.0, 20, fill=nothing),
        "pred_boxes": padded(relative(centred(boxes)), 20),
    }


def yolo_nas(boxes: np.ndarray) -> Arrays:
    return {"boxes": padded(boxes, 84), "scores": padded(scores(), 84)}


def yolo_nas_flat(boxes: np.ndarray) -> Arrays:
    return {"graph2_flat_predictions": np.hstack([np.zeros((2, 1)), listed(boxes)])}


def yolov7_flat(boxes: np.ndarray) -> Arrays:
    rows = listed(boxes)[:, [0, 1, 2, 3, 5, 4]]
    return {"output": np.hstack([np.zeros((2, 1)), rows])}


def counted(boxes: np.ndarray, names: tuple[str, ...], first: int = 0) -> Arrays:
    rows = np.vstack([listed(boxes, first), np.tile([1, 1, 9, 9, 0.99, 1], (3, 1))])
    count, where, score, kind = names
    return {
        count: np.array([2.0]),
        where: rows[:, :4],
        score: rows[:, 4],
        kind: rows[:, 5],
    }


def yolo_nas_lists(boxes: np.ndarray) -> Arrays:
    names = ("num_predictions", "pred_boxes", "pred_scores", "pred_classes")
    answer = counted(boxes, tuple(f"graph2_{name}" for name in names))
    whole = {name: answer[name].astype(np.int64) for name in answer if "num" in name}
    kinds = {name: answer[name].astype(np.int64) for name in answer if "classes" in name}
    return answer | whole | kinds


def tensorflow(boxes: np.ndarray) -> Arrays:
    upright = relative(boxes)[:, [1, 0, 3, 2]]
    names = ("num_detections", "detection_boxes", "detection_scores", "detection_classes")
    answer = counted(upright, names, first=1)
    answer["detection_boxes"][2:] = [0.1, 0.1, 0.4, 0.4]
    return answer | {"raw_detection_scores": np.zeros((5, 4))}


def mmdeploy(boxes: np.ndarray) -> Arrays:
    rows = padded(listed(boxes), 20, at=(0, 1))
    return {"dets": rows[:, :5], "labels": rows[:, 5].astype(np.int64)}


def torchvision(boxes: np.ndarray) -> Arrays:
    return {"3339": boxes, "6570": CLASSES + 1, "6568": SCORES}


def ssd(boxes: np.ndarray) -> Arrays:
    return {"bboxes": relative(boxes), "labels": CLASSES + 1, "scores": SCORES}


def ssd_scores(boxes: np.ndarray) -> Arrays:
    table = scores(extra=1)
    table[:, 0] = 1 - table[:, 1:].sum(axis=1)
    quiet = np.array([0.97, 0.01, 0.01, 0.01])
    return {"scores": padded(table, 40, fill=quiet), "boxes": padded(relative(boxes), 40)}


def paddle(boxes: np.ndarray) -> Arrays:
    return {
        "multiclass_nms": listed(boxes)[:, [5, 4, 0, 1, 2, 3]],
        "num": np.array([2], dtype=np.int64),
    }


CHANNELS_LAST = (1, HEIGHT, WIDTH, 3)
SIZES = {"orig_target_sizes": (TensorProto.INT64, [1, 2])}
PADDLE = {
    "im_shape": (TensorProto.FLOAT, [1, 2]),
    "scale_factor": (TensorProto.FLOAT, [1, 2]),
}
MASK = {"pixel_mask": (TensorProto.INT64, [1, 8, 8])}
ULTRALYTICS = {"names": str(list(NAMES)), "task": "detect", "imgsz": "[32, 64]"}

CASES = {
    "ultralytics": Case("ultralytics", "letterbox", ultralytics),
    "ultralytics by metadata": Case("ultralytics", "letterbox", ultralytics, metadata=ULTRALYTICS),
    "ultralytics-rows": Case("ultralytics-rows", "letterbox", ultralytics_rows),
    "ultralytics-rows by metadata": Case(
        "ultralytics-rows", "letterbox", ultralytics_rows, metadata=ULTRALYTICS
    ),
    "yolov5": Case("yolov5", "letterbox", yolov5),
    "end2end": Case("end2end", "letterbox", end2end),
    "end2end by metadata": Case(
        "end2end", "letterbox", end2end, metadata=ULTRALYTICS | {"end2end": "True"}
    ),
    "rtdetr": Case("rtdetr", "stretch", rtdetr),
    "rtdetr by metadata": Case("rtdetr", "stretch", rtdetr, metadata=ULTRALYTICS),
    "rtdetr of logits": Case("rtdetr", "stretch", rtdetr_logits),
    "rtdetr-top": Case("rtdetr-top", "stretch", rtdetr_top),
    "rtdetr-top without batch": Case("rtdetr-top", "stretch", rtdetr_top, batched=False),
    "dfine": Case("dfine", "stretch", dfine, more=SIZES, scaled="boxes"),
    "rfdetr": Case("rfdetr", "stretch", rfdetr),
    "detr": Case("detr", "stretch", detr_softmax, more=MASK),
    "detr of sigmoids": Case("detr", "stretch", detr_sigmoid),
    "yolox": Case("yolox", "letterbox-top-left", yolox),
    "yolox decoded": Case("yolox-decoded", "letterbox-top-left", yolox_decoded),
    "yolo-nas": Case("yolo-nas", "letterbox", yolo_nas),
    "yolo-nas flat": Case(
        "yolo-nas-flat", "letterbox", yolo_nas_flat, kind=TensorProto.UINT8, batched=False
    ),
    "yolo-nas lists": Case("nms-lists", "letterbox", yolo_nas_lists, kind=TensorProto.UINT8),
    "yolov7 flat": Case("yolov7-flat", "letterbox", yolov7_flat, batched=False),
    "mmdeploy": Case("mmdeploy", "letterbox-top-left", mmdeploy),
    "torchvision": Case(
        "torchvision", "letterbox-top-left", torchvision, (3, HEIGHT, WIDTH), batched=False
    ),
    "torchvision with a batch of one": Case(
        "torchvision", "letterbox-top-left", torchvision, batched=False
    ),
    "tensorflow": Case("tensorflow", "stretch", tensorflow, CHANNELS_LAST, kind=TensorProto.UINT8),
    "paddle": Case("paddle", "stretch", paddle, more=PADDLE, batched=False),
    "ssd": Case("ssd", "stretch", ssd),
    "ssd-scores": Case("ssd-scores", "stretch", ssd_scores),
    "nanodet": Case("nanodet", "stretch", nanodet),
}


def build(
    case: Case, path: Path, *, input_shape: tuple = (), kind: int | None = None, half: bool = False
) -> Path:
    """Write the model of a case; its answer is what `case.outputs` says plus 0 times the picture.

    `half` turns every float of the case into float16.
    """
    shape = list(input_shape or case.input)
    floating = TensorProto.FLOAT16 if half else TensorProto.FLOAT
    kind = kind or (floating if case.kind == TensorProto.FLOAT else case.kind)
    inputs = [helper.make_tensor_value_info("images", kind, shape)]
    inputs += [
        helper.make_tensor_value_info(name, number, [shape[0], *axes[1:]])
        for name, (number, axes) in case.more.items()
    ]
    axes = list(range(1 if len(shape) == 4 and case.batched else 0, len(shape)))
    nodes = [
        helper.make_node("Cast", ["images"], ["real"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["real"], ["mean"], axes=axes, keepdims=0),
        helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
    ]
    constants = {"zero": np.array(0, dtype=np.float32)}
    outputs = []
    for name, value in case.outputs().items():
        whole = value.dtype.kind == "i"
        constants[f"{name}_known"] = value.astype(np.float32)
        constants[f"{name}_shape"] = np.array([-1] + [1] * value.ndim if case.batched else [1])
        target = TensorProto.INT64 if whole else floating
        raw = f"{name}_sum"
        nodes += [
            helper.make_node("Reshape", ["nothing", f"{name}_shape"], [f"{name}_nothing"]),
            helper.make_node("Add", [f"{name}_known", f"{name}_nothing"], [raw]),
        ]
        if name == case.scaled:
            nodes += scaling(next(iter(case.more)), raw, f"{name}_scaled")
            raw = f"{name}_scaled"
        nodes.append(helper.make_node("Cast", [raw], [name], to=target))
        axes_out = [shape[0], *value.shape] if case.batched else ["found", *value.shape[1:]]
        outputs.append(helper.make_tensor_value_info(name, target, axes_out))
    tensors = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "family", inputs, outputs, tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(model, case.metadata)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path


def scaling(sizes: str, raw: str, out: str) -> list[onnx.NodeProto]:
    """Multiply (B, N, 4) relative corners by (B, 2) width and height."""
    return [
        helper.make_node("Constant", [], ["sides_shape"], value_ints=[-1, 1, 4]),
        helper.make_node("Cast", [sizes], ["sizes"], to=TensorProto.FLOAT),
        helper.make_node("Concat", ["sizes", "sizes"], ["sides"], axis=1),
        helper.make_node("Reshape", ["sides", "sides_shape"], ["spread"]),
        helper.make_node("Mul", [raw, "spread"], [out]),
    ]
