"""A ResNet-50 with random weights: as large and as slow as the real one, and nobody's.

He et al., "Deep residual learning for image recognition" (2016), table 1; the stride of a block is
in its 3x3 convolution, and batch normalisation is folded into the convolutions as exporters do.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

SIDE, CLASSES = 224, 1000
STAGES = ((64, 3), (128, 4), (256, 6), (512, 3))

PROFILE = f"""task: classification
decoder: classifier
activation: softmax
input:
  size: [{SIDE}, {SIDE}]
  mean: [0.485, 0.456, 0.406]
  std: [0.229, 0.224, 0.225]
  fit: center-crop
labels: [{", ".join(f"c{n}" for n in range(CLASSES))}]
"""


class _Net:
    def __init__(self) -> None:
        self.nodes, self.weights = [], []
        self._random = np.random.default_rng(0)

    def weight(self, *shape: int) -> str:
        name = f"w{len(self.weights)}"
        fan_in = int(np.prod(shape[1:])) or 1
        value = self._random.normal(0, (2 / fan_in) ** 0.5, shape).astype(np.float32)
        self.weights.append(numpy_helper.from_array(value, name))
        return name

    def add(self, operator: str, *inputs: str, **attributes: object) -> str:
        name = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def conv(self, x: str, taken: int, given: int, side: int, stride: int = 1) -> str:
        weights, bias = self.weight(given, taken, side, side), self.weight(given)
        return self.add(
            "Conv",
            *(x, weights, bias),
            kernel_shape=[side, side],
            strides=[stride, stride],
            pads=[side // 2] * 4,
        )

    def block(self, x: str, taken: int, width: int, stride: int) -> str:
        inner = self.add("Relu", self.conv(x, taken, width, 1))
        inner = self.add("Relu", self.conv(inner, width, width, 3, stride))
        inner = self.conv(inner, width, 4 * width, 1)
        past = x if taken == 4 * width else self.conv(x, taken, 4 * width, 1, stride)
        return self.add("Relu", self.add("Add", inner, past))


def write(folder: Path) -> Path:
    """Write `resnet50.onnx` and its profile into a folder; return the model."""
    net = _Net()
    x = net.add("Relu", net.conv("images", 3, 64, 7, 2))
    x = net.add("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    channels = 64
    for stage, (width, blocks) in enumerate(STAGES):
        for n in range(blocks):
            x = net.block(x, channels, width, 2 if stage and n == 0 else 1)
            channels = 4 * width
    x = net.add("Flatten", net.add("GlobalAveragePool", x))
    net.nodes.append(helper.make_node("Gemm", [x, net.weight(channels, CLASSES)], ["output"]))
    info = helper.make_tensor_value_info
    graph = helper.make_graph(
        net.nodes,
        "resnet50",
        [info("images", TensorProto.FLOAT, ["batch", 3, SIDE, SIDE])],
        [info("output", TensorProto.FLOAT, ["batch", CLASSES])],
        net.weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    path = folder / "resnet50.onnx"
    path.write_bytes(model.SerializeToString())
    path.with_suffix(".yaml").write_text(PROFILE)
    return path
